//! Between generations: a client and a server that share none still understand each other.
//!
//! What passes within one generation never comes here; it stays bytes. Which way a message goes is decided in
//! [`Gateway::pairing`]: by the session of an older client, by the revision of a stateless one, and by what the server
//! [speaks](speaks). The rewriting itself is in [`mcp::bridge`]; here are the exchanges: [`to_modern`] for older clients,
//! [`to_legacy`] for stateless ones, [`to_line`] for servers of the first revision, [`listen`] for streams of changes.

pub(crate) mod asked;
pub(crate) mod dialogue;
pub(crate) mod kept;
pub(crate) mod lines;
mod listen;
mod open;
pub(crate) mod parked;
mod question;
mod readers;
mod replies;
pub(crate) mod sessions;
pub(crate) mod speaks;
mod sse_line;
mod to_legacy;
mod to_line;
mod to_modern;
pub(crate) mod tools;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use domain::ServerId;
use http::{Response, StatusCode};
use mcp::bridge::ClientIdentity;
use mcp::{Call, Generation, Method};
use parking_lot::Mutex;

use crate::Gateway;
use crate::answer::bodiless;
use crate::call::SUPPORTED;
use crate::context::Context;
use crate::session::session_key;
use crate::session::{Link, Session};
use speaks::Speaks;
pub(crate) use to_line::Streamed;
pub(crate) use to_modern::Held;

/// Levels of log messages, most talkative first (RFC 5424).
const LEVELS: [&str; 8] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
/// How long a person may take to answer a question.
const PATIENCE: Duration = Duration::from_mins(10);

/// The place of a level among all; `None` for a word that is none.
fn level_of(level: &str) -> Option<usize> {
    LEVELS.iter().position(|one| *one == level)
}

/// Who translates a message.
pub(crate) enum Pairing {
    /// Nobody: both sides speak the same generation, or the server will say what it thinks.
    Same,
    /// An older client, a modern server.
    ToModern(Held),
    /// A stateless client, an older server.
    ToLegacy,
    /// An older client, a server that knows only HTTP+SSE.
    ToLine(Streamed),
}

impl Gateway {
    /// Finds out whether client and server share a generation.
    pub(crate) async fn pairing(
        &self,
        context: &Context,
        generation: Generation,
        (session, token): (Option<&Session>, Option<&str>),
        call: Option<&Call<'_>>,
    ) -> Pairing {
        match (generation, session) {
            (Generation::Legacy, Some(session)) => match &session.link {
                Link::Direct { .. } => Pairing::Same,
                Link::Streamed { identity, nonce, .. } => Pairing::ToLine(Streamed {
                    identity: identity.clone(),
                    nonce: nonce.clone(),
                    key: token.map(session_key),
                }),
                Link::Held { identity, .. } => {
                    let key = token.map(session_key);
                    Pairing::ToModern(Held { identity: identity.clone(), key })
                }
            },
            (Generation::Legacy, None) => {
                let opens = call.filter(|call| call.method == Method::Initialize);
                let identity = opens.map_or_else(unknown, |call| ClientIdentity::of_initialize(&call.params));
                match self.speaks(context).await.as_deref() {
                    Some(Speaks::Modern { legacy: false, .. }) => Pairing::ToModern(Held { identity, key: None }),
                    Some(Speaks::HttpSse) => Pairing::ToLine(Streamed { identity, nonce: String::new(), key: None }),
                    _ => Pairing::Same,
                }
            }
            (Generation::Modern, _) => match self.speaks(context).await.as_deref() {
                Some(Speaks::Legacy | Speaks::HttpSse) => Pairing::ToLegacy,
                _ => Pairing::Same,
            },
        }
    }
}

/// The revisions that clients may speak to any server here, as JSON: all, since the gateway translates.
pub(crate) fn our_versions() -> String {
    let versions: Vec<&str> = SUPPORTED.iter().rev().map(|version| version.as_str()).collect();
    serde_json::Value::from(versions).to_string()
}

/// 128 random bits, as text.
pub(crate) fn unguessable(env: &dyn domain::Env) -> String {
    let mut bits = [0_u8; 16];
    env.fill(&mut bits);
    format!("{:032x}", u128::from_be_bytes(bits))
}

/// The answer to a message that needs none.
pub(crate) fn accepted() -> Response<Body> {
    bodiless(StatusCode::ACCEPTED)
}

/// Whose turn it is to ask a server what all want to know: one asks at a time, and those who waited find the answer.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<ServerId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    fn of(&self, server: ServerId) -> Arc<tokio::sync::Mutex<()>> {
        self.0.lock().entry(server).or_default().clone()
    }
}

/// A client of whom nothing is known.
fn unknown() -> ClientIdentity {
    ClientIdentity { info: r#"{"name":"unknown","version":"unknown"}"#.into(), capabilities: "{}".into() }
}
