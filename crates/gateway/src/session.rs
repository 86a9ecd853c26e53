//! Session ids of the older revisions (2025-03-26 to 2025-11-25): sealed, so that any node serves them and nobody else
//! can use them.
//!
//! A client never sees the server's own id. What it gets is a token over principal, server, that id and the revision,
//! which opens only for the same person at the same server. It is no credential: every request is authorised anew.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ServerId, UserId};
use mcp::ProtocolVersion;
use serde::{Deserialize, Serialize};
use vault::Vault;

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
}

/// The other end of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Link {
    /// The server, under its own id, and the revision that it speaks where that is not the client's.
    Direct { id: String, speaks: Option<ProtocolVersion> },
    /// The gateway, in front of a server without sessions.
    Held(mcp::bridge::ClientIdentity),
    /// The gateway, which holds a stream of HTTP+SSE at the server for this session.
    Streamed { identity: mcp::bridge::ClientIdentity, nonce: String },
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
    vault.seal_token(PURPOSE, &bound_to(user, server), &plain).ok()
}

/// Opens a session id. `None` for a forged, foreign or expired one.
pub(crate) fn open(vault: &Vault, user: UserId, server: ServerId, token: &str, now: DateTime<Utc>) -> Option<Session> {
    let plain = vault.open_token(PURPOSE, &bound_to(user, server), token)?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    (now.timestamp() < sealed.expires).then_some(sealed.session)
}
