//! The caller.

use axum::extract::State;
use domain::{Home, Me};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ProblemBody;
use super::extract::{ApiResult, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(me)).routes(routes!(home))
}

/// Who I am and what I may do
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = Me), (status = 401, body = ProblemBody)))]
async fn me(State(services): State<Services>, who: Who) -> ApiResult<Me> {
    who.answer(services.me(&who.0).await)
}

/// What the home page shows me
#[utoipa::path(get, path = "/home", tag = "me", responses((status = 200, body = Home), (status = 401, body = ProblemBody)))]
async fn home(State(services): State<Services>, who: Who) -> ApiResult<Home> {
    who.answer(services.home(&who.0).await)
}
