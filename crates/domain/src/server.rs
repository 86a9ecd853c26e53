//! MCP servers (connectors), their pinned definitions, and how a client is connected to one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{
    Definition, ProtocolChoice, RuleView, SecretText, ServerId, ServerLimits, Slug, Sort, SpokenMcp, TestReport, User,
    UserId,
};

words! {
    /// How a server is spoken to.
    pub enum Transport {
        /// Streamable HTTP (MCP 2025-03-26 and later).
        StreamableHttp = "streamable_http",
        /// HTTP with server-sent events (MCP 2024-11-05).
        Sse = "sse",
        /// A process with standard input and output.
        Stdio = "stdio",
    }
}

impl Transport {
    /// The transport in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::StreamableHttp => "Streamable HTTP",
            Self::Sse => "HTTP + SSE (2024)",
            Self::Stdio => "stdio",
        }
    }
}

words! {
    /// How Drawbridge authenticates to a server.
    pub enum AuthKind {
        /// Not at all.
        None = "none",
        /// By headers with secret values.
        ApiKey = "api_key",
        /// By OAuth 2.1.
        Oauth = "oauth",
    }
}

impl AuthKind {
    /// The method in words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::ApiKey => "API key or headers",
            Self::Oauth => "OAuth",
        }
    }
}

words! {
    /// Whether a server can be called.
    pub enum ServerStatus {
        /// Being set up.
        Draft = "draft",
        /// Can be called by those whom a rule allows.
        Active = "active",
        /// Switched off for everybody.
        Disabled = "disabled",
    }
}

words! {
    /// How much harm a server could do.
    pub enum Risk {
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// A lot.
        High = "high",
    }
}

words! {
    /// What is known about a server's health.
    pub enum Health {
        /// The last contact succeeded.
        Connected = "connected",
        /// The last contact failed.
        Error = "error",
        /// It refuses the credential.
        NeedsSignIn = "needs_sign_in",
        /// There was no contact yet.
        Unknown = "unknown",
    }
}

/// An MCP server behind the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Server {
    /// Identity.
    pub id: ServerId,
    /// Name in URLs, unique.
    pub slug: Slug,
    /// Display name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Brand icon: a slug of the built-in icon set.
    pub icon: Option<String>,
    /// How it is spoken to.
    pub transport: Transport,
    /// Its MCP endpoint.
    pub url: String,
    /// How Drawbridge authenticates to it.
    pub auth: AuthKind,
    /// Names of the headers whose values are sealed.
    pub header_names: Vec<String>,
    /// Names of the environment variables whose values are sealed.
    pub env_names: Vec<String>,
    /// Whether it can be called.
    pub status: ServerStatus,
    /// Who answers for it.
    pub owner_id: Option<UserId>,
    /// How much harm it could do.
    pub risk: Risk,
    /// It may have an address of a private network.
    pub allow_private: bool,
    /// Which MCP is spoken to it.
    #[cfg(not(target_family = "wasm"))]
    pub protocol: ProtocolChoice,
    /// What is limited otherwise than by default. The console's pages are told in words (`app::pages::servers::limits`),
    /// so that no browser reads it.
    #[cfg(not(target_family = "wasm"))]
    pub limits: ServerLimits,
    /// Name of the catalog entry it came from.
    pub catalog_name: Option<String>,
    /// What is known about its health.
    pub health: Health,
    /// Detail of the last contact.
    pub health_detail: Option<String>,
    /// Time of the last test, or of the call that showed a change.
    pub health_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// Name and secret value of a header or environment variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretField {
    /// Name.
    pub name: String,
    /// Value; empty keeps what is stored.
    #[serde(default)]
    pub value: SecretText,
}

/// What an administrator enters to make or change a server without a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewServer {
    /// Display name.
    pub name: String,
    /// Name in URLs; suggested from the name when empty.
    #[serde(default)]
    pub slug: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How it is spoken to: `streamable_http` or `sse`. Empty: as before, or `streamable_http`.
    #[serde(default)]
    pub transport: String,
    /// Its MCP endpoint.
    #[serde(default)]
    pub url: String,
    /// How Drawbridge authenticates to it (`none`, `api_key`).
    #[serde(default)]
    pub auth: String,
    /// Headers to send, with secret values.
    #[serde(default)]
    pub headers: Vec<SecretField>,
    /// Environment variables, with secret values.
    #[serde(default)]
    pub env: Vec<SecretField>,
    /// How much harm it could do.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// It may have an address of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// Which MCP is spoken to it (`auto`, `stateless`, `sessions`, `http_sse`); as it is when absent.
    #[serde(default)]
    pub protocol: Option<ProtocolChoice>,
    /// What is limited otherwise than by default; as it is when absent.
    #[serde(default)]
    pub limits: Option<ServerLimits>,
}

/// Which servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ServerFilter {
    /// Part of name, slug or description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ServerStatus>,
    /// The order (`name`, `-added`, …); by name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub sort: Option<Sort<ServerSort>>,
}

words! {
    /// What servers can be sorted by.
    pub enum ServerSort {
        /// Name.
        Name = "name",
        /// When it was added.
        Added = "added",
    }
}

words! {
    /// What a pinned definition defines.
    pub enum PinKind {
        /// A tool.
        Tool = "tool",
        /// A prompt.
        Prompt = "prompt",
        /// A resource.
        Resource = "resource",
        /// A resource template.
        Template = "template",
        /// The server's instructions.
        Instructions = "instructions",
    }
}

words! {
    /// How a definition compares with what was approved.
    pub enum PinState {
        /// As approved.
        Pinned = "pinned",
        /// It differs from what was approved and is withheld.
        Changed = "changed",
        /// It appeared after the approval and is withheld.
        Added = "added",
        /// It was approved and is no longer offered.
        Gone = "gone",
    }
}

impl PinState {
    /// True when callers may see and use it.
    pub const fn usable(self) -> bool {
        matches!(self, Self::Pinned)
    }
}

/// A definition as approved, and as seen last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pin {
    /// What it defines.
    pub kind: PinKind,
    /// Name.
    pub name: String,
    /// How it compares with what was approved.
    pub state: PinState,
    /// Digest of what was approved; absent for `added`.
    pub digest: Option<String>,
    /// What was approved: JSON text; absent for `added`.
    pub definition: Option<String>,
    /// Digest of what was seen last, when it differs.
    pub seen_digest: Option<String>,
    /// What was seen last, when it differs: JSON text.
    pub seen_definition: Option<String>,
    /// When it was approved.
    pub pinned_at: Option<DateTime<Utc>>,
}

/// A server as somebody who may use it sees it, with what a client needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connector {
    /// The server (without names of headers and variables).
    pub server: Server,
    /// The address to give to clients.
    pub proxy_url: String,
    /// Tools that the caller may use.
    pub tools: Vec<Definition>,
    /// Access ends at this time.
    pub ends_at: Option<DateTime<Utc>>,
    /// Calls by the caller in the last 30 days.
    pub calls_30d: u32,
    /// How to add it to clients.
    pub add_to_client: AddToClient,
}

/// Links and snippets that connect a client. None holds a secret; the key is a placeholder of the client's own kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddToClient {
    /// Opens Cursor's install dialog.
    pub cursor_link: String,
    /// Opens VS Code's install dialog; it asks for the key.
    pub vscode_link: String,
    /// Command for Claude Code; expects the key in `DRAWBRIDGE_API_KEY`.
    pub claude_code_command: String,
    /// `.mcp.json` of Claude Code and most other clients.
    pub json: String,
}

/// A server with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerDetail {
    /// The server.
    pub server: Server,
    /// Definitions as approved and as seen last.
    pub pins: Vec<Pin>,
    /// Rules about this server, global ones included.
    pub rules: Vec<RuleView>,
    /// The last connection test.
    pub test: Option<TestReport>,
    /// What it spoke when the gateway asked it last, since its settings were changed.
    pub spoken: Option<SpokenMcp>,
    /// The address that clients use.
    pub proxy_url: String,
    /// Who answers for it.
    pub owner: Option<User>,
}
