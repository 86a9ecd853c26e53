//! What a decision costs in a large organisation. Prints a line of JSON for each row of the tables that
//! `./x bench policy` makes of it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures and prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::{Effect, GroupId, NewRule, Principal, Rule, RuleScope, ServerId, UserId};
use policy::{Groups, Known, Profile, Query, RequestFacts, RuleSet, SubjectRef, Target, read_conditions};
use serde_json::json;

const RULES: u32 = 10_000;
const USERS: u32 = 10_000;
const SERVERS: u32 = 500;
/// Of each server; 5 000 in all.
const TOOLS: u32 = 10;
const GROUPS: u32 = 200;

fn user(n: u32) -> UserId {
    format!("usr_{n:032x}").parse().unwrap()
}

fn group(n: u32) -> GroupId {
    format!("grp_{n:032x}").parse().unwrap()
}

fn server(n: u32) -> ServerId {
    format!("srv_{n:032x}").parse().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn rule(n: u32, new: NewRule) -> Rule {
    new.into_rule(format!("rul_{n:032x}").parse().unwrap(), None, now())
}

/// Rules of all kinds: for a person, for a group, for everyone; entire servers, names and patterns; a twentieth deny.
fn organisation() -> Vec<Rule> {
    (0..RULES)
        .map(|n| {
            let principal = match n % 10 {
                0..5 => Principal::user(user(n % USERS)),
                5..9 => Principal::group(group(n % GROUPS)),
                _ => Principal::everyone(),
            };
            let effect = if n % 20 == 19 { Effect::Deny } else { Effect::Allow };
            let scope = match n % 3 {
                0 => RuleScope::All,
                1 => RuleScope::tools([format!("tool_{}", n % TOOLS)]),
                _ => RuleScope::tools([format!("tool_{}*", n % 4), "read_*".to_owned()]),
            };
            rule(n, NewRule { scope, ..NewRule::new(principal, effect, Some(server(n % SERVERS))) })
        })
        .collect()
}

/// Rules with a condition on an argument each, all of which concern one call.
fn conditional(count: u32) -> Vec<Rule> {
    let mut rules = organisation();
    let on = server(SERVERS);
    for n in 0..count {
        let conditions =
            read_conditions(&format!("payload.table not_equals secret_{n}\nmeta.request.ip in_ip_range 10.0.0.0/8"));
        let conditions = conditions.unwrap();
        rules.push(rule(
            RULES + n,
            NewRule { conditions, ..NewRule::new(Principal::everyone(), Effect::Allow, Some(on)) },
        ));
    }
    rules
}

struct Times(Vec<Duration>);

impl Times {
    /// Measures each of these questions once.
    fn of(count: u32, mut ask: impl FnMut(u32)) -> Self {
        let mut times: Vec<Duration> = (0..count)
            .map(|n| {
                let begin = Instant::now();
                ask(n);
                begin.elapsed()
            })
            .collect();
        times.sort_unstable();
        Self(times)
    }

    fn at(&self, percent: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = ((self.0.len() - 1) as f64 * percent / 100.0) as usize;
        self.0[index].as_secs_f64() * 1e6
    }

    /// A row of times in microseconds: p50, p99, p99.9.
    fn row(&self, what: &str) {
        let times = [50.0, 99.0, 99.9].map(|percent| self.at(percent));
        println!("{}", json!({ "what": what, "times": times }));
    }
}

/// A row of one number.
fn value(what: &str, value: f64, unit: &str) {
    println!("{}", json!({ "what": what, "value": value, "unit": unit }));
}

/// Resident memory in bytes, as Linux tells it.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

fn decide(set: &RuleSet, groups: &Groups, n: u32, on: ServerId, tool: &str, known: Known<'_>) -> bool {
    let subject = SubjectRef { user: user(n % USERS), groups, profile: Profile::UNKNOWN };
    set.decide(&Query { subject, server: on, target: Target::Tool(tool), now: now(), known }).is_allowed()
}

fn main() {
    let rules = organisation();
    let before = resident();
    let begin = Instant::now();
    let set = RuleSet::compile(&rules, None).unwrap();
    let whole = begin.elapsed();
    let memory = before.zip(resident()).map(|(before, after)| after.saturating_sub(before));

    let mut changed = rules.clone();
    let rebuilds = Times::of(50, |n| {
        let at = (n * 97 % RULES) as usize;
        changed[at].effect = if changed[at].effect == Effect::Allow { Effect::Deny } else { Effect::Allow };
        black_box(RuleSet::compile(&changed, Some(&set)).unwrap());
    });

    let facts = RequestFacts { ip: Some("10.1.2.3".parse().unwrap()), ..RequestFacts::default() };
    let members: Vec<Groups> = (0..64).map(|n| Groups::new((0..5).map(|g| group((n * 7 + g * 31) % GROUPS)))).collect();
    let call = Known::Call(&facts, None);
    let tools: Vec<String> = (0..TOOLS).map(|n| format!("tool_{n}")).collect();
    let ask = |set: &RuleSet, n: u32| {
        let tool = &tools[(n / 3 % TOOLS) as usize];
        black_box(decide(set, &members[(n % 64) as usize], n, server(n * 7 % SERVERS), tool, call));
    };
    Times::of(200_000, |n| ask(&set, n * 13)).row("by index, not asked before");
    for n in 0..4_000 {
        ask(&set, n);
    }
    Times::of(200_000, |n| ask(&set, n % 4_000)).row("by index, remembered");
    for count in [1, 2, 5, 10, 20, 50] {
        let set = RuleSet::compile(&conditional(count), None).unwrap();
        let arguments: Vec<String> = (0..20_000).map(|n| format!(r#"{{"table":"t{n}","limit":{n}}}"#)).collect();
        let ask = |n: u32| {
            let known = Known::Call(&facts, Some(&arguments[n as usize]));
            black_box(decide(&set, &members[0], 1, server(SERVERS), "tool_1", known));
        };
        Times::of(20_000, ask).row(&format!("{count} conditional candidates, values not seen before"));
        for n in 0..1_000 {
            ask(n);
        }
        Times::of(20_000, |n| ask(n % 1_000)).row(&format!("{count} conditional candidates, values seen before"));
    }
    value("compiling all rules", whole.as_secs_f64() * 1e3, "ms");
    value("compiling after one change, p50", rebuilds.at(50.0) / 1e3, "ms");
    value("compiling after one change, p99", rebuilds.at(99.0) / 1e3, "ms");
    if let Some(memory) = memory {
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        value("memory of the compiled rules", memory as f64 / 1e6, "MB");
    }
}
