//! Why a call would be decided as it is, for those who manage rules.

use std::net::IpAddr;
use std::sync::Arc;

use directory::{Access, Snapshot, Why, Withheld};
use domain::{
    Bearing, Capability, Condition, Effect, Explanation, PrincipalKind, Question, Rule, RuleId, RuleScope, RuleView,
    TargetKind, TestOutcome, TriedTest, Weighed,
};
use policy::{AuthMethod, Known, Query, RequestFacts, RuleSet, Target};

use crate::error::Wrong;
use crate::rules::{Then, rules_as_of};
use crate::views::rule_views;
use crate::{Caller, Error, Result, Services};

/// Longest name or URI that is asked about, in characters.
const MAX_NAME: usize = 2000;
/// Longest arguments that are asked about, in bytes.
const MAX_ARGUMENTS: usize = 64 * 1024;

/// Most rules that are named of which it is not known what they said.
const MAX_UNSURE: usize = 10;

impl Services {
    /// Decides a call that nobody makes, by the function that decides those that somebody makes, and says which rules
    /// decided and what would have to change. A moment in the past is decided by the rules as of then; people, their
    /// groups and servers are those of today. Rules of which nobody kept what they said then are named.
    pub async fn explain(&self, caller: &Caller, question: Question) -> Result<Explanation> {
        self.require(caller, Capability::ManagePolicies).await?;
        let mut snapshot = self.directory().load();
        let mut wrong = Wrong::new();
        let person = snapshot.people.get(question.person).cloned();
        if person.is_none() {
            wrong.add("person", "choose a person who exists");
        }
        let server = snapshot.servers.get(question.server).cloned();
        if server.is_none() {
            wrong.add("server", "choose a server that exists");
        }
        let name = match question.kind {
            TargetKind::Server => String::new(),
            _ => wrong.text("name", &question.name, MAX_NAME),
        };
        let arguments = arguments(&mut wrong, &question);
        let facts = facts(&mut wrong, &question);
        wrong.check()?;
        let (Some(person), Some(server)) = (person, server) else {
            return Err(domain::Problem::not_found("server").into());
        };
        let target = policy_target(question.kind, &name);
        let known = match question.kind {
            TargetKind::Server => Known::Request(&facts),
            _ => Known::Call(&facts, arguments.as_deref()),
        };
        let now = self.now();
        let at = question.at.unwrap_or(now);

        let mut tx = self.read().await?;
        let Then { mut rules, unsure } = if at < now {
            let then = rules_as_of(&mut tx, at).await?;
            snapshot = Arc::new(Snapshot { rules: compiled(&then.rules).await?, ..Snapshot::clone(&snapshot) });
            then
        } else {
            Then { rules: store::rules::all(&mut tx).await?, unsure: Vec::new() }
        };
        let access = snapshot.authorize(&person, &server, target, at, known);
        rules.retain(|rule| rule.is_about(server.id));
        let query = Query { subject: person.subject(), server: server.id, target, now: at, known };
        let all = rules.len();
        rules.retain(|rule| policy::bearing(rule, &query) != Bearing::SomebodyElse);
        let about_others = u32::try_from(all - rules.len()).unwrap_or(u32::MAX);
        let by_rules = matches!(access.why, Why::Allowed | Why::DeniedByRule | Why::PolicyError(_));
        let mut rules: Vec<Weighed> = rule_views(&mut tx, rules, at)
            .await?
            .into_iter()
            .map(|view| Weighed {
                bearing: policy::bearing(&view.rule, &query),
                decides: by_rules && access.rules.contains(&view.rule.id),
                tests: policy::tried(&view.rule, &query),
                view,
            })
            .collect();
        rules.sort_by_cached_key(|rule| (!rule.decides, rule.bearing, rule.view.principal_name.to_lowercase()));
        Ok(Explanation {
            person_name: person.name.clone(),
            server_name: server.name.clone(),
            decided_for: at,
            decision: access.decision,
            why: access.why.to_string(),
            changes: unsure_of(&unsure).into_iter().chain(changes(&access, &person.name, &rules)).collect(),
            rules,
            about_others,
            question: Question { name: name.clone(), ..question },
        })
    }
}

/// What a rule is asked about.
pub(crate) const fn policy_target(kind: TargetKind, name: &str) -> Target<'_> {
    match kind {
        TargetKind::Tool => Target::Tool(name),
        TargetKind::Prompt => Target::Prompt(name),
        TargetKind::Resource => Target::Resource(name),
        TargetKind::Template => Target::Template(name),
        TargetKind::Server => Target::Server,
    }
}

/// The arguments that a call would have; a call of the server itself has none.
fn arguments(wrong: &mut Wrong, question: &Question) -> Option<String> {
    let text = question.arguments.trim();
    if text.is_empty() || question.kind == TargetKind::Server {
        return None;
    }
    if text.len() > MAX_ARGUMENTS {
        wrong.add("arguments", format!("shorten the arguments to {} kB", MAX_ARGUMENTS / 1024));
        return None;
    }
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
        Ok(_) => Some(text.to_owned()),
        Err(error) => {
            wrong.add("arguments", format!("enter the arguments as a JSON object: {error}"));
            None
        }
    }
}

/// What would be known of the request.
fn facts(wrong: &mut Wrong, question: &Question) -> RequestFacts {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let ip = given(&question.ip).and_then(|text| match text.parse::<IpAddr>() {
        Ok(ip) => Some(ip),
        Err(_) => {
            wrong.add("ip", "enter an IP address, such as 192.0.2.10 or 2001:db8::10");
            None
        }
    });
    let client_name = Some(wrong.optional_text("client", &question.client, MAX_NAME)).filter(|text| !text.is_empty());
    let version = wrong.optional_text("client_version", &question.client_version, MAX_NAME);
    let client_version = Some(version).filter(|text| !text.is_empty());
    // Calls come with a key.
    RequestFacts { ip, client_name, client_version, method: Some(AuthMethod::ApiKey), ..RequestFacts::default() }
}

/// Rules that are not in force any more, apart from those that are.
async fn compiled(rules: &[Rule]) -> Result<Arc<RuleSet>> {
    let rules = rules.to_vec();
    let compiled = tokio::task::spawn_blocking(move || RuleSet::compile(rules.iter(), None))
        .await
        .map_err(|e| Error::broken("the compilation of the rules", e))??;
    Ok(Arc::new(compiled))
}

/// Which rules may have said something else then. Any of them may have been about this call.
fn unsure_of(rules: &[RuleId]) -> Option<String> {
    let ids: Vec<String> = rules.iter().take(MAX_UNSURE).map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| {
        let (count, ids) = (rules.len(), ids.join(", "));
        format!("Rules whose history begins later ({count}) are taken as they were when it begins: {ids}")
    })
}

/// What would have to change for the other decision.
fn changes(access: &Access, person: &str, rules: &[Weighed]) -> Vec<String> {
    match &access.why {
        Why::Allowed => allowed(rules),
        Why::NoRule => not_allowed(person, rules),
        Why::DeniedByRule => {
            let denying = rules
                .iter()
                .filter(|rule| rule.decides)
                .map(|rule| format!("{} denies it, whatever allows it: change it, or let it end.", name(&rule.view)));
            let mut changes: Vec<String> = denying.collect();
            if !rules.iter().any(|rule| rule.bearing == Bearing::Allows) {
                changes.extend(not_allowed(person, rules));
            }
            changes
        }
        Why::PolicyError(_) => {
            vec![
                "A rule cannot be evaluated, which denies everything that it is about: correct it or switch it off."
                    .to_owned(),
            ]
        }
        Why::PersonInactive => vec![format!("The account of {person} is not active: make it active again.")],
        Why::ServerInactive => vec!["The server is not switched on: switch it on.".to_owned()],
        Why::Withheld(Withheld::Changed | Withheld::Added) => {
            vec!["The rules allow it. Look at what changed on the server's page and approve it.".to_owned()]
        }
        Why::Withheld(Withheld::Gone | Withheld::Unpinned) => {
            vec!["The rules allow it, but the server does not offer it: test the server again.".to_owned()]
        }
    }
}

/// What would have to end, and what would deny it.
fn allowed(rules: &[Weighed]) -> Vec<String> {
    let deciding: Vec<&Weighed> = rules.iter().filter(|rule| rule.decides).collect();
    let mut changes: Vec<String> =
        deciding.iter().map(|rule| format!("{} would have to end.", name(&rule.view))).collect();
    if deciding.len() > 1 {
        changes.push("All of these rules, since each of them is enough.".to_owned());
    }
    let denies = rules.iter().filter(|rule| rule.view.rule.effect == Effect::Deny).filter_map(|rule| {
        let name = name(&rule.view);
        match rule.bearing {
            Bearing::WouldDeny => Some(format!("{name} would deny it, but only monitors: let it enforce.")),
            Bearing::Unmet => Some(match unmet(rule) {
                Some(conditions) => format!("{name} would deny it, but its conditions are not met: {conditions}"),
                None => format!("{name} would deny it, but its Cedar clauses are not met."),
            }),
            _ => None,
        }
    });
    changes.extend(denies);
    changes
}

/// What would have to allow it.
fn not_allowed(person: &str, rules: &[Weighed]) -> Vec<String> {
    let nearly = rules.iter().filter(|rule| rule.view.rule.effect == Effect::Allow).filter_map(|rule| {
        let name = name(&rule.view);
        match rule.bearing {
            Bearing::SwitchedOff => Some(format!("{name} would allow it, but is switched off.")),
            Bearing::NotYet => Some(format!("{name} would allow it, but has not begun.")),
            Bearing::Over => Some(format!("{name} would allow it, but has ended.")),
            Bearing::Unmet => Some(match unmet(rule) {
                Some(conditions) => format!("{name} would allow it, but its conditions are not met: {conditions}"),
                None => format!("{name} would allow it, but its Cedar clauses are not met."),
            }),
            Bearing::WouldAllow => Some(format!("{name} would allow it, but only monitors: let it enforce.")),
            Bearing::SomethingElse => Some(format!("{name} allows something else of this server: add this to it.")),
            Bearing::Allows | Bearing::Denies | Bearing::WouldDeny | Bearing::SomebodyElse => None,
        }
    });
    let mut changes: Vec<String> = nearly.collect();
    if changes.is_empty() {
        changes.push(format!("No rule lets {person} use this server: make one, or ask {person} to request access."));
    }
    changes
}

/// What keeps a rule from covering the call, as its conditions say it; nothing where Cedar clauses do.
fn unmet(rule: &Weighed) -> Option<String> {
    // Which way an outcome that settles nothing counts.
    let allows = rule.view.rule.effect == Effect::Allow;
    let counts = Counts { wrong_type: !allows, unknown: allows };
    let conditions = rule.view.rule.conditions.as_ref()?;
    let (_, lacking) = lacking(conditions, &mut rule.tests.iter(), counts, true);
    (!lacking.is_empty()).then(|| lacking.join("; "))
}

/// What counts as met.
#[derive(Clone, Copy)]
struct Counts {
    wrong_type: bool,
    unknown: bool,
}

/// Whether conditions are met, and what keeps them from coming out as they should.
fn lacking<'a>(
    condition: &Condition,
    tests: &mut impl Iterator<Item = &'a TriedTest>,
    counts: Counts,
    should: bool,
) -> (bool, Vec<String>) {
    let (parts, turned) = match condition {
        Condition::All(parts) | Condition::Any(parts) => (parts, false),
        Condition::None(parts) => (parts, true),
        Condition::Test(_) => {
            let Some(test) = tests.next() else { return (should, Vec::new()) };
            let met = match test.outcome {
                TestOutcome::Met => true,
                TestOutcome::NotMet | TestOutcome::Missing => false,
                TestOutcome::WrongType => counts.wrong_type,
                TestOutcome::Unknown => counts.unknown,
            };
            return (met, if met == should { Vec::new() } else { vec![line(test, should)] });
        }
    };
    let inside = if turned { Counts { wrong_type: !counts.wrong_type, unknown: !counts.unknown } } else { counts };
    // Each part is looked at, so that the tests stay in step.
    let (met, why): (Vec<bool>, Vec<Vec<String>>) =
        parts.iter().map(|part| lacking(part, tests, inside, should != turned)).unzip();
    let met = match condition {
        Condition::All(_) => met.iter().all(|met| *met),
        Condition::None(_) => !met.iter().any(|met| *met),
        _ => met.iter().any(|met| *met),
    };
    (met, if met == should { Vec::new() } else { why.concat() })
}

/// A condition that did not come out as it should, written as a line of conditions, with what was there.
fn line(test: &TriedTest, should: bool) -> String {
    let TriedTest { path, operator, wanted, found, outcome } = test;
    let there = match outcome {
        TestOutcome::Unknown => "?",
        _ if found.is_empty() => "—",
        _ => found,
    };
    let none = if should { "" } else { "none:" };
    let line = [none, path, operator, wanted].join(" ");
    format!("{} ({there})", line.trim())
}

/// A rule, as it is spoken of.
fn name(view: &RuleView) -> String {
    let who = &view.principal_name;
    let named = match &view.rule.scope {
        RuleScope::All => None,
        RuleScope::Named(names) => {
            let all = names.tools.iter().chain(&names.resources).chain(&names.prompts);
            Some(all.map(String::as_str).collect::<Vec<_>>().join(", "))
        }
    };
    // Whole sentences, so that other languages find them.
    match (view.rule.principal.kind, named) {
        (PrincipalKind::Everyone, None) => "The rule for everyone".to_owned(),
        (PrincipalKind::Everyone, Some(named)) => format!("The rule for everyone ({named})"),
        (_, None) => format!("The rule for {who}"),
        (_, Some(named)) => format!("The rule for {who} ({named})"),
    }
}
