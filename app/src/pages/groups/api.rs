//! Groups of people.

use domain::{Group, GroupId, User, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Choice;
use crate::error::AppError;

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// The group.
    pub group: Group,
    /// Its members, by name.
    pub members: Vec<User>,
}

/// All groups, by name unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "groups/list")]
pub async fn list_groups(#[server(default)] sort: Option<String>) -> Result<Vec<Group>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.groups(&caller, crate::parse::order(sort.as_deref())).await?)
}

/// A group.
#[server(prefix = "/api/fn", endpoint = "groups/get")]
pub async fn get_group(id: GroupId) -> Result<GroupDetail, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let (group, members) = services.group(&caller, id).await?;
    Ok(GroupDetail { group, members })
}

/// Makes a group.
#[server(prefix = "/api/fn", endpoint = "groups/create")]
pub async fn create_group(name: String, #[server(default)] description: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let group = services.create_group(&caller, &name, &description).await?;
    crate::ssr::redirect(&format!("/groups/{}?notice=group-created", group.id));
    Ok(())
}

/// Deletes a group.
#[server(prefix = "/api/fn", endpoint = "groups/delete")]
pub async fn delete_group(id: GroupId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.delete_group(&caller, id).await?;
    crate::ssr::redirect("/groups?notice=group-deleted");
    Ok(())
}

/// Adds people to a group, by their email addresses.
#[server(prefix = "/api/fn", endpoint = "groups/add-members")]
pub async fn add_members(id: GroupId, #[server(default)] emails: Vec<String>) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let emails: Vec<&str> = emails.iter().map(|email| email.trim()).filter(|email| !email.is_empty()).collect();
    if emails.is_empty() {
        return Err(AppError(domain::Problem::field("emails", crate::text::groups::choose_somebody())));
    }
    // All of them are found before the first is added.
    let mut people = Vec::with_capacity(emails.len());
    for email in emails {
        people.push(find_by_email(&services, &caller, email).await?);
    }
    for user in people {
        services.add_group_member(&caller, id, user).await?;
    }
    crate::ssr::redirect(&format!("/groups/{id}?notice=member-added"));
    Ok(())
}

/// People who could become members, by some letters of name, email, department or team.
#[server(prefix = "/api/fn", endpoint = "groups/candidates")]
pub async fn find_candidates(#[server(default)] words: String) -> Result<Vec<Choice>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let filter = domain::UserFilter { search: Some(words), ..domain::UserFilter::default() };
    let found = services.users(&caller, &filter, &domain::PageQuery { cursor: None, limit: Some(8) }).await?;
    let choice =
        |user: domain::User| Choice { value: user.email.to_string(), label: user.name, detail: user.email.to_string() };
    Ok(found.data.into_iter().map(choice).collect())
}

/// Removes a person from a group.
#[server(prefix = "/api/fn", endpoint = "groups/remove-member")]
pub async fn remove_member(id: GroupId, user: UserId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.remove_group_member(&caller, id, user).await?;
    crate::ssr::redirect(&format!("/groups/{id}?notice=member-removed"));
    Ok(())
}

/// The person with exactly this email address.
#[cfg(feature = "ssr")]
async fn find_by_email(
    services: &service::Services,
    caller: &service::Caller,
    email: &str,
) -> Result<UserId, AppError> {
    use domain::{Email, PageQuery, Problem, UserFilter};

    use crate::text;

    let email: Email = email.parse().map_err(|e: domain::TextError| Problem::field("emails", e.to_string()))?;
    let filter = UserFilter { search: Some(email.to_string()), ..UserFilter::default() };
    let found = services.users(caller, &filter, &PageQuery { cursor: None, limit: Some(200) }).await?;
    let user = found.data.into_iter().find(|user| user.email == email);
    let nobody = || Problem::field("emails", text::groups::nobody_has_email());
    Ok(user.ok_or_else(nobody)?.id)
}
