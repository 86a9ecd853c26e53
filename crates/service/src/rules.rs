//! Access rules: who may use which tools of which server.

use domain::{AuditAction, Capability, NewRule, Principal, PrincipalKind, Problem, Rule, RuleId, RuleView, ServerId};
use serde_json::json;
use store::Tx;

use crate::change::payload;
use crate::error::Wrong;
use crate::snapshot::Part;
use crate::views::{rule_subject, rule_views};
use crate::{Caller, Result, Services};

impl Services {
    /// Rules, newest first: of one server (global ones included), or all.
    pub async fn rules(&self, caller: &Caller, server: Option<ServerId>) -> Result<Vec<RuleView>> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        rules.retain(|rule| server.is_none() || rule.server.is_none() || rule.server == server);
        rules.reverse();
        rule_views(&mut tx, rules, self.now()).await
    }

    /// One rule.
    pub async fn rule(&self, caller: &Caller, id: RuleId) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut tx = self.read().await?;
        let rule = store::rules::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        one_view(&mut tx, rule, self.now()).await
    }

    /// The Cedar policy that a rule is compiled to.
    pub async fn rule_cedar(&self, caller: &Caller, id: RuleId) -> Result<String> {
        let view = self.rule(caller, id).await?;
        Ok(policy::cedar_text(&view.rule))
    }

    /// Makes a rule. It is in force before this returns.
    pub async fn create_rule(&self, caller: &Caller, new: NewRule) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        check(&new)?;
        let mut change = self.begin(caller).await?;
        refers(&mut change.tx, &new).await?;
        let rule = Rule {
            id: RuleId::generate(self.env()),
            principal: new.principal,
            effect: new.effect,
            server: new.server,
            tools: new.tools,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            notes: new.notes.trim().to_owned(),
            enabled: new.enabled,
            request_id: None,
            created_by: caller.actor.id,
            created_at: change.now,
            updated_at: change.now,
        };
        store::rules::insert(&mut change.tx, &rule).await?;
        change.reload(Part::Rules);
        let (event, now) = (change.event(AuditAction::PolicyCreated), change.now);
        let event = rule_event(&mut change.tx, event, &rule, now).await?;
        let view = one_view(&mut change.tx, rule, now).await?;
        change.commit(event).await?;
        Ok(view)
    }

    /// Changes a rule. The new form is in force before this returns.
    pub async fn update_rule(&self, caller: &Caller, id: RuleId, new: NewRule) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        check(&new)?;
        let mut change = self.begin(caller).await?;
        let old = store::rules::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        refers(&mut change.tx, &new).await?;
        let rule = Rule {
            principal: new.principal,
            effect: new.effect,
            server: new.server,
            tools: new.tools,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            notes: new.notes.trim().to_owned(),
            enabled: new.enabled,
            updated_at: change.now,
            ..old.clone()
        };
        store::rules::update(&mut change.tx, &rule).await?;
        let how = if old.enabled && !rule.enabled { "switched off" } else { "changed" };
        self.tell_rule_ended(&mut change, &old, how).await?;
        change.reload(Part::Rules);
        let (event, now) = (change.event(AuditAction::PolicyUpdated), change.now);
        let event = rule_event(&mut change.tx, event, &rule, now).await?;
        let view = one_view(&mut change.tx, rule, now).await?;
        change.commit(event).await?;
        Ok(view)
    }

    /// Deletes a rule. What only this rule allowed is refused from the next call on.
    pub async fn delete_rule(&self, caller: &Caller, id: RuleId) -> Result<()> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut change = self.begin(caller).await?;
        let rule = store::rules::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        let (event, now) = (change.event(AuditAction::PolicyDeleted), change.now);
        let event = rule_event(&mut change.tx, event, &rule, now).await?;
        store::rules::delete(&mut change.tx, id).await?;
        self.tell_rule_ended(&mut change, &rule, "deleted").await?;
        change.reload(Part::Rules);
        change.commit(event).await
    }
}

/// An event about a rule, with all of it.
pub(crate) async fn rule_event(
    tx: &mut Tx,
    event: ledger::Event,
    rule: &Rule,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<ledger::Event> {
    let view = one_view(tx, rule.clone(), now).await?;
    let event = event.resource(rule_subject(rule)).args(payload(&json!(view)));
    let server = match rule.server {
        Some(id) => store::servers::get(tx, id).await?,
        None => None,
    };
    Ok(match server {
        Some(server) => event.server(server.id, server.slug.to_string()),
        None => event,
    })
}

async fn one_view(tx: &mut Tx, rule: Rule, now: chrono::DateTime<chrono::Utc>) -> Result<RuleView> {
    let id = rule.id;
    rule_views(tx, vec![rule], now)
        .await?
        .pop()
        .ok_or_else(|| crate::Error::broken("a rule", format!("{id} has no view")))
}

fn check(new: &NewRule) -> Result<()> {
    let mut wrong = Wrong::new();
    if let Err(errors) = policy::check_rule(new) {
        wrong.extend(errors);
    }
    wrong.check()
}

/// Refuses a rule about somebody or something that does not exist.
async fn refers(tx: &mut Tx, new: &NewRule) -> Result<()> {
    let mut wrong = Wrong::new();
    if !principal_exists(tx, &new.principal).await? {
        wrong.add("principal", "choose a person or group that exists");
    }
    if let Some(server) = new.server
        && store::servers::get(tx, server).await?.is_none()
    {
        wrong.add("server", "choose a server that exists");
    }
    wrong.check()
}

async fn principal_exists(tx: &mut Tx, principal: &Principal) -> Result<bool> {
    let id = principal.id.as_deref().unwrap_or_default();
    Ok(match principal.kind {
        PrincipalKind::Everyone => true,
        PrincipalKind::User => match id.parse() {
            Ok(id) => store::users::get(tx, id).await?.is_some(),
            Err(_) => false,
        },
        PrincipalKind::Group => match id.parse() {
            Ok(id) => store::groups::get(tx, id).await?.is_some(),
            Err(_) => false,
        },
    })
}
