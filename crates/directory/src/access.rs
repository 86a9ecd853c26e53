//! What the directory answers: who somebody is, and what they may do.

use std::fmt;
use std::sync::Arc;

use domain::{Decision, KeyId, RuleId};
use policy::{Reason, Verdict, Would};

use crate::people::Person;
use crate::pins::Withheld;
use crate::server::ServerEntry;

/// Somebody who presented a valid key.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Whom the key acts as.
    pub person: Arc<Person>,
    /// The key.
    pub key: KeyId,
}

/// Why a key was refused. To the caller all are alike; the audit log may know more.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AuthFailure {
    /// No such key: never made, mistyped, or dead for long.
    #[error("the API key is not known")]
    Unknown,
    /// The key was revoked.
    #[error("the API key was revoked")]
    Revoked {
        /// The key.
        key: KeyId,
        /// Whose it is.
        person: Arc<Person>,
    },
    /// The key's time is over.
    #[error("the API key has expired")]
    Expired {
        /// The key.
        key: KeyId,
        /// Whose it is.
        person: Arc<Person>,
    },
    /// The person may not act now.
    #[error("the owner of the API key is {}", .person.status)]
    Inactive {
        /// The key.
        key: KeyId,
        /// Whose it is.
        person: Arc<Person>,
    },
}

impl AuthFailure {
    /// Whose key it was, if it is known.
    pub const fn person(&self) -> Option<&Arc<Person>> {
        match self {
            Self::Unknown => None,
            Self::Revoked { person, .. } | Self::Expired { person, .. } | Self::Inactive { person, .. } => Some(person),
        }
    }

    /// Which key it was, if it is known.
    pub const fn key(&self) -> Option<KeyId> {
        match self {
            Self::Unknown => None,
            Self::Revoked { key, .. } | Self::Expired { key, .. } | Self::Inactive { key, .. } => Some(*key),
        }
    }
}

/// Why a slug leads nowhere. The caller must not be able to tell the two apart.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoServer {
    /// There is no such server.
    #[error("no such server")]
    Unknown,
    /// There is one, and the caller may not know.
    #[error("no such server")]
    Hidden {
        /// The server, for the audit log.
        server: Arc<ServerEntry>,
        /// The denial, for the audit log.
        access: Access,
    },
}

impl NoServer {
    /// Why, for the audit log: `slug` is what was asked for.
    pub fn reason(&self, slug: &str) -> String {
        match self {
            Self::Unknown => format!("there is no server `{slug}`"),
            Self::Hidden { access, .. } => access.why.to_string(),
        }
    }
}

/// Why access was given or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A rule allows it and nothing speaks against it.
    Allowed,
    /// No rule allows it.
    NoRule,
    /// A rule denies it.
    DeniedByRule,
    /// A rule could not be evaluated.
    PolicyError(Arc<str>),
    /// The person may not act now.
    PersonInactive,
    /// The server is switched off or still being set up.
    ServerInactive,
    /// The definition is not as approved.
    Withheld(Withheld),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed => Reason::AllowedBy.fmt(f),
            Self::NoRule => Reason::NoRule.fmt(f),
            Self::DeniedByRule => Reason::DeniedBy.fmt(f),
            Self::PolicyError(error) => Reason::Error(Arc::clone(error)).fmt(f),
            Self::PersonInactive => f.write_str("the account is not active"),
            Self::ServerInactive => f.write_str("the server is not active"),
            Self::Withheld(withheld) => withheld.fmt(f),
        }
    }
}

/// The answer to a question for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Permitted or forbidden.
    pub decision: Decision,
    /// The rules that decided; those that allowed, when something else than a rule denies.
    pub rules: Arc<[RuleId]>,
    /// Why.
    pub why: Why,
    /// What rules in monitor mode would have changed, if anything.
    pub would: Option<Arc<Would>>,
}

impl Access {
    /// True when permitted.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }

    pub(crate) fn denied(rules: Arc<[RuleId]>, why: Why) -> Self {
        Self { decision: Decision::Deny, rules, why, would: None }
    }
}

impl From<Verdict> for Access {
    fn from(verdict: Verdict) -> Self {
        let why = match verdict.reason {
            Reason::AllowedBy => Why::Allowed,
            Reason::NoRule => Why::NoRule,
            Reason::DeniedBy => Why::DeniedByRule,
            Reason::Error(error) => Why::PolicyError(error),
        };
        Self { decision: verdict.decision, rules: verdict.rules, why, would: verdict.would }
    }
}
