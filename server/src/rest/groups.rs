//! Groups of people.

use axum::extract::State;
use domain::{Group, GroupId, GroupSort, Page, Sort, User, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who, created, done};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, delete))
        .routes(routes!(add_member, remove_member))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Order {
    /// The order (`name`, `-members`, …); by name when absent.
    #[param(value_type = Option<String>)]
    sort: Option<Sort<GroupSort>>,
}

/// Groups
#[utoipa::path(get, path = "/groups", tag = "groups", params(Order),
    responses((status = 200, body = Page<Group>), (status = 403, body = ProblemBody)))]
async fn list(State(services): State<Services>, who: Who, Query(order): Query<Order>) -> ApiResult<Page<Group>> {
    who.answer(services.groups(&who.0, order.sort).await.map(Page::whole))
}

/// What a group is called.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewGroup {
    name: String,
    #[serde(default)]
    description: String,
}

/// Make a group
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup,
    responses((status = 201, body = Group), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, axum::Json<Group>), ApiError> {
    created(&who, services.create_group(&who.0, &new.name, &new.description).await)
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

/// Delete a group with its rules
#[utoipa::path(delete, path = "/groups/{id}", tag = "groups", params(("id" = GroupId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
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
