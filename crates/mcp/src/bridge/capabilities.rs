//! Capabilities without what a bridge cannot carry.
//!
//! The tasks of 2025-11-25 and the tasks extension are different protocols, so neither is offered across
//! a bridge. Unknown capabilities stay: they may be vendors' own.

use super::meta::{holds_only, object};
use crate::raw::Raw;
use crate::splice::Splice;

/// The tasks extension.
const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";
const EMPTY: &str = "{}";

/// What a client can do, for a server of the other generation. That roots change cannot be told: modern
/// servers ask when they want to know.
pub(super) fn of_client(capabilities: Option<Raw<'_>>) -> String {
    rewritten(capabilities, |key| key == "tasks", &[("extensions", TASKS_EXTENSION), ("roots", "listChanged")])
}

/// What a legacy server can do, for a modern client.
pub(super) fn of_legacy_server(capabilities: Option<Raw<'_>>) -> String {
    rewritten(capabilities, |key| key == "tasks", &[("extensions", TASKS_EXTENSION)])
}

/// What a modern server can do, for a legacy client, which knows of no extensions.
pub(super) fn of_modern_server(capabilities: Option<Raw<'_>>) -> String {
    rewritten(capabilities, |key| matches!(key, "tasks" | "extensions"), &[])
}

/// Removes members, and members of members (`nested`).
fn rewritten(capabilities: Option<Raw<'_>>, goes: impl Fn(&str) -> bool, nested: &[(&str, &str)]) -> String {
    let Some(root) = capabilities.filter(|raw| raw.is_object()).map(Raw::alone) else {
        return EMPTY.into();
    };
    // An extension map without extensions is no map worth sending; `roots` says something even when empty.
    let hollow = |key: &str| {
        key == "extensions" && object(root, key).is_some_and(|map| holds_only(map, |name| name == TASKS_EXTENSION))
    };
    let mut splice = Splice::new(root.as_bytes()).edit(root, |key| goes(key) || hollow(key), &[]);
    for (key, member) in nested.iter().filter(|(key, _)| !hollow(key)) {
        if let Some(inner) = object(root, key) {
            splice = splice.edit(inner, |name| name == *member, &[]);
        }
    }
    let text = splice.finish().ok().and_then(|bytes| String::from_utf8(bytes.into()).ok());
    text.unwrap_or_else(|| EMPTY.into())
}
