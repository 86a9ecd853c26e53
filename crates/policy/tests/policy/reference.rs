//! The whole path against a naive evaluator that reads the rules one by one.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::{
    Bearing, Condition, Decision, Effect, Names, Operator, PersonAttribute, Principal, PrincipalKind, Rule, RuleId,
    RuleMode, RuleScope, Test, Value,
};
use policy::{Groups, Known, Profile, Query, Reason, RequestFacts, RuleSet, SubjectRef, Target};
use proptest::prelude::*;

use crate::make::{at, group, rule, server, user};

const NAMES: [&str; 5] = ["", "a", "ab", "ba", "aba"];
const PATTERNS: [&str; 8] = ["a", "ab", "*", "a*", "*a", "a*a", "*b*", "b"];
const DEPARTMENTS: [&str; 3] = ["", "Sales", "R&D"];

/// The definition of `*`, without regard to cost.
fn covers(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => covers(rest, name) || (!name.is_empty() && covers(pattern, &name[1..])),
        ([p, rest @ ..], [n, more @ ..]) => p == n && covers(rest, more),
        _ => false,
    }
}

/// What a path leads to, in the words of the documentation.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    Unknown,
    Nothing,
    Json(serde_json::Value),
}

fn look(path: &str, query: &Query<'_>) -> Seen {
    let texts = |texts: &[String]| Seen::Json(serde_json::json!(texts));
    match path {
        "subject.department" if query.subject.profile.department.is_empty() => Seen::Nothing,
        "subject.department" => Seen::Json(serde_json::json!(query.subject.profile.department)),
        "subject.groups" => texts(&query.subject.profile.groups),
        "meta.request.ip" | "meta.client.name" => match query.known.request() {
            None => Seen::Unknown,
            Some(facts) => {
                let value = if path == "meta.client.name" {
                    facts.client_name.clone()
                } else {
                    facts.ip.map(|ip| ip.to_canonical().to_string())
                };
                value.map_or(Seen::Nothing, |value| Seen::Json(serde_json::json!(value)))
            }
        },
        _ => match query.known {
            Known::Call(_, arguments) => {
                let mut at: serde_json::Value = serde_json::from_str(arguments.unwrap_or("{}")).unwrap();
                for step in path.strip_prefix("payload.").unwrap().split('.') {
                    let next = match &at {
                        serde_json::Value::Object(map) => map.get(step).cloned(),
                        serde_json::Value::Array(list) => step.parse::<usize>().ok().and_then(|n| list.get(n).cloned()),
                        _ => None,
                    };
                    match next {
                        Some(next) => at = next,
                        None => return Seen::Nothing,
                    }
                }
                if at.is_null() { Seen::Nothing } else { Seen::Json(at) }
            }
            _ => Seen::Unknown,
        },
    }
}

/// A list as texts, if it holds only what can be compared.
fn elements(value: &serde_json::Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(element).collect()
}

fn element(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(n) => number(n).map(|n| n.to_string()),
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A number, if it is not too large or too fine.
fn number(n: &serde_json::Number) -> Option<f64> {
    let real = n.as_f64()?;
    (real.abs() < 1e14 && (real * 1e4).fract() == 0.0).then_some(real)
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

/// Whether a comparison holds; nothing where the types do not fit.
fn compare(test: &Test, value: &serde_json::Value) -> Option<bool> {
    use Operator as Op;
    let wanted = test.value.as_ref().map(json).unwrap_or_default();
    let many = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
    let equal = |a: &serde_json::Value, b: &serde_json::Value| match (a, b) {
        (serde_json::Value::Number(a), serde_json::Value::Number(b)) => number(a) == number(b),
        (a, b) => a == b,
    };
    let same_kind = |a: &serde_json::Value| match value {
        serde_json::Value::String(_) => a.is_string(),
        serde_json::Value::Number(n) => a.is_number() && number(n).is_some(),
        serde_json::Value::Bool(_) => a.is_boolean(),
        _ => false,
    };
    let text = || value.as_str().zip(wanted.as_str());
    let numbers = || number(value.as_number()?).zip(number(wanted.as_number()?));
    match test.operator {
        Op::Equals => same_kind(&wanted).then(|| equal(value, &wanted)),
        Op::NotEquals => same_kind(&wanted).then(|| !equal(value, &wanted)),
        Op::In | Op::NotIn => {
            let within = match elements(value) {
                Some(have) => Some(many.iter().filter_map(element).any(|one| have.contains(&one))),
                None => many.iter().any(same_kind).then(|| many.iter().any(|one| equal(value, one))),
            };
            within.map(|within| within == (test.operator == Op::In))
        }
        Op::Contains => match elements(value) {
            Some(have) => Some(have.contains(&element(&wanted)?)),
            None => Some(value.as_str()?.contains(&element(&wanted)?)),
        },
        Op::BeginsWith => text().map(|(have, wanted)| have.starts_with(wanted)),
        Op::NotEndsWith => text().map(|(have, wanted)| !have.ends_with(wanted)),
        Op::Matches => text().map(|(have, wanted)| covers(wanted.as_bytes(), have.as_bytes())),
        Op::Less => numbers().map(|(have, wanted)| have < wanted),
        Op::GreaterOrEqual => numbers().map(|(have, wanted)| have >= wanted),
        Op::InIpRange | Op::NotInIpRange => {
            // The one range that is tried: 10.0.0.0/8.
            let ip: IpAddr = value.as_str()?.parse().ok()?;
            let inside = matches!(ip.to_canonical(), IpAddr::V4(ip) if ip.octets()[0] == 10);
            Some(inside == (test.operator == Op::InIpRange))
        }
        other => panic!("{other} is not tried"),
    }
}

fn holds(condition: &Condition, query: &Query<'_>, effect: Effect, negated: bool) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, query, effect, negated)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, query, effect, negated)),
        Condition::None(parts) => !parts.iter().any(|part| holds(part, query, effect, !negated)),
        Condition::Test(test) => match look(&test.path, query) {
            // For the caller: an allow may be met, a deny may not.
            Seen::Unknown => (effect == Effect::Allow) != negated,
            Seen::Nothing => test.operator == Operator::NotExists,
            Seen::Json(_) if test.operator == Operator::Exists => true,
            Seen::Json(_) if test.operator == Operator::NotExists => false,
            // Against the caller.
            Seen::Json(value) => compare(test, &value).unwrap_or((effect == Effect::Deny) != negated),
        },
    }
}

fn applies(rule: &Rule, query: &Query<'_>) -> bool {
    let named = |list: &[String], name: &str| list.iter().any(|p| covers(p.as_bytes(), name.as_bytes()));
    let id = |id: &String| match rule.principal.kind {
        PrincipalKind::User => *id == query.subject.user.to_string(),
        _ => query.subject.groups.as_slice().iter().any(|g| *id == g.to_string()),
    };
    let principal = match rule.principal.kind {
        PrincipalKind::Everyone => true,
        PrincipalKind::Attribute => rule.principal.values.contains(&query.subject.profile.department),
        _ => rule.principal.ids.iter().any(id),
    };
    let part = match (&rule.scope, query.target) {
        (RuleScope::All, _) => true,
        (RuleScope::Named(_), Target::Server) => rule.effect == Effect::Allow,
        (RuleScope::Named(names), Target::Tool(name)) => named(&names.tools, name),
        (RuleScope::Named(names), Target::Prompt(name)) => named(&names.prompts, name),
        (RuleScope::Named(names), Target::Resource(name) | Target::Template(name)) => named(&names.resources, name),
    };
    let server = rule.servers.is_empty() || rule.servers.contains(&query.server);
    let met = rule.conditions.as_ref().is_none_or(|conditions| holds(conditions, query, rule.effect, false));
    rule.in_force(query.now) && principal && part && server && met
}

/// What the crate's documentation says, word by word.
fn reference(rules: &[&Rule], query: &Query<'_>) -> (Decision, Vec<RuleId>) {
    let by = |effect: Effect| -> Vec<RuleId> {
        let applying = rules.iter().filter(|r| r.effect == effect).filter(|rule| applies(rule, query));
        let mut ids: Vec<RuleId> = applying.map(|r| r.id).collect();
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

fn any_test() -> impl Strategy<Value = Condition> {
    use Operator as Op;
    let path = prop::sample::select(vec![
        "payload.x",
        "payload.x",
        "payload.x",
        "payload.o.y",
        "payload.l.0",
        "meta.client.name",
        "subject.department",
        "subject.groups",
        "meta.request.ip",
    ]);
    let scalar = || {
        prop_oneof![
            prop::sample::select(&["a", "ab", "Sales", "5", "10.1.1.1"][..]).prop_map(|t| Value::Text(t.into())),
            prop::sample::select(&["5", "-1", "2.5", "5.0"][..]).prop_map(|n| Value::Number(n.into())),
            any::<bool>().prop_map(Value::Bool),
        ]
    };
    let text = || prop::sample::select(&["a", "b", "S*", "*"][..]).prop_map(|t| Value::Text(t.into()));
    let comparison = prop_oneof![
        3 => (prop::sample::select(vec![Op::Equals, Op::NotEquals]), scalar().prop_map(Some)),
        2 => (
            prop::sample::select(vec![Op::In, Op::NotIn]),
            prop::collection::vec(scalar(), 1..4).prop_map(|list| Some(Value::List(list)))
        ),
        1 => (Just(Op::Contains), scalar().prop_map(Some)),
        2 => (prop::sample::select(vec![Op::BeginsWith, Op::NotEndsWith, Op::Matches]), text().prop_map(Some)),
        2 => (
            prop::sample::select(vec![Op::Less, Op::GreaterOrEqual]),
            prop::sample::select(&["5", "2.5", "-1"][..]).prop_map(|n| Some(Value::Number(n.into())))
        ),
        1 => (prop::sample::select(vec![Op::Exists, Op::NotExists]), Just(None)),
        1 => (
            prop::sample::select(vec![Op::InIpRange, Op::NotInIpRange]),
            Just(Some(Value::Text("10.0.0.0/8".into())))
        ),
    ];
    (path, comparison)
        .prop_map(|(path, (operator, value))| Condition::Test(Test { path: path.to_owned(), operator, value }))
}

fn any_condition() -> impl Strategy<Value = Condition> {
    any_test().prop_recursive(3, 8, 3, |inner| {
        (0..3_u8, prop::collection::vec(inner, 1..4)).prop_map(|(kind, parts)| match kind {
            0 => Condition::All(parts),
            1 => Condition::Any(parts),
            _ => Condition::None(parts),
        })
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let ids = |name: fn(u32) -> String| prop::collection::vec((0..3_u32).prop_map(name), 1..3);
    let principal = prop_oneof![
        Just(Principal::everyone()),
        ids(|n| user(n).to_string()).prop_map(|ids| Principal::named(PrincipalKind::User, ids)),
        ids(|n| group(n).to_string()).prop_map(|ids| Principal::named(PrincipalKind::Group, ids)),
        ids(|n| group(n).to_string()).prop_map(|ids| Principal::named(PrincipalKind::JobRole, ids)),
        prop::sample::select(&DEPARTMENTS[1..])
            .prop_map(|value| Principal::attribute(PersonAttribute::Department, vec![value.into(), "Ops".into()])),
    ];
    let names =
        |least: usize| prop::collection::vec(prop::sample::select(&PATTERNS[..]).prop_map(str::to_owned), least..4);
    let scope = prop_oneof![
        Just(RuleScope::All),
        (names(1), names(0), names(0)).prop_map(|(tools, resources, prompts)| RuleScope::Named(Names {
            tools,
            resources,
            prompts
        })),
    ];
    let window = (prop::option::of(0..4_i64), prop::option::of(4..8_i64));
    let servers = prop_oneof![1 => Just(vec![]), 9 => prop::collection::vec((0..2_u32).prop_map(server), 1..3)];
    let conditions = prop::option::weighted(0.5, any_condition());
    let flags = (prop::bool::weighted(0.9), prop::bool::weighted(0.15));
    // Three in four allow, so that something is left to deny.
    (principal, 0..4_u8, servers, scope, window, conditions, flags).prop_map(
        |(principal, effect, servers, scope, (start, end), conditions, (enabled, monitor))| {
            let effect = if effect == 0 || servers.is_empty() { Effect::Deny } else { Effect::Allow };
            Rule {
                servers,
                scope,
                starts_at: start.map(at),
                ends_at: end.map(at),
                enabled,
                conditions,
                mode: if monitor { RuleMode::Monitor } else { RuleMode::Enforce },
                ..rule(0, principal, effect, None)
            }
        },
    )
}

const ARGUMENTS: [&str; 14] = [
    "{}",
    r#"{"x":"a"}"#,
    r#"{"x":"ab","o":{"y":5},"l":["a",5]}"#,
    r#"{"x":5}"#,
    r#"{"x":5.0}"#,
    r#"{"x":2.5,"l":[-1,2.5]}"#,
    r#"{"x":true,"o":{"y":"Sales"}}"#,
    r#"{"x":null,"o":null,"l":[]}"#,
    r#"{"x":123456789012345678901234567890}"#,
    r#"{"x":0.00001,"l":[0.00001]}"#,
    r#"{"x":{"__entity":{"type":"User","id":"a"}}}"#,
    r#"{"x":["a","5",true]}"#,
    r#"{"x":"10.1.1.1","o":{"y":"::ffff:10.1.1.1"}}"#,
    r#"{"x":[{}],"o":"a","l":{"0":"a"}}"#,
];

/// Person, groups (a set of bits), department, server, kind of target, name, time, level, arguments, client.
type Question = ((u32, u8, usize, u32), (u8, &'static str, i64), (u8, usize, u8));

fn any_question() -> impl Strategy<Value = Question> {
    (
        (0..3_u32, 0..8_u8, 0..3_usize, 0..3_u32),
        (0..5_u8, prop::sample::select(&NAMES[..]), -1..9_i64),
        (0..6_u8, 0..ARGUMENTS.len(), 0..3_u8),
    )
}

fn number_rules(mut rules: Vec<Rule>, from: u32) -> Vec<Rule> {
    for (n, rule) in (from..).zip(&mut rules) {
        rule.id = format!("rul_{n:032x}").parse().unwrap();
    }
    rules
}

fn check(set: &RuleSet, rules: &[Rule], question: Question) {
    let ((who, member_of, department, on), (kind, name, seconds), (level, arguments, client)) = question;
    let groups: Groups = (0..3).filter(|n| member_of & (1 << n) != 0).map(group).collect();
    let target = match kind {
        0 => Target::Prompt(name),
        1 => Target::Resource(name),
        2 => Target::Server,
        _ => Target::Tool(name),
    };
    let now: DateTime<Utc> = at(seconds);
    let profile = Profile {
        department: DEPARTMENTS[department].into(),
        groups: (0..3).filter(|n| member_of & (1 << n) != 0).map(|n| ["a", "Sales", "5"][n].to_owned()).collect(),
        ..Profile::UNKNOWN.clone()
    };
    let facts = RequestFacts {
        ip: [None, Some("10.1.2.3"), Some("::1")][usize::from(client)].map(|ip| ip.parse().unwrap()),
        client_name: [None, Some("ab"), Some("Sales")][usize::from(client)].map(str::to_owned),
        ..RequestFacts::default()
    };
    let known = match level {
        0 => Known::Person,
        1 => Known::Request(&facts),
        _ => Known::Call(&facts, Some(ARGUMENTS[arguments])),
    };
    let subject = SubjectRef { user: user(who), groups: &groups, profile: &profile };
    let query = Query { subject, server: server(on), target, now, known };
    let verdict = set.decide(&query);
    assert_eq!(set.foresee(&query), verdict.decision, "{question:?} {rules:#?}");
    let enforced: Vec<&Rule> = rules.iter().filter(|rule| rule.mode == RuleMode::Enforce).collect();
    let (decision, ids) = reference(&enforced, &query);
    assert_eq!((verdict.decision, &*verdict.rules), (decision, &*ids), "{question:?} {rules:#?}");
    let reason = match (decision, ids.is_empty()) {
        (Decision::Allow, _) => Reason::AllowedBy,
        (Decision::Deny, false) => Reason::DeniedBy,
        (Decision::Deny, true) => Reason::NoRule,
    };
    assert_eq!(verdict.reason, reason);
    // What rules in monitor mode would change.
    let (all, all_ids) = reference(&rules.iter().collect::<Vec<_>>(), &query);
    let would = (all != decision).then(|| {
        let watching = |id: &RuleId| rules.iter().any(|r| r.id == *id && r.mode == RuleMode::Monitor);
        (all, all_ids.into_iter().filter(watching).collect::<Vec<_>>())
    });
    let said = verdict.would.as_ref().map(|would| (would.decision, would.rules.clone()));
    assert_eq!(said, would, "{question:?} {rules:#?}");
    // What explanations say of single rules agrees with it.
    let said = |bearing: Bearing| -> Vec<RuleId> {
        let bears = |rule: &&Rule| rule.is_about(query.server) && policy::bearing(rule, &query) == bearing;
        let mut ids: Vec<RuleId> = rules.iter().filter(bears).map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids
    };
    let (denies, allows) = (said(Bearing::Denies), said(Bearing::Allows));
    assert_eq!(if denies.is_empty() { allows } else { denies }, ids, "{question:?} {rules:#?}");
}

proptest! {
    // Two sets a case. PROPTEST_CASES=50000 tries 100 000.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..config() })]

    #[test]
    fn the_whole_path_equals_the_reference(
        first in prop::collection::vec(any_rule(), 0..12),
        more in prop::collection::vec(any_rule(), 0..4),
        dropped in 0..4_usize,
        questions in prop::collection::vec(any_question(), 25),
    ) {
        let mut rules = number_rules(first, 0);
        let set = RuleSet::compile(&rules, None).unwrap();
        // Twice: the second time from memory.
        for &question in questions.iter().chain(&questions) {
            check(&set, &rules, question);
        }
        // A change on top, with everything that can be kept.
        rules.drain(..dropped.min(rules.len()));
        rules.extend(number_rules(more, 100));
        let set = RuleSet::compile(&rules, Some(&set)).unwrap();
        for &question in questions.iter().chain(&questions) {
            check(&set, &rules, question);
        }
    }
}

fn config() -> ProptestConfig {
    // The default already listens to PROPTEST_CASES; unless it is set, 1000.
    let set = ProptestConfig::default();
    let cases = if set.cases == 256 { 1000 } else { set.cases };
    ProptestConfig { cases, ..set }
}
