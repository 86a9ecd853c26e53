//! Server functions of servers, for those who run them.

use std::collections::BTreeMap;

use domain::{Health, NewServer, Page, ProtocolChoice, Server, ServerId, ServerSort, ServerStatus, Sort};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Prose;
use crate::error::AppError;
use crate::wire::Later;

/// Servers by name.
#[server(prefix = "/api/fn", endpoint = "servers/list")]
pub async fn list_servers(
    #[server(default)] search: Option<String>,
    #[server(default)] status: Option<ServerStatus>,
    #[server(default)] sort: Option<Sort<ServerSort>>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<Server>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let page = domain::PageQuery { cursor, limit: None };
    Ok(crate::ssr::spoken(services.servers(&caller, &domain::ServerFilter { search, status, sort }, &page).await?))
}

/// Limits in words: name of the input, label, value that is set, and value in force. The first one is the protocol, the
/// last one the deadlines of single tools.
pub type LimitRows = Vec<Vec<String>>;

/// The page of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerPageData {
    /// Identity.
    pub id: ServerId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Prose,
    /// Its brand icon.
    pub icon: Option<String>,
    /// Whether it can be used.
    pub status: ServerStatus,
    /// Whether it can be reached.
    pub health: Health,
    /// How many tools it has.
    pub tools: usize,
    /// How many rules are about it.
    pub rules: usize,
    /// How many definitions are withheld.
    pub withheld: usize,
    /// What the tabs show: a [`domain::ServerDetail`].
    pub detail: Later,
    /// The rules about it: [`crate::pages::rules::api::RuleRow`]s.
    pub listed: Later,
    /// Its limits: [`LimitRows`].
    pub limits: Later,
}

/// One server with everything about it, and its description.
#[server(prefix = "/api/fn", endpoint = "servers/get")]
pub async fn get_server(id: ServerId) -> Result<ServerPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut detail = crate::ssr::spoken(services.server(&caller, id).await?);
    let rules = crate::pages::rules::api::RuleRow::all(&std::mem::take(&mut detail.rules));
    let tools = detail.pins.iter().filter(|pin| pin.kind == domain::PinKind::Tool).count();
    let withheld = detail.pins.iter().filter(|pin| !pin.state.usable()).count();
    let server = detail.server.clone();
    Ok(ServerPageData {
        id,
        name: server.name,
        description: Prose::new(&server.description, 1),
        icon: server.icon,
        status: server.status,
        health: server.health,
        tools,
        rules: rules.len(),
        withheld,
        limits: Later::of(&super::limits::rows(&detail.server, services.default_limits()))?,
        detail: Later::of(&detail)?,
        listed: Later::of(&rules)?,
    })
}

/// Makes a server as a draft.
#[server(prefix = "/api/fn", endpoint = "servers/create")]
pub async fn create_server(server: NewServer) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let server = services.create_server(&caller, server).await?;
    crate::ssr::redirect(&format!("/servers/{}?notice=server-saved", server.id));
    Ok(())
}

/// Changes a server.
#[server(prefix = "/api/fn", endpoint = "servers/update")]
pub async fn update_server(id: ServerId, server: NewServer) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.update_server(&caller, id, server).await?;
    crate::ssr::redirect(&format!("/servers/{id}?tab=settings&notice=server-saved"));
    Ok(())
}

/// Changes what is limited at a server, and which MCP is spoken to it.
#[server(prefix = "/api/fn", endpoint = "servers/limits")]
pub async fn set_limits(
    id: ServerId,
    #[server(default)] protocol: Option<ProtocolChoice>,
    #[server(default)] limits: BTreeMap<String, String>,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let limits = super::limits::parsed(&limits)?;
    services.set_server_limits(&caller, id, protocol.unwrap_or(ProtocolChoice::Auto), limits).await?;
    crate::ssr::redirect(&format!("/servers/{id}?tab=settings&notice=server-saved"));
    Ok(())
}

/// Switches a server on.
#[server(prefix = "/api/fn", endpoint = "servers/enable")]
pub async fn enable_server(id: ServerId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.enable_server(&caller, id).await?;
    crate::ssr::redirect(&format!("/servers/{id}?notice=server-enabled"));
    Ok(())
}

/// Switches a server off for everybody.
#[server(prefix = "/api/fn", endpoint = "servers/disable")]
pub async fn disable_server(id: ServerId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.disable_server(&caller, id).await?;
    crate::ssr::redirect(&format!("/servers/{id}?notice=server-disabled"));
    Ok(())
}

/// Deletes a server with its rules and secrets.
#[server(prefix = "/api/fn", endpoint = "servers/delete")]
pub async fn delete_server(id: ServerId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.delete_server(&caller, id).await?;
    crate::ssr::redirect("/servers?notice=server-deleted");
    Ok(())
}

/// Tests the connection, live.
#[server(prefix = "/api/fn", endpoint = "servers/test")]
pub async fn test_server(id: ServerId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.test_server(&caller, id).await?;
    Ok(())
}

/// Approves the definitions that the last successful test saw.
#[server(prefix = "/api/fn", endpoint = "servers/pin")]
pub async fn pin_definitions(id: ServerId, digest: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.pin_definitions(&caller, id, &digest).await?;
    crate::ssr::redirect(&format!("/servers/{id}?tab=tools&notice=definitions-pinned"));
    Ok(())
}
