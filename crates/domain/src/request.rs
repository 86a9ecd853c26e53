//! Requests for servers and for access, and the decisions about them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{AuthKind, RequestId, RuleView, SecretField, Server, ServerId, Sort, TestReport, Transport, User, UserId};

words! {
    /// What is asked for.
    pub enum RequestKind {
        /// A new server.
        Server = "server",
        /// Access to an existing server.
        Access = "access",
    }
}

words! {
    /// Where a request stands.
    pub enum RequestState {
        /// Waits for a decision.
        Pending = "pending",
        /// Granted.
        Approved = "approved",
        /// Refused with a reason; may be resubmitted.
        Rejected = "rejected",
        /// Taken back by the requester.
        Withdrawn = "withdrawn",
    }
}

/// Why somebody needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Justification {
    /// Why it is needed.
    #[serde(default)]
    pub why_needed: String,
    /// What it will be used for.
    #[serde(default)]
    pub use_case: String,
    /// What it will be worth.
    #[serde(default)]
    pub expected_value: String,
    /// What else was considered.
    #[serde(default)]
    pub alternatives_considered: String,
}

/// What a requester enters. Every field is text or optional, so that a half-filled form is a valid draft; the use case
/// checks it as a whole. Flat, because forms without JavaScript post it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRequest {
    /// What is asked for (`server` when absent).
    #[serde(default)]
    pub kind: Option<RequestKind>,
    /// Catalog entry it starts from.
    #[serde(default)]
    pub catalog_name: Option<String>,
    /// The existing server, for kind `access`.
    #[serde(default)]
    pub server_id: Option<ServerId>,
    /// The tools wanted, for kind `access`; all when empty.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Display name of the new server.
    #[serde(default)]
    pub name: String,
    /// Name in URLs; suggested from the name when empty.
    #[serde(default)]
    pub slug: String,
    /// What the server is.
    #[serde(default)]
    pub description: String,
    /// How it is spoken to (`streamable_http` or `sse`).
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
    /// Why it is needed.
    #[serde(default)]
    pub why_needed: String,
    /// What it will be used for.
    #[serde(default)]
    pub use_case: String,
    /// What it will be worth.
    #[serde(default)]
    pub expected_value: String,
    /// What else was considered.
    #[serde(default)]
    pub alternatives_considered: String,
    /// Needed the same day.
    #[serde(default)]
    pub urgent: bool,
    /// The rejected or withdrawn request that this one replaces.
    #[serde(default)]
    pub resubmission_of: Option<RequestId>,
    /// The requester saw that a similar server exists and wants this one all the same.
    #[serde(default)]
    pub not_a_duplicate: bool,
}

/// A half-filled request as it is kept for its author. Secret values are sealed and not part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestDraft {
    /// The fields; values of headers and variables are empty.
    pub fields: NewRequest,
    /// Names of headers and variables whose values are kept.
    pub kept_secrets: Vec<String>,
    /// When it was kept.
    pub saved_at: Option<DateTime<Utc>>,
}

/// Something that already does what is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Duplicate {
    /// The existing server, when the requester may know of it by asking for access.
    pub server_id: Option<ServerId>,
    /// The requester's own pending request for the same.
    pub request_id: Option<RequestId>,
    /// Slug of the existing server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its name.
    pub name: String,
    /// What they have in common, in words.
    pub why: String,
    /// The requester has access already.
    pub has_access: bool,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Request {
    /// Identity.
    pub id: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// Where it stands.
    pub state: RequestState,
    /// Who asks.
    pub requester_id: UserId,
    /// Name of who asks.
    pub requester_name: String,
    /// Display name of the server.
    pub name: String,
    /// Name in URLs; after an approval the server's own.
    pub slug: String,
    /// What the server is.
    pub description: String,
    /// Brand icon.
    pub icon: Option<String>,
    /// Catalog entry it starts from.
    pub catalog_name: Option<String>,
    /// The existing server (kind `access`), or the one that approval made.
    pub server_id: Option<ServerId>,
    /// The tools wanted; all when empty.
    pub tools: Vec<String>,
    /// How it is spoken to.
    pub transport: Transport,
    /// Its MCP endpoint.
    pub url: String,
    /// How Drawbridge authenticates to it.
    pub auth: AuthKind,
    /// Names of headers whose values are sealed.
    pub header_names: Vec<String>,
    /// Names of environment variables whose values are sealed.
    pub env_names: Vec<String>,
    /// Why it is needed.
    #[serde(flatten)]
    pub justification: Justification,
    /// Needed the same day.
    pub urgent: bool,
    /// The request that this one replaces.
    pub resubmission_of: Option<RequestId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// The decision, once there is one.
    pub decision: Option<DecisionRecord>,
}

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RequestFilter {
    /// Only this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<RequestState>,
    /// Only this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RequestKind>,
    /// Part of the server's or the requester's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only the caller's own (always so for those who do not decide).
    #[serde(default)]
    pub mine: bool,
    /// The order (`name`, `-asked`, …). When absent, those that wait come oldest first, and all others newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub sort: Option<Sort<RequestSort>>,
}

words! {
    /// What requests can be sorted by.
    pub enum RequestSort {
        /// When it was submitted.
        Asked = "asked",
        /// Name of the server.
        Name = "name",
        /// Name of the person who asks.
        Requester = "requester",
        /// Urgent ones before others, each by the time of submission.
        Urgency = "urgency",
    }
}

/// A line of a request's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestHistory {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What happened, in words.
    pub what: String,
    /// Notes or reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What an approval covers: `"server"` or `{"tools": ["…"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// The entire server.
    Server,
    /// These tools only.
    Tools(Vec<String>),
}

/// What an administrator enters to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// What it covers.
    pub scope: Scope,
    /// Digest of the definitions that the reviewer saw; needed for kind `server`.
    #[serde(default)]
    pub definitions_digest: Option<String>,
    /// Access ends at this time.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
    /// Notes for the requester.
    #[serde(default)]
    pub notes: String,
    /// The server may have an address of a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// Name of the new server in URLs, for kind `server`; as requested when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

/// What an administrator enters to reject. Either `issue` and `what_to_fix`, or one `reason` of at least 40 characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejection {
    /// What is wrong.
    #[serde(default)]
    pub issue: String,
    /// What would make it right, and how to resubmit.
    #[serde(default)]
    pub what_to_fix: String,
    /// What to use instead.
    #[serde(default)]
    pub alternatives: String,
    /// Whom to ask.
    #[serde(default)]
    pub contact: String,
    /// All of it in one text.
    #[serde(default)]
    pub reason: String,
}

/// A decision as it is kept with the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionRecord {
    /// Who decided; absent when nobody with an account did (the command line).
    #[serde(default)]
    pub by_id: Option<UserId>,
    /// Name of who decided.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The approval, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The rejection, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
}

/// Everything that a reviewer looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// The request.
    pub request: Request,
    /// Who asks.
    pub requester: User,
    /// Earlier requests of the same person, newest first, at most 20.
    pub earlier: Vec<Request>,
    /// What the person can reach now.
    pub access: Vec<RuleView>,
    /// The last connection test.
    pub test: Option<TestReport>,
    /// Servers that do the same.
    pub duplicates: Vec<Duplicate>,
    /// The existing server, for kind `access`.
    pub server: Option<Server>,
    /// The catalog entry's own address, when the request names the entry and asks for another address.
    #[serde(default)]
    pub catalog_url: Option<String>,
    /// What happened so far, oldest first.
    pub history: Vec<RequestHistory>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_is_a_word_or_a_list() {
        assert_eq!(serde_json::to_string(&Scope::Server).unwrap(), r#""server""#);
        let tools: Scope = serde_json::from_str(r#"{"tools":["echo"]}"#).unwrap();
        assert_eq!(tools, Scope::Tools(vec!["echo".into()]));
    }

    #[test]
    fn a_request_is_one_flat_object() {
        let body = r#"{"kind":"server","name":"Fixture","url":"http://127.0.0.1:1/mcp","transport":"streamable_http",
            "auth":"api_key","headers":[{"name":"X-Key","value":"s"}],"why_needed":"w","urgent":true}"#;
        let request: NewRequest = serde_json::from_str(body).unwrap();
        assert_eq!(request.headers[0].value.expose(), "s");
        assert_eq!(request.why_needed, "w");
        assert!(request.urgent);
    }
}
