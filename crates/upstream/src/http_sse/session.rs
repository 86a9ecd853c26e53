//! One session: the open stream, and who waits for what on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mcp::RawId;
use net::Url;
use rmcp::model::ServerJsonRpcMessage;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::reader::Reader;
use crate::Failure;
use crate::wire::{Outgoing, Wire, within};

/// Requests of the server that wait for rmcp. Further ones are passed over.
const QUEUE: usize = 16;

/// An open stream and the address for messages that belongs to it. Dropping it closes the stream.
pub(crate) struct Session {
    wire: Wire,
    endpoint: Url,
    desk: Arc<Desk>,
    _stream: Stream,
}

impl Session {
    /// Opens the stream and waits for the address for messages. The caller sets the deadline. Also gives the requests
    /// that the server sends.
    pub(crate) async fn open(wire: &Wire) -> Result<(Self, mpsc::Receiver<ServerJsonRpcMessage>), Failure> {
        let response = wire.listen().await?;
        let desk = Arc::<Desk>::default();
        let (to_rmcp, requests) = mpsc::channel(QUEUE);
        let (found, endpoint) = oneshot::channel();
        let reader = Reader::new(wire, Arc::clone(&desk), to_rmcp, found);
        let stream = Stream(tokio::spawn(reader.run(response)));
        let endpoint = match endpoint.await {
            Ok(endpoint) => endpoint?,
            Err(_) => return Err(desk.end()),
        };
        let session = Self { wire: wire.clone(), endpoint, desk, _stream: stream };
        Ok((session, requests))
    }

    /// Sends a request and waits for its answer on the stream. `id` is the request's id as JSON text.
    pub(crate) async fn request(&self, id: &str, outgoing: Outgoing<'_>) -> Result<Bytes, Failure> {
        let (method, deadline) = (outgoing.method, outgoing.deadline);
        within(method, deadline, async {
            let answer = self.desk.expect(id, method)?;
            self.wire.deliver(&self.endpoint, outgoing).await?;
            match answer.await {
                Ok(message) => Ok(message),
                Err(_) => Err(self.desk.end()),
            }
        })
        .await
    }

    /// Sends what has no answer.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<(), Failure> {
        self.wire.deliver(&self.endpoint, outgoing).await
    }
}

/// The task that reads the stream; it ends with this.
struct Stream(JoinHandle<()>);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The request that waits for its answer: a test asks one thing at a time.
#[derive(Default)]
pub(super) struct Desk(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: Option<Waiting>,
    ended: Option<Failure>,
}

struct Waiting {
    id: String,
    method: String,
    answer: oneshot::Sender<Bytes>,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect(&self, id: &str, method: &str) -> Result<oneshot::Receiver<Bytes>, Failure> {
        let mut state = self.state();
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        let (answer, receiver) = oneshot::channel();
        state.waiting = Some(Waiting { id: id.to_owned(), method: method.to_owned(), answer });
        Ok(receiver)
    }

    /// Hands an answer to who waits for it. One without an id is for whoever waits: the server could not read the
    /// request's.
    pub(super) fn answer(&self, id: Option<RawId<'_>>, message: &[u8]) -> bool {
        let mut state = self.state();
        let wanted = state
            .waiting
            .take_if(|waiting| id.is_none_or(|id| RawId::parse(&waiting.id).is_some_and(|waited| waited.same_as(id))));
        wanted.is_some_and(|waiting| waiting.answer.send(Bytes::copy_from_slice(message)).is_ok())
    }

    /// What is waited for, for messages to people.
    pub(super) fn method(&self) -> String {
        self.state().waiting.as_ref().map_or_else(|| "GET".to_owned(), |waiting| waiting.method.clone())
    }

    /// Nothing more will come.
    pub(super) fn close(&self, why: Failure) {
        let mut state = self.state();
        state.waiting = None;
        state.ended = Some(why);
    }

    /// Why nothing more comes.
    fn end(&self) -> Failure {
        self.state().ended.clone().unwrap_or(Failure::StreamEnded)
    }
}
