//! People.

use domain::{Group, NewUser, OneTimeLink, Page, Sort, User, UserId, UserSort, UserStatus};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::text;
use crate::wire::Later;

/// A person just invited, with the link to hand over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The person.
    pub user: User,
    /// The link; it is shown this once.
    pub link: OneTimeLink,
}

/// People, by name.
#[server(prefix = "/api/fn", endpoint = "users/list")]
pub async fn list_users(
    search: Option<String>,
    status: Option<UserStatus>,
    sort: Option<Sort<UserSort>>,
    cursor: Option<String>,
) -> Result<Page<User>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let filter = domain::UserFilter { search, status, sort };
    Ok(services.users(&caller, &filter, &domain::PageQuery { cursor, limit: None }).await?)
}

/// A person as an administrator looks at them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonPageData {
    /// The person.
    pub user: User,
    /// Groups by name.
    pub groups: Vec<Group>,
    /// An invitation waits to be taken.
    pub waiting: bool,
    /// The rules that apply to this person, directly or by a group: [`crate::pages::rules::api::RuleRow`]s.
    pub rules: Later,
    /// What the person may use now: [`crate::pages::access::api::AccessData`].
    pub access: Later,
    /// Open browser sessions: [`domain::SessionView`]s.
    pub sessions: Later,
}

/// A person with groups, rules and sessions.
#[server(prefix = "/api/fn", endpoint = "users/get")]
pub async fn get_user(id: UserId) -> Result<PersonPageData, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let domain::UserProfile { user, groups, mut rules, sessions, link } =
        crate::ssr::spoken(services.user(&caller, id).await?);
    for view in &mut rules {
        view.principal_name = whose(view);
    }
    let rules = crate::pages::rules::api::RuleRow::all(&rules);
    let waiting = link.is_some_and(|link| link.kind == domain::LinkKind::Invite);
    let access = Later::of(&crate::pages::access::words::of_user(&services, &caller, id).await?)?;
    Ok(PersonPageData { user, groups, waiting, rules: Later::of(&rules)?, access, sessions: Later::of(&sessions)? })
}

/// Whom a rule on a person's page is about; the name of the person is at the head of the page.
#[cfg(feature = "ssr")]
pub fn whose(view: &domain::RuleView) -> String {
    match view.rule.principal.kind {
        domain::PrincipalKind::User => text::users::by_person().to_owned(),
        domain::PrincipalKind::Group => text::users::by_group(&view.principal_name),
        domain::PrincipalKind::JobRole => text::said::rules::role(&view.principal_name),
        // Told by the row, with the values.
        domain::PrincipalKind::Attribute => view.principal_name.clone(),
        domain::PrincipalKind::Everyone => text::users::by_everyone().to_owned(),
    }
}

/// Invites a person.
#[server(prefix = "/api/fn", endpoint = "users/invite")]
pub async fn invite_user(user: NewUser) -> Result<Invited, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let (user, link) = services.invite_user(&caller, user).await?;
    Ok(Invited { user, link })
}

/// Makes a new invitation link; the earlier one no longer works.
#[server(prefix = "/api/fn", endpoint = "users/invite-again")]
pub async fn invite_again(id: UserId) -> Result<OneTimeLink, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.invite_again(&caller, id).await?)
}

/// Makes a link that sets a new password.
#[server(prefix = "/api/fn", endpoint = "users/reset-link")]
pub async fn make_reset_link(id: UserId) -> Result<OneTimeLink, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.reset_link(&caller, id).await?)
}

/// Changes a person's profile and role.
#[server(prefix = "/api/fn", endpoint = "users/update")]
pub async fn update_user(id: UserId, user: NewUser) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.update_user(&caller, id, user).await?;
    crate::ssr::redirect(&format!("/users/{id}?notice=user-saved"));
    Ok(())
}

/// Locks a person out.
#[server(prefix = "/api/fn", endpoint = "users/suspend")]
pub async fn suspend_user(id: UserId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.suspend_user(&caller, id).await?;
    crate::ssr::redirect(&format!("/users/{id}?notice=user-suspended"));
    Ok(())
}

/// Lets a person in again.
#[server(prefix = "/api/fn", endpoint = "users/reactivate")]
pub async fn reactivate_user(id: UserId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.reactivate_user(&caller, id).await?;
    crate::ssr::redirect(&format!("/users/{id}?notice=user-reactivated"));
    Ok(())
}

/// Suspends or reactivates the chosen people.
#[server(prefix = "/api/fn", endpoint = "users/switch-many")]
pub async fn switch_users(
    #[server(default)] ids: Vec<UserId>,
    #[server(default)] active: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let changed = services.switch_users(&caller, &ids, active).await?;
    let back = if back.is_empty() { "/users" } else { &back };
    let notice = if active { "users-reactivated" } else { "users-suspended" };
    crate::ssr::redirect(&crate::url::with_undo(back, notice, changed.iter().map(|user| user.id)));
    Ok(())
}

/// Ends every session of a person.
#[server(prefix = "/api/fn", endpoint = "users/end-sessions")]
pub async fn end_sessions(id: UserId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.end_sessions(&caller, id).await?;
    crate::ssr::redirect(&format!("/users/{id}?notice=sessions-ended"));
    Ok(())
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use domain::{Principal, RuleView};

    use super::*;

    #[test]
    fn rules_on_the_page_of_a_person_say_whom_they_are_about() {
        let about = |principal: serde_json::Value, name: &str| {
            let view = serde_json::json!({
                "id": "rul_01900000000070008000000000000001", "principal": principal, "effect": "allow",
                "servers": [], "scope": "all", "starts_at": null, "ends_at": null, "notes": "", "enabled": true,
                "request_id": null, "created_by": null, "created_at": "2026-03-12T09:00:00Z",
                "updated_at": "2026-03-12T09:00:00Z", "principal_name": name, "server_name": "All servers",
                "in_force": true,
            });
            whose(&serde_json::from_value::<RuleView>(view).unwrap())
        };
        let group = serde_json::json!({ "type": "group", "ids": ["grp_01900000000070008000000000000001"] });
        let person = serde_json::json!({ "type": "user", "ids": ["usr_01900000000070008000000000000001"] });
        assert_eq!(about(person, "Ada"), "Rule for this person");
        assert_eq!(about(group.clone(), "Support"), "Rule for group Support");
        let role = serde_json::json!({ "type": "job_role", "ids": group["ids"] });
        assert_eq!(about(role, "Dispatcher"), "Job role: Dispatcher");
        assert_eq!(about(serde_json::json!(Principal::everyone()), "Everyone"), "Rule for everyone");
    }
}
