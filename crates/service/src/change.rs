//! The one way to change something: begin, change, record, commit, publish.
//!
//! ```ignore
//! self.require(caller, Capability::ManageUsers).await?;            // 1 authorise (a refusal leaves an event)
//! let mut change = self.begin(caller).await?;                      // 2 a write transaction
//! store::users::update_status(&mut change.tx, id, …).await?;       // 3 change
//! change.reload(Part::People);                                     // 4 what the data path must load again
//! let event = change.event(AuditAction::UserSuspended).resource(user_subject(&user));
//! change.commit(event).await?;                                     // 5 record, commit, publish
//! ```
//! [`Change::commit`] takes the event by value, so that no change is committed without one. What is not worth an event
//! (a draft, a read notification) says so by [`Change::commit_unaudited`].

use chrono::{DateTime, Utc};
use domain::{Actor, AuditAction, Capability, Outcome};
use ledger::{Event, Payload};
use serde_json::Value;
use store::Tx;

use crate::snapshot::Part;
use crate::{Caller, Result, Services};

/// A write transaction of a use case. Dropped without commit, it leaves nothing behind.
pub(crate) struct Change<'a> {
    /// The transaction.
    pub(crate) tx: Tx,
    /// The time of this change: every row and event of it carries the same.
    pub(crate) now: DateTime<Utc>,
    services: &'a Services,
    caller: &'a Caller,
    parts: Vec<Part>,
    earlier: Vec<(DateTime<Utc>, Event)>,
    events: Vec<Event>,
}

impl Services {
    /// Begins a change on behalf of the caller. Authorise first: on SQLite this takes the one write lock.
    pub(crate) async fn begin<'a>(&'a self, caller: &'a Caller) -> Result<Change<'a>> {
        let tx = self.parts().db.begin().await?;
        Ok(Change {
            tx,
            now: self.now(),
            services: self,
            caller,
            parts: Vec::new(),
            earlier: Vec::new(),
            events: Vec::new(),
        })
    }

    /// Begins a read.
    pub(crate) async fn read(&self) -> Result<Tx> {
        Ok(self.parts().db.read().await?)
    }

    /// Refuses a caller without the capability. A refusal of somebody known is an `access_denied` event, of which a
    /// caller can cause only so many a minute.
    ///
    /// # Errors
    /// `Unauthenticated` and `Forbidden` as [`Caller::require`]; `Unavailable` when the refusal cannot be recorded.
    pub(crate) async fn require(&self, caller: &Caller, capability: Capability) -> Result<()> {
        let Err(refusal) = caller.require(capability) else { return Ok(()) };
        self.denied(caller, &format!("lacks the right to {}", crate::caller::in_words(capability))).await?;
        Err(refusal)
    }

    /// Leaves an `access_denied` event about a known caller, within the limit of refusals worth recording.
    pub(crate) async fn denied(&self, caller: &Caller, reason: &str) -> Result<()> {
        let Some(user) = caller.actor.id else { return Ok(()) };
        if let Some(not_recorded) = self.limits().refusal(&user.to_string(), self.now()) {
            let event = event(caller, AuditAction::AccessDenied).reason(with_count(reason, not_recorded));
            let event = Event { outcome: Outcome::Denied, ..event };
            self.parts().ledger.write(event).await?;
        }
        Ok(())
    }
}

impl Change<'_> {
    /// An event about this change: a success by the caller, with address, client and correlation id filled in.
    pub(crate) fn event(&self, action: AuditAction) -> Event {
        event(self.caller, action)
    }

    /// Who makes this change.
    pub(crate) const fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// Puts an event before the one that [`Change::commit`] takes.
    pub(crate) fn also(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Puts events of the past before all others. For demonstration data only.
    pub(crate) fn backfill(&mut self, events: Vec<(DateTime<Utc>, Event)>) {
        self.earlier.extend(events);
    }

    /// Notes what the data path, here and on other nodes, must load again after the commit.
    pub(crate) fn reload(&mut self, part: Part) {
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// Records the events, commits, and publishes what was noted by [`Change::reload`] before it returns.
    ///
    /// # Errors
    /// When recording or the commit fails nothing has changed. When only the publication fails, the change is saved and
    /// the error says so; it takes effect with the next successful publication, which is tried again by
    /// [`Services::catch_up`].
    pub(crate) async fn commit(mut self, last: Event) -> Result<()> {
        self.events.push(last);
        self.finish().await
    }

    /// Commits a change that is not worth an audit event. The reason is for the reader of the code; the coverage test
    /// lists the use cases that may do this.
    pub(crate) async fn commit_unaudited(self, _because: &'static str) -> Result<()> {
        self.finish().await
    }

    async fn finish(mut self) -> Result<()> {
        // Before the events: the lock of the hash chain, which calls wait for, is taken last.
        for part in &self.parts {
            store::changes::insert(&mut self.tx, *part, self.now).await?;
        }
        if !self.earlier.is_empty() {
            self.services.parts().ledger.backfill(&mut self.tx, self.earlier).await?;
        }
        for event in self.events {
            self.services.parts().ledger.record(&mut self.tx, event).await?;
        }
        self.tx.commit().await?;
        self.services.mark_changed();
        if self.parts.is_empty() { Ok(()) } else { self.services.publish().await }
    }
}

/// An event of the caller: a success, with address, client and correlation id filled in.
pub(crate) fn event(caller: &Caller, action: AuditAction) -> Event {
    event_of(caller, caller.actor.clone(), action)
}

/// An event of somebody else than the caller (a person who just proved who they are), from the caller's request.
pub(crate) fn event_of(caller: &Caller, actor: Actor, action: AuditAction) -> Event {
    let event = Event::new(action, Outcome::Success, actor, caller.meta.correlation).ip(caller.meta.ip);
    match &caller.meta.client {
        Some(client) => event.client(client.name.clone(), client.version.clone()),
        None => event,
    }
}

/// The changed fields of an event, as JSON. Never put a secret in here.
pub(crate) fn payload(fields: &Value) -> Payload {
    Payload::new(fields.to_string())
}

/// A reason, with the number of like refusals since the last one recorded.
pub(crate) fn with_count(reason: &str, not_recorded: u32) -> String {
    match not_recorded {
        0 => reason.to_owned(),
        n => format!("{reason} ({n} more like this were not recorded)"),
    }
}
