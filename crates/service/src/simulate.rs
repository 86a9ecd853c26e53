//! Drafts of rules, tried on recorded calls.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use directory::Snapshot;
use domain::{
    AuditAction, AuditId, Capability, Decision, Otherwise, Problem, Rule, RuleDraft, ServerId, Simulation, UserId,
    UserStatus,
};
use ledger::replay::{self, Asked};
use policy::{AuthMethod, Known, Query, RequestFacts, RuleSet, Target};

use crate::{Caller, Error, Result, Services};

/// Drafts in one go.
const MOST_DRAFTS: usize = 50;
/// Days that can be replayed.
const DAYS: std::ops::RangeInclusive<u32> = 1..=90;
/// Rows of the answer.
const SHOWN: usize = 200;
/// The longest that is replayed; what is older than that reaches is left out, and the answer says so.
const DEADLINE: Duration = Duration::from_mins(1);

/// What is replayed: admitted calls, and those that were denied.
const ACTIONS: [AuditAction; 4] = [
    AuditAction::ToolCallAdmitted,
    AuditAction::ResourceReadAdmitted,
    AuditAction::PromptGetAdmitted,
    AuditAction::AccessDenied,
];

impl Services {
    /// Decides the calls of the last days anew: by today's rules, and by today's rules with the drafts. Rules count as in
    /// force if they are so today, whatever their dates say of the days before. People, groups and servers are those of
    /// today. Nothing is changed.
    ///
    /// # Errors
    /// `Invalid` for a draft that could not be saved, or a number of days outside 1 to 90.
    pub async fn simulate(&self, caller: &Caller, drafts: &[RuleDraft], days: u32) -> Result<Simulation> {
        self.require(caller, Capability::ManagePolicies).await?;
        self.require(caller, Capability::ViewOrgAudit).await?;
        if !DAYS.contains(&days) {
            return Err(Problem::field("days", format!("choose {} to {} days", DAYS.start(), DAYS.end())).into());
        }
        if drafts.is_empty() || drafts.len() > MOST_DRAFTS {
            return Err(Problem::field("drafts", format!("send one to {MOST_DRAFTS} drafts")).into());
        }
        let now = self.now();
        let since = now - TimeDelta::days(i64::from(days));
        let mut tx = self.read().await?;
        let rules = store::rules::all(&mut tx).await?;
        let mut changed = rules.clone();
        for draft in drafts {
            let (before, after) = self.drafted(caller, &mut tx, &rules, draft).await?;
            if let Some(before) = &before {
                changed.retain(|rule| rule.id != before.id);
            }
            // A draft counts from now on, whenever it is to begin.
            changed.extend(after.map(|rule| Rule { starts_at: None, ..rule }));
        }
        drop(tx);
        let compiled = tokio::task::spawn_blocking(move || {
            let today = RuleSet::compile(&undated(rules, now), None)?;
            let drafted = RuleSet::compile(&undated(changed, now), Some(&today))?;
            Ok::<_, policy::PolicyError>((today, drafted))
        });
        let (today, drafted) = compiled.await.map_err(|e| Error::broken("the compilation of drafts", e))??;
        let snapshot = self.directory().load();
        let whole = snapshot.servers.iter().any(|s| today.has_conditions(s.id) || drafted.has_conditions(s.id));
        let mut replay = Box::new(Replay { snapshot, today, drafted, tally: Tally::default(), known: HashMap::new() });
        let began = Instant::now();
        let mut partial = false;
        for action in ACTIONS {
            let mut last: Option<Asked> = None;
            loop {
                let mut tx = self.read().await?;
                let portion = replay::asked(&mut tx, action, since, last.as_ref(), whole).await?;
                drop(tx);
                let more = portion.len() == replay::PORTION as usize;
                last = portion.last().cloned();
                // Deciding is work for the processor, not for the threads that serve requests.
                replay = tokio::task::spawn_blocking(move || {
                    for asked in &portion {
                        replay.call(asked);
                    }
                    replay
                })
                .await
                .map_err(|e| Error::broken("the replay of calls", e))?;
                if !more {
                    break;
                }
                if began.elapsed() > DEADLINE {
                    partial = true;
                    break;
                }
            }
        }
        Ok(replay.told(since, partial))
    }
}

/// The rules that are in force now, without their dates.
fn undated(rules: Vec<Rule>, now: DateTime<Utc>) -> Vec<Rule> {
    let in_force = rules.into_iter().filter(|rule| rule.in_force(now));
    in_force.map(|rule| Rule { starts_at: None, ends_at: None, ..rule }).collect()
}

/// What both rule sets say of a person and a target.
#[derive(Clone, Copy)]
enum Said {
    /// The same of every call: by today's rules, and by the drafts.
    Always(Decision, Decision),
    /// It depends on the call.
    Depends,
    /// The person or the server is no more.
    Nothing,
}

type Place = (UserId, ServerId, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    /// An admission says what it is about. A denial does not, but URIs look like nothing else; methods are left out.
    fn of(asked: &Asked) -> Option<Self> {
        match asked.action {
            AuditAction::ToolCallAdmitted => Some(Self::Tool),
            AuditAction::ResourceReadAdmitted => Some(Self::Resource),
            AuditAction::PromptGetAdmitted => Some(Self::Prompt),
            _ if asked.name.contains("://") => Some(Self::Resource),
            _ if asked.name.contains('/') => None,
            _ => Some(Self::Tool),
        }
    }

    const fn target(self, name: &str) -> Target<'_> {
        match self {
            Self::Tool => Target::Tool(name),
            Self::Resource => Target::Resource(name),
            Self::Prompt => Target::Prompt(name),
        }
    }
}

struct Replay {
    snapshot: Arc<Snapshot>,
    today: RuleSet,
    drafted: RuleSet,
    tally: Tally,
    /// What was said before: most calls are like others.
    known: HashMap<Place, HashMap<String, Said>>,
}

#[derive(Default)]
struct Tally {
    calls: u64,
    unclear: u64,
    otherwise: HashMap<(UserId, ServerId, String, Decision), Counted>,
}

struct Counted {
    calls: u64,
    example: AuditId,
    last: DateTime<Utc>,
}

impl Replay {
    fn call(&mut self, asked: &Asked) {
        let Some(kind) = Kind::of(asked) else { return };
        let place = (asked.person, asked.server, kind);
        let known = self.known.get(&place).and_then(|names| names.get(&asked.name)).copied();
        let said = known.unwrap_or_else(|| {
            let said = self.say(asked, kind);
            self.known.entry(place).or_default().insert(asked.name.clone(), said);
            said
        });
        let (before, after) = match said {
            Said::Nothing => return,
            Said::Always(before, after) => (before, after),
            Said::Depends => match self.decide(asked, kind) {
                Some(decisions) => decisions,
                None => {
                    self.tally.unclear += 1;
                    return;
                }
            },
        };
        self.tally.calls += 1;
        if before != after {
            let key = (asked.person, asked.server, asked.name.clone(), after);
            let counted =
                self.tally.otherwise.entry(key).or_insert(Counted { calls: 0, example: asked.id, last: asked.at });
            counted.calls += 1;
            if asked.at > counted.last {
                (counted.example, counted.last) = (asked.id, asked.at);
            }
        }
    }

    fn say(&self, asked: &Asked, kind: Kind) -> Said {
        let person = self.snapshot.people.get(asked.person).filter(|person| person.status == UserStatus::Active);
        let Some(person) = person.filter(|_| self.snapshot.servers.get(asked.server).is_some()) else {
            return Said::Nothing;
        };
        let (subject, target) = (person.subject(), kind.target(&asked.name));
        let depends = |rules: &RuleSet| rules.depends_on_call(subject, asked.server, target);
        if depends(&self.today) || depends(&self.drafted) {
            return Said::Depends;
        }
        let query = Query { subject, server: asked.server, target, now: asked.at, known: Known::Person };
        Said::Always(self.today.foresee(&query), self.drafted.foresee(&query))
    }

    /// The decisions about one call; nothing when they depend on arguments that were not kept.
    fn decide(&self, asked: &Asked, kind: Kind) -> Option<(Decision, Decision)> {
        let person = self.snapshot.people.get(asked.person)?;
        let facts = RequestFacts {
            ip: asked.ip.as_deref().and_then(|ip| ip.parse().ok()),
            client_name: asked.client_name.clone(),
            client_version: asked.client_version.clone(),
            method: Some(AuthMethod::ApiKey),
            ..RequestFacts::default()
        };
        let arguments = if kind == Kind::Resource { None } else { asked.args.as_deref().filter(|_| !asked.cut) };
        let query = Query {
            subject: person.subject(),
            server: asked.server,
            target: kind.target(&asked.name),
            now: asked.at,
            known: if asked.cut { Known::Request(&facts) } else { Known::Call(&facts, arguments) },
        };
        let decisions = (self.today.foresee(&query), self.drafted.foresee(&query));
        if asked.cut {
            // With nothing known of the arguments, and with none: what differs depends on them.
            let none = Query { known: Known::Call(&facts, None), ..query };
            let without = (self.today.foresee(&none), self.drafted.foresee(&none));
            return (decisions == without).then_some(decisions);
        }
        Some(decisions)
    }

    fn told(self, since: DateTime<Utc>, partial: bool) -> Simulation {
        let Self { snapshot, tally, .. } = self;
        let people: BTreeSet<UserId> = tally.otherwise.keys().map(|(person, ..)| *person).collect();
        let total = |wanted: Decision| -> u64 {
            let those = tally.otherwise.iter().filter(|((.., decision), _)| *decision == wanted);
            those.map(|(_, counted)| counted.calls).sum()
        };
        let (denied, allowed) = (total(Decision::Deny), total(Decision::Allow));
        let mut changes: Vec<Otherwise> = tally
            .otherwise
            .into_iter()
            .map(|((person, server, tool, decision), counted)| Otherwise {
                person_name: snapshot.people.get(person).map(|one| one.name.clone()).unwrap_or_default(),
                server_name: snapshot.servers.get(server).map(|one| one.name.clone()).unwrap_or_default(),
                person,
                server,
                tool,
                decision,
                calls: counted.calls,
                example: counted.example,
                last: counted.last,
            })
            .collect();
        changes.sort_by(|a, b| {
            b.calls.cmp(&a.calls).then_with(|| (&a.person_name, &a.tool).cmp(&(&b.person_name, &b.tool)))
        });
        let more = changes.len().saturating_sub(SHOWN);
        changes.truncate(SHOWN);
        Simulation {
            since,
            calls: tally.calls,
            denied,
            allowed,
            people: u32::try_from(people.len()).unwrap_or(u32::MAX),
            unclear: tally.unclear,
            changes,
            more: u32::try_from(more).unwrap_or(u32::MAX),
            partial,
        }
    }
}
