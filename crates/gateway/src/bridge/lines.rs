//! Sessions that the gateway opens at servers of the older revisions for clients that have none.
//!
//! A session belongs to one person and one set of client capabilities, so that nothing of one person can reach another. It
//! is opened at the first call, shared by the calls that follow, closed when nobody used it for a while ([`super::kept`]),
//! and opened anew when the server has forgotten it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use mcp::ProtocolVersion;
use mcp::bridge::{self, ClientIdentity};
use mcp::result::Outcome;
use tokio_util::sync::CancellationToken;

use super::kept::{LineKey, Opener};
use super::readers::{Back, Readers};
use super::replies::{Replies, Resume};
use super::speaks::Speaks;
use super::sse_line::SseLine;
use crate::Gateway;
use crate::context::Context;
use crate::forward::{Fault, Outgoing};
use crate::limits::{Kind, Pass};

/// Time for a server to begin the stream of a session.
const BESIDE: Duration = Duration::from_secs(2);
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// For which client of a person a session is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) identity: &'a ClientIdentity,
    /// The client's own session, if it has one; clients without share.
    pub(crate) session: &'a str,
}

/// A session at a server.
#[derive(Debug)]
pub(crate) struct Line {
    carrier: Carrier,
    /// The revision that was agreed on.
    pub(crate) version: ProtocolVersion,
    /// What the server said of itself: an `InitializeResult`.
    pub(crate) initialize: Bytes,
    /// The most talkative level that was asked for.
    pub(crate) level: tokio::sync::Mutex<Option<usize>>,
    requests: AtomicU64,
    /// The server has taken a request in it.
    answered: AtomicBool,
    /// The server has forgotten it.
    forgotten: AtomicBool,
    /// Who opened it.
    pub(super) opener: Opener,
}

/// The stream of a session on which a server says what it does not say in answers.
#[derive(Debug)]
struct Beside {
    readers: Arc<Readers>,
    gone: CancellationToken,
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}

/// How messages of a session travel.
#[derive(Debug)]
enum Carrier {
    /// Streamable HTTP, with the server's id of the session; servers may do without.
    Streamable { session: Option<HeaderValue>, beside: tokio::sync::Mutex<Option<Beside>> },
    /// HTTP+SSE.
    Sse(Arc<SseLine>),
}

impl Line {
    /// An id for a request or a progress token, unique in this session, as JSON.
    pub(crate) fn id(&self) -> String {
        self.requests.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// Whether the server has a session that it can be told to end.
    pub(super) fn can_be_ended(&self) -> bool {
        matches!(self.carrier, Carrier::Streamable { session: Some(_), .. }) && !self.forgotten.load(Ordering::Relaxed)
    }

    /// The server does not know the session any more.
    fn is_forgotten(&self) -> Fault {
        self.forgotten.store(true, Ordering::Relaxed);
        Fault::SessionEnded
    }

    /// Whether the session can go on, as far as is known here.
    fn is_open(&self) -> bool {
        !matches!(&self.carrier, Carrier::Sse(line) if line.has_ended())
    }

    /// The headers of a request in this session.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.version.requires_version_header() {
            headers.insert("mcp-protocol-version", HeaderValue::from_static(self.version.as_str()));
        }
        if let Carrier::Streamable { session: Some(session), .. } = &self.carrier {
            headers.insert(SESSION, session.clone());
        }
        headers
    }
}

impl Gateway {
    /// The session of this person and client at the server, opened if need be.
    pub(crate) async fn line(&self, context: &Context, whose: Whose<'_>) -> Result<Arc<Line>, Fault> {
        // Somebody else may be opening it. Who finds that this failed tries it once more.
        let (deadline, mut standing) = (2 * self.limits(context, None).first_byte, self.standing(context));
        tokio::select! {
            line = tokio::time::timeout(deadline, self.line_in_turn(context, whose)) => line.map_err(|_| Fault::Timeout)?,
            broken = standing.lost() => Err(broken.into()),
        }
    }

    async fn line_in_turn(&self, context: &Context, whose: Whose<'_>) -> Result<Arc<Line>, Fault> {
        let slot = self.line_slot(LineKey::of(context, whose));
        let mut line = slot.lock().await;
        if let Some(line) = line.as_ref().filter(|line| line.is_open()) {
            return Ok(line.clone());
        }
        let opened =
            self.open_line(context, whose.identity, true).await.inspect_err(|_| self.forget_speech(context))?;
        let opened = Arc::new(opened);
        *line = Some(opened.clone());
        Ok(opened)
    }

    /// Forgets a session that the server has forgotten. The next call opens another.
    pub(crate) async fn line_lost(&self, context: &Context, whose: Whose<'_>, lost: &Arc<Line>) {
        let key = LineKey::of(context, whose);
        let Some(slot) = self.inner.lines.find(&key) else { return };
        let left = slot.lock().await.take_if(|line| Arc::ptr_eq(line, lost));
        // Where the server did not say so clearly, it may be there still, and others may be using it.
        if let Some(line) = left.filter(|line| line.can_be_ended()) {
            self.inner.lines.leave(key, line);
        }
    }

    /// Ends the session of a client that has ended its own.
    pub(crate) async fn end_line(&self, context: &Context, whose: Whose<'_>) {
        let Some(slot) = self.inner.lines.find(&LineKey::of(context, whose)) else { return };
        if let Some(line) = slot.lock().await.take() {
            self.close_line(context, line);
        }
    }

    /// Opens a session: `initialize` and `notifications/initialized`.
    ///
    /// One that calls share listens beside them, too: servers ask and log there as well. What is heard there while a call
    /// is under way belongs to the newest one.
    pub(crate) async fn open_line(
        &self,
        context: &Context,
        identity: &ClientIdentity,
        shared: bool,
    ) -> Result<Line, Fault> {
        const ID: &str = "\"drawbridge-initialize\"";
        let sse = matches!(self.speaks(context).await.as_deref(), Some(Speaks::HttpSse));
        let asks = if sse { ProtocolVersion::V2024_11_05 } else { ProtocolVersion::LATEST_LEGACY };
        let body = bridge::initialize_request(ID, asks, identity);
        let pass = self.pass(context, Kind::Own, None).await?;
        let (carrier, mut replies) = if sse {
            let line = SseLine::open(self, context).await?;
            let replies = line.request(self, context, pass, body).await?;
            (Carrier::Sse(line), replies)
        } else {
            let headers = HeaderMap::new();
            let outgoing = Outgoing { method: Method::POST, headers, to: None, body: Some(body) };
            let upstream = self.dispatch(context, pass, outgoing).await?;
            let session = upstream.response.headers().get(SESSION).cloned();
            (
                Carrier::Streamable { session, beside: tokio::sync::Mutex::default() },
                Replies::new(self, context, upstream)?,
            )
        };
        let (version, initialize) = loop {
            let Some(message) = replies.next().await? else {
                return Err(Fault::NotMcp("no answer to initialize".to_owned()));
            };
            let Ok(response) = mcp::Response::parse(&message) else { continue };
            match response.outcome {
                Outcome::Result(result) => {
                    let version = result.raw.get("protocolVersion").and_then(mcp::Raw::as_str);
                    let version = version.as_deref().and_then(ProtocolVersion::parse);
                    let version = version
                        .filter(|version| version.has_initialize())
                        .ok_or_else(|| Fault::NotMcp("initialize was answered with an unknown revision".to_owned()))?;
                    break (version, Bytes::copy_from_slice(result.raw.as_bytes()));
                }
                Outcome::Error(error) => {
                    return Err(Fault::NotMcp(format!("initialize was refused: {}: {}", error.code, error.message)));
                }
            }
        };
        drop(replies);
        let level = tokio::sync::Mutex::default();
        let mut line = Line {
            carrier,
            version,
            initialize,
            level,
            requests: AtomicU64::new(1),
            answered: AtomicBool::new(false),
            forgotten: AtomicBool::new(false),
            opener: Opener::of(context),
        };
        self.notify(context, &line, bridge::initialized_notification()).await?;
        if shared && matches!(line.carrier, Carrier::Streamable { session: Some(_), .. }) {
            let said = self.beside(context, &line).await;
            if let Carrier::Streamable { beside, .. } = &mut line.carrier {
                *beside.get_mut() = said;
            }
        }
        Ok(line)
    }

    /// Sends a message in a session that has no answer.
    pub(crate) async fn notify(&self, context: &Context, line: &Line, body: Bytes) -> Result<(), Fault> {
        if let Carrier::Sse(sse) = &line.carrier {
            let pass = self.pass(context, Kind::Own, None).await?;
            return sse.post(self, context, pass, body).await.map(drop);
        }
        let headers = line.headers();
        let outgoing = Outgoing { method: Method::POST, headers, to: None, body: Some(body) };
        let upstream = self.dispatch_own(context, outgoing).await?;
        match upstream.response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND => Err(line.is_forgotten()),
            status => Err(Fault::NotMcp(format!("{status} to a notification"))),
        }
    }

    /// Sends a request in a session. Where it can be sent `again` in another one, a refusal that could mean that the server
    /// has forgotten this one is taken for that.
    pub(crate) async fn request(
        &self,
        context: &Context,
        mut pass: Pass,
        line: &Line,
        body: Bytes,
        again: bool,
    ) -> Result<Replies, Fault> {
        let (session, beside) = match &line.carrier {
            Carrier::Sse(sse) => return sse.request(self, context, pass, body).await,
            Carrier::Streamable { session, beside } => (session, beside),
        };
        let readers = self.readers_beside(context, line, beside).await;
        let own = pass.own;
        let mut beside = readers.zip(crate::messages::id_of(&body)).map(|(readers, id)| readers.call(&id, own));
        let headers = line.headers();
        let outgoing = Outgoing { method: Method::POST, headers, to: None, body: Some(body) };
        let upstream = match &mut beside {
            None => self.dispatch(context, pass, outgoing).await?,
            Some(hearing) => {
                let (gateway, shared, turns) = (self.clone(), context.share(), std::mem::take(&mut pass.turns));
                let mut sending =
                    Box::pin(async move { (gateway.dispatch(&shared, pass, outgoing).await, gateway, shared) });
                tokio::select! {
                    sent = &mut sending => {
                        let mut upstream = sent.0?;
                        upstream.permit.turns = turns;
                        upstream
                    }
                    // Who answers in JSON begins at its end, and may ask before.
                    Some(said) = hearing.recv() => {
                        let opening = Box::pin(async move {
                            let (upstream, gateway, context) = sending.await;
                            Replies::new(&gateway, &context, upstream?)
                        });
                        return Ok(Replies::asking(said, turns, opening).beside(beside));
                    }
                }
            }
        };
        let status = upstream.response.status();
        if session.is_some() && status == StatusCode::NOT_FOUND {
            return Err(line.is_forgotten());
        }
        let answered = line.answered.fetch_or(status.is_success(), Ordering::Relaxed);
        let doubtful = again && answered && session.is_some() && status == StatusCode::BAD_REQUEST;
        let resume = Resume::new(self, context, line.headers(), &upstream.permit.limits);
        let mut replies = match Replies::new(self, context, upstream) {
            // Many servers say 400 where the specification wants 404.
            Err(Fault::NotMcp(_)) if doubtful => return Err(Fault::SessionEnded),
            replies => replies?,
        };
        if doubtful && replies.are_about_no_request().await? {
            return Err(Fault::SessionEnded);
        }
        Ok(replies.resuming(resume).beside(beside))
    }

    /// Who reads the stream of a session, which is opened again if the server or something between has closed it.
    async fn readers_beside(
        &self,
        context: &Context,
        line: &Line,
        beside: &tokio::sync::Mutex<Option<Beside>>,
    ) -> Option<Arc<Readers>> {
        let mut beside = beside.lock().await;
        if beside.as_ref()?.gone.is_cancelled() {
            *beside = self.beside(context, line).await;
        }
        beside.as_ref().map(|beside| beside.readers.clone())
    }

    /// Opens the stream of a session, if the server has one.
    async fn beside(&self, context: &Context, line: &Line) -> Option<Beside> {
        let stream = tokio::time::timeout(BESIDE, self.listen_on(context, line)).await.ok()?.ok()?;
        let beside = Beside { readers: Arc::default(), gone: CancellationToken::new() };
        let back = Back::new(self, context, line.headers(), None);
        beside.readers.read(self, stream, back, beside.gone.clone());
        Some(beside)
    }

    /// What a server says unasked in a session.
    pub(crate) async fn listen_on(&self, context: &Context, line: &Line) -> Result<Replies, Fault> {
        if let Carrier::Sse(sse) = &line.carrier {
            return Ok(sse.listen(self, context, self.pass(context, Kind::Own, None).await?));
        }
        let headers = line.headers();
        let outgoing = Outgoing { method: Method::GET, headers, to: None, body: None };
        Replies::listening(self, context, self.dispatch_own(context, outgoing).await?)
    }

    /// Ends a session at the server, without waiting for it.
    pub(crate) fn close_line(&self, context: &Context, line: Arc<Line>) {
        if line.can_be_ended() {
            let (gateway, context) = (self.clone(), context.share());
            self.inner.tasks.spawn(async move { gateway.end_at_server(&context, &line).await });
        }
    }

    /// Ends a session at the server.
    pub(super) async fn end_at_server(&self, context: &Context, line: &Line) {
        let outgoing = Outgoing { method: Method::DELETE, headers: line.headers(), to: None, body: None };
        if let Err(fault) = self.dispatch_own(context, outgoing).await {
            tracing::debug!(server = %context.server.slug, %fault, "a session could not be ended");
        }
    }
}
