//! Calls that were admitted and have no outcome yet, in memory: they tell how far back a start must look for calls
//! that a crash left open.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use domain::{AuditAction, CorrelationId, ServerId};

/// What an admission and its outcome have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CallKey {
    correlation: CorrelationId,
    /// Of server, tool and kind of call. A collision could at most close one open call fewer after a crash.
    rest: u64,
}

impl CallKey {
    pub(crate) fn new(
        correlation: CorrelationId,
        server: Option<ServerId>,
        tool: Option<&str>,
        action: AuditAction,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        (server, tool, failure(action)).hash(&mut hasher);
        Self { correlation, rest: hasher.finish() }
    }
}

/// The failure that belongs to the same kind of call.
pub(crate) const fn failure(action: AuditAction) -> Option<AuditAction> {
    use AuditAction as A;
    match action {
        A::ToolCallAdmitted | A::ToolCallSuccess | A::ToolCallFailure => Some(A::ToolCallFailure),
        A::ResourceReadAdmitted | A::ResourceReadSuccess | A::ResourceReadFailure => Some(A::ResourceReadFailure),
        A::PromptGetAdmitted | A::PromptGetSuccess | A::PromptGetFailure => Some(A::PromptGetFailure),
        A::CompletionAdmitted | A::CompletionSuccess | A::CompletionFailure => Some(A::CompletionFailure),
        A::TaskAdmitted | A::TaskSuccess | A::TaskFailure => Some(A::TaskFailure),
        _ => None,
    }
}

/// The success that belongs to the same kind of call.
pub(crate) const fn success(action: AuditAction) -> Option<AuditAction> {
    use AuditAction as A;
    match failure(action) {
        Some(A::ToolCallFailure) => Some(A::ToolCallSuccess),
        Some(A::ResourceReadFailure) => Some(A::ResourceReadSuccess),
        Some(A::PromptGetFailure) => Some(A::PromptGetSuccess),
        Some(A::CompletionFailure) => Some(A::CompletionSuccess),
        Some(A::TaskFailure) => Some(A::TaskSuccess),
        _ => None,
    }
}

/// A part of a call that became durable.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallPart {
    Admission(CallKey),
    Outcome(CallKey),
}

/// The open calls of this process.
#[derive(Debug, Default)]
pub(crate) struct OpenCalls {
    by_key: HashMap<CallKey, Vec<i64>>,
    numbers: BTreeSet<i64>,
    last: i64,
}

impl OpenCalls {
    pub(crate) fn apply(&mut self, seq: i64, part: CallPart) {
        match part {
            CallPart::Admission(key) => {
                self.by_key.entry(key).or_default().push(seq);
                self.numbers.insert(seq);
            }
            CallPart::Outcome(key) => {
                if let Entry::Occupied(mut open) = self.by_key.entry(key) {
                    if let Some(seq) = open.get_mut().pop() {
                        self.numbers.remove(&seq);
                    }
                    if open.get().is_empty() {
                        open.remove();
                    }
                }
            }
        }
    }

    /// Everything up to this number has been applied.
    pub(crate) fn reached(&mut self, seq: i64) {
        self.last = self.last.max(seq);
    }

    /// No call up to this number is open.
    pub(crate) fn settled(&self) -> i64 {
        self.numbers.first().map_or(self.last, |oldest| oldest - 1)
    }
}
