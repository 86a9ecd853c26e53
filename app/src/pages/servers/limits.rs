//! Limits of a server in words and as fields: made on the server, so that the browser needs no code for any of them.

use std::collections::BTreeMap;

use domain::{
    Deadlines, FieldError, LIMIT_NUMBERS, Limits, Problem, ProtocolChoice, Server, ServerLimits, is_within, range_words,
};

use crate::error::AppError;
use crate::format::number;
use crate::text;

type Label = fn() -> &'static str;

/// What the numbers are called, in the order of [`LIMIT_NUMBERS`].
const LABELS: [(&str, Label); LIMIT_NUMBERS.len()] = [
    ("concurrent", text::said::servers::limit_concurrent),
    ("queue", text::said::servers::limit_queue),
    ("queue_wait", text::said::servers::limit_queue_wait),
    ("concurrent_per_person", text::said::servers::limit_per_person),
    ("listening", text::said::servers::limit_listening),
    ("listening_per_person", text::said::servers::limit_listening_per_person),
    ("rate_per_person.per_minute", text::said::servers::limit_person_rate),
    ("rate_per_person.burst", text::said::servers::limit_person_burst),
    ("rate.per_minute", text::said::servers::limit_rate),
    ("rate.burst", text::said::servers::limit_burst),
    ("rate_per_tool.per_minute", text::said::servers::limit_tool_rate),
    ("rate_per_tool.burst", text::said::servers::limit_tool_burst),
    ("deadlines.first_byte", text::said::servers::limit_first_byte),
    ("deadlines.idle", text::said::servers::limit_idle),
    ("deadlines.total", text::said::servers::limit_total),
    ("request_time", text::said::servers::limit_request_time),
    ("max_headers", text::said::servers::limit_max_headers),
    ("max_request", text::said::servers::limit_max_request),
    ("max_depth", text::said::servers::limit_max_depth),
    ("max_answer", text::said::servers::limit_max_answer),
    ("max_event", text::said::servers::limit_max_event),
    ("breaker_failures", text::said::servers::limit_breaker_failures),
    ("breaker_pause", text::said::servers::limit_breaker_pause),
];

/// What the page of a server says about limits: rows of name, label, value that is set, and value in force in words.
/// The first one is the protocol, the last one the deadlines of single tools.
pub(super) fn rows(server: &Server, defaults: Limits) -> Vec<Vec<String>> {
    let limits = &server.limits;
    let in_force = defaults.at(limits);
    let mut rows = vec![vec![
        "protocol".to_owned(),
        text::said::servers::protocol().to_owned(),
        server.protocol.to_string(),
        protocol(server.protocol).to_owned(),
    ]];
    for (field, (path, label)) in LIMIT_NUMBERS.iter().zip(LABELS) {
        let value = (field.in_force)(&in_force).map_or_else(|| text::said::servers::limit_none().to_owned(), number);
        let own = (field.of)(limits);
        let words = if own.is_some() {
            text::said::servers::limit_set(&value)
        } else {
            text::said::servers::limit_default(&value)
        };
        let own = own.map(|own| own.to_string()).unwrap_or_default();
        rows.push(vec![format!("limits[{path}]"), label().to_owned(), own, words]);
    }
    let tools = limits.tools.iter().filter(|(_, deadlines)| !deadlines.is_empty());
    let tools: Vec<String> = tools.map(|(tool, deadlines)| line(tool, deadlines)).collect();
    let words = if tools.is_empty() { text::said::servers::limit_tools_none().to_owned() } else { tools.join(", ") };
    let label = text::said::servers::limit_tools().to_owned();
    rows.push(vec!["limits[tools]".to_owned(), label, tools.join("\n"), words]);
    rows
}

/// A protocol in words.
fn protocol(choice: ProtocolChoice) -> &'static str {
    match choice {
        ProtocolChoice::Auto => text::servers::protocol_auto(),
        ProtocolChoice::Stateless => text::servers::protocol_stateless(),
        ProtocolChoice::Sessions => text::servers::protocol_sessions(),
        ProtocolChoice::HttpSse => text::servers::protocol_http_sse(),
    }
}

/// A tool with its deadlines, as [`tool`] reads it.
fn line(tool: &str, deadlines: &Deadlines) -> String {
    let set = deadlines.parts().into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}")));
    std::iter::once(tool.to_owned()).chain(set).collect::<Vec<_>>().join(" ")
}

/// The limits that a form sends: numbers as text by path; empty ones are not set.
///
/// # Errors
/// `Invalid` naming every field that is no number of its range, a burst without its rate, and the first line about a tool
/// that cannot be read.
pub(super) fn parsed(sent: &BTreeMap<String, String>) -> Result<ServerLimits, AppError> {
    let mut limits = ServerLimits::default();
    let mut wrong = Vec::new();
    let mut refuse = |path: &str, why: String| wrong.push(FieldError { field: format!("limits.{path}"), why });
    let entered = |path: &str| sent.get(path).map(|text| text.trim()).filter(|text| !text.is_empty());
    for number in LIMIT_NUMBERS {
        let Some(text) = entered(number.path) else { continue };
        match text.parse().ok().filter(|value| is_within(*value, number.range)) {
            Some(value) => (number.put)(&mut limits, value),
            None => refuse(number.path, range_words(number.range)),
        }
    }
    for rate in ["rate_per_person", "rate", "rate_per_tool"] {
        let path = format!("{rate}.per_minute");
        if entered(&path).is_none() && entered(&format!("{rate}.burst")).is_some() {
            refuse(&path, "enter a value".to_owned());
        }
    }
    for line in entered("tools").unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty()) {
        let why = match tool(line) {
            Some((_, deadlines)) if !in_range(deadlines) => range_words(ServerLimits::DEADLINE),
            Some((name, _)) if limits.tools.contains_key(&name) => text::said::servers::limit_tools_twice(&name),
            Some((name, deadlines)) => {
                limits.tools.insert(name, deadlines);
                continue;
            }
            None => text::servers::limit_tools_help().to_owned(),
        };
        refuse("tools", why);
        break;
    }
    if wrong.is_empty() { Ok(limits) } else { Err(AppError(Problem::Invalid { fields: wrong })) }
}

fn in_range(deadlines: Deadlines) -> bool {
    deadlines.parts().iter().all(|(_, value)| value.is_none_or(|value| is_within(value.into(), ServerLimits::DEADLINE)))
}

/// A line such as `report first_byte=30 total=900`; the name may have spaces.
fn tool(line: &str) -> Option<(String, Deadlines)> {
    let mut name = line;
    let mut deadlines = Deadlines::default();
    while let Some((rest, last)) = name.rsplit_once(char::is_whitespace) {
        let Some((part, seconds)) = last.split_once('=') else { break };
        let part = deadlines.part_mut(part)?;
        if part.replace(seconds.parse().ok()?).is_some() {
            return None;
        }
        name = rest.trim_end();
    }
    (!deadlines.is_empty()).then(|| (name.to_owned(), deadlines))
}

#[cfg(test)]
mod tests {
    use domain::Rate;

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
            max_answer: Some(1 << 31),
            ..ServerLimits::default()
        };
        let mut sent = form(&[("tools", "\n report idle=9 \n")]);
        let set = |path: &str, value: u64| (path.to_owned(), value.to_string());
        sent.extend(LIMIT_NUMBERS.iter().filter_map(|number| Some(set(number.path, (number.of)(&limits)?))));
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
    fn tools_are_read_line_by_line() {
        let one = |text: &str| tool(text).map(|(name, deadlines)| line(&name, &deadlines));
        for whole in ["report total=9", "my report first_byte=1 idle=2", "a=b idle=3"] {
            assert_eq!(one(whole).as_deref(), Some(whole));
        }
        for wrong in
            ["report", "total=9", "report total=x", "report tootal=9", "report idle=1 idle=2", "report idle= 1"]
        {
            assert_eq!(one(wrong), None, "{wrong}");
        }
        for (lines, why) in [
            ("report total=9\nreport idle=1", "report is there twice"),
            ("report total=0", "enter a whole number from 1 to 86400"),
        ] {
            let Err(error) = parsed(&form(&[("tools", lines)])) else { panic!("{lines} is refused") };
            assert_eq!(error.of_input("limits[tools]"), Some(why));
        }
    }

    #[test]
    fn every_number_has_its_label() {
        assert_eq!(LABELS.map(|(path, _)| path), LIMIT_NUMBERS.map(|number| number.path));
    }
}
