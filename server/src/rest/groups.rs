//! Groups of people and job roles.

use axum::extract::State;
use domain::{Group, GroupId, GroupImport, GroupKind, GroupSort, Page, Sort, User, UserId};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Csv, Path, Query, Who, created, done};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(export))
        .routes(routes!(import))
        .routes(routes!(add_member, remove_member))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Order {
    /// Only groups, or only job roles.
    kind: Option<GroupKind>,
    /// The order (`name`, `-members`, …); by name when absent.
    #[param(value_type = Option<String>)]
    sort: Option<Sort<GroupSort>>,
}

/// Groups and job roles
#[utoipa::path(get, path = "/groups", tag = "groups", params(Order),
    responses((status = 200, body = Page<Group>), (status = 403, body = ProblemBody)))]
async fn list(State(services): State<Services>, who: Who, Query(order): Query<Order>) -> ApiResult<Page<Group>> {
    who.answer(services.groups_of_kind(&who.0, order.kind, order.sort).await.map(Page::whole))
}

/// What a group is, and what it is called.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewGroup {
    /// A group when absent.
    kind: Option<GroupKind>,
    name: String,
    #[serde(default)]
    description: String,
}

/// Make a group or a job role
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup,
    responses((status = 201, body = Group), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, axum::Json<Group>), ApiError> {
    let kind = new.kind.unwrap_or(GroupKind::Group);
    created(&who, services.create_group(&who.0, kind, &new.name, &new.description).await)
}

/// A group with its members.
#[derive(Serialize, utoipa::ToSchema)]
struct GroupDetail {
    group: Group,
    members: Vec<User>,
}

/// One group with its members
#[utoipa::path(get, path = "/groups/{id}", tag = "groups", params(("id" = GroupId, Path)),
    responses((status = 200, body = GroupDetail), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<GroupId>) -> ApiResult<GroupDetail> {
    who.answer(services.group(&who.0, id).await.map(|(group, members)| GroupDetail { group, members }))
}

/// What a group is called from now on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct ChangedGroup {
    name: String,
    #[serde(default)]
    description: String,
}

/// Change name and description of a group or a job role
#[utoipa::path(put, path = "/groups/{id}", tag = "groups", params(("id" = GroupId, Path)), request_body = ChangedGroup,
    responses((status = 200, body = Group), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn update(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<GroupId>,
    Body(to): Body<ChangedGroup>,
) -> ApiResult<Group> {
    who.answer(services.update_group(&who.0, id, &to.name, &to.description).await)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Exported {
    /// Only groups, or only job roles.
    kind: Option<GroupKind>,
}

/// Groups and job roles with their members, as a file that can be imported
///
/// A line for each member, with the columns `kind`, `group`, `description` (in the first line of a group), `email`; one
/// with an empty address for a group without members. Cells that a spreadsheet would take for a formula begin with an apostrophe, which the import
/// takes away.
#[utoipa::path(get, path = "/groups/export", tag = "groups", params(Exported),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403, body = ProblemBody)))]
async fn export(
    State(services): State<Services>,
    who: Who,
    Query(asked): Query<Exported>,
) -> Result<([(header::HeaderName, &'static str); 1], String), ApiError> {
    let file = services.export_groups(&who.0, asked.kind).await;
    let file = file.map_err(|error| ApiError::of(error, who.0.meta.correlation))?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], file))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct How {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Also take those out of the groups of the file whom it does not name; each group must be whole in it.
    #[serde(default)]
    replace: bool,
    /// The digest of an earlier answer: refuse to do anything else than it said.
    digest: Option<String>,
}

/// What was done, or would be.
#[derive(Serialize, utoipa::ToSchema)]
struct Imported {
    /// False for a dry run.
    applied: bool,
    #[serde(flatten)]
    import: GroupImport,
}

/// Import groups, job roles and their members from a CSV file
///
/// The first line names the columns: `group` and `email` are needed, `kind` (`group` or `job_role`) and `description` are
/// not. All of the file is imported or nothing; every line that is wrong is named (`line 7`). Groups that the file does
/// not name are left alone.
#[utoipa::path(post, path = "/groups/import", tag = "groups", params(How),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Imported), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn import(
    State(services): State<Services>,
    who: Who,
    Query(how): Query<How>,
    Csv(text): Csv,
) -> ApiResult<Imported> {
    let How { dry_run, replace, digest } = how;
    let import = if dry_run {
        services.plan_group_import(&who.0, &text, replace).await
    } else {
        services.import_groups(&who.0, &text, replace, digest.as_deref()).await
    };
    who.answer(import.map(|import| Imported { applied: !dry_run, import }))
}

/// Delete a group or a job role that no rule names
#[utoipa::path(delete, path = "/groups/{id}", tag = "groups", params(("id" = GroupId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn delete(State(services): State<Services>, who: Who, Path(id): Path<GroupId>) -> Result<StatusCode, ApiError> {
    done(&who, services.delete_group(&who.0, id).await)
}

/// Put somebody into a group; what its rules allow is allowed at once
#[utoipa::path(put, path = "/groups/{id}/members/{user}", tag = "groups",
    params(("id" = GroupId, Path), ("user" = UserId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn add_member(
    State(services): State<Services>,
    who: Who,
    Path((id, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, ApiError> {
    done(&who, services.add_group_member(&who.0, id, user).await.map(drop))
}

/// Take somebody out of a group; what only its rules allowed is refused at once
#[utoipa::path(delete, path = "/groups/{id}/members/{user}", tag = "groups",
    params(("id" = GroupId, Path), ("user" = UserId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn remove_member(
    State(services): State<Services>,
    who: Who,
    Path((id, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, ApiError> {
    done(&who, services.remove_group_member(&who.0, id, user).await.map(drop))
}
