//! A made-up organisation, so that every page has something to show: people, groups, servers that can really be called,
//! rules, requests in every state, and thirty days of activity.
//!
//! Everything is written in one transaction from the injected clock and randomness, so the same seed makes the same
//! organisation. What happened in the past is decided by the very rules that are written, not made up beside them.

mod activity;
mod people;
mod requests;
mod servers;
mod stage;
mod stories;
mod work;

use domain::{AuditAction, Capability, Problem, SecretText, TestReport, Transport};
use net::Reach;
use serde_json::json;

use self::stage::Stage;
use crate::change::payload;
use crate::sessions::DEMO;
use crate::snapshot::Part;
use crate::{Caller, Result, Services};

/// Who runs the made-up organisation.
pub const DEMO_ADMIN: &str = "admin@demo.example";
/// Somebody who works there.
pub const DEMO_EMPLOYEE: &str = "alex@demo.example";
/// The password of everybody there. It is no secret: print it wherever a demonstration starts.
pub const DEMO_PASSWORD: &str = "drawbridge demo password";

impl Services {
    /// Fills an empty database with a demonstration. `upstream` is the MCP endpoint behind all of its servers; it is
    /// contacted once, so that the pinned definitions are those that calls will see. False, and nothing is changed,
    /// when there is anybody in the database already.
    ///
    /// # Errors
    /// `Unavailable` when `upstream` does not answer as an MCP server with tools.
    pub async fn seed_demo(&self, caller: &Caller, upstream: &str) -> Result<bool> {
        if !caller.is_local() {
            caller.known()?;
            let why =
                "demonstrations are made by the program itself; run `drawbridge serve --demo` on a new data directory";
            return Err(Problem::forbidden(why).into());
        }
        self.require(caller, Capability::ManageUsers).await?;
        let mut tx = self.read().await?;
        let people = store::users::count(&mut tx, None).await?;
        drop(tx);
        if people > 0 {
            return Ok(false);
        }
        let report =
            reached(self.run_test(upstream, Transport::StreamableHttp, Reach::Public, Vec::new()).await, upstream)?;
        // One hash for all: the password is public, and a hash takes as long as it is meant to.
        let hash = self.passwords().hash(self.env(), &SecretText::new(DEMO_PASSWORD)).await?;

        let mut change = self.begin(caller).await?;
        store::users::lock_admins(&mut change.tx).await?;
        if store::users::count(&mut change.tx, None).await? > 0 {
            return Ok(false);
        }
        let now = change.now;
        let mut stage = Stage::new(self, now, report, upstream)?;
        people::write(&mut stage, &mut change.tx, &hash).await?;
        servers::write(&mut stage, &mut change.tx).await?;
        stories::write(&mut stage, &mut change.tx).await?;
        activity::write(&mut stage, &mut change.tx).await?;
        store::links::invalidate_setup(&mut change.tx, now).await?;
        store::settings::put(&mut change.tx, DEMO, "true", now).await?;
        for part in Part::ALL {
            change.reload(*part);
        }
        let written = json!({ "people": stage.people.len(), "groups": stage.groups.len(), "servers": stage.servers.len(),
            "rules": stage.rules.len(), "events": stage.events.len() });
        change.backfill(stage.into_events());
        let event = change.event(AuditAction::DemoSeeded).args(payload(&written));
        change.commit(event).await?;
        Ok(true)
    }
}

/// The report of a server that works.
fn reached(report: TestReport, upstream: &str) -> Result<TestReport> {
    let Some(step) = report.failure() else { return Ok(report) };
    let advice = step.advice.as_deref().map(|advice| format!(" ({advice})")).unwrap_or_default();
    let why = format!(
        "the demonstration's MCP server at {upstream} cannot be used: {}: {}{advice}; start it first, then start again",
        step.step.label(),
        step.detail
    );
    Err(Problem::Unavailable { why }.into())
}
