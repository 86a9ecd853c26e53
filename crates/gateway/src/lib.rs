//! The data path: authenticate → authorise → admit → forward → settle, for everything under `/mcp/`.
//!
//! Bytes with light parsing, not typed messages: what a client sent is forwarded as it was sent, what a server answers
//! comes back as it was answered, except where a rule needs otherwise (a filtered list, a withheld definition, a sealed
//! session id). The database is not read here; everything comes from [`directory::Directory`], and the audit log is written
//! through [`ledger::Ledger`]. Only whose a task is, is asked once for each task that this node did not see begin ([`Tasks`]).
//!
//! - [`Gateway::handle`] is the one entry; `edge` checks host, origin and credential.
//! - `call` parses a message and sends it its way; `permission` is the only place that asks the policy.
//! - `limits` keeps one caller, one server or one flood from everybody else.
//! - `forward` speaks to the server; `answer`, `stream` and `rewriting` bring its answer back.
//! - `settle` owns the outcome record of an audited call: it is written whatever happens to the connection.
//! - `track` follows one message: how long its phases take (`phases`), its place in a trace (`trace`), its spans.
//! - `sealed` keeps what servers give clients to come back with in the hands of those it was given to.
//! - `nodes` passes on what another node of the installation holds.
//! - `bridge` translates where client and server share no generation of MCP.

mod answer;
mod batch;
mod bridge;
mod call;
mod context;
mod edge;
mod events;
mod exchange;
mod forward;
mod http_sse;
mod incoming;
mod known;
mod limits;
mod lists;
mod messages;
mod metrics;
mod nodes;
mod permission;
mod phases;
mod reader;
mod refusal;
mod rewriting;
mod sealed;
mod session;
mod settle;
mod shown;
mod standing;
mod stream;
mod task;
mod trace;
mod track;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use chrono::{DateTime, Utc};
use domain::{CorrelationId, Definition, Health, Limits, ServerId, Speaks};
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use parking_lot::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use edge::Peer;
use limits::Limiter;
pub use limits::slow::Hangup;
pub use metrics::Metrics;
use nodes::Sent;
use phases::Phase;
use refusal::Refusal;
pub use task::{TaskKey, TaskOwner};
use track::Track;
pub use track::{Span, SpanKind, SpanValue, Spans};

/// The header that names what a request caused, for support and for the audit log.
pub const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-drawbridge-correlation-id");

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Limits and addresses of the data path.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Values of `Host` that are served, without port; anything else is refused (DNS rebinding).
    pub allowed_hosts: Vec<String>,
    /// Values of `Origin` that are served; a request without one is served too.
    pub allowed_origins: Vec<String>,
    /// Where the console is, without a slash at the end: refusals name pages of it.
    pub console: String,
    /// Largest JSON answer that is held in memory, in bytes; a larger one is streamed.
    pub max_buffered: usize,
    /// Limits where nothing else is set for a server.
    pub limits: Limits,
    /// Tell clients by `Server-Timing` what the phases of their request took. For development only.
    pub server_timing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allowed_hosts: vec!["localhost".into(), "127.0.0.1".into(), "[::1]".into()],
            allowed_origins: Vec::new(),
            console: "http://localhost:3000".into(),
            max_buffered: 4 << 20,
            limits: Limits::default(),
            server_timing: false,
        }
    }
}

/// What the data path notices about servers. Called from the hot path: implementations must return at once.
pub trait Observer: Send + Sync {
    /// These definitions differ from what was approved, or were never approved.
    fn drifted(&self, server: ServerId, seen: Vec<Definition>);
    /// The server's health changed.
    fn health(&self, server: ServerId, health: Health, detail: Option<String>);
    /// The server was asked which MCP it speaks, under this revision of its settings, and said this.
    fn speaks(&self, server: ServerId, revision: u64, speaks: Speaks);
    /// A key was used.
    fn key_used(&self, key: domain::KeyId);
    /// A client ended its session (SHA-256 of the session's id, which opens until then): to be remembered for all nodes.
    /// Not from the hot path; false when it could not be written.
    fn session_ended(&self, session: [u8; 32], until: DateTime<Utc>) -> BoxFuture<'_, bool>;
}

/// That it cannot be found out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown;

/// Who started the tasks of servers, for all nodes. A server knows one client, the gateway, so the id of a task must not be
/// enough to get at it (MCP security: "Session Hijacking"). Not from the hot path.
pub trait Tasks: Send + Sync {
    /// A task was started: its server, SHA-256 of its id, who did, and until when that is to be remembered. Gives who did,
    /// which is somebody else where the server has given the same id before; nothing when it could not be written.
    fn started(&self, task: TaskKey, by: TaskOwner, until: DateTime<Utc>) -> BoxFuture<'_, Option<TaskOwner>>;
    /// Who started a task, if anybody has.
    ///
    /// # Errors
    /// When that cannot be found out now.
    fn owner(&self, task: TaskKey) -> BoxFuture<'_, Result<Option<TaskOwner>, Unknown>>;
}

/// What the data path stands on.
pub struct Parts {
    /// Servers, people, rules, keys.
    pub directory: directory::Directory,
    /// The audit log.
    pub ledger: ledger::Ledger,
    /// Opens the sealed headers of servers, seals session ids.
    pub vault: vault::Vault,
    /// The one outbound client.
    pub net: net::Net,
    /// The way to the other nodes.
    pub peers: net::Peers,
    /// Time and randomness.
    pub env: Arc<dyn domain::Env>,
    /// Who is told what is noticed.
    pub observer: Arc<dyn Observer>,
    /// Whose tasks are whose.
    pub tasks: Arc<dyn Tasks>,
    /// Who gets the spans of what is done here; nothing is kept of them where nobody does.
    pub spans: Option<Arc<dyn Spans>>,
    /// Limits and addresses.
    pub settings: Settings,
}

/// The data path. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

/// The last state of a definition that the observer was told: its digest and the state of its pin.
type Reported = HashMap<(ServerId, domain::PinKind, String), (String, Option<domain::PinState>)>;

/// What every request to a server has in common.
struct Way {
    /// Its address, which may be connected to.
    uri: http::Uri,
    /// Its own headers, opened.
    headers: Vec<(HeaderName, HeaderValue)>,
}

struct Inner {
    parts: Parts,
    metrics: Arc<Metrics>,
    /// Ways to servers, each for one revision of its settings.
    ways: RwLock<HashMap<ServerId, (u64, Arc<Way>)>>,
    limiter: Limiter,
    health: Mutex<HashMap<ServerId, Health>>,
    reported: Mutex<Reported>,
    known: known::Known,
    shown: shown::Shown,
    /// What servers speak.
    speaks: RwLock<HashMap<ServerId, bridge::speaks::Known>>,
    /// Whose turn it is to ask a server what it speaks.
    asking: bridge::Turns,
    /// Sessions at servers, for clients that have none.
    lines: bridge::kept::Lines,
    /// Sessions with clients, for servers that have none.
    sessions: bridge::sessions::Sessions,
    /// Which arguments of their tools servers want mirrored.
    listed: RwLock<HashMap<ServerId, bridge::tools::Listed>>,
    /// Whose turn it is to read a server's tools for that.
    listing: bridge::Turns,
    /// Streams of clients of 2024-11-05.
    connections: http_sse::Connections,
    questions: bridge::asked::Questions,
    parked: bridge::parked::Parked,
    others: nodes::Others,
    owners: task::Owners,
    tasks: TaskTracker,
    draining: CancellationToken,
}

impl Gateway {
    /// A data path over these parts.
    pub fn new(parts: Parts) -> Self {
        let metrics = Arc::new(Metrics::new());
        let limiter = Limiter::new(&metrics);
        let others = nodes::Others::new(parts.peers.clone());
        Self {
            inner: Arc::new(Inner {
                parts,
                metrics,
                ways: RwLock::default(),
                limiter,
                health: Mutex::default(),
                reported: Mutex::default(),
                known: known::Known::default(),
                shown: shown::Shown::default(),
                speaks: RwLock::default(),
                asking: bridge::Turns::default(),
                lines: bridge::kept::Lines::default(),
                sessions: bridge::sessions::Sessions::default(),
                listed: RwLock::default(),
                listing: bridge::Turns::default(),
                connections: http_sse::Connections::default(),
                questions: bridge::asked::Questions::default(),
                parked: bridge::parked::Parked::default(),
                others,
                owners: task::Owners::default(),
                tasks: TaskTracker::new(),
                draining: CancellationToken::new(),
            }),
        }
    }

    /// Counters and histograms of the data path.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Serves one HTTP request to an endpoint of `/mcp/<slug>`. Errors are answers, never panics.
    pub async fn handle(&self, slug: &str, endpoint: Endpoint, request: Request<Body>) -> Response<Body> {
        let correlation = CorrelationId::generate(&*self.inner.parts.env);
        let timer = self.inner.metrics.begin();
        let parts = &self.inner.parts;
        let track = Track::begin(&parts.env, parts.spans.as_ref(), correlation, request.headers());
        let served = self.serve(slug, endpoint, request, correlation, &track).await;
        let refused = served.is_err();
        let mut response = served.unwrap_or_else(Refusal::into_response);
        timer.end(response.status());
        track.answered(response.status(), refused);
        if parts.settings.server_timing
            && let Some(value) = track.spent().server_timing()
        {
            response.headers_mut().insert(SERVER_TIMING, value);
        }
        // What another node answered names what it caused there.
        if !response.headers().contains_key(CORRELATION_HEADER)
            && let Ok(value) = HeaderValue::from_str(&correlation.text())
        {
            response.headers_mut().insert(CORRELATION_HEADER, value);
        }
        response
    }

    /// Ends the data path: open streams get an error and an outcome, and outcomes under way are waited for, at most
    /// `grace` long.
    pub async fn shutdown(&self, grace: Duration) {
        self.inner.draining.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(grace, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!(?grace, "outcomes of calls were still under way at the end of the grace period");
        }
    }

    async fn serve(
        &self,
        slug: &str,
        endpoint: Endpoint,
        request: Request<Body>,
        correlation: CorrelationId,
        track: &Arc<Track>,
    ) -> Result<Response<Body>, Refusal> {
        let (parts, body) = request.into_parts();
        edge::check_origin(&self.inner.parts.settings, &parts.headers)?;
        let since = Instant::now();
        let caller = self.authenticate(&parts, correlation).await;
        track.took(Phase::Auth, since);
        let caller = caller?;
        track.called_by(caller.person.id);
        let (method, uri) = (parts.method.clone(), parts.uri.clone());
        let query = uri.query().unwrap_or_default();
        let mut context = self.open(slug, caller, parts, correlation, track).await?;
        if !context.caller.passed_on {
            self.check_headers(&context)?;
        }
        let body = match self.home(&context, endpoint, query) {
            None => body,
            Some(home) => {
                let body = self.body(&context, body).await?;
                let path = uri.path_and_query().map_or(uri.path(), http::uri::PathAndQuery::as_str);
                match Box::pin(self.pass_on(&context, &home, method.clone(), path, body)).await? {
                    Sent::Answer(response) => return Ok(response),
                    Sent::Back(body) => Body::from(body),
                }
            }
        };
        match (endpoint, method) {
            (Endpoint::Mcp, Method::POST) => self.post(&mut context, body).await,
            (Endpoint::Mcp, Method::GET) if !http_sse::is_asked_for(&context.headers) => {
                Box::pin(self.listen(&mut context)).await
            }
            (Endpoint::Mcp | Endpoint::Stream, Method::GET) => Box::pin(self.connect(&context)).await,
            (Endpoint::Mcp, Method::DELETE) => Box::pin(self.end_session(&context)).await,
            (Endpoint::Messages, Method::POST) => {
                Box::pin(self.posted(&context, http_sse::session_of(query).unwrap_or_default(), body)).await
            }
            (endpoint, _) => Err(Refusal::http(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address speaks MCP; use the methods in `Allow`",
            )
            .with_header(http::header::ALLOW, HeaderValue::from_static(endpoint.methods()))),
        }
    }
}

/// Where under `/mcp/<slug>` a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The address of the server: Streamable HTTP of all revisions.
    Mcp,
    /// `…/sse`: the stream of 2024-11-05. Clients of that revision may use the plain address, too.
    Stream,
    /// `…/messages`: what clients of 2024-11-05 post.
    Messages,
}

impl Endpoint {
    const fn methods(self) -> &'static str {
        match self {
            Self::Mcp => "POST, GET, DELETE",
            Self::Stream => "GET",
            Self::Messages => "POST",
        }
    }
}
