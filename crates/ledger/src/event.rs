//! An event, as the one who reports it sees it.

use std::net::IpAddr;
use std::time::Duration;

use domain::{Actor, AuditAction, CorrelationId, Decision, Outcome, RuleId, ServerId, Subject};

/// Something that happened, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: Outcome,
    /// Who.
    pub actor: Actor,
    /// To what.
    pub resource: Option<Subject>,
    /// The server: its id, if it is known, and its slug at this time.
    pub server: Option<(ServerId, String)>,
    /// The tool, resource URI or prompt.
    pub tool: Option<String>,
    /// The AI client's name and version, as it gives them itself.
    pub client: Option<(String, Option<String>)>,
    /// The caller's address.
    pub ip: Option<IpAddr>,
    /// What everything that one request caused has in common.
    pub correlation: CorrelationId,
    /// Duration in microseconds.
    pub latency_us: Option<i64>,
    /// What the policy decided.
    pub decision: Option<Decision>,
    /// The rules that decided.
    pub rules: Vec<RuleId>,
    /// Why it was denied or failed, in words.
    pub reason: Option<String>,
    /// The error, in words or as JSON text.
    pub error: Option<String>,
    /// Arguments, or the fields of a change.
    pub args: Option<Payload>,
    /// The result.
    pub result: Option<Payload>,
}

/// Original JSON text. The ledger keeps at most 64 KiB of it, with the length and a digest of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub(crate) text: String,
    /// Length of the whole in bytes, where `text` is only its beginning.
    pub(crate) whole: Option<u64>,
}

impl Payload {
    /// A whole text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), whole: None }
    }

    /// Whole bytes that should be UTF-8; what is not is replaced.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::new(String::from_utf8_lossy(bytes))
    }

    /// The beginning of something that was too long to be held: its whole length in bytes is known, its digest is not.
    pub fn beginning(text: impl Into<String>, whole: u64) -> Self {
        Self { text: text.into(), whole: Some(whole) }
    }

    /// The text, or its beginning.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Event {
    /// An event with what every event has.
    pub fn new(action: AuditAction, outcome: Outcome, actor: Actor, correlation: CorrelationId) -> Self {
        Self {
            action,
            outcome,
            actor,
            resource: None,
            server: None,
            tool: None,
            client: None,
            ip: None,
            correlation,
            latency_us: None,
            decision: None,
            rules: Vec::new(),
            reason: None,
            error: None,
            args: None,
            result: None,
        }
    }

    /// To what it happened.
    #[must_use]
    pub fn resource(mut self, resource: Subject) -> Self {
        self.resource = Some(resource);
        self
    }

    /// The server.
    #[must_use]
    pub fn server(mut self, id: ServerId, slug: impl Into<String>) -> Self {
        self.server = Some((id, slug.into()));
        self
    }

    /// The tool, resource URI or prompt.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<String>) -> Self {
        self.tool = Some(tool.into());
        self
    }

    /// The AI client's name and version.
    #[must_use]
    pub fn client(mut self, name: impl Into<String>, version: Option<String>) -> Self {
        self.client = Some((name.into(), version));
        self
    }

    /// The caller's address.
    #[must_use]
    pub const fn ip(mut self, ip: Option<IpAddr>) -> Self {
        self.ip = ip;
        self
    }

    /// How long it took.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency_us = Some(i64::try_from(latency.as_micros()).unwrap_or(i64::MAX));
        self
    }

    /// What the policy decided, and by which rules.
    #[must_use]
    pub fn decision(mut self, decision: Decision, rules: Vec<RuleId>) -> Self {
        self.decision = Some(decision);
        self.rules = rules;
        self
    }

    /// Why it was denied or failed, in words.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The error, in words or as JSON text.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Arguments, or the fields of a change.
    #[must_use]
    pub fn args(mut self, args: Payload) -> Self {
        self.args = Some(args);
        self
    }

    /// The result.
    #[must_use]
    pub fn result(mut self, result: Payload) -> Self {
        self.result = Some(result);
        self
    }
}
