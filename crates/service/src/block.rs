//! Blocking somebody on a server at once, whatever gives them access.

use domain::{
    AuditAction, Capability, Effect, NewRule, Principal, PrincipalKind, Problem, Rule, RuleChangeKind, RuleDraft,
    RuleId, RuleMode, RuleView, ServerId,
};

use crate::rules::{checked, held, note_version, one_view, rule_event, take_out};
use crate::snapshot::Part;
use crate::{Caller, Result, Services};

/// Somebody who is blocked on a server.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// The rule that blocks them.
    pub rule: RuleView,
    /// It was made now; otherwise it was there.
    pub made: bool,
}

impl Services {
    /// Denies one person, group or job role an entire server, in force before this returns. Deleting or switching off the
    /// rule undoes it. Who is blocked by such a rule already is not blocked a second time, also not by two callers at the
    /// same moment.
    ///
    /// # Errors
    /// `Invalid` for a principal that does not name exactly one, or somebody who does not exist; `NotFound` for the server.
    pub async fn block_on_server(&self, caller: &Caller, server: ServerId, principal: Principal) -> Result<Blocked> {
        self.require(caller, Capability::ManagePolicies).await?;
        let kinds = [PrincipalKind::User, PrincipalKind::Group, PrincipalKind::JobRole];
        let Some(id) = principal.only_id().filter(|_| kinds.contains(&principal.kind)).map(str::to_owned) else {
            return Err(Problem::field("principal", "choose one person, group or job role").into());
        };
        let new = checked(NewRule::new(principal, Effect::Deny, Some(server)))?;
        let mut change = self.begin(caller).await?;
        // Whoever blocks somebody on this server waits here, so that the second one finds the rule of the first.
        let server = store::servers::lock(&mut change.tx, server).await?.ok_or_else(|| Problem::not_found("server"))?;
        held(&mut change.tx, &new).await?;
        let now = change.now;
        let named = store::rules::of_principal(&mut change.tx, &id).await?;
        if let Some(rule) = named.into_iter().find(|rule| rule.in_force(now) && blocks(rule, server.id, &new.principal))
        {
            return Ok(Blocked { rule: one_view(&mut change.tx, rule, now).await?, made: false });
        }
        let new = NewRule { notes: format!("Blocked on {}", server.name), ..new };
        let rule = new.into_rule(RuleId::generate(self.env()), caller.actor.id, now);
        store::rules::insert(&mut change.tx, &rule).await?;
        let rule = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Created, None, &rule, &caller.actor, now).await?;
        change.reload(Part::Rules);
        let event = change.event(AuditAction::PolicyCreated);
        let event = rule_event(&mut change.tx, event, &rule).await?;
        change.commit(event).await?;
        Ok(Blocked { rule, made: true })
    }

    /// The rules that do what [`Services::block_on_server`] does.
    pub async fn blocks_on_server(
        &self,
        caller: &Caller,
        server: ServerId,
        principal: &Principal,
    ) -> Result<Vec<RuleId>> {
        self.require(caller, Capability::ManagePolicies).await?;
        let id = principal.only_id().ok_or_else(|| Problem::not_found("rule"))?;
        let mut rules = store::rules::of_principal(&mut self.read().await?, id).await?;
        rules.retain(|rule| blocks(rule, server, principal));
        Ok(rules.into_iter().map(|rule| rule.id).collect())
    }

    /// Lifts what [`Services::block_on_server`] has done. Other rules that deny stay; nothing happens where there is no block.
    ///
    /// # Errors
    /// For the block of a group or job role as [`Services::delete_rule`]: whom that gives access has to be seen, where it
    /// is more than a handful of people.
    pub async fn unblock_on_server(&self, caller: &Caller, server: ServerId, principal: Principal) -> Result<()> {
        self.require(caller, Capability::ManagePolicies).await?;
        let id = principal.only_id().ok_or_else(|| Problem::not_found("rule"))?;
        if principal.kind != PrincipalKind::User {
            let blocks = self.blocks_on_server(caller, server, &principal).await?;
            let drafts: Vec<_> = blocks.into_iter().map(|id| RuleDraft { id: Some(id), rule: None }).collect();
            self.require_seen(caller, &drafts).await?;
        }
        let mut change = self.begin(caller).await?;
        // As who blocks: otherwise a block that is being made would outlive this.
        store::servers::lock(&mut change.tx, server).await?;
        let mut last = None;
        let named = store::rules::of_principal(&mut change.tx, id).await?;
        for rule in named.iter().filter(|rule| blocks(rule, server, &principal)) {
            // It may be gone, or another rule by now.
            let found = store::rules::lock(&mut change.tx, rule.id).await?;
            let Some(rule) = found.filter(|rule| blocks(rule, server, &principal)) else { continue };
            let event = take_out(&mut change, &rule).await?;
            if let Some(earlier) = last.replace(event) {
                change.also(earlier);
            }
        }
        match last {
            Some(last) => change.commit(last).await,
            None => Ok(()),
        }
    }
}

/// True for a rule that does nothing but deny exactly these exactly this server, always and without an end.
pub(crate) fn blocks(rule: &Rule, server: ServerId, principal: &Principal) -> bool {
    rule.effect == Effect::Deny
        && rule.mode == RuleMode::Enforce
        && rule.enabled
        && rule.servers == [server]
        && rule.scope.is_all()
        && !rule.is_conditional()
        && rule.ends_at.is_none()
        && rule.principal == *principal
}
