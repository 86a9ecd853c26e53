//! Personal API keys.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{ApiKey, KeyId, NewApiKey, Page};
use http::StatusCode;
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Who, created};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// My API keys
#[utoipa::path(get, path = "/keys", tag = "keys",
    responses((status = 200, body = Page<ApiKey>), (status = 401, body = ProblemBody)))]
async fn list(State(services): State<Services>, who: Who) -> ApiResult<Page<ApiKey>> {
    who.answer(services.keys(&who.0).await.map(Page::whole))
}

/// What a key is for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct NewKey {
    name: String,
    /// Dies at this time; never when absent.
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

/// Make an API key; its secret is in this answer only
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = NewApiKey), (status = 422, body = ProblemBody)))]
async fn create(
    State(services): State<Services>,
    who: Who,
    Body(new): Body<NewKey>,
) -> Result<(StatusCode, axum::Json<NewApiKey>), ApiError> {
    created(&who, services.create_key(&who.0, &new.name, new.expires_at).await)
}

/// Revoke one of my API keys
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", params(("id" = KeyId, Path)),
    responses((status = 200, body = ApiKey), (status = 404, body = ProblemBody)))]
async fn revoke(State(services): State<Services>, who: Who, Path(id): Path<KeyId>) -> ApiResult<ApiKey> {
    who.answer(services.revoke_key(&who.0, id).await)
}
