//! The catalog: vetted templates in the MCP Registry `server.json` shape.

use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{AuthKind, Transport};

words! {
    /// What a catalog entry is about.
    pub enum Category {
        /// Source code, issues, CI.
        Development = "development",
        /// Tasks, boards, planning.
        Projects = "projects",
        /// Documents, wikis, notes.
        Knowledge = "knowledge",
        /// Mail, chat, calendars.
        Communication = "communication",
        /// Databases, warehouses, analytics.
        Data = "data",
        /// Clouds, monitoring, incidents.
        Operations = "operations",
        /// Customers, sales, marketing.
        Business = "business",
        /// Payments and accounting.
        Finance = "finance",
        /// Design and media.
        Design = "design",
        /// Search and the web.
        Web = "web",
    }
}

impl Category {
    /// The category in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Development => "Development",
            Self::Projects => "Projects",
            Self::Knowledge => "Knowledge",
            Self::Communication => "Communication",
            Self::Data => "Data",
            Self::Operations => "Operations",
            Self::Business => "Business",
            Self::Finance => "Finance",
            Self::Design => "Design",
            Self::Web => "Web",
        }
    }
}

words! {
    /// What a server of the catalog needs before it can be used.
    pub enum CatalogNeeds {
        /// Nothing: it can be requested as it is.
        Nothing = "nothing",
        /// An API key or token in a header: it can be requested with one.
        ApiKey = "api_key",
        /// Sign-in by OAuth.
        Oauth = "oauth",
        /// A process on a machine.
        Stdio = "stdio",
    }
}

impl CatalogNeeds {
    /// True when an entry with this need can be requested.
    pub const fn requestable(self) -> bool {
        matches!(self, Self::Nothing | Self::ApiKey)
    }

    /// The need in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "No key needed",
            Self::ApiKey => "Needs an API key",
            Self::Oauth => "Needs OAuth sign-in",
            Self::Stdio => "Runs as a local process",
        }
    }
}

/// A catalog entry as pages and forms use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogEntry {
    /// Registry name: reverse DNS, one slash.
    pub name: String,
    /// Display name.
    pub title: String,
    /// What it does, at most 100 characters.
    pub description: String,
    /// Who publishes it.
    pub publisher: String,
    /// Version of the entry.
    pub version: String,
    /// Brand icon.
    pub icon: Option<String>,
    /// Documentation.
    pub website_url: Option<String>,
    /// Source code.
    pub repository_url: Option<String>,
    /// What it is about.
    pub categories: Vec<Category>,
    /// What it needs.
    pub needs: CatalogNeeds,
    /// How it is spoken to.
    pub transport: Transport,
    /// Its MCP endpoint; absent for `stdio`.
    pub url: Option<String>,
    /// How Drawbridge would authenticate to it.
    pub auth: AuthKind,
    /// Headers it asks for: name and what goes in.
    pub headers: Vec<(String, String)>,
    /// The whole entry as `server.json` text.
    pub server_json: String,
}

/// A catalog entry with what the caller already has of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogItem {
    /// The entry.
    #[serde(flatten)]
    pub entry: CatalogEntry,
    /// The caller can use a server of this entry already: its slug.
    pub connected: Option<String>,
    /// The caller's own request is pending.
    pub requested: bool,
}
