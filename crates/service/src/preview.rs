//! What a rule would change, before it is saved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use directory::{Person, ServerEntry, Snapshot};
use domain::{
    Affected, Capability, Decision, NewRule, PinKind, Preview, Problem, Rule, RuleDraft, RuleId, ServerId,
    ServerStatus, UserId, UserStatus,
};
use policy::{Known, Query, RuleSet, Target};
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
        self.require(caller, Capability::ManagePolicies).await?;
        let now = self.now();
        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        let (before, after) = self.drafted(caller, &mut tx, &rules, draft).await?;
        drop(tx);
        let warnings = match &draft.rule {
            Some(new) => self.rule_warnings(caller, new).await?,
            None => Vec::new(),
        };
        if let Some(before) = &before {
            rules.retain(|rule| rule.id != before.id);
        }
        rules.extend(after.clone());
        let snapshot = self.directory().load();
        let counted = tokio::task::spawn_blocking(move || {
            let with = RuleSet::compile(&rules, Some(&snapshot.rules))?;
            Ok::<_, policy::PolicyError>(Counting { snapshot: &snapshot, with: &with, now }.count(before, after))
        });
        let counted = counted.await.map_err(|e| Error::broken("the preview of a rule", e))??;
        Ok(Preview { warnings: [counted.warnings, warnings].concat(), ..counted })
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

/// Tools by person and server.
type Changed = BTreeMap<(UserId, ServerId), Vec<String>>;

struct Counting<'a> {
    snapshot: &'a Snapshot,
    with: &'a RuleSet,
    now: DateTime<Utc>,
}

impl Counting<'_> {
    fn count(&self, before: Option<Rule>, after: Option<Rule>) -> Preview {
        let began = Instant::now();
        let both: Vec<&Rule> = before.iter().chain(&after).collect();
        let shown = after.as_ref().or(before.as_ref());
        let everybody: Vec<&Arc<Person>> =
            self.snapshot.people.iter().filter(|person| person.status == UserStatus::Active).collect();
        let about = |rule: &Rule, person: &Person| policy::is_about(&rule.principal, person.subject());
        let (mut gains, mut losses, mut late) = (Changed::new(), Changed::new(), false);
        let mut tools = 0;
        for server in self.snapshot.servers.iter().filter(|server| server.status == ServerStatus::Active) {
            let names = tools_of(server);
            if let Some(rule) = shown.filter(|rule| rule.is_about(server.id)) {
                tools +=
                    names.iter().filter(|tool| policy::covers(&rule.scope, rule.effect, Target::Tool(tool))).count();
            }
            if !both.iter().any(|rule| rule.is_about(server.id)) {
                continue;
            }
            for person in everybody.iter().filter(|person| both.iter().any(|rule| about(rule, person))) {
                if began.elapsed() > DEADLINE {
                    late = true;
                    break;
                }
                self.compare(person, server, &names, (&mut gains, &mut losses));
            }
        }
        let last = Last { snapshot: self.snapshot, with: self.with, now: self.now, deadline: began + DEADLINE };
        let last = last.warnings(losses.keys().copied());
        let people = |changed: &Changed| changed.keys().map(|(person, _)| *person).collect::<BTreeSet<_>>();
        let (gaining, losing) = (people(&gains), people(&losses));
        let concerned = everybody.iter().filter(|person| shown.is_some_and(|rule| about(rule, person))).count();
        Preview {
            people: number(concerned),
            tools: number(tools),
            gaining: number(gaining.len()),
            gains: self.named(gains),
            losing: number(losing.len()),
            losses: self.named(losses),
            wide: late || gaining.union(&losing).count() > HANDFUL,
            warnings: late
                .then(|| "There is too much to count: more people are affected than are named here.".to_owned())
                .into_iter()
                .chain(last)
                .collect(),
        }
    }

    /// Notes what the person gains and loses of a server.
    fn compare(
        &self,
        person: &Person,
        server: &ServerEntry,
        tools: &[&str],
        (gains, losses): (&mut Changed, &mut Changed),
    ) {
        let foresee = |rules: &RuleSet, target: Target<'_>| {
            let query =
                Query { subject: person.subject(), server: server.id, target, now: self.now, known: Known::Person };
            rules.foresee(&query) == Decision::Allow
        };
        let key = (person.id, server.id);
        let mut differs = |target: Target<'_>, name: Option<&str>| {
            let changed = match (foresee(&self.snapshot.rules, target), foresee(self.with, target)) {
                (false, true) => gains.entry(key).or_default(),
                (true, false) => losses.entry(key).or_default(),
                _ => return,
            };
            changed.extend(name.map(str::to_owned));
        };
        differs(Target::Server, None);
        for tool in tools {
            differs(Target::Tool(tool), Some(tool));
        }
    }

    /// The first of those affected, by name.
    fn named(&self, changed: Changed) -> Vec<Affected> {
        let name = |person: &UserId| self.snapshot.people.get(*person).map(|one| one.name.clone()).unwrap_or_default();
        let mut affected: Vec<Affected> = changed
            .into_iter()
            .map(|((person, server), tools)| Affected {
                person,
                person_name: name(&person),
                server,
                server_name: self.snapshot.servers.get(server).map(|one| one.name.clone()).unwrap_or_default(),
                count: number(tools.len()),
                tools: tools.into_iter().take(NAMED_TOOLS).collect(),
            })
            .collect();
        affected.sort_by_cached_key(|one| (one.person_name.to_lowercase(), one.server_name.to_lowercase()));
        affected.truncate(NAMED);
        affected
    }
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
