//! Lists of the console, and the views of them that a person keeps.

use serde::{Deserialize, Serialize};

use crate::ViewId;
use crate::words::words;

words! {
    /// A list of the console. Its page is at `/<word>`, its file at `/export/<word>.csv`.
    pub enum ListName {
        /// People.
        Users = "users",
        /// Groups of people.
        Groups = "groups",
        /// MCP servers.
        Servers = "servers",
        /// Access rules.
        Policies = "policies",
        /// The caller's own requests.
        Requests = "requests",
        /// Requests to decide on.
        Inbox = "inbox",
        /// The audit log.
        Audit = "audit",
        /// What the caller did.
        Activity = "activity",
    }
}

/// Filters, order and hidden columns of a list under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Id.
    pub id: ViewId,
    /// What the person calls it.
    pub name: String,
    /// The query of the page, without `?`.
    pub query: String,
}
