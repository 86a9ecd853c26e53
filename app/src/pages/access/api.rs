//! Server functions of who has access to what now.

use chrono::{DateTime, Utc};
use domain::{RuleId, ServerId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::wire::Later;

/// Who has access to what, in words that the server made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessData {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// The lines are people, not servers.
    pub people: bool,
    /// People or servers, by name.
    pub lines: Vec<AccessLine>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// What is said when there is no line.
    pub empty: String,
    /// What to do then.
    pub empty_help: String,
}

/// A server that somebody may use or is denied, or somebody who may use a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLine {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// How many tools, or that it is denied.
    pub tools: String,
    /// A rule denies the server.
    pub denied: bool,
    /// The rules that decided: id and words.
    pub rules: Vec<(String, String)>,
    /// When it ends; absent for no end.
    pub until: Option<DateTime<Utc>>,
    /// The server.
    pub server: String,
    /// Who would be blocked: kind and id, as [`change_block`] wants it.
    pub principal: String,
    /// What can be done: whether it lifts a block, and what the button says.
    pub button: Option<(bool, String)>,
}

/// Who may use a server now: [`AccessData`], a page of it.
#[server(prefix = "/api/fn", endpoint = "access/list")]
pub async fn list_audience(server: ServerId, #[server(default)] cursor: Option<String>) -> Result<Later, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Later::of(&super::words::of_server(&services, &caller, server, cursor).await?)
}

/// Blocks a person or a group (`user:usr_…`, `group:grp_…`, `job_role:grp_…`) on a server, or lifts that.
#[server(prefix = "/api/fn", endpoint = "access/block")]
pub async fn change_block(
    server: ServerId,
    principal: String,
    #[server(default)] lift: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let principal = super::words::principal(&principal)?;
    let back = if back.is_empty() { format!("/servers/{server}?tab=permissions") } else { back };
    let done = if lift {
        let blocks = services.blocks_on_server(&caller, server, &principal).await?;
        let lifted = services.unblock_on_server(&caller, server, principal).await.map_err(AppError::from);
        match (lifted, blocks.first()) {
            // The page of the rule shows whom that gives access.
            (Err(error), Some(block)) if error.is_unseen() => format!("/policies/{block}?dialog=delete"),
            (lifted, _) => {
                lifted?;
                crate::url::with_notice(&back, "access-restored")
            }
        }
    } else {
        let blocked = services.block_on_server(&caller, server, principal).await?;
        // A block that was there already is not this click's to undo.
        crate::url::with_undo(&back, "access-blocked", blocked.made.then_some(blocked.rule.rule.id))
    };
    crate::ssr::redirect(&done);
    Ok(())
}

/// Lets a rule end so many days later.
#[server(prefix = "/api/fn", endpoint = "access/extend")]
pub async fn extend_rule(id: RuleId, days: u32) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.extend_rule(&caller, id, days).await?;
    crate::ssr::redirect(&format!("/policies/{id}?notice=rule-saved"));
    Ok(())
}
