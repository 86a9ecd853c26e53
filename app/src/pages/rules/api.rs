//! Server functions of access rules.

use domain::{RuleId, RuleView, ServerId};
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
        let mut page = PageQuery { cursor: None, limit: Some(200) };
        let mut people = 0;
        loop {
            let users = services.users(caller, &UserFilter::default(), &page).await?;
            people += users.data.len();
            found.extend(users.data.into_iter().map(|u| (u.id.to_string(), format!("{} ({})", u.name, u.email))));
            match users.next_cursor {
                Some(cursor) if people < MOST_PEOPLE => page.cursor = Some(cursor),
                _ => return Ok(Principals(found)),
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
