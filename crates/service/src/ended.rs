//! Telling people that access of theirs has ended.
//!
//! Only those are told whom a rule names in person. A rule about a group or about everyone ends access for more people
//! than one change should write messages to: each would be a row of its own in the transaction that all other changes
//! wait for. They see it in My connectors.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    Actor, ActorKind, Effect, NotificationKind, PrincipalKind, Rule, RuleMode, Server, ServerId, ServerStatus, UserId,
};

use crate::change::Change;
use crate::notifications::{Message, notify};
use crate::{Result, Services};

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

    /// Tells the people whom a rule that was changed or deleted names in person, of the servers that neither other rules
    /// nor what is left of this one let them use. Call it after that is done.
    pub(crate) async fn tell_rule_ended(&self, change: &mut Change<'_>, before: &Rule, how: &str) -> Result<()> {
        let now = change.now;
        if !allows(before, now) {
            return Ok(());
        }
        let mut servers = Vec::new();
        for id in &before.servers {
            servers.extend(store::servers::get(&mut change.tx, *id).await?);
        }
        // What was off before gave nobody access.
        servers.retain(|server| server.status == ServerStatus::Active);
        // One message for all servers that somebody has lost.
        let mut lost: BTreeMap<Vec<ServerId>, BTreeSet<UserId>> = BTreeMap::new();
        for person in named(before) {
            let left = store::rules::of_user(&mut change.tx, person).await?;
            let gives = |id: ServerId| left.iter().any(|rule| rule.servers.contains(&id) && allows(rule, now));
            let gone: Vec<ServerId> = servers.iter().map(|server| server.id).filter(|id| !gives(*id)).collect();
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
