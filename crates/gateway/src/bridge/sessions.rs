//! What is remembered of sessions that the gateway itself holds with clients of the older revisions: log level,
//! subscriptions, requests that can be cancelled. The session's token carries everything else, so what is lost with a node
//! is at most a log level and a subscription.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Sessions that are remembered; the oldest go first.
const MOST: usize = 20_000;

/// By SHA-256 of the session's token.
pub(crate) type SessionKey = [u8; 32];

/// What a session wants to hear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// The level of `logging/setLevel`.
    pub(crate) log_level: Option<String>,
    /// The resources of `resources/subscribe`.
    pub(crate) resources: BTreeSet<String>,
}

#[derive(Default)]
struct Session {
    wishes: watch::Sender<Wishes>,
    /// By the JSON text of the request's id.
    running: HashMap<String, CancellationToken>,
    used: u64,
}

/// All sessions of this node.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<All>>);

#[derive(Default)]
struct All {
    sessions: HashMap<SessionKey, Session>,
    clock: u64,
}

impl All {
    fn session(&mut self, key: SessionKey) -> &mut Session {
        self.clock += 1;
        if self.sessions.len() >= MOST && !self.sessions.contains_key(&key) {
            let oldest = self.sessions.iter().min_by_key(|(_, session)| session.used).map(|(key, _)| *key);
            oldest.map(|key| self.sessions.remove(&key));
        }
        let session = self.sessions.entry(key).or_default();
        session.used = self.clock;
        session
    }
}

impl Sessions {
    /// What the session wants to hear now, and every change of it.
    pub(crate) fn wishes(&self, key: SessionKey) -> watch::Receiver<Wishes> {
        self.0.lock().session(key).wishes.subscribe()
    }

    /// The level of the session's log, if one was set.
    pub(crate) fn log_level(&self, key: SessionKey) -> Option<String> {
        let all = self.0.lock();
        all.sessions.get(&key).and_then(|session| session.wishes.borrow().log_level.clone())
    }

    /// Changes what the session wants to hear.
    pub(crate) fn wish(&self, key: SessionKey, change: impl FnOnce(&mut Wishes)) {
        self.0.lock().session(key).wishes.send_modify(change);
    }

    /// Notes a request that can be cancelled as long as what is returned lives.
    pub(crate) fn run(&self, key: SessionKey, id: &str) -> Running {
        let cancelled = CancellationToken::new();
        self.0.lock().session(key).running.insert(id.to_owned(), cancelled.clone());
        Running { sessions: self.clone(), key, id: id.to_owned(), cancelled }
    }

    /// Cancels a request; unknown ones are ignored, as the specification wants it.
    pub(crate) fn cancel(&self, key: SessionKey, id: &str) {
        let all = self.0.lock();
        if let Some(cancelled) = all.sessions.get(&key).and_then(|session| session.running.get(id)) {
            cancelled.cancel();
        }
    }

    /// Ends a session for good, and cancels what it has running.
    pub(crate) fn end(&self, key: SessionKey) {
        if let Some(session) = self.0.lock().sessions.remove(&key) {
            session.running.values().for_each(CancellationToken::cancel);
        }
    }
}

/// A request under way.
pub(crate) struct Running {
    sessions: Sessions,
    key: SessionKey,
    id: String,
    /// Cancelled by the client.
    pub(crate) cancelled: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(session) = self.sessions.0.lock().sessions.get_mut(&self.key) {
            session.running.remove(&self.id);
        }
    }
}
