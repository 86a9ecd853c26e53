//! The messages of a server's answer, one by one, whatever form the answer has.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mcp::sse;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::Gateway;
use crate::answer::Media;
use crate::context::Context;
use crate::forward::{Fault, Upstream};
use crate::limits::Pass;
use crate::reader::Chunks;
use crate::standing::Standing;

/// How long an answer waits for what was said before it on another connection.
const GRACE: Duration = Duration::from_millis(30);

/// Reads JSON-RPC messages: those of an answer as they come, and what the server says elsewhere meanwhile.
pub(crate) struct Replies {
    answer: Answer,
    beside: Option<mpsc::Receiver<Bytes>>,
}

/// An answer: one message, or an event stream, or what somebody else reads from the server.
struct Answer {
    source: Source,
    ready: VecDeque<Bytes>,
    ended: bool,
}

enum Source {
    Json { chunks: Chunks, max: usize, body: BytesMut },
    Events { chunks: Chunks, decoder: sse::Decoder },
    Channel { receiver: mpsc::Receiver<Bytes>, idle: Duration, ends: Instant, standing: Standing, _pass: Pass },
}

impl Replies {
    /// Reads what the server answers to a request.
    ///
    /// # Errors
    /// When the answer is neither JSON nor an event stream.
    pub(crate) fn new(gateway: &Gateway, context: &Context, upstream: Upstream) -> Result<Self, Fault> {
        let limits = upstream.permit.limits;
        Self::within(gateway, context, upstream, limits.idle, Some(limits.total))
    }

    /// Reads a listening stream, which may be silent for long and ends with the client's.
    pub(crate) fn listening(gateway: &Gateway, context: &Context, upstream: Upstream) -> Result<Self, Fault> {
        let total = upstream.permit.limits.total;
        Self::within(gateway, context, upstream, total, None)
    }

    fn within(
        gateway: &Gateway,
        context: &Context,
        upstream: Upstream,
        idle: Duration,
        total: Option<Duration>,
    ) -> Result<Self, Fault> {
        let Upstream { response, permit } = upstream;
        let max_event = usize::try_from(permit.limits.max_event).unwrap_or(usize::MAX);
        let status = response.status();
        let media = Media::of(&response);
        let chunks = Chunks::new(response, permit, idle, total, gateway.standing(context));
        let source = match media {
            Media::Json => {
                Source::Json { chunks, max: gateway.inner.parts.settings.max_buffered, body: BytesMut::new() }
            }
            Media::Events if status.is_success() => Source::Events { chunks, decoder: sse::Decoder::new(max_event) },
            Media::Events => return Err(Fault::NotMcp(format!("{status}, text/event-stream"))),
            Media::Other(name) => return Err(Fault::NotMcp(format!("{status}, {name}"))),
        };
        Ok(Self::of(source))
    }

    /// Messages that somebody else reads from the server.
    pub(crate) fn of_channel(
        gateway: &Gateway,
        context: &Context,
        pass: Pass,
        receiver: mpsc::Receiver<Bytes>,
    ) -> Self {
        let (idle, ends) = (pass.limits.idle, Instant::now() + pass.limits.total);
        Self::of(Source::Channel { receiver, idle, ends, standing: gateway.standing(context), _pass: pass })
    }

    fn of(source: Source) -> Self {
        Self { answer: Answer { source, ready: VecDeque::new(), ended: false }, beside: None }
    }

    /// The same, with what the server says elsewhere meanwhile.
    pub(crate) fn beside(mut self, beside: Option<mpsc::Receiver<Bytes>>) -> Self {
        self.beside = beside;
        self
    }

    /// The next message; `None` at the end. May be awaited again after its future was dropped.
    ///
    /// # Errors
    /// When the server is silent for too long, says too much, or the caller may not read on.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let Some(beside) = &mut self.beside else { return self.answer.next().await };
            tokio::select! {
                biased;
                said = beside.recv() => match said {
                    Some(said) => return Ok(Some(said)),
                    None => self.beside = None,
                },
                next = self.answer.next() => return next,
            }
        }
    }

    /// What was said elsewhere before this message, which then comes again: an answer must not overtake what belongs
    /// before it. `None` when there is nothing.
    pub(crate) async fn before(&mut self, answer: &Bytes) -> Option<Bytes> {
        let beside = self.beside.as_mut()?;
        let said = tokio::time::timeout(GRACE, beside.recv()).await.ok()??;
        self.answer.ready.push_front(answer.clone());
        Some(said)
    }
}

impl Answer {
    async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            if self.ended {
                return Ok(None);
            }
            match &mut self.source {
                Source::Channel { receiver, idle, ends, standing, .. } => {
                    let by = (*ends).min(Instant::now() + *idle);
                    let message = tokio::select! {
                        message = tokio::time::timeout_at(by, receiver.recv()) => {
                            message.map_err(|_| Fault::Timeout)?
                        }
                        broken = standing.lost() => return Err(broken.into()),
                    };
                    self.ended = message.is_none();
                    self.ready.extend(message);
                }
                Source::Json { chunks, max, body } => match chunks.next().await? {
                    Some(chunk) if body.len() + chunk.len() > *max => return Err(Fault::TooLarge(*max as u64)),
                    Some(chunk) => body.extend_from_slice(&chunk),
                    None => {
                        self.ended = true;
                        let body = body.split().freeze();
                        self.ready.extend((!body.is_empty()).then_some(body));
                    }
                },
                Source::Events { chunks, decoder } => {
                    let Some(chunk) = chunks.next().await? else {
                        self.ended = true;
                        continue;
                    };
                    let ready = &mut self.ready;
                    // Events without data prime a stream for resumption (2025-11-25).
                    let read = decoder.push(&chunk, |event| {
                        if !event.data.is_empty() {
                            ready.push_back(Bytes::copy_from_slice(event.data));
                        }
                    });
                    if let Err(sse::SseError::TooLarge { limit }) = read {
                        return Err(Fault::TooLarge(limit as u64));
                    }
                    read.map_err(|error| Fault::NotMcp(error.to_string()))?;
                }
            }
        }
    }
}
