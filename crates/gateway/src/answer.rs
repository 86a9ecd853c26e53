//! Bringing a server's answer back: as it is, except for what must be filtered, sealed or recorded.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use ledger::Payload;
use mcp::result::Outcome as Answered;
use mcp::{GatewayCode, ProtocolVersion, RpcError, codes};

use crate::Gateway;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::{Fault, Upstream};
use crate::limits::Limit;
use crate::limits::slow::Source;
use crate::permission::ledger_unavailable;
use crate::reader::{Broken, Chunks};
use crate::refusal::Refusal;
use crate::session::{self, Link, Session};
use crate::settle::Ending;

const SESSION: &str = "mcp-session-id";
/// Bytes of a streamed answer that go into the record, which keeps no more.
const KEPT: usize = 64 << 10;

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Timeout => Self::Timeout,
            Broken::Draining => Self::Draining,
            Broken::AccessEnded => Self::AccessEnded,
            Broken::Connection(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "answer broken off");
                Self::BrokenOff
            }
        }
    }
}

impl Gateway {
    /// Answers a request with what the server said, after its outcome is recorded.
    pub(crate) async fn answer(
        &self,
        context: &Context,
        mut exchange: Exchange,
        upstream: Result<Upstream, Fault>,
    ) -> Result<Response<Body>, Refusal> {
        let Upstream { response, permit } = match upstream {
            Ok(upstream) => upstream,
            Err(fault) => return Err(self.failed(&mut exchange, &fault).await),
        };
        let status = response.status();
        let media = Media::of(&response);
        if media != Media::Json && exchange.tells_speech() && is_odd(status) {
            // It may speak another generation than it did.
            self.forget_speech(context);
        }
        if status == StatusCode::NOT_FOUND && exchange.in_session && media != Media::Json {
            self.settle(&mut exchange, failure("the server ended the session")).await.ok();
            return Err(session::ended());
        }
        let session = response.headers().get(SESSION).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (idle, total) = (permit.limits.idle, permit.limits.total);
        let chunks = if exchange.listens {
            Chunks::listening(response, permit, self.standing(context))
        } else {
            Chunks::new(response, permit, idle, Some(total), self.standing(context))
        };
        match media {
            Media::Json => self.json(context, exchange, status, session, chunks).await,
            Media::Events if status.is_success() => self.events(context, exchange, session, chunks).await,
            Media::Events | Media::Other(_) => {
                let what = if let Media::Other(name) = &media { name.clone() } else { "text/event-stream".to_owned() };
                Err(self.failed(&mut exchange, &Fault::NotMcp(format!("{status}, {what}"))).await)
            }
        }
    }

    /// Records a failure and turns it into the answer.
    pub(crate) async fn failed(&self, exchange: &mut Exchange, fault: &Fault) -> Refusal {
        match self.settle(exchange, failure(&fault.to_string())).await {
            Ok(()) => exchange.refusal(&fault.rpc()),
            Err(error) => exchange.refusal(&error),
        }
    }

    /// Records the outcome, if one is owed. The error is what the client gets instead of the answer.
    pub(crate) async fn settle(&self, exchange: &mut Exchange, ending: Ending) -> Result<(), RpcError> {
        let remembered = match &exchange.starter {
            Some(starter) => self.remember_task(starter, &ending).await,
            None => Ok(()),
        };
        let ending = match &remembered {
            Ok(()) => ending,
            Err(error) => Ending::Failure { error: error.message.to_string(), result: ending.result() },
        };
        exchange.track.came_to(ending.outcome().as_str());
        let Some(settle) = exchange.settle.take() else { return remembered };
        settle.finish(ending).await.map_err(|error| {
            tracing::error!(%error, "the outcome of a call could not be recorded; its answer is withheld");
            ledger_unavailable()
        })?;
        remembered
    }

    async fn json(
        &self,
        context: &Context,
        mut exchange: Exchange,
        status: StatusCode,
        session: Option<String>,
        mut chunks: Chunks,
    ) -> Result<Response<Body>, Refusal> {
        let most = usize::try_from(chunks.limits().max_answer).unwrap_or(usize::MAX);
        let max = self.inner.parts.settings.max_buffered.min(most);
        let (body, whole) = match chunks.read_up_to(max).await {
            Ok(read) => read,
            Err(broken) => return Err(self.failed(&mut exchange, &broken.into()).await),
        };
        if !whole {
            if exchange.list.is_some() || exchange.describes_server || max == most {
                self.inner.metrics.limited(Limit::Answer.name());
                return Err(self.failed(&mut exchange, &Fault::TooLarge(max as u64)).await);
            }
            return Ok(json_response(status, self.large(context, exchange, body, chunks)));
        }
        let said = body.clone();
        if exchange.tells_speech() && is_odd(status) && is_of_another_generation(&said) {
            self.doubt_speech(context);
        }
        let (body, ending) = match self.inspect(context, &exchange, &body) {
            Ok(inspected) => inspected,
            Err(fault) => return Err(self.failed(&mut exchange, &fault).await),
        };
        let sealed = self.sealed_session(context, &exchange, session, &said);
        self.settle(&mut exchange, ending).await.map_err(|error| exchange.refusal(&error))?;
        // In a session of the older revisions 404 means that the session is over; an answer to this very request is not that.
        let ours = status == StatusCode::NOT_FOUND && exchange.in_session && answers(&said, &exchange);
        let mut response = json_response(if ours { StatusCode::OK } else { status }, Body::from(body));
        response.headers_mut().extend(sealed.map(|value| (http::HeaderName::from_static(SESSION), value)));
        Ok(response)
    }

    /// Checks one answer, filters it, and says how the call ended.
    pub(crate) fn inspect(
        &self,
        context: &Context,
        exchange: &Exchange,
        body: &Bytes,
    ) -> Result<(Bytes, Ending), Fault> {
        if let Some(list) = exchange.list
            && let Some(body) = self.shown_before(context, list, &exchange.id, body)
        {
            return Ok((self.page(context, list, body)?, Ending::Success { result: Payload::new(""), note: None }));
        }
        let parsed = mcp::Response::parse(body).map_err(|error| Fault::NotMcp(error.to_string()))?;
        let ours = matches!((parsed.id, exchange.raw_id()), (Some(theirs), Some(ours)) if theirs.same_as(ours));
        // Only what is recorded is copied.
        let recorded = |raw: mcp::Raw<'_>| Payload::new(if exchange.settle.is_some() { raw.text() } else { "" });
        let ending = match &parsed.outcome {
            Answered::Error(error) => {
                Ending::Failure { error: format!("{}: {}", error.code, error.message), result: None }
            }
            Answered::Result(_) if !ours => return Err(Fault::NotMcp("an answer to another request".to_owned())),
            Answered::Result(result) if result.is_error => {
                Ending::Failure { error: "the tool reported an error".to_owned(), result: Some(recorded(result.raw)) }
            }
            Answered::Result(result) => Ending::Success { result: recorded(result.raw), note: asks_for_input(result) },
        };
        let is_result = matches!(parsed.outcome, Answered::Result(_));
        let body = match exchange.list {
            Some(list) if is_result => {
                let filtered = self.filter_list(context, list, body);
                let filtered = filtered.map_err(|error| Fault::NotMcp(format!("unreadable list: {error}")))?;
                self.page(context, list, filtered)?
            }
            _ if exchange.describes_server && is_result => self.described(context, exchange, body),
            _ if is_result => self.asking(context, exchange, body)?.unwrap_or_else(|| body.clone()),
            _ => body.clone(),
        };
        Ok((body, ending))
    }

    /// What a server says of itself: instructions as approved, and the revisions that can be spoken to it here.
    fn described(&self, context: &Context, exchange: &Exchange, body: &Bytes) -> Bytes {
        let body = self.filter_instructions(context, body).unwrap_or_else(|| body.clone());
        if let Some(opening) = &exchange.opens {
            // A server that lacks an old revision offers its oldest. What the client asked for is spoken here, and it
            // may know no other; between the older revisions messages differ in nothing but additions.
            return match answered_version(&body) {
                Some(answered) if answered > opening.version => {
                    let version = format!("\"{}\"", opening.version);
                    mcp::splice::set_result_member(&body, "protocolVersion", &version).unwrap_or(body)
                }
                _ => body,
            };
        }
        let versions = crate::bridge::our_versions();
        mcp::splice::set_result_member(&body, "supportedVersions", &versions).unwrap_or(body)
    }

    /// The session id that the client gets for the one of the server.
    pub(crate) fn sealed_session(
        &self,
        context: &Context,
        exchange: &Exchange,
        session: Option<String>,
        answer: &[u8],
    ) -> Option<HeaderValue> {
        let (opening, upstream) = (exchange.opens.clone()?, session?);
        let speaks = answered_version(answer)?;
        let version = speaks.min(opening.version);
        let parts = &self.inner.parts;
        let link = Link::Direct { id: upstream, speaks: (speaks != version).then_some(speaks) };
        let session = Session { version, link, client: opening.client, key: context.caller.key };
        let token =
            session::seal(&parts.vault, context.caller.person.id, context.server.id, &session, parts.env.now())?;
        HeaderValue::try_from(token).ok()
    }

    /// Streams a large JSON answer. Its last chunk is held back until the outcome is durable; over the limit the
    /// connection is reset, since JSON has no way to say that something is missing.
    fn large(&self, context: &Context, exchange: Exchange, begin: Bytes, chunks: Chunks) -> Body {
        let idle = chunks.limits().idle;
        let state = Large {
            gateway: self.clone(),
            exchange,
            chunks,
            head: begin.slice(..begin.len().min(KEPT)),
            held: Some(begin),
            sent: 0,
        };
        self.watched(state, idle, context.hangup.clone())
    }
}

struct Large {
    gateway: Gateway,
    exchange: Exchange,
    chunks: Chunks,
    held: Option<Bytes>,
    head: Bytes,
    sent: u64,
}

impl Source for Large {
    async fn step(mut self) -> (Option<std::io::Result<Bytes>>, Option<Self>) {
        let Some(held) = self.held.take() else { return (None, None) };
        let max = self.chunks.limits().max_answer;
        let read = self.chunks.next().await.map_err(Fault::from);
        self.sent += held.len() as u64;
        match read {
            Ok(Some(_)) if self.sent > max => {
                self.gateway.inner.metrics.limited(Limit::Answer.name());
                self.broken(&Fault::TooLarge(max)).await
            }
            Ok(Some(chunk)) => {
                self.held = Some(chunk);
                (Some(Ok(held)), Some(self))
            }
            Ok(None) => {
                let bytes = self.sent;
                let ending = Ending::Success {
                    result: Payload::beginning(String::from_utf8_lossy(&self.head), bytes),
                    note: Some(format!("an answer of {bytes} bytes was streamed; only its beginning is kept")),
                };
                match self.gateway.settle(&mut self.exchange, ending).await {
                    Ok(()) => (Some(Ok(held)), None),
                    Err(error) => (Some(Err(std::io::Error::other(error.message.into_owned()))), None),
                }
            }
            Err(fault) => self.broken(&fault).await,
        }
    }

    async fn abandon(mut self, idle: Duration) {
        let _ = self.gateway.settle(&mut self.exchange, abandoned(idle)).await;
    }
}

impl Large {
    async fn broken(mut self, fault: &Fault) -> (Option<std::io::Result<Bytes>>, Option<Self>) {
        let ending = failure(&fault.to_string());
        let _ = self.gateway.settle(&mut self.exchange, ending).await;
        (Some(Err(std::io::Error::other(fault.to_string()))), None)
    }
}

/// Whether this is an answer to this request.
fn answers(body: &[u8], exchange: &Exchange) -> bool {
    let id = mcp::Response::parse(body).ok().and_then(|response| Some(response.id?.same_as(exchange.raw_id()?)));
    id.unwrap_or_default()
}

/// A status with which servers answer what they do not understand at all, among other things.
fn is_odd(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 404 | 405)
}

/// Whether an answer with such a status is one of a server that knows another generation: older ones miss their session or
/// their handshake, and newer ones the revision. That costs a question at most, where it was something else.
fn is_of_another_generation(answer: &[u8]) -> bool {
    /// What official SDKs say of a request without its session.
    const NO_SESSION: i64 = -32000;
    let Ok(mcp::Response { outcome: Answered::Error(error), .. }) = mcp::Response::parse(answer) else { return false };
    matches!(error.code, NO_SESSION | codes::INVALID_REQUEST | codes::UNSUPPORTED_VERSION)
}

/// The revision in the answer to `initialize`.
fn answered_version(answer: &[u8]) -> Option<ProtocolVersion> {
    let raw = mcp::Raw::parse(std::str::from_utf8(answer).ok()?).ok()?;
    ProtocolVersion::parse(&raw.at_path(&["result", "protocolVersion"])?.as_str()?)
}

/// What the record says of an answer that is none yet.
pub(crate) fn asks_for_input(result: &mcp::result::ResultView<'_>) -> Option<String> {
    (result.result_type == mcp::result::ResultType::InputRequired)
        .then(|| "the server asks for input before it goes on".to_owned())
}

/// A failure in words.
pub(crate) fn failure(error: &str) -> Ending {
    Ending::Failure { error: error.to_owned(), result: None }
}

/// The outcome of an answer that its client did not take.
pub(crate) fn abandoned(idle: Duration) -> Ending {
    let why = format!("the client took nothing of its answer for {idle:?}, so its connection was cut");
    failure(&why)
}

/// An answer without a body.
pub(crate) fn bodiless(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn json_response(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Events,
    Other(String),
}

impl Media {
    pub(crate) fn of<B>(response: &Response<B>) -> Self {
        let value = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let media = value.split(';').next().unwrap_or_default().trim();
        if media.eq_ignore_ascii_case("application/json") {
            Self::Json
        } else if media.eq_ignore_ascii_case("text/event-stream") {
            Self::Events
        } else if media.is_empty() {
            Self::Other("no content type".to_owned())
        } else {
            Self::Other(media.chars().take(60).filter(|c| !c.is_control()).collect())
        }
    }
}

/// The error of a stream that has begun: there is no status left to say it with.
pub(crate) fn stream_error(exchange: &Exchange, error: &RpcError) -> Bytes {
    mcp::sse::message(&error.to_bytes(exchange.raw_id()))
}

/// The message of a stream that was cut.
pub(crate) fn truncated(limit: usize) -> RpcError {
    RpcError::gateway(GatewayCode::Truncated, format!("the server sent an event larger than {limit} bytes"))
}
