//! Thirty days of work: sign-ins, calls, and what was refused. Each call is decided by the rules of the demonstration as
//! of its time.

use std::time::Duration;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use directory::{Why, Withheld};
use domain::{Actor, ActorKind, AuditAction, Decision, Outcome, RuleId, SessionId, UserStatus};
use ledger::{Event, Payload};
use policy::{AuthMethod, Groups, Known, Profile, Query, RequestFacts, RuleSet, SubjectRef, Target};
use serde_json::json;
use store::Tx;

use super::people::{FELIX_LEFT, PEOPLE, Who};
use super::servers::{Which, changed, switched_off};
use super::stage::{Stage, address};
use super::work::{CLIENTS, FAILURES, ROUTES, Route, SAMPLES, Sample};
use crate::Result;
use crate::change::payload;
use crate::views::{server_subject, session_subject, user_subject};

/// The first and the last full day of activity, counted back from today.
const DAYS: std::ops::RangeInclusive<i64> = 1..=28;
/// Calls on a working day: so many a month ago, and so many more each day since.
const CALLS: i64 = 22;
const GROWTH_PERCENT: i64 = 70;
/// Calls in the last 24 hours, whatever the weekday, so that the charts of today are not empty.
const TODAY: u64 = 52;
/// The hours in which calls are made, as often as they are likely.
const HOURS: &[i64] = &[
    7, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15, 16,
    16, 16, 17, 17, 18, 20,
];
/// Of a hundred calls, those that fail, and those that take long.
const FAILING: u64 = 5;
const SLOW: u64 = 4;

pub(super) async fn write(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let judge = Judge::new(stage)?;
    for day in DAYS {
        sign_ins(stage, day);
        calls(stage, &judge, day);
    }
    for _ in 0..TODAY {
        // More of them lately than a day ago.
        let share = stage.dice.below(1000);
        let minutes = share * share * 24 * 60 / 1_000_000;
        let second = stage.dice.between(0, 59);
        let at = stage.ago(i64::try_from(minutes).unwrap_or_default() + 1) - TimeDelta::seconds(second);
        call(stage, &judge, at);
    }
    refusals(stage, &judge);
    last_sign_ins(stage, tx).await
}

/// Decides calls by the rules of the demonstration.
struct Judge {
    rules: RuleSet,
    /// By person, in the order of [`Who`].
    people: Vec<(Groups, Profile)>,
    changed: (String, DateTime<Utc>),
    switched_off: DateTime<Utc>,
}

impl Judge {
    fn new(stage: &Stage<'_>) -> Result<Self> {
        let rules = RuleSet::compile(stage.rules.iter(), None)?;
        let people = PEOPLE.iter().map(|profile| {
            let user = stage.person(profile.who);
            let of = stage.groups.iter().filter(|(_, members)| members.contains(&profile.who));
            let (ids, names): (Vec<_>, Vec<_>) = of.map(|(group, _)| (group.id, group.name.clone())).unzip();
            let profile = Profile {
                department: user.department.clone(),
                title: user.title.clone(),
                team: user.team.clone(),
                email: user.email.to_string(),
                role: user.role,
                groups: names,
                job_roles: Vec::new(),
            };
            (Groups::new(ids), profile)
        });
        Ok(Self { rules, people: people.collect(), changed: changed(stage), switched_off: switched_off(stage) })
    }

    fn decide(
        &self,
        stage: &Stage<'_>,
        who: Who,
        which: Which,
        target: Target<'_>,
        arguments: Option<&str>,
        at: DateTime<Utc>,
    ) -> Verdict {
        let (groups, profile) = &self.people[who as usize];
        let subject = SubjectRef { user: stage.person(who).id, groups, profile };
        let (client, version) = client(who);
        let facts = RequestFacts {
            ip: Some(address(who)),
            client_name: Some(client.to_owned()),
            client_version: Some(version.to_owned()),
            method: Some(AuthMethod::ApiKey),
            ..RequestFacts::default()
        };
        let known = match target {
            Target::Server => Known::Request(&facts),
            _ => Known::Call(&facts, arguments),
        };
        let verdict = self.rules.decide(&Query { subject, server: stage.server(which).id, target, now: at, known });
        let rules = verdict.rules.to_vec();
        let why = if !verdict.is_allowed() {
            Some(verdict.reason.to_string())
        } else if which == Which::Payroll && at >= self.switched_off {
            Some(Why::ServerInactive.to_string())
        } else if which == Which::Desk && target.name() == self.changed.0 && at >= self.changed.1 {
            Some(Why::Withheld(Withheld::Changed).to_string())
        } else {
            None
        };
        Verdict { why, rules }
    }
}

struct Verdict {
    /// Why not; `None` when it is allowed.
    why: Option<String>,
    rules: Vec<RuleId>,
}

fn sign_ins(stage: &mut Stage<'_>, day: i64) {
    let weekend = weekend(stage.day(day, 12, 0));
    for profile in &PEOPLE {
        let likely = if weekend { 4 } else { 45 };
        let (hour, minute) = (stage.dice.between(7, 9), stage.dice.between(0, 59));
        let at = stage.day(day, hour, minute);
        let gone = profile.who == Who::Felix && day < FELIX_LEFT;
        let user = stage.person(profile.who).clone();
        if gone || user.status == UserStatus::Inactive || at <= user.created_at || !stage.dice.percent(likely) {
            continue;
        }
        if stage.dice.percent(6) {
            // Nobody has proved to be anybody yet.
            let nobody = Actor { kind: ActorKind::Anonymous, id: None, name: "anonymous".to_owned() };
            let at = at - TimeDelta::seconds(20);
            let event = stage
                .event_of(at, nobody, AuditAction::LoginFailed, Outcome::Failure)
                .ip(Some(address(profile.who)))
                .resource(user_subject(&user))
                .args(payload(&json!({ "email": user.email })))
                .reason("wrong password");
            stage.record(at, event);
        }
        let session = SessionId::generate(&stage.at(at));
        let event = stage.event(at, profile.who, AuditAction::AuthSuccess).resource(session_subject(session, &user));
        stage.record(at, event);
    }
}

fn calls(stage: &mut Stage<'_>, judge: &Judge, day: i64) {
    let count = if weekend(stage.day(day, 12, 0)) {
        stage.dice.between(2, 7)
    } else {
        CALLS + (*DAYS.end() - day) * GROWTH_PERCENT / 100 + stage.dice.between(-6, 6)
    };
    let yesterday = stage.ago(24 * 60);
    for _ in 0..count {
        let hour = stage.dice.pick(HOURS).copied().unwrap_or(12);
        let (minute, second) = (stage.dice.between(0, 59), stage.dice.between(0, 59));
        let at = stage.day(day, hour, minute) + TimeDelta::seconds(second);
        if at < yesterday {
            call(stage, judge, at);
        }
    }
}

fn weekend(at: DateTime<Utc>) -> bool {
    matches!(at.weekday(), Weekday::Sat | Weekday::Sun)
}

/// One call by somebody who works with one of the servers at this time.
fn call(stage: &mut Stage<'_>, judge: &Judge, at: DateTime<Utc>) {
    let days_ago = (stage.now - at).num_days();
    let routes: Vec<&Route> = ROUTES
        .iter()
        .filter(|route| (route.until..route.from).contains(&days_ago))
        .flat_map(|route| std::iter::repeat_n(route, route.weight))
        .collect();
    let Some(Route { who, which, tools, .. }) = stage.dice.pick(&routes).copied() else { return };
    let tool = stage.dice.pick(tools).copied().unwrap_or_default();
    attempt(stage, judge, *who, *which, tool, at);
}

/// A call of a tool as the proxy records it: a denial, or an admission and an outcome.
fn attempt(stage: &mut Stage<'_>, judge: &Judge, who: Who, which: Which, tool: &str, at: DateTime<Utc>) {
    // Whatever server is behind the demonstration, only tools that it has were called.
    let known = stage.offered(&[tool]).pop().unwrap_or_default();
    let samples: Vec<&Sample> = SAMPLES.iter().filter(|sample| sample.tool == known).collect();
    let sample = stage.dice.pick(&samples).copied().copied().unwrap_or(Sample::UNKNOWN);
    let verdict = judge.decide(stage, who, which, Target::Tool(&known), Some(sample.args), at);
    let base = of_call(stage, who, which, at).tool(known);
    if let Some(why) = verdict.why {
        let event = base.decision(Decision::Deny, verdict.rules).args(Payload::new(sample.args)).reason(why);
        return stage.record(at, event);
    }
    let base = base.decision(Decision::Allow, verdict.rules);
    let admitted = Event {
        action: AuditAction::ToolCallAdmitted,
        outcome: Outcome::Admitted,
        ..base.clone().args(Payload::new(sample.args))
    };
    stage.record(at, admitted);
    let millis = if stage.dice.percent(SLOW) { stage.dice.between(2_500, 9_000) } else { stage.dice.between(35, 640) };
    let micros = u64::try_from(millis * 1000 + stage.dice.between(0, 999)).unwrap_or_default();
    let done = at + TimeDelta::microseconds(i64::try_from(micros).unwrap_or_default());
    let base = base.latency(Duration::from_micros(micros));
    let outcome = if stage.dice.percent(FAILING) {
        let (error, result) = stage.dice.pick(FAILURES).copied().unwrap_or_default();
        let event = Event { action: AuditAction::ToolCallFailure, outcome: Outcome::Failure, ..base.error(error) };
        if result.is_empty() { event } else { event.result(Payload::new(result)) }
    } else {
        Event { action: AuditAction::ToolCallSuccess, outcome: Outcome::Success, ..base }
            .result(Payload::new(sample.result))
    };
    stage.record(done.min(stage.now), outcome);
}

/// The AI client of a person.
const fn client(who: Who) -> (&'static str, &'static str) {
    CLIENTS[who as usize % CLIENTS.len()]
}

/// What all events of a call have in common; a denial until it is said to be something else.
fn of_call(stage: &Stage<'_>, who: Who, which: Which, at: DateTime<Utc>) -> Event {
    let (client, version) = client(who);
    let server = stage.server(which);
    let event = stage.event(at, who, AuditAction::AccessDenied);
    Event { outcome: Outcome::Denied, ..event }
        .resource(server_subject(server))
        .server(server.id, server.slug.to_string())
        .client(client, Some(version.to_owned()))
}

/// Attempts that the rules refuse, servers that nobody opened, and a key of somebody who has left.
fn refusals(stage: &mut Stage<'_>, judge: &Judge) {
    let deleting = [Who::Alex, Who::Mira, Who::Tomasz];
    for day in DAYS {
        let (hour, minute) = (stage.dice.between(9, 16), stage.dice.between(0, 59));
        let at = stage.day(day, hour, minute);
        let who = stage.dice.pick(&deleting).copied().unwrap_or(Who::Alex);
        if stage.dice.percent(55) {
            attempt(stage, judge, who, Which::Files, "delete_file", at);
        }
        if (1..=16).contains(&day) && stage.dice.percent(30) {
            attempt(stage, judge, Who::Daniel, Which::Desk, "write_file", at + TimeDelta::minutes(7));
        }
        if day <= 4 {
            attempt(stage, judge, Who::Henrik, Which::Warehouse, "search_issues", at + TimeDelta::minutes(11));
            attempt(stage, judge, Who::Priya, Which::Desk, "create_issue", at + TimeDelta::minutes(19));
        }
        if day < 9 && stage.dice.percent(40) {
            attempt(stage, judge, Who::Lucia, Which::Payroll, "read_file", at + TimeDelta::minutes(23));
        }
        if day < FELIX_LEFT && stage.dice.percent(60) {
            let at = at + TimeDelta::minutes(29);
            let event = stage.event(at, Who::Felix, AuditAction::AuthFailed);
            let event = Event { outcome: Outcome::Denied, ..event }.reason(Why::PersonInactive.to_string());
            stage.record(at, event);
        }
        if stage.dice.percent(25) {
            knock(stage, judge, Who::Noor, Which::Warehouse, at + TimeDelta::minutes(31));
        }
    }
    for minutes in [34, 127, 410] {
        let at = stage.ago(minutes);
        attempt(stage, judge, Who::Alex, Which::Files, "delete_file", at);
        attempt(stage, judge, Who::Henrik, Which::Warehouse, "search_issues", at - TimeDelta::minutes(12));
    }
}

/// Somebody tries the address of a server that no rule opens to them.
fn knock(stage: &mut Stage<'_>, judge: &Judge, who: Who, which: Which, at: DateTime<Utc>) {
    let verdict = judge.decide(stage, who, which, Target::Server, None, at);
    let Some(why) = verdict.why else { return };
    let event = of_call(stage, who, which, at).decision(Decision::Deny, verdict.rules).reason(why);
    stage.record(at, Event { resource: None, ..event });
}

async fn last_sign_ins(stage: &Stage<'_>, tx: &mut Tx) -> Result<()> {
    for user in &stage.people {
        let last = stage
            .events
            .iter()
            .filter(|(_, event)| event.action == AuditAction::AuthSuccess && event.actor.id == Some(user.id))
            .map(|(at, _)| *at)
            .max();
        if let Some(at) = last {
            store::users::touch_login(tx, user.id, at).await?;
        }
    }
    Ok(())
}
