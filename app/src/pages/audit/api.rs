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
    Ok(AuditPageData { entry, related })
}

#[cfg(feature = "ssr")]
pub use convert::filter;

#[cfg(feature = "ssr")]
mod convert {
    use domain::{AuditFilter, Capability, PageQuery, ServerFilter};
    use service::{Caller, Services};

    use super::{AuditChoices, AuditQuery};
    use crate::error::AppError;
    use crate::parse::{day_begin, day_end, optional, order};

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

    pub(super) async fn choices(services: &Services, caller: &Caller) -> Result<AuditChoices, AppError> {
        let actors =
            if caller.can(Capability::ViewOrgAudit) { services.audit_actors(caller).await? } else { Vec::new() };
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
        Ok(AuditChoices { actors: actors.into_iter().map(|(id, name)| (id.to_string(), name)).collect(), servers })
    }
}
