//! The handshake: rmcp negotiates, over our own transport.
//!
//! rmcp asks `server/discover` first and takes what is refused in the right way for a server from before 2026-07-28,
//! which it then asks to `initialize`. Beyond that, a server gets a second chance with `initialize` where rmcp would
//! give up, but where servers are known to stumble over a method that they have never heard of: by saying nothing, by
//! an internal error, or by an empty answer; and where a newer server says that it prefers an older revision.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mcp::result::{Outcome, Response};
use mcp::{ProtocolVersion, Raw};
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitationCapability, Implementation, RootsCapabilities, SamplingCapability,
};
use rmcp::service::{ClientInitializeError, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientLifecycleMode, ClientServiceExt};
use tokio::time::{Instant, timeout_at};

use crate::adapter::{Adapter, DISCOVER, INITIALIZE, Seen};
use crate::wire::Wire;
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
    running: Option<RunningService<RoleClient, ClientConfig>>,
}

impl Established {
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

/// Shakes hands, within the time of one step.
pub(crate) async fn establish(wire: &Wire, limits: &Limits) -> Result<Established, Failure> {
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
        return Err(failed.failure);
    }
    tracing::debug!(host = shown(wire.url()), "the server stumbled over {DISCOVER}; trying {INITIALIZE}");
    let second = attempt(wire, limits, begun, ClientLifecycleMode::Initialize).await;
    second.map_err(|again| match again.failure {
        // What the server made of the question it should know says more, unless only the time ran out on it.
        Failure::Timeout { .. } if !matches!(failed.failure, Failure::Timeout { .. }) => failed.failure,
        Failure::Timeout { method, .. } => Failure::Timeout { method, after: limits.step },
        other => other,
    })
}

/// A handshake that failed.
struct Failed {
    failure: Failure,
    /// Whether it was still about `server/discover`.
    discovering: bool,
}

impl Failed {
    fn deserves_second_chance(&self) -> bool {
        let stumbled = match &self.failure {
            Failure::Timeout { .. } | Failure::NoAnswer { .. } => true,
            Failure::Status { status, .. } => status.is_server_error(),
            Failure::NoCommonVersion { server } => {
                server.iter().filter_map(|name| ProtocolVersion::parse(name)).any(ProtocolVersion::has_initialize)
            }
            _ => false,
        };
        self.discovering && stumbled
    }
}

/// Everything that a client of the gateway may declare: some servers offer tools only to clients that can be asked
/// something, and what a test does not see cannot be approved.
fn capabilities() -> ClientCapabilities {
    let mut all = ClientCapabilities::default();
    all.roots = Some(RootsCapabilities::default());
    all.sampling = Some(SamplingCapability::default());
    all.elicitation = Some(ElicitationCapability::default());
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
    let us = ClientConfig::new(capabilities(), Implementation::new(CLIENT_NAME, CLIENT_VERSION))
        .with_protocol_version(rmcp::model::ProtocolVersion::V_2025_11_25);

    let served = timeout_at(until, us.serve_with_lifecycle(transport, lifecycle)).await;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let discovering = seen.asked == Some(DISCOVER);
    let fail = |failure| Failed { failure, discovering };
    let method = seen.asked.unwrap_or(DISCOVER);
    let running = match served {
        Ok(Ok(running)) => running,
        Ok(Err(error)) => return Err(fail(explain(&error, method, seen.failure))),
        Err(_) => {
            let late = Failure::Timeout { method: method.to_owned(), after: limits.step };
            return Err(fail(seen.failure.unwrap_or(late)));
        }
    };
    let agreed = running.peer().peer_info().map(|info| info.protocol_version.to_string()).unwrap_or_default();
    let Some(version) = ProtocolVersion::parse(&agreed) else {
        return Err(Failed { failure: Failure::NoCommonVersion { server: vec![agreed] }, discovering: false });
    };
    let answer = seen.answer.unwrap_or_default();
    let server_info = server_info(&answer);
    let first_answer = seen.first_answer.unwrap_or_default();
    Ok(Established { version, session: seen.session, server_info, answer, first_answer, running: Some(running) })
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
