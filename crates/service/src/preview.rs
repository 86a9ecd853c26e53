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

use crate::rules::{Last, checked, refers};
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
            let counting = Counting { snapshot: &snapshot, with: &with, either, now };
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

/// Names of tools by person and server. People who are decided alike share one list.
type Changed<'a> = BTreeMap<(UserId, ServerId), Arc<[&'a str]>>;

/// What somebody gains and loses of a server; nothing where the list is absent.
type Differences<'a> = (Option<Arc<[&'a str]>>, Option<Arc<[&'a str]>>);

struct Counting<'a> {
    snapshot: &'a Snapshot,
    with: &'a RuleSet,
    /// The rules of today, and those after the change.
    either: Vec<Weighed<'a>>,
    now: DateTime<Utc>,
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
        let everybody: Vec<&Arc<Person>> =
            self.snapshot.people.iter().filter(|person| person.status == UserStatus::Active).collect();
        let (mut gains, mut losses, mut late) = (Changed::new(), Changed::new(), false);
        let mut tools = 0;
        for server in self.snapshot.servers.iter().filter(|server| server.status == ServerStatus::Active) {
            let names = tools_of(server);
            let about = |rules: &[Weighed<'_>]| rules.iter().any(|one| one.rule.is_about(server.id));
            if about(&shown) {
                let covered = |tool: &&&str| {
                    let target = Target::Tool(tool);
                    let covers = |rule: &Rule| policy::covers(&rule.scope, rule.effect, target);
                    shown.iter().any(|one| one.rule.is_about(server.id) && covers(one.rule))
                };
                tools += names.iter().filter(covered).count();
            }
            if !about(&changed) {
                continue;
            }
            let mut alike = Alike::new(self, server.id, names);
            for person in everybody.iter().filter(|one| changed.iter().any(|it| it.audience.includes(one.subject()))) {
                if began.elapsed() > DEADLINE {
                    late = true;
                    break;
                }
                let (gained, lost) = alike.differences(person);
                gains.extend(gained.map(|names| ((person.id, server.id), names)));
                losses.extend(lost.map(|names| ((person.id, server.id), names)));
            }
        }
        let last = Last { snapshot: self.snapshot, with: self.with, now: self.now, deadline: began + DEADLINE };
        let last = last.warnings(losses.keys().copied());
        let people = |changed: &Changed<'_>| changed.keys().map(|(person, _)| *person).collect::<BTreeSet<_>>();
        let (gaining, losing) = (people(&gains), people(&losses));
        let concerned = everybody.iter().filter(|one| shown.iter().any(|it| it.audience.includes(one.subject())));
        let concerned = concerned.count();
        Preview {
            people: number(concerned),
            tools: number(tools),
            gaining: number(gaining.len()),
            losing: number(losing.len()),
            wide: late || gaining.union(&losing).count() > HANDFUL,
            // What ran out of time is not the same twice.
            mark: if late { mark(&Changed::new(), &Changed::new()) } else { mark(&gains, &losses) },
            gains: self.named(gains),
            losses: self.named(losses),
            warnings: late
                .then(|| "There is too much to count: more people are affected than are named here.".to_owned())
                .into_iter()
                .chain(last)
                .collect(),
        }
    }

    /// What the person gains and loses of a server.
    fn compare(&self, person: &Person, server: ServerId, tools: &[&'a str]) -> Differences<'a> {
        let foresee = |rules: &RuleSet, target: Target<'_>| {
            let query = Query { subject: person.subject(), server, target, now: self.now, known: Known::Person };
            rules.foresee(&query) == Decision::Allow
        };
        let (mut gained, mut lost): (Option<Vec<&str>>, Option<Vec<&str>>) = (None, None);
        let mut differs = |target: Target<'_>, name: Option<&'a str>| {
            let changed = match (foresee(&self.snapshot.rules, target), foresee(self.with, target)) {
                (false, true) => gained.get_or_insert_default(),
                (true, false) => lost.get_or_insert_default(),
                _ => return,
            };
            changed.extend(name);
        };
        differs(Target::Server, None);
        for &tool in tools {
            differs(Target::Tool(tool), Some(tool));
        }
        (gained.map(Into::into), lost.map(Into::into))
    }

    /// The first of those affected, by name.
    fn named(&self, changed: Changed<'_>) -> Vec<Affected> {
        let name = |person: &UserId| self.snapshot.people.get(*person).map(|one| one.name.clone()).unwrap_or_default();
        let mut affected: Vec<Affected> = changed
            .into_iter()
            .map(|((person, server), tools)| Affected {
                person,
                person_name: name(&person),
                server,
                server_name: self.snapshot.servers.get(server).map(|one| one.name.clone()).unwrap_or_default(),
                count: number(tools.len()),
                tools: tools.iter().take(NAMED_TOOLS).map(|&tool| tool.to_owned()).collect(),
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
    tools: Vec<&'a str>,
    /// The rules of the server that decide something.
    rules: Vec<&'c Weighed<'a>>,
    /// What is known already, by the places of their rules.
    known: HashMap<Vec<usize>, Differences<'a>>,
}

impl<'c, 'a> Alike<'c, 'a> {
    fn new(counting: &'c Counting<'a>, server: ServerId, tools: Vec<&'a str>) -> Self {
        let decides = |rule: &Rule| rule.enabled && rule.mode == RuleMode::Enforce && rule.is_about(server);
        let rules = counting.either.iter().filter(|one| decides(one.rule)).collect();
        Self { counting, server, tools, rules, known: HashMap::new() }
    }

    fn differences(&mut self, person: &Person) -> Differences<'a> {
        let about = (0..).zip(&self.rules).filter(|(_, one)| one.audience.includes(person.subject()));
        let about: Vec<(usize, &&Weighed<'_>)> = about.collect();
        if about.iter().any(|(_, one)| one.rule.is_conditional()) {
            return self.counting.compare(person, self.server, &self.tools);
        }
        let places: Vec<usize> = about.into_iter().map(|(place, _)| place).collect();
        if let Some(known) = self.known.get(&places) {
            return known.clone();
        }
        let differences = self.counting.compare(person, self.server, &self.tools);
        self.known.insert(places, differences.clone());
        differences
    }
}

/// The same for the same changes, and for no others.
fn mark(gains: &Changed<'_>, losses: &Changed<'_>) -> String {
    let mut hash = Sha256::new();
    for (sign, changed) in [("+", gains), ("-", losses)] {
        for ((person, server), tools) in changed {
            hash.update(format!("{sign}{person} {server} {}\n", tools.len()));
            for tool in tools.iter() {
                hash.update(format!("{}:{tool}\n", tool.len()));
            }
        }
    }
    hex::encode(hash.finalize())
}

/// The tools of a server that are approved, by name.
fn tools_of(server: &ServerEntry) -> Vec<&str> {
    let mut tools: Vec<&str> = server
        .pins
        .iter()
        .filter(|(kind, _, pin)| *kind == PinKind::Tool && pin.state.usable())
        .map(|(_, name, _)| name)
        .collect();
    tools.sort_unstable();
    tools
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
