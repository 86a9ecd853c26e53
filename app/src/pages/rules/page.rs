//! What the page of a rule shows.

use domain::{Problem, RuleId};
use service::{Caller, Services};

use super::api::{RulePageData, RuleRow};
use super::{fields, versions};
use crate::components::Prose;
use crate::error::AppError;
use crate::text::said::rules as said;
use crate::wire::Later;

/// A rule, or the history of one that is deleted.
///
/// # Errors
/// As [`Services::rule_versions`].
pub(super) async fn of(services: &Services, caller: &Caller, id: RuleId) -> Result<RulePageData, AppError> {
    let kept = crate::ssr::spoken(services.rule_versions(caller, id).await?);
    let (view, gone) = match (services.rule(caller, id).await.map_err(AppError::from), kept.first()) {
        (Err(AppError(Problem::NotFound { .. })), Some(last)) => (last.rule.clone(), said::gone()),
        (view, _) => (crate::ssr::spoken(view?), ""),
    };
    let rule = &view.rule;
    let server = match rule.servers.as_slice() {
        [server] => Some(format!("/servers/{server}?tab=permissions")),
        _ => None,
    };
    let form = if gone.is_empty() {
        let choices = fields::choices(services, caller).await?;
        Later::of(&fields::of_rule(&view, choices))?
    } else {
        Later::of(&())?
    };
    let conditions = rule.conditions.as_ref().map(policy::condition_lines).unwrap_or_default();
    Ok(RulePageData {
        row: RuleRow::of(&view),
        gone: gone.to_owned(),
        server,
        request: rule.request_id.map(|request| format!("/inbox/{request}")),
        created_at: rule.created_at,
        conditions: (said::conditions().to_owned(), conditions),
        cedar: policy::cedar_text(rule),
        notes: Prose::new(&rule.notes, 2),
        form,
        switch: fields::of_switch(rule.enabled),
        extend: crate::pages::access::words::extensions(rule),
        history: (said::history().to_owned(), versions::rows(kept)),
    })
}
