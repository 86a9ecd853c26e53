//! What a rule would change before it is saved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AuditId, Decision, NewRule, RuleId, ServerId, UserId};

/// A change of rules that is not made yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleDraft {
    /// The rule that is changed or deleted; absent for a new one.
    #[serde(default)]
    pub id: Option<RuleId>,
    /// What it becomes; absent when it is deleted.
    #[serde(default)]
    pub rule: Option<NewRule>,
}

/// Somebody who would gain or lose something of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Affected {
    /// Who.
    pub person: UserId,
    /// Name of the person.
    pub person_name: String,
    /// The server.
    pub server: ServerId,
    /// Name of the server.
    pub server_name: String,
    /// The first of the tools, resources and prompts.
    pub tools: Vec<String>,
    /// Number of tools, resources and prompts; 0 when the server has none that are known, and only the server itself is meant.
    pub count: u32,
}

/// Who could use what after a change, compared with today. Conditions on requests and arguments count as met by rules
/// that allow and as not met by rules that deny: it is what could be used at all, now or once a date of the rule has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// Active people whom the rule is about.
    pub people: u32,
    /// Tools of its servers that it covers.
    pub tools: u32,
    /// People who gain something.
    pub gaining: u32,
    /// The first of them.
    pub gains: Vec<Affected>,
    /// People who lose something.
    pub losing: u32,
    /// The first of them.
    pub losses: Vec<Affected>,
    /// People for whom it depends on conditions that come, go or change and are about something they could use.
    pub depends: u32,
    /// More than a handful of people are affected: it is saved only for those who confirm to have seen this (`mark`).
    pub wide: bool,
    /// What is odd about it, in words.
    pub warnings: Vec<String>,
    /// Confirms that this was seen: sent as `seen` with a change that does just this.
    pub mark: String,
}

/// Recorded calls of one person to one tool that would be decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Otherwise {
    /// Who called.
    pub person: UserId,
    /// Name of the person.
    pub person_name: String,
    /// The server.
    pub server: ServerId,
    /// Name of the server.
    pub server_name: String,
    /// The tool, or the resource or prompt.
    pub tool: String,
    /// How they would be decided.
    pub decision: Decision,
    /// How many calls.
    pub calls: u64,
    /// The last of them, as an example.
    pub example: AuditId,
    /// When it was.
    pub last: DateTime<Utc>,
}

/// Drafts of rules replayed over recorded calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Simulation {
    /// From this time on.
    pub since: DateTime<Utc>,
    /// Calls and denials that were replayed.
    pub calls: u64,
    /// Calls that would be denied and are allowed by today's rules.
    pub denied: u64,
    /// Calls that would be allowed and are denied by today's rules.
    pub allowed: u64,
    /// People with such calls.
    pub people: u32,
    /// Calls whose arguments were not recorded whole, and whose decision depends on them: not counted above.
    pub unclear: u64,
    /// Those decided otherwise, most calls first.
    pub changes: Vec<Otherwise>,
    /// Changes that are left out of the list.
    pub more: u32,
    /// The time ran out before all calls were replayed: the oldest are missing.
    pub partial: bool,
}
