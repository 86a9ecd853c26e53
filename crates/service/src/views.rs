//! How things are named in the audit log and in lists.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    ApiKey, Group, GroupId, PrincipalKind, Request, ResourceKind, Rule, RuleView, Server, SessionId, Subject, User,
    UserId,
};
use store::Tx;

use crate::Result;

/// A person, as the subject of an event.
pub(crate) fn user_subject(user: &User) -> Subject {
    subject(ResourceKind::User, user.id.to_string(), &user.name)
}

/// A group.
pub(crate) fn group_subject(group: &Group) -> Subject {
    subject(ResourceKind::Group, group.id.to_string(), &group.name)
}

/// A browser session of a person.
pub(crate) fn session_subject(id: SessionId, user: &User) -> Subject {
    subject(ResourceKind::Session, id.to_string(), &user.name)
}

/// An API key.
pub(crate) fn key_subject(key: &ApiKey) -> Subject {
    subject(ResourceKind::ApiKey, key.id.to_string(), &key.name)
}

/// A server.
pub(crate) fn server_subject(server: &Server) -> Subject {
    subject(ResourceKind::Server, server.id.to_string(), &server.name)
}

/// A request.
pub(crate) fn request_subject(request: &Request) -> Subject {
    subject(ResourceKind::Request, request.id.to_string(), &request.name)
}

/// A rule, which has no name of its own.
pub(crate) fn rule_subject(rule: &Rule) -> Subject {
    Subject { kind: ResourceKind::Rule, id: Some(rule.id.to_string()), name: None }
}

fn subject(kind: ResourceKind, id: String, name: &str) -> Subject {
    Subject { kind, id: Some(id), name: Some(name.to_owned()) }
}

/// A server as everybody may see it: how Drawbridge reaches it is for those who run it.
pub(crate) fn for_everybody(server: Server) -> Server {
    Server { url: String::new(), header_names: Vec::new(), env_names: Vec::new(), health_detail: None, ..server }
}

/// The names of groups.
pub(crate) async fn group_names(tx: &mut Tx) -> Result<HashMap<GroupId, String>> {
    Ok(store::groups::list(tx, None, None).await?.into_iter().map(|group| (group.id, group.name)).collect())
}

/// Rules with the names that a person needs to read them. A principal or server that is gone is named by its id.
pub(crate) async fn rule_views(tx: &mut Tx, rules: Vec<Rule>, now: DateTime<Utc>) -> Result<Vec<RuleView>> {
    let principals =
        |kind| rules.iter().filter(move |r| r.principal.kind == kind).filter_map(|r| r.principal.id.as_ref());
    let users: Vec<UserId> = principals(PrincipalKind::User).filter_map(|id| id.parse().ok()).collect();
    let has_groups = principals(PrincipalKind::Group).next().is_some();
    let servers: Vec<_> = rules.iter().filter_map(|r| r.server).collect();
    let users = store::users::names(tx, &users).await?;
    let groups = if has_groups { group_names(tx).await? } else { HashMap::new() };
    let servers = store::servers::names(tx, &servers).await?;
    let principal_name = |rule: &Rule| -> Option<String> {
        let id = rule.principal.id.as_deref()?;
        match rule.principal.kind {
            PrincipalKind::User => users.get(&id.parse::<UserId>().ok()?).cloned(),
            PrincipalKind::Group => groups.get(&id.parse::<GroupId>().ok()?).cloned(),
            PrincipalKind::Everyone => None,
        }
    };
    let views = rules
        .iter()
        .map(|rule| RuleView {
            principal_name: principal_name(rule)
                .or_else(|| rule.principal.id.clone())
                .unwrap_or_else(|| "Everyone".to_owned()),
            server_name: rule.server.map_or_else(
                || "All servers".to_owned(),
                |id| servers.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            ),
            in_force: rule.in_force(now),
            rule: rule.clone(),
        })
        .collect();
    Ok(views)
}
