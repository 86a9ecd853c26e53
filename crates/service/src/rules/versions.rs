//! Every state that a rule had.

use std::collections::HashMap;

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

/// The rules as they were at a moment in the past, oldest first.
pub(crate) async fn rules_as_of(tx: &mut Tx, at: DateTime<Utc>) -> Result<Vec<Rule>> {
    let versions = store::rules::as_of(tx, at).await?;
    let mut then: HashMap<RuleId, RuleVersion> =
        versions.into_iter().map(|version| (version.rule.rule.id, version)).collect();
    let mut rules = Vec::new();
    for rule in store::rules::all(tx).await? {
        if then.contains_key(&rule.id) || rule.created_at > at {
            continue;
        }
        // Older programs kept no versions: what is known is how the rule is now.
        rules.push(rule);
    }
    then.retain(|_, version| version.change != RuleChangeKind::Deleted);
    rules.extend(then.into_values().map(|version| version.rule.rule));
    rules.sort_by_key(|rule| (rule.created_at, rule.id));
    Ok(rules)
}

/// The version that an older program did not write, if the newest one is not how the rule is.
async fn missing(tx: &mut Tx, last: Option<&RuleVersion>, rule: &Rule) -> Result<Option<RuleVersion>> {
    if last.is_some_and(|last| same(&last.rule.rule, rule)) {
        return Ok(None);
    }
    let (change, by, at) = match last {
        None => (RuleChangeKind::Created, rule.created_by, rule.created_at),
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
