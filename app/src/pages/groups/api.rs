//! Groups of people.

use domain::{Group, GroupId, User, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// The group.
    pub group: Group,
    /// Its members, by name.
    pub members: Vec<User>,
}

/// All groups, by name.
#[server(prefix = "/api/fn", endpoint = "groups/list")]
pub async fn list_groups() -> Result<Vec<Group>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.groups(&caller).await?)
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

/// Adds the person with this email address to a group.
#[server(prefix = "/api/fn", endpoint = "groups/add-member")]
pub async fn add_member(id: GroupId, email: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let user = find_by_email(&services, &caller, &email).await?;
    services.add_group_member(&caller, id, user).await?;
    crate::ssr::redirect(&format!("/groups/{id}?notice=member-added"));
    Ok(())
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
    let email: Email = email.parse().map_err(|e: domain::TextError| Problem::field("email", e.to_string()))?;
    let filter = UserFilter { search: Some(email.to_string()), status: None };
    let found = services.users(caller, &filter, &PageQuery { cursor: None, limit: Some(200) }).await?;
    let user = found.data.into_iter().find(|user| user.email == email);
    let nobody = || Problem::field("email", "nobody here has this email address; invite the person first");
    Ok(user.ok_or_else(nobody)?.id)
}
