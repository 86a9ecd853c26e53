//! Access rules: who may use what of which servers.

mod check;
mod last;
mod versions;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{
    AuditAction, Capability, Effect, NewRule, Problem, Rule, RuleChangeKind, RuleDraft, RuleId, RuleSort, RuleView,
    ServerId, Sort,
};
use serde_json::json;
use store::Tx;

use crate::change::{Change, payload};
use crate::ended::gives_the_same;
use crate::expiry::settle_end;
use crate::snapshot::Part;
use crate::views::{rule_subject, rule_views};
use crate::{Caller, Result, Services};

pub(crate) use self::check::{checked, held, refers};
pub(crate) use self::last::{Last, target_of};
pub(crate) use self::versions::{Then, note_version, rules_as_of};

/// How a rule ended that is still there.
const SWITCHED_OFF: &str = "switched off";

/// Most rules that are switched at once.
const AT_ONCE: usize = 500;

impl Services {
    /// Rules, newest first unless another order is asked for: of one server (global ones included), or all.
    pub async fn rules(
        &self,
        caller: &Caller,
        server: Option<ServerId>,
        sort: Option<Sort<RuleSort>>,
    ) -> Result<Vec<RuleView>> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        rules.retain(|rule| server.is_none_or(|server| rule.is_about(server)));
        if sort.is_none() {
            rules.reverse();
        }
        let mut views = rule_views(&mut tx, rules, self.now()).await?;
        if let Some(sort) = sort {
            order(&mut views, sort);
        }
        Ok(views)
    }

    /// One rule.
    pub async fn rule(&self, caller: &Caller, id: RuleId) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut tx = self.read().await?;
        let rule = store::rules::get(&mut tx, id).await?.ok_or_else(not_found)?;
        one_view(&mut tx, rule, self.now()).await
    }

    /// The Cedar policy that a rule is compiled to.
    pub async fn rule_cedar(&self, caller: &Caller, id: RuleId) -> Result<String> {
        let view = self.rule(caller, id).await?;
        Ok(policy::cedar_text(&view.rule))
    }

    /// Makes a rule. It is in force before this returns.
    ///
    /// # Errors
    /// `Conflict` with the code `rule.seen` when more than a handful of people are affected and the caller does not confirm
    /// to have seen whom ([`Caller::having_seen`]); `Invalid` with all fields that are wrong.
    pub async fn create_rule(&self, caller: &Caller, new: NewRule) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        let new = checked(new)?;
        self.require_seen(caller, &[RuleDraft { id: None, rule: Some(new.clone()) }]).await?;
        let mut change = self.begin(caller).await?;
        held(&mut change.tx, &new).await?;
        let now = change.now;
        let rule = new.into_rule(RuleId::generate(self.env()), caller.actor.id, now);
        store::rules::insert(&mut change.tx, &rule).await?;
        let view = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Created, None, &view, &caller.actor, now).await?;
        change.reload(Part::Rules);
        let event = change.event(AuditAction::PolicyCreated);
        let event = rule_event(&mut change.tx, event, &view).await?;
        change.commit(event).await?;
        Ok(view)
    }

    /// Changes a rule. The new form is in force before this returns.
    ///
    /// # Errors
    /// As [`Services::create_rule`].
    pub async fn update_rule(&self, caller: &Caller, id: RuleId, new: NewRule) -> Result<RuleView> {
        self.update_rule_read_at(caller, id, new, None).await
    }

    /// As [`Services::update_rule`], by somebody who has read the rule when it was last changed at `read`: what another
    /// has changed since is not written over.
    ///
    /// # Errors
    /// As [`Services::create_rule`], and `Conflict` with the code `rule_changed`.
    pub async fn update_rule_read_at(
        &self,
        caller: &Caller,
        id: RuleId,
        new: NewRule,
        read: Option<DateTime<Utc>>,
    ) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        let new = checked(new)?;
        let looked_at = self.require_seen(caller, &[RuleDraft { id: Some(id), rule: Some(new.clone()) }]).await?;
        let mut change = self.begin(caller).await?;
        let old = store::rules::lock(&mut change.tx, id).await?.ok_or_else(not_found)?;
        if read.is_some_and(|read| read != old.updated_at) {
            let why = "somebody has changed this rule since you opened it; open it again and make your change anew";
            return Err(Problem::conflict("rule_changed", why).into());
        }
        looked_at.is_still(&old)?;
        held(&mut change.tx, &new).await?;
        let now = change.now;
        let rule =
            Rule { request_id: old.request_id, created_at: old.created_at, ..new.into_rule(id, old.created_by, now) };
        store::rules::update(&mut change.tx, &rule).await?;
        let view = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Updated, Some(&old), &view, &caller.actor, now).await?;
        settle_end(&mut change.tx, &old, Some(&view.rule), now).await?;
        if !gives_the_same(&old, &view.rule) {
            let how = if old.enabled && !view.rule.enabled { SWITCHED_OFF } else { "changed" };
            self.tell_rule_ended(&mut change, &[old], how).await?;
        }
        change.reload(Part::Rules);
        let event = change.event(AuditAction::PolicyUpdated);
        let event = rule_event(&mut change.tx, event, &view).await?;
        change.commit(event).await?;
        Ok(view)
    }

    /// Switches rules on or off, all of them or none. Those that are so already stay as they are.
    ///
    /// # Errors
    /// `NotFound` when one of them does not exist, and as [`Services::create_rule`]; then nothing has changed.
    pub async fn switch_rules(&self, caller: &Caller, ids: &[RuleId], enabled: bool) -> Result<()> {
        self.require(caller, Capability::ManagePolicies).await?;
        chosen(ids)?;
        // In one order, so that two who choose the same rules do not wait for each other.
        let ids: BTreeSet<RuleId> = ids.iter().copied().collect();
        let looked_at = self.require_seen(caller, &self.switched(&ids, enabled).await?).await?;
        let mut change = self.begin(caller).await?;
        let now = change.now;
        let (mut last, mut switched_off) = (None, Vec::new());
        for id in ids {
            let old = store::rules::lock(&mut change.tx, id).await?.ok_or_else(not_found)?;
            if old.enabled == enabled {
                continue;
            }
            looked_at.is_still(&old)?;
            let rule = Rule { enabled, updated_at: now, ..old.clone() };
            store::rules::update(&mut change.tx, &rule).await?;
            let view = one_view(&mut change.tx, rule, now).await?;
            note_version(&mut change.tx, RuleChangeKind::Updated, Some(&old), &view, &caller.actor, now).await?;
            settle_end(&mut change.tx, &old, Some(&view.rule), now).await?;
            if !enabled {
                switched_off.push(old);
            }
            let event = change.event(AuditAction::PolicyUpdated);
            let event = rule_event(&mut change.tx, event, &view).await?;
            if let Some(earlier) = last.replace(event) {
                change.also(earlier);
            }
        }
        self.tell_rule_ended(&mut change, &switched_off, SWITCHED_OFF).await?;
        let Some(last) = last else { return Ok(()) };
        change.reload(Part::Rules);
        change.commit(last).await
    }

    /// What switching rules on or off is as drafts, for a preview. Those that are so already are left out.
    ///
    /// # Errors
    /// `NotFound` when one of them does not exist.
    pub async fn drafts_of_switch(&self, caller: &Caller, ids: &[RuleId], enabled: bool) -> Result<Vec<RuleDraft>> {
        self.require(caller, Capability::ManagePolicies).await?;
        // Nothing chosen is nothing to look at.
        if !ids.is_empty() {
            chosen(ids)?;
        }
        self.switched(&ids.iter().copied().collect(), enabled).await
    }

    async fn switched(&self, ids: &BTreeSet<RuleId>, enabled: bool) -> Result<Vec<RuleDraft>> {
        let mut tx = self.read().await?;
        let mut drafts = Vec::new();
        for id in ids {
            let rule = store::rules::get(&mut tx, *id).await?.ok_or_else(not_found)?;
            if rule.enabled != enabled {
                drafts.push(RuleDraft { id: Some(*id), rule: Some(NewRule { enabled, ..rule.into() }) });
            }
        }
        Ok(drafts)
    }

    /// Deletes a rule. What only this rule allowed is refused from the next call on. Its versions stay.
    ///
    /// # Errors
    /// As [`Services::create_rule`].
    pub async fn delete_rule(&self, caller: &Caller, id: RuleId) -> Result<()> {
        self.require(caller, Capability::ManagePolicies).await?;
        let looked_at = self.require_seen(caller, &[RuleDraft { id: Some(id), rule: None }]).await?;
        let mut change = self.begin(caller).await?;
        let rule = store::rules::lock(&mut change.tx, id).await?.ok_or_else(not_found)?;
        looked_at.is_still(&rule)?;
        let event = take_out(&mut change, &rule).await?;
        self.tell_rule_ended(&mut change, &[rule], "deleted").await?;
        change.commit(event).await
    }
}

/// Refuses a choice of no rules, or of more than are changed at once.
fn chosen(ids: &[RuleId]) -> Result<()> {
    if ids.is_empty() || ids.len() > AT_ONCE {
        return Err(Problem::field("ids", format!("choose between one and {AT_ONCE} rules")).into());
    }
    Ok(())
}

/// Deletes a rule whose row is locked; returns the event.
pub(crate) async fn take_out(change: &mut Change<'_>, rule: &Rule) -> Result<ledger::Event> {
    let (by, now) = (change.actor().clone(), change.now);
    let view = one_view(&mut change.tx, rule.clone(), now).await?;
    let event = change.event(AuditAction::PolicyDeleted);
    let event = rule_event(&mut change.tx, event, &view).await?;
    note_version(&mut change.tx, RuleChangeKind::Deleted, Some(rule), &view, &by, now).await?;
    settle_end(&mut change.tx, rule, None, now).await?;
    store::rules::delete(&mut change.tx, rule.id).await?;
    change.reload(Part::Rules);
    Ok(event)
}

/// Takes a server that is about to be deleted out of the rules: those that name no other one are deleted with it.
pub(crate) async fn take_server_out(change: &mut Change<'_>, server: ServerId) -> Result<()> {
    let (by, now) = (change.actor().clone(), change.now);
    let gone = store::rules::server_gone(&mut change.tx, server, now).await?;
    for rule in gone.deleted {
        let view = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Deleted, Some(&view.rule), &view, &by, now).await?;
        settle_end(&mut change.tx, &view.rule, None, now).await?;
        let event = change.event(AuditAction::PolicyDeleted);
        let event = rule_event(&mut change.tx, event, &view).await?;
        change.also(event);
    }
    for (before, after) in gone.changed {
        let view = one_view(&mut change.tx, after, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Updated, Some(&before), &view, &by, now).await?;
        settle_end(&mut change.tx, &before, Some(&view.rule), now).await?;
        let event = change.event(AuditAction::PolicyUpdated);
        let event = rule_event(&mut change.tx, event, &view).await?;
        change.also(event);
    }
    change.reload(Part::Rules);
    Ok(())
}

/// Puts rules that are in the order of their making into another one; the reverse of an order is its exact mirror.
fn order(views: &mut [RuleView], sort: Sort<RuleSort>) {
    match sort.by {
        RuleSort::Who => views.sort_by_cached_key(|view| view.principal_name.to_lowercase()),
        RuleSort::Effect => views.sort_by_key(|view| view.rule.effect != Effect::Allow),
        RuleSort::Server => views.sort_by_cached_key(|view| view.server_name.to_lowercase()),
        RuleSort::Changed => views.sort_by_key(|view| view.rule.updated_at),
    }
    if sort.descending {
        views.reverse();
    }
}

/// An event about a rule, with all of it.
pub(crate) async fn rule_event(tx: &mut Tx, event: ledger::Event, view: &RuleView) -> Result<ledger::Event> {
    let event = event.resource(rule_subject(&view.rule)).args(payload(&json!(view)));
    // An event is about one server or none; those of a rule about several are in its text.
    let server = match view.rule.servers.as_slice() {
        [id] => store::servers::get(tx, *id).await?,
        _ => None,
    };
    Ok(match server {
        Some(server) => event.server(server.id, server.slug.to_string()),
        None => event,
    })
}

pub(crate) async fn one_view(tx: &mut Tx, rule: Rule, now: DateTime<Utc>) -> Result<RuleView> {
    let id = rule.id;
    rule_views(tx, vec![rule], now)
        .await?
        .pop()
        .ok_or_else(|| crate::Error::broken("a rule", format!("{id} has no view")))
}

fn not_found() -> Problem {
    Problem::not_found("rule")
}
