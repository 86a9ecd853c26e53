//! Access rules: who may use which tools of which server, until when.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserializer, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{RequestId, RuleId, ServerId, UserId};

words! {
    /// What a rule does to what it matches. Deny overrides allow; nothing matching is a denial.
    pub enum Effect {
        /// Permits.
        Allow = "allow",
        /// Forbids.
        Deny = "deny",
    }
}

words! {
    /// Whom a rule is about.
    pub enum PrincipalKind {
        /// One person.
        User = "user",
        /// A group of people.
        Group = "group",
        /// Everybody.
        Everyone = "everyone",
    }
}

/// Whom a rule is about. `id` is a `usr_…` or `grp_…` id, absent for everyone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Principal {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: PrincipalKind,
    /// Which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Principal {
    /// One person.
    pub fn user(id: UserId) -> Self {
        Self { kind: PrincipalKind::User, id: Some(id.to_string()) }
    }

    /// A group.
    pub fn group(id: crate::GroupId) -> Self {
        Self { kind: PrincipalKind::Group, id: Some(id.to_string()) }
    }

    /// Everybody.
    pub const fn everyone() -> Self {
        Self { kind: PrincipalKind::Everyone, id: None }
    }
}

/// Which tools of a server: `"all"`, or names and patterns with `*` (any characters).
///
/// `All` also covers prompts, resources and templates; a list covers the named tools only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ToolScope {
    /// `"all"`.
    All(AllTools),
    /// Names and patterns.
    Some(Vec<String>),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AllTools {
    /// `all`.
    #[serde(rename = "all")]
    All,
}

// By hand: serde would keep a copy of the input and try one after the other.
impl<'de> Deserialize<'de> for ToolScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scope;

        impl<'de> Visitor<'de> for Scope {
            type Value = ToolScope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"all\" or a list of names and patterns")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<ToolScope, E> {
                if word == "all" { Ok(ToolScope::ALL) } else { Err(E::invalid_value(Unexpected::Str(word), &self)) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ToolScope, A::Error> {
                let mut patterns = Vec::new();
                while let Some(pattern) = items.next_element()? {
                    patterns.push(pattern);
                }
                Ok(ToolScope::Some(patterns))
            }
        }

        deserializer.deserialize_any(Scope)
    }
}

impl ToolScope {
    /// The entire server.
    pub const ALL: Self = Self::All(AllTools::All);

    /// True for the entire server.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All(_))
    }

    /// Names and patterns; empty for the entire server.
    pub fn patterns(&self) -> &[String] {
        match self {
            Self::All(_) => &[],
            Self::Some(patterns) => patterns,
        }
    }
}

impl Default for ToolScope {
    fn default() -> Self {
        Self::ALL
    }
}

/// An access rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// Identity.
    pub id: RuleId,
    /// Whom it is about.
    pub principal: Principal,
    /// Permits or forbids.
    pub effect: Effect,
    /// The server; absent for a global rule, which can only deny.
    pub server: Option<ServerId>,
    /// Which tools.
    pub tools: ToolScope,
    /// In force from this time.
    pub starts_at: Option<DateTime<Utc>>,
    /// In force until this time.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why it exists.
    pub notes: String,
    /// Switched on.
    pub enabled: bool,
    /// The request whose approval made it.
    pub request_id: Option<RequestId>,
    /// Who made it; absent when the system did.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl Rule {
    /// True when the rule is switched on and its dates include the moment (start inclusive, end exclusive).
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.enabled && self.starts_at.is_none_or(|t| t <= now) && self.ends_at.is_none_or(|t| now < t)
    }
}

/// What an administrator enters to make or change a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRule {
    /// Whom it is about.
    pub principal: Principal,
    /// Permits or forbids.
    pub effect: Effect,
    /// The server; absent for a global rule, which can only deny.
    #[serde(default)]
    pub server: Option<ServerId>,
    /// Which tools; all when absent.
    #[serde(default)]
    pub tools: ToolScope,
    /// In force from this time.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// In force until this time.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
    /// Why it exists.
    #[serde(default)]
    pub notes: String,
    /// Switched on (`true` when absent).
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

/// A rule with the names that a person needs to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleView {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Name of the person or group, or `Everyone`.
    pub principal_name: String,
    /// Name of the server, or `All servers`.
    pub server_name: String,
    /// In force now.
    pub in_force: bool,
}

words! {
    /// What rules can be sorted by. Rules that are alike stay in the order in which they were made.
    pub enum RuleSort {
        /// Name of the person or group.
        Who = "who",
        /// Those that allow before those that deny.
        Effect = "effect",
        /// Name of the server.
        Server = "server",
        /// When it was changed last.
        Changed = "changed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_all_or_a_list() {
        assert_eq!(serde_json::to_string(&ToolScope::ALL).unwrap(), r#""all""#);
        assert_eq!(serde_json::from_str::<ToolScope>(r#""all""#).unwrap(), ToolScope::ALL);
        assert_eq!(
            serde_json::from_str::<ToolScope>(r#"["write_*"]"#).unwrap(),
            ToolScope::Some(vec!["write_*".into()])
        );
        assert!(serde_json::from_str::<ToolScope>(r#""some""#).is_err());
    }
}
