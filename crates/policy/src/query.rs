//! What is asked, and what is answered.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Decision, GroupId, RuleId, ServerId, UserId};

/// The groups of one person: sorted and without duplicates, which decisions rely on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups(Vec<GroupId>);

impl Groups {
    /// No groups.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// These groups, in any order.
    pub fn new(groups: impl IntoIterator<Item = GroupId>) -> Self {
        let mut groups: Vec<GroupId> = groups.into_iter().collect();
        groups.sort_unstable();
        groups.dedup();
        Self(groups)
    }

    /// The groups, ascending.
    pub fn as_slice(&self) -> &[GroupId] {
        &self.0
    }

    /// True for a member of this group.
    pub fn contains(&self, group: GroupId) -> bool {
        self.0.binary_search(&group).is_ok()
    }
}

impl FromIterator<GroupId> for Groups {
    fn from_iter<I: IntoIterator<Item = GroupId>>(groups: I) -> Self {
        Self::new(groups)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct SubjectRef<'a> {
    /// The person.
    pub user: UserId,
    /// The person's groups.
    pub groups: &'a Groups,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// A tool, by name.
    Tool(&'a str),
    /// A prompt, by name.
    Prompt(&'a str),
    /// A resource, by URI.
    Resource(&'a str),
    /// A resource template, by URI template.
    Template(&'a str),
    /// The server itself: handshake, lists, ping, logging level.
    Server,
}

impl<'a> Target<'a> {
    /// Name or URI; empty for the server itself.
    pub const fn name(self) -> &'a str {
        match self {
            Self::Tool(name) | Self::Prompt(name) | Self::Resource(name) | Self::Template(name) => name,
            Self::Server => "",
        }
    }
}

/// One question to the policy.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Who asks.
    pub subject: SubjectRef<'a>,
    /// Which server is meant.
    pub server: ServerId,
    /// What of it.
    pub target: Target<'a>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Why the policy answered as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No rule allows it.
    NoRule,
    /// The rules of the verdict allow it, and none denies it.
    AllowedBy,
    /// The rules of the verdict deny it.
    DeniedBy,
    /// The rules of the verdict could not be evaluated, which denies.
    Error(Arc<str>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRule => f.write_str("no rule allows this"),
            Self::AllowedBy => f.write_str("allowed by rule"),
            Self::DeniedBy => f.write_str("denied by rule"),
            Self::Error(error) => write!(f, "denied because a rule could not be evaluated: {error}"),
        }
    }
}

/// The answer of the policy. Cloning copies no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Permitted or forbidden.
    pub decision: Decision,
    /// The deciding rules, ascending by id; empty when no rule matches.
    pub rules: Arc<[RuleId]>,
    /// Why.
    pub reason: Reason,
}

impl Verdict {
    /// True when permitted.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}
