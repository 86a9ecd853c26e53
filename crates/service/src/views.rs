//! How things are named in the audit log and in lists.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::{
    ApiKey, Group, GroupId, Principal, PrincipalKind, Request, ResourceKind, Rule, RuleView, Server, ServerId,
    SessionId, Subject, User, UserId,
};
use store::Tx;

use crate::Result;

/// Ids that are looked up at once.
const PORTION: usize = 500;

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

/// Rules with the names that a person needs to read them. A principal or server that is gone is named by its id.
pub(crate) async fn rule_views(tx: &mut Tx, rules: Vec<Rule>, now: DateTime<Utc>) -> Result<Vec<RuleView>> {
    let principals = |kind| rules.iter().filter(move |r| r.principal.kind == kind).flat_map(|r| &r.principal.ids);
    let ids: BTreeSet<UserId> = principals(PrincipalKind::User).filter_map(|id| id.parse().ok()).collect();
    let ids: Vec<UserId> = ids.into_iter().collect();
    let mut users = HashMap::with_capacity(ids.len());
    for part in ids.chunks(PORTION) {
        users.extend(store::users::names(tx, part).await?);
    }
    let ids = principals(PrincipalKind::Group).chain(principals(PrincipalKind::JobRole));
    let ids: BTreeSet<GroupId> = ids.filter_map(|id| id.parse().ok()).collect();
    let groups = store::groups::names(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let ids: BTreeSet<ServerId> = rules.iter().flat_map(|r| r.servers.iter().copied()).collect();
    let ids: Vec<ServerId> = ids.into_iter().collect();
    let mut servers = HashMap::with_capacity(ids.len());
    for part in ids.chunks(PORTION) {
        servers.extend(store::servers::names(tx, part).await?);
    }
    let name = |kind, id: &String| -> String {
        let name = match kind {
            PrincipalKind::User => id.parse::<UserId>().ok().and_then(|id| users.get(&id)),
            _ => id.parse::<GroupId>().ok().and_then(|id| groups.get(&id)),
        };
        name.unwrap_or(id).clone()
    };
    let principal_name = |principal: &Principal| match principal.kind {
        PrincipalKind::Everyone => "Everyone".to_owned(),
        PrincipalKind::Attribute => {
            let attribute = principal.attribute.map(|attribute| format!("{attribute}: ")).unwrap_or_default();
            format!("{attribute}{}", principal.values.join(", "))
        }
        kind => principal.ids.iter().map(|id| name(kind, id)).collect::<Vec<_>>().join(", "),
    };
    let server_name = |ids: &[ServerId]| match ids {
        [] => "All servers".to_owned(),
        ids => {
            let name = |id: &ServerId| servers.get(id).cloned().unwrap_or_else(|| id.to_string());
            ids.iter().map(name).collect::<Vec<_>>().join(", ")
        }
    };
    let views = rules.iter().map(|rule| RuleView {
        principal_name: principal_name(&rule.principal),
        server_name: server_name(&rule.servers),
        in_force: rule.in_force(now),
        rule: rule.clone(),
    });
    Ok(views.collect())
}
