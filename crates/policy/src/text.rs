//! Rules as Cedar text.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{Effect, PrincipalKind, Rule, ToolScope};

use crate::glob::is_pattern;

/// The Cedar schema that every compiled rule is valid against.
///
/// `now` is the time in microseconds since 1970 (Cedar's dates have milliseconds only).
pub const SCHEMA: &str = r#"entity Group;
entity User in [Group];
entity Server;

action "connect", "get_prompt", "read_resource", "use_template" appliesTo {
  principal: [User],
  resource: [Server],
  context: { now: Long }
};
action "call_tool" appliesTo {
  principal: [User],
  resource: [Server],
  context: { now: Long, tool: String }
};
"#;

/// The rule as Cedar policy text: what is compiled, and what people are shown.
///
/// Notes are not part of it. The dates of annotations repeat the numbers of the condition in a readable form.
pub fn cedar_text(rule: &Rule) -> String {
    let mut out = String::with_capacity(256);
    line(&mut out, format_args!("@id({})", literal(&rule.id.to_string())));
    for (name, time) in [("starts_at", rule.starts_at), ("ends_at", rule.ends_at)] {
        if let Some(time) = time {
            line(&mut out, format_args!("@{name}({})", literal(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true))));
        }
    }
    let effect = match rule.effect {
        Effect::Allow => "permit",
        Effect::Deny => "forbid",
    };
    line(&mut out, format_args!("{effect} ("));
    let id = literal(rule.principal.id.as_deref().unwrap_or_default());
    match rule.principal.kind {
        PrincipalKind::User => line(&mut out, format_args!("  principal == User::{id},")),
        PrincipalKind::Group => line(&mut out, format_args!("  principal in Group::{id},")),
        PrincipalKind::Everyone => line(&mut out, format_args!("  principal,")),
    }
    let action = match (&rule.tools, rule.effect) {
        (ToolScope::All(_), _) => "  action,",
        // Whoever may call a tool may also connect and list.
        (ToolScope::Some(_), Effect::Allow) => r#"  action in [Action::"connect", Action::"call_tool"],"#,
        (ToolScope::Some(_), Effect::Deny) => r#"  action == Action::"call_tool","#,
    };
    line(&mut out, format_args!("{action}"));
    match rule.server {
        Some(server) => line(&mut out, format_args!("  resource == Server::{}", literal(&server.to_string()))),
        None => line(&mut out, format_args!("  resource")),
    }
    out.push(')');
    if let ToolScope::Some(names) = &rule.tools {
        let mut terms = Vec::new();
        if rule.effect == Effect::Allow {
            terms.push(r#"action == Action::"connect""#.to_owned());
        }
        terms.extend(name_terms(names));
        if terms.is_empty() {
            terms.push("false".to_owned());
        }
        out.push_str("\nwhen {\n  ");
        out.push_str(&terms.join(" ||\n  "));
        out.push_str("\n}");
    }
    let times: Vec<String> = [(">=", rule.starts_at), ("<", rule.ends_at)]
        .into_iter()
        .filter_map(|(op, time)| time.map(|t: DateTime<Utc>| format!("context.now {op} {}", t.timestamp_micros())))
        .collect();
    if !times.is_empty() {
        out.push_str("\nwhen {\n  ");
        out.push_str(&times.join(" &&\n  "));
        out.push_str("\n}");
    }
    out.push_str(";\n");
    out
}

/// The conditions of a list: the plain names as one set, each pattern by itself.
fn name_terms(names: &[String]) -> Vec<String> {
    let plain: Vec<String> = names.iter().filter(|n| !is_pattern(n)).map(|n| literal(n)).collect();
    let set = (!plain.is_empty()).then(|| format!("[{}].contains(context.tool)", plain.join(", ")));
    // In a Cedar pattern only `*` is special, and it means what it means here.
    let patterns = names.iter().filter(|n| is_pattern(n)).map(|n| format!("context.tool like {}", literal(n)));
    set.into_iter().chain(patterns).collect()
}

/// A Cedar string literal, quotes included. What could be misread or not be seen is escaped.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
