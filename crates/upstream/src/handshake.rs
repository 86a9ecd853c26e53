//! The handshake: rmcp negotiates, over our own transport.
//!
//! rmcp asks `server/discover` first and takes what is refused in the right way for a server from before 2026-07-28,
//! which it then asks to `initialize`. Beyond that, a server gets a second chance with `initialize` where rmcp would
//! give up, but where servers are known to stumble over a method that they have never heard of: by saying nothing, by
//! an internal error, by an empty answer, or by a result that is none of this method; and where a newer server says that it prefers an older revision. What does
//! not know `initialize` at this address either may be a server of 2024-11-05 (`http_sse`): the specification names
//! the three statuses after which it is looked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::{TestReport, Transport};
use http::StatusCode;
use mcp::result::{Outcome, Response};
use mcp::{ProtocolVersion, Raw};
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitationCapability, FormElicitationCapability, Implementation,
    RootsCapabilities, SamplingCapability, UrlElicitationCapability,
};
use rmcp::service::{ClientInitializeError, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientLifecycleMode, ClientServiceExt};
use tokio::time::{Instant, timeout_at};

use crate::adapter::{Adapter, DISCOVER, INITIALIZE, Seen};
use crate::http_sse::{self, Session};
use crate::wire::{Outgoing, Wire};
use crate::{Failure, Limits, shown};

/// What we call ourselves to the server.
pub(crate) const CLIENT_NAME: &str = "Drawbridge";
/// Our version.
pub(crate) const CLIENT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long the end of a session may hold up the report.
const CLOSING: Duration = Duration::from_secs(3);

/// The longest name and version of a server that is kept.
const MAX_INFO_CHARS: usize = 120;

/// A server that has shaken hands. Dropping it ends the session in the background.
pub(crate) struct Established {
    /// The revision agreed on.
    pub(crate) version: ProtocolVersion,
    /// The legacy session.
    pub(crate) session: Option<String>,
    /// Name and version that the server gives itself.
    pub(crate) server_info: Option<String>,
    /// The server's answer to the handshake: a JSON-RPC result.
    pub(crate) answer: Bytes,
    /// How long the first answer took.
    pub(crate) first_answer: Duration,
    /// Where its lists are asked for.
    pub(crate) channel: Channel,
    running: Option<RunningService<RoleClient, ClientConfig>>,
}

/// Where requests go.
pub(crate) enum Channel {
    Streamable(Wire),
    HttpSse(Arc<Session>),
}

impl Channel {
    /// Sends a request and reads its answer. `id` is the request's id as JSON text.
    pub(crate) async fn request(&self, id: &str, outgoing: Outgoing<'_>) -> Result<Bytes, Failure> {
        match self {
            Self::Streamable(wire) => Ok(wire.request(outgoing).await?.message),
            Self::HttpSse(session) => session.request(id, outgoing).await,
        }
    }
}

impl Established {
    /// The revision as reports name it.
    pub(crate) fn revision(&self) -> String {
        match self.channel {
            Channel::Streamable(_) => self.version.to_string(),
            Channel::HttpSse(_) => TestReport::revision_over_http_sse(self.version.as_str()),
        }
    }

    /// The handshake in words.
    pub(crate) fn words(&self) -> String {
        let version = self.version;
        match (&self.channel, &self.server_info) {
            (Channel::Streamable(_), Some(info)) => format!("MCP {version}, {info}"),
            (Channel::Streamable(_), None) => format!("MCP {version}"),
            (Channel::HttpSse(_), Some(info)) => {
                format!(
                    "MCP {version} (HTTP+SSE), {info}; the server uses the older transport from 2024, which is supported"
                )
            }
            (Channel::HttpSse(_), None) => {
                format!("MCP {version} (HTTP+SSE); the server uses the older transport from 2024, which is supported")
            }
        }
    }

    /// Whether the server says that it offers this (a member of `capabilities`).
    pub(crate) fn offers(&self, capability: &str) -> bool {
        result_of(&self.answer)
            .and_then(|result| result.at_path(&["capabilities", capability]))
            .is_some_and(|offer| !offer.is_null())
    }

    /// The instructions for the model, as the JSON text that the server sent.
    pub(crate) fn instructions(&self) -> Option<&str> {
        let instructions = result_of(&self.answer)?.get("instructions")?;
        instructions.as_str().filter(|text| !text.is_empty()).map(|_| instructions.text())
    }

    /// Ends the session.
    pub(crate) async fn close(mut self) -> Self {
        if let Some(mut running) = self.running.take()
            && let Err(error) = running.close_with_timeout(CLOSING).await
        {
            tracing::warn!(%error, "the session of a connection test did not end cleanly");
        }
        self
    }
}

fn result_of(answer: &[u8]) -> Option<Raw<'_>> {
    match Response::parse(answer).ok()?.outcome {
        Outcome::Result(result) => Some(result.raw),
        Outcome::Error(_) => None,
    }
}

/// Shakes hands, within the time of one step for each of the two transports.
pub(crate) async fn establish(wire: &Wire, limits: &Limits, transport: Transport) -> Result<Established, Failure> {
    if transport == Transport::Sse {
        return http_sse::establish(wire, limits).await.map_err(|stopped| stopped.failure);
    }
    let failed = match streamable(wire, limits).await {
        Ok(established) => return Ok(established),
        Err(failed) => failed,
    };
    if !failed.asks_for_http_sse() {
        return Err(failed.failure);
    }
    tracing::debug!(host = shown(wire.url()), "the server does not know {INITIALIZE}; trying HTTP+SSE");
    http_sse::establish(wire, limits).await.map_err(|stopped| match stopped.failure {
        // A stream that is locked says more than a refused POST.
        locked @ (Failure::Unauthorized { .. } | Failure::Forbidden { .. }) => locked,
        certain if stopped.certain => certain,
        _ => failed.failure,
    })
}

/// Streamable HTTP, in the newest way that the server knows.
async fn streamable(wire: &Wire, limits: &Limits) -> Result<Established, Failed> {
    let begun = Instant::now();
    let newest_first = ClientLifecycleMode::Auto {
        preferred_versions: vec![rmcp::model::ProtocolVersion::V_2026_07_28],
        legacy_version: Some(rmcp::model::ProtocolVersion::V_2025_11_25),
    };
    let failed = match attempt(wire, limits, begun, newest_first).await {
        Ok(established) => return Ok(established),
        Err(failed) => failed,
    };
    if !failed.deserves_second_chance() {
        return Err(failed);
    }
    tracing::debug!(host = shown(wire.url()), "the server stumbled over {DISCOVER}; trying {INITIALIZE}");
    let again = match attempt(wire, limits, begun, ClientLifecycleMode::Initialize).await {
        Ok(established) => return Ok(established),
        Err(again) => again,
    };
    let failure = match again.failure {
        // What the server made of the question it should know says more, unless only the time ran out on it.
        Failure::Timeout { .. } if !matches!(failed.failure, Failure::Timeout { .. }) => failed.failure,
        Failure::Timeout { method, .. } => Failure::Timeout { method, after: limits.step },
        other => other,
    };
    Err(Failed { failure, ..again })
}

/// A handshake that failed.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    /// Whether it was still about `server/discover`.
    discovering: bool,
    /// The last request was answered with a result.
    answered: bool,
    /// The status with which the last request was refused.
    status: Option<StatusCode>,
}

impl Failed {
    fn deserves_second_chance(&self) -> bool {
        let stumbled = match &self.failure {
            Failure::Timeout { .. } | Failure::NoAnswer { .. } => true,
            Failure::Status { status, .. } => status.is_server_error(),
            Failure::NotMcp { .. } => self.answered,
            Failure::NoCommonVersion { server } => {
                server.iter().filter_map(|name| ProtocolVersion::parse(name)).any(ProtocolVersion::has_initialize)
            }
            _ => false,
        };
        self.discovering && stumbled
    }

    /// Whether a server of 2024-11-05 may have refused this way (transports, "Backward Compatibility").
    fn asks_for_http_sse(&self) -> bool {
        const REFUSALS: [StatusCode; 3] =
            [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        !self.discovering && self.status.is_some_and(|status| REFUSALS.contains(&status))
    }
}

/// Everything that a client of the gateway may declare: some servers offer tools only to clients that can be asked
/// something, and what a test does not see cannot be approved.
pub(crate) fn capabilities() -> ClientCapabilities {
    let (form, url) = (FormElicitationCapability::new(), UrlElicitationCapability::new());
    let mut all = ClientCapabilities::default();
    all.roots = Some(RootsCapabilities::default());
    all.sampling = Some(SamplingCapability::default());
    all.elicitation = Some(ElicitationCapability::new().with_form(form).with_url(url));
    all
}

async fn attempt(
    wire: &Wire,
    limits: &Limits,
    begun: Instant,
    lifecycle: ClientLifecycleMode,
) -> Result<Established, Failed> {
    let until = begun + limits.step;
    let seen = Arc::<Mutex<Seen>>::default();
    let adapter = Adapter { wire: wire.clone(), seen: Arc::clone(&seen), until, patience: limits.step / 2 };
    let config = StreamableHttpClientTransportConfig::with_uri(wire.url().as_str()).reinit_on_expired_session(false);
    let transport = StreamableHttpClientTransport::with_client(adapter, config);
    let us = us(rmcp::model::ProtocolVersion::V_2025_11_25);
    let served = timeout_at(until, us.serve_with_lifecycle(transport, lifecycle)).await;
    Served { outcome: served.ok(), seen, channel: Channel::Streamable(wire.clone()) }.established(limits)
}

/// Who we are, and the newest revision with a handshake that we ask for.
pub(crate) fn us(version: rmcp::model::ProtocolVersion) -> ClientConfig {
    ClientConfig::new(capabilities(), Implementation::new(CLIENT_NAME, CLIENT_VERSION)).with_protocol_version(version)
}

type Running = RunningService<RoleClient, ClientConfig>;

/// What came of a handshake.
pub(crate) struct Served {
    /// `None` if the time ran out.
    pub(crate) outcome: Option<Result<Running, ClientInitializeError>>,
    pub(crate) seen: Arc<Mutex<Seen>>,
    pub(crate) channel: Channel,
}

impl Served {
    pub(crate) fn established(self, limits: &Limits) -> Result<Established, Failed> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (discovering, status) = (seen.asked == Some(DISCOVER), seen.status);
        let answered = seen.answer.is_some() && seen.failure.is_none();
        let fail = |failure| Failed { failure, discovering, answered, status };
        let method = seen.asked.unwrap_or(DISCOVER);
        let running = match self.outcome {
            Some(Ok(running)) => running,
            Some(Err(error)) => return Err(fail(explain(&error, method, seen.failure))),
            None => {
                let late = Failure::Timeout { method: method.to_owned(), after: limits.step };
                return Err(fail(seen.failure.unwrap_or(late)));
            }
        };
        let agreed = running.peer().peer_info().map(|info| info.protocol_version.to_string()).unwrap_or_default();
        let over_sse = matches!(self.channel, Channel::HttpSse(_));
        let known = ProtocolVersion::parse(&agreed).filter(|version| version.has_initialize() || !over_sse);
        let Some(version) = known else {
            let failure = Failure::NoCommonVersion { server: vec![agreed] };
            return Err(Failed { failure, discovering: false, answered: true, status: None });
        };
        let answer = seen.answer.unwrap_or_default();
        let server_info = server_info(&answer);
        let first_answer = seen.first_answer.unwrap_or_default();
        let (session, channel, running) = (seen.session, self.channel, Some(running));
        Ok(Established { version, session, server_info, answer, first_answer, channel, running })
    }
}

/// Why rmcp gave up. What our own transport saw is more precise, if it saw anything wrong at all.
fn explain(error: &ClientInitializeError, method: &str, seen: Option<Failure>) -> Failure {
    match error {
        ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
            Failure::NoCommonVersion { server: server_supported.iter().map(ToString::to_string).collect() }
        }
        _ => seen.unwrap_or_else(|| Failure::NotMcp {
            why: format!("its answer to `{method}` is not what the protocol says"),
        }),
    }
}

/// Name and version, on one line.
fn server_info(answer: &[u8]) -> Option<String> {
    let result = result_of(answer)?;
    let info = result
        .get("serverInfo")
        .or_else(|| result.at_path(&["_meta", "io.modelcontextprotocol/serverInfo"]))
        .filter(|info| info.is_object())?;
    let part = |name| info.get(name).and_then(Raw::as_str).unwrap_or_default();
    let text = format!("{} {}", part("name"), part("version"));
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_INFO_CHARS).collect();
    (!text.is_empty()).then_some(text)
}
