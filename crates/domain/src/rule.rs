//! Access rules: who may use what of which servers, under which conditions, until when.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserializer, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::words::words;
use crate::{GroupId, RequestId, RuleId, ServerId, UserId};

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
    /// Whether a rule decides.
    #[derive(Default)]
    pub enum RuleMode {
        /// It decides.
        #[default]
        Enforce = "enforce",
        /// It only records what it would have decided.
        Monitor = "monitor",
    }
}

words! {
    /// Whom a rule is about.
    pub enum PrincipalKind {
        /// People, by id.
        User = "user",
        /// Members of groups.
        Group = "group",
        /// Holders of job roles.
        JobRole = "job_role",
        /// People by what is known of them.
        Attribute = "attribute",
        /// Everybody.
        Everyone = "everyone",
    }
}

words! {
    /// What is known of a person and can be named by a rule.
    pub enum PersonAttribute {
        /// Department.
        Department = "department",
        /// Job title.
        Title = "title",
        /// Team.
        Team = "team",
    }
}

/// Whom a rule is about: several people, several groups or job roles, or everybody with one of several values of an
/// attribute. It is about a person who is any of these.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Principal {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: PrincipalKind,
    /// Which ones: `usr_…` ids of people, `grp_…` ids of groups and job roles; none for the other kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Which attribute; only for that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<PersonAttribute>,
    /// Which values of it, letter by letter; only for that kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl Principal {
    /// One person.
    pub fn user(id: UserId) -> Self {
        Self::named(PrincipalKind::User, vec![id.to_string()])
    }

    /// One group.
    pub fn group(id: GroupId) -> Self {
        Self::named(PrincipalKind::Group, vec![id.to_string()])
    }

    /// One job role.
    pub fn job_role(id: GroupId) -> Self {
        Self::named(PrincipalKind::JobRole, vec![id.to_string()])
    }

    /// People, groups or job roles by their ids.
    pub const fn named(kind: PrincipalKind, ids: Vec<String>) -> Self {
        Self { kind, ids, attribute: None, values: Vec::new() }
    }

    /// Everybody with one of these values.
    pub const fn attribute(attribute: PersonAttribute, values: Vec<String>) -> Self {
        Self { kind: PrincipalKind::Attribute, ids: Vec::new(), attribute: Some(attribute), values }
    }

    /// Everybody.
    pub const fn everyone() -> Self {
        Self { kind: PrincipalKind::Everyone, ids: Vec::new(), attribute: None, values: Vec::new() }
    }

    /// The only id, where there is exactly one.
    pub fn only_id(&self) -> Option<&str> {
        match self.ids.as_slice() {
            [id] => Some(id),
            _ => None,
        }
    }

    /// True when the rule names this id of this kind.
    pub fn names(&self, kind: PrincipalKind, id: &str) -> bool {
        self.kind == kind && self.ids.iter().any(|one| one == id)
    }
}

/// What of a server a rule covers: `"all"`, or names and patterns with `*` (any characters).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RuleScope {
    /// The entire server.
    #[default]
    All,
    /// What is named, and nothing else.
    Named(Names),
}

/// Names and patterns with `*` (any characters), by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Names {
    /// Names of tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// URIs of resources, and URI templates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Names of prompts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
}

impl RuleScope {
    /// These tools and nothing else.
    pub fn tools(names: impl IntoIterator<Item = String>) -> Self {
        Self::Named(Names { tools: names.into_iter().collect(), ..Names::default() })
    }

    /// True for the entire server.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// The names; none for the entire server.
    pub const fn names(&self) -> Option<&Names> {
        match self {
            Self::All => None,
            Self::Named(names) => Some(names),
        }
    }
}

impl Serialize for RuleScope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Named(names) => names.serialize(serializer),
        }
    }
}

// By hand: serde would keep a copy of the input and try one after the other.
impl<'de> Deserialize<'de> for RuleScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scope;

        impl<'de> Visitor<'de> for Scope {
            type Value = RuleScope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"all\" or an object with lists `tools`, `resources`, `prompts`")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<RuleScope, E> {
                if word == "all" { Ok(RuleScope::All) } else { Err(E::invalid_value(Unexpected::Str(word), &self)) }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleScope, A::Error> {
                Names::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(RuleScope::Named)
            }
        }

        deserializer.deserialize_any(Scope)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for RuleScope {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let all =
            utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(["all"]));
        utoipa::openapi::OneOfBuilder::new().item(all).item(<Names as utoipa::PartialSchema>::schema()).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for RuleScope {}

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
    /// The servers; none for a global rule, which can only deny.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// What of them.
    #[serde(default)]
    pub scope: RuleScope,
    /// It covers only calls that meet these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Condition>,
    /// It covers only calls that meet these Cedar clauses (`when { … }`, `unless { … }`), too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cedar: Option<String>,
    /// Whether it decides.
    #[serde(default)]
    pub mode: RuleMode,
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

    /// True for a rule about every server.
    pub const fn is_global(&self) -> bool {
        self.servers.is_empty()
    }

    /// True when the rule is about this server, or about every one.
    pub fn is_about(&self, server: ServerId) -> bool {
        self.is_global() || self.servers.contains(&server)
    }

    /// True when it depends on the call whether the rule covers it.
    pub const fn is_conditional(&self) -> bool {
        self.conditions.is_some() || self.cedar.is_some()
    }
}

/// What an administrator enters to make or change a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRule {
    /// Whom it is about.
    pub principal: Principal,
    /// Permits or forbids.
    pub effect: Effect,
    /// The servers; none for a global rule, which can only deny.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// What of them; all when absent.
    #[serde(default)]
    pub scope: RuleScope,
    /// It covers only calls that meet these.
    #[serde(default)]
    pub conditions: Option<Condition>,
    /// It covers only calls that meet these Cedar clauses (`when { … }`, `unless { … }`), too.
    #[serde(default)]
    pub cedar: Option<String>,
    /// Whether it decides; it does when absent.
    #[serde(default)]
    pub mode: RuleMode,
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

impl NewRule {
    /// A rule about the entire server (every server if there is none), without conditions and dates.
    pub fn new(principal: Principal, effect: Effect, server: Option<ServerId>) -> Self {
        Self {
            principal,
            effect,
            servers: server.into_iter().collect(),
            scope: RuleScope::All,
            conditions: None,
            cedar: None,
            mode: RuleMode::Enforce,
            starts_at: None,
            ends_at: None,
            notes: String::new(),
            enabled: true,
        }
    }

    /// The rule that is made of what was entered.
    pub fn into_rule(self, id: RuleId, created_by: Option<UserId>, now: DateTime<Utc>) -> Rule {
        Rule {
            id,
            principal: self.principal,
            effect: self.effect,
            servers: self.servers,
            scope: self.scope,
            conditions: self.conditions,
            cedar: self.cedar,
            mode: self.mode,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            notes: self.notes.trim().to_owned(),
            enabled: self.enabled,
            request_id: None,
            created_by,
            created_at: now,
            updated_at: now,
        }
    }
}

impl From<Rule> for NewRule {
    fn from(rule: Rule) -> Self {
        Self {
            principal: rule.principal,
            effect: rule.effect,
            servers: rule.servers,
            scope: rule.scope,
            conditions: rule.conditions,
            cedar: rule.cedar,
            mode: rule.mode,
            starts_at: rule.starts_at,
            ends_at: rule.ends_at,
            notes: rule.notes,
            enabled: rule.enabled,
        }
    }
}

/// A rule with the names that a person needs to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleView {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Names of the people or groups, values of the attribute, or `Everyone`.
    pub principal_name: String,
    /// Names of the servers, or `All servers`.
    pub server_name: String,
    /// In force now.
    pub in_force: bool,
}

words! {
    /// What happened to a rule in one of its versions.
    pub enum RuleChangeKind {
        /// It was made.
        Created = "created",
        /// It was changed.
        Updated = "updated",
        /// It was deleted.
        Deleted = "deleted",
    }
}

/// One state of a rule, and who brought it about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleVersion {
    /// Counts from 1.
    pub version: u32,
    /// What happened.
    pub change: RuleChangeKind,
    /// The rule afterwards; for a deletion, before.
    pub rule: RuleView,
    /// Who did it; absent when the system did.
    pub by: Option<UserId>,
    /// Name of who did it.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
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
    fn the_scope_is_all_or_names() {
        assert_eq!(serde_json::to_string(&RuleScope::All).unwrap(), r#""all""#);
        assert_eq!(serde_json::from_str::<RuleScope>(r#""all""#).unwrap(), RuleScope::All);
        let named = RuleScope::tools(["write_*".to_owned()]);
        assert_eq!(serde_json::to_string(&named).unwrap(), r#"{"tools":["write_*"]}"#);
        assert_eq!(serde_json::from_str::<RuleScope>(r#"{"tools":["write_*"]}"#).unwrap(), named);
        for wrong in [r#""some""#, r#"["write_*"]"#, r#"{"tool":["a"]}"#, "null"] {
            assert!(serde_json::from_str::<RuleScope>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_misspelt_in_a_rule_is_refused() {
        let entered = r#"{"principal":{"type":"everyone"},"effect":"deny"}"#;
        let rule: NewRule = serde_json::from_str(entered).unwrap();
        assert!(rule.enabled && rule.mode == RuleMode::Enforce && rule.servers.is_empty() && rule.scope.is_all());
        for wrong in [
            r#"{"principal":{"type":"everyone"},"effect":"deny","condition":{"all":[]}}"#,
            r#"{"principal":{"type":"user","id":"usr_1"},"effect":"deny"}"#,
        ] {
            assert!(serde_json::from_str::<NewRule>(wrong).is_err(), "{wrong}");
        }
    }
}
