//! What comes back to a client of a translated exchange: one JSON answer, or a stream of messages that ends with it.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Response, StatusCode};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::Gateway;
use crate::answer::{failure, json_response};
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::Fault;
use crate::limits::slow::Source;
use crate::refusal::Refusal;
use crate::stream::event_response;

/// Messages of a dialogue that wait for a slow client; then the server waits, too.
const AHEAD: usize = 16;
/// How often a silent stream is kept alive by a comment.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Something for the client.
pub(crate) enum Out {
    /// A message before the answer.
    Message(Bytes),
    /// The answer, with the status that it has where it is all there is.
    Answer(StatusCode, Bytes),
}

impl From<Refusal> for Out {
    fn from(refusal: Refusal) -> Self {
        let (status, body) = refusal.into_parts();
        Self::Answer(status, body.into())
    }
}

/// An exchange that is translated. Dropped when the client is gone.
pub(crate) trait Dialogue: Send + 'static {
    /// What comes next; `None` when there is no answer (any more).
    fn next(&mut self) -> impl Future<Output = Option<Out>> + Send;
}

/// What a step comes to; `None` when the client cancelled before.
pub(crate) async fn or_cancelled<T>(cancelled: Option<CancellationToken>, step: impl Future<Output = T>) -> Option<T> {
    match cancelled {
        Some(cancelled) => cancelled.run_until_cancelled(step).await,
        None => Some(step.await),
    }
}

impl Gateway {
    /// What a step of an exchange comes to for the client. Who cancelled gets no answer (older revisions,
    /// "Cancellation").
    pub(crate) async fn spoken(
        &self,
        exchange: &mut Exchange,
        step: Option<Result<Option<Out>, Fault>>,
    ) -> Option<Out> {
        match step {
            Some(Ok(out)) => out,
            Some(Err(fault)) => Some(self.failed(exchange, &fault).await.into()),
            None => {
                let _ = self.settle(exchange, failure("cancelled by the client")).await;
                None
            }
        }
    }
}

/// Ends a task with its owner.
struct Owned(tokio::task::JoinHandle<()>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Answers with the dialogue: as JSON if the answer comes first, as a stream otherwise.
pub(crate) async fn respond(gateway: &Gateway, context: &Context, mut dialogue: impl Dialogue) -> Response<Body> {
    match dialogue.next().await {
        Some(Out::Answer(status, body)) => json_response(status, Body::from(body)),
        Some(Out::Message(first)) => stream(gateway, context, Some(first), dialogue),
        // A request that was cancelled: its stream ends without an answer.
        None => event_response(Body::empty()),
    }
}

/// Answers with a stream, whatever comes first.
pub(crate) fn stream(
    gateway: &Gateway,
    context: &Context,
    first: Option<Bytes>,
    mut dialogue: impl Dialogue,
) -> Response<Body> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let task = gateway.inner.tasks.spawn(async move {
        while let Some(out) = dialogue.next().await {
            let (message, last) = match out {
                Out::Message(message) => (message, false),
                Out::Answer(_, message) => (message, true),
            };
            if sender.send(message).await.is_err() || last {
                return;
            }
        }
    });
    let heard = Heard { first, receiver, _task: Owned(task) };
    let idle = gateway.limits(context, context.message.tool()).idle;
    event_response(gateway.watched(heard, idle, context.hangup.clone()))
}

/// What a dialogue has said, for its client.
struct Heard {
    first: Option<Bytes>,
    receiver: mpsc::Receiver<Bytes>,
    _task: Owned,
}

impl Source for Heard {
    async fn step(mut self) -> (Option<std::io::Result<Bytes>>, Option<Self>) {
        let message = match self.first.take() {
            Some(first) => first,
            None => match tokio::time::timeout(KEEP_ALIVE, self.receiver.recv()).await {
                Ok(Some(message)) => message,
                Ok(None) => return (None, None),
                Err(_) => return (Some(Ok(Bytes::from_static(b":\n\n"))), Some(self)),
            },
        };
        (Some(Ok(mcp::sse::message(&message))), Some(self))
    }

    /// The dialogue ends with its task, and records that its client is gone.
    async fn abandon(self, idle: Duration) {
        tracing::debug!(?idle, "a translated stream was cut: its client does not read");
    }
}
