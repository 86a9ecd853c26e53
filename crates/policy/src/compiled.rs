//! Rules, ready to be evaluated.

use std::collections::HashMap;

use cedar_policy::{Policy, PolicyId, PolicySet};
use domain::{Effect, Principal, Rule, RuleId, ServerId, ToolScope};

use crate::check::{Who, problems};
use crate::set::PolicyError;
use crate::text::cedar_text;

/// Rules that are parsed in one go. Cedar's parser sets its lexer up anew for each text, which costs more than reading
/// a rule: 10 000 rules take a third of the time in batches.
const BATCH: usize = 128;

/// A rule with its Cedar policy. The text of the source is kept to see whether a rule changed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) id: RuleId,
    pub(crate) effect: Effect,
    pub(crate) who: Who,
    pub(crate) server: Option<ServerId>,
    pub(crate) tools: ToolScope,
    /// Microseconds since 1970.
    pub(crate) starts: Option<i64>,
    /// Microseconds since 1970.
    pub(crate) ends: Option<i64>,
    pub(crate) policy: Policy,
    principal: Principal,
}

/// Checks, translates and parses rules. The result is in their order.
pub(crate) fn compile(rules: &[&Rule]) -> Result<Vec<Compiled>, PolicyError> {
    let mut out = Vec::with_capacity(rules.len());
    for batch in rules.chunks(BATCH) {
        let whos = batch.iter().map(|rule| check(rule)).collect::<Result<Vec<_>, _>>()?;
        let policies = match parse_together(batch) {
            Some(policies) => policies,
            // One by one, to name the rule that does not parse.
            None => batch.iter().map(|rule| parse_alone(rule)).collect::<Result<Vec<_>, _>>()?,
        };
        let parts = batch.iter().zip(whos).zip(policies);
        out.extend(parts.map(|((rule, who), policy)| Compiled::new(rule, who, policy)));
    }
    Ok(out)
}

fn check(rule: &Rule) -> Result<Who, PolicyError> {
    let invalid = |why: String| PolicyError::Invalid { rule: rule.id, why };
    if let Some(first) = problems(rule.into()).into_iter().next() {
        return Err(invalid(format!("{}: {}", first.field, first.why)));
    }
    Who::parse(&rule.principal).map_err(|why| invalid(why.to_owned()))
}

fn policy_id(rule: &Rule) -> PolicyId {
    PolicyId::new(rule.id.to_string())
}

/// The policies of the rules, or nothing if the texts did not come back as exactly one policy for each.
fn parse_together(rules: &[&Rule]) -> Option<Vec<Policy>> {
    let text: String = rules.iter().map(|rule| cedar_text(rule)).collect();
    let set: PolicySet = text.parse().ok()?;
    let by_id: HashMap<&str, &Policy> =
        set.policies().filter_map(|policy| policy.annotation("id").map(|id| (id, policy))).collect();
    let one_each = set.num_of_policies() == rules.len() && by_id.len() == rules.len();
    let find = |rule: &&Rule| by_id.get(rule.id.to_string().as_str()).map(|policy| policy.new_id(policy_id(rule)));
    if one_each { rules.iter().map(find).collect() } else { None }
}

fn parse_alone(rule: &Rule) -> Result<Policy, PolicyError> {
    Policy::parse(Some(policy_id(rule)), cedar_text(rule))
        .map_err(|e| PolicyError::Cedar { rule: rule.id, why: e.to_string() })
}

impl Compiled {
    fn new(rule: &Rule, who: Who, policy: Policy) -> Self {
        Self {
            id: rule.id,
            effect: rule.effect,
            who,
            server: rule.server,
            tools: rule.tools.clone(),
            starts: rule.starts_at.map(|t| t.timestamp_micros()),
            ends: rule.ends_at.map(|t| t.timestamp_micros()),
            policy,
            principal: rule.principal.clone(),
        }
    }

    /// True when compiling the rule would give the same as this. Notes and origin do not matter.
    pub(crate) fn is_of(&self, rule: &Rule) -> bool {
        self.id == rule.id
            && self.effect == rule.effect
            && self.server == rule.server
            && self.starts == rule.starts_at.map(|t| t.timestamp_micros())
            && self.ends == rule.ends_at.map(|t| t.timestamp_micros())
            && self.principal == rule.principal
            && self.tools == rule.tools
    }

    /// The moments at which the rule begins or ends to be in force.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = i64> {
        self.starts.into_iter().chain(self.ends)
    }
}
