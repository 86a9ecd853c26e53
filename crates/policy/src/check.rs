//! Which rules make sense.

use chrono::{DateTime, Utc};
use domain::{Effect, FieldError, GroupId, NewRule, Principal, PrincipalKind, Rule, ServerId, ToolScope, UserId};

use crate::glob::is_pattern;

/// Names and patterns in the list of one rule.
pub const MAX_NAMES: usize = 2000;
/// Names with `*` in the list of one rule. Each is a term of its own in the compiled condition.
pub const MAX_PATTERNS: usize = 100;
/// Bytes in one name or pattern.
pub const MAX_NAME_BYTES: usize = 256;
/// Characters in the notes of a rule.
pub const MAX_NOTES_CHARS: usize = 2000;

/// Whom a rule is about, with the id parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Everyone,
    User(UserId),
    Group(GroupId),
}

impl Who {
    /// Parses a principal; the error says what to enter.
    pub(crate) fn parse(principal: &Principal) -> Result<Self, &'static str> {
        match (principal.kind, principal.id.as_deref()) {
            (PrincipalKind::Everyone, None) => Ok(Self::Everyone),
            (PrincipalKind::Everyone, Some(_)) => Err("a rule for everyone names nobody; leave the id out"),
            (PrincipalKind::User, Some(id)) => {
                id.parse().map(Self::User).map_err(|_| "choose a person; the id has the form `usr_…`")
            }
            (PrincipalKind::Group, Some(id)) => {
                id.parse().map(Self::Group).map_err(|_| "choose a group; the id has the form `grp_…`")
            }
            (PrincipalKind::User, None) => Err("choose the person whom the rule is about"),
            (PrincipalKind::Group, None) => Err("choose the group whom the rule is about"),
        }
    }
}

/// The part of a rule that decides, of a stored rule and of one being entered alike.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    principal: &'a Principal,
    effect: Effect,
    server: Option<ServerId>,
    tools: &'a ToolScope,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a Rule> for Parts<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            principal: &rule.principal,
            effect: rule.effect,
            server: rule.server,
            tools: &rule.tools,
            starts_at: rule.starts_at,
            ends_at: rule.ends_at,
        }
    }
}

impl<'a> From<&'a NewRule> for Parts<'a> {
    fn from(rule: &'a NewRule) -> Self {
        Self {
            principal: &rule.principal,
            effect: rule.effect,
            server: rule.server,
            tools: &rule.tools,
            starts_at: rule.starts_at,
            ends_at: rule.ends_at,
        }
    }
}

/// Checks a rule before it is stored. Every wrong field is named, in form order.
///
/// Whether person, group and server exist, and whether an end date lies in the past, is for the use case to check.
pub fn check_rule(rule: &NewRule) -> Result<(), Vec<FieldError>> {
    let mut errors = problems(Parts::from(rule));
    if rule.notes.chars().count() > MAX_NOTES_CHARS {
        errors.push(error("notes", format!("shorten the notes to {MAX_NOTES_CHARS} characters")));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// What keeps a rule from being compiled.
pub(crate) fn problems(rule: Parts<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Err(why) = Who::parse(rule.principal) {
        errors.push(error("principal", why));
    }
    if rule.server.is_none() && rule.effect == Effect::Allow {
        errors.push(error("effect", "a global rule can only deny; choose a server, or deny"));
    }
    if let ToolScope::Some(names) = rule.tools
        && let Some(why) = list_problem(names)
    {
        errors.push(error("tools", why));
    }
    if let (Some(start), Some(end)) = (rule.starts_at, rule.ends_at)
        && end.timestamp_micros() <= start.timestamp_micros()
    {
        errors.push(error("ends_at", "the end must be after the start"));
    }
    errors
}

fn list_problem(names: &[String]) -> Option<String> {
    if names.is_empty() {
        return Some("name at least one tool, or choose the entire server".into());
    }
    if names.len() > MAX_NAMES {
        return Some(format!("at most {MAX_NAMES} names in one rule; use `*` or split the rule"));
    }
    if names.iter().filter(|n| is_pattern(n)).count() > MAX_PATTERNS {
        return Some(format!("at most {MAX_PATTERNS} names with `*` in one rule; split the rule"));
    }
    names.iter().find_map(|name| {
        if name.is_empty() {
            Some("a name is empty; remove it".to_owned())
        } else if name.len() > MAX_NAME_BYTES {
            let begin: String = name.chars().take(40).collect();
            Some(format!("`{begin}…` is too long; a name has at most {MAX_NAME_BYTES} bytes"))
        } else if name.trim() != name || name.chars().any(char::is_control) {
            Some(format!("`{}` begins or ends with a space or holds a control character", name.escape_debug()))
        } else {
            None
        }
    })
}

fn error(field: &str, why: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), why: why.into() }
}
