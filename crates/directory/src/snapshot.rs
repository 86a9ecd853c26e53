//! The snapshot, and the place where the current one is found.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use domain::{ServerStatus, UserStatus};
use policy::{Known, Query, RuleSet, Target};

use crate::access::{Access, AuthFailure, Authenticated, NoServer, Why};
use crate::ended::Ended;
use crate::keys::Keys;
use crate::nodes::Nodes;
use crate::people::{People, Person};
use crate::server::{ServerEntry, Servers};

/// One consistent state. Cloning shares every part, so a new state is made by replacing the parts that changed.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows with every published state.
    pub generation: u64,
    /// Servers.
    pub servers: Arc<Servers>,
    /// People and their groups.
    pub people: Arc<People>,
    /// API keys.
    pub keys: Arc<Keys>,
    /// Compiled rules.
    pub rules: Arc<RuleSet>,
}

impl Snapshot {
    /// Finds out who presents the secret with this SHA-256. A key without its owner is unknown.
    pub fn authenticate(&self, secret_sha256: &[u8; 32], now: DateTime<Utc>) -> Result<Authenticated, AuthFailure> {
        let entry = self.keys.get(secret_sha256).ok_or(AuthFailure::Unknown)?;
        let person = Arc::clone(self.people.get(entry.user).ok_or(AuthFailure::Unknown)?);
        let key = entry.id;
        if entry.revoked {
            return Err(AuthFailure::Revoked { key, person });
        }
        if entry.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthFailure::Expired { key, person });
        }
        if person.status != UserStatus::Active {
            return Err(AuthFailure::Inactive { key, person });
        }
        Ok(Authenticated { person, key })
    }

    /// The server behind a slug, if this person may know that it exists: a rule opens it, and it is not a draft.
    ///
    /// A disabled server is found by those whom a rule allows; [`Snapshot::authorize`] then says that it is disabled.
    ///
    /// Only who the person is counts here: conditions on the request are for [`Snapshot::authorize`].
    pub fn server_for(&self, slug: &str, person: &Person, now: DateTime<Utc>) -> Result<Arc<ServerEntry>, NoServer> {
        let server = self.servers.by_slug(slug).ok_or(NoServer::Unknown)?;
        let access = self.policy(person, server, Target::Server, now, Known::Person);
        if !access.is_allowed() {
            return Err(NoServer::Hidden { server: Arc::clone(server), access });
        }
        if server.status == ServerStatus::Draft {
            let access = Access::denied(access.rules, Why::ServerInactive);
            return Err(NoServer::Hidden { server: Arc::clone(server), access });
        }
        Ok(Arc::clone(server))
    }

    /// Decides whether a person may use a part of a server now: the one question that every path asks.
    ///
    /// In this order: the person is active, the rules allow it, the server is active, the definition is as approved.
    ///
    /// Conditions look at what is `known`; what is not known yet counts for the caller.
    pub fn authorize(
        &self,
        person: &Person,
        server: &ServerEntry,
        target: Target<'_>,
        now: DateTime<Utc>,
        known: Known<'_>,
    ) -> Access {
        let access = self.policy(person, server, target, now, known);
        if !access.is_allowed() {
            return access;
        }
        if server.status != ServerStatus::Active {
            return Access::denied(access.rules, Why::ServerInactive);
        }
        match server.withholds(target) {
            Some(withheld) => Access::denied(access.rules, Why::Withheld(withheld)),
            None => access,
        }
    }

    /// The active servers that a rule opens to this person, in no order.
    pub fn visible<'a>(&'a self, person: &'a Person, now: DateTime<Utc>) -> impl Iterator<Item = &'a Arc<ServerEntry>> {
        let opens = move |server: &&Arc<ServerEntry>| {
            self.authorize(person, server, Target::Server, now, Known::Person).is_allowed()
        };
        self.servers.iter().filter(opens)
    }

    fn policy(
        &self,
        person: &Person,
        server: &ServerEntry,
        target: Target<'_>,
        now: DateTime<Utc>,
        known: Known<'_>,
    ) -> Access {
        if person.status != UserStatus::Active {
            return Access::denied(Arc::default(), Why::PersonInactive);
        }
        self.rules.decide(&Query { subject: person.subject(), server: server.id, target, now, known }).into()
    }
}

/// Where the current snapshot is found, and what is known beside it. Clones share it.
#[derive(Debug, Clone)]
pub struct Directory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    snapshot: ArcSwap<Snapshot>,
    nodes: ArcSwap<Nodes>,
    ended: Ended,
}

impl Directory {
    /// A directory in which nobody and nothing is known, at generation 0.
    pub fn empty() -> Self {
        Self::new(Snapshot::default())
    }

    /// A directory that begins with this snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(Arc::new(Inner {
            snapshot: ArcSwap::from_pointee(snapshot),
            nodes: ArcSwap::default(),
            ended: Ended::default(),
        }))
    }

    /// The current snapshot. Hold it for one call, not longer: it does not change any more.
    pub fn load(&self) -> Arc<Snapshot> {
        self.0.snapshot.load_full()
    }

    /// The generation of the current snapshot.
    pub fn generation(&self) -> u64 {
        self.0.snapshot.load().generation
    }

    /// Replaces the current snapshot. False, and nothing changes, when one of this generation or a newer one is there:
    /// of two that race, the newer wins whatever the order.
    pub fn publish(&self, snapshot: Snapshot) -> bool {
        let snapshot = Arc::new(snapshot);
        let before = self.0.snapshot.rcu(|current| {
            if current.generation < snapshot.generation { Arc::clone(&snapshot) } else { Arc::clone(current) }
        });
        before.generation < snapshot.generation
    }

    /// The other nodes that run now.
    pub fn nodes(&self) -> arc_swap::Guard<Arc<Nodes>> {
        self.0.nodes.load()
    }

    /// Replaces what is known of other nodes.
    pub fn publish_nodes(&self, nodes: Nodes) {
        self.0.nodes.store(Arc::new(nodes));
    }

    /// Sessions that their clients have ended.
    pub fn ended(&self) -> &Ended {
        &self.0.ended
    }
}
