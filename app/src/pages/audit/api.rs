//! Server functions of the audit log.

use domain::{AuditEntry, AuditId, AuditRow, Page};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Which events, as the address of the page has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Only what the person asking did.
    #[serde(default)]
    pub mine: bool,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Tool, resource or prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// AI client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Correlation id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Which page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What can be chosen in the filters: value and words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChoices {
    /// People.
    pub actors: Vec<(String, String)>,
    /// Servers.
    pub servers: Vec<(String, String)>,
}

/// An event with everything that happened under the same correlation id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPageData {
    /// The event.
    pub entry: AuditEntry,
    /// All events of the request that caused it, in order, itself included.
    pub related: Vec<AuditRow>,
    /// The rules that decided: where each is shown, or nothing, and its words.
    pub rules: Vec<(String, String)>,
    /// Where the person asks for what no rule allowed.
    pub ask: Option<String>,
    /// Where a denied call is explained, for those who manage rules.
    pub explain: Option<String>,
}

/// Events, newest first unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "audit/list")]
pub async fn list_events(#[server(default)] query: AuditQuery) -> Result<Page<AuditRow>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let (filter, page) = convert::filter(query, &caller)?;
    Ok(crate::ssr::spoken(services.audit(&caller, &filter, &page).await?))
}

/// What can be chosen in the filters.
#[server(prefix = "/api/fn", endpoint = "audit/choices")]
pub async fn list_choices() -> Result<AuditChoices, AppError> {
    let (services, caller) = crate::ssr::request()?;
    convert::choices(&services, &caller).await
}

/// One event.
#[server(prefix = "/api/fn", endpoint = "audit/get")]
pub async fn get_event(id: AuditId) -> Result<AuditPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let entry = crate::ssr::spoken(services.audit_entry(&caller, id).await?);
    let related = crate::ssr::spoken(services.audit_related(&caller, entry.row.correlation_id).await?);
    let rules = convert::rules(&services, &caller, &entry.rules).await?;
    let ask = convert::ask(&services, &caller, &entry).await?;
    let explain = convert::explain(&services, &caller, &entry);
    Ok(AuditPageData { entry, related, rules, ask, explain })
}

#[cfg(feature = "ssr")]
pub use convert::{filter, named, servers};

#[cfg(feature = "ssr")]
mod convert {
    use domain::{
        AuditAction, AuditEntry, AuditFilter, Capability, Decision, PageQuery, Problem, ServerFilter, TargetKind,
    };
    use service::{Caller, Services};

    use super::{AuditChoices, AuditQuery};
    use crate::error::AppError;
    use crate::pages::rules::explained::rule_words;
    use crate::parse::{day_begin, day_end, optional, order};
    use crate::text;
    use crate::url::link;

    /// Servers offered in the filter.
    const MOST_SERVERS: usize = 1000;

    /// What the address of the page means to the use case.
    pub fn filter(query: AuditQuery, caller: &Caller) -> Result<(AuditFilter, PageQuery), AppError> {
        let actor = if query.mine { Some(caller.user_id()?) } else { optional("actor", query.actor.as_deref())? };
        let text = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let filter = AuditFilter {
            from: day_begin("from", query.from.as_deref().unwrap_or_default())?,
            to: day_end("to", query.to.as_deref().unwrap_or_default())?,
            action: optional("action", query.action.as_deref())?,
            outcome: optional("outcome", query.outcome.as_deref())?,
            actor,
            server: optional("server", query.server.as_deref())?,
            tool: text(query.tool),
            client: text(query.client),
            correlation: optional("correlation id", query.correlation.as_deref())?,
            sort: order(query.sort.as_deref()),
            ..AuditFilter::default()
        };
        Ok((filter, PageQuery { cursor: query.cursor, limit: None }))
    }

    /// Rules in words, with where they are shown, for those who manage them; their ids for others.
    pub(super) async fn rules(
        services: &Services,
        caller: &Caller,
        ids: &[String],
    ) -> Result<Vec<(String, String)>, AppError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let known = crate::ssr::spoken(services.audit_rules(caller, ids).await?);
        let manages = caller.can(Capability::ManagePolicies);
        let shown = ids.iter().map(|id| match known.iter().find(|view| view.rule.id.to_string() == *id) {
            Some(view) => (format!("/policies/{id}"), rule_words(view)),
            None if manages => (format!("/policies/{id}"), text::audit::rule_gone(id)),
            // To tell it to somebody who may look it up.
            None => (String::new(), id.clone()),
        });
        Ok(shown.collect())
    }

    /// Where the person asks for what no rule allowed, if it can be asked for.
    pub(super) async fn ask(
        services: &Services,
        caller: &Caller,
        entry: &AuditEntry,
    ) -> Result<Option<String>, AppError> {
        let row = &entry.row;
        let unmentioned =
            row.action == AuditAction::AccessDenied && row.decision == Some(Decision::Deny) && entry.rules.is_empty();
        let Some(server) = row.server_id.filter(|_| unmentioned && row.actor.id == caller.actor.id) else {
            return Ok(None);
        };
        match services.requestable(caller, server).await.map_err(AppError::from) {
            Ok(_) => Ok(Some(link("/requests/new", &[("server", &server.to_string())]))),
            Err(AppError(Problem::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The name that the question about a denied call is put with: methods are of the server itself.
    pub fn named(kind: TargetKind, name: &str) -> &str {
        if kind == TargetKind::Server { "" } else { name }
    }

    /// Where a denied call is explained, by the rules of its time.
    pub(super) fn explain(services: &Services, caller: &Caller, entry: &AuditEntry) -> Option<String> {
        let row = &entry.row;
        let denied = row.action == AuditAction::AccessDenied && caller.can(Capability::ManagePolicies);
        let (person, server) = (row.actor.id.filter(|_| denied)?, row.server_id?);
        let tool = row.tool.as_deref().unwrap_or_default();
        let kind = services.denied_target(server, tool);
        let (person, server) = (person.to_string(), server.to_string());
        let shown = if kind == TargetKind::default() { "" } else { kind.as_str() };
        let at = row.at.to_rfc3339();
        // The arguments stay in the log: addresses are kept by browsers and proxies.
        let id = row.id.to_string();
        let of = [
            ("person", person.as_str()),
            ("server", &server),
            ("kind", shown),
            ("name", named(kind, tool)),
            ("at", &at),
            ("event", &id),
        ];
        let of: Vec<_> = of.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Some(link("/policies/explain", &of))
    }

    pub(super) async fn choices(services: &Services, caller: &Caller) -> Result<AuditChoices, AppError> {
        let actors =
            if caller.can(Capability::ViewOrgAudit) { services.audit_actors(caller).await? } else { Vec::new() };
        Ok(AuditChoices {
            actors: actors.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            servers: servers(services, caller).await?,
        })
    }

    /// The servers that the person may ask about: values and words.
    pub async fn servers(services: &Services, caller: &Caller) -> Result<Vec<(String, String)>, AppError> {
        let mut servers = Vec::new();
        if caller.can(Capability::ManageServers) {
            let mut page = PageQuery { cursor: None, limit: Some(200) };
            loop {
                let found = services.servers(caller, &ServerFilter::default(), &page).await?;
                servers.extend(found.data.into_iter().map(|server| (server.id.to_string(), server.name)));
                match found.next_cursor {
                    Some(cursor) if servers.len() < MOST_SERVERS => page.cursor = Some(cursor),
                    _ => break,
                }
            }
        } else {
            let own = services.connectors(caller).await?;
            servers.extend(own.into_iter().map(|c| (c.server.id.to_string(), c.server.name)));
        }
        Ok(servers)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_rule_is_told_in_a_line() {
            let told = |server: Option<&str>, scope: serde_json::Value| {
                let servers: Vec<&str> = server.into_iter().collect();
                let view = serde_json::json!({
                    "id": "rul_01900000000070008000000000000001", "principal": { "type": "everyone" },
                    "effect": "deny", "servers": servers, "scope": scope, "starts_at": null, "ends_at": null,
                    "notes": "", "enabled": true, "request_id": null, "created_by": null,
                    "created_at": "2026-03-12T09:00:00Z", "updated_at": "2026-03-12T09:00:00Z",
                    "principal_name": "Everyone", "server_name": "Wiki", "in_force": true,
                });
                rule_words(&serde_json::from_value(view).unwrap())
            };
            let wiki = Some("srv_01900000000070008000000000000001");
            assert_eq!(told(wiki, serde_json::json!("all")), "Deny · Everyone · Wiki · Entire server");
            assert_eq!(told(None, serde_json::json!("all")), "Deny · Everyone · Wiki · Everything");
            assert_eq!(
                told(wiki, serde_json::json!({ "tools": ["echo", "write_*"] })),
                "Deny · Everyone · Wiki · echo, write_*"
            );
        }
    }
}
