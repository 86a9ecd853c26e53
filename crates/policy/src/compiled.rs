//! Rules, ready to be evaluated.

use std::collections::HashMap;

use cedar_policy::{Policy, PolicyId, PolicySet};
use domain::{Effect, GroupId, PrincipalKind, Rule, RuleId, RuleMode};

use crate::check::{Parts, Who, problems};
use crate::facts::Need;
use crate::query::Level;
use crate::schema;
use crate::set::PolicyError;
use crate::text::policy_text;
use crate::tree::Tree;

/// Rules that are parsed in one go. Cedar's parser sets its lexer up anew for each text, which costs more than reading
/// a rule: 10 000 rules take a third of the time in batches.
const BATCH: usize = 128;

/// A rule with its Cedar policies. The source is kept to see whether a rule changed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) id: RuleId,
    pub(crate) who: Who,
    /// Microseconds since 1970.
    starts: Option<i64>,
    /// Microseconds since 1970.
    ends: Option<i64>,
    /// One for all levels, or one for each level of knowledge when the rule has conditions.
    policies: Vec<Policy>,
    /// What the conditions look at.
    pub(crate) needs: Vec<Need>,
    /// The conditions, without the clauses of experts.
    pub(crate) tree: Option<Tree>,
    pub(crate) source: Rule,
}

/// Checks, translates and parses rules. The result is in their order.
pub(crate) fn compile(rules: &[&Rule]) -> Result<Vec<Compiled>, PolicyError> {
    let mut out = Vec::with_capacity(rules.len());
    for batch in rules.chunks(BATCH) {
        let checked = batch.iter().map(|rule| Checked::new(rule)).collect::<Result<Vec<_>, _>>()?;
        let policies = match parse_together(&checked) {
            Some(policies) => policies,
            // One by one, to name the rule that does not parse.
            None => checked.iter().map(parse_alone).collect::<Result<Vec<_>, _>>()?,
        };
        out.extend(checked.into_iter().zip(policies).map(|(rule, policies)| Compiled::new(rule, policies)));
    }
    Ok(out)
}

/// A rule that makes sense, with the texts of its policies.
struct Checked<'a> {
    rule: &'a Rule,
    who: Who,
    tree: Option<Tree>,
    texts: Vec<String>,
}

impl<'a> Checked<'a> {
    fn new(rule: &'a Rule) -> Result<Self, PolicyError> {
        let invalid = |why: String| PolicyError::Invalid { rule: rule.id, why };
        if let Some(first) = problems(rule.into()).into_iter().next() {
            return Err(invalid(format!("{}: {}", first.field, first.why)));
        }
        let who = Who::parse(&rule.principal).map_err(invalid)?;
        let tree = rule.conditions.as_ref().map(Tree::parse).transpose().map_err(invalid)?;
        let levels: &[Level] = if rule.is_conditional() { &Level::ALL } else { &[Level::Call] };
        let text = |level: &Level| policy_text(&Parts::from(rule), Some(rule.id), tree.as_ref(), *level).0;
        let texts = levels.iter().map(text).collect();
        Ok(Self { rule, who, tree, texts })
    }
}

fn policy_id(rule: &Rule) -> PolicyId {
    PolicyId::new(rule.id.to_string())
}

/// The policies of the rules, or nothing if the texts did not come back as exactly one policy for each.
fn parse_together(rules: &[Checked<'_>]) -> Option<Vec<Vec<Policy>>> {
    let text: String = rules.iter().flat_map(|rule| rule.texts.iter().map(String::as_str)).collect();
    let set: PolicySet = text.parse().ok()?;
    if set.num_of_policies() != rules.iter().map(|rule| rule.texts.len()).sum::<usize>() {
        return None;
    }
    // Cedar numbers them as they come; the id in each says whose it is.
    let mut numbered: HashMap<String, &Policy> =
        set.policies().map(|policy| (policy.id().to_string(), policy)).collect();
    let mut next = (0..).map(|n| format!("policy{n}"));
    rules
        .iter()
        .map(|checked| {
            let own = checked.rule.id.to_string();
            checked
                .texts
                .iter()
                .map(|_| {
                    let policy = numbered.remove(&next.next()?)?;
                    (policy.annotation("id") == Some(&*own)).then(|| policy.new_id(policy_id(checked.rule)))
                })
                .collect()
        })
        .collect()
}

fn parse_alone(checked: &Checked<'_>) -> Result<Vec<Policy>, PolicyError> {
    let parse = |text: &String| {
        Policy::parse(Some(policy_id(checked.rule)), text)
            .map_err(|e| PolicyError::Cedar { rule: checked.rule.id, why: e.to_string() })
    };
    checked.texts.iter().map(parse).collect()
}

impl Compiled {
    fn new(checked: Checked<'_>, policies: Vec<Policy>) -> Self {
        let Checked { rule, who, tree, .. } = checked;
        let mut needs: Vec<Need> = tree.iter().flat_map(Tree::needs).cloned().collect();
        needs.extend(rule.cedar.iter().flat_map(|clauses| schema::needs(clauses)));
        Self {
            id: rule.id,
            who,
            starts: rule.starts_at.map(|t| t.timestamp_micros()),
            ends: rule.ends_at.map(|t| t.timestamp_micros()),
            policies,
            needs,
            tree,
            source: rule.clone(),
        }
    }

    /// True when compiling the rule would give the same as this. Notes and origin do not matter.
    pub(crate) fn is_of(&self, rule: &Rule) -> bool {
        let known = &self.source;
        self.id == rule.id
            && known.effect == rule.effect
            && known.mode == rule.mode
            && known.servers == rule.servers
            && self.starts == rule.starts_at.map(|t| t.timestamp_micros())
            && self.ends == rule.ends_at.map(|t| t.timestamp_micros())
            && known.principal == rule.principal
            && known.scope == rule.scope
            && known.conditions == rule.conditions
            && known.cedar == rule.cedar
    }

    /// True when the policy may look at attributes of the person: their ids and groups are always there, and conditions
    /// about the person look at facts. A policy that looked at what is left out would fail, which denies.
    pub(crate) fn reads_person(&self) -> bool {
        self.source.cedar.is_some() || self.source.principal.kind == PrincipalKind::Attribute
    }

    /// What is evaluated at this level of knowledge.
    pub(crate) fn policy(&self, level: Level) -> &Policy {
        // Unconditional rules have one policy, conditional ones one for each level, in their order.
        &self.policies[if self.policies.len() == 1 { 0 } else { level as usize }]
    }

    pub(crate) fn is_conditional(&self) -> bool {
        self.source.is_conditional()
    }

    pub(crate) fn is_monitored(&self) -> bool {
        self.source.mode == RuleMode::Monitor
    }

    pub(crate) fn effect(&self) -> Effect {
        self.source.effect
    }

    /// The groups and job roles that the rule is about, or that its clauses ask for.
    pub(crate) fn groups(&self) -> Vec<GroupId> {
        let mut groups = match &self.who {
            Who::Groups(groups) => groups.clone(),
            _ => Vec::new(),
        };
        groups.extend(self.source.cedar.iter().flat_map(|clauses| schema::groups(clauses)));
        groups
    }

    /// True when the dates include the moment.
    pub(crate) fn holds_at(&self, now: i64) -> bool {
        self.starts.is_none_or(|start| start <= now) && self.ends.is_none_or(|end| now < end)
    }

    /// The moments at which the rule begins or ends to be in force.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = i64> {
        self.starts.into_iter().chain(self.ends)
    }
}
