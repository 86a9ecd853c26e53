//! What one rule has to do with one question, for explanations. It decides nothing: [`crate::RuleSet::decide`] does, and a
//! property test holds that the rules which are said to apply are those that it names.

use domain::{Bearing, Decision, Effect, Principal, Rule, RuleMode, RuleScope, TestOutcome, TriedTest};

use crate::check::Who;
use crate::compiled::compile;
use crate::engine::evaluate;
use crate::facts::{Facts, Found, plain};
use crate::glob::matches;
use crate::lines::value_text;
use crate::query::{Query, Reason, SubjectRef, Target};
use crate::tree::{Outcome, Sides, Tree};

/// What a rule has to do with a query. The rule is one of the query's server or a global one.
pub fn bearing(rule: &Rule, query: &Query<'_>) -> Bearing {
    if !concerns(rule, query) {
        return Bearing::SomebodyElse;
    }
    if !covers(&rule.scope, rule.effect, query.target) || !rule.is_about(query.server) {
        return Bearing::SomethingElse;
    }
    if rule.starts_at.is_some_and(|start| query.now < start) {
        return Bearing::NotYet;
    }
    if rule.ends_at.is_some_and(|end| end <= query.now) {
        return Bearing::Over;
    }
    if !is_met(rule, query) {
        return Bearing::Unmet;
    }
    match (rule.enabled, rule.mode, rule.effect) {
        (false, ..) => Bearing::SwitchedOff,
        (true, RuleMode::Enforce, Effect::Allow) => Bearing::Allows,
        (true, RuleMode::Enforce, Effect::Deny) => Bearing::Denies,
        (true, RuleMode::Monitor, Effect::Allow) => Bearing::WouldAllow,
        (true, RuleMode::Monitor, Effect::Deny) => Bearing::WouldDeny,
    }
}

/// How each condition of a rule comes out. Clauses that experts write are not among them.
pub fn tried(rule: &Rule, query: &Query<'_>) -> Vec<TriedTest> {
    let Some(tree) = rule.conditions.as_ref().and_then(|conditions| Tree::parse(conditions).ok()) else {
        return Vec::new();
    };
    let facts = Facts::gather(tree.needs(), query);
    let level = query.known.level();
    let test = |leaf: &crate::tree::Leaf| TriedTest {
        path: leaf.test.path.clone(),
        operator: leaf.test.operator.to_string(),
        wanted: leaf.test.value.as_ref().map(value_text).unwrap_or_default(),
        found: facts.get(&leaf.test.path).and_then(|fact| fact.found.as_ref()).map(shown).unwrap_or_default(),
        outcome: match leaf.outcome(&facts, level) {
            Outcome::Met => TestOutcome::Met,
            Outcome::NotMet => TestOutcome::NotMet,
            Outcome::Missing => TestOutcome::Missing,
            Outcome::WrongType => TestOutcome::WrongType,
            Outcome::Unknown => TestOutcome::Unknown,
        },
    };
    tree.leaves().into_iter().map(test).collect()
}

fn shown(found: &Found<'_>) -> String {
    match found {
        Found::Text(text) => format!("\"{}\"", text.chars().take(200).collect::<String>()),
        Found::Number(number) => plain(*number),
        Found::Flag(flag) => flag.to_string(),
        Found::List(items) => format!("[{}]", items.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ")),
        Found::Other => "something that cannot be compared".to_owned(),
    }
}

fn is_met(rule: &Rule, query: &Query<'_>) -> bool {
    if let Some(conditions) = &rule.conditions {
        let Ok(tree) = Tree::parse(conditions) else { return false };
        let facts = Facts::gather(tree.needs(), query);
        if !tree.holds(&facts, query.known.level(), Sides::of(rule.effect)) {
            return false;
        }
    }
    if rule.cedar.is_none() {
        return true;
    }
    // By itself, without its dates: they were looked at.
    let alone = Rule { starts_at: None, ends_at: None, ..rule.clone() };
    let Ok(compiled) = compile(&[&alone]) else { return false };
    let groups: Vec<_> = compiled
        .iter()
        .flat_map(crate::compiled::Compiled::groups)
        .filter(|g| query.subject.groups.contains(*g))
        .collect();
    let candidates: Vec<_> = compiled.iter().collect();
    let facts = Facts::gather(compiled.iter().flat_map(|rule| &rule.needs), query);
    let verdict = evaluate(&candidates, query, &groups, Some(&facts));
    match verdict.reason {
        Reason::NoRule => false,
        Reason::AllowedBy | Reason::DeniedBy => true,
        // What fails denies.
        Reason::Error(_) => verdict.decision == Decision::Deny,
    }
}

fn concerns(rule: &Rule, query: &Query<'_>) -> bool {
    is_about(&rule.principal, query.subject)
}

/// True for a person whom rules with this principal are about.
pub fn is_about(principal: &Principal, subject: SubjectRef<'_>) -> bool {
    Audience::of(principal).includes(subject)
}

/// Whom a rule is about, read once to be asked about many people.
#[derive(Debug)]
pub struct Audience(Option<Who>);

impl Audience {
    /// Of this principal. One that cannot be read is about nobody.
    pub fn of(principal: &Principal) -> Self {
        Self(Who::parse(principal).ok())
    }

    /// True for somebody the principal names, whatever the rule says of them.
    pub fn includes(&self, subject: SubjectRef<'_>) -> bool {
        match &self.0 {
            Some(Who::Everyone) => true,
            Some(Who::Users(users)) => users.contains(&subject.user),
            Some(Who::Groups(groups)) => groups.iter().any(|group| subject.groups.contains(*group)),
            Some(Who::Attribute(attribute, values)) => {
                values.iter().any(|value| value == subject.profile.attribute(*attribute))
            }
            None => false,
        }
    }
}

/// True for what a scope covers. Every scope of an allow also opens the server itself.
pub fn covers(scope: &RuleScope, effect: Effect, target: Target<'_>) -> bool {
    let RuleScope::Named(names) = scope else { return true };
    let any = |list: &[String], name: &str| list.iter().any(|pattern| matches(pattern, name));
    match target {
        Target::Tool(name) => any(&names.tools, name),
        Target::Prompt(name) => any(&names.prompts, name),
        Target::Resource(uri) | Target::Template(uri) => any(&names.resources, uri),
        // Who may use a part may connect.
        Target::Server => effect == Effect::Allow,
    }
}
