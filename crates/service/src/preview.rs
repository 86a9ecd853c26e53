//! What a rule would change, before it is saved.

mod counting;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use domain::{Capability, Effect, NewRule, Preview, PrincipalKind, Problem, Rule, RuleDraft, RuleId};
use policy::RuleSet;
use sha2::{Digest, Sha256};
use store::Tx;

use self::counting::Counting;
use crate::rules::{checked, refers};
use crate::{Caller, Error, Result, Services};

/// More people than these are not affected by accident.
const HANDFUL: usize = 5;

/// Rules as they were when somebody looked at what a change of them does.
pub(crate) struct LookedAt(BTreeMap<RuleId, DateTime<Utc>>);

impl LookedAt {
    /// Refuses a rule that is another one by now: what is changed has to be what was looked at.
    ///
    /// # Errors
    /// `Conflict` with the code `rule_changed`.
    pub(crate) fn is_still(&self, rule: &Rule) -> Result<()> {
        if self.0.get(&rule.id) == Some(&rule.updated_at) {
            return Ok(());
        }
        let why = "somebody has just changed this rule; look at it again and make your change anew";
        Err(Problem::conflict("rule_changed", why).into())
    }
}

impl Services {
    /// Who would gain or lose what if a rule were made, changed or deleted. Nothing is changed.
    ///
    /// # Errors
    /// `Invalid` with the fields that are wrong, as if it were saved; `NotFound` for a rule that is not there.
    pub async fn preview_rule(&self, caller: &Caller, draft: &RuleDraft) -> Result<Preview> {
        self.preview_rules(caller, std::slice::from_ref(draft)).await
    }

    /// As [`Services::preview_rule`], of several changes that are made together.
    ///
    /// # Errors
    /// As for one of them.
    pub async fn preview_rules(&self, caller: &Caller, drafts: &[RuleDraft]) -> Result<Preview> {
        Ok(self.compared(caller, drafts).await?.0)
    }

    /// A preview, and the rules that the drafts change as they were.
    pub(crate) async fn compared(&self, caller: &Caller, drafts: &[RuleDraft]) -> Result<(Preview, LookedAt)> {
        self.require(caller, Capability::ManagePolicies).await?;
        let now = self.now();
        let mut tx = self.read().await?;
        let rules = store::rules::all(&mut tx).await?;
        let (mut before, mut after, mut hash) = (Vec::new(), Vec::new(), Sha256::new());
        for draft in drafts {
            let (was, becomes) = self.drafted(caller, &mut tx, &rules, draft).await?;
            // Notes change nothing for anybody.
            let becoming = becomes.clone().map(|rule| NewRule { notes: String::new(), ..rule.into() });
            hash.update(serde_json::json!([draft.id, becoming]).to_string());
            before.extend(was);
            after.extend(becomes);
        }
        drop(tx);
        let looked_at = LookedAt(before.iter().map(|rule| (rule.id, rule.updated_at)).collect());
        let mut warnings = Vec::new();
        for new in drafts.iter().filter_map(|draft| draft.rule.as_ref()) {
            warnings.extend(self.rule_warnings(caller, new).await?);
            warnings.extend(uncounted(new).map(str::to_owned));
        }
        let mut changed: Vec<Rule> = rules.iter().filter(|rule| !looked_at.0.contains_key(&rule.id)).cloned().collect();
        changed.extend(after.iter().cloned());
        let snapshot = self.directory().load();
        let counted = tokio::task::spawn_blocking(move || {
            // By the database: what this node has heard of may be older.
            let today = RuleSet::compile(&rules, Some(&snapshot.rules))?;
            let with = RuleSet::compile(&changed, Some(&today))?;
            let counting = Counting::new(&snapshot, (&today, &rules), &with, (&before, &after), now);
            Ok::<_, policy::PolicyError>(counting.count())
        });
        let counted = counted.await.map_err(|e| Error::broken("the preview of a rule", e))??;
        // The same for the same drafts that do the same, and for no others.
        hash.update(&counted.mark);
        let mut warnings = [counted.warnings, warnings].concat();
        let mut said = HashSet::new();
        warnings.retain(|warning| said.insert(warning.clone()));
        Ok((Preview { warnings, mark: hex::encode(hash.finalize()), ..counted }, looked_at))
    }

    /// Refuses changes that affect more than a handful of people, unless the caller confirms to have seen whom.
    ///
    /// # Errors
    /// `Conflict` with the code `rule.seen`; otherwise as [`Services::preview_rules`].
    pub(crate) async fn require_seen(&self, caller: &Caller, drafts: &[RuleDraft]) -> Result<LookedAt> {
        // Whoever is named one by one is seen.
        let named = |draft: &RuleDraft| {
            let principal = draft.rule.as_ref().map(|rule| &rule.principal);
            let few = principal.is_some_and(|who| who.kind == PrincipalKind::User && who.ids.len() <= HANDFUL);
            draft.id.is_none() && few
        };
        if matches!(drafts, [one] if named(one)) {
            return Ok(LookedAt(BTreeMap::new()));
        }
        let (preview, looked_at) = self.compared(caller, drafts).await?;
        if !preview.wide || caller.seen.as_ref() == Some(&preview.mark) {
            return Ok(looked_at);
        }
        let why = if caller.seen.is_some() {
            "what this changes is not what was shown before; look at it again and confirm that"
        } else {
            "this affects many people; look at what it changes (POST /api/v1/rules/preview) and confirm that you have seen \
             it (its mark as the parameter seen)"
        };
        Err(Problem::conflict("rule.seen", why).into())
    }

    /// The rule as it is, and as it would be.
    pub(crate) async fn drafted(
        &self,
        caller: &Caller,
        tx: &mut Tx,
        rules: &[Rule],
        draft: &RuleDraft,
    ) -> Result<(Option<Rule>, Option<Rule>)> {
        let before = match draft.id {
            Some(id) => {
                let rule = rules.iter().find(|rule| rule.id == id).cloned();
                Some(rule.ok_or_else(|| Problem::not_found("rule"))?)
            }
            None => None,
        };
        let after = match &draft.rule {
            Some(new) => {
                let id = draft.id.unwrap_or_else(|| RuleId::generate(self.env()));
                let new = if before.as_ref().is_some_and(|before| is_switch(before, new)) {
                    // What is there can be switched off, whatever is asked of rules by now.
                    new.clone()
                } else {
                    let new = checked(new.clone())?;
                    refers(tx, &new).await?;
                    new
                };
                Some(new.into_rule(id, caller.actor.id, self.now()))
            }
            None => None,
        };
        Ok((before, after))
    }
}

/// True when a rule would be switched on or off at most.
fn is_switch(rule: &Rule, new: &NewRule) -> bool {
    let before = NewRule::from(rule.clone());
    NewRule { enabled: before.enabled, ..new.clone() } == before
}

/// What is said of conditions that only calls meet or do not meet.
fn uncounted(new: &NewRule) -> Option<&'static str> {
    // The person is known.
    let of_calls = |path: &str| !path.starts_with("subject.");
    let asks_of_calls = new.cedar.is_some() || new.conditions.as_ref().is_some_and(|all| all.looks_at(&of_calls));
    (new.enabled && asks_of_calls).then_some(match new.effect {
        Effect::Allow => "Its conditions are counted as met here: it may allow less.",
        Effect::Deny => {
            "What its conditions deny depends on each call and is not counted here; recorded calls tell it."
        }
    })
}
