//! Rules as Cedar text.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{Effect, Names, PersonAttribute, Principal, PrincipalKind, Rule, RuleId};

use crate::check::Parts;
use crate::glob::is_pattern;
use crate::query::Level;
use crate::render::Rendered;
use crate::tree::{Sides, Tree};

/// The rule as Cedar policy text: what is compiled for calls, and what people are shown.
///
/// Notes are not part of it. The dates of annotations repeat the numbers of the condition in a readable form.
pub fn cedar_text(rule: &Rule) -> String {
    policy_text(&Parts::from(rule), Some(rule.id), tree_of(rule.conditions.as_ref()).as_ref(), Level::Call).0
}

/// Conditions of a stored rule. Those that make no sense any more are refused where rules are compiled.
fn tree_of(conditions: Option<&domain::Condition>) -> Option<Tree> {
    conditions.and_then(|conditions| Tree::parse(conditions).ok())
}

/// The policy at some level of knowledge, and where the clauses of an expert begin in it.
pub(crate) fn policy_text(
    rule: &Parts<'_>,
    id: Option<RuleId>,
    conditions: Option<&Tree>,
    level: Level,
) -> (String, usize) {
    let mut out = String::with_capacity(256);
    if let Some(id) = id {
        line(&mut out, format_args!("@id({})", literal(&id.to_string())));
    }
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
    let (head, who) = principal(rule.principal);
    line(&mut out, format_args!("  {head},"));
    line(&mut out, format_args!("  {},", actions(rule)));
    match rule.servers {
        [server] => line(&mut out, format_args!("  resource == {}", entity("Server", &server.to_string()))),
        _ => line(&mut out, format_args!("  resource")),
    }
    out.push(')');
    let mut clause = |text: &str| {
        out.push_str("\nwhen {\n  ");
        out.push_str(text);
        out.push_str("\n}");
    };
    if let Some(who) = who {
        clause(&who);
    }
    if rule.servers.len() > 1 {
        let servers: Vec<String> = rule.servers.iter().map(|id| entity("Server", &id.to_string())).collect();
        clause(&format!("resource in [{}]", servers.join(", ")));
    }
    if let Some(names) = rule.scope.names() {
        clause(&named(names, rule.effect));
    }
    let times: Vec<String> = [(">=", rule.starts_at), ("<", rule.ends_at)]
        .into_iter()
        .filter_map(|(op, time)| time.map(|t: DateTime<Utc>| format!("context.now {op} {}", t.timestamp_micros())))
        .collect();
    if !times.is_empty() {
        clause(&times.join(" &&\n  "));
    }
    match conditions.map(|tree| tree.render(level, Sides::of(rule.effect))) {
        None | Some(Rendered::Always) => {}
        Some(Rendered::Never) => clause("false"),
        Some(Rendered::Text(text)) => clause(&text),
    }
    let mut from = out.len();
    match rule.cedar {
        Some(clauses) if level == Level::Call => {
            out.push('\n');
            from = out.len();
            out.push_str(clauses.trim_end());
        }
        // Before the call is known, clauses count for the caller.
        Some(_) if rule.effect == Effect::Deny => out.push_str("\nwhen {\n  false\n}"),
        _ => {}
    }
    // A comment at the end of the clauses must not swallow it.
    out.push_str(if rule.cedar.is_some() { "\n;\n" } else { ";\n" });
    (out, from)
}

/// The head's principal, and the condition that says the rest.
fn principal(principal: &Principal) -> (String, Option<String>) {
    let of = |kind: &str, one: &str| match principal.ids.as_slice() {
        [id] => (format!("principal {one} {}", entity(kind, id)), None),
        ids => {
            let all: Vec<String> = ids.iter().map(|id| entity(kind, id)).collect();
            ("principal".to_owned(), Some(format!("principal in [{}]", all.join(", "))))
        }
    };
    match principal.kind {
        PrincipalKind::User => of("User", "=="),
        PrincipalKind::Group => of("Group", "in"),
        PrincipalKind::JobRole => of("JobRole", "in"),
        PrincipalKind::Everyone => ("principal".to_owned(), None),
        PrincipalKind::Attribute => {
            let values: Vec<String> = principal.values.iter().map(|value| literal(value)).collect();
            let attribute = principal.attribute.unwrap_or(PersonAttribute::Department);
            ("principal".to_owned(), Some(format!("[{}].contains(principal.{attribute})", values.join(", "))))
        }
    }
}

/// Kind of name, actions that it opens, and where the name is in the context.
fn kinds(names: &Names) -> [(&[String], &'static [&'static str], &'static str); 3] {
    [
        (&names.tools, &["call_tool"], "tool"),
        (&names.resources, &["read_resource", "use_template"], "uri"),
        (&names.prompts, &["get_prompt"], "prompt"),
    ]
}

fn actions(rule: &Parts<'_>) -> String {
    let Some(names) = rule.scope.names() else { return "action".to_owned() };
    let mut actions = Vec::new();
    // Whoever may use a part may also connect and list.
    if rule.effect == Effect::Allow {
        actions.push("connect");
    }
    actions.extend(kinds(names).into_iter().filter(|(list, ..)| !list.is_empty()).flat_map(|(_, actions, _)| actions));
    match actions.as_slice() {
        [one] => format!("action == {}", entity("Action", one)),
        several => {
            let all: Vec<String> = several.iter().map(|action| entity("Action", action)).collect();
            format!("action in [{}]", all.join(", "))
        }
    }
}

/// The condition of named parts.
fn named(names: &Names, effect: Effect) -> String {
    let mut terms = Vec::new();
    if effect == Effect::Allow {
        terms.push(r#"action == Action::"connect""#.to_owned());
    }
    for (list, actions, field) in kinds(names) {
        if list.is_empty() {
            continue;
        }
        let plain: Vec<String> = list.iter().filter(|n| !is_pattern(n)).map(|n| literal(n)).collect();
        let set = (!plain.is_empty()).then(|| format!("[{}].contains(context.{field})", plain.join(", ")));
        let patterns =
            list.iter().filter(|n| is_pattern(n)).map(|n| format!("context.{field} like \"{}\"", pattern(n, false)));
        let covered = join(set.into_iter().chain(patterns).collect(), " || ");
        terms.extend(actions.iter().map(|action| format!("action == {} && {covered}", entity("Action", action))));
    }
    if terms.is_empty() { "false".to_owned() } else { terms.join(" ||\n  ") }
}

fn entity(kind: &str, id: &str) -> String {
    format!("{kind}::{}", literal(id))
}

/// Joins terms; more than one are held together by parentheses.
pub(crate) fn join(terms: Vec<String>, with: &str) -> String {
    match terms.len() {
        1 => terms.concat(),
        _ => format!("({})", terms.iter().map(|term| format!("({term})")).collect::<Vec<_>>().join(with)),
    }
}

/// The inside of a Cedar pattern. Its `*` stands for any characters, unless `plain` says that it is a letter as others.
pub(crate) fn pattern(text: &str, plain: bool) -> String {
    let quoted = literal(text);
    let inside = &quoted[1..quoted.len() - 1];
    if plain { inside.replace('*', "\\*") } else { inside.to_owned() }
}

/// A Cedar string literal, quotes included. What could be misread or not be seen is escaped.
pub(crate) fn literal(text: &str) -> String {
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
