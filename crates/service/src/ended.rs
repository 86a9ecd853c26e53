//! Telling people that access of theirs has ended.
//!
//! Only those are told whom a rule names in person. A rule about a group or about everyone ends access for more people
//! than one change should write messages to: each would be a row of its own in the transaction that all other changes
//! wait for. They see it in My connectors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use directory::Snapshot;
use domain::{
    Actor, ActorKind, Effect, NewRule, NotificationKind, PrincipalKind, Rule, RuleId, RuleMode, Server, ServerId,
    ServerStatus, UserId,
};
use policy::{Groups, Profile, SubjectRef};

use crate::change::Change;
use crate::notifications::{Message, notify};
use crate::{Result, Services};

/// Servers that are looked up at once.
const PORTION: usize = 500;

impl Services {
    /// Tells the people whom rules give access to a server in person that it is switched off or deleted. Call it before
    /// that is done.
    pub(crate) async fn tell_server_ended(&self, change: &mut Change<'_>, server: &Server, how: &str) -> Result<()> {
        // What was off before gave nobody access.
        if server.status != ServerStatus::Active {
            return Ok(());
        }
        let now = change.now;
        let rules = store::rules::of_server(&mut change.tx, server.id).await?;
        let people = rules.iter().filter(|rule| allows(rule, now)).flat_map(named).collect();
        let body = format!("{} {how}.", who(change.actor()));
        self.tell_ended(change, &server.name, people, body, "/connectors".to_owned()).await
    }

    /// Tells the people whom rules that were changed or deleted name in person, of the servers that neither other rules
    /// nor what is left of these let them use. Call it after that is done, once for all rules of a change: each person is
    /// told once of what is lost.
    pub(crate) async fn tell_rule_ended(&self, change: &mut Change<'_>, before: &[Rule], how: &str) -> Result<()> {
        let now = change.now;
        let mut had: BTreeMap<UserId, BTreeSet<ServerId>> = BTreeMap::new();
        for rule in before.iter().filter(|rule| allows(rule, now)) {
            for person in named(rule) {
                had.entry(person).or_default().extend(&rule.servers);
            }
        }
        let ids: BTreeSet<ServerId> = had.values().flatten().copied().collect();
        let mut servers = Vec::new();
        for ids in ids.into_iter().collect::<Vec<_>>().chunks(PORTION) {
            servers.extend(store::servers::by_ids(&mut change.tx, ids).await?);
        }
        // What was off before gave nobody access.
        servers.retain(|server| server.status == ServerStatus::Active);
        if servers.is_empty() {
            return Ok(());
        }
        let left = self.given(change, servers.iter().map(|server| server.id), now).await?;
        // One message for all servers that somebody has lost.
        let mut lost: BTreeMap<Vec<ServerId>, BTreeSet<UserId>> = BTreeMap::new();
        for (person, had) in had {
            let had = servers.iter().map(|server| server.id).filter(|id| had.contains(id));
            let gone = left.without(person, had, None);
            if !gone.is_empty() {
                lost.entry(gone).or_default().insert(person);
            }
        }
        let who = who(change.actor());
        let body = format!("{who} {how} the rule that gave it to you. Ask for access again if you still need it.");
        for (gone, people) in lost {
            let names: Vec<&str> =
                servers.iter().filter(|server| gone.contains(&server.id)).map(|server| server.name.as_str()).collect();
            let link = match gone.as_slice() {
                [one] => format!("/requests/new?server={one}"),
                _ => "/connectors".to_owned(),
            };
            self.tell_ended(change, &names.join(", "), people, body.clone(), link).await?;
        }
        Ok(())
    }

    /// What rules give of these servers at a moment. They are loaded once, however many people are asked about.
    pub(crate) async fn given(
        &self,
        change: &mut Change<'_>,
        servers: impl Iterator<Item = ServerId>,
        at: DateTime<Utc>,
    ) -> Result<Given> {
        let servers: BTreeSet<ServerId> = servers.collect();
        let mut rules = store::rules::all(&mut change.tx).await?;
        rules.retain(|rule| allows(rule, at) && rule.servers.iter().any(|id| servers.contains(id)));
        Ok(Given { rules, snapshot: self.directory().load() })
    }

    async fn tell_ended(
        &self,
        change: &mut Change<'_>,
        servers: &str,
        mut people: BTreeSet<UserId>,
        body: String,
        link: String,
    ) -> Result<()> {
        // Nobody has to be told what they did themselves.
        people.retain(|person| Some(*person) != change.actor().id);
        let people: Vec<UserId> = people.into_iter().collect();
        let message = Message {
            kind: NotificationKind::AccessEnded,
            title: format!("Your access to {servers} has ended"),
            body,
            link,
        };
        let now = change.now;
        notify(&mut change.tx, self.env(), now, &people, &message).await
    }
}

/// Rules that give access, and the people of now.
pub(crate) struct Given {
    rules: Vec<Rule>,
    snapshot: Arc<Snapshot>,
}

impl Given {
    /// Which of these servers no rule gives a person; a rule that is `beside` does not count.
    pub(crate) fn without(
        &self,
        person: UserId,
        servers: impl Iterator<Item = ServerId>,
        beside: Option<RuleId>,
    ) -> Vec<ServerId> {
        let known = self.snapshot.people.get(person);
        // Somebody who came a moment ago is in no group yet.
        let unknown = SubjectRef { user: person, groups: Groups::NONE, profile: Profile::UNKNOWN };
        let subject = known.map_or(unknown, |person| person.subject());
        let mut lacking: Vec<ServerId> = servers.collect();
        for rule in self.rules.iter().filter(|rule| Some(rule.id) != beside) {
            if lacking.is_empty() {
                break;
            }
            if lacking.iter().any(|id| rule.servers.contains(id)) && policy::is_about(&rule.principal, subject) {
                lacking.retain(|id| !rule.servers.contains(id));
            }
        }
        lacking
    }
}

/// True when two states of a rule differ in their notes at most.
pub(crate) fn gives_the_same(a: &Rule, b: &Rule) -> bool {
    let without_notes = |rule: &Rule| NewRule { notes: String::new(), ..NewRule::from(rule.clone()) };
    without_notes(a) == without_notes(b)
}

/// True when a rule gives access now.
pub(crate) fn allows(rule: &Rule, now: DateTime<Utc>) -> bool {
    rule.effect == Effect::Allow && rule.mode == RuleMode::Enforce && rule.in_force(now)
}

/// The people whom a rule names.
pub(crate) fn named(rule: &Rule) -> Vec<UserId> {
    match rule.principal.kind {
        PrincipalKind::User => rule.principal.ids.iter().filter_map(|id| id.parse().ok()).collect(),
        _ => Vec::new(),
    }
}

/// Who did it, for people who do not know the names of callers without an account.
fn who(actor: &Actor) -> &str {
    match actor.kind {
        ActorKind::User => &actor.name,
        ActorKind::System | ActorKind::Operator | ActorKind::Anonymous => "An administrator",
    }
}
