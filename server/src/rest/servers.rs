//! Servers.

use axum::extract::State;
use domain::{NewServer, Page, PageQuery, Server, ServerDetail, ServerFilter, ServerId, TestReport};
use http::StatusCode;
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who, created, done};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(test))
        .routes(routes!(pin))
}

/// Servers
#[utoipa::path(get, path = "/servers", tag = "servers", params(ServerFilter, PageQuery),
    responses((status = 200, body = Page<Server>), (status = 403, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(filter): Query<ServerFilter>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Page<Server>> {
    who.answer(services.servers(&who.0, &filter, &page).await)
}

/// Make a server as a draft
#[utoipa::path(post, path = "/servers", tag = "servers", request_body = NewServer,
    responses((status = 201, body = Server), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewServer>,
) -> Result<(StatusCode, axum::Json<Server>), ApiError> {
    created(&who, services.create_server(&who.0, new).await)
}

/// One server with its definitions, rules and last test
#[utoipa::path(get, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = 200, body = ServerDetail), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<ServerId>) -> ApiResult<ServerDetail> {
    who.answer(services.server(&who.0, id).await)
}

/// Change a server
#[utoipa::path(put, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)), request_body = NewServer,
    responses((status = 200, body = Server), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn update(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<ServerId>,
    Body(new): Body<NewServer>,
) -> ApiResult<Server> {
    who.answer(services.update_server(&who.0, id, new).await)
}

/// Delete a server with its rules and secrets
#[utoipa::path(delete, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
async fn delete(State(services): State<Services>, who: Who, Path(id): Path<ServerId>) -> Result<StatusCode, ApiError> {
    done(&who, services.delete_server(&who.0, id).await)
}

/// Switch a server off for everybody
#[utoipa::path(post, path = "/servers/{id}/disable", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = 200, body = Server), (status = 404, body = ProblemBody)))]
async fn disable(State(services): State<Services>, who: Who, Path(id): Path<ServerId>) -> ApiResult<Server> {
    who.answer(services.disable_server(&who.0, id).await)
}

/// Switch a server on
#[utoipa::path(post, path = "/servers/{id}/enable", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = 200, body = Server), (status = 404, body = ProblemBody)))]
async fn enable(State(services): State<Services>, who: Who, Path(id): Path<ServerId>) -> ApiResult<Server> {
    who.answer(services.enable_server(&who.0, id).await)
}

/// Connect to a server, live
#[utoipa::path(post, path = "/servers/{id}/test", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = 200, body = TestReport), (status = 404, body = ProblemBody)))]
async fn test(State(services): State<Services>, who: Who, Path(id): Path<ServerId>) -> ApiResult<TestReport> {
    who.answer(services.test_server(&who.0, id).await)
}

/// Which definitions to approve.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct Pinning {
    /// Digest of the definitions that were reviewed.
    definitions_digest: String,
}

/// Approve the definitions that the last test saw
#[utoipa::path(post, path = "/servers/{id}/pin", tag = "servers", params(("id" = ServerId, Path)), request_body = Pinning,
    responses((status = 200, body = ServerDetail), (status = 409, body = ProblemBody)))]
async fn pin(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<ServerId>,
    Body(pinning): Body<Pinning>,
) -> ApiResult<ServerDetail> {
    who.answer(services.pin_definitions(&who.0, id, &pinning.definitions_digest).await)
}
