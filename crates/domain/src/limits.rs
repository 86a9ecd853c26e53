//! Limits of the data path: what the program sets for all servers, and what an administrator sets for one.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
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

words! {
    /// Which MCP a server said that it speaks when it was asked (2026-07-28 basic, "Backward Compatibility").
    pub enum Speaks {
        /// The stateless one only.
        Stateless = "stateless",
        /// The stateless one, and the one with sessions.
        Both = "both",
        /// The one with sessions.
        Sessions = "sessions",
        /// HTTP with server-sent events.
        HttpSse = "http_sse",
    }
}

/// What a server spoke when the gateway asked it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpokenMcp {
    /// What it speaks.
    pub speaks: Speaks,
    /// When it said so. It may have said the same since, for an hour at most.
    pub at: DateTime<Utc>,
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

    /// Its parts by name.
    pub const fn parts(&self) -> [(&'static str, Option<u32>); 3] {
        [("first_byte", self.first_byte), ("idle", self.idle), ("total", self.total)]
    }

    /// The part of this name, to set it.
    pub fn part_mut(&mut self, name: &str) -> Option<&mut Option<u32>> {
        match name {
            "first_byte" => Some(&mut self.first_byte),
            "idle" => Some(&mut self.idle),
            "total" => Some(&mut self.total),
            _ => None,
        }
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
    /// Streams that wait for events at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<u32>,
    /// Streams of one person that wait for events at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening_per_person: Option<u32>,
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
    /// Time for a client to send its request's body, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_time: Option<u32>,
    /// Largest headers of a request in bytes: names and values of all of them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_headers: Option<u64>,
    /// Largest request in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_request: Option<u64>,
    /// How many arrays and objects of a request may be open at once; the outermost counts as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_depth: Option<u32>,
    /// Largest answer in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_answer: Option<u64>,
    /// Largest event of an event stream in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_event: Option<u64>,
    /// Failures in a row after which calls are refused for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker_failures: Option<u32>,
    /// How long calls are refused until one may try whether the server is back, in seconds. It doubles each time it is
    /// not, up to two minutes or this, whichever is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker_pause: Option<u32>,
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
    pub concurrent_per_person: u32,
    /// Streams that wait for events at one server.
    pub listening: u32,
    /// Streams of one person that wait for events at one server.
    pub listening_per_person: u32,
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
    /// Time for a client to send its request's body.
    pub request_time: Duration,
    /// Largest headers of a request in bytes: names and values of all of them together.
    pub max_headers: u64,
    /// Largest request in bytes.
    pub max_request: u64,
    /// How many arrays and objects of a request may be open at once; the outermost counts as one.
    pub max_depth: u32,
    /// Largest answer in bytes; a larger one is cut.
    pub max_answer: u64,
    /// Largest event of an event stream in bytes.
    pub max_event: u64,
    /// Failures in a row after which calls are refused for a while.
    pub breaker_failures: u32,
    /// How long calls are refused until one may try whether the server is back. It doubles each time it is not, up to
    /// two minutes or this, whichever is longer.
    pub breaker_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent: 512,
            queue: 256,
            queue_wait: Duration::from_secs(10),
            // Half of the turns: one person cannot take them all.
            concurrent_per_person: 256,
            listening: 512,
            listening_per_person: 64,
            rate_per_person: None,
            rate: None,
            rate_per_tool: None,
            first_byte: Duration::from_mins(2),
            idle: Duration::from_mins(2),
            total: Duration::from_mins(15),
            request_time: Duration::from_secs(30),
            max_headers: 64 << 10,
            max_request: 4 << 20,
            max_depth: 64,
            max_answer: 64 << 20,
            max_event: 4 << 20,
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(10),
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
            concurrent_per_person: server.concurrent_per_person.unwrap_or(self.concurrent_per_person),
            listening: server.listening.unwrap_or(self.listening),
            listening_per_person: server.listening_per_person.unwrap_or(self.listening_per_person),
            rate_per_person: server.rate_per_person.or(self.rate_per_person),
            rate: server.rate.or(self.rate),
            rate_per_tool: server.rate_per_tool.or(self.rate_per_tool),
            request_time: seconds(server.request_time, self.request_time),
            max_headers: server.max_headers.unwrap_or(self.max_headers),
            max_request: server.max_request.unwrap_or(self.max_request),
            max_depth: server.max_depth.unwrap_or(self.max_depth),
            max_answer: server.max_answer.unwrap_or(self.max_answer),
            max_event: server.max_event.unwrap_or(self.max_event),
            breaker_failures: server.breaker_failures.unwrap_or(self.breaker_failures),
            breaker_pause: seconds(server.breaker_pause, self.breaker_pause),
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

/// The least and the greatest value of a number.
pub type Range = (u64, u64);

impl ServerLimits {
    /// Calls under way at once.
    pub const CONCURRENT: Range = (1, 10_000);
    /// Waiting calls; none may wait at 0.
    pub const QUEUE: Range = (0, 10_000);
    /// Seconds of a wait.
    pub const QUEUE_WAIT: Range = (1, 300);
    /// Streams that wait for events.
    pub const LISTENING: Range = (1, 10_000);
    /// Calls a minute.
    pub const PER_MINUTE: Range = (1, 1_000_000);
    /// Calls at once after a pause.
    pub const BURST: Range = (1, 100_000);
    /// Seconds that a server may take.
    pub const DEADLINE: Range = (1, 86_400);
    /// Seconds that a client may take to send a body.
    pub const REQUEST_TIME: Range = (1, 3_600);
    /// Bytes of all headers of a request.
    pub const HEADERS: Range = (1 << 10, 256 << 10);
    /// Bytes of a message.
    pub const MESSAGE: Range = (1 << 10, 64 << 20);
    /// Arrays and objects that are open at once.
    pub const DEPTH: Range = (8, 256);
    /// Bytes of an answer.
    pub const ANSWER: Range = (1 << 10, 4 << 30);
    /// Failures in a row.
    pub const BREAKER_FAILURES: Range = (1, 1_000);
    /// Seconds for which calls are refused.
    pub const BREAKER_PAUSE: Range = (1, 3_600);

    /// The numbers that are out of their range: the path of each, and what it may be.
    pub fn out_of_range(&self) -> Vec<(String, Range)> {
        let numbers = LIMIT_NUMBERS.iter().filter_map(|number| {
            let value = (number.of)(self)?;
            (!is_within(value, number.range)).then(|| (number.path.to_owned(), number.range))
        });
        let tools = self.tools.iter().flat_map(|(tool, deadlines)| {
            let wrong = deadlines.parts().into_iter().filter_map(|(part, value)| value.map(|value| (part, value)));
            let wrong = wrong.filter(|(_, value)| !is_within((*value).into(), Self::DEADLINE));
            wrong.map(move |(part, _)| (format!("tools.{tool}.{part}"), Self::DEADLINE))
        });
        numbers.chain(tools).collect()
    }
}

/// True for a value of this range.
pub const fn is_within(value: u64, (least, most): Range) -> bool {
    least <= value && value <= most
}

/// What to say of a value out of this range.
pub fn range_words((least, most): Range) -> String {
    format!("enter a whole number from {least} to {most}")
}

/// A number that can be set for a server. [`LIMIT_NUMBERS`] has them all.
#[derive(Debug, Clone, Copy)]
pub struct LimitNumber {
    /// The path of its field.
    pub path: &'static str,
    /// What it may be.
    pub range: Range,
    /// As it is set for a server.
    pub of: fn(&ServerLimits) -> Option<u64>,
    /// Sets it to a value of its range. A burst has no place before its rate.
    pub put: fn(&mut ServerLimits, u64),
    /// As it is in force; `None` for no limit.
    pub in_force: fn(&Limits) -> Option<u64>,
}

/// A value of whatever kind; a time in whole seconds.
trait AsNumber {
    fn number(self) -> Option<u64>;
}

impl AsNumber for u32 {
    fn number(self) -> Option<u64> {
        Some(self.into())
    }
}

impl AsNumber for u64 {
    fn number(self) -> Option<u64> {
        Some(self)
    }
}

impl<T: AsNumber> AsNumber for Option<T> {
    fn number(self) -> Option<u64> {
        self.and_then(AsNumber::number)
    }
}

impl AsNumber for Duration {
    fn number(self) -> Option<u64> {
        Some(self.as_secs())
    }
}

macro_rules! number {
    ($path:literal, $range:ident, $($field:ident).+, $in_force:ident) => {
        LimitNumber {
            path: $path,
            range: ServerLimits::$range,
            of: |limits| limits.$($field).+.number(),
            put: |limits, value| limits.$($field).+ = value.try_into().ok(),
            in_force: |limits| limits.$in_force.number(),
        }
    };
}

macro_rules! per_minute {
    ($path:literal, $rate:ident) => {
        LimitNumber {
            path: $path,
            range: ServerLimits::PER_MINUTE,
            of: |limits| limits.$rate.map(|rate| rate.per_minute.into()),
            put: |limits, value| {
                limits.$rate = value.try_into().ok().map(|per_minute| Rate { per_minute, burst: None });
            },
            in_force: |limits| limits.$rate.map(|rate| rate.per_minute.into()),
        }
    };
}

macro_rules! burst {
    ($path:literal, $rate:ident) => {
        LimitNumber {
            path: $path,
            range: ServerLimits::BURST,
            of: |limits| limits.$rate?.burst.number(),
            put: |limits, value| {
                if let Some(rate) = &mut limits.$rate {
                    rate.burst = value.try_into().ok();
                }
            },
            in_force: |limits| limits.$rate.map(|rate| rate.burst().into()),
        }
    };
}

/// The numbers that can be set for a server, in the order of its page; each rate before its burst.
pub const LIMIT_NUMBERS: [LimitNumber; 23] = [
    number!("concurrent", CONCURRENT, concurrent, concurrent),
    number!("queue", QUEUE, queue, queue),
    number!("queue_wait", QUEUE_WAIT, queue_wait, queue_wait),
    number!("concurrent_per_person", CONCURRENT, concurrent_per_person, concurrent_per_person),
    number!("listening", LISTENING, listening, listening),
    number!("listening_per_person", LISTENING, listening_per_person, listening_per_person),
    per_minute!("rate_per_person.per_minute", rate_per_person),
    burst!("rate_per_person.burst", rate_per_person),
    per_minute!("rate.per_minute", rate),
    burst!("rate.burst", rate),
    per_minute!("rate_per_tool.per_minute", rate_per_tool),
    burst!("rate_per_tool.burst", rate_per_tool),
    number!("deadlines.first_byte", DEADLINE, deadlines.first_byte, first_byte),
    number!("deadlines.idle", DEADLINE, deadlines.idle, idle),
    number!("deadlines.total", DEADLINE, deadlines.total, total),
    number!("request_time", REQUEST_TIME, request_time, request_time),
    number!("max_headers", HEADERS, max_headers, max_headers),
    number!("max_request", MESSAGE, max_request, max_request),
    number!("max_depth", DEPTH, max_depth, max_depth),
    number!("max_answer", ANSWER, max_answer, max_answer),
    number!("max_event", MESSAGE, max_event, max_event),
    number!("breaker_failures", BREAKER_FAILURES, breaker_failures, breaker_failures),
    number!("breaker_pause", BREAKER_PAUSE, breaker_pause, breaker_pause),
];

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
    fn every_number_is_in_the_table_once() {
        let deadlines = Deadlines { first_byte: Some(1), idle: Some(1), total: Some(1) };
        let rate = Some(Rate { per_minute: 1, burst: Some(1) });
        let all = ServerLimits {
            concurrent: Some(1),
            queue: Some(1),
            queue_wait: Some(1),
            concurrent_per_person: Some(1),
            listening: Some(1),
            listening_per_person: Some(1),
            rate_per_person: rate,
            rate,
            rate_per_tool: rate,
            deadlines,
            tools: BTreeMap::new(),
            request_time: Some(1),
            max_headers: Some(1),
            max_request: Some(1),
            max_depth: Some(1),
            max_answer: Some(1),
            max_event: Some(1),
            breaker_failures: Some(1),
            breaker_pause: Some(1),
        };
        let json = serde_json::to_value(&all).unwrap();
        let fields = json.as_object().unwrap().iter().flat_map(|(field, value)| match value.as_object() {
            Some(parts) => parts.keys().map(|part| format!("{field}.{part}")).collect(),
            None => vec![field.clone()],
        });
        let mut fields: Vec<_> = fields.collect();
        let mut paths: Vec<_> = LIMIT_NUMBERS.iter().map(|number| number.path.to_owned()).collect();
        fields.sort_unstable();
        paths.sort_unstable();
        assert_eq!(paths, fields);

        let mut again = ServerLimits::default();
        for number in LIMIT_NUMBERS {
            assert_eq!((number.of)(&all), Some(1), "{}", number.path);
            assert_eq!((number.in_force)(&Limits::default().at(&all)), Some(1), "{}", number.path);
            (number.put)(&mut again, 1);
        }
        assert_eq!(again, all);
    }

    #[test]
    fn every_default_is_in_its_range() {
        for number in LIMIT_NUMBERS {
            let value = (number.in_force)(&Limits::default());
            assert!(value.is_none_or(|value| is_within(value, number.range)), "{}: {value:?}", number.path);
        }
    }

    /// Limits with every number set to a value of its range.
    fn all(value: fn(Range) -> u64) -> ServerLimits {
        let mut limits = ServerLimits::default();
        for number in LIMIT_NUMBERS {
            (number.put)(&mut limits, value(number.range));
        }
        limits
    }

    #[test]
    fn every_number_is_checked() {
        assert!(all(|(least, _)| least).out_of_range().is_empty());
        assert!(all(|(_, most)| most).out_of_range().is_empty());
        let wrong = all(|(_, most)| most + 1).out_of_range();
        assert_eq!(wrong.len(), LIMIT_NUMBERS.len());
        let slow = Deadlines { idle: Some(0), total: Some(1), ..Deadlines::default() };
        let tools = ServerLimits { tools: BTreeMap::from([("slow".to_owned(), slow)]), ..ServerLimits::default() };
        assert_eq!(tools.out_of_range(), [("tools.slow.idle".to_owned(), ServerLimits::DEADLINE)]);
    }
}
