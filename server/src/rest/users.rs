//! People.

use axum::extract::State;
use domain::{NewUser, OneTimeLink, Page, PageQuery, User, UserFilter, UserId, UserProfile};
use http::StatusCode;
use serde::Serialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who, created};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(get, update))
        .routes(routes!(invite_again))
        .routes(routes!(reset_link))
        .routes(routes!(suspend))
        .routes(routes!(reactivate))
        .routes(routes!(end_sessions))
}

/// People
#[utoipa::path(get, path = "/users", tag = "users", params(UserFilter, PageQuery),
    responses((status = 200, body = Page<User>), (status = 403, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(filter): Query<UserFilter>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Page<User>> {
    who.answer(services.users(&who.0, &filter, &page).await)
}

/// Somebody invited, with the link to hand over.
#[derive(Serialize, utoipa::ToSchema)]
struct Invited {
    user: User,
    /// Shown this once.
    link: OneTimeLink,
}

/// Invite somebody
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = Invited), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn invite(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, axum::Json<Invited>), ApiError> {
    let invited = services.invite_user(&who.0, new).await.map(|(user, link)| Invited { user, link });
    created(&who, invited)
}

/// One person with groups, rules and sessions
#[utoipa::path(get, path = "/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = UserProfile), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<UserProfile> {
    who.answer(services.user(&who.0, id).await)
}

/// Change a person
#[utoipa::path(put, path = "/users/{id}", tag = "users", params(("id" = UserId, Path)), request_body = NewUser,
    responses((status = 200, body = User), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn update(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<UserId>,
    Body(new): Body<NewUser>,
) -> ApiResult<User> {
    who.answer(services.update_user(&who.0, id, new).await)
}

/// Make a new invitation link
#[utoipa::path(post, path = "/users/{id}/invite", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = OneTimeLink), (status = 409, body = ProblemBody)))]
async fn invite_again(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<OneTimeLink> {
    who.answer(services.invite_again(&who.0, id).await)
}

/// Make a link that sets a new password
#[utoipa::path(post, path = "/users/{id}/reset-link", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = OneTimeLink), (status = 404, body = ProblemBody)))]
async fn reset_link(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<OneTimeLink> {
    who.answer(services.reset_link(&who.0, id).await)
}

/// Lock somebody out, at once
#[utoipa::path(post, path = "/users/{id}/suspend", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = User), (status = 409, body = ProblemBody)))]
async fn suspend(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<User> {
    who.answer(services.suspend_user(&who.0, id).await)
}

/// Let somebody in again
#[utoipa::path(post, path = "/users/{id}/reactivate", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = User), (status = 404, body = ProblemBody)))]
async fn reactivate(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<User> {
    who.answer(services.reactivate_user(&who.0, id).await)
}

/// How many sessions were ended.
#[derive(Serialize, utoipa::ToSchema)]
struct Ended {
    ended: u32,
}

/// End all browser sessions of somebody
#[utoipa::path(post, path = "/users/{id}/end-sessions", tag = "users", params(("id" = UserId, Path)),
    responses((status = 200, body = Ended), (status = 404, body = ProblemBody)))]
async fn end_sessions(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<Ended> {
    who.answer(services.end_sessions(&who.0, id).await.map(|ended| Ended { ended }))
}
