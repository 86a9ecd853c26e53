//! The session in the shape that rmcp asks for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use rmcp::RoleClient;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Session;
use crate::Failure;
use crate::adapter::{INITIALIZE, NOTIFICATION, Reported, Seen, refused, typed};
use crate::wire::Outgoing;

/// The way of rmcp's messages.
pub(super) struct Pipe {
    sender: Sender,
    /// The answer to the handshake.
    answers: mpsc::Receiver<ServerJsonRpcMessage>,
    /// What the server asks.
    requests: mpsc::Receiver<ServerJsonRpcMessage>,
}

#[derive(Clone)]
struct Sender {
    session: Arc<Session>,
    seen: Arc<Mutex<Seen>>,
    answers: mpsc::Sender<ServerJsonRpcMessage>,
    /// The end of the handshake.
    until: Instant,
    /// How long a message without an answer may take.
    step: Duration,
}

impl Pipe {
    pub(super) fn new(
        session: Arc<Session>,
        requests: mpsc::Receiver<ServerJsonRpcMessage>,
        seen: Arc<Mutex<Seen>>,
        until: Instant,
        step: Duration,
    ) -> Self {
        let (sender, answers) = mpsc::channel(1);
        Self { sender: Sender { session, seen, answers: sender, until, step }, answers, requests }
    }
}

impl Transport<RoleClient> for Pipe {
    type Error = Reported;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = Result<(), Reported>> + Send + 'static {
        let sender = self.sender.clone();
        async move {
            sender.send(&message).await.map_err(|failure| {
                sender.note(|seen| seen.failure = Some(failure));
                Reported
            })
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        tokio::select! {
            biased;
            Some(answer) = self.answers.recv() => Some(answer),
            request = self.requests.recv() => request,
        }
    }

    async fn close(&mut self) -> Result<(), Reported> {
        self.requests.close();
        Ok(())
    }
}

impl Sender {
    async fn send(&self, message: &ClientJsonRpcMessage) -> Result<(), Failure> {
        let body = serde_json::to_vec(message).map_err(|error| Failure::NotMcp { why: error.to_string() })?;
        if let ClientJsonRpcMessage::Request(request) = message
            && matches!(request.request, ClientRequest::InitializeRequest(_))
        {
            return self.initialize(&request.id, body).await;
        }
        let deadline = self.step;
        self.session.send(Outgoing { method: NOTIFICATION, headers: HeaderMap::new(), body, deadline }).await
    }

    /// Asks, and puts the answer where rmcp will look for it.
    async fn initialize(&self, id: &RequestId, body: Vec<u8>) -> Result<(), Failure> {
        self.note(|seen| seen.asked = Some(INITIALIZE));
        let id = serde_json::to_string(id).map_err(|error| Failure::NotMcp { why: error.to_string() })?;
        let deadline = self.until.saturating_duration_since(Instant::now());
        let outgoing = Outgoing { method: INITIALIZE, headers: HeaderMap::new(), body, deadline };
        let message = match self.session.request(&id, outgoing).await {
            Err(Failure::Status { error: Some(body), status, page }) => {
                let failure = Failure::Status { status, page, error: Some(body.clone()) };
                return Err(refused(&body, INITIALIZE).unwrap_or(failure));
            }
            Err(Failure::Timeout { method, .. }) => return Err(Failure::Timeout { method, after: self.step }),
            outcome => outcome?,
        };
        if let Some(refusal) = refused(&message, INITIALIZE) {
            return Err(refusal);
        }
        let answer = typed(&message, INITIALIZE)?;
        self.note(|seen| seen.answer = Some(message));
        // There is room: rmcp asks once.
        drop(self.answers.try_send(answer));
        Ok(())
    }

    fn note(&self, write: impl FnOnce(&mut Seen)) {
        write(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
