//! Who has access to what at this moment, and by which rules.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Page, RuleId, RuleView, ServerId, UserId};

/// How somebody stands with a server now. Conditions on requests and arguments count as met by rules that allow and as not
/// met by rules that deny: it is what could be used at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The server is open; otherwise a rule denies it.
    pub allowed: bool,
    /// Approved tools of the server that could be used.
    pub tools_allowed: u32,
    /// Approved tools of the server.
    pub tools: u32,
    /// Conditions decide call by call whether a rule applies.
    pub conditional: bool,
    /// When the last of the rules that allow ends; absent while one of them has no end, and when the server is denied.
    pub until: Option<DateTime<Utc>>,
    /// The rules that decided; none for somebody who may not read rules.
    pub rules: Vec<RuleView>,
    /// The rule that does nothing but block exactly this person or group on exactly this server.
    pub block: Option<RuleId>,
}

/// A server that somebody may use, or that a rule denies them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerAccess {
    /// The server.
    pub server: ServerId,
    /// Name of the server.
    pub server_name: String,
    /// How they stand with it.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Somebody who may use a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonAccess {
    /// Who.
    pub person: UserId,
    /// Name of the person.
    pub person_name: String,
    /// Email address of the person.
    pub email: String,
    /// How they stand with the server.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Everybody who may use a server now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Audience {
    /// How many people there are on all pages.
    pub total: u32,
    /// The people of this page, by name.
    #[serde(flatten)]
    pub page: Page<PersonAccess>,
}
