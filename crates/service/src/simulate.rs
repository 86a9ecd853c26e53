//! Drafts of rules, tried on recorded calls.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use directory::Snapshot;
use domain::{
    AuditAction, Capability, Decision, Otherwise, Problem, Rule, RuleDraft, ServerId, Simulation, TargetKind, UserId,
    UserStatus,
};
use ledger::replay::{self, ACTIONS, Alike, Asked, Portion, Range};
use policy::{AuthMethod, Known, Query, RequestFacts, RuleSet};
use store::Tx;

use crate::explain::policy_target;
use crate::{Caller, Error, Result, Services, denied};

/// Drafts in one go.
const MOST_DRAFTS: usize = 50;
/// Days that can be replayed.
const DAYS: std::ops::RangeInclusive<u32> = 1..=90;
/// Rows of the answer.
const SHOWN: usize = 200;
/// The longest that is replayed; what is older than that reaches is left out, and the answer says so.
const DEADLINE: Duration = Duration::from_mins(1);
/// Simulations at the same time.
pub(crate) const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(20);
/// How long one statement that counts calls should take: the span of time that it counts is chosen by it.
const STATEMENT: std::ops::Range<Duration> = Duration::from_millis(500)..Duration::from_secs(3);
/// How long a transaction is read by.
const FRESH: Duration = Duration::from_secs(2);

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
        // Each takes a processor and a reader of the database for as long as a minute.
        let turn = tokio::time::timeout(TURN, self.inner.simulating.acquire()).await;
        let Ok(_turn) = turn else {
            let why = "others are trying rules on recorded calls just now; try again in a minute";
            return Err(Problem::conflict("busy", why).into());
        };
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
        let conditional = |server: ServerId| today.has_conditions(server) || drafted.has_conditions(server);
        let (each, counted): (Vec<ServerId>, Vec<ServerId>) =
            snapshot.servers.iter().map(|server| server.id).partition(|server| conditional(*server));
        // Calls of servers that are no more do not count, so that nothing is left out where one way does for all.
        let one_way = each.is_empty() || counted.is_empty();
        let range = |servers: Vec<ServerId>| Range { since, until: None, servers: (!one_way).then_some(servers) };
        let tally = Tally::default();
        let mut replay = Box::new(Replay { snapshot, today, drafted, tally, known: HashMap::new() });
        let (deadline, mut partial) = (Instant::now() + DEADLINE, false);
        if !counted.is_empty() {
            (replay, partial) = self.replay_counted(replay, range(counted), now, deadline).await?;
        }
        if !each.is_empty() {
            let late;
            (replay, late) = self.replay_each(replay, &range(each), deadline).await?;
            partial |= late;
        }
        self.told(*replay, since, partial).await
    }

    /// Calls that are decided by who asks for what, as many at a time as the database has counted: the next span of time is
    /// counted while one is decided. Newest first; true when the time ran out.
    async fn replay_counted(
        &self,
        mut replay: Box<Replay>,
        mut range: Range,
        now: DateTime<Utc>,
        deadline: Instant,
    ) -> Result<(Box<Replay>, bool)> {
        let whole = range.since;
        let mut span = TimeDelta::days(1);
        range.since = (now - span).max(whole);
        let (mut portion, mut took) = self.counted(&range).await?;
        loop {
            let deciding = decided(replay, move |replay| {
                for alike in &portion {
                    replay.alike(alike);
                }
                Ok(())
            });
            let partial = range.since > whole;
            if !partial || Instant::now() > deadline {
                return Ok((deciding.await?, partial));
            }
            if took < STATEMENT.start {
                span = span * 2;
            } else if took > STATEMENT.end {
                span = (span / 2).max(TimeDelta::hours(1));
            }
            range.until = Some(range.since);
            range.since = (range.since - span).max(whole);
            let (done, counted) = tokio::join!(deciding, self.counted(&range));
            replay = done?;
            (portion, took) = counted?;
        }
    }

    /// What was asked in a span of time, and how long it took to count it.
    async fn counted(&self, range: &Range) -> Result<(Vec<Alike>, Duration)> {
        let began = Instant::now();
        let mut tx = self.read().await?;
        let counted = replay::alike(&mut tx, range).await?;
        Ok((counted, began.elapsed()))
    }

    /// Calls that are decided by more than that, one by one: the next portion is read while one is decided. Newest first;
    /// true when the time ran out.
    async fn replay_each(
        &self,
        mut replay: Box<Replay>,
        range: &Range,
        deadline: Instant,
    ) -> Result<(Box<Replay>, bool)> {
        let mut partial = false;
        let mut reading = Reading { tx: Some(self.read().await?), until: Instant::now() + FRESH };
        for action in ACTIONS {
            let mut portion = self.portion(&mut reading, action, range, None).await?;
            loop {
                let next = portion.next;
                let deciding = decided(replay, move |replay| {
                    portion.calls().try_for_each(|asked| asked.map(|asked| replay.call(action, &asked)))
                });
                let late = Instant::now() > deadline;
                let Some(next) = next.filter(|_| !late) else {
                    replay = deciding.await?;
                    partial |= next.is_some();
                    break;
                };
                let (done, read) = tokio::join!(deciding, self.portion(&mut reading, action, range, Some(next)));
                (replay, portion) = (done?, read?);
            }
        }
        Ok((replay, partial))
    }

    async fn portion(
        &self,
        reading: &mut Reading,
        action: AuditAction,
        range: &Range,
        before: Option<(DateTime<Utc>, domain::AuditId)>,
    ) -> Result<Portion> {
        // One transaction for all of it would keep the database from tidying up behind it.
        if Instant::now() > reading.until {
            reading.tx = None;
        }
        let tx = match &mut reading.tx {
            Some(tx) => tx,
            none => {
                // Only now, so that two are never held: others wait for them.
                let tx = self.read().await?;
                reading.until = Instant::now() + FRESH;
                none.insert(tx)
            }
        };
        Ok(replay::asked(tx, action, range, before).await?)
    }

    /// The result, with an entry for every change that is shown.
    async fn told(&self, replay: Replay, since: DateTime<Utc>, partial: bool) -> Result<Simulation> {
        let Replay { snapshot, tally, .. } = replay;
        let people: BTreeSet<UserId> = tally.otherwise.keys().map(|(person, ..)| *person).collect();
        let total = |wanted: Decision| -> u64 {
            let those = tally.otherwise.iter().filter(|((.., decision), _)| *decision == wanted);
            those.map(|(_, counted)| counted.calls).sum()
        };
        let (denied, allowed) = (total(Decision::Deny), total(Decision::Allow));
        let names = |person: UserId, server: ServerId| {
            let person = snapshot.people.get(person).map(|one| one.name.clone()).unwrap_or_default();
            (person, snapshot.servers.get(server).map(|one| one.name.clone()).unwrap_or_default())
        };
        let mut all: Vec<_> = tally.otherwise.into_iter().collect();
        all.sort_by_cached_key(|((person, server, tool, _), counted)| {
            (std::cmp::Reverse(counted.calls), names(*person, *server), tool.clone())
        });
        let found = all.len();
        all.truncate(SHOWN);
        let mut tx = self.read().await?;
        let mut changes = Vec::with_capacity(all.len());
        for ((person, server, tool, decision), Counted { calls, last }) in all {
            // It may have been removed meanwhile, with the age of the log.
            let Some(example) = replay::entry(&mut tx, last, person, server, &tool).await? else { continue };
            let (person_name, server_name) = names(person, server);
            changes.push(Otherwise { person, person_name, server, server_name, tool, decision, calls, example, last });
        }
        Ok(Simulation {
            since,
            calls: tally.calls,
            denied,
            allowed,
            people: u32::try_from(people.len()).unwrap_or(u32::MAX),
            unclear: tally.unclear,
            more: u32::try_from(found - changes.len()).unwrap_or(u32::MAX),
            changes,
            partial,
        })
    }
}

/// A transaction, and when to begin another one.
struct Reading {
    tx: Option<Tx>,
    until: Instant,
}

/// Deciding is work for the processor, not for the threads that serve requests. It begins at once.
fn decided(
    mut replay: Box<Replay>,
    work: impl FnOnce(&mut Replay) -> store::Result<()> + Send + 'static,
) -> impl Future<Output = Result<Box<Replay>>> {
    let working = tokio::task::spawn_blocking(move || work(&mut replay).map(|()| replay));
    async { Ok(working.await.map_err(|e| Error::broken("the replay of calls", e))??) }
}

/// The rules that are in force now, without their dates.
fn undated(rules: Vec<Rule>, now: DateTime<Utc>) -> Vec<Rule> {
    let in_force = rules.into_iter().filter(|rule| rule.in_force(now));
    in_force.map(|rule| Rule { starts_at: None, ends_at: None, ..rule }).collect()
}

/// What both rule sets say of a person and a target.
#[derive(Clone, Copy)]
enum Said {
    /// By today's rules, and by the drafts; nothing where it depends on the call.
    Decided(Option<Decision>, Option<Decision>),
    /// The person or the server is no more.
    Nothing,
}

type Place = (UserId, ServerId, TargetKind);

impl Tally {
    /// So many calls of a person for a thing, the last of which was then.
    fn add(
        &mut self,
        (person, server, name): (UserId, ServerId, &str),
        (before, after): (Decision, Decision),
        calls: u64,
        last: DateTime<Utc>,
    ) {
        self.calls += calls;
        if before != after {
            let key = (person, server, name.to_owned(), after);
            let counted = self.otherwise.entry(key).or_insert(Counted { calls: 0, last });
            counted.calls += calls;
            counted.last = counted.last.max(last);
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
    last: DateTime<Utc>,
}

impl Replay {
    /// What a call was about; nothing for the server itself, and where nobody knows.
    fn about(&self, action: AuditAction, server: ServerId, name: &str) -> Option<TargetKind> {
        let kind = match action {
            AuditAction::ToolCallAdmitted => Some(TargetKind::Tool),
            AuditAction::ResourceReadAdmitted => Some(TargetKind::Resource),
            AuditAction::PromptGetAdmitted => Some(TargetKind::Prompt),
            _ => denied::kind_of(&self.snapshot, server, name),
        };
        kind.filter(|kind| *kind != TargetKind::Server)
    }

    /// Calls that no condition is about.
    fn alike(&mut self, alike: &Alike) {
        let Some(kind) = self.about(alike.action, alike.server, &alike.name) else { return };
        if let Said::Decided(Some(before), Some(after)) = self.say(alike.person, alike.server, kind, &alike.name) {
            self.tally.add((alike.person, alike.server, &alike.name), (before, after), alike.calls, alike.last);
        }
    }

    fn call(&mut self, action: AuditAction, asked: &Asked) {
        let Some(kind) = self.about(action, asked.server, &asked.name) else { return };
        let place = (asked.person, asked.server, kind);
        let known = self.known.get(&place).and_then(|names| names.get(&asked.name)).copied();
        let said = known.unwrap_or_else(|| {
            let said = self.say(asked.person, asked.server, kind, &asked.name);
            self.known.entry(place).or_default().insert(asked.name.clone(), said);
            said
        });
        let decisions = match said {
            Said::Nothing => return,
            Said::Decided(Some(before), Some(after)) => Some((before, after)),
            Said::Decided(before, after) => self.decide(asked, kind, before, after),
        };
        match decisions {
            Some(decisions) => {
                self.tally.add((asked.person, asked.server, &asked.name), decisions, 1, asked.at);
            }
            None => self.tally.unclear += 1,
        }
    }

    fn say(&self, person: UserId, server: ServerId, kind: TargetKind, name: &str) -> Said {
        let person = self.snapshot.people.get(person).filter(|person| person.status == UserStatus::Active);
        let Some(person) = person.filter(|_| self.snapshot.servers.get(server).is_some()) else {
            return Said::Nothing;
        };
        let (subject, target) = (person.subject(), policy_target(kind, name));
        let of = |rules: &RuleSet| {
            // Any time does: the rules have no dates.
            let query = Query { subject, server, target, now: DateTime::UNIX_EPOCH, known: Known::Person };
            (!rules.depends_on_call(subject, server, target)).then(|| rules.foresee(&query))
        };
        Said::Decided(of(&self.today), of(&self.drafted))
    }

    /// The decisions about one call, of which one may be known; nothing when they depend on arguments that were not kept.
    fn decide(
        &self,
        asked: &Asked,
        kind: TargetKind,
        before: Option<Decision>,
        after: Option<Decision>,
    ) -> Option<(Decision, Decision)> {
        let person = self.snapshot.people.get(asked.person)?;
        let facts = RequestFacts {
            ip: asked.ip.as_deref().and_then(|ip| ip.parse().ok()),
            client_name: asked.client_name.clone(),
            client_version: asked.client_version.clone(),
            method: Some(AuthMethod::ApiKey),
            ..RequestFacts::default()
        };
        let has_arguments = matches!(kind, TargetKind::Tool | TargetKind::Prompt);
        let arguments = asked.args.as_deref().filter(|_| has_arguments && !asked.cut);
        let query = Query {
            subject: person.subject(),
            server: asked.server,
            target: policy_target(kind, &asked.name),
            now: asked.at,
            known: Known::Call(&facts, arguments),
        };
        let of = |rules: &RuleSet| {
            if !asked.cut || !rules.depends_on_arguments(query.subject, query.server, query.target) {
                return Some(rules.foresee(&query));
            }
            // What is not known counts for the caller, so that only a denial is certain.
            let decision = rules.foresee(&Query { known: Known::Request(&facts), ..query });
            (decision == Decision::Deny).then_some(decision)
        };
        Some((before.or_else(|| of(&self.today))?, after.or_else(|| of(&self.drafted))?))
    }
}
