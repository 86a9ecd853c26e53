//! Our transport in the shape that rmcp asks for.
//!
//! It keeps what rmcp has no place for: the raw answers, and the exact failure. rmcp itself is told as little as it
//! needs to negotiate.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use mcp::result::{Outcome, Response};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::Sse;
use tokio::time::Instant;

use crate::Failure;
use crate::wire::{Outgoing, Wire};

pub(crate) const DISCOVER: &str = "server/discover";
pub(crate) const INITIALIZE: &str = "initialize";
pub(crate) const NOTIFICATION: &str = "notifications/initialized";

/// What went over the transport.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// The last request.
    pub(crate) asked: Option<&'static str>,
    /// The last failure.
    pub(crate) failure: Option<Failure>,
    /// The status with which the last request was refused.
    pub(crate) status: Option<StatusCode>,
    /// The last result.
    pub(crate) answer: Option<Bytes>,
    pub(crate) session: Option<String>,
    pub(crate) first_answer: Option<Duration>,
}

/// The transport.
#[derive(Clone)]
pub(crate) struct Adapter {
    pub(crate) wire: Wire,
    pub(crate) seen: Arc<Mutex<Seen>>,
    /// The end of the handshake.
    pub(crate) until: Instant,
    /// How long `server/discover` may take, so that time is left for another try.
    pub(crate) patience: Duration,
}

/// What rmcp learns of a failure: nothing, since it logs it. The report has the details.
#[derive(Debug)]
pub(crate) struct Reported;

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the exchange failed; the report of the connection test says how")
    }
}

impl std::error::Error for Reported {}

/// The messages that a handshake consists of.
enum Message {
    Discover(RequestId),
    Request(&'static str),
    OneWay,
}

impl Message {
    fn of(message: &ClientJsonRpcMessage) -> Self {
        match message {
            ClientJsonRpcMessage::Request(request) => match &request.request {
                ClientRequest::DiscoverRequest(_) => Self::Discover(request.id.clone()),
                ClientRequest::InitializeRequest(_) => Self::Request(INITIALIZE),
                _ => Self::Request("a request"),
            },
            _ => Self::OneWay,
        }
    }
}

impl Adapter {
    async fn exchange(
        &self,
        message: ClientJsonRpcMessage,
        headers: HeaderMap,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let body = serde_json::to_vec(&message).map_err(|error| Failure::NotMcp { why: error.to_string() })?;
        let left = self.until.saturating_duration_since(Instant::now());
        let (method, deadline, discover) = match Message::of(&message) {
            Message::Discover(id) => (DISCOVER, left.min(self.patience), Some(id)),
            Message::Request(method) => (method, left, None),
            Message::OneWay => {
                self.wire.notify(Outgoing { method: NOTIFICATION, headers, body, deadline: left }).await?;
                return Ok(StreamableHttpPostResponse::Accepted);
            }
        };
        self.note(|seen| (seen.asked, seen.failure, seen.status) = (Some(method), None, None));
        let begun = Instant::now();
        let outcome = self.wire.request(Outgoing { method, headers, body, deadline }).await;
        self.note(|seen| seen.first_answer = seen.first_answer.or(Some(begun.elapsed())));
        match outcome {
            Ok(incoming) => match typed(&incoming.message, method)? {
                ServerJsonRpcMessage::Error(error) => {
                    let failure = refused(&incoming.message, method);
                    let failure = failure.unwrap_or_else(|| Failure::NotMcp { why: "it is no error".to_owned() });
                    discover.ok_or_else(|| failure.clone()).map(|id| self.refusal(failure, Some(&error.error), id))
                }
                typed => {
                    self.note(|seen| {
                        seen.answer = Some(incoming.message);
                        seen.session.clone_from(&incoming.session);
                    });
                    Ok(StreamableHttpPostResponse::Json(typed, incoming.session))
                }
            },
            Err(Failure::Status { status, page, error }) => {
                self.note(|seen| seen.status = Some(status));
                let body = error.as_deref().unwrap_or_default();
                let failure = refused(body, method).unwrap_or(Failure::Status { status, page, error: error.clone() });
                match discover {
                    // Refused as a bad request or as unknown: what a server from before 2026-07-28 does.
                    Some(id) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                        let said = match typed(body, method) {
                            Ok(ServerJsonRpcMessage::Error(error)) => Some(error.error),
                            _ => None,
                        };
                        Ok(self.refusal(failure, said.as_ref(), id))
                    }
                    // The status decides whether the older question is worth a try.
                    Some(_) => Err(Failure::Status { status, page, error }),
                    None if status == StatusCode::TOO_MANY_REQUESTS => Err(Failure::Status { status, page, error }),
                    None => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// A refused `server/discover` as rmcp needs it to go on: with the id of the request, which servers that refuse a
    /// message before they read it cannot repeat, and without the server's words, which may repeat the credential and
    /// would end up in a log.
    fn refusal(&self, failure: Failure, said: Option<&ErrorData>, id: RequestId) -> StreamableHttpPostResponse {
        self.note(|seen| seen.failure = Some(failure));
        let code = said.map_or(ErrorCode::INVALID_REQUEST, |said| said.code);
        // The versions that the server has instead.
        let data = said.filter(|_| code == ErrorCode::UNSUPPORTED_PROTOCOL_VERSION).and_then(|said| said.data.clone());
        let refusal = ErrorData::new(code, "refused", data);
        StreamableHttpPostResponse::Json(ServerJsonRpcMessage::error(refusal, Some(id)), None)
    }

    fn note(&self, write: impl FnOnce(&mut Seen)) {
        write(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The JSON-RPC error in a body, if it is one.
pub(crate) fn refused(body: &[u8], method: &str) -> Option<Failure> {
    match Response::parse(body).ok()?.outcome {
        Outcome::Error(error) => {
            Some(Failure::Refused { method: method.to_owned(), code: error.code, message: error.message.into_owned() })
        }
        Outcome::Result(_) => None,
    }
}

/// The message as rmcp reads it.
pub(crate) fn typed(message: &[u8], method: &str) -> Result<ServerJsonRpcMessage, Failure> {
    serde_json::from_slice(message).map_err(|error| Failure::NotMcp {
        why: format!("its answer to `{method}` is not what the protocol says: {error}"),
    })
}

impl StreamableHttpClient for Adapter {
    type Error = Reported;

    async fn post_message(
        &self,
        _: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        protocol_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, StreamableHttpError<Reported>> {
        let mut headers: HeaderMap = protocol_headers.into_iter().collect();
        add_session(&mut headers, session.as_deref());
        self.exchange(message, headers).await.map_err(|failure| {
            self.note(|seen| seen.failure = Some(failure));
            StreamableHttpError::Client(Reported)
        })
    }

    async fn delete_session(
        &self,
        _: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        protocol_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), StreamableHttpError<Reported>> {
        let mut headers: HeaderMap = protocol_headers.into_iter().collect();
        add_session(&mut headers, Some(&session));
        self.wire.end_session(headers).await;
        Ok(())
    }

    /// A test listens to nothing that the server says of its own accord.
    async fn get_stream(
        &self,
        _: Arc<str>,
        _: Option<Arc<str>>,
        _: Option<String>,
        _: Option<String>,
        _: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, StreamableHttpError<Reported>> {
        Err(StreamableHttpError::ServerDoesNotSupportSse)
    }
}

/// Adds the session, if there is one. An id that is no header value was none to begin with.
pub(crate) fn add_session(headers: &mut HeaderMap, session: Option<&str>) {
    if let Some(value) = session.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(mcp::headers::SESSION_ID_LOWER, value);
    }
}
