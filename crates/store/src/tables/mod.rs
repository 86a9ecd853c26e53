//! One module a table: typed in, typed out, no policy.
//!
//! Verbs: `get` and other finders return an `Option` ("not found" is no error), `list` a page, `insert` nothing,
//! changes and `delete` whether a row was there. `lock` is `get` that nobody else can pass until the transaction ends.
//! Statements name their columns: a newer schema must not change what an older binary reads.

pub mod api_keys;
pub mod changes;
pub mod drafts;
pub mod ended_sessions;
pub mod ending_rules;
pub mod groups;
pub mod links;
pub mod mcp_tasks;
pub mod nodes;
pub mod notifications;
pub mod pins;
pub mod requests;
pub mod rules;
pub mod saved_views;
pub mod secrets;
pub mod servers;
pub mod sessions;
pub mod settings;
pub mod snapshot;
pub mod tests;
pub mod users;

/// A count as the pages use it.
fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(if count < 0 { 0 } else { u32::MAX })
}
