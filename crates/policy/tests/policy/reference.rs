//! The whole path against a naive evaluator that reads the rules one by one.

use chrono::{DateTime, Utc};
use domain::{Bearing, Decision, Effect, Principal, Rule, RuleId, ToolScope};
use policy::{Groups, Query, Reason, RuleSet, SubjectRef, Target};
use proptest::prelude::*;

use crate::make::{at, group, rule, server, user};

const NAMES: [&str; 5] = ["", "a", "ab", "ba", "aba"];
const PATTERNS: [&str; 8] = ["a", "ab", "*", "a*", "*a", "a*a", "*b*", "b"];

/// The definition of `*`, without regard to cost.
fn covers(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => covers(rest, name) || (!name.is_empty() && covers(pattern, &name[1..])),
        ([p, rest @ ..], [n, more @ ..]) => p == n && covers(rest, more),
        _ => false,
    }
}

/// What the crate's documentation says, word by word.
fn reference(rules: &[Rule], query: &Query<'_>) -> (Decision, Vec<RuleId>) {
    let concerns = |rule: &&Rule| {
        let id = rule.principal.id.as_deref().unwrap_or_default();
        let principal = match rule.principal.kind {
            domain::PrincipalKind::Everyone => true,
            domain::PrincipalKind::User => id == query.subject.user.to_string(),
            domain::PrincipalKind::Group => query.subject.groups.as_slice().iter().any(|g| id == g.to_string()),
        };
        let part = match (&rule.tools, query.target) {
            (ToolScope::All(_), _) => true,
            (ToolScope::Some(_), Target::Server) => rule.effect == Effect::Allow,
            (ToolScope::Some(patterns), Target::Tool(name)) => {
                patterns.iter().any(|p| covers(p.as_bytes(), name.as_bytes()))
            }
            (ToolScope::Some(_), _) => false,
        };
        rule.in_force(query.now) && principal && part && rule.server.is_none_or(|s| s == query.server)
    };
    let by = |effect: Effect| -> Vec<RuleId> {
        let mut ids: Vec<RuleId> = rules.iter().filter(|r| r.effect == effect).filter(concerns).map(|r| r.id).collect();
        ids.sort_unstable();
        ids
    };
    let (allows, denies) = (by(Effect::Allow), by(Effect::Deny));
    if !denies.is_empty() {
        (Decision::Deny, denies)
    } else if allows.is_empty() {
        (Decision::Deny, vec![])
    } else {
        (Decision::Allow, allows)
    }
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let principal = prop_oneof![
        Just(Principal::everyone()),
        (0..3_u32).prop_map(|n| Principal::user(user(n))),
        (0..3_u32).prop_map(|n| Principal::group(group(n))),
    ];
    let tools = prop_oneof![
        Just(ToolScope::ALL),
        prop::collection::vec(prop::sample::select(&PATTERNS[..]), 1..4)
            .prop_map(|names| ToolScope::Some(names.into_iter().map(str::to_owned).collect())),
    ];
    let window = (prop::option::of(0..4_i64), prop::option::of(4..8_i64));
    // Three in four allow, so that something is left to deny.
    (principal, 0..4_u8, prop::option::weighted(0.9, 0..2_u32), tools, window, prop::bool::weighted(0.9)).prop_map(
        |(principal, effect, on, tools, (start, end), enabled)| {
            let effect = if effect == 0 || on.is_none() { Effect::Deny } else { Effect::Allow };
            Rule {
                tools,
                starts_at: start.map(at),
                ends_at: end.map(at),
                enabled,
                ..rule(0, principal, effect, on.map(server))
            }
        },
    )
}

/// Person, groups (a set of bits), server, kind of target, name, time.
type Question = (u32, u8, u32, u8, &'static str, i64);

fn any_question() -> impl Strategy<Value = Question> {
    (0..3_u32, 0..8_u8, 0..3_u32, 0..5_u8, prop::sample::select(&NAMES[..]), -1..9_i64)
}

fn number(mut rules: Vec<Rule>, from: u32) -> Vec<Rule> {
    for (n, rule) in (from..).zip(&mut rules) {
        rule.id = format!("rul_{n:032x}").parse().unwrap();
    }
    rules
}

fn check(set: &RuleSet, rules: &[Rule], question: Question) {
    let (who, member_of, on, kind, name, seconds) = question;
    let groups: Groups = (0..3).filter(|n| member_of & (1 << n) != 0).map(group).collect();
    let target = match kind {
        0 => Target::Prompt(name),
        1 => Target::Resource(name),
        2 => Target::Server,
        _ => Target::Tool(name),
    };
    let now: DateTime<Utc> = at(seconds);
    let subject = SubjectRef { user: user(who), groups: &groups };
    let query = Query { subject, server: server(on), target, now };
    let verdict = set.decide(&query);
    let (decision, ids) = reference(rules, &query);
    assert_eq!((verdict.decision, &*verdict.rules), (decision, &*ids), "{question:?} {rules:#?}");
    let reason = match (decision, ids.is_empty()) {
        (Decision::Allow, _) => Reason::AllowedBy,
        (Decision::Deny, false) => Reason::DeniedBy,
        (Decision::Deny, true) => Reason::NoRule,
    };
    assert_eq!(verdict.reason, reason);
    // What explanations say of single rules agrees with it.
    let said = |bearing: Bearing| -> Vec<RuleId> {
        let bears = |rule: &&Rule| {
            let here = rule.server.is_none_or(|server| server == query.server);
            here && policy::bearing(rule, &query) == bearing
        };
        let mut ids: Vec<RuleId> = rules.iter().filter(bears).map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids
    };
    let (denies, allows) = (said(Bearing::Denies), said(Bearing::Allows));
    assert_eq!(if denies.is_empty() { allows } else { denies }, ids, "{question:?} {rules:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_whole_path_equals_the_reference(
        first in prop::collection::vec(any_rule(), 0..12),
        more in prop::collection::vec(any_rule(), 0..4),
        dropped in 0..4_usize,
        questions in prop::collection::vec(any_question(), 20),
    ) {
        let mut rules = number(first, 0);
        let set = RuleSet::compile(&rules, None).unwrap();
        // Twice: the second time from memory.
        for &question in questions.iter().chain(&questions) {
            check(&set, &rules, question);
        }
        // A change on top, with everything that can be kept.
        rules.drain(..dropped.min(rules.len()));
        rules.extend(number(more, 100));
        let set = RuleSet::compile(&rules, Some(&set)).unwrap();
        for &question in questions.iter().chain(&questions) {
            check(&set, &rules, question);
        }
    }
}
