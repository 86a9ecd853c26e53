//! Every state that a rule had.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{Actor, Capability, NewRule, Rule, RuleChangeKind, RuleId, RuleVersion, RuleView};
use store::Tx;

use super::{not_found, one_view};
use crate::{Caller, Result, Services};

impl Services {
    /// The states of a rule, newest first; also of one that is deleted.
    pub async fn rule_versions(&self, caller: &Caller, id: RuleId) -> Result<Vec<RuleVersion>> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut tx = self.read().await?;
        let mut versions = store::rules::versions(&mut tx, id).await?;
        let last = versions.last().cloned();
        if let Some(rule) = store::rules::get(&mut tx, id).await? {
            versions.extend(missing(&mut tx, last.as_ref(), &rule).await?);
        }
        if versions.is_empty() {
            return Err(not_found().into());
        }
        versions.reverse();
        Ok(versions)
    }
}

/// Notes what a rule is from now on; for a deletion, what it was. `before` is what it was until now.
pub(crate) async fn note_version(
    tx: &mut Tx,
    change: RuleChangeKind,
    before: Option<&Rule>,
    view: &RuleView,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut last = match before {
        Some(before) => store::rules::last_version(tx, before.id).await?,
        None => None,
    };
    if let Some(before) = before
        && let Some(missing) = missing(tx, last.as_ref(), before).await?
    {
        store::rules::add_version(tx, &missing).await?;
        last = Some(missing);
    }
    let version = RuleVersion {
        version: next(last.as_ref()),
        change,
        rule: view.clone(),
        by: by.id,
        by_name: by.name.clone(),
        at: now,
    };
    Ok(store::rules::add_version(tx, &version).await?)
}

/// Rules of the past.
pub(crate) struct Then {
    /// As they were, oldest first.
    pub(crate) rules: Vec<Rule>,
    /// Those of them of which nobody kept how they were: they are as they are known to have been first, later.
    pub(crate) unsure: Vec<RuleId>,
}

/// The rules as they were at a moment in the past.
pub(crate) async fn rules_as_of(tx: &mut Tx, at: DateTime<Utc>) -> Result<Then> {
    let versions = store::rules::as_of(tx, at).await?;
    let mut known: HashSet<RuleId> = versions.iter().map(|version| version.rule.rule.id).collect();
    let there = versions.into_iter().filter(|version| version.change != RuleChangeKind::Deleted);
    let mut rules: Vec<Rule> = there.map(|version| version.rule.rule).collect();
    let mut unsure = Vec::new();
    // Older programs kept no versions, so the first one may be of much later.
    for version in store::rules::first_after(tx, at).await? {
        let rule = version.rule.rule;
        known.insert(rule.id);
        if version.change != RuleChangeKind::Created && rule.created_at <= at {
            unsure.push(rule.id);
            rules.push(rule);
        }
    }
    for rule in store::rules::all(tx).await? {
        if known.contains(&rule.id) || rule.created_at > at {
            continue;
        }
        if at < since(&rule) {
            unsure.push(rule.id);
        }
        rules.push(rule);
    }
    rules.sort_by_key(|rule| (rule.created_at, rule.id));
    unsure.sort_unstable();
    Ok(Then { rules, unsure })
}

/// Since when a rule without versions is known to be as it is: since it was made only if nobody has changed it.
fn since(rule: &Rule) -> DateTime<Utc> {
    if is_untouched(rule) { rule.created_at } else { rule.updated_at }
}

fn is_untouched(rule: &Rule) -> bool {
    rule.updated_at == rule.created_at
}

/// The version that an older program did not write, if the newest one is not how the rule is.
async fn missing(tx: &mut Tx, last: Option<&RuleVersion>, rule: &Rule) -> Result<Option<RuleVersion>> {
    if last.is_some_and(|last| same(&last.rule.rule, rule)) {
        return Ok(None);
    }
    let (change, by, at) = match last {
        None if is_untouched(rule) => (RuleChangeKind::Created, rule.created_by, rule.created_at),
        // What it was made as, and who has changed it since, is not known.
        None => (RuleChangeKind::Updated, None, since(rule)),
        Some(_) => (RuleChangeKind::Updated, None, rule.updated_at),
    };
    let by_name = match by {
        Some(by) => store::users::names(tx, &[by]).await?.remove(&by).unwrap_or_default(),
        None => String::new(),
    };
    let view = one_view(tx, rule.clone(), at).await?;
    Ok(Some(RuleVersion { version: next(last), change, rule: view, by, by_name, at }))
}

fn next(last: Option<&RuleVersion>) -> u32 {
    last.map_or(1, |last| last.version + 1)
}

/// True when two states say the same. The database keeps whole microseconds.
fn same(a: &Rule, b: &Rule) -> bool {
    let said = |rule: &Rule| {
        let micros = |time: Option<DateTime<Utc>>| time.map(|time| time.timestamp_micros());
        let times = (micros(rule.starts_at), micros(rule.ends_at));
        (NewRule { starts_at: None, ends_at: None, ..NewRule::from(rule.clone()) }, times)
    };
    said(a) == said(b)
}
