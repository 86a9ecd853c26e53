//! What a rule would change, before it is saved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directory::{Person, ServerEntry, Snapshot};
use domain::{
    Affected, Capability, Decision, Effect, NewRule, PinKind, Preview, PrincipalKind, Problem, Rule, RuleDraft, RuleId,
    RuleMode, ServerId, ServerStatus, UserId, UserStatus,
};
use policy::{Audience, Known, Query, RuleSet, Target};
use sha2::{Digest, Sha256};
use store::Tx;

use crate::ended::gives_the_same;
use crate::rules::{Last, checked, refers, target_of};
use crate::{Caller, Error, Result, Services};

/// More people than these are not affected by accident.
const HANDFUL: usize = 5;
/// People that are named.
const NAMED: usize = 20;
/// Tools that are named for each of them.
const NAMED_TOOLS: usize = 8;
/// The longest that is counted; an answer that comes later helps nobody who fills in a form.
const DEADLINE: Duration = Duration::from_secs(5);

impl Services {
    /// Who would gain or lose what if a rule were made, changed or deleted. Nothing is changed.
    ///
    /// # Errors
    /// `Invalid` with the fields that are wrong, as if it were saved; `NotFound` for a rule that is not there.
    pub async fn preview_rule(&self, caller: &Caller, draft: &RuleDraft) -> Result<Preview> {
        self.preview_rules(caller, std::slice::from_ref(draft)).await
    }

    /// As [`Services::preview_rule`], of several changes that are made together.
    ///
    /// # Errors
    /// As for one of them.
    pub async fn preview_rules(&self, caller: &Caller, drafts: &[RuleDraft]) -> Result<Preview> {
        self.require(caller, Capability::ManagePolicies).await?;
        let now = self.now();
        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for draft in drafts {
            let (was, becomes) = self.drafted(caller, &mut tx, &rules, draft).await?;
            before.extend(was);
            after.extend(becomes);
        }
        drop(tx);
        let mut warnings = Vec::new();
        for new in drafts.iter().filter_map(|draft| draft.rule.as_ref()) {
            warnings.extend(self.rule_warnings(caller, new).await?);
            let conditional = new.enabled && (new.conditions.is_some() || new.cedar.is_some());
            warnings.extend(conditional.then(|| {
                match new.effect {
                    Effect::Allow => "Its conditions are counted as met here: it may allow less.".to_owned(),
                    Effect::Deny => {
                        "What its conditions deny depends on each call and is not counted here; recorded calls tell it."
                            .to_owned()
                    }
                }
            }));
        }
        rules.retain(|rule| before.iter().all(|gone| gone.id != rule.id));
        rules.extend(after.iter().cloned());
        let snapshot = self.directory().load();
        let counted = tokio::task::spawn_blocking(move || {
            let with = RuleSet::compile(&rules, Some(&snapshot.rules))?;
            let either = Weighed::all(rules.iter().chain(&before));
            let moments = moments(before.iter().chain(&after), now);
            let counting = Counting { snapshot: &snapshot, with: &with, either, moments };
            Ok::<_, policy::PolicyError>(counting.count(&before, &after))
        });
        let counted = counted.await.map_err(|e| Error::broken("the preview of a rule", e))??;
        Ok(Preview { warnings: [counted.warnings, warnings].concat(), ..counted })
    }

    /// Refuses changes that affect more than a handful of people, unless the caller confirms to have seen whom.
    ///
    /// # Errors
    /// `Conflict` with the code `rule.seen`; otherwise as [`Services::preview_rules`].
    pub(crate) async fn require_seen(&self, caller: &Caller, drafts: &[RuleDraft]) -> Result<()> {
        // Whoever is named one by one is seen.
        let named = |draft: &RuleDraft| {
            let principal = draft.rule.as_ref().map(|rule| &rule.principal);
            let few = principal.is_some_and(|who| who.kind == PrincipalKind::User && who.ids.len() <= HANDFUL);
            draft.id.is_none() && few
        };
        if matches!(drafts, [one] if named(one)) {
            return Ok(());
        }
        let preview = self.preview_rules(caller, drafts).await?;
        if !preview.wide || caller.seen.as_ref() == Some(&preview.mark) {
            return Ok(());
        }
        let why = if caller.seen.is_some() {
            "what this changes is not what was shown before; look at it again and confirm that"
        } else {
            "this affects many people; look at what it changes (POST /api/v1/rules/preview) and confirm that you have seen \
             it (its mark as the parameter seen)"
        };
        Err(Problem::conflict("rule.seen", why).into())
    }

    /// The rule as it is, and as it would be.
    pub(crate) async fn drafted(
        &self,
        caller: &Caller,
        tx: &mut Tx,
        rules: &[Rule],
        draft: &RuleDraft,
    ) -> Result<(Option<Rule>, Option<Rule>)> {
        let before = match draft.id {
            Some(id) => {
                let rule = rules.iter().find(|rule| rule.id == id).cloned();
                Some(rule.ok_or_else(|| Problem::not_found("rule"))?)
            }
            None => None,
        };
        let after = match &draft.rule {
            Some(new) => {
                let new: NewRule = checked(new.clone())?;
                refers(tx, &new).await?;
                let id = draft.id.unwrap_or_else(|| RuleId::generate(self.env()));
                Some(new.into_rule(id, caller.actor.id, self.now()))
            }
            None => None,
        };
        Ok((before, after))
    }
}

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

struct Counting<'a> {
    snapshot: &'a Snapshot,
    with: &'a RuleSet,
    /// The rules of today, and those after the change.
    either: Vec<Weighed<'a>>,
    /// When today's rules and those after the change are compared: now first.
    moments: Vec<DateTime<Utc>>,
}

/// Now, and when rules that change begin and end from now on: between these moments nothing of them changes.
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
    fn count(&self, before: &[Rule], after: &[Rule]) -> Preview {
        let began = Instant::now();
        let changed = Weighed::all(before.iter().chain(after));
        let shown = Weighed::all(if after.is_empty() { before } else { after });
        let unsure = Weighed::all(unsure(before, after));
        let everybody: Vec<&Arc<Person>> =
            self.snapshot.people.iter().filter(|person| person.status == UserStatus::Active).collect();
        let (mut gains, mut losses, mut depends) = (Changed::new(), Changed::new(), BTreeSet::new());
        let (mut late, mut later) = (false, false);
        let mut tools = 0;
        for server in self.snapshot.servers.iter().filter(|server| server.status == ServerStatus::Active) {
            let parts = parts_of(server);
            let about = |rules: &[Weighed<'_>]| rules.iter().any(|one| one.rule.is_about(server.id));
            if about(&shown) {
                let covered = |target: Target<'_>| {
                    let covers = |rule: &Rule| policy::covers(&rule.scope, rule.effect, target);
                    shown.iter().any(|one| one.rule.is_about(server.id) && covers(one.rule))
                };
                let is_tool = |target: Target<'_>| matches!(target, Target::Tool(_));
                tools += parts.iter().filter(|part| is_tool(**part) && covered(**part)).count();
            }
            if !about(&changed) {
                continue;
            }
            let unsure: Vec<&Weighed<'_>> = unsure.iter().filter(|one| one.rule.is_about(server.id)).collect();
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
        let last = Last { snapshot: self.snapshot, with: self.with, now: self.moments[0], deadline: began + DEADLINE };
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
            mark: {
                // What ran out of time is not the same twice.
                let counted = (!late).then_some((&gains, &losses, &depends));
                mark(counted, unsure.iter().map(|one| one.rule))
            },
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
                match (allows(&self.snapshot.rules), allows(self.with)) {
                    (false, true) => (gains, later) = (true, later || (place > 0 && !gains)),
                    (true, false) => (loses, later) = (true, later || (place > 0 && !loses)),
                    _ => {}
                }
            }
            for (_, list) in [(gains, &mut gained), (loses, &mut lost)].into_iter().filter(|(differs, _)| *differs) {
                list.get_or_insert_default().extend(part);
            }
        };
        differs(Target::Server, None);
        for &part in parts {
            differs(part, Some(part));
        }
        Differences { gained: gained.map(Into::into), lost: lost.map(Into::into), later }
    }

    /// True when a rule covers something that the person may use, before the change or after it.
    fn reaches(&self, rule: &Rule, person: &Person, server: ServerId, parts: &[Target<'_>]) -> bool {
        let covered = |target: &Target<'_>| policy::covers(&rule.scope, rule.effect, *target);
        parts.iter().copied().chain([Target::Server]).filter(covered).any(|target| {
            self.moments.iter().any(|moment| {
                [&*self.snapshot.rules, self.with]
                    .into_iter()
                    .any(|rules| allows(rules, person, server, target, *moment))
            })
        })
    }

    /// The first of those affected, by name.
    fn named(&self, changed: Changed<'_>) -> Vec<Affected> {
        let name = |person: &UserId| self.snapshot.people.get(*person).map(|one| one.name.clone()).unwrap_or_default();
        let mut affected: Vec<Affected> = changed
            .into_iter()
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

/// People and what they gain and lose, and those for whom it depends.
type Counted<'c, 'a> = (&'c Changed<'a>, &'c Changed<'a>, &'c BTreeSet<UserId>);

/// The same for the same changes, and for no others. Of what depends on calls it is the same for the same rules.
fn mark<'r>(counted: Option<Counted<'_, '_>>, unsure: impl Iterator<Item = &'r Rule>) -> String {
    let mut hash = Sha256::new();
    if let Some((gains, losses, depends)) = counted {
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
    }
    for rule in unsure {
        let rule = serde_json::json!(NewRule::from(rule.clone())).to_string();
        hash.update(format!("{}:{rule}\n", rule.len()));
    }
    hex::encode(hash.finalize())
}

/// What a server offers that is approved: tools first, by name.
fn parts_of(server: &ServerEntry) -> Vec<Target<'_>> {
    let usable = server.pins.iter().filter(|(_, _, pin)| pin.state.usable());
    let mut parts: Vec<(PinKind, Target<'_>)> =
        usable.filter_map(|(kind, name, _)| Some((kind, target_of(kind, name)?))).collect();
    parts.sort_unstable_by_key(|(kind, part)| (*kind != PinKind::Tool, *kind, part.name()));
    parts.into_iter().map(|(_, part)| part).collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
