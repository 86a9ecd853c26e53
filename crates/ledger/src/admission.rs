//! What a call that was admitted owes: an outcome.

use domain::{AuditAction, Outcome};

use crate::event::Payload;
use crate::open_calls::{CallKey, failure, success};
use crate::record::Record;

/// The admission of a call, of which its outcome is made. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Admission {
    pub(crate) record: Record,
    pub(crate) key: CallKey,
    pub(crate) action: AuditAction,
}

impl Admission {
    /// The action of an outcome of this kind of call.
    pub(crate) fn ending(&self, outcome: Outcome) -> AuditAction {
        let action = if outcome == Outcome::Success { success(self.action) } else { failure(self.action) };
        action.unwrap_or(self.action)
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// In a word. Anything but success is a failure in the name of the action.
    pub outcome: Outcome,
    /// Duration in microseconds.
    pub latency_us: Option<i64>,
    /// Why it failed, or something to know about it, in words.
    pub reason: Option<String>,
    /// The error, in words or as JSON text.
    pub error: Option<String>,
    /// The result.
    pub result: Option<Payload>,
}

impl Ended {
    /// An outcome of which nothing else is known.
    pub const fn new(outcome: Outcome) -> Self {
        Self { outcome, latency_us: None, reason: None, error: None, result: None }
    }

    /// An outcome that nobody can know, and why.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new(Outcome::Unknown) }
    }
}
