//! Who has access to what now, and by which rules: by the function that decides calls, on the state that it reads.
//!
//! Only who asks is known here, so conditions on requests and arguments count for the caller ([`Known::Person`]).

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use directory::{Person, ServerEntry, Snapshot};
use domain::{
    Audience, Capability, Decision, Effect, GroupId, Page, PageQuery, PersonAccess, PinKind, Principal, Problem, Rule,
    RuleId, RuleMode, RuleView, ServerAccess, ServerId, ServerStatus, Standing, UserId, UserStatus,
};
use policy::{Groups, Known, Profile, Query, Reason, RuleSet, SubjectRef, Target};
use store::Tx;
use store::page::Cursor;

use crate::block::blocks;
use crate::ended::allows;
use crate::views::rule_views;
use crate::{Caller, Error, Result, Services};

impl Services {
    /// The active servers that a person may use now or that a rule denies them, by name: with `manage_policies` or
    /// `manage_users` of anybody. Others see of themselves what is open, without the rules: these name colleagues, say
    /// what the notes say, and deny servers that nobody told them of. None for somebody whose account is not active.
    pub async fn access_of_user(&self, caller: &Caller, id: UserId) -> Result<Vec<ServerAccess>> {
        if caller.actor.id != Some(id) {
            self.may_see_access(caller, Capability::ManageUsers).await?;
        }
        let whole = caller.can(Capability::ManagePolicies) || caller.can(Capability::ManageUsers);
        let now = self.now();
        let snapshot = self.directory().load();
        let person = snapshot.people.get(id).cloned().ok_or_else(|| Problem::not_found("user"))?;
        if person.status != UserStatus::Active {
            return Ok(Vec::new());
        }
        let mut tx = self.read().await?;
        let rules = store::rules::all(&mut tx).await?;
        let about = rules.into_iter().filter(|rule| policy::is_about(&rule.principal, person.subject())).collect();
        let found = in_background(move || {
            let weighing = Weighing { rules: &snapshot.rules, now };
            active(&snapshot).filter_map(|server| weighing.weigh(person.subject(), server)).collect()
        });
        let servers = servers_of(&mut tx, found.await?, about, &Principal::user(id), now).await?;
        Ok(if whole { servers } else { servers.into_iter().filter_map(without_rules).collect() })
    }

    /// The active servers that the rules of a group or job role themselves open or deny, by name. Its members may have
    /// more by other rules, or less. A deny with conditions counts as not met.
    pub async fn access_of_group(&self, caller: &Caller, id: GroupId) -> Result<Vec<ServerAccess>> {
        self.may_see_access(caller, Capability::ManageUsers).await?;
        let now = self.now();
        let mut tx = self.read().await?;
        let group = store::groups::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("group"))?;
        let kind = group.kind.principal();
        let mut own = store::rules::of_principal(&mut tx, &id.to_string()).await?;
        own.retain(|rule| rule.principal.names(kind, &id.to_string()));
        // What members are like differs, so conditions on them cannot be compared here.
        let plain: Vec<Rule> = own
            .iter()
            .filter(|rule| rule.effect == Effect::Allow || !rule.is_conditional())
            .map(|rule| Rule { conditions: None, cedar: None, ..rule.clone() })
            .collect();
        let snapshot = self.directory().load();
        // A member whom no other rule can be about.
        let nobody = UserId::generate(self.env());
        let found = in_background(move || {
            let groups = Groups::new([id]);
            let subject = SubjectRef { user: nobody, groups: &groups, profile: Profile::UNKNOWN };
            let rules = RuleSet::compile(&plain, None)?;
            let weighing = Weighing { rules: &rules, now };
            Ok::<_, policy::PolicyError>(
                active(&snapshot).filter_map(|server| weighing.weigh(subject, server)).collect::<Vec<_>>(),
            )
        });
        let mut found = found.await??;
        for one in &mut found {
            let decides =
                |rule: &Rule| rule.mode == RuleMode::Enforce && rule.in_force(now) && rule.is_about(one.server);
            one.conditional = own.iter().any(|rule| rule.is_conditional() && decides(rule));
        }
        servers_of(&mut tx, found, own, &Principal::named(kind, vec![id.to_string()]), now).await
    }

    /// Who may use a server now, by name: with `manage_policies` or `manage_servers`. Nobody may use one that is not active.
    pub async fn access_of_server(&self, caller: &Caller, id: ServerId, query: &PageQuery) -> Result<Audience> {
        self.may_see_access(caller, Capability::ManageServers).await?;
        let now = self.now();
        let snapshot = self.directory().load();
        let server = snapshot.servers.get(id).cloned().ok_or_else(|| Problem::not_found("server"))?;
        if server.status != ServerStatus::Active {
            return Ok(Audience { total: 0, page: Page::whole(Vec::new()) });
        }
        let after = Cursor::of(query)?;
        let asked = query.clone();
        let (total, page) = in_background(move || audience(&snapshot, &server, after, &asked, now)).await?;
        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        rules.retain(|rule| page.data.iter().any(|(_, found)| found.rules.contains(&rule.id)));
        let views = views_by_id(&mut tx, rules, now).await?;
        let page = page.map(|(person, found)| PersonAccess {
            person: person.id,
            person_name: person.name.clone(),
            email: person.email.to_string(),
            standing: found.standing(&views, &Principal::user(person.id)),
        });
        Ok(Audience { total, page })
    }

    async fn may_see_access(&self, caller: &Caller, or: Capability) -> Result<()> {
        if caller.can(Capability::ManagePolicies) {
            return Ok(());
        }
        self.require(caller, or).await
    }
}

/// Deciding a lot is work for the processor, not for the threads that serve requests.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::broken("who has access", e))
}

/// Servers that can be called.
fn active(snapshot: &Snapshot) -> impl Iterator<Item = &Arc<ServerEntry>> {
    snapshot.servers.iter().filter(|server| server.status == ServerStatus::Active)
}

/// What the rules say about somebody and a server.
struct Found {
    server: ServerId,
    name: String,
    allowed: bool,
    tools_allowed: usize,
    tools: usize,
    conditional: bool,
    /// The rules that decided about the server itself.
    rules: Arc<[RuleId]>,
}

struct Weighing<'a> {
    rules: &'a RuleSet,
    now: DateTime<Utc>,
}

impl Weighing<'_> {
    fn query<'q>(&self, subject: SubjectRef<'q>, server: ServerId, target: Target<'q>) -> Query<'q> {
        Query { subject, server, target, now: self.now, known: Known::Person }
    }

    /// How somebody stands with a server; nothing when no rule says anything.
    fn weigh(&self, subject: SubjectRef<'_>, server: &ServerEntry) -> Option<Found> {
        let verdict = self.rules.decide(&self.query(subject, server.id, Target::Server));
        if verdict.reason == Reason::NoRule {
            return None;
        }
        let allowed = verdict.is_allowed();
        let tools = || server.pins.iter().filter(|(kind, _, pin)| *kind == PinKind::Tool && pin.state.usable());
        let may = |name| self.rules.decide(&self.query(subject, server.id, Target::Tool(name))).is_allowed();
        let depends = |target| self.rules.depends_on_call(subject, server.id, target);
        Some(Found {
            server: server.id,
            name: server.name.clone(),
            allowed,
            tools_allowed: if allowed { tools().filter(|(_, name, _)| may(name)).count() } else { 0 },
            tools: tools().count(),
            conditional: depends(Target::Server) || tools().any(|(_, name, _)| depends(Target::Tool(name))),
            rules: verdict.rules,
        })
    }
}

type Who = (Arc<Person>, Found);

/// The people of one page, and how many there are on all. Whether somebody may use the server is asked for everybody, which
/// tools only for those on the page.
fn audience(
    snapshot: &Snapshot,
    server: &ServerEntry,
    after: Option<Cursor>,
    query: &PageQuery,
    now: DateTime<Utc>,
) -> (u32, Page<Who>) {
    let weighing = Weighing { rules: &snapshot.rules, now };
    let mut people: Vec<((String, String), &Arc<Person>)> = snapshot
        .people
        .iter()
        .filter(|person| person.status == UserStatus::Active)
        // Thousands of verdicts that nobody asks for again would push those out of the cache that calls need.
        .filter(|person| {
            snapshot.rules.foresee(&weighing.query(person.subject(), server.id, Target::Server)) == Decision::Allow
        })
        .map(|person| ((person.name.to_lowercase(), person.id.to_string()), person))
        .collect();
    people.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let total = number(people.len());
    let after = after.map(|cursor| (cursor.key, cursor.id));
    let begin = after.map_or(0, |after| people.partition_point(|(place, _)| *place <= after));
    let rows = people.into_iter().skip(begin).take(query.limit() as usize + 1);
    let rows = rows.filter_map(|(_, person)| Some((Arc::clone(person), weighing.weigh(person.subject(), server)?)));
    let place = |(person, _): &Who| Cursor::text(person.name.to_lowercase(), person.id);
    (total, store::page::page(rows.collect(), query, place))
}

/// The servers with the rules that decided, by name. `about` are the rules about whom it is asked.
async fn servers_of(
    tx: &mut Tx,
    found: Vec<Found>,
    about: Vec<Rule>,
    principal: &Principal,
    now: DateTime<Utc>,
) -> Result<Vec<ServerAccess>> {
    let views = views_by_id(tx, about, now).await?;
    // What only a global rule denies is worth a line where something would allow it.
    let counts = |found: &Found| {
        let opens = |rule: &Rule| allows(rule, now) && rule.servers.contains(&found.server);
        found.allowed
            || found.rules.iter().filter_map(|id| views.get(id)).any(|view| !view.rule.is_global())
            || views.values().any(|view| opens(&view.rule))
    };
    let mut servers: Vec<ServerAccess> = found
        .into_iter()
        .filter(counts)
        .map(|found| ServerAccess {
            server: found.server,
            server_name: found.name.clone(),
            standing: found.standing(&views, principal),
        })
        .collect();
    servers.sort_by_cached_key(|access| (access.server_name.to_lowercase(), access.server));
    Ok(servers)
}

/// What is open, for those who may not read rules.
fn without_rules(access: ServerAccess) -> Option<ServerAccess> {
    let standing = Standing { rules: Vec::new(), block: None, ..access.standing };
    standing.allowed.then_some(ServerAccess { standing, ..access })
}

async fn views_by_id(tx: &mut Tx, rules: Vec<Rule>, now: DateTime<Utc>) -> Result<HashMap<RuleId, RuleView>> {
    Ok(rule_views(tx, rules, now).await?.into_iter().map(|view| (view.rule.id, view)).collect())
}

impl Found {
    fn standing(&self, views: &HashMap<RuleId, RuleView>, principal: &Principal) -> Standing {
        // One that was deleted since it decided has no name any more.
        let rules: Vec<RuleView> = self.rules.iter().filter_map(|id| views.get(id)).cloned().collect();
        let ends: Option<Vec<DateTime<Utc>>> = rules.iter().map(|view| view.rule.ends_at).collect();
        let until = ends.filter(|_| self.allowed).and_then(|ends| ends.into_iter().max());
        let block = rules.iter().find(|view| blocks(&view.rule, self.server, principal)).map(|view| view.rule.id);
        Standing {
            allowed: self.allowed,
            tools_allowed: number(self.tools_allowed),
            tools: number(self.tools),
            conditional: self.conditional,
            until,
            rules,
            block,
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
