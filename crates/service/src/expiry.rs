//! Access that ends soon: telling those whom it concerns, and letting it go on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AuditAction, Capability, NewRule, NotificationKind, PrincipalKind, Problem, Rule, RuleChangeKind, RuleDraft,
    RuleId, RuleView, Server, ServerStatus, User, UserId, UserStatus,
};
use store::Tx;

use crate::change::Change;
use crate::ended::{allows, named};
use crate::notifications::{Message, notify_about};
use crate::rules::{note_version, one_view, rule_event};
use crate::snapshot::Part;
use crate::{Caller, RequestMeta, Result, Services};

/// How long before the end of a rule people are told.
const AHEAD: TimeDelta = TimeDelta::days(7);
/// The longest that a rule is extended by at once, in days.
const MOST_DAYS: u32 = 366;

impl Services {
    /// Tells of rules that allow something and end within a week: the people whom they name in person, unless another rule
    /// goes on giving them the server, and who answers for the server. Returns how many rules people were told of. Every
    /// node may call it at any time: each end is told of once. A rule that nobody can be told of is logged and tried again
    /// at the next call; the others do not wait for it.
    ///
    /// Members of groups are not told one by one, for the reason that is in `ended`.
    pub async fn warn_of_ends(&self) -> Result<u32> {
        let system = Caller::system(RequestMeta::local(self.env()));
        let now = self.now();
        let mut tx = self.read().await?;
        // Much that ends is never told of, and a transaction that writes keeps others waiting.
        let mut due = Vec::new();
        for id in store::ending_rules::due(&mut tx, now, now + AHEAD).await? {
            let rule = store::rules::get(&mut tx, id).await?.filter(|rule| allows(rule, now));
            if let Some(rule) = rule
                && !active(&mut tx, &rule).await?.is_empty()
            {
                due.push(id);
            }
        }
        drop(tx);
        let mut told = 0;
        for rule in due {
            match self.warn_of_end(&system, rule).await {
                Ok(is_told) => told += u32::from(is_told),
                Err(error) => tracing::warn!(%rule, %error, "nobody was told that this rule ends soon"),
            }
        }
        Ok(told)
    }

    /// Each rule in a transaction of its own, so that nobody waits for all of them.
    async fn warn_of_end(&self, system: &Caller, id: RuleId) -> Result<bool> {
        let mut change = self.begin(system).await?;
        let now = change.now;
        let Some(rule) = store::rules::lock(&mut change.tx, id).await? else { return Ok(false) };
        let Some(end) = rule.ends_at.filter(|end| *end <= now + AHEAD) else { return Ok(false) };
        // One that is switched on later, or whose servers are, is looked at then.
        let servers = active(&mut change.tx, &rule).await?;
        if !allows(&rule, now) || servers.is_empty() || !store::ending_rules::note(&mut change.tx, id, end, now).await?
        {
            return Ok(false);
        }
        let holders = self.warn_holders(&mut change, &rule, &servers, end).await?;
        self.warn_owners(&mut change, &rule, &servers, end, &holders).await?;
        change.commit_unaudited("a warning gives and takes nothing").await?;
        Ok(true)
    }

    /// Tells the people whom the rule names; returns whom.
    async fn warn_holders(
        &self,
        change: &mut Change<'_>,
        rule: &Rule,
        servers: &[Server],
        end: DateTime<Utc>,
    ) -> Result<BTreeSet<UserId>> {
        let mut told = BTreeSet::new();
        let left = self.given(change, servers.iter().map(|server| server.id), end).await?;
        for person in store::users::of_ids(&mut change.tx, named(rule)).await? {
            let lost = left.without(person.id, servers.iter().map(|server| server.id), Some(rule.id));
            let lost: Vec<&Server> = servers.iter().filter(|server| lost.contains(&server.id)).collect();
            if person.status != UserStatus::Active || lost.is_empty() {
                continue;
            }
            let message = Message {
                kind: NotificationKind::AccessEnding,
                title: format!("Your access to {} ends soon", names(&lost)),
                body: format!("The last day is {}. Ask for it again if you need it longer.", last_day(end)),
                link: link(&person, rule, &lost),
            };
            notify_about(&mut change.tx, self.env(), change.now, &[person.id], &message, &rule.id.to_string()).await?;
            told.insert(person.id);
        }
        Ok(told)
    }

    /// Tells the owners of the servers, or who approved the rule where there is no owner.
    async fn warn_owners(
        &self,
        change: &mut Change<'_>,
        rule: &Rule,
        servers: &[Server],
        end: DateTime<Utc>,
        holders: &BTreeSet<UserId>,
    ) -> Result<()> {
        let mut approver = rule.created_by;
        if let Some(request) = rule.request_id {
            let request = store::requests::get(&mut change.tx, request).await?;
            approver = request.and_then(|request| request.decision).and_then(|decision| decision.by_id).or(approver);
        }
        let mut owned: BTreeMap<UserId, Vec<&Server>> = BTreeMap::new();
        for server in servers {
            if let Some(owner) = server.owner_id.or(approver).filter(|owner| !holders.contains(owner)) {
                owned.entry(owner).or_default().push(server);
            }
        }
        let who = one_view(&mut change.tx, rule.clone(), change.now).await?.principal_name;
        let day = last_day(end);
        let body = match rule.principal.kind {
            PrincipalKind::Everyone => format!("It is everybody's access; the last day is {day}. It can be extended."),
            _ => format!("It is the access of {who}; the last day is {day}. It can be extended."),
        };
        for owner in store::users::of_ids(&mut change.tx, owned.keys().copied().collect()).await? {
            let Some(servers) = owned.get(&owner.id).filter(|_| owner.status == UserStatus::Active) else { continue };
            let message = Message {
                kind: NotificationKind::AccessEnding,
                title: format!("Access to {} ends soon", names(servers)),
                body: body.clone(),
                link: link(&owner, rule, servers),
            };
            notify_about(&mut change.tx, self.env(), change.now, &[owner.id], &message, &rule.id.to_string()).await?;
        }
        Ok(())
    }

    /// Lets a rule end so many days later, counted from its end, or from now if that is over. Nothing else of it changes.
    ///
    /// # Errors
    /// `Invalid` for no days, more than a year, or an end that no rule may have; `Conflict` for a rule without an end, and
    /// for one that is over and would affect more than a handful of people: what is in force goes on by one click, what is
    /// not has to be seen first.
    pub async fn extend_rule(&self, caller: &Caller, id: RuleId, days: u32) -> Result<RuleView> {
        self.require(caller, Capability::ManagePolicies).await?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Problem::field("days", format!("choose between 1 and {MOST_DAYS} days")).into());
        }
        let mut tx = self.read().await?;
        let old = store::rules::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        drop(tx);
        let looked_at = if old.ends_at.is_some_and(|end| end <= self.now()) {
            let ends_at = Some(later(&old, days, self.now())?);
            let draft = RuleDraft { id: Some(id), rule: Some(NewRule { ends_at, ..old.into() }) };
            let (preview, looked_at) = self.compared(caller, &[draft]).await?;
            if preview.wide {
                let why = "this rule is over and would affect many people; change its end on its page, where that is shown \
                           first";
                return Err(Problem::conflict("rule_over", why).into());
            }
            Some(looked_at)
        } else {
            None
        };
        let mut change = self.begin(caller).await?;
        let now = change.now;
        let old = store::rules::lock(&mut change.tx, id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        looked_at.map_or(Ok(()), |looked_at| looked_at.is_still(&old))?;
        let later = later(&old, days, now)?;
        let rule = Rule { ends_at: Some(later), updated_at: now, ..old.clone() };
        store::rules::update(&mut change.tx, &rule).await?;
        let view = one_view(&mut change.tx, rule, now).await?;
        note_version(&mut change.tx, RuleChangeKind::Updated, Some(&old), &view, &caller.actor, now).await?;
        settle_end(&mut change.tx, &old, Some(&view.rule), now).await?;
        change.reload(Part::Rules);
        let event = change.event(AuditAction::PolicyUpdated);
        let event = rule_event(&mut change.tx, event, &view).await?;
        change.commit(event).await?;
        Ok(view)
    }
}

/// When a rule ends that is extended.
fn later(rule: &Rule, days: u32, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let Some(end) = rule.ends_at else {
        return Err(Problem::conflict("no_end", "the rule has no end; there is nothing to extend").into());
    };
    let later = end.max(now).checked_add_signed(TimeDelta::days(i64::from(days)));
    later
        .filter(|later| policy::is_in_range(*later))
        .ok_or_else(|| Problem::field("days", "the rule would end after the year 9999; choose fewer days").into())
}

/// Whoever was told of the end of a rule has nothing to do about it any more when the rule is gone, gives nothing now, or
/// gives something else or for another time; of what is left, people are told anew. `after` is what is left of it.
pub(crate) async fn settle_end(tx: &mut Tx, before: &Rule, after: Option<&Rule>, now: DateTime<Utc>) -> Result<()> {
    let Some(end) = before.ends_at else { return Ok(()) };
    // The database keeps whole microseconds.
    let same_end = |after: &Rule| after.ends_at.is_some_and(|at| at.timestamp_micros() == end.timestamp_micros());
    let goes_on = |after: &Rule| {
        allows(after, now) && same_end(after) && after.principal == before.principal && after.servers == before.servers
    };
    if after.is_some_and(goes_on) {
        return Ok(());
    }
    let rule = before.id.to_string();
    store::notifications::mark_done_about(tx, NotificationKind::AccessEnding, &rule, now).await?;
    Ok(store::ending_rules::forget(tx, before.id).await?)
}

/// The servers of a rule that can be called.
async fn active(tx: &mut Tx, rule: &Rule) -> Result<Vec<Server>> {
    let mut servers = store::servers::by_ids(tx, &rule.servers).await?;
    servers.retain(|server| server.status == ServerStatus::Active);
    Ok(servers)
}

/// Where somebody can do something about it.
fn link(person: &User, rule: &Rule, servers: &[&Server]) -> String {
    match servers {
        _ if person.role.can(Capability::ManagePolicies) => format!("/policies/{}", rule.id),
        [server] => format!("/requests/new?server={}", server.id),
        _ => "/connectors".to_owned(),
    }
}

fn names(servers: &[&Server]) -> String {
    servers.iter().map(|server| server.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The last day on which something is in force that ends at this moment. An end at midnight belongs to the day before.
fn last_day(end: DateTime<Utc>) -> String {
    (end - TimeDelta::microseconds(1)).format("%Y-%m-%d").to_string()
}
