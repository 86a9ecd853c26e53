//! Builders for rules and queries. Small numbers stand for ids.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Effect, GroupId, NewRule, Principal, Rule, ServerId, ToolScope, UserId};
use policy::{Groups, Query, RuleSet, SubjectRef, Target, Verdict};

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

pub(crate) fn list(names: &[&str]) -> ToolScope {
    ToolScope::Some(names.iter().map(|&n| n.to_owned()).collect())
}

/// A rule for everything of a server, in force always.
pub(crate) fn rule(n: u32, principal: Principal, effect: Effect, server: Option<ServerId>) -> Rule {
    Rule {
        id: format!("rul_{n:032x}").parse().unwrap(),
        principal,
        effect,
        server,
        tools: ToolScope::ALL,
        starts_at: None,
        ends_at: None,
        notes: String::new(),
        enabled: true,
        request_id: None,
        created_by: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn entered(rule: Rule) -> NewRule {
    NewRule {
        principal: rule.principal,
        effect: rule.effect,
        server: rule.server,
        tools: rule.tools,
        starts_at: rule.starts_at,
        ends_at: rule.ends_at,
        notes: rule.notes,
        enabled: rule.enabled,
    }
}

/// Asks for user 1 without groups, at time 0, on server 1.
pub(crate) fn ask(set: &RuleSet, target: Target<'_>) -> Verdict {
    ask_as(set, 1, &Groups::default(), target, at(0))
}

pub(crate) fn ask_as(set: &RuleSet, who: u32, groups: &Groups, target: Target<'_>, now: DateTime<Utc>) -> Verdict {
    set.decide(&Query { subject: SubjectRef { user: user(who), groups }, server: server(1), target, now })
}
