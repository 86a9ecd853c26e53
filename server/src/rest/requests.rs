//! Requests and the decisions about them.

use axum::extract::State;
use domain::{
    Approval, NewRequest, Page, PageQuery, Rejection, Request, RequestFilter, RequestHistory, RequestId, Review,
    TestReport,
};
use http::StatusCode;
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who, created};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, submit))
        .routes(routes!(get))
        .routes(routes!(history))
        .routes(routes!(review))
        .routes(routes!(test))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(withdraw))
}

/// Requests: mine, or everybody's for those who decide
#[utoipa::path(get, path = "/requests", tag = "requests", params(RequestFilter, PageQuery),
    responses((status = 200, body = Page<Request>), (status = 401, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(filter): Query<RequestFilter>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Page<Request>> {
    who.answer(services.requests(&who.0, &filter, &page).await)
}

/// Ask for a server, or for access to one
#[utoipa::path(post, path = "/requests", tag = "requests", request_body = NewRequest,
    responses((status = 201, body = Request), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn submit(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewRequest>,
) -> Result<(StatusCode, axum::Json<Request>), ApiError> {
    created(&who, services.submit_request(&who.0, new, None).await)
}

/// One request
#[utoipa::path(get, path = "/requests/{id}", tag = "requests", params(("id" = RequestId, Path)),
    responses((status = 200, body = Request), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<RequestId>) -> ApiResult<Request> {
    who.answer(services.request(&who.0, id).await)
}

/// What happened to a request
#[utoipa::path(get, path = "/requests/{id}/history", tag = "requests", params(("id" = RequestId, Path)),
    responses((status = 200, body = Page<RequestHistory>), (status = 404, body = ProblemBody)))]
async fn history(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<RequestId>,
) -> ApiResult<Page<RequestHistory>> {
    who.answer(services.request_history(&who.0, id).await.map(Page::whole))
}

/// Everything that a reviewer looks at
#[utoipa::path(get, path = "/requests/{id}/review", tag = "requests", params(("id" = RequestId, Path)),
    responses((status = 200, body = Review), (status = 403, body = ProblemBody)))]
async fn review(State(services): State<Services>, who: Who, Path(id): Path<RequestId>) -> ApiResult<Review> {
    who.answer(services.review(&who.0, id).await)
}

/// How to test.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
struct TestOptions {
    /// The server may have an address of a private network.
    #[serde(default)]
    allow_private: bool,
}

/// Connect to the requested server, live
#[utoipa::path(post, path = "/requests/{id}/test", tag = "requests", params(("id" = RequestId, Path)),
    request_body(content = Option<TestOptions>),
    responses((status = 200, body = TestReport), (status = 403, body = ProblemBody)))]
async fn test(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<RequestId>,
    options: Option<axum::Json<TestOptions>>,
) -> ApiResult<TestReport> {
    let options = options.map(|body| body.0).unwrap_or_default();
    who.answer(services.test_request(&who.0, id, options.allow_private).await)
}

/// Approve a request
#[utoipa::path(post, path = "/requests/{id}/approve", tag = "requests", params(("id" = RequestId, Path)),
    request_body = Approval,
    responses((status = 200, body = Request), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn approve(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<RequestId>,
    Body(approval): Body<Approval>,
) -> ApiResult<Request> {
    who.answer(services.approve_request(&who.0, id, approval).await)
}

/// Reject a request
#[utoipa::path(post, path = "/requests/{id}/reject", tag = "requests", params(("id" = RequestId, Path)),
    request_body = Rejection,
    responses((status = 200, body = Request), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn reject(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<RequestId>,
    Body(rejection): Body<Rejection>,
) -> ApiResult<Request> {
    who.answer(services.reject_request(&who.0, id, rejection).await)
}

/// Take back my request
#[utoipa::path(post, path = "/requests/{id}/withdraw", tag = "requests", params(("id" = RequestId, Path)),
    responses((status = 200, body = Request), (status = 409, body = ProblemBody)))]
async fn withdraw(State(services): State<Services>, who: Who, Path(id): Path<RequestId>) -> ApiResult<Request> {
    who.answer(services.withdraw_request(&who.0, id).await)
}
