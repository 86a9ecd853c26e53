//! Definitions that a model can read: pinned as they were approved, and watched for changes.

use domain::{
    AuditAction, Capability, Definition, NotificationKind, Pin, PinKind, PinState, Problem, Server, ServerDetail,
    ServerId, ServerStatus, TestReport,
};
use ledger::Event;
use serde_json::json;
use store::Tx;
use store::tests::Subject as TestSubject;

use crate::change::{Change, payload};
use crate::notifications::{Message, notify};
use crate::people::deciders;
use crate::servers::{found, server_event};
use crate::snapshot::Part;
use crate::views::server_subject;
use crate::{Caller, Error, RequestMeta, Result, Services};

/// Names that a notification lists; more are counted.
const NAMED: usize = 10;

impl Services {
    /// Approves the definitions that the last successful test saw. A draft becomes active by it.
    ///
    /// # Errors
    /// `Conflict` with code `test_again` unless the last test succeeded and saw exactly the definitions of `digest`.
    pub async fn pin_definitions(&self, caller: &Caller, id: ServerId, digest: &str) -> Result<ServerDetail> {
        self.require(caller, Capability::ManageServers).await?;
        let mut change = self.begin(caller).await?;
        let server = found(store::servers::lock(&mut change.tx, id).await?)?;
        let report = tested(store::tests::latest(&mut change.tx, TestSubject::Server(id)).await?, Some(digest))?;
        let now = change.now;
        store::pins::replace_all(&mut change.tx, id, &pins_of(&report, now), caller.actor.id).await?;
        if server.status == ServerStatus::Draft {
            let status = ServerStatus::Active;
            store::servers::set_status(&mut change.tx, id, status, now).await?;
            let enabled = server_event(change.event(AuditAction::ServerEnabled), &Server { status, ..server.clone() });
            change.also(enabled);
        }
        change.reload(Part::Servers);
        let event = pinned_event(change.event(AuditAction::DefinitionsPinned), &server, &report);
        let detail = self.detail(&mut change.tx, id).await?;
        change.commit(event).await?;
        Ok(detail)
    }

    /// Notes definitions that a server showed and that are not as approved (or are again). A change is recorded and
    /// reported to administrators once. What is missing from `seen` says nothing: the data path sees parts only.
    pub async fn record_definitions(&self, id: ServerId, seen: Vec<Definition>) -> Result<()> {
        let caller = Caller::system(RequestMeta::local(self.env()));
        let mut change = self.begin(&caller).await?;
        let Some(server) = store::servers::lock(&mut change.tx, id).await? else { return Ok(()) };
        match self.note_definitions(&mut change, &server, &seen, false).await? {
            None => Ok(()),
            Some(event) => change.commit(event).await,
        }
    }

    /// Brings the pins up to what was seen. When the state of one changed, administrators are told what is withheld,
    /// and the event to record is returned.
    pub(crate) async fn note_definitions(
        &self,
        change: &mut Change<'_>,
        server: &Server,
        seen: &[Definition],
        complete: bool,
    ) -> Result<Option<Event>> {
        let pins = store::pins::list(&mut change.tx, server.id).await?;
        let news = update_pins(&mut change.tx, server.id, &pins, seen, complete).await?;
        if news.is_empty() {
            return Ok(None);
        }
        change.reload(Part::Servers);
        let event = change
            .event(AuditAction::SecurityWarning)
            .resource(server_subject(server))
            .server(server.id, server.slug.to_string())
            .args(payload(&json!({ "definitions": news.iter().map(shown).collect::<Vec<_>>() })));
        // What is gone cannot be called, so there is nothing to review.
        let withheld: Vec<&str> = news
            .iter()
            .filter(|pin| matches!(pin.state, PinState::Changed | PinState::Added))
            .map(|pin| pin.name.as_str())
            .collect();
        if withheld.is_empty() {
            let gone = news.iter().any(|pin| pin.state == PinState::Gone);
            let reason = if gone {
                "approved definitions are not offered any more"
            } else {
                "definitions are again as they were approved"
            };
            return Ok(Some(event.reason(reason)));
        }
        let now = change.now;
        let people = deciders(&mut change.tx, Capability::ManageServers).await?;
        let message = Message {
            kind: NotificationKind::DefinitionChanged,
            title: format!("{} changed its definitions", server.name),
            body: format!("Withheld until reviewed: {}", listed(&withheld)),
            link: format!("/servers/{}?tab=tools", server.id),
        };
        notify(&mut change.tx, self.env(), now, &people, &message).await?;
        Ok(Some(event.reason("definitions differ from what was approved and are withheld")))
    }
}

/// Brings the stored pins up to what was seen; returns those whose state changed. Only a `complete` view can tell that
/// something is gone.
async fn update_pins(tx: &mut Tx, id: ServerId, pins: &[Pin], seen: &[Definition], complete: bool) -> Result<Vec<Pin>> {
    let mut news = Vec::new();
    for drift in guard::compare(pins.iter().map(guard::PinRef::from), seen) {
        if drift.state == PinState::Gone && !complete {
            continue;
        }
        // Resources are data that comes and goes; new ones are not withheld, so there is nothing to remember.
        if drift.state == PinState::Added && drift.kind == PinKind::Resource {
            continue;
        }
        let stored = pins.iter().find(|pin| pin.kind == drift.kind && pin.name == drift.name);
        let differing = drift.seen.filter(|_| drift.state != PinState::Pinned);
        let seen_digest = differing.map(|definition| definition.digest.clone());
        if stored.is_some_and(|pin| pin.state == drift.state && pin.seen_digest == seen_digest) {
            continue;
        }
        let pin = Pin {
            kind: drift.kind,
            name: drift.name.to_owned(),
            state: drift.state,
            digest: stored.and_then(|pin| pin.digest.clone()),
            definition: stored.and_then(|pin| pin.definition.clone()),
            seen_definition: differing.map(|definition| definition.json.clone()),
            seen_digest,
            pinned_at: stored.and_then(|pin| pin.pinned_at),
        };
        store::pins::upsert_seen(tx, id, &pin).await?;
        news.push(pin);
    }
    Ok(news)
}

fn shown(pin: &Pin) -> serde_json::Value {
    json!({ "kind": pin.kind, "name": pin.name, "state": pin.state, "approved": pin.digest, "seen": pin.seen_digest })
}

/// The first of these names, and how many more there are.
pub(crate) fn listed(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let listed = names[..names.len() - more].join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

/// The report of a test that succeeded and saw exactly these definitions; otherwise "test again".
pub(crate) fn tested(report: Option<TestReport>, digest: Option<&str>) -> Result<TestReport> {
    let again = |why: &str| Error::from(Problem::conflict("test_again", format!("{why} Test the connection again.")));
    let report = report.ok_or_else(|| again("The connection has not been tested."))?;
    let Some(seen) = report.definitions_digest.as_deref().filter(|_| report.ok) else {
        return Err(again("The last connection test failed."));
    };
    match digest {
        None => Err(again("The digest of the definitions that you reviewed is missing.")),
        Some(digest) if digest != seen => Err(again("The tool list has changed since you looked at it.")),
        Some(_) => Ok(report),
    }
}

/// The definitions of a report, as approved.
pub(crate) fn pins_of(report: &TestReport, now: chrono::DateTime<chrono::Utc>) -> Vec<Pin> {
    let pin = |definition: &Definition| Pin {
        kind: definition.kind,
        name: definition.name.clone(),
        state: PinState::Pinned,
        digest: Some(definition.digest.clone()),
        definition: Some(definition.json.clone()),
        seen_digest: None,
        seen_definition: None,
        pinned_at: Some(now),
    };
    report.tools.iter().chain(&report.others).map(pin).collect()
}

/// An event about the approval of a server's definitions.
pub(crate) fn pinned_event(event: Event, server: &Server, report: &TestReport) -> Event {
    let tools: Vec<&str> = report.tools.iter().map(|tool| tool.name.as_str()).collect();
    event
        .resource(server_subject(server))
        .server(server.id, server.slug.to_string())
        .args(payload(&json!({ "digest": report.definitions_digest, "tools": tools })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&["a", "b"]), "a, b");
        let names: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(listed(&names), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    }
}
