//! Session ids of the older revisions (2025-03-26 to 2025-11-25): sealed, so that any node serves them and nobody else
//! can use them.
//!
//! A client never sees the server's own id. What it gets is a token over principal, server, that id and the revision,
//! which opens only for the same person at the same server. It is no credential: every request is authorised anew.

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{KeyId, NodeId, ServerId, UserId};
use http::{HeaderValue, Response, StatusCode, header};
use mcp::headers::MAX_ID;
use mcp::{Generation, Mirrored, ProtocolVersion};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vault::Vault;

use crate::Gateway;
use crate::answer::bodiless;
use crate::bridge::lines::Whose;
use crate::bridge::sessions::SessionKey;
use crate::bridge::{Held, Streamed};
use crate::context::{Context, Message, client_of};
use crate::limits::Kind;
use crate::refusal::Refusal;

const PURPOSE: &str = "mcp-session";
const LIFETIME: TimeDelta = TimeDelta::hours(24);

#[derive(Serialize, Deserialize)]
struct Sealed {
    expires: i64,
    session: Session,
}

/// A session as the token holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The revision that the handshake agreed on.
    pub(crate) version: ProtocolVersion,
    /// Who holds it at the other end.
    pub(crate) link: Link,
    /// What the client called itself in the handshake: name and version.
    pub(crate) client: Option<(String, Option<String>)>,
    /// The key that it was opened with, with which it ends.
    pub(crate) key: KeyId,
}

impl Session {
    /// The node that knows more of it than this token says.
    pub(crate) const fn home(&self) -> Option<NodeId> {
        match &self.link {
            Link::Direct { .. } => None,
            Link::Held { home, .. } | Link::Streamed { home, .. } => Some(*home),
        }
    }
}

/// The other end of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Link {
    /// The server, under its own id, and the revision that it speaks where that is not the client's.
    Direct { id: String, speaks: Option<ProtocolVersion> },
    /// The gateway, in front of a server without sessions.
    Held { identity: mcp::bridge::ClientIdentity, home: NodeId },
    /// The gateway, which holds a stream of HTTP+SSE at the server for this session.
    Streamed { identity: mcp::bridge::ClientIdentity, nonce: String, home: NodeId },
}

fn bound_to(user: UserId, server: ServerId) -> Vec<u8> {
    format!("{user}/{server}").into_bytes()
}

/// Seals a session for this person at this server.
pub(crate) fn seal(
    vault: &Vault,
    user: UserId,
    server: ServerId,
    session: &Session,
    now: DateTime<Utc>,
) -> Option<String> {
    let sealed = Sealed { expires: (now + LIFETIME).timestamp(), session: session.clone() };
    let plain = serde_json::to_vec(&sealed).ok()?;
    // A longer one would be refused when it comes back.
    vault.seal_token(PURPOSE, &bound_to(user, server), &plain).ok().filter(|token| token.len() <= MAX_ID)
}

/// Opens a session id. `None` for a forged, foreign or expired one.
pub(crate) fn open(vault: &Vault, user: UserId, server: ServerId, token: &str, now: DateTime<Utc>) -> Option<Session> {
    let plain = vault.open_token(PURPOSE, &bound_to(user, server), token)?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    (now.timestamp() < sealed.expires).then_some(sealed.session)
}

/// By what a session is remembered.
pub(crate) fn session_key(token: &str) -> SessionKey {
    Sha256::digest(token.as_bytes()).into()
}

/// The answer to a message in a session that is no more (2025-11-25 transports, "Session Management").
pub(crate) fn ended() -> Refusal {
    Refusal::http(StatusCode::NOT_FOUND, "this session has ended; initialize a new one")
}

impl Gateway {
    /// Serves a GET: the listening stream of the older revisions.
    pub(crate) async fn listen(&self, context: &mut Context) -> Result<Response<Body>, Refusal> {
        let (session, key) = self.session_of_get(context)?;
        let client = client_of(None, Some(&session), &context.headers);
        context.message = Message::of(context.caller.ip, None, client).into();
        self.permit_server(context).await.map_err(|e| Refusal::rpc(&e, None, Generation::Legacy))?;
        match session.link.clone() {
            Link::Direct { .. } => {}
            Link::Held { identity, .. } => {
                return self.listen_for_legacy(context, Held { identity, key: Some(key) }).await;
            }
            Link::Streamed { identity, nonce, .. } => {
                return self.listen_on_stream(context, Streamed { identity, nonce, key: Some(key) }).await;
            }
        }
        let pass = self.enter(context, Kind::Listen, None, Generation::Legacy).await?;
        let upstream = self
            .send(context, pass, http::Method::GET, Some(&session), None)
            .await
            .map_err(|fault| Refusal::rpc(&fault.rpc(), None, Generation::Legacy))?;
        self.relay_stream(context, upstream, session.version.knows_priming())
    }

    /// Serves a DELETE: the client ends its session.
    pub(crate) async fn end_session(&self, context: &Context) -> Result<Response<Body>, Refusal> {
        let (session, key) = self.session_of_get(context)?;
        let pass = self.enter(context, Kind::Note, None, Generation::Legacy).await?;
        let parts = &self.inner.parts;
        // A server that does not let clients end their sessions keeps this one (all revisions, "Session Management").
        let mut status = StatusCode::NO_CONTENT;
        if matches!(session.link, Link::Direct { .. }) {
            let sent = self.send(context, pass, http::Method::DELETE, Some(&session), None).await;
            status = match sent.map(|upstream| upstream.response.status()) {
                Ok(status) if status.is_success() => StatusCode::NO_CONTENT,
                Ok(StatusCode::METHOD_NOT_ALLOWED) => return Ok(bodiless(StatusCode::METHOD_NOT_ALLOWED)),
                Ok(StatusCode::NOT_FOUND) => StatusCode::NOT_FOUND,
                Ok(_) | Err(_) => StatusCode::BAD_GATEWAY,
            };
        }
        if !parts.observer.session_ended(key, parts.env.now() + LIFETIME).await {
            let text = "the session could not be ended, because the database cannot be written; try again";
            return Err(Refusal::http(StatusCode::SERVICE_UNAVAILABLE, text));
        }
        self.inner.sessions.end(key);
        if let Link::Streamed { identity, nonce, .. } = &session.link {
            self.end_line(context, Whose { identity, session: nonce }).await;
        }
        Ok(bodiless(status))
    }

    /// The session with this id, unless it has expired, was ended by its client, or ended with the key that opened it.
    pub(crate) fn session(&self, context: &Context, token: &str) -> Option<Session> {
        let parts = &self.inner.parts;
        let session = open(&parts.vault, context.caller.person.id, context.server.id, token, parts.env.now())?;
        let stands =
            session.key == context.caller.key || context.caller.snapshot.keys.is_valid(session.key, parts.env.now());
        (stands && !parts.directory.ended().contains(&session_key(token))).then_some(session)
    }

    fn session_of_get(&self, context: &Context) -> Result<(Session, SessionKey), Refusal> {
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));
        let legacy = Generation::Legacy;
        let modern = |field: &mcp::headers::Field<'_>| matches!(field, mcp::headers::Field::One(value) if *value == ProtocolVersion::V2026_07_28.as_str().as_bytes());
        if modern(&mirrored.version) {
            return Err(Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "this revision of MCP uses POST only")
                .with_header(header::ALLOW, HeaderValue::from_static("POST")));
        }
        let token = mirrored.session_id().map_err(|error| Refusal::rpc(&error.rpc(), None, legacy))?;
        let Some(token) = token else {
            return Err(Refusal::http(
                StatusCode::METHOD_NOT_ALLOWED,
                "without `Mcp-Session-Id` there is nothing to listen to; use POST",
            )
            .with_header(header::ALLOW, HeaderValue::from_static("POST")));
        };
        let session = self.session(context, token);
        session.map(|session| (session, session_key(token))).ok_or_else(ended)
    }
}
