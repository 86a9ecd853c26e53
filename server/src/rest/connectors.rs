//! What the caller can use.

use axum::extract::State;
use domain::{Connector, Page};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ProblemBody;
use super::extract::{ApiResult, Path, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

/// Servers that I can use
#[utoipa::path(get, path = "/connectors", tag = "connectors",
    responses((status = 200, body = Page<Connector>), (status = 401, body = ProblemBody)))]
async fn list(State(services): State<Services>, who: Who) -> ApiResult<Page<Connector>> {
    who.answer(services.connectors(&who.0).await.map(Page::whole))
}

/// One server that I can use, with its address and how to add it to clients
#[utoipa::path(get, path = "/connectors/{slug}", tag = "connectors", params(("slug" = String, Path)),
    responses((status = 200, body = Connector), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(slug): Path<String>) -> ApiResult<Connector> {
    who.answer(services.connector(&who.0, &slug).await)
}
