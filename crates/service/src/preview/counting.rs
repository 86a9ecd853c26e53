//! What today's rules and others say of everybody and everything, compared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directory::{Person, ServerEntry, Snapshot};
use domain::{Affected, Decision, PinKind, Preview, Rule, RuleMode, ServerId, ServerStatus, UserId, UserStatus};
use policy::{Audience, Known, Query, RuleSet, Target};
use sha2::{Digest, Sha256};

use super::HANDFUL;
use crate::ended::gives_the_same;
use crate::rules::{Last, target_of};

/// People that are named.
const NAMED: usize = 20;
/// Tools that are named for each of them.
const NAMED_TOOLS: usize = 8;
/// The longest that is counted; an answer that comes later helps nobody who fills in a form.
const DEADLINE: Duration = Duration::from_secs(5);

/// Tools, resources and prompts by person and server. People who are decided alike share one list.
type Changed<'a> = BTreeMap<(UserId, ServerId), Arc<[Target<'a>]>>;

/// What somebody gains and loses of a server; nothing where the list is absent.
#[derive(Clone, Default)]
struct Differences<'a> {
    gained: Option<Arc<[Target<'a>]>>,
    lost: Option<Arc<[Target<'a>]>>,
    /// Some of it is not so now, but will be.
    later: bool,
}

/// Rules before and after a change, and whom and what they are about.
pub(super) struct Counting<'a> {
    snapshot: &'a Snapshot,
    today: &'a RuleSet,
    with: &'a RuleSet,
    /// The rules of today, and those after the change.
    either: Vec<Weighed<'a>>,
    changed: Vec<Weighed<'a>>,
    /// What the change leaves of its rules; for one that is deleted, what was.
    shown: Vec<Weighed<'a>>,
    unsure: Vec<Weighed<'a>>,
    /// When both are compared: now first.
    moments: Vec<DateTime<Utc>>,
}

/// Resources that nobody has approved, as rules about all resources cover them.
const OTHER_RESOURCES: Target<'static> = Target::Resource("*");

/// Now, and when rules that change begin and end from now on: between these moments nothing of them changes. Dates of
/// other rules are not looked at.
fn moments<'a>(changed: impl Iterator<Item = &'a Rule>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let dates = changed.filter(|rule| decides(rule)).flat_map(|rule| [rule.starts_at, rule.ends_at]).flatten();
    let later: BTreeSet<DateTime<Utc>> = dates.filter(|date| *date > now).collect();
    std::iter::once(now).chain(later).collect()
}

/// True for a rule that is more than written down or watched.
fn decides(rule: &Rule) -> bool {
    rule.enabled && rule.mode == RuleMode::Enforce
}

/// A rule, and whom it is about.
struct Weighed<'a> {
    rule: &'a Rule,
    audience: Audience,
}

impl<'a> Weighed<'a> {
    fn all(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<Self> {
        rules.into_iter().map(|rule| Self { rule, audience: Audience::of(&rule.principal) }).collect()
    }
}

impl<'a> Counting<'a> {
    /// Today's rules, those `with` the change, and how the rules that it changes are `before` and `after` it.
    pub(super) fn new(
        snapshot: &'a Snapshot,
        today: (&'a RuleSet, &'a [Rule]),
        with: &'a RuleSet,
        (before, after): (&'a [Rule], &'a [Rule]),
        now: DateTime<Utc>,
    ) -> Self {
        let (today, rules) = today;
        Self {
            snapshot,
            today,
            with,
            either: Weighed::all(rules.iter().chain(after)),
            changed: Weighed::all(before.iter().chain(after)),
            shown: Weighed::all(if after.is_empty() { before } else { after }),
            unsure: Weighed::all(unsure(before, after)),
            moments: moments(before.iter().chain(after), now),
        }
    }

    /// What differs. The mark is of what was counted, and not of the rules.
    pub(super) fn count(&self) -> Preview {
        let Self { changed, shown, .. } = self;
        let began = Instant::now();
        let everybody: Vec<&Arc<Person>> =
            self.snapshot.people.iter().filter(|person| person.status == UserStatus::Active).collect();
        let (mut gains, mut losses, mut depends) = (Changed::new(), Changed::new(), BTreeSet::new());
        let (mut late, mut later) = (false, false);
        let mut tools = 0;
        for server in self.snapshot.servers.iter().filter(|server| server.status == ServerStatus::Active) {
            let parts = parts_of(server, changed);
            let about = |rules: &[Weighed<'_>]| rules.iter().any(|one| one.rule.is_about(server.id));
            if about(shown) {
                let covered = |target: Target<'_>| {
                    let covers = |rule: &Rule| policy::covers(&rule.scope, rule.effect, target);
                    shown.iter().any(|one| one.rule.is_about(server.id) && covers(one.rule))
                };
                let is_tool = |target: Target<'_>| matches!(target, Target::Tool(_));
                tools += parts.iter().filter(|part| is_tool(**part) && covered(**part)).count();
            }
            if !about(changed) {
                continue;
            }
            let unsure: Vec<&Weighed<'_>> = self.unsure.iter().filter(|one| one.rule.is_about(server.id)).collect();
            let mut alike = Alike::new(self, server.id, parts);
            for person in everybody.iter().filter(|one| changed.iter().any(|it| it.audience.includes(one.subject()))) {
                if began.elapsed() > DEADLINE {
                    late = true;
                    break;
                }
                let found = alike.differences(person);
                later |= found.later;
                gains.extend(found.gained.map(|parts| ((person.id, server.id), parts)));
                losses.extend(found.lost.map(|parts| ((person.id, server.id), parts)));
                let about = |one: &Weighed<'_>| one.audience.includes(person.subject());
                if unsure.iter().any(|one| about(one) && self.reaches(one.rule, person, server.id, &alike.parts)) {
                    depends.insert(person.id);
                }
            }
        }
        let Self { snapshot, today, with, .. } = *self;
        let last = Last { snapshot, today, with, now: self.moments[0], deadline: began + DEADLINE };
        let last = last.warnings(losses.keys().copied());
        let people = |changed: &Changed<'_>| changed.keys().map(|(person, _)| *person).collect::<BTreeSet<_>>();
        let (gaining, losing) = (people(&gains), people(&losses));
        let concerned = everybody.iter().filter(|one| shown.iter().any(|it| it.audience.includes(one.subject())));
        let concerned = concerned.count();
        let affected: BTreeSet<UserId> = [&gaining, &losing, &depends].into_iter().flatten().copied().collect();
        let warnings = [
            late.then_some("There is too much to count: more people are affected than are named here."),
            later.then_some("Some of this begins or ends later, by the dates of the rule."),
        ];
        let warnings = warnings.into_iter().flatten().map(str::to_owned);
        Preview {
            people: number(concerned),
            tools: number(tools),
            gaining: number(gaining.len()),
            losing: number(losing.len()),
            depends: number(depends.len()),
            wide: late || affected.len() > HANDFUL,
            // What ran out of time is not the same twice.
            mark: if late { String::new() } else { mark(&gains, &losses, &depends) },
            gains: self.named(gains),
            losses: self.named(losses),
            warnings: warnings.chain(last).collect(),
        }
    }

    /// What the person gains and loses of a server.
    fn compare(&self, person: &Person, server: ServerId, parts: &[Target<'a>]) -> Differences<'a> {
        let (mut gained, mut lost): (Option<Vec<Target<'_>>>, Option<Vec<Target<'_>>>) = (None, None);
        let mut later = false;
        let mut differs = |target: Target<'a>, part: Option<Target<'a>>| {
            let (mut gains, mut loses) = (false, false);
            for (place, moment) in self.moments.iter().enumerate() {
                let allows = |rules: &RuleSet| allows(rules, person, server, target, *moment);
                match (allows(self.today), allows(self.with)) {
                    (false, true) => (gains, later) = (true, later || (place > 0 && !gains)),
                    (true, false) => (loses, later) = (true, later || (place > 0 && !loses)),
                    _ => {}
                }
            }
            for (_, list) in [(gains, &mut gained), (loses, &mut lost)].into_iter().filter(|(differs, _)| *differs) {
                list.get_or_insert_default().extend(part);
            }
            [gains, loses]
        };
        let whole = differs(Target::Server, None);
        for &part in parts {
            differs(part, Some(part));
        }
        let others = differs(OTHER_RESOURCES, None);
        // They stand in the list where nothing else does.
        for (place, list) in [&mut gained, &mut lost].into_iter().enumerate() {
            let only = others[place] && !whole[place];
            list.iter_mut().filter(|list| only && list.is_empty()).for_each(|list| list.push(OTHER_RESOURCES));
        }
        Differences { gained: gained.map(Into::into), lost: lost.map(Into::into), later }
    }

    /// True when a rule covers something that the person may use, before the change or after it.
    fn reaches(&self, rule: &Rule, person: &Person, server: ServerId, parts: &[Target<'_>]) -> bool {
        let covered = |target: &Target<'_>| policy::covers(&rule.scope, rule.effect, *target);
        let targets = parts.iter().copied().chain([OTHER_RESOURCES, Target::Server]);
        targets.filter(covered).any(|target| {
            let allowed = |rules, moment: &DateTime<Utc>| allows(rules, person, server, target, *moment);
            self.moments.iter().any(|moment| allowed(self.today, moment) || allowed(self.with, moment))
        })
    }

    /// The first of those affected, by name.
    fn named(&self, changed: Changed<'_>) -> Vec<Affected> {
        let name = |person: &UserId| self.snapshot.people.get(*person).map(|one| one.name.clone()).unwrap_or_default();
        // Names are made for those who are named: there may be a million others. Each has a row at least.
        let mut people: Vec<UserId> = changed.keys().map(|(person, _)| *person).collect();
        people.dedup();
        people.sort_by_cached_key(|person| name(person).to_lowercase());
        let first: HashSet<UserId> = people.into_iter().take(NAMED).collect();
        let mut affected: Vec<Affected> = changed
            .into_iter()
            .filter(|((person, _), _)| first.contains(person))
            .map(|((person, server), parts)| Affected {
                person,
                person_name: name(&person),
                server,
                server_name: self.snapshot.servers.get(server).map(|one| one.name.clone()).unwrap_or_default(),
                count: number(parts.len()),
                tools: parts.iter().take(NAMED_TOOLS).map(|part| part.name().to_owned()).collect(),
            })
            .collect();
        affected.sort_by_cached_key(|one| (one.person_name.to_lowercase(), one.server_name.to_lowercase()));
        affected.truncate(NAMED);
        affected
    }
}

/// People whom the same rules are about are decided alike, unless these have conditions, which may look at the person.
struct Alike<'c, 'a> {
    counting: &'c Counting<'a>,
    server: ServerId,
    parts: Vec<Target<'a>>,
    /// The rules of the server that decide something.
    rules: Vec<&'c Weighed<'a>>,
    /// What is known already, by the places of their rules.
    known: HashMap<Vec<usize>, Differences<'a>>,
}

impl<'c, 'a> Alike<'c, 'a> {
    fn new(counting: &'c Counting<'a>, server: ServerId, parts: Vec<Target<'a>>) -> Self {
        let rules = counting.either.iter().filter(|one| decides(one.rule) && one.rule.is_about(server)).collect();
        Self { counting, server, parts, rules, known: HashMap::new() }
    }

    fn differences(&mut self, person: &Person) -> Differences<'a> {
        let about = (0..).zip(&self.rules).filter(|(_, one)| one.audience.includes(person.subject()));
        let about: Vec<(usize, &&Weighed<'_>)> = about.collect();
        if about.iter().any(|(_, one)| one.rule.is_conditional()) {
            return self.counting.compare(person, self.server, &self.parts);
        }
        let places: Vec<usize> = about.into_iter().map(|(place, _)| place).collect();
        if let Some(known) = self.known.get(&places) {
            return known.clone();
        }
        let differences = self.counting.compare(person, self.server, &self.parts);
        self.known.insert(places, differences.clone());
        differences
    }
}

fn allows(rules: &RuleSet, person: &Person, server: ServerId, target: Target<'_>, now: DateTime<Utc>) -> bool {
    let query = Query { subject: person.subject(), server, target, now, known: Known::Person };
    rules.foresee(&query) == Decision::Allow
}

/// Rules with conditions that come, go, or say something else: what they do to whom, only calls can tell.
fn unsure<'a>(before: &'a [Rule], after: &'a [Rule]) -> Vec<&'a Rule> {
    let differs =
        |rule: &Rule, others: &[Rule]| !others.iter().any(|other| other.id == rule.id && gives_the_same(rule, other));
    let changed =
        before.iter().filter(|rule| differs(rule, after)).chain(after.iter().filter(|rule| differs(rule, before)));
    changed.filter(|rule| decides(rule) && rule.is_conditional()).collect()
}

/// The same for the same differences, and for no others.
fn mark(gains: &Changed<'_>, losses: &Changed<'_>, depends: &BTreeSet<UserId>) -> String {
    let mut hash = Sha256::new();
    for (sign, changed) in [("+", gains), ("-", losses)] {
        for ((person, server), parts) in changed {
            hash.update(format!("{sign}{person} {server} {}\n", parts.len()));
            for part in parts.iter() {
                let part = format!("{part:?}");
                hash.update(format!("{}:{part}\n", part.len()));
            }
        }
    }
    for person in depends {
        hash.update(format!("?{person}\n"));
    }
    hex::encode(hash.finalize())
}

/// What a server offers that is approved: tools first, by name. Then the resources that the changed rules name: they come
/// and go without approval.
fn parts_of<'a>(server: &'a ServerEntry, changed: &[Weighed<'a>]) -> Vec<Target<'a>> {
    let usable = server.pins.iter().filter(|(_, _, pin)| pin.state.usable());
    let mut parts: Vec<(PinKind, Target<'_>)> =
        usable.filter_map(|(kind, name, _)| Some((kind, target_of(kind, name)?))).collect();
    parts.sort_unstable_by_key(|(kind, part)| (*kind != PinKind::Tool, *kind, part.name()));
    let mut parts: Vec<Target<'_>> = parts.into_iter().map(|(_, part)| part).collect();
    let about = changed.iter().filter(|one| one.rule.is_about(server.id));
    let resources = about.filter_map(|one| one.rule.scope.names()).flat_map(|names| &names.resources);
    let resources: BTreeSet<&str> = resources.map(String::as_str).collect();
    let approved: HashSet<&str> = parts.iter().map(|part| part.name()).collect();
    let others: Vec<&str> = resources.into_iter().filter(|one| !approved.contains(one)).collect();
    parts.extend(others.into_iter().map(Target::Resource));
    parts
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
