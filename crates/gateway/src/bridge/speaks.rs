//! Which generations a server speaks: asked as the specification says, remembered for a while.
//!
//! A server is asked for `server/discover` (2026-07-28 basic, "Backward Compatibility"): a result, or an error that only
//! that generation knows, makes it modern; anything else that came from the server makes it one of the older revisions. No
//! single error code decides. A server that did not answer at all stays unknown, and is asked again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{ProtocolChoice, Transport};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use mcp::bridge::ClientIdentity;
use mcp::result::Outcome;
use mcp::{Generation, ProtocolVersion, Raw, codes};

use super::replies::Replies;
use super::sse_line::SseLine;
use crate::Gateway;
use crate::context::Context;
use crate::forward::{Fault, Outgoing};

/// How long a server is believed to speak what it spoke.
const FRESH: Duration = Duration::from_mins(5);
/// Time for a server to say what it speaks.
const DEADLINE: Duration = Duration::from_secs(10);
const ID: &str = "\"drawbridge-discover\"";

/// What a server speaks.
#[derive(Debug, Clone)]
pub(crate) enum Speaks {
    /// 2026-07-28.
    Modern {
        /// Its `DiscoverResult`.
        discover: Bytes,
        /// It lists older revisions, too.
        legacy: bool,
    },
    /// Revisions with sessions, over Streamable HTTP.
    Legacy,
    /// 2024-11-05 over HTTP+SSE.
    HttpSse,
}

/// What was found out, for one revision of a server's settings.
pub(crate) struct Known {
    revision: u64,
    asked: Instant,
    speaks: Arc<Speaks>,
}

impl Gateway {
    /// What the server speaks; `None` if it cannot be asked now.
    pub(crate) async fn speaks(&self, context: &Context) -> Option<Arc<Speaks>> {
        let server = &context.server;
        let known = |gateway: &Self| {
            let known = gateway.inner.speaks.read();
            let known = known.get(&server.id)?;
            (known.revision == server.revision && known.asked.elapsed() < FRESH).then(|| known.speaks.clone())
        };
        if let Some(speaks) = known(self) {
            return Some(speaks);
        }
        let turn = self.inner.asking.of(server.id);
        // Whoever has the turn asks no longer than that.
        let _turn = tokio::time::timeout(DEADLINE, turn.lock()).await.ok()?;
        if let Some(speaks) = known(self) {
            return Some(speaks);
        }
        let asked = match tokio::time::timeout(DEADLINE, self.ask(context)).await {
            Ok(asked) => asked,
            // A server that is silent when it does not understand is an older one (2026-07-28 "Backward Compatibility").
            Err(_) => Ok(None),
        };
        let said = match asked {
            Ok(said) => said,
            Err(fault) => {
                tracing::debug!(server = %server.slug, %fault, "could not ask which MCP the server speaks");
                return None;
            }
        };
        // Where the protocol is chosen, the server is not asked.
        let is_asked = (server.protocol, server.transport) == (ProtocolChoice::Auto, Transport::StreamableHttp);
        if let Some(said) = said.as_ref().filter(|_| is_asked) {
            self.inner.parts.observer.speaks(server.id, server.revision, in_words(said));
        }
        let speaks = match said.unwrap_or(Speaks::Legacy) {
            Speaks::Legacy if server.protocol == ProtocolChoice::Stateless => undescribed(),
            speaks => speaks,
        };
        let speaks = Arc::new(speaks);
        let known = Known { revision: server.revision, asked: Instant::now(), speaks: speaks.clone() };
        self.inner.speaks.write().insert(server.id, known);
        Some(speaks)
    }

    /// Forgets what the server speaks, after it behaved otherwise.
    pub(crate) fn forget_speech(&self, context: &Context) {
        self.inner.speaks.write().remove(&context.server.id);
    }

    /// Forgets what the server speaks after an answer that may mean something else, unless it has just been asked: clients can
    /// provoke such answers.
    pub(crate) fn doubt_speech(&self, context: &Context) {
        let mut known = self.inner.speaks.write();
        if known.get(&context.server.id).is_some_and(|known| known.asked.elapsed() >= DEADLINE) {
            known.remove(&context.server.id);
        }
    }

    /// What the server says that it speaks; nothing if it says nothing that is MCP.
    async fn ask(&self, context: &Context) -> Result<Option<Speaks>, Fault> {
        match (context.server.protocol, context.server.transport) {
            (ProtocolChoice::Sessions, _) => return Ok(Some(Speaks::Legacy)),
            (ProtocolChoice::HttpSse, _) | (ProtocolChoice::Auto, Transport::Sse) => return Ok(Some(Speaks::HttpSse)),
            (ProtocolChoice::Auto | ProtocolChoice::Stateless, _) => {}
        }
        match self.discover(context).await? {
            // It wants another revision, and names ours among those that it has (2026-07-28 "Versioning").
            Heard::Offered => Ok(match self.discover(context).await? {
                Heard::Speaks(speaks) => Some(speaks),
                Heard::Offered => Some(undescribed()),
                Heard::Nothing => None,
            }),
            Heard::Speaks(speaks) => Ok(Some(speaks)),
            Heard::Nothing => Ok(None),
        }
    }

    /// Asks once.
    async fn discover(&self, context: &Context) -> Result<Heard, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert("mcp-protocol-version", HeaderValue::from_static(ProtocolVersion::LATEST.as_str()));
        headers.insert("mcp-method", HeaderValue::from_static("server/discover"));
        let body = mcp::bridge::discover_request(ID, &ours());
        let upstream =
            self.dispatch_own(context, Outgoing { method: Method::POST, headers, to: None, body: Some(body) }).await?;
        let status = upstream.response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Fault::NotMcp(status.to_string()));
        }
        let Ok(mut replies) = Replies::new(self, context, upstream) else {
            // A server of the first revision knows no POST at this address, and begins a stream at a GET.
            let unknown = matches!(status.as_u16(), 400 | 404 | 405);
            let streams = unknown && SseLine::open(self, context).await.is_ok();
            return Ok(if streams { Heard::Speaks(Speaks::HttpSse) } else { refusal(status) });
        };
        while let Some(message) = replies.next().await? {
            if let Ok(response) = mcp::Response::parse(&message) {
                return Ok(heard(&response));
            }
        }
        Ok(refusal(status))
    }
}

/// What it means that an answer is no message of MCP: older servers refuse what comes without their session. That there is
/// nothing at this address, or a web page, says nothing.
fn refusal(status: StatusCode) -> Heard {
    if status.is_client_error() && status != StatusCode::NOT_FOUND {
        Heard::Speaks(Speaks::Legacy)
    } else {
        Heard::Nothing
    }
}

/// For people.
const fn in_words(speaks: &Speaks) -> domain::Speaks {
    match speaks {
        Speaks::Modern { legacy: false, .. } => domain::Speaks::Stateless,
        Speaks::Modern { legacy: true, .. } => domain::Speaks::Both,
        Speaks::Legacy => domain::Speaks::Sessions,
        Speaks::HttpSse => domain::Speaks::HttpSse,
    }
}

/// What a server made of the question.
enum Heard {
    Speaks(Speaks),
    /// It refused the revision of the question and offers the same.
    Offered,
    /// Nothing that is MCP: it is taken for one of the older revisions.
    Nothing,
}

/// A server of 2026-07-28 that did not say what it is.
fn undescribed() -> Speaks {
    Speaks::Modern { discover: Bytes::from_static(b"{}"), legacy: false }
}

/// The gateway itself as a client.
fn ours() -> ClientIdentity {
    let info = concat!(r#"{"name":"drawbridge","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);
    ClientIdentity { info: info.into(), capabilities: "{}".into() }
}

fn heard(response: &mcp::Response<'_>) -> Heard {
    let legacy = |versions: Raw<'_>, generation: Generation| {
        let known = |version: Raw<'_>| version.as_str().and_then(|version| ProtocolVersion::parse(&version));
        versions.elements().filter_map(known).any(|version| version.generation() == generation)
    };
    Heard::Speaks(match &response.outcome {
        Outcome::Result(result) => match result.raw.get("supportedVersions") {
            Some(versions) if legacy(versions, Generation::Modern) => Speaks::Modern {
                discover: Bytes::copy_from_slice(result.raw.as_bytes()),
                legacy: legacy(versions, Generation::Legacy),
            },
            _ => Speaks::Legacy,
        },
        Outcome::Error(error) => {
            let modern_error = matches!(error.code, codes::HEADER_MISMATCH | codes::MISSING_CLIENT_CAPABILITY);
            let supported = error.data.and_then(|data| data.get("supported"));
            let offers = error.code == codes::UNSUPPORTED_VERSION
                && supported.is_some_and(|versions| legacy(versions, Generation::Modern));
            if offers {
                return Heard::Offered;
            }
            if modern_error { undescribed() } else { Speaks::Legacy }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_tells_of_an_older_server() {
        for status in [StatusCode::BAD_REQUEST, StatusCode::METHOD_NOT_ALLOWED, StatusCode::UNPROCESSABLE_ENTITY] {
            assert!(matches!(refusal(status), Heard::Speaks(Speaks::Legacy)), "{status}");
        }
        for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::FOUND] {
            assert!(matches!(refusal(status), Heard::Nothing), "{status}");
        }
    }
}
