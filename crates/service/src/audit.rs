//! Reading the audit log: everybody's with `view_org_audit`, otherwise what the person asking did.

use domain::{
    AuditAction, AuditEntry, AuditFilter, AuditId, AuditRow, Capability, CorrelationId, Page, PageQuery, Problem,
    RuleView, UserFilter, UserId,
};
use ledger::query::{self, Scope};
use serde_json::json;

use crate::change::payload;
use crate::views::rule_views;
use crate::{Caller, Result, Services};

/// Most events shown of one correlation id, people offered in the filter form, and rules of one event.
const RELATED: u32 = 500;
const ACTORS: usize = 1000;
const RULES: usize = 50;

impl Services {
    /// Events, newest first unless the filter asks for the oldest.
    pub async fn audit(&self, caller: &Caller, filter: &AuditFilter, page: &PageQuery) -> Result<Page<AuditRow>> {
        let scope = scope(caller)?;
        let mut tx = self.read().await?;
        Ok(query::list(&mut tx, filter, scope, page).await?)
    }

    /// Leaves an event about a file of events that is about to be handed out.
    pub async fn audit_exported(&self, caller: &Caller, filter: &AuditFilter, rows: usize) -> Result<()> {
        scope(caller)?;
        let change = self.begin(caller).await?;
        let event = change.event(AuditAction::AuditExported).args(payload(&json!({ "rows": rows, "filter": filter })));
        change.commit(event).await
    }

    /// One event with its payloads.
    ///
    /// # Errors
    /// `NotFound` also for an event of somebody else that the caller may not see.
    pub async fn audit_entry(&self, caller: &Caller, id: AuditId) -> Result<AuditEntry> {
        let scope = scope(caller)?;
        let mut tx = self.read().await?;
        query::get(&mut tx, scope, id).await?.ok_or_else(|| Problem::not_found("audit event").into())
    }

    /// Everything that one request caused, in order; of somebody without `view_org_audit` only what they did.
    pub async fn audit_related(&self, caller: &Caller, correlation: CorrelationId) -> Result<Vec<AuditRow>> {
        let scope = scope(caller)?;
        let mut tx = self.read().await?;
        Ok(query::related(&mut tx, scope, correlation, RELATED).await?)
    }

    /// The rules that an event names, those that are still there; none without `manage_policies`, as a rule tells of
    /// colleagues, other servers and reasons.
    pub async fn audit_rules(&self, caller: &Caller, ids: &[String]) -> Result<Vec<RuleView>> {
        caller.user_id()?;
        if !caller.can(Capability::ManagePolicies) {
            return Ok(Vec::new());
        }
        let mut tx = self.read().await?;
        let mut rules = Vec::new();
        for id in ids.iter().take(RULES).filter_map(|id| id.parse().ok()) {
            rules.extend(store::rules::get(&mut tx, id).await?);
        }
        rule_views(&mut tx, rules, self.now()).await
    }

    /// People to choose from in the filter form, by name: all (at most 1000), or oneself.
    pub async fn audit_actors(&self, caller: &Caller) -> Result<Vec<(UserId, String)>> {
        if let Scope::Only(user) = scope(caller)? {
            return Ok(vec![(user, caller.actor.name.clone())]);
        }
        let mut tx = self.read().await?;
        let mut actors = Vec::new();
        let mut page = PageQuery { cursor: None, limit: Some(200) };
        loop {
            let people = store::users::list(&mut tx, &UserFilter::default(), &page).await?;
            actors.extend(people.data.into_iter().map(|user| (user.id, user.name)));
            match people.next_cursor {
                Some(cursor) if actors.len() < ACTORS => page.cursor = Some(cursor),
                _ => return Ok(actors),
            }
        }
    }
}

/// How far the caller's view reaches.
fn scope(caller: &Caller) -> Result<Scope> {
    if caller.can(Capability::ViewOrgAudit) { Ok(Scope::All) } else { Ok(Scope::Only(caller.user_id()?)) }
}
