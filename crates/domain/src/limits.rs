//! Limits of the data path: what the program sets for all servers, and what an administrator sets for one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Which MCP is spoken to a server.
    pub enum ProtocolChoice {
        /// The newest that it understands.
        Auto = "auto",
        /// The stateless one (2026-07-28).
        Stateless = "stateless",
        /// The one with sessions (2025-03-26 to 2025-11-25).
        Sessions = "sessions",
        /// HTTP with server-sent events (2024-11-05).
        HttpSse = "http_sse",
    }
}

/// So many calls a minute, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rate {
    /// Calls a minute, in the long run.
    pub per_minute: u32,
    /// Calls that may come at once after a pause; a sixth of a minute's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

impl Rate {
    /// Calls that may come at once after a pause.
    pub fn burst(self) -> u32 {
        self.burst.unwrap_or(self.per_minute / 6).max(1)
    }
}

/// How long a server may take, in seconds; what is absent is as elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deadlines {
    /// Until it begins to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<u32>,
    /// Longest silence inside an answer; also for a client that does not take its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<u32>,
    /// Until its answer is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

impl Deadlines {
    /// True when nothing is set.
    pub const fn is_empty(&self) -> bool {
        self.first_byte.is_none() && self.idle.is_none() && self.total.is_none()
    }
}

/// What an administrator limits at one server; what is absent is as the program's settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerLimits {
    /// Calls under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// Calls that may wait for their turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
    /// Longest wait for a turn, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_wait: Option<u32>,
    /// Calls of one person under way or waiting at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrent_per_person: Option<u32>,
    /// Calls of one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_person: Option<Rate>,
    /// Calls of everybody together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Calls of one person to one tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_tool: Option<Rate>,
    /// How long the server may take.
    #[serde(default, skip_serializing_if = "Deadlines::is_empty")]
    pub deadlines: Deadlines,
    /// How long it may take for single tools, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, Deadlines>,
    /// Largest request in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_request: Option<u64>,
    /// Largest answer in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_answer: Option<u64>,
    /// Largest event of an event stream in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_event: Option<u64>,
}

/// The limits that are in force: those of the program, or of a server with what an administrator set for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls under way at one server.
    pub concurrent: u32,
    /// Calls that may wait for their turn.
    pub queue: u32,
    /// Longest wait for a turn.
    pub queue_wait: Duration,
    /// Calls of one person under way or waiting at one server.
    pub concurrent_per_person: Option<u32>,
    /// Calls of one person to one server.
    pub rate_per_person: Option<Rate>,
    /// Calls of everybody to one server.
    pub rate: Option<Rate>,
    /// Calls of one person to one tool.
    pub rate_per_tool: Option<Rate>,
    /// Time until a server begins its answer.
    pub first_byte: Duration,
    /// Longest silence of a server inside an answer, and of a client that does not take it.
    pub idle: Duration,
    /// Longest duration of an answer.
    pub total: Duration,
    /// Largest request in bytes.
    pub max_request: u64,
    /// Largest answer in bytes; a larger one is cut.
    pub max_answer: u64,
    /// Largest event of an event stream in bytes.
    pub max_event: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent: 512,
            queue: 256,
            queue_wait: Duration::from_secs(10),
            concurrent_per_person: None,
            rate_per_person: None,
            rate: None,
            rate_per_tool: None,
            first_byte: Duration::from_mins(2),
            idle: Duration::from_mins(2),
            total: Duration::from_mins(15),
            max_request: 4 << 20,
            max_answer: 64 << 20,
            max_event: 4 << 20,
        }
    }
}

impl Limits {
    /// These limits with what is set for one server.
    #[must_use]
    pub fn at(self, server: &ServerLimits) -> Self {
        let limits = Self {
            concurrent: server.concurrent.unwrap_or(self.concurrent),
            queue: server.queue.unwrap_or(self.queue),
            queue_wait: seconds(server.queue_wait, self.queue_wait),
            concurrent_per_person: server.concurrent_per_person.or(self.concurrent_per_person),
            rate_per_person: server.rate_per_person.or(self.rate_per_person),
            rate: server.rate.or(self.rate),
            rate_per_tool: server.rate_per_tool.or(self.rate_per_tool),
            max_request: server.max_request.unwrap_or(self.max_request),
            max_answer: server.max_answer.unwrap_or(self.max_answer),
            max_event: server.max_event.unwrap_or(self.max_event),
            ..self
        };
        limits.within(server.deadlines)
    }

    /// The limits of one server for calls to one of its tools.
    #[must_use]
    pub fn for_tool(self, server: &ServerLimits, tool: &str) -> Self {
        server.tools.get(tool).map_or(self, |deadlines| self.within(*deadlines))
    }

    fn within(self, deadlines: Deadlines) -> Self {
        Self {
            first_byte: seconds(deadlines.first_byte, self.first_byte),
            idle: seconds(deadlines.idle, self.idle),
            total: seconds(deadlines.total, self.total),
            ..self
        }
    }
}

fn seconds(set: Option<u32>, otherwise: Duration) -> Duration {
    set.map_or(otherwise, |seconds| Duration::from_secs(seconds.into()))
}

/// Tools with deadlines of their own at one server.
pub const MAX_TOOLS_WITH_DEADLINES: usize = 50;

/// What a number may be: its field, and the least and the greatest value.
pub type Range = (&'static str, u64, u64);

impl ServerLimits {
    /// Calls under way at once.
    pub const CONCURRENT: Range = ("concurrent", 1, 10_000);
    /// Waiting calls; none may wait at 0.
    pub const QUEUE: Range = ("queue", 0, 10_000);
    /// Seconds.
    pub const QUEUE_WAIT: Range = ("queue_wait", 1, 300);
    /// Calls of one person at once.
    pub const CONCURRENT_PER_PERSON: Range = ("concurrent_per_person", 1, 10_000);
    /// Calls a minute.
    pub const PER_MINUTE: Range = ("per_minute", 1, 1_000_000);
    /// Calls at once after a pause.
    pub const BURST: Range = ("burst", 1, 100_000);
    /// Seconds.
    pub const DEADLINE: Range = ("deadlines", 1, 86_400);
    /// Bytes.
    pub const MAX_REQUEST: Range = ("max_request", 1 << 10, 64 << 20);
    /// Bytes.
    pub const MAX_ANSWER: Range = ("max_answer", 1 << 10, 4 << 30);
    /// Bytes.
    pub const MAX_EVENT: Range = ("max_event", 1 << 10, 64 << 20);

    /// Every number that is set, with the path of its field and what it may be.
    pub fn numbers(&self) -> Vec<(String, u64, Range)> {
        let mut numbers = Vec::new();
        let mut add = |path: &str, value: Option<u64>, range: Range| {
            numbers.extend(value.map(|value| (path.to_owned(), value, range)));
        };
        add("concurrent", self.concurrent.map(u64::from), Self::CONCURRENT);
        add("queue", self.queue.map(u64::from), Self::QUEUE);
        add("queue_wait", self.queue_wait.map(u64::from), Self::QUEUE_WAIT);
        add("concurrent_per_person", self.concurrent_per_person.map(u64::from), Self::CONCURRENT_PER_PERSON);
        let rates =
            [("rate_per_person", self.rate_per_person), ("rate", self.rate), ("rate_per_tool", self.rate_per_tool)];
        for (field, rate) in rates {
            add(&format!("{field}.per_minute"), rate.map(|rate| rate.per_minute.into()), Self::PER_MINUTE);
            add(&format!("{field}.burst"), rate.and_then(|rate| rate.burst).map(u64::from), Self::BURST);
        }
        let tools = self.tools.iter().map(|(tool, deadlines)| (format!("tools.{tool}"), deadlines));
        for (field, deadlines) in std::iter::once(("deadlines".to_owned(), &self.deadlines)).chain(tools) {
            add(&format!("{field}.first_byte"), deadlines.first_byte.map(u64::from), Self::DEADLINE);
            add(&format!("{field}.idle"), deadlines.idle.map(u64::from), Self::DEADLINE);
            add(&format!("{field}.total"), deadlines.total.map(u64::from), Self::DEADLINE);
        }
        add("max_request", self.max_request, Self::MAX_REQUEST);
        add("max_answer", self.max_answer, Self::MAX_ANSWER);
        add("max_event", self.max_event, Self::MAX_EVENT);
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_wins_and_the_tool_before_the_server() {
        let tool = Deadlines { total: Some(600), ..Deadlines::default() };
        let server = ServerLimits {
            concurrent: Some(2),
            deadlines: Deadlines { first_byte: Some(5), total: Some(30), ..Deadlines::default() },
            tools: BTreeMap::from([("report".to_owned(), tool)]),
            ..ServerLimits::default()
        };
        let limits = Limits::default().at(&server);
        assert_eq!((limits.concurrent, limits.queue), (2, Limits::default().queue));
        assert_eq!((limits.first_byte, limits.total), (Duration::from_secs(5), Duration::from_secs(30)));
        let report = limits.for_tool(&server, "report");
        assert_eq!((report.first_byte, report.total), (Duration::from_secs(5), Duration::from_mins(10)));
        assert_eq!(limits.for_tool(&server, "other"), limits);
    }

    #[test]
    fn nothing_set_is_written_as_nothing() {
        assert_eq!(serde_json::to_string(&ServerLimits::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<ServerLimits>("{}").unwrap(), ServerLimits::default());
        let rate: Rate = serde_json::from_str(r#"{"per_minute":60}"#).unwrap();
        assert_eq!(rate.burst(), 10);
        assert_eq!(Rate { per_minute: 3, burst: None }.burst(), 1);
    }

    #[test]
    fn every_number_is_checked() {
        let deadlines = Deadlines { first_byte: Some(1), idle: Some(1), total: Some(1) };
        let rate = Some(Rate { per_minute: 1, burst: Some(1) });
        let all = ServerLimits {
            concurrent: Some(1),
            queue: Some(1),
            queue_wait: Some(1),
            concurrent_per_person: Some(1),
            rate_per_person: rate,
            rate,
            rate_per_tool: rate,
            deadlines,
            tools: BTreeMap::from([("a".to_owned(), deadlines)]),
            max_request: Some(1),
            max_answer: Some(1),
            max_event: Some(1),
        };
        let numbers = serde_json::to_string(&all).unwrap().matches(":1").count();
        assert_eq!(all.numbers().len(), numbers);
    }
}
