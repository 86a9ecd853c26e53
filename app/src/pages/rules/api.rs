//! Server functions of access rules.

use chrono::{DateTime, Utc};
use domain::{RuleId, ServerId, TargetKind, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub use super::rows::RuleRow;
#[cfg(feature = "ssr")]
pub use super::rows::whom;
use crate::components::{LookWords, Prose};
use crate::error::AppError;
use crate::wire::Later;

/// Which rules of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFilter {
    /// Part of the name of a person, group or server, of the conditions, or of the notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// `allow` or `deny`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// `global` or `server`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `enforce` or `monitor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

/// A rule as its form has it. Everything is text, so that whatever was entered can be shown again with its error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleForm {
    /// `everyone`, or ids: of people, of groups, or (after `job_role:`) of job roles.
    #[serde(default)]
    pub principal: Vec<String>,
    /// Addresses of more people, one a line: the list of everybody may be too long to be offered.
    #[serde(default)]
    pub people: String,
    /// `department`, `title`, `team`, or nothing.
    #[serde(default)]
    pub attribute: String,
    /// Values of the attribute, one a line.
    #[serde(default)]
    pub values: String,
    /// `allow` or `deny`.
    #[serde(default)]
    pub effect: String,
    /// Ids of servers; of a new rule of a server, the other ones.
    #[serde(default)]
    pub servers: Vec<String>,
    /// `all`, or `some` for what is named.
    #[serde(default)]
    pub scope: String,
    /// Names and patterns of tools, one a line or with commas.
    #[serde(default)]
    pub tools: String,
    /// URIs and patterns of resources, one a line.
    #[serde(default)]
    pub resources: String,
    /// Names and patterns of prompts, one a line.
    #[serde(default)]
    pub prompts: String,
    /// Conditions, one a line.
    #[serde(default)]
    pub conditions: String,
    /// Cedar clauses.
    #[serde(default)]
    pub cedar: String,
    /// `enforce` or `monitor`.
    #[serde(default)]
    pub mode: String,
    /// First day.
    #[serde(default)]
    pub starts_at: String,
    /// Last day.
    #[serde(default)]
    pub ends_at: String,
    /// Why it exists.
    #[serde(default)]
    pub notes: String,
    /// When the rule was last changed, as the form found it.
    #[serde(default)]
    pub read: String,
}

/// What is asked and confirmed beside a change of rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// `changes` or `calls`: show who would gain or lose what, or which recorded calls would be decided otherwise, and
    /// change nothing.
    #[serde(default)]
    pub look: String,
    /// Days of recorded calls.
    #[serde(default)]
    pub days: String,
    /// What would change, as it was shown and ticked.
    #[serde(default)]
    pub seen: String,
}

/// The form of a rule, in words that the server made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFormData {
    /// What stands before it; may be empty.
    pub intro: String,
    /// What stands before the templates.
    pub begin_with: String,
    /// Templates: value and words.
    pub templates: Vec<(String, String)>,
    /// Its parts in order.
    pub parts: Vec<FormPart>,
    /// What is said before anything is filled in, where it is told what the rule gives.
    pub live: String,
    /// How to see what saving would change.
    pub look: LookWords,
}

/// How a part of the form is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartKind {
    /// One field after the other.
    #[default]
    Plain,
    /// Two beside each other.
    Pair,
    /// The first field decides whether the others are shown.
    Choice,
    /// Unfolded by those who need it.
    Fold,
    /// Its fields make a line of the field before it: paths, operators and values of a condition.
    Builder,
}

/// A part of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPart {
    /// How it is laid out.
    pub kind: PartKind,
    /// What it is, where it is folded.
    pub title: String,
    /// Unfolded at first.
    pub open: bool,
    /// Its fields.
    pub fields: Vec<FormField>,
    /// What is explained in it: words and what they mean.
    pub rows: Vec<(String, String)>,
}

/// What a field is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// Several lines of text.
    #[default]
    Lines,
    /// One choice of a few, each explained.
    Radio,
    /// Several choices of many.
    Checks,
    /// One choice of a list.
    Select,
    /// A day.
    Day,
    /// Nothing to see.
    Hidden,
}

/// A field of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// What it is.
    pub kind: FieldKind,
    /// Name of the value.
    pub name: String,
    /// What to enter.
    pub label: String,
    /// How to fill it.
    pub help: String,
    /// An example.
    pub example: String,
    /// What stands in it, or is chosen.
    pub values: Vec<String>,
    /// What can be chosen: value, words, explanation.
    pub options: Vec<(String, String, String)>,
}

/// A rule, the form that changes it, and what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RulePageData {
    /// The rule; of one that is deleted, what it was at the end.
    pub row: RuleRow,
    /// That it is deleted, in words, and then only its history is shown; empty for one that there is.
    pub gone: String,
    /// Where its server is, if it is about one.
    pub server: Option<String>,
    /// Where the request is whose approval made it.
    pub request: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What the conditions are called, and the conditions, one a line; empty when there are none.
    pub conditions: (String, String),
    /// The policy that it is compiled to.
    pub cedar: String,
    /// Why it exists.
    pub notes: Prose,
    /// Its form: [`RuleFormData`].
    pub form: Later,
    /// How to see what switching it would change, and what the dialog says.
    pub switch: (String, LookWords),
    /// By how many days it can be extended, and what the buttons say.
    pub extend: Vec<(String, String)>,
    /// What the history is called, and the states that it had, newest first.
    pub history: (String, Vec<VersionRow>),
}

/// A state of a rule, and how it differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// Its number, and what happened.
    pub title: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What differs, line by line: `+`, `−`, a space or `…`, and the line.
    pub lines: Vec<(String, String)>,
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
    /// What the arguments, the AI client and its version are called.
    pub labels: (String, String, String),
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
    /// What would have to change for the other decision; first, for a moment in the past, what it is decided by.
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
    /// Its conditions, and how each came out.
    pub tests: Vec<String>,
    /// What it has to do with the question.
    pub bearing: String,
    /// It is one of those that decide, and allows or denies.
    pub decides: Option<bool>,
}

#[cfg(feature = "ssr")]
use super::{convert, explained, fields, page, review};

/// Rules, newest first unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "rules/list")]
pub async fn list_rules(#[server(default)] filter: RuleFilter) -> Result<Vec<RuleRow>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(RuleRow::all(&find(&services, &caller, &filter, crate::i18n::language()).await?))
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
) -> Result<Vec<domain::RuleView>, service::Error> {
    let rules = services.rules(caller, None, crate::parse::order(filter.sort.as_deref())).await?;
    let mut rules = crate::ssr::spoken_in(language, rules);
    rules.retain(|rule| convert::matches(rule, filter));
    Ok(rules)
}

/// One rule, or what is kept of one that is deleted.
#[server(prefix = "/api/fn", endpoint = "rules/get")]
pub async fn get_rule(id: RuleId) -> Result<RulePageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    page::of(&services, &caller, id).await
}

/// The form of a new rule: for a server, or a global one; empty, or filled from a template.
#[server(prefix = "/api/fn", endpoint = "rules/form")]
pub async fn get_rule_form(
    #[server(default)] server: Option<ServerId>,
    #[server(default)] template: Option<String>,
) -> Result<RuleFormData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    caller.require(domain::Capability::ManagePolicies)?;
    let choices = fields::choices(&services, &caller).await?;
    Ok(fields::of_new(server, template.as_deref().unwrap_or_default(), choices, services.parts().env.now()))
}

/// Makes a rule for a server, or a global one, or shows what it would change.
#[server(prefix = "/api/fn", endpoint = "rules/create")]
pub async fn create_rule(
    #[server(default)] server: Option<ServerId>,
    rule: RuleForm,
    #[server(default)] looked: Looked,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let rule = fields::with_people(&services, &caller, rule).await?;
    let new = convert::new_rule(server, &rule, None)?;
    let drafts = [domain::RuleDraft { id: None, rule: Some(new.clone()) }];
    let change = async |caller| services.create_rule(&caller, new).await;
    review::looked_at(&services, caller, looked, &drafts, change).await?;
    crate::ssr::redirect(&convert::back_to(server, "rule-saved"));
    Ok(())
}

/// Changes a rule, or shows what it would change.
#[server(prefix = "/api/fn", endpoint = "rules/update")]
pub async fn update_rule(id: RuleId, rule: RuleForm, #[server(default)] looked: Looked) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let old = services.rule(&caller, id).await?.rule;
    let rule = fields::with_people(&services, &caller, rule).await?;
    let new = convert::new_rule(None, &rule, Some(&old))?;
    let drafts = [domain::RuleDraft { id: Some(id), rule: Some(new.clone()) }];
    let read = crate::parse::optional("read", Some(rule.read.as_str()).filter(|read| !read.is_empty()))?;
    let change = async |caller| services.update_rule_read_at(&caller, id, new, read).await;
    review::looked_at(&services, caller, looked, &drafts, change).await?;
    crate::ssr::redirect(&format!("/policies/{id}?notice=rule-saved"));
    Ok(())
}

/// What a rule gives or takes as it is filled in, in lines; nothing is saved, and nothing that is missing is an error.
#[server(prefix = "/api/fn", endpoint = "rules/try")]
pub async fn try_rule(
    #[server(default)] server: Option<ServerId>,
    #[server(default)] id: Option<RuleId>,
    rule: RuleForm,
) -> Result<Vec<String>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let old = match id {
        Some(id) => Some(services.rule(&caller, id).await?.rule),
        None => None,
    };
    let rule = fields::with_people(&services, &caller, rule).await;
    let new = rule.and_then(|rule| convert::new_rule(server, &rule, old.as_ref()));
    review::tried(&services, &caller, new, id).await
}

/// Switches a rule on or off, or lifts the block that it is: nobody wants to keep that switched off. What affects many
/// people is shown by the page of the rule first.
#[server(prefix = "/api/fn", endpoint = "rules/switch")]
pub async fn switch_rule(
    id: RuleId,
    #[server(default)] enabled: bool,
    #[server(default)] lift: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    if lift {
        let old = services.rule(&caller, id).await?.rule;
        let [server] = *old.servers.as_slice() else { return Err(AppError(domain::Problem::not_found("rule"))) };
        match services.unblock_on_server(&caller, server, old.principal).await.map_err(AppError::from) {
            Err(error) if error.is_unseen() => crate::ssr::redirect(&format!("/policies/{id}?dialog=delete")),
            lifted => {
                lifted?;
                let back = if back.is_empty() { "/policies" } else { &back };
                crate::ssr::redirect(&crate::url::with_notice(back, "access-restored"));
            }
        }
        return Ok(());
    }
    match services.switch_rules(&caller, &[id], enabled).await.map_err(AppError::from) {
        Err(error) if error.is_unseen() => {
            crate::ssr::redirect(&format!("/policies/{id}?dialog=switch"));
            return Ok(());
        }
        switched => switched?,
    }
    crate::ssr::redirect(&match (back.as_str(), enabled) {
        ("", _) => format!("/policies/{id}?notice=rule-saved"),
        (back, true) => crate::url::with_notice(back, "access-restored"),
        (back, false) => format!("{}&undo={id}", crate::url::with_notice(back, "access-revoked")),
    });
    Ok(())
}

/// Switches a rule on or off, or shows what it would change.
#[server(prefix = "/api/fn", endpoint = "rules/switch-seen")]
pub async fn switch_seen(
    id: RuleId,
    #[server(default)] enabled: bool,
    #[server(default)] looked: Looked,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let drafts = services.drafts_of_switch(&caller, &[id], enabled).await?;
    let change = async |caller| services.switch_rules(&caller, &[id], enabled).await;
    review::looked_at(&services, caller, looked, &drafts, change).await?;
    crate::ssr::redirect(&format!("/policies/{id}?notice=rule-saved"));
    Ok(())
}

/// Switches several rules on or off, or shows what it would change.
#[server(prefix = "/api/fn", endpoint = "rules/switch-many")]
pub async fn switch_rules(
    #[server(default)] ids: Vec<RuleId>,
    #[server(default)] enabled: bool,
    #[server(default)] looked: Looked,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let drafts = services.drafts_of_switch(&caller, &ids, enabled).await?;
    let change = async |caller| services.switch_rules(&caller, &ids, enabled).await;
    review::looked_at(&services, caller, looked, &drafts, change).await?;
    crate::ssr::redirect("/policies?notice=rules-saved");
    Ok(())
}

/// Deletes a rule, or shows what it would change.
#[server(prefix = "/api/fn", endpoint = "rules/delete")]
pub async fn delete_rule(id: RuleId, #[server(default)] looked: Looked) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let servers = services.rule(&caller, id).await?.rule.servers;
    let drafts = [domain::RuleDraft { id: Some(id), rule: None }];
    let change = async |caller| services.delete_rule(&caller, id).await;
    review::looked_at(&services, caller, looked, &drafts, change).await?;
    crate::ssr::redirect(&convert::back_to(servers.first().copied().filter(|_| servers.len() == 1), "rule-deleted"));
    Ok(())
}

/// What can be asked about.
#[server(prefix = "/api/fn", endpoint = "rules/choices")]
pub async fn explain_choices() -> Result<Choices, AppError> {
    let (services, caller) = crate::ssr::request()?;
    explained::choices(&services, &caller).await
}

/// What else is told of a call that is asked about. Everything is text; what is empty is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The arguments, as JSON.
    #[serde(default)]
    pub arguments: String,
    /// Address of the AI client.
    #[serde(default)]
    pub ip: String,
    /// What the AI client calls itself.
    #[serde(default)]
    pub client: String,
    /// Version of the AI client.
    #[serde(default)]
    pub client_version: String,
    /// An event of the audit log that tells what is empty here.
    #[serde(default)]
    pub event: String,
}

/// Why a call would be decided as it is; `at` is a time, now when absent.
#[server(prefix = "/api/fn", endpoint = "rules/explain")]
pub async fn explain(
    person: UserId,
    server: ServerId,
    #[server(default)] kind: TargetKind,
    #[server(default)] name: String,
    #[server(default)] at: Option<String>,
    #[server(default)] told: Told,
) -> Result<Explained, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let at = crate::parse::optional("at", at.as_deref())?;
    let (told, notes) = explained::recorded(&services, &caller, told, (person, server, kind, &name)).await?;
    let Told { arguments, ip, client, client_version, .. } = told;
    let question = domain::Question { person, server, kind, name, at, arguments, ip, client, client_version };
    // Before the answer, which is for a moment of its own where none is asked for.
    let now = services.parts().env.now();
    let explanation = crate::ssr::spoken(services.explain(&caller, question).await?);
    Ok(explained::words(explanation, now, notes))
}
