//! The Cedar schema, and clauses that experts write.

use std::str::FromStr as _;
use std::sync::LazyLock;

use cedar_policy::{Policy, PolicySet, Schema, ValidationMode, Validator};
use domain::GroupId;

use crate::facts::Need;
use crate::source::Source;

/// The Cedar schema that every compiled rule is valid against.
///
/// `now` is the time in microseconds since 1970 (Cedar's dates have milliseconds only). What a path leads to is a tag, by
/// the path's name, of the entity of its type; `present` holds every path that leads somewhere, `times` the spans of the
/// day that hold the moment.
pub const SCHEMA: &str = r#"entity Group;
entity JobRole;
entity User in [Group, JobRole] { department: String, title: String, team: String };
entity Server;
entity Text tags String;
entity Number tags decimal;
entity Flag tags Bool;
entity List tags Set<String>;
entity Address tags ipaddr;
entity Place tags String;

action "connect" appliesTo {
  principal: [User],
  resource: [Server],
  context: { now: Long, text: Text, number: Number, flag: Flag, list: List, address: Address, place: Place,
             present: Set<String>, times: Set<String> }
};
action "call_tool" appliesTo {
  principal: [User],
  resource: [Server],
  context: { tool: String, now: Long, text: Text, number: Number, flag: Flag, list: List, address: Address,
             place: Place, present: Set<String>, times: Set<String> }
};
action "get_prompt" appliesTo {
  principal: [User],
  resource: [Server],
  context: { prompt: String, now: Long, text: Text, number: Number, flag: Flag, list: List, address: Address,
             place: Place, present: Set<String>, times: Set<String> }
};
action "read_resource", "use_template" appliesTo {
  principal: [User],
  resource: [Server],
  context: { uri: String, now: Long, text: Text, number: Number, flag: Flag, list: List, address: Address,
             place: Place, present: Set<String>, times: Set<String> }
};
"#;

/// Bytes of the clauses of one rule.
pub(crate) const MAX_CLAUSES: usize = 16 * 1024;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).expect("a constant that is a valid Cedar schema");
    Validator::new(schema)
});

/// Checks a whole policy in which the clauses of an expert stand at `span`. The error says where, counted in the clauses.
pub(crate) fn check(text: &str, span: std::ops::Range<usize>) -> Result<(), String> {
    let from = span.start;
    let clauses = &text[span];
    let begins = clauses.trim_start();
    if clauses.len() > MAX_CLAUSES {
        return Err(format!("shorten the clauses to {MAX_CLAUSES} bytes"));
    }
    if !begins.starts_with("when") && !begins.starts_with("unless") {
        return Err("begin with `when {` or `unless {`; who, what and effect come from the form".into());
    }
    let set = PolicySet::from_str(text).map_err(|error| placed(&error, text, from))?;
    if set.num_of_policies() != 1 || set.num_of_templates() != 0 {
        return Err("write clauses only: a rule is one policy, and its head comes from the form".into());
    }
    if set
        .policies()
        .any(|policy: &Policy| policy.annotations().any(|(name, _)| !matches!(name, "id" | "starts_at" | "ends_at")))
    {
        return Err("write clauses only, without annotations".into());
    }
    let result = VALIDATOR.validate(&set, ValidationMode::Strict);
    match result.validation_errors().next() {
        Some(error) => Err(placed(error, text, from)),
        None => Ok(()),
    }
}

/// Cedar's complaint with line and column in the clauses.
fn placed<E: miette::Diagnostic + std::fmt::Display>(error: &E, text: &str, from: usize) -> String {
    let at = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let said = error.to_string();
    // The id of the policy says nothing to a person.
    let said =
        said.split_once("`, ").filter(|(id, _)| id.starts_with("for policy")).map_or(said.as_str(), |(_, rest)| rest);
    match at {
        Some(at) if at >= from && text.is_char_boundary(at) => {
            let before = &text[from..at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!("line {line}, column {column}: {said}")
        }
        _ => said.to_owned(),
    }
}

/// What clauses look at: every text in them that is a path. They may compare it in any way.
pub(crate) fn needs(clauses: &str) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for text in literals(clauses) {
        if let Ok(window) = crate::window::Window::parse(&text)
            && window.to_string() == text
        {
            needs.push(Need {
                path: "meta.request.time".into(),
                source: Source::Time,
                as_address: false,
                as_place: false,
                windows: vec![window],
            });
        } else if let Ok(source) = Source::parse(&text) {
            needs.push(Need { path: text, source, as_address: true, as_place: true, windows: Vec::new() });
        }
    }
    needs
}

/// The groups that clauses name.
pub(crate) fn groups(clauses: &str) -> Vec<GroupId> {
    literals(clauses).into_iter().filter_map(|text| text.parse().ok()).collect()
}

/// The texts in quotes.
pub(crate) fn literals(clauses: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = clauses.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => text.extend(chars.next()),
                        c => text.push(c),
                    }
                }
                out.push(text);
            }
            // A comment may hold a single quote.
            '/' if chars.as_str().starts_with('/') => {
                chars.by_ref().take_while(|c| *c != '\n').for_each(drop);
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_spans_and_groups_of_clauses_are_found() {
        let group = format!("grp_{:032x}", 7);
        let clauses = format!(
            "when {{ // don't stop at \" here\n context.text.hasTag(\"payload.a\") && \
             context.times.contains(\"08:00-18:00 UTC\") && principal in Group::\"{group}\" }}"
        );
        let paths: Vec<String> = needs(&clauses).into_iter().map(|need| need.path).collect();
        assert_eq!(paths, ["payload.a", "meta.request.time"]);
        assert_eq!(groups(&clauses), [group.parse().unwrap()]);
    }
}
