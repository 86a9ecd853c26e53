//! What one rule has to do with one question, for explanations. It decides nothing: [`crate::RuleSet::decide`] does, and a
//! property test holds that the rules which are said to apply are those that it names.

use domain::{Bearing, Effect, Rule, ToolScope};

use crate::check::Who;
use crate::glob::matches;
use crate::query::{Query, Target};

/// What a rule has to do with a query. The rule is one of the query's server or a global one.
pub fn bearing(rule: &Rule, query: &Query<'_>) -> Bearing {
    if !concerns(rule, query) {
        return Bearing::SomebodyElse;
    }
    if !covers(rule, query.target) || rule.server.is_some_and(|server| server != query.server) {
        return Bearing::SomethingElse;
    }
    if rule.starts_at.is_some_and(|start| query.now < start) {
        return Bearing::NotYet;
    }
    if rule.ends_at.is_some_and(|end| end <= query.now) {
        return Bearing::Over;
    }
    match (rule.enabled, rule.effect) {
        (false, _) => Bearing::SwitchedOff,
        (true, Effect::Allow) => Bearing::Allows,
        (true, Effect::Deny) => Bearing::Denies,
    }
}

fn concerns(rule: &Rule, query: &Query<'_>) -> bool {
    match Who::parse(&rule.principal) {
        Ok(Who::Everyone) => true,
        Ok(Who::User(user)) => user == query.subject.user,
        Ok(Who::Group(group)) => query.subject.groups.contains(group),
        Err(_) => false,
    }
}

fn covers(rule: &Rule, target: Target<'_>) -> bool {
    match (&rule.tools, target) {
        (ToolScope::All(_), _) => true,
        (ToolScope::Some(names), Target::Tool(tool)) => names.iter().any(|name| matches(name, tool)),
        // Who may use one tool may connect.
        (ToolScope::Some(_), Target::Server) => rule.effect == Effect::Allow,
        (ToolScope::Some(_), Target::Prompt(_) | Target::Resource(_) | Target::Template(_)) => false,
    }
}
