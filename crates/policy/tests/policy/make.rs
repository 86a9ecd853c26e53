//! Builders for rules and queries. Small numbers stand for ids.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Condition, Effect, GroupId, NewRule, Principal, Rule, RuleScope, ServerId, UserId};
use policy::{Groups, Known, Profile, Query, RequestFacts, RuleSet, SubjectRef, Target, Verdict};

pub(crate) fn user(n: u32) -> UserId {
    format!("usr_{n:032x}").parse().unwrap()
}

pub(crate) fn group(n: u32) -> GroupId {
    format!("grp_{n:032x}").parse().unwrap()
}

pub(crate) fn server(n: u32) -> ServerId {
    format!("srv_{n:032x}").parse().unwrap()
}

/// Seconds since an arbitrary day.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn list(names: &[&str]) -> RuleScope {
    RuleScope::tools(names.iter().map(|&n| n.to_owned()))
}

/// Conditions from JSON or lines.
pub(crate) fn when(text: &str) -> Option<Condition> {
    policy::read_conditions(text).unwrap()
}

/// A rule for everything of a server, in force always.
pub(crate) fn rule(n: u32, principal: Principal, effect: Effect, server: Option<ServerId>) -> Rule {
    NewRule::new(principal, effect, server).into_rule(format!("rul_{n:032x}").parse().unwrap(), None, at(0))
}

pub(crate) fn entered(rule: Rule) -> NewRule {
    rule.into()
}

pub(crate) fn subject(user: UserId, groups: &Groups) -> SubjectRef<'_> {
    SubjectRef { user, groups, profile: Profile::UNKNOWN }
}

/// Asks for user 1 on server 1 to call `echo` with these arguments.
pub(crate) fn call(set: &RuleSet, facts: &RequestFacts, arguments: &str) -> Verdict {
    call_as(set, Profile::UNKNOWN, facts, arguments)
}

pub(crate) fn call_as(set: &RuleSet, profile: &Profile, facts: &RequestFacts, arguments: &str) -> Verdict {
    let subject = SubjectRef { user: user(1), groups: Groups::NONE, profile };
    let known = Known::Call(facts, Some(arguments));
    set.decide(&Query { subject, server: server(1), target: Target::Tool("echo"), now: at(0), known })
}

/// Asks for user 1 without groups, at time 0, on server 1.
pub(crate) fn ask(set: &RuleSet, target: Target<'_>) -> Verdict {
    ask_as(set, 1, &Groups::default(), target, at(0))
}

pub(crate) fn ask_as(set: &RuleSet, who: u32, groups: &Groups, target: Target<'_>, now: DateTime<Utc>) -> Verdict {
    let facts = RequestFacts::default();
    let known = Known::Call(&facts, None);
    set.decide(&Query { subject: subject(user(who), groups), server: server(1), target, now, known })
}
