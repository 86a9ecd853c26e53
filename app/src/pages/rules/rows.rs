//! A rule as lists show it, in words that the server made.

use chrono::{DateTime, Utc};
use domain::{Effect, RuleId};
use serde::{Deserialize, Serialize};

/// A rule as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Identity.
    pub id: RuleId,
    /// Whom it is about.
    pub principal_name: String,
    /// It is about one person, by name.
    pub personal: bool,
    /// Permits or forbids.
    pub effect: Effect,
    /// Names of the servers, or that it is about all of them.
    pub server_name: String,
    /// It is about every server.
    pub global: bool,
    /// The first names that it covers; none for everything.
    pub names: Vec<String>,
    /// How many more names.
    pub more: usize,
    /// Which calls it covers, in short; empty for all.
    pub only_if: String,
    /// That it decides nothing; empty when it does.
    pub monitor: String,
    /// Switched on.
    pub enabled: bool,
    /// In force now.
    pub in_force: bool,
    /// In force from this time.
    pub starts_at: Option<DateTime<Utc>>,
    /// In force until this time.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why it exists, without marks.
    pub notes: String,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

#[cfg(feature = "ssr")]
pub use words::{all_names, names_what, only_if, whom};

#[cfg(feature = "ssr")]
mod words {
    use domain::{PersonAttribute, PrincipalKind, Rule, RuleMode, RuleView};

    use super::RuleRow;
    use crate::text::{self, said::rules as said};

    /// Names that are shown before they are counted.
    const SHOWN: usize = 3;

    /// Characters of a condition that a list has room for.
    const ROOM: usize = 80;

    impl RuleRow {
        /// The row of a rule that is in the visitor's language already.
        pub fn of(view: &RuleView) -> Self {
            let rule = &view.rule;
            let mut names = all_names(rule);
            let more = names.len().saturating_sub(SHOWN);
            names.truncate(SHOWN);
            Self {
                id: rule.id,
                principal_name: whom(view),
                personal: rule.principal.kind == PrincipalKind::User && rule.principal.only_id().is_some(),
                effect: rule.effect,
                server_name: view.server_name.clone(),
                global: rule.is_global(),
                names,
                more,
                only_if: only_if(rule),
                monitor: if rule.mode == RuleMode::Monitor { said::monitor().to_owned() } else { String::new() },
                enabled: rule.enabled,
                in_force: view.in_force,
                starts_at: rule.starts_at,
                ends_at: rule.ends_at,
                notes: crate::components::plain(&rule.notes),
                updated_at: rule.updated_at,
            }
        }

        /// The rows of rules.
        pub fn all(views: &[RuleView]) -> Vec<Self> {
            views.iter().map(Self::of).collect()
        }
    }

    /// Whom a rule is about.
    pub fn whom(view: &RuleView) -> String {
        let principal = &view.rule.principal;
        let values = principal.values.join(", ");
        match principal.attribute {
            Some(PersonAttribute::Department) => said::department(&values),
            Some(PersonAttribute::Title) => said::job_title(&values),
            Some(PersonAttribute::Team) => said::team(&values),
            None => view.principal_name.clone(),
        }
    }

    /// Everything that a rule names; nothing for the entire server.
    pub fn all_names(rule: &Rule) -> Vec<String> {
        let Some(names) = rule.scope.names() else { return Vec::new() };
        [&names.tools, &names.resources, &names.prompts].into_iter().flatten().cloned().collect()
    }

    /// What a rule covers, in a line.
    pub fn names_what(rule: &Rule) -> String {
        match rule.scope.names() {
            Some(_) => all_names(rule).join(", "),
            None if rule.is_global() => text::rules::everything().to_owned(),
            None => text::common::entire_server().to_owned(),
        }
    }

    /// Which calls a rule covers, in short: its first condition.
    pub fn only_if(rule: &Rule) -> String {
        let Some(conditions) = &rule.conditions else {
            return rule.cedar.as_ref().map(|_| said::only_if_clauses().to_owned()).unwrap_or_default();
        };
        let lines = policy::condition_lines(conditions);
        // The heads of groups are no conditions.
        let tests: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.ends_with(':')).collect();
        let first = tests.first().copied().unwrap_or_default();
        let cut: String = first.chars().take(ROOM).collect();
        let first = if cut.len() < first.len() { format!("{cut}…") } else { cut };
        let more = tests.len().saturating_sub(1) + usize::from(rule.cedar.is_some());
        if more == 0 { said::only_if(&first) } else { said::only_if_more(&first, more) }
    }

    #[cfg(test)]
    mod tests {
        use super::super::super::convert::tests::rule;
        use super::*;

        #[test]
        fn a_list_tells_when_a_rule_counts() {
            let with = |conditions: &str, cedar: Option<&str>| Rule {
                conditions: policy::read_conditions(conditions).unwrap(),
                cedar: cedar.map(str::to_owned),
                ..rule()
            };
            assert_eq!(only_if(&with("", None)), "");
            assert_eq!(only_if(&with("", Some("when { true }"))), "if its Cedar clauses hold");
            assert_eq!(only_if(&with("payload.table equals a", None)), r#"if payload.table equals "a""#);
            let group = "any:\n  payload.x exists\n  none:\n    payload.y exists";
            assert_eq!(only_if(&with(group, None)), "if payload.x exists, and 1 more");
            let long = only_if(&with(&format!("payload.x equals {}", "ä".repeat(200)), None));
            assert!(long.ends_with('…') && long.chars().count() < 100, "{long}");
        }

        #[test]
        fn a_row_has_the_first_names_of_every_kind() {
            let names = serde_json::json!({ "tools": ["a", "b"], "resources": ["c:d"], "prompts": ["e", "f"] });
            let rule = Rule { scope: serde_json::from_value(names).unwrap(), mode: RuleMode::Monitor, ..rule() };
            let view = RuleView { rule, principal_name: "Ada".into(), server_name: "Wiki".into(), in_force: true };
            let row = RuleRow::of(&view);
            assert_eq!(
                (row.names, row.more, row.monitor.as_str()),
                (vec!["a".into(), "b".into(), "c:d".into()], 2, "Monitor only")
            );
            assert!(row.personal && !row.global);
            let mut sales = view;
            sales.rule.principal = domain::Principal::attribute(PersonAttribute::Department, vec!["Sales".into()]);
            assert_eq!(RuleRow::of(&sales).principal_name, "Department: Sales");
        }
    }
}
