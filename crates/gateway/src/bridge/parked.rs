//! Calls of stateless clients at older servers that wait for input: the server's stream is kept open here while the client
//! asks its user, and found again by the sealed `requestState` of the next round.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use chrono::{TimeDelta, Utc};
use domain::{NodeId, ServerId, UserId};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use vault::Vault;

use super::PATIENCE;
use super::open::Open;

/// Calls that may wait at one time, on this node and for one person.
const MOST: usize = 2_000;
const MOST_EACH: usize = 32;
const PURPOSE: &str = "mcp-request-state";

/// What `requestState` says, sealed for one person at one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Which call waits.
    token: String,
    /// The node that holds it.
    node: NodeId,
    /// The method and target that it was about: a state cannot be used for another call.
    about: String,
    expires: i64,
}

struct Waiting {
    person: UserId,
    until: Instant,
    open: Open,
}

/// All calls that wait.
#[derive(Clone, Default)]
pub(crate) struct Parked(Arc<Mutex<HashMap<String, Waiting>>>);

/// A call that waits, for whoever ends the waiting.
pub(crate) struct Waits {
    parked: Parked,
    token: String,
}

impl Waits {
    /// Gives the call up when nobody came back for it in time, or when the program stops.
    pub(crate) async fn give_up(self, draining: CancellationToken) {
        let _ = tokio::time::timeout(PATIENCE, draining.cancelled()).await;
        let waiting = self.parked.0.lock().remove(&self.token);
        drop(waiting);
    }
}

impl Parked {
    /// Keeps a call open and says by which state it is found again; gives it back when too many wait.
    pub(crate) fn park(
        &self,
        vault: &Vault,
        env: &dyn domain::Env,
        node: NodeId,
        (person, server): (UserId, ServerId),
        about: String,
        open: Open,
    ) -> Result<(String, Waits), Box<Open>> {
        let token = super::unguessable(env);
        let patience = TimeDelta::from_std(PATIENCE).unwrap_or_default();
        let state = State { token: token.clone(), node, about, expires: (env.now() + patience).timestamp() };
        let plain = serde_json::to_vec(&state).unwrap_or_default();
        let Ok(sealed) = vault.seal_token(PURPOSE, &bound_to(person, server), &plain) else {
            return Err(Box::new(open));
        };
        let now = Instant::now();
        let mut parked = self.0.lock();
        parked.retain(|_, waiting| waiting.until > now);
        let own = parked.values().filter(|waiting| waiting.person == person).count();
        if parked.len() >= MOST || own >= MOST_EACH {
            return Err(Box::new(open));
        }
        parked.insert(token.clone(), Waiting { person, until: now + PATIENCE, open });
        drop(parked);
        Ok((sealed, Waits { parked: self.clone(), token }))
    }

    /// Takes the call that waits for this state. `None` if the state is forged, foreign, expired, used, or about another
    /// call.
    pub(crate) fn take(
        &self,
        vault: &Vault,
        now: chrono::DateTime<Utc>,
        (person, server): (UserId, ServerId),
        about: &str,
        state: &str,
    ) -> Option<Open> {
        let state = open(vault, (person, server), state)?;
        if state.about != about || now.timestamp() >= state.expires {
            return None;
        }
        self.0.lock().remove(&state.token).map(|waiting| waiting.open)
    }
}

/// The node that holds the call that waits for this state.
pub(crate) fn node_of(vault: &Vault, whose: (UserId, ServerId), state: &str) -> Option<NodeId> {
    open(vault, whose, state).map(|state| state.node)
}

fn open(vault: &Vault, (person, server): (UserId, ServerId), state: &str) -> Option<State> {
    let plain = vault.open_token(PURPOSE, &bound_to(person, server), state)?;
    serde_json::from_slice(&plain).ok()
}

fn bound_to(person: UserId, server: ServerId) -> Vec<u8> {
    format!("{person}/{server}").into_bytes()
}
