//! Groups of people and job roles.

use domain::{GroupId, User, UserId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::Choice;
use crate::error::AppError;
use crate::wire::Later;

/// A group or a job role, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLine {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Number of members.
    pub members: u32,
    /// What it is, in words.
    pub kind: String,
    /// Where it comes from, in words.
    pub source: String,
}

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// The group.
    pub group: GroupLine,
    /// Its members, by name.
    pub members: Vec<User>,
    /// What its rules open and deny: [`crate::pages::access::api::AccessData`].
    pub access: Later,
}

/// What an import would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// The file as it was sent.
    pub csv: String,
    /// Others are taken out of the groups.
    pub replace: bool,
    /// Sent along with the file, it applies what is shown here and nothing else. Empty when nothing would change.
    pub digest: String,
    /// What would change, in one line.
    pub title: String,
    /// What to know about it.
    pub note: String,
    /// The first groups that would change.
    pub changes: Vec<ImportLine>,
}

/// What an import would change at one group, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// Name of the group.
    pub name: String,
    /// Group or job role.
    pub kind: String,
    /// What happens to the group itself.
    pub what: String,
    /// Who is put in.
    pub added: String,
    /// Who is taken out.
    pub removed: String,
}

/// All groups, or those of one kind, by name unless another order is asked for.
#[server(prefix = "/api/fn", endpoint = "groups/list")]
pub async fn list_groups(
    #[server(default)] kind: Option<String>,
    #[server(default)] sort: Option<String>,
) -> Result<Vec<GroupLine>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    // As with the order: an address with a kind that there is not is still the address of the list.
    let kind = kind.and_then(|kind| kind.parse().ok());
    let groups = services.groups_of_kind(&caller, kind, crate::parse::order(sort.as_deref())).await?;
    Ok(groups.into_iter().map(super::words::line).collect())
}

/// A group.
#[server(prefix = "/api/fn", endpoint = "groups/get")]
pub async fn get_group(id: GroupId) -> Result<GroupDetail, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let (group, members) = services.group(&caller, id).await?;
    let access = crate::pages::access::words::of_group(&services, &caller, id, group.kind.principal()).await?;
    Ok(GroupDetail { group: super::words::line(group), members, access: Later::of(&access)? })
}

/// Makes a group, or a job role.
#[server(prefix = "/api/fn", endpoint = "groups/create")]
pub async fn create_group(
    #[server(default)] kind: Option<String>,
    name: String,
    #[server(default)] description: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let kind = crate::parse::optional("kind", kind.as_deref())?.unwrap_or(domain::GroupKind::Group);
    let group = services.create_group(&caller, kind, &name, &description).await?;
    crate::ssr::redirect(&format!("/groups/{}?notice=group-created", group.id));
    Ok(())
}

/// Changes name and description of a group.
#[server(prefix = "/api/fn", endpoint = "groups/update")]
pub async fn update_group(id: GroupId, name: String, #[server(default)] description: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.update_group(&caller, id, &name, &description).await?;
    crate::ssr::redirect(&format!("/groups/{id}?notice=user-saved"));
    Ok(())
}

/// Shows what the import of a file would change. With the digest of what was shown, and if nothing else would change
/// by now, it is done.
#[server(prefix = "/api/fn", endpoint = "groups/import")]
pub async fn import_groups(
    csv: String,
    #[server(default)] replace: bool,
    #[server(default)] digest: String,
) -> Result<ImportPreview, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let plan = services.plan_group_import(&caller, &csv, replace).await.map_err(super::words::by_line)?;
    if plan.digest == digest {
        services.import_groups(&caller, &csv, replace, Some(&digest)).await.map_err(super::words::by_line)?;
        crate::ssr::redirect("/groups?notice=user-saved");
        return Ok(ImportPreview::default());
    }
    Ok(super::words::preview(plan, csv, replace, !digest.is_empty()))
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
        return Err(AppError(domain::Problem::field("emails", crate::text::said::groups::choose_somebody())));
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
    let nobody = || Problem::field("emails", text::said::groups::nobody_has_email());
    Ok(user.ok_or_else(nobody)?.id)
}
