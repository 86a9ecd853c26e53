//! Why a call would be decided as it is, for those who manage rules.

use directory::{Access, Why, Withheld};
use domain::{
    Bearing, Capability, Effect, Explanation, PrincipalKind, Question, RuleView, TargetKind, ToolScope, Weighed,
};
use policy::{Query, Target};

use crate::error::Wrong;
use crate::views::rule_views;
use crate::{Caller, Result, Services};

/// Longest name or URI that is asked about, in characters.
const MAX_NAME: usize = 2000;

impl Services {
    /// Decides a call that nobody makes, by the function that decides those that somebody makes, and says which rules
    /// decided and what would have to change.
    pub async fn explain(&self, caller: &Caller, question: Question) -> Result<Explanation> {
        self.require(caller, Capability::ManagePolicies).await?;
        let snapshot = self.directory().load();
        let mut wrong = Wrong::new();
        let person = snapshot.people.get(question.person);
        if person.is_none() {
            wrong.add("person", "choose a person who exists");
        }
        let server = snapshot.servers.get(question.server);
        if server.is_none() {
            wrong.add("server", "choose a server that exists");
        }
        let name = match question.kind {
            TargetKind::Server => String::new(),
            _ => wrong.text("name", &question.name, MAX_NAME),
        };
        wrong.check()?;
        let (Some(person), Some(server)) = (person, server) else {
            return Err(domain::Problem::not_found("server").into());
        };
        let target = match question.kind {
            TargetKind::Tool => Target::Tool(&name),
            TargetKind::Prompt => Target::Prompt(&name),
            TargetKind::Resource => Target::Resource(&name),
            TargetKind::Template => Target::Template(&name),
            TargetKind::Server => Target::Server,
        };
        let at = question.at.unwrap_or_else(|| self.now());
        let access = snapshot.authorize(person, server, target, at);

        let mut tx = self.read().await?;
        let mut rules = store::rules::all(&mut tx).await?;
        rules.retain(|rule| rule.server.is_none_or(|id| id == server.id));
        let query = Query { subject: person.subject(), server: server.id, target, now: at };
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
            changes: changes(&access, &person.name, &rules),
            rules,
            about_others,
            question: Question { name, ..question },
        })
    }
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

/// What would have to end.
fn allowed(rules: &[Weighed]) -> Vec<String> {
    let deciding: Vec<&Weighed> = rules.iter().filter(|rule| rule.decides).collect();
    let mut changes: Vec<String> =
        deciding.iter().map(|rule| format!("{} would have to end.", name(&rule.view))).collect();
    if deciding.len() > 1 {
        changes.push("All of these rules, since each of them is enough.".to_owned());
    }
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
            Bearing::SomethingElse => Some(format!("{name} allows something else of this server: add this to it.")),
            Bearing::Allows | Bearing::Denies | Bearing::SomebodyElse => None,
        }
    });
    let mut changes: Vec<String> = nearly.collect();
    if changes.is_empty() {
        changes.push(format!("No rule lets {person} use this server: make one, or ask {person} to request access."));
    }
    changes
}

/// A rule, as it is spoken of.
fn name(view: &RuleView) -> String {
    let who = &view.principal_name;
    match (view.rule.principal.kind, &view.rule.tools) {
        (PrincipalKind::Everyone, ToolScope::All(_)) => "The rule for everyone".to_owned(),
        (PrincipalKind::Everyone, ToolScope::Some(names)) => format!("The rule for everyone ({})", names.join(", ")),
        (_, ToolScope::All(_)) => format!("The rule for {who}"),
        (_, ToolScope::Some(names)) => format!("The rule for {who} ({})", names.join(", ")),
    }
}
