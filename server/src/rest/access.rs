//! Who has access to what now; blocking somebody, and letting access go on.

use axum::Json;
use axum::extract::State;
use domain::{Audience, GroupId, Page, PageQuery, Principal, RuleId, RuleView, ServerAccess, ServerId, UserId};
use http::StatusCode;
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(of_user))
        .routes(routes!(of_group))
        .routes(routes!(of_server))
        .routes(routes!(block))
        .routes(routes!(extend))
}

/// What a person may use now
///
/// The active servers that are open to the person, and those that a rule denies. Conditions on requests and arguments
/// count as met by rules that allow and as not met by rules that deny.
#[utoipa::path(get, path = "/users/{id}/access", tag = "access", params(("id" = UserId, Path)),
    responses((status = 200, body = Page<ServerAccess>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn of_user(State(services): State<Services>, who: Who, Path(id): Path<UserId>) -> ApiResult<Page<ServerAccess>> {
    who.answer(services.access_of_user(&who.0, id).await.map(Page::whole))
}

/// What a group or job role opens and denies now
///
/// What its own rules say; members may have more by other rules, or less.
#[utoipa::path(get, path = "/groups/{id}/access", tag = "access", params(("id" = GroupId, Path)),
    responses((status = 200, body = Page<ServerAccess>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn of_group(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<GroupId>,
) -> ApiResult<Page<ServerAccess>> {
    who.answer(services.access_of_group(&who.0, id).await.map(Page::whole))
}

/// Who may use a server now
#[utoipa::path(get, path = "/servers/{id}/access", tag = "access", params(("id" = ServerId, Path), PageQuery),
    responses((status = 200, body = Audience), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn of_server(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Audience> {
    who.answer(services.access_of_server(&who.0, id, &page).await)
}

/// Whom to block.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBlock {
    /// One person, group or job role.
    principal: Principal,
}

/// Block a person, a group or a job role on a server
///
/// Makes a rule that denies the entire server, whatever allows it. Delete the rule to undo it. 200 when there is one
/// already.
#[utoipa::path(post, path = "/servers/{id}/blocks", tag = "access", params(("id" = ServerId, Path)), request_body = NewBlock,
    responses((status = 201, body = RuleView), (status = 200, body = RuleView), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn block(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<ServerId>,
    Body(new): Body<NewBlock>,
) -> Result<(StatusCode, Json<RuleView>), ApiError> {
    let blocked = services.block_on_server(&who.0, id, new.principal).await;
    let status = if blocked.as_ref().is_ok_and(|blocked| blocked.made) { StatusCode::CREATED } else { StatusCode::OK };
    who.answer(blocked.map(|blocked| blocked.rule)).map(|rule| (status, rule))
}

/// For how long a rule goes on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Extension {
    /// Days from its end, or from now if that is over: 1 to 366.
    days: u32,
}

/// Let a rule end later
#[utoipa::path(post, path = "/rules/{id}/extend", tag = "rules", params(("id" = RuleId, Path)), request_body = Extension,
    responses((status = 200, body = RuleView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn extend(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<RuleId>,
    Body(Extension { days }): Body<Extension>,
) -> ApiResult<RuleView> {
    who.answer(services.extend_rule(&who.0, id, days).await)
}
