//! Server functions of access rules.

use domain::{RuleId, RuleView, ServerId, TargetKind, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Prose;
use crate::error::AppError;

/// Which rules of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFilter {
    /// Part of the name of a person, group or server, or of the notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// `allow` or `deny`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// `global` or `server`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

/// Whom a rule can be about: value and words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principals(pub Vec<(String, String)>);

/// A rule as its form has it. Everything is text, so that whatever was entered can be shown again with its error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleForm {
    /// `everyone`, or the id of a person or group.
    #[serde(default)]
    pub principal: String,
    /// `allow` or `deny`.
    #[serde(default)]
    pub effect: String,
    /// `all`, or `some` for the tools named in `tools`.
    #[serde(default)]
    pub scope: String,
    /// Names and patterns, one a line or with commas.
    #[serde(default)]
    pub tools: String,
    /// First day.
    #[serde(default)]
    pub starts_at: String,
    /// Last day.
    #[serde(default)]
    pub ends_at: String,
    /// Why it exists.
    #[serde(default)]
    pub notes: String,
}

/// A rule with the Cedar policy that it is compiled to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePageData {
    /// The rule.
    pub view: RuleView,
    /// Cedar text.
    pub cedar: String,
    /// Whom it could be about.
    pub principals: Principals,
    /// Why it exists.
    pub notes: Prose,
}

/// What can be asked about: values and words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// People.
    pub people: Vec<(String, String)>,
    /// Servers.
    pub servers: Vec<(String, String)>,
    /// What of a server.
    pub kinds: Vec<(String, String)>,
}

/// A decision, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// The call would be let through.
    pub allowed: bool,
    /// Who, what, and how it is decided.
    pub title: String,
    /// Why.
    pub why: String,
    /// What would have to change for the other decision.
    pub changes: Vec<String>,
    /// The rules that decide and those that nearly apply.
    pub rules: Vec<ExplainedRule>,
    /// Rules about other people.
    pub others: u32,
}

/// A rule that has to do with the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedRule {
    /// The rule.
    pub id: RuleId,
    /// What it says.
    pub words: String,
    /// What it has to do with the question.
    pub bearing: String,
    /// It is one of those that decide, and allows or denies.
    pub decides: Option<bool>,
}

/// Rules, newest first unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "rules/list")]
pub async fn list_rules(#[server(default)] filter: RuleFilter) -> Result<Vec<RuleView>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut rules = find(&services, &caller, &filter, crate::i18n::language()).await?;
    for view in &mut rules {
        view.rule.notes = crate::components::plain(&view.rule.notes);
    }
    Ok(rules)
}

/// The rules of the list, as they are shown in this language: the words searched are those on the page.
///
/// # Errors
/// As [`service::Services::rules`].
#[cfg(feature = "ssr")]
pub async fn find(
    services: &service::Services,
    caller: &service::Caller,
    filter: &RuleFilter,
    language: crate::i18n::Language,
) -> Result<Vec<RuleView>, service::Error> {
    let rules = services.rules(caller, None, crate::parse::order(filter.sort.as_deref())).await?;
    let mut rules = crate::ssr::spoken_in(language, rules);
    rules.retain(|rule| convert::matches(rule, filter));
    Ok(rules)
}

/// One rule.
#[server(prefix = "/api/fn", endpoint = "rules/get")]
pub async fn get_rule(id: RuleId) -> Result<RulePageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let view = crate::ssr::spoken(services.rule(&caller, id).await?);
    let cedar = services.rule_cedar(&caller, id).await?;
    let notes = Prose::new(&view.rule.notes, 2);
    Ok(RulePageData { view, cedar, principals: convert::principals(&services, &caller).await?, notes })
}

/// Whom a rule can be about.
#[server(prefix = "/api/fn", endpoint = "rules/principals")]
pub async fn list_principals() -> Result<Principals, AppError> {
    let (services, caller) = crate::ssr::request()?;
    convert::principals(&services, &caller).await
}

/// Makes a rule for a server, or a global one.
#[server(prefix = "/api/fn", endpoint = "rules/create")]
pub async fn create_rule(#[server(default)] server: Option<ServerId>, rule: RuleForm) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.create_rule(&caller, convert::new_rule(server, &rule, None)?).await?;
    crate::ssr::redirect(&convert::back_to(server, "rule-saved"));
    Ok(())
}

/// Changes a rule.
#[server(prefix = "/api/fn", endpoint = "rules/update")]
pub async fn update_rule(id: RuleId, rule: RuleForm) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let old = services.rule(&caller, id).await?.rule;
    services.update_rule(&caller, id, convert::new_rule(old.server, &rule, Some(&old))?).await?;
    crate::ssr::redirect(&format!("/policies/{id}?notice=rule-saved"));
    Ok(())
}

/// Switches a rule on or off.
#[server(prefix = "/api/fn", endpoint = "rules/switch")]
pub async fn switch_rule(
    id: RuleId,
    #[server(default)] enabled: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let old = services.rule(&caller, id).await?.rule;
    services.update_rule(&caller, id, convert::switched(old, enabled)).await?;
    crate::ssr::redirect(&match (back.as_str(), enabled) {
        ("", _) => format!("/policies/{id}?notice=rule-saved"),
        (back, true) => crate::url::with_notice(back, "access-restored"),
        (back, false) => format!("{}&undo={id}", crate::url::with_notice(back, "access-revoked")),
    });
    Ok(())
}

/// Switches several rules on or off.
#[server(prefix = "/api/fn", endpoint = "rules/switch-many")]
pub async fn switch_rules(
    #[server(default)] ids: Vec<RuleId>,
    #[server(default)] enabled: bool,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.switch_rules(&caller, &ids, enabled).await?;
    crate::ssr::redirect("/policies?notice=rules-saved");
    Ok(())
}

/// Deletes a rule.
#[server(prefix = "/api/fn", endpoint = "rules/delete")]
pub async fn delete_rule(id: RuleId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let server = services.rule(&caller, id).await?.rule.server;
    services.delete_rule(&caller, id).await?;
    crate::ssr::redirect(&convert::back_to(server, "rule-deleted"));
    Ok(())
}

/// What can be asked about.
#[server(prefix = "/api/fn", endpoint = "rules/choices")]
pub async fn explain_choices() -> Result<Choices, AppError> {
    let (services, caller) = crate::ssr::request()?;
    explained::choices(&services, &caller).await
}

/// Why a call would be decided as it is; `at` is a time, now when absent.
#[server(prefix = "/api/fn", endpoint = "rules/explain")]
pub async fn explain(
    person: UserId,
    server: ServerId,
    #[server(default)] kind: TargetKind,
    #[server(default)] name: String,
    #[server(default)] at: Option<String>,
) -> Result<Explained, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let at = crate::parse::optional("at", at.as_deref())?;
    let question = domain::Question { person, server, kind, name, at };
    Ok(explained::words(crate::ssr::spoken(services.explain(&caller, question).await?)))
}

#[cfg(feature = "ssr")]
pub use explained::rule_words;

/// Explanations in the visitor's words.
#[cfg(feature = "ssr")]
mod explained {
    use domain::{Bearing, Decision, Explanation, RuleView, TargetKind, Weighed};
    use service::{Caller, Services};

    use super::{Choices, Explained, ExplainedRule, convert};
    use crate::components::Worded as _;
    use crate::error::{AppError, sentence};
    use crate::text;

    pub(super) async fn choices(services: &Services, caller: &Caller) -> Result<Choices, AppError> {
        let first = |words: &str| vec![(String::new(), words.to_owned())];
        let mut people = first(text::common::who());
        people.extend(convert::people(services, caller).await?);
        let mut servers = first(text::common::server());
        servers.extend(crate::pages::audit::api::servers(services, caller).await?);
        // The first is what is meant where nothing is chosen.
        let kinds = TargetKind::ALL.iter().map(|kind| {
            let value = if *kind == TargetKind::default() { String::new() } else { kind.to_string() };
            (value, kind_words(*kind).to_owned())
        });
        Ok(Choices { people, servers, kinds: kinds.collect() })
    }

    fn kind_words(kind: TargetKind) -> &'static str {
        match kind {
            TargetKind::Tool => text::common::tool(),
            TargetKind::Prompt => text::rules::prompt(),
            TargetKind::Resource => text::rules::resource(),
            TargetKind::Template => text::rules::template(),
            TargetKind::Server => text::common::server(),
        }
    }

    pub(super) fn words(explanation: Explanation) -> Explained {
        let what = match explanation.question.kind {
            TargetKind::Server => explanation.server_name.clone(),
            _ => format!("{} · {}", explanation.server_name, explanation.question.name),
        };
        Explained {
            allowed: explanation.decision == Decision::Allow,
            title: format!("{}: {} · {what}", explanation.decision.words(), explanation.person_name),
            why: sentence(&explanation.why),
            changes: explanation.changes,
            rules: explanation.rules.iter().map(rule).collect(),
            others: explanation.about_others,
        }
    }

    fn rule(weighed: &Weighed) -> ExplainedRule {
        let Weighed { view, bearing, decides } = weighed;
        let (words, allows) = match bearing {
            Bearing::Allows => (Decision::Allow.words(), Some(true)),
            Bearing::Denies => (Decision::Deny.words(), Some(false)),
            Bearing::SwitchedOff => (text::rules::switched_off(), None),
            Bearing::NotYet => (text::rules::not_yet(), None),
            Bearing::Over => (text::rules::ended(), None),
            Bearing::SomethingElse | Bearing::SomebodyElse => (text::rules::something_else(), None),
        };
        ExplainedRule {
            id: view.rule.id,
            words: rule_words(view),
            bearing: words.to_owned(),
            decides: allows.filter(|_| *decides),
        }
    }

    /// Who may do what, in a line.
    pub fn rule_words(view: &RuleView) -> String {
        let tools = match &view.rule.tools {
            tools if !tools.is_all() => tools.patterns().join(", "),
            _ if view.rule.server.is_none() => text::rules::everything().to_owned(),
            _ => text::common::entire_server().to_owned(),
        };
        [view.rule.effect.words(), &view.principal_name, &view.server_name, &tools].join(" · ")
    }
}

#[cfg(feature = "ssr")]
mod convert {
    use chrono::{DateTime, Utc};
    use domain::{
        Effect, GroupId, NewRule, PageQuery, Principal, Problem, Rule, RuleView, ServerId, ToolScope, UserFilter,
        UserId,
    };
    use service::{Caller, Services};

    use super::{Principals, RuleFilter, RuleForm};
    use crate::error::AppError;
    use crate::pages::rules::last_day;
    use crate::parse::{day_begin, day_end, list};
    use crate::text;

    /// People offered in the form; an organisation with more makes rules for groups.
    const MOST_PEOPLE: usize = 2000;

    pub(super) fn matches(view: &RuleView, filter: &RuleFilter) -> bool {
        let search = filter.search.as_deref().unwrap_or_default().trim().to_lowercase();
        let text = format!("{} {} {}", view.principal_name, view.server_name, view.rule.notes).to_lowercase();
        let effect = filter.effect.as_deref().is_none_or(|effect| view.rule.effect.as_str() == effect);
        let scope = match filter.scope.as_deref() {
            Some("global") => view.rule.server.is_none(),
            Some("server") => view.rule.server.is_some(),
            _ => true,
        };
        effect && scope && text.contains(&search)
    }

    pub(super) async fn principals(services: &Services, caller: &Caller) -> Result<Principals, AppError> {
        let mut found = vec![("everyone".to_owned(), text::rules::everyone().to_owned())];
        for group in services.groups(caller, None).await? {
            found.push((group.id.to_string(), text::rules::group(&group.name)));
        }
        found.extend(people(services, caller).await?);
        Ok(Principals(found))
    }

    /// People: values and words.
    pub(super) async fn people(services: &Services, caller: &Caller) -> Result<Vec<(String, String)>, AppError> {
        let mut found = Vec::new();
        let mut page = PageQuery { cursor: None, limit: Some(200) };
        loop {
            let users = services.users(caller, &UserFilter::default(), &page).await?;
            found.extend(users.data.into_iter().map(|u| (u.id.to_string(), format!("{} ({})", u.name, u.email))));
            match users.next_cursor {
                Some(cursor) if found.len() < MOST_PEOPLE => page.cursor = Some(cursor),
                _ => return Ok(found),
            }
        }
    }

    pub(super) fn new_rule(server: Option<ServerId>, form: &RuleForm, old: Option<&Rule>) -> Result<NewRule, AppError> {
        let effect = if form.effect.is_empty() {
            Effect::Deny
        } else {
            parse(&form.effect, "effect", text::rules::choose_effect())?
        };
        let tools = if form.scope == "some" { ToolScope::Some(list(&form.tools)) } else { ToolScope::ALL };
        // A time that was set to the minute elsewhere stays, unless another day is entered here.
        let kept = |day: &str, time: Option<DateTime<Utc>>, shown: Option<String>| {
            time.filter(|_| shown.as_deref() == Some(day.trim()))
        };
        let old_start = old.and_then(|old| old.starts_at);
        let old_end = old.and_then(|old| old.ends_at);
        let start = kept(&form.starts_at, old_start, old_start.map(|at| at.format("%Y-%m-%d").to_string()));
        let end = kept(&form.ends_at, old_end, old_end.map(last_day));
        Ok(NewRule {
            principal: principal(&form.principal)?,
            effect,
            server,
            tools,
            starts_at: if start.is_some() { start } else { day_begin("starts_at", &form.starts_at)? },
            ends_at: if end.is_some() { end } else { day_end("ends_at", &form.ends_at)? },
            notes: form.notes.clone(),
            enabled: old.is_none_or(|old| old.enabled),
        })
    }

    pub(super) fn switched(old: Rule, enabled: bool) -> NewRule {
        NewRule {
            principal: old.principal,
            effect: old.effect,
            server: old.server,
            tools: old.tools,
            starts_at: old.starts_at,
            ends_at: old.ends_at,
            notes: old.notes,
            enabled,
        }
    }

    /// The page that lists the rule: its server's, or the policies.
    pub(super) fn back_to(server: Option<ServerId>, notice: &str) -> String {
        match server {
            Some(server) => format!("/servers/{server}?tab=permissions&notice={notice}"),
            None => format!("/policies?notice={notice}"),
        }
    }

    fn principal(text: &str) -> Result<Principal, AppError> {
        if text == "everyone" {
            return Ok(Principal::everyone());
        }
        if let Ok(user) = text.parse::<UserId>() {
            return Ok(Principal::user(user));
        }
        match text.parse::<GroupId>() {
            Ok(group) => Ok(Principal::group(group)),
            Err(_) => Err(AppError(Problem::field("principal", text::rules::choose_principal()))),
        }
    }

    fn parse<T: std::str::FromStr>(text: &str, field: &str, why: &str) -> Result<T, AppError> {
        text.parse().map_err(|_| AppError(Problem::field(field, why)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn form() -> RuleForm {
            RuleForm { principal: "everyone".into(), effect: "deny".into(), scope: "all".into(), ..RuleForm::default() }
        }

        #[test]
        fn a_form_becomes_a_rule() {
            let some =
                RuleForm { scope: "some".into(), tools: "read_*, echo".into(), ends_at: "2026-03-31".into(), ..form() };
            let rule = new_rule(None, &some, None).unwrap();
            assert_eq!(rule.tools, ToolScope::Some(vec!["read_*".into(), "echo".into()]));
            assert_eq!(rule.ends_at, Some("2026-04-01T00:00:00Z".parse().unwrap()));
            assert!(rule.enabled);
            let wrong = new_rule(None, &RuleForm { principal: String::new(), ..form() }, None).unwrap_err();
            assert!(wrong.of_input("rule[principal]").is_some());
        }

        #[test]
        fn a_time_within_a_day_survives_an_edit() {
            let first = new_rule(None, &form(), None).unwrap();
            let at: DateTime<Utc> = "2026-03-31T15:30:00Z".parse().unwrap();
            let old = Rule {
                id: "rul_01900000000070008000000000000001".parse().unwrap(),
                principal: first.principal,
                effect: first.effect,
                server: None,
                tools: first.tools,
                starts_at: None,
                ends_at: Some(at),
                notes: String::new(),
                enabled: false,
                request_id: None,
                created_by: None,
                created_at: at,
                updated_at: at,
            };
            let same = new_rule(None, &RuleForm { ends_at: last_day(at), ..form() }, Some(&old)).unwrap();
            assert_eq!((same.ends_at, same.enabled), (Some(at), false));
            let none = new_rule(None, &form(), Some(&old)).unwrap();
            assert_eq!(none.ends_at, None);
        }
    }
}
