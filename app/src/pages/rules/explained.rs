//! Explanations in the visitor's words.

use chrono::{DateTime, Utc};
use domain::{
    Bearing, Decision, Explanation, Problem, RuleView, ServerId, TargetKind, TestOutcome, TriedTest, UserId, Weighed,
};
use service::{Caller, Services};

use super::api::{Choices, Explained, ExplainedRule, Told};
use super::fields;
use super::rows::{names_what, only_if, whom};
use crate::components::Worded as _;
use crate::error::{AppError, sentence};
use crate::text::{self, said::rules as said};

pub(super) async fn choices(services: &Services, caller: &Caller) -> Result<Choices, AppError> {
    let first = |words: &str| vec![(String::new(), words.to_owned())];
    let mut people = first(text::common::who());
    let known = fields::people(services, caller).await?;
    people.extend(known.into_iter().map(|(id, name, email)| (id, format!("{name} ({email})"))));
    let mut servers = first(text::common::server());
    servers.extend(crate::pages::audit::api::servers(services, caller).await?);
    // The first is what is meant where nothing is chosen.
    let kinds = TargetKind::ALL.iter().map(|kind| {
        let value = if *kind == TargetKind::default() { String::new() } else { kind.to_string() };
        (value, kind_words(*kind).to_owned())
    });
    let labels = [said::arguments(), said::client(), said::client_version()].map(str::to_owned);
    Ok(Choices { people, servers, kinds: kinds.collect(), labels: labels.into() })
}

/// What is told of a call, completed by what the audit log holds of it, as far as the caller may read that, and as long as
/// it is the recorded call that is asked about: who calls which server for what. Says what was taken.
pub(super) async fn recorded(
    services: &Services,
    caller: &Caller,
    told: Told,
    (person, server, kind, name): (UserId, ServerId, TargetKind, &str),
) -> Result<(Told, Vec<&'static str>), AppError> {
    let Some(event) = crate::parse::optional("event", Some(told.event.as_str()).filter(|id| !id.is_empty()))? else {
        return Ok((told, Vec::new()));
    };
    let entry = match services.audit_entry(caller, event).await.map_err(AppError::from) {
        Err(AppError(Problem::NotFound { .. } | Problem::Forbidden { .. })) => return Ok((told, Vec::new())),
        found => found?,
    };
    let row = &entry.row;
    let tool = row.tool.as_deref().unwrap_or_default();
    let named = crate::pages::audit::api::named(services.denied_target(server, tool), tool);
    if (row.actor.id, row.server_id, named) != (Some(person), Some(server), name) {
        return Ok((told, Vec::new()));
    }
    let mut notes = Vec::new();
    // The server itself is asked for without arguments; those that were cut are no JSON.
    let arguments =
        entry.args.filter(|args| kind != TargetKind::Server && told.arguments.is_empty() && !args.is_empty());
    if arguments.is_some() {
        notes.push(if entry.cut.is_some() { said::recorded_cut() } else { said::recorded_arguments() });
    }
    let arguments = arguments.filter(|_| entry.cut.is_none());
    let mut taken = false;
    let mut or = |told: String, known: Option<String>| match known {
        Some(known) if told.is_empty() && !known.is_empty() => {
            taken = true;
            known
        }
        _ => told,
    };
    let told = Told {
        arguments: arguments.unwrap_or(told.arguments),
        ip: or(told.ip, entry.row.ip),
        client: or(told.client, entry.row.client_name),
        client_version: or(told.client_version, entry.row.client_version),
        event: told.event,
    };
    notes.extend(taken.then(said::recorded));
    Ok((told, notes))
}

fn kind_words(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Tool => text::common::tool(),
        TargetKind::Prompt => said::prompt(),
        TargetKind::Resource => said::resource(),
        TargetKind::Template => said::template(),
        TargetKind::Server => text::common::server(),
    }
}

/// An explanation that is given now, with what is to be known about the question.
pub(super) fn words(explanation: Explanation, now: DateTime<Utc>, about: Vec<&str>) -> Explained {
    let past = (explanation.decided_for < now).then(said::past);
    let notes = past.into_iter().chain(about).map(str::to_owned);
    let what = match explanation.question.kind {
        TargetKind::Server => explanation.server_name.clone(),
        _ => format!("{} · {}", explanation.server_name, explanation.question.name),
    };
    Explained {
        allowed: explanation.decision == Decision::Allow,
        title: format!("{}: {} · {what}", explanation.decision.words(), explanation.person_name),
        why: sentence(&explanation.why),
        changes: notes.chain(explanation.changes).collect(),
        rules: explanation.rules.iter().map(rule).collect(),
        others: explanation.about_others,
    }
}

fn rule(weighed: &Weighed) -> ExplainedRule {
    let Weighed { view, bearing, decides, tests } = weighed;
    let (words, allows) = match bearing {
        Bearing::Allows => (Decision::Allow.words(), Some(true)),
        Bearing::Denies => (Decision::Deny.words(), Some(false)),
        Bearing::SwitchedOff => (text::rules::switched_off(), None),
        Bearing::NotYet => (text::rules::not_yet(), None),
        Bearing::Over => (text::rules::ended(), None),
        Bearing::Unmet => (said::unmet(), None),
        Bearing::WouldAllow => (said::would_allow(), None),
        Bearing::WouldDeny => (said::would_deny(), None),
        Bearing::SomethingElse | Bearing::SomebodyElse => (said::something_else(), None),
    };
    ExplainedRule {
        id: view.rule.id,
        words: rule_words(view),
        tests: tests.iter().map(tried).collect(),
        bearing: words.to_owned(),
        decides: allows.filter(|_| *decides),
    }
}

/// A condition and how it came out, in a line.
fn tried(test: &TriedTest) -> String {
    let TriedTest { path, operator, wanted, found, outcome } = test;
    let line = [path.as_str(), operator, wanted].join(" ");
    let line = line.trim_end();
    match (outcome, found.is_empty()) {
        (TestOutcome::Met, false) => said::test_met(line, found),
        (TestOutcome::Met, true) => said::test_met_absent(line),
        (TestOutcome::NotMet, false) => said::test_not_met(line, found),
        (TestOutcome::NotMet, true) => said::test_not_met_absent(line),
        (TestOutcome::Missing, _) => said::test_missing(line),
        (TestOutcome::WrongType, _) => said::test_wrong_type(line, found),
        (TestOutcome::Unknown, _) => said::test_unknown(line),
    }
}

/// Who may do what, in a line.
pub fn rule_words(view: &RuleView) -> String {
    let condition = only_if(&view.rule);
    let (who, what) = (whom(view), names_what(&view.rule));
    let words = [view.rule.effect.words(), &who, &view.server_name, &what, &condition];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_told_with_what_it_met() {
        let test = |found: &str, outcome| {
            let (path, operator, wanted) = ("payload.table".into(), "equals".into(), "\"a\"".into());
            tried(&TriedTest { path, operator, wanted, found: found.into(), outcome })
        };
        assert_eq!(test("\"a\"", TestOutcome::Met), r#"payload.table equals "a": met, the value is "a""#);
        assert_eq!(test("3", TestOutcome::NotMet), r#"payload.table equals "a": not met, the value is 3"#);
        assert_eq!(test("", TestOutcome::Missing), r#"payload.table equals "a": not met, there is nothing to compare"#);
        let told: std::collections::BTreeSet<String> =
            TestOutcome::ALL.iter().map(|outcome| test("3", *outcome)).collect();
        assert_eq!(told.len(), TestOutcome::ALL.len());
    }
}
