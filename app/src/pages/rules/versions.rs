//! What a rule was, and who changed what of it.

use domain::{Names, RuleChangeKind, RuleMode, RuleVersion, RuleView};

use super::api::VersionRow;
use super::rows::whom;
use crate::components::Worded as _;
use crate::diff::{Line, diff};
use crate::text::{self, said::rules as said};

/// Versions, newest first, each with how it differs from the one before.
pub(super) fn rows(versions: Vec<RuleVersion>) -> Vec<VersionRow> {
    let texts: Vec<String> = versions.iter().map(|version| written(&version.rule)).collect();
    let before = texts.iter().skip(1).map(String::as_str).chain([""]);
    versions.iter().zip(&texts).zip(before).map(|((version, text), before)| row(version, before, text)).collect()
}

fn row(version: &RuleVersion, before: &str, after: &str) -> VersionRow {
    let what = match version.change {
        RuleChangeKind::Created => said::made(),
        RuleChangeKind::Updated => said::updated(),
        RuleChangeKind::Deleted => said::deleted(),
    };
    VersionRow {
        title: format!("{} · {what}", said::version(version.version)),
        by: if version.by_name.is_empty() { said::system().to_owned() } else { version.by_name.clone() },
        at: version.at,
        lines: diff(before, after).into_iter().map(Line::signed).collect(),
    }
}

/// All of a rule that can be changed, one thing a line.
fn written(view: &RuleView) -> String {
    let rule = &view.rule;
    let mut lines = vec![
        said::line(text::common::who(), &whom(view)),
        said::line(text::common::effect(), rule.effect.words()),
        said::line(said::servers(), &view.server_name),
    ];
    match rule.scope.names() {
        None => lines.push(said::line(said::scope(), said::whole())),
        Some(Names { tools, resources, prompts }) => {
            let kinds = [(text::common::tool(), tools), (said::resource(), resources), (said::prompt(), prompts)];
            for (kind, names) in kinds {
                lines.extend(names.iter().map(|name| said::line(kind, name)));
            }
        }
    }
    let conditions = rule.conditions.as_ref().map(policy::condition_lines).unwrap_or_default();
    let written = [(said::conditions(), conditions), (said::cedar(), rule.cedar.clone().unwrap_or_default())];
    for (heading, text) in written {
        if !text.is_empty() {
            lines.push(said::line(heading, "").trim_end().to_owned());
            lines.extend(text.lines().map(|line| format!("  {line}")));
        }
    }
    let mode = if rule.mode == RuleMode::Monitor { said::monitor() } else { said::enforce() };
    lines.push(said::line(said::mode(), mode));
    // In the form that the last day is derived from, since two times of one day are a difference.
    let times = [(said::first_day(), rule.starts_at), (said::last_day(), rule.ends_at)];
    lines.extend(times.into_iter().filter_map(|(label, at)| at.map(|at| said::line(label, &crate::format::exact(at)))));
    let state = if rule.enabled { said::line_on() } else { said::line_off() };
    lines.push(said::line(text::common::state(), state));
    lines.extend(rule.notes.lines().map(|line| said::line(text::common::notes(), line)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use domain::Rule;

    use super::super::convert::tests::rule;
    use super::*;

    fn version(number: u32, change: RuleChangeKind, rule: Rule) -> RuleVersion {
        let at = "2026-03-12T09:00:00Z".parse().unwrap();
        let rule = RuleView { rule, principal_name: "Ada".into(), server_name: "Wiki".into(), in_force: true };
        RuleVersion { version: number, change, rule, by: None, by_name: String::new(), at }
    }

    #[test]
    fn each_version_tells_what_it_changed() {
        let conditions = policy::read_conditions("payload.table equals salaries").unwrap();
        let changed = Rule { conditions, mode: RuleMode::Monitor, enabled: false, ..rule() };
        let rows =
            rows(vec![version(2, RuleChangeKind::Updated, changed), version(1, RuleChangeKind::Created, rule())]);
        assert_eq!((rows[0].title.as_str(), rows[0].by.as_str()), ("Version 2 · changed", "the system"));
        let lines = |row: &VersionRow, sign: &str| -> Vec<String> {
            row.lines.iter().filter(|(of, _)| of == sign).map(|(_, text)| text.clone()).collect()
        };
        assert_eq!(
            lines(&rows[0], "+"),
            ["Conditions:", "  payload.table equals \"salaries\"", "Mode: Monitor only", "State: switched off",]
        );
        assert_eq!(lines(&rows[0], "−"), ["Mode: Enforce", "State: switched on"]);
        assert!(lines(&rows[1], "+").contains(&"Who: Ada".to_owned()) && lines(&rows[1], "−").is_empty());
    }

    #[test]
    fn whatever_can_be_changed_makes_a_difference() {
        let at = |text: &str| Some(text.parse().unwrap());
        let names = |names: serde_json::Value| serde_json::from_value(names).unwrap();
        let changes = [
            Rule { effect: domain::Effect::Deny, ..rule() },
            Rule { scope: names(serde_json::json!({ "prompts": ["a"] })), ..rule() },
            Rule { scope: names(serde_json::json!({ "resources": ["a"] })), ..rule() },
            Rule { cedar: Some("when { true }".into()), ..rule() },
            Rule { starts_at: at("2026-03-12T09:00:00Z"), ..rule() },
            Rule { ends_at: at("2026-03-12T09:00:00Z"), ..rule() },
            Rule { notes: "Why".into(), ..rule() },
        ];
        let view = |rule: Rule| written(&version(1, RuleChangeKind::Created, rule).rule);
        let mut seen = vec![view(rule())];
        for change in changes {
            let text = view(change);
            assert!(!seen.contains(&text), "{text}");
            seen.push(text);
        }
    }
}
