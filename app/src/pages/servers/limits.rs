//! Limits of a server in words and as fields: made on the server, so that the browser needs no code for any of them.

use std::collections::BTreeMap;

use domain::{Deadlines, FieldError, Limits, Problem, ProtocolChoice, Range, Rate, Server, ServerLimits};

use crate::error::AppError;
use crate::format::number;
use crate::text;

type Label = fn() -> &'static str;

/// The numbers that can be set, by the paths of their fields.
const NUMBERS: &[(&str, Range, Label)] = &[
    ("concurrent", ServerLimits::CONCURRENT, text::servers::limit_concurrent),
    ("queue", ServerLimits::QUEUE, text::servers::limit_queue),
    ("queue_wait", ServerLimits::QUEUE_WAIT, text::servers::limit_queue_wait),
    ("concurrent_per_person", ServerLimits::CONCURRENT_PER_PERSON, text::servers::limit_per_person),
    ("rate_per_person.per_minute", ServerLimits::PER_MINUTE, text::servers::limit_person_rate),
    ("rate_per_person.burst", ServerLimits::BURST, text::servers::limit_person_burst),
    ("rate.per_minute", ServerLimits::PER_MINUTE, text::servers::limit_rate),
    ("rate.burst", ServerLimits::BURST, text::servers::limit_burst),
    ("rate_per_tool.per_minute", ServerLimits::PER_MINUTE, text::servers::limit_tool_rate),
    ("rate_per_tool.burst", ServerLimits::BURST, text::servers::limit_tool_burst),
    ("deadlines.first_byte", ServerLimits::DEADLINE, text::servers::limit_first_byte),
    ("deadlines.idle", ServerLimits::DEADLINE, text::servers::limit_idle),
    ("deadlines.total", ServerLimits::DEADLINE, text::servers::limit_total),
    ("max_request", ServerLimits::MAX_REQUEST, text::servers::limit_max_request),
    ("max_answer", ServerLimits::MAX_ANSWER, text::servers::limit_max_answer),
    ("max_event", ServerLimits::MAX_EVENT, text::servers::limit_max_event),
];

/// What the page of a server says about limits: rows of name, label, value that is set, and value in force in words.
/// The first one is the protocol, the last one the deadlines of single tools.
pub(super) fn rows(server: &Server, defaults: Limits) -> Vec<Vec<String>> {
    let limits = &server.limits;
    let set: BTreeMap<String, u64> = limits.numbers().into_iter().map(|(path, value, _)| (path, value)).collect();
    let in_force = in_force(defaults.at(limits));
    let mut rows = vec![vec![
        "protocol".to_owned(),
        text::servers::protocol().to_owned(),
        server.protocol.to_string(),
        protocol(server.protocol).to_owned(),
    ]];
    for ((path, _, label), value) in NUMBERS.iter().zip(in_force) {
        let value = value.map_or_else(|| text::servers::limit_none().to_owned(), number);
        let own = set.get(*path);
        let words = if own.is_some() { text::servers::limit_set(&value) } else { text::servers::limit_default(&value) };
        let own = own.map(u64::to_string).unwrap_or_default();
        rows.push(vec![format!("limits[{path}]"), label().to_owned(), own, words]);
    }
    let tools: Vec<String> = limits.tools.iter().map(|(tool, deadlines)| line(tool, deadlines)).collect();
    let words = if tools.is_empty() { text::servers::limit_tools_none().to_owned() } else { tools.join(", ") };
    let label = text::servers::limit_tools().to_owned();
    rows.push(vec!["limits[tools]".to_owned(), label, tools.join("\n"), words]);
    rows
}

/// The protocols that can be chosen.
pub(super) fn protocol(choice: ProtocolChoice) -> &'static str {
    match choice {
        ProtocolChoice::Auto => text::servers::protocol_auto(),
        ProtocolChoice::Stateless => text::servers::protocol_stateless(),
        ProtocolChoice::Sessions => text::servers::protocol_sessions(),
        ProtocolChoice::HttpSse => text::servers::protocol_http_sse(),
    }
}

/// The values in force, in the order of [`NUMBERS`].
fn in_force(limits: Limits) -> [Option<u64>; 16] {
    let minute = |rate: Option<Rate>| rate.map(|rate| u64::from(rate.per_minute));
    let burst = |rate: Option<Rate>| rate.map(|rate| u64::from(rate.burst()));
    [
        Some(limits.concurrent.into()),
        Some(limits.queue.into()),
        Some(limits.queue_wait.as_secs()),
        limits.concurrent_per_person.map(u64::from),
        minute(limits.rate_per_person),
        burst(limits.rate_per_person),
        minute(limits.rate),
        burst(limits.rate),
        minute(limits.rate_per_tool),
        burst(limits.rate_per_tool),
        Some(limits.first_byte.as_secs()),
        Some(limits.idle.as_secs()),
        Some(limits.total.as_secs()),
        Some(limits.max_request),
        Some(limits.max_answer),
        Some(limits.max_event),
    ]
}

fn line(tool: &str, deadlines: &Deadlines) -> String {
    let parts = [("first_byte", deadlines.first_byte), ("idle", deadlines.idle), ("total", deadlines.total)];
    let set = parts.iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}")));
    std::iter::once(tool.to_owned()).chain(set).collect::<Vec<_>>().join(" ")
}

/// The limits that a form sends: numbers as text by path; empty ones are not set.
///
/// # Errors
/// `Invalid` naming every field that is no number, and lines about tools that cannot be read.
pub(super) fn parsed(sent: &BTreeMap<String, String>) -> Result<ServerLimits, AppError> {
    let mut wrong = Vec::new();
    let mut get = |path: &str| -> Option<u64> {
        let text = sent.get(path).map_or("", |text| text.trim());
        if text.is_empty() {
            return None;
        }
        // A number that does not fit is as wrong as a word.
        let value = text.parse().ok().filter(|value| u32::try_from(*value).is_ok() || path.starts_with("max_"));
        if value.is_none() {
            let range = NUMBERS.iter().find(|(known, ..)| *known == path).map(|(_, range, _)| *range);
            let (_, least, most) = range.unwrap_or_default();
            let why = format!("enter a whole number from {least} to {most}");
            wrong.push(FieldError { field: format!("limits.{path}"), why });
        }
        value
    };
    let mut small = |path: &str| get(path).and_then(|value| u32::try_from(value).ok());
    let mut limits = ServerLimits {
        concurrent: small("concurrent"),
        queue: small("queue"),
        queue_wait: small("queue_wait"),
        concurrent_per_person: small("concurrent_per_person"),
        deadlines: Deadlines {
            first_byte: small("deadlines.first_byte"),
            idle: small("deadlines.idle"),
            total: small("deadlines.total"),
        },
        ..ServerLimits::default()
    };
    let mut lone = Vec::new();
    let mut rate = |name: &str| -> Option<Rate> {
        let (minute, burst) = (small(&format!("{name}.per_minute")), small(&format!("{name}.burst")));
        if minute.is_none() && burst.is_some() {
            lone.push(FieldError { field: format!("limits.{name}.per_minute"), why: "enter a value".to_owned() });
        }
        minute.map(|per_minute| Rate { per_minute, burst })
    };
    limits.rate_per_person = rate("rate_per_person");
    limits.rate = rate("rate");
    limits.rate_per_tool = rate("rate_per_tool");
    limits.max_request = get("max_request");
    limits.max_answer = get("max_answer");
    limits.max_event = get("max_event");
    wrong.extend(lone);
    for text in sent.get("tools").map_or("", String::as_str).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match tool(text) {
            Some((name, deadlines)) => drop(limits.tools.insert(name, deadlines)),
            None => {
                let why = text::servers::limit_tools_help().to_owned();
                wrong.push(FieldError { field: "limits.tools".to_owned(), why });
                break;
            }
        }
    }
    if wrong.is_empty() { Ok(limits) } else { Err(AppError(Problem::Invalid { fields: wrong })) }
}

/// A line such as `report first_byte=30 total=900`.
fn tool(line: &str) -> Option<(String, Deadlines)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let mut deadlines = Deadlines::default();
    for word in words {
        let (part, seconds) = word.split_once('=')?;
        let place = match part {
            "first_byte" => &mut deadlines.first_byte,
            "idle" => &mut deadlines.idle,
            "total" => &mut deadlines.total,
            _ => return None,
        };
        *place = Some(seconds.parse().ok()?);
    }
    (!deadlines.is_empty()).then_some((name, deadlines))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_shown_can_be_sent_back() {
        let limits = ServerLimits {
            concurrent: Some(3),
            rate: Some(Rate { per_minute: 60, burst: Some(5) }),
            rate_per_tool: Some(Rate { per_minute: 6, burst: None }),
            deadlines: Deadlines { total: Some(70), ..Deadlines::default() },
            tools: BTreeMap::from([("report".to_owned(), Deadlines { idle: Some(9), ..Deadlines::default() })]),
            max_answer: Some(1 << 33),
            ..ServerLimits::default()
        };
        let mut sent = form(&[("tools", "\n report idle=9 \n")]);
        sent.extend(limits.numbers().into_iter().map(|(path, value, _)| (path, value.to_string())));
        assert_eq!(parsed(&sent).unwrap(), limits);
        assert_eq!(parsed(&form(&[("queue", " "), ("rate.burst", "")])).unwrap(), ServerLimits::default());
    }

    #[test]
    fn wrong_fields_are_all_named() {
        let sent = form(&[
            ("concurrent", "many"),
            ("queue", "-1"),
            ("deadlines.idle", "99999999999"),
            ("rate.burst", "3"),
            ("tools", "report total=1\nother"),
        ]);
        let Err(AppError(Problem::Invalid { fields })) = parsed(&sent) else { panic!("it is refused") };
        let names: Vec<_> = fields.iter().map(|error| error.field.as_str()).collect();
        let expected =
            ["limits.concurrent", "limits.queue", "limits.deadlines.idle", "limits.rate.per_minute", "limits.tools"];
        assert_eq!(names, expected);
    }

    #[test]
    fn every_number_has_a_field_and_a_value() {
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
            tools: BTreeMap::new(),
            max_request: Some(1),
            max_answer: Some(1),
            max_event: Some(1),
        };
        let mut paths: Vec<_> = all.numbers().into_iter().map(|(path, ..)| path).collect();
        let mut fields: Vec<_> = NUMBERS.iter().map(|(path, ..)| (*path).to_owned()).collect();
        paths.sort_unstable();
        fields.sort_unstable();
        assert_eq!(paths, fields);
        assert!(in_force(Limits::default().at(&all)).iter().all(|value| *value == Some(1)));
    }
}
