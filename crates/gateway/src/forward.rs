//! Speaking to the server: which headers it gets, with whose credential, within which limits.

use std::sync::Arc;

use bytes::Bytes;
use domain::Health;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::Full;
use mcp::{GatewayCode, ProtocolVersion, RpcError};
use net::{Incoming, Reach};
use secrecy::ExposeSecret as _;

use crate::context::Context;
use crate::limits::{Kind, Limited, NoPass, Pass};
use crate::session::{Link, Session};
use crate::{Gateway, Way};

/// Headers of the client that a server gets to see. Everything else stays here, credentials above all (MCP
/// "Token passthrough").
const FORWARDED: &[&str] = &["mcp-protocol-version", "last-event-id"];
/// Those that repeat what the body says. They were held against it where the revision knows them; elsewhere nobody did, and
/// something at the server may believe them.
const MIRRORED: &[&str] = &["mcp-method", "mcp-name"];
const PARAM_PREFIX: &str = "mcp-param-";
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// A server's answer whose body has not been read.
pub(crate) struct Upstream {
    pub(crate) response: Response<Incoming>,
    pub(crate) permit: Pass,
}

/// Why there is no answer of the server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0}")]
    Limited(Limited),
    #[error("the server did not begin to answer in time")]
    Timeout,
    #[error("the server cannot be reached: {0}")]
    Connect(String),
    #[error("the server refuses Drawbridge's credential; ask your administrator to renew it")]
    Credential,
    #[error("the server redirects elsewhere; ask your administrator to correct its address")]
    Redirect,
    #[error("the server's address is not allowed: {0}")]
    Address(String),
    #[error("the server's stored credential cannot be opened; ask your administrator to enter it again")]
    Sealed,
    #[error("the server answered with something that is not MCP ({0})")]
    NotMcp(String),
    #[error("the server broke off its answer")]
    BrokenOff,
    #[error("the server's answer is larger than {0} bytes")]
    TooLarge(u64),
    #[error("Drawbridge is shutting down; call again")]
    Draining,
    #[error("your access ended while the server answered")]
    AccessEnded,
    #[error("the tool wants arguments in headers in a way that the specification forbids; its maker has to mend that")]
    Mirror,
    #[error("too many questions to people wait for answers; answer those first")]
    Waiting,
    #[error("the server ended the session")]
    SessionEnded,
    #[error("the client did not answer the server's question in time")]
    Unanswered,
    #[error("the client refused the server's question: {0}")]
    Refused(String),
    #[error("the call that this requestState belongs to is no longer waiting; begin it again without requestState")]
    NoState,
}

impl From<NoPass> for Fault {
    fn from(refused: NoPass) -> Self {
        match refused {
            NoPass::Limited(limited) => Self::Limited(limited),
            NoPass::Gone(broken) => broken.into(),
        }
    }
}

impl Fault {
    pub(crate) fn rpc(&self) -> RpcError {
        let code = match self {
            Self::Limited(limited) => return limited.rpc(),
            Self::Draining | Self::Waiting => GatewayCode::Unavailable,
            Self::Timeout | Self::Unanswered => GatewayCode::UpstreamTimeout,
            Self::AccessEnded => GatewayCode::Denied,
            Self::TooLarge(_) => GatewayCode::Truncated,
            _ => GatewayCode::UpstreamBroken,
        };
        RpcError::gateway(code, self.to_string())
    }
}

/// A request to a server, but for its address and credential.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    /// What this kind of message needs; the rest is added.
    pub(crate) headers: HeaderMap,
    /// Another address than the server's, of the same origin.
    pub(crate) to: Option<String>,
    pub(crate) body: Option<Bytes>,
}

impl Gateway {
    /// Sends a client's message to the server as it came. Never retried: a call may have had its effect.
    pub(crate) async fn send(
        &self,
        context: &Context,
        pass: Pass,
        method: Method,
        session: Option<&Session>,
        body: Option<Bytes>,
    ) -> Result<Upstream, Fault> {
        let mut headers = forwarded(&context.headers);
        if let Some(Session { link: Link::Direct { id, speaks }, .. }) = session {
            headers.insert(SESSION, HeaderValue::try_from(id).map_err(|_| Fault::BrokenOff)?);
            if let Some(speaks) = speaks {
                headers.insert("mcp-protocol-version", HeaderValue::from_static(speaks.as_str()));
            }
        }
        self.dispatch(context, pass, Outgoing { method, headers, to: None, body }).await
    }

    /// Sends a message of the gateway's own, which takes nobody's turn.
    pub(crate) async fn dispatch_own(&self, context: &Context, outgoing: Outgoing) -> Result<Upstream, Fault> {
        let pass = self.pass(context, Kind::Own, None).await?;
        self.dispatch(context, pass, outgoing).await
    }

    /// Sends a request to the server, with its credential and within its limits.
    pub(crate) async fn dispatch(
        &self,
        context: &Context,
        mut permit: Pass,
        outgoing: Outgoing,
    ) -> Result<Upstream, Fault> {
        let Outgoing { method, mut headers, to, body } = outgoing;
        let parts = &self.inner.parts;
        let server = &context.server;
        let reach = if server.allow_private { Reach::Private } else { Reach::Public };
        let way = self.way(context, reach)?;
        let uri = match to {
            Some(to) => self.checked(&to, reach)?,
            None => way.uri.clone(),
        };
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_static(if method == Method::GET {
                "text/event-stream"
            } else {
                "application/json, text/event-stream"
            }),
        );
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let leg = context.track.leave(&mut headers);
        for (name, value) in &way.headers {
            headers.insert(name.clone(), value.clone());
        }
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
        let mut standing = self.standing(context);
        let sent = tokio::select! {
            sent = tokio::time::timeout(permit.limits.first_byte, parts.net.send(reach, request)) => sent,
            broken = standing.lost() => return Err(broken.into()),
        };
        let status = sent.as_ref().ok().and_then(|sent| Some(sent.as_ref().ok()?.status()));
        self.inner.metrics.upstream(context.track.arrived(leg, status).as_secs_f64());
        let response = match sent {
            Err(_) => {
                permit.failed();
                return Err(self.unhealthy(context, Fault::Timeout));
            }
            Ok(Err(error)) => {
                permit.failed();
                tracing::warn!(server = %server.slug, error = error.detail(), "server not reached");
                return Err(self.unhealthy(context, Fault::Connect(error.to_string())));
            }
            Ok(Ok(response)) => response,
        };
        if response.status().is_server_error() {
            permit.failed();
        } else {
            permit.answered();
        }
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                self.health(context, Health::NeedsSignIn, Some(Fault::Credential.to_string()));
                Err(Fault::Credential)
            }
            status if status.is_redirection() => Err(self.unhealthy(context, Fault::Redirect)),
            _ => {
                self.health(context, Health::Connected, None);
                Ok(Upstream { response, permit })
            }
        }
    }

    fn checked(&self, url: &str, reach: Reach) -> Result<Uri, Fault> {
        let url = self.inner.parts.net.check(url, reach).map_err(|error| Fault::Address(error.to_string()))?;
        Uri::try_from(String::from(url)).map_err(|error| Fault::Address(error.to_string()))
    }

    /// The server's address and its own headers, checked and opened once for each revision of its settings.
    fn way(&self, context: &Context, reach: Reach) -> Result<Arc<Way>, Fault> {
        let server = &context.server;
        if let Some((revision, way)) = self.inner.ways.read().get(&server.id)
            && *revision == server.revision
        {
            return Ok(way.clone());
        }
        let uri = self.checked(&server.url, reach)?;
        let mut opened = Vec::with_capacity(server.sealed_headers.len());
        for sealed in &*server.sealed_headers {
            let value = self.inner.parts.vault.open(&sealed.context, &sealed.sealed).map_err(|error| {
                tracing::error!(server = %server.slug, header = %sealed.name, %error, "sealed header cannot be opened");
                Fault::Sealed
            })?;
            let name = HeaderName::try_from(&*sealed.name).map_err(|_| Fault::Sealed)?;
            let mut value = HeaderValue::try_from(value.expose_secret()).map_err(|_| Fault::Sealed)?;
            value.set_sensitive(true);
            opened.push((name, value));
        }
        let way = Arc::new(Way { uri, headers: opened });
        self.inner.ways.write().insert(server.id, (server.revision, way.clone()));
        Ok(way)
    }

    fn unhealthy(&self, context: &Context, fault: Fault) -> Fault {
        self.health(context, Health::Error, Some(fault.to_string()));
        fault
    }

    /// Tells the observer about a change of health, once.
    fn health(&self, context: &Context, health: Health, detail: Option<String>) {
        let before = self.inner.health.lock().insert(context.server.id, health);
        if before != Some(health) {
            self.inner.parts.observer.health(context.server.id, health, detail);
        }
    }
}

fn forwarded(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::with_capacity(12);
    let version = headers.get("mcp-protocol-version");
    let checked = version.is_some_and(|version| version == ProtocolVersion::V2026_07_28.as_str());
    for (name, value) in headers {
        let mirrored = || MIRRORED.contains(&name.as_str()) || name.as_str().starts_with(PARAM_PREFIX);
        if FORWARDED.contains(&name.as_str()) || (checked && mirrored()) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_unknown_headers_stay_here() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer dbk_x"),
            ("x-drawbridge-api-key", "dbk_x"),
            ("cookie", "a=b"),
            ("x-internal", "1"),
            ("mcp-session-id", "client's"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("mcp-name", "echo"),
            ("mcp-param-region", "eu"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let names = |headers: &HeaderMap| {
            let kept = forwarded(headers);
            let mut names: Vec<_> = kept.keys().map(ToString::to_string).collect();
            names.sort_unstable();
            names
        };
        assert!(names(&headers).is_empty(), "what nobody checked stays here, too");
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-11-25"));
        assert_eq!(names(&headers), ["mcp-protocol-version"]);
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2026-07-28"));
        assert_eq!(names(&headers), ["mcp-name", "mcp-param-region", "mcp-protocol-version"]);
    }
}
