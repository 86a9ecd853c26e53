//! Between generations: a client and a server that share none still understand each other.
//!
//! What passes within one generation never comes here; it stays bytes. Which way a message goes is decided in
//! [`Gateway::pairing`]: by the session of an older client, by the revision of a stateless one, and by what the server
//! [speaks](speaks). The rewriting itself is in [`mcp::bridge`]; here are the exchanges: [`to_modern`] for older clients,
//! [`to_legacy`] for stateless ones, [`listen`] for streams of changes.

pub(crate) mod asked;
pub(crate) mod dialogue;
pub(crate) mod lines;
mod listen;
pub(crate) mod parked;
mod replies;
pub(crate) mod sessions;
pub(crate) mod speaks;
mod to_legacy;
mod to_modern;
pub(crate) mod tools;

use mcp::bridge::ClientIdentity;
use mcp::{Call, Generation, Method};

use crate::Gateway;
use crate::call::{Context, SUPPORTED, session_key};
use crate::session::{Link, Session};
use speaks::Speaks;
pub(crate) use to_modern::Held;

/// Who translates a message.
pub(crate) enum Pairing {
    /// Nobody: both sides speak the same generation, or the server will say what it thinks.
    Same,
    /// An older client, a modern server.
    ToModern(Held),
    /// A stateless client, an older server.
    ToLegacy,
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
                Link::Direct(_) => Pairing::Same,
                Link::Held(identity) => {
                    let key = token.map(session_key);
                    Pairing::ToModern(Held { identity: identity.clone(), key })
                }
            },
            (Generation::Legacy, None) => match self.speaks(context).await.as_deref() {
                Some(Speaks::Modern { legacy: false, .. }) => {
                    let opens = call.filter(|call| call.method == Method::Initialize);
                    let identity = opens.map(|call| ClientIdentity::of_initialize(&call.params));
                    Pairing::ToModern(Held { identity: identity.unwrap_or_else(unknown), key: None })
                }
                _ => Pairing::Same,
            },
            (Generation::Modern, _) => match self.speaks(context).await.as_deref() {
                Some(Speaks::Legacy) => Pairing::ToLegacy,
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

/// A client of whom nothing is known.
fn unknown() -> ClientIdentity {
    ClientIdentity { info: r#"{"name":"unknown","version":"unknown"}"#.into(), capabilities: "{}".into() }
}
