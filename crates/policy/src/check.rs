//! Which rules make sense.

use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Utc};
use domain::{
    Condition, Effect, FieldError, GroupId, Names, NewRule, PersonAttribute, Principal, PrincipalKind, Rule, RuleScope,
    ServerId, UserId,
};

use crate::glob::is_pattern;
use crate::query::Level;
use crate::schema;
use crate::text::policy_text;
use crate::tree::Tree;

/// Names and patterns in the list of one rule.
pub const MAX_NAMES: usize = 2000;
/// Names with `*` in the list of one rule. Each is a term of its own in the compiled condition.
pub const MAX_PATTERNS: usize = 100;
/// Bytes in one name or pattern.
pub const MAX_NAME_BYTES: usize = 256;
/// Characters in the notes of a rule.
pub const MAX_NOTES_CHARS: usize = 2000;

/// People, groups or values in one rule.
pub const MAX_PRINCIPALS: usize = 200;
/// Servers in one rule.
pub const MAX_SERVERS: usize = 200;

/// Whom a rule is about, with the ids parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    Everyone,
    Users(Vec<UserId>),
    /// Groups or job roles.
    Groups(Vec<GroupId>),
    Attribute(PersonAttribute, Vec<String>),
}

impl Who {
    /// Parses a principal; the error says what to enter.
    pub(crate) fn parse(principal: &Principal) -> Result<Self, String> {
        let Principal { kind, ids, attribute, values } = principal;
        if *kind != PrincipalKind::Attribute && (attribute.is_some() || !values.is_empty()) {
            return Err("attribute and values belong to rules about an attribute; leave them out".into());
        }
        if ids.len().max(values.len()) > MAX_PRINCIPALS {
            return Err(format!("a rule names at most {MAX_PRINCIPALS}; use a group"));
        }
        match kind {
            PrincipalKind::Everyone if ids.is_empty() => Ok(Self::Everyone),
            PrincipalKind::Everyone => Err("a rule for everyone names nobody; leave the ids out".into()),
            PrincipalKind::User if ids.is_empty() => Err("choose the people whom the rule is about".into()),
            PrincipalKind::User => parsed(ids, "choose people; their ids have the form `usr_…`").map(Self::Users),
            PrincipalKind::Group if ids.is_empty() => Err("choose the groups whom the rule is about".into()),
            PrincipalKind::Group => parsed(ids, "choose groups; their ids have the form `grp_…`").map(Self::Groups),
            PrincipalKind::JobRole if ids.is_empty() => Err("choose the job roles whom the rule is about".into()),
            PrincipalKind::JobRole => {
                parsed(ids, "choose job roles; their ids have the form `grp_…`").map(Self::Groups)
            }
            PrincipalKind::Attribute => match attribute {
                _ if !ids.is_empty() => Err("a rule about an attribute names values; leave the ids out".into()),
                None => Err("choose the attribute: department, title or team".into()),
                Some(_) if values.is_empty() => Err("name at least one value of the attribute".into()),
                Some(_) if values.iter().any(|value| value.trim().is_empty() || value.len() > MAX_NAME_BYTES) => {
                    Err(format!("a value of the attribute is empty or has more than {MAX_NAME_BYTES} bytes"))
                }
                Some(attribute) => Ok(Self::Attribute(*attribute, values.clone())),
            },
        }
    }
}

/// The ids, each once.
fn parsed<I: FromStr + Ord>(ids: &[String], wrong: &str) -> Result<Vec<I>, String> {
    let mut ids = ids.iter().map(|id| id.parse().map_err(|_| wrong.to_owned())).collect::<Result<Vec<I>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The part of a rule that decides, of a stored rule and of one being entered alike.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) effect: Effect,
    pub(crate) servers: &'a [ServerId],
    pub(crate) scope: &'a RuleScope,
    pub(crate) conditions: Option<&'a Condition>,
    pub(crate) cedar: Option<&'a str>,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
}

macro_rules! parts_of {
    ($($rule:ident),+) => {$(
        impl<'a> From<&'a $rule> for Parts<'a> {
            fn from(rule: &'a $rule) -> Self {
                Self {
                    principal: &rule.principal,
                    effect: rule.effect,
                    servers: &rule.servers,
                    scope: &rule.scope,
                    conditions: rule.conditions.as_ref(),
                    cedar: rule.cedar.as_deref(),
                    starts_at: rule.starts_at,
                    ends_at: rule.ends_at,
                }
            }
        }
    )+};
}
parts_of!(Rule, NewRule);

/// Checks a rule before it is stored. Every wrong field is named, in form order.
///
/// Whether person, group and server exist, and whether an end date lies in the past, is for the use case to check.
pub fn check_rule(rule: &NewRule) -> Result<(), Vec<FieldError>> {
    let mut errors = problems(Parts::from(rule));
    for (field, time) in [("starts_at", rule.starts_at), ("ends_at", rule.ends_at)] {
        if time.is_some_and(|time| !is_in_range(time)) {
            errors.push(error(field, "choose a date between the years 1 and 9999"));
        }
    }
    if rule.notes.chars().count() > MAX_NOTES_CHARS {
        errors.push(error("notes", format!("shorten the notes to {MAX_NOTES_CHARS} characters")));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// True for a moment that a rule may begin or end at: of a year that dates and databases can write.
pub fn is_in_range(time: DateTime<Utc>) -> bool {
    (1..=9999).contains(&time.year())
}

/// What keeps a rule from being compiled.
pub(crate) fn problems(rule: Parts<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Err(why) = Who::parse(rule.principal) {
        errors.push(error("principal", why));
    }
    if rule.servers.is_empty() && rule.effect == Effect::Allow {
        errors.push(error("effect", "a global rule can only deny; choose a server, or deny"));
    }
    if rule.servers.len() > MAX_SERVERS {
        errors.push(error("servers", format!("a rule names at most {MAX_SERVERS} servers; split the rule")));
    }
    if let Some(why) = rule.scope.names().and_then(names_problem) {
        errors.push(error("scope", why));
    }
    let tree = rule.conditions.map(Tree::parse).transpose().unwrap_or_else(|why| {
        errors.push(error("conditions", why));
        None
    });
    if let (Some(start), Some(end)) = (rule.starts_at, rule.ends_at)
        && end.timestamp_micros() <= start.timestamp_micros()
    {
        errors.push(error("ends_at", "the end must be after the start"));
    }
    // Clauses are checked in their place, which has to make sense first.
    if rule.cedar.is_some() && errors.is_empty() {
        let (text, from) = policy_text(&rule, None, tree.as_ref(), Level::Call);
        let end = text.len() - "\n;\n".len();
        if let Err(why) = schema::check(&text, from..end) {
            errors.push(error("cedar", why));
        }
    }
    errors
}

fn names_problem(names: &Names) -> Option<String> {
    let lists = [&names.tools, &names.resources, &names.prompts];
    if lists.iter().all(|list| list.is_empty()) {
        return Some("name at least one tool, resource or prompt, or choose the entire server".into());
    }
    lists.into_iter().find_map(|list| list_problem(list))
}

fn list_problem(names: &[String]) -> Option<String> {
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
