//! Telling people that access of theirs has ended.
//!
//! Only those are told whom a rule names in person. A rule about a group or about everyone ends access for more people
//! than one change should write messages to: each would be a row of its own in the transaction that all other changes
//! wait for. They see it in My connectors.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{Actor, ActorKind, Effect, NotificationKind, PrincipalKind, Rule, Server, ServerStatus, UserId};

use crate::change::Change;
use crate::notifications::{Message, notify};
use crate::{Result, Services};

impl Services {
    /// Tells the people whom rules give access to a server in person that it is switched off or deleted. Call it before
    /// that is done.
    pub(crate) async fn tell_server_ended(&self, change: &mut Change<'_>, server: &Server, how: &str) -> Result<()> {
        let now = change.now;
        let rules = store::rules::of_server(&mut change.tx, server.id).await?;
        let people = rules.iter().filter(|rule| allows(rule, now)).filter_map(named).collect();
        let body = format!("{} {how}.", who(change.actor()));
        self.tell_ended(change, server, people, body, "/connectors".to_owned()).await
    }

    /// Tells the person of a rule that was changed or deleted, unless other rules, or what is left of this one, let
    /// them use the server all the same. Call it after that is done.
    pub(crate) async fn tell_rule_ended(&self, change: &mut Change<'_>, before: &Rule, how: &str) -> Result<()> {
        let now = change.now;
        let (Some(person), Some(server)) = (named(before).filter(|_| allows(before, now)), before.server) else {
            return Ok(());
        };
        let Some(server) = store::servers::get(&mut change.tx, server).await? else { return Ok(()) };
        let left = store::rules::of_user(&mut change.tx, person).await?;
        if left.iter().any(|rule| rule.server == Some(server.id) && allows(rule, now)) {
            return Ok(());
        }
        let who = who(change.actor());
        let body = format!("{who} {how} the rule that gave it to you. Ask for access again if you still need it.");
        let link = format!("/requests/new?server={}", server.id);
        self.tell_ended(change, &server, BTreeSet::from([person]), body, link).await
    }

    async fn tell_ended(
        &self,
        change: &mut Change<'_>,
        server: &Server,
        mut people: BTreeSet<UserId>,
        body: String,
        link: String,
    ) -> Result<()> {
        // What was off before gave nobody access.
        if server.status != ServerStatus::Active {
            return Ok(());
        }
        // Nobody has to be told what they did themselves.
        people.retain(|person| Some(*person) != change.actor().id);
        let people: Vec<UserId> = people.into_iter().collect();
        let message = Message {
            kind: NotificationKind::AccessEnded,
            title: format!("Your access to {} has ended", server.name),
            body,
            link,
        };
        let now = change.now;
        notify(&mut change.tx, self.env(), now, &people, &message).await
    }
}

/// True when a rule gives access now.
fn allows(rule: &Rule, now: DateTime<Utc>) -> bool {
    rule.effect == Effect::Allow && rule.in_force(now)
}

/// The one person whom a rule is about.
fn named(rule: &Rule) -> Option<UserId> {
    let id = rule.principal.id.as_deref().filter(|_| rule.principal.kind == PrincipalKind::User)?;
    id.parse().ok()
}

/// Who did it, for people who do not know the names of callers without an account.
fn who(actor: &Actor) -> &str {
    match actor.kind {
        ActorKind::User => &actor.name,
        ActorKind::System | ActorKind::Operator | ActorKind::Anonymous => "An administrator",
    }
}
