//! Which rules depend on a group that they do not name as their principal: by its name in a condition, or in clauses.

use domain::{Condition, GroupId, GroupKind, NewRule, Operator, Rule, Test, Value};

use crate::glob::matches;
use crate::schema;

/// What of a rule may ask for groups.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    conditions: Option<&'a Condition>,
    clauses: Option<&'a str>,
}

impl<'a> From<&'a Rule> for Asking<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self { conditions: rule.conditions.as_ref(), clauses: rule.cedar.as_deref() }
    }
}

impl<'a> From<&'a NewRule> for Asking<'a> {
    fn from(rule: &'a NewRule) -> Self {
        Self { conditions: rule.conditions.as_ref(), clauses: rule.cedar.as_deref() }
    }
}

/// True when conditions or Cedar clauses of a rule ask for a group or job role by this name: then the rule covers other
/// people once nothing has the name any more. Values that are parts or patterns of names count where they fit.
pub fn asks_for_group<'a>(rule: impl Into<Asking<'a>>, kind: GroupKind, name: &str) -> bool {
    let Asking { conditions, clauses } = rule.into();
    let path = match kind {
        GroupKind::Group => "subject.groups",
        GroupKind::JobRole => "subject.job_roles",
    };
    let in_clauses = || {
        let texts = clauses.map(schema::literals).unwrap_or_default();
        // Clauses are given what they look at by the texts in them.
        let holds = |wanted: &str| texts.iter().any(|text| text == wanted);
        holds(path) && holds(name)
    };
    conditions.is_some_and(|condition| asks(condition, path, name)) || in_clauses()
}

/// True when Cedar clauses of a rule name a group or job role by its id.
pub fn clauses_name_group<'a>(rule: impl Into<Asking<'a>>, group: GroupId) -> bool {
    rule.into().clauses.is_some_and(|clauses| schema::groups(clauses).contains(&group))
}

fn asks(condition: &Condition, path: &str, name: &str) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
            parts.iter().any(|part| asks(part, path, name))
        }
        Condition::Test(test) if test.path == path => test.value.as_ref().is_some_and(|value| fits(test, value, name)),
        Condition::Test(_) => false,
    }
}

fn fits(test: &Test, value: &Value, name: &str) -> bool {
    use Operator as Op;
    match value {
        Value::List(items) => items.iter().any(|item| fits(test, item, name)),
        Value::Text(text) => match test.operator {
            Op::BeginsWith | Op::NotBeginsWith => name.starts_with(text.as_str()),
            Op::EndsWith | Op::NotEndsWith => name.ends_with(text.as_str()),
            Op::Matches | Op::NotMatches => matches(text, name),
            _ => text == name,
        },
        // In a list of names it is compared as it is written.
        Value::Number(number) => number == name,
        Value::Bool(flag) => flag.to_string() == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Effect, Principal};

    fn rule(conditions: Option<&str>, cedar: Option<&str>) -> NewRule {
        NewRule {
            conditions: conditions.map(|json| serde_json::from_str(json).unwrap()),
            cedar: cedar.map(str::to_owned),
            ..NewRule::new(Principal::everyone(), Effect::Deny, None)
        }
    }

    #[test]
    fn names_are_found_wherever_a_condition_holds_them() {
        let of_groups = |operator: &str, value: &str| {
            format!(r#"{{"path":"subject.groups","operator":"{operator}","value":{value}}}"#)
        };
        for condition in [
            of_groups("contains", r#""Night shift""#),
            of_groups("not_contains", r#""Night shift""#),
            of_groups("in", r#"["Day shift","Night shift"]"#),
            of_groups("begins_with", r#""Night""#),
            of_groups("not_ends_with", r#""shift""#),
            of_groups("matches", r#""N*t sh*""#),
        ] {
            let nested = format!(r#"{{"all":[{{"none":[{condition}]}}]}}"#);
            for text in [&condition, &nested] {
                let found = rule(Some(text), None);
                assert!(asks_for_group(&found, GroupKind::Group, "Night shift"), "{text}");
                assert!(!asks_for_group(&found, GroupKind::JobRole, "Night shift"), "{text}");
                assert!(!asks_for_group(&found, GroupKind::Group, "Weekend"), "{text}");
            }
        }
        for other in [
            of_groups("contains", r#""Night""#),
            of_groups("matches", r#""Day*""#),
            r#"{"path":"subject.groups","operator":"exists"}"#.to_owned(),
            r#"{"path":"subject.team","operator":"equals","value":"Night shift"}"#.to_owned(),
        ] {
            assert!(!asks_for_group(&rule(Some(&other), None), GroupKind::Group, "Night shift"), "{other}");
        }
        assert!(asks_for_group(&rule(Some(&of_groups("in", "[7]")), None), GroupKind::Group, "7"));
    }

    #[test]
    fn clauses_hold_names_and_ids() {
        let by_name = r#"when { context.list.hasTag("subject.job_roles") &&
            context.list.getTag("subject.job_roles").contains("Nurse \"A\"") }"#;
        let by_name = rule(None, Some(by_name));
        assert!(asks_for_group(&by_name, GroupKind::JobRole, "Nurse \"A\""));
        assert!(!asks_for_group(&by_name, GroupKind::Group, "Nurse \"A\""));
        assert!(!asks_for_group(&by_name, GroupKind::JobRole, "Nurse"));
        let another = rule(None, Some(r#"when { context.text.getTag("payload.job") == "Nurse" }"#));
        assert!(!asks_for_group(&another, GroupKind::JobRole, "Nurse"));
        let (group, other) = (format!("grp_{:032x}", 7), format!("grp_{:032x}", 8));
        let by_id = rule(None, Some(&format!("when {{ principal in Group::\"{group}\" }}")));
        assert!(clauses_name_group(&by_id, group.parse().unwrap()));
        assert!(!clauses_name_group(&by_id, other.parse().unwrap()));
    }
}
