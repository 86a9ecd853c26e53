//! One HTTP exchange with the server under test, bounded in time and length.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use net::{NetError, Url};
use reqwest::Response;

use crate::{Failure, Limits, answer};

/// How long the goodbye to a session may take. The test is over by then; nobody should wait for it.
const GOODBYE: Duration = Duration::from_secs(2);

/// A way to the server under test. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wire(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    url: Url,
    credential: HeaderMap,
    limits: Limits,
}

/// A message to be posted.
pub(crate) struct Outgoing<'a> {
    /// Its method, for messages to people.
    pub(crate) method: &'a str,
    /// The protocol's own headers.
    pub(crate) headers: HeaderMap,
    /// The JSON-RPC message.
    pub(crate) body: Vec<u8>,
    /// When to give up.
    pub(crate) deadline: Duration,
}

/// The answer to a request.
pub(crate) struct Incoming {
    /// `Mcp-Session-Id`, if the server gave one.
    pub(crate) session: Option<String>,
    /// The JSON-RPC response.
    pub(crate) message: Bytes,
}

impl Wire {
    pub(crate) fn new(client: reqwest::Client, url: Url, credential: HeaderMap, limits: Limits) -> Self {
        Self(Arc::new(Inner { client, url, credential, limits }))
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn request(&self, outgoing: Outgoing<'_>) -> Result<Incoming, Failure> {
        let (method, deadline) = (outgoing.method, outgoing.deadline);
        within(method, deadline, async {
            let response = self.post(&self.0.url, outgoing).await?;
            let session = response.headers().get(mcp::headers::SESSION_ID_LOWER).and_then(|id| id.to_str().ok());
            let session = session.map(str::to_owned);
            let message = answer::message(response, method, self.has_credential(), self.0.limits.max_body).await?;
            Ok(Incoming { session, message })
        })
        .await
    }

    /// Sends a notification.
    pub(crate) async fn notify(&self, outgoing: Outgoing<'_>) -> Result<(), Failure> {
        self.deliver(&self.0.url, outgoing).await
    }

    /// Sends a message of which only the taking matters, to another address of the same server.
    pub(crate) async fn deliver(&self, to: &Url, outgoing: Outgoing<'_>) -> Result<(), Failure> {
        let (method, deadline) = (outgoing.method, outgoing.deadline);
        within(method, deadline, async {
            answer::acknowledgement(self.post(to, outgoing).await?, self.has_credential()).await
        })
        .await
    }

    /// Opens the server's event stream. The caller sets the deadline.
    pub(crate) async fn listen(&self) -> Result<Response, Failure> {
        let request = self
            .0
            .client
            .get(self.0.url.clone())
            .headers(self.0.credential.clone())
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let response = request.send().await.map_err(|error| NetError::of(&error))?;
        answer::events(response, self.has_credential()).await
    }

    /// The most bytes of one answer.
    pub(crate) fn max_body(&self) -> usize {
        self.0.limits.max_body
    }

    /// Ends a session. Servers need not support it, so nothing comes of a refusal.
    pub(crate) async fn end_session(&self, headers: HeaderMap) {
        let sent = self.0.client.delete(self.0.url.clone()).headers(self.0.credential.clone()).headers(headers).send();
        match tokio::time::timeout(GOODBYE, sent).await {
            Ok(Ok(response)) => tracing::debug!(status = %response.status(), "the test's session was ended"),
            Ok(Err(_)) | Err(_) => tracing::debug!("the test's session could not be ended"),
        }
    }

    fn has_credential(&self) -> bool {
        !self.0.credential.is_empty()
    }

    async fn post(&self, to: &Url, outgoing: Outgoing<'_>) -> Result<Response, Failure> {
        let request = self
            .0
            .client
            .post(to.clone())
            .headers(self.0.credential.clone())
            .headers(outgoing.headers)
            .header(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(outgoing.body);
        request.send().await.map_err(|error| NetError::of(&error).into())
    }
}

/// Gives up after the deadline.
pub(crate) async fn within<T>(
    method: &str,
    deadline: Duration,
    exchange: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(deadline, exchange).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::Timeout { method: method.to_owned(), after: deadline }),
    }
}
