//! REST under `/api/v1`: the use cases for programs. Bearer credentials only, so no cookie can be abused here.
//!
//! Lists are `{data, next_cursor}`, errors are `application/problem+json` (RFC 9457). The OpenAPI document is made from
//! the very handlers that serve.

mod access;
mod audit;
mod catalog;
mod connectors;
mod docs;
mod drafts;
mod error;
mod extract;
mod groups;
mod keys;
mod me;
mod notifications;
mod requests;
mod rules;
mod servers;
mod users;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::{Json, Router};
use service::Services;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as OpenApiDocument;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use self::error::ApiError;

/// Largest body in bytes.
const MAX_BODY: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Drawbridge",
        description = "The use cases of Drawbridge for programs. Authenticate with a personal API key, as \
                       `Authorization: Bearer` or `X-Drawbridge-Api-Key`.",
        license(name = "Apache-2.0")
    ),
    modifiers(&Security),
    security(("bearer" = []), ("api_key" = []))
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let header = ApiKey::Header(ApiKeyValue::new("X-Drawbridge-Api-Key"));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(header));
    }
}

fn api() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .merge(me::routes())
        .merge(catalog::routes())
        .merge(connectors::routes())
        .merge(requests::routes())
        .merge(servers::routes())
        .merge(rules::routes())
        .merge(drafts::routes())
        .merge(access::routes())
        .merge(users::routes())
        .merge(groups::routes())
        .merge(keys::routes())
        .merge(notifications::routes())
        .merge(audit::routes())
}

/// The routes and the document that describes them.
pub(crate) fn router(services: Services) -> Router {
    let (routes, mut document) =
        OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api()).split_for_parts();
    tidy(&mut document);
    let page = docs::page(&document);
    let routes = routes
        .layer(from_fn_with_state(services.clone(), extract::with_meta))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(services);
    Router::new()
        .merge(routes)
        .route("/api/openapi.json", axum::routing::get(async move || Json(document)))
        .route("/api/docs", axum::routing::get(async move || page))
        .route("/api/v1", axum::routing::any(unknown))
        .route("/api/v1/{*path}", axum::routing::any(unknown))
}

/// What the router writes in its own way and OpenAPI in another: parameters that take the rest of a path, and ids of
/// operations, which are the names of handlers and must be unique.
fn tidy(document: &mut OpenApiDocument) {
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten();
        for operation in operations {
            let tag = operation.tags.as_ref().and_then(|tags| tags.first());
            operation.operation_id = operation.operation_id.take().map(|name| match tag {
                Some(tag) => format!("{tag}_{name}"),
                None => name,
            });
        }
        document.paths.paths.insert(path.replace("{*", "{"), item);
    }
}

async fn unknown() -> ApiError {
    ApiError::from(domain::Problem::not_found("this path of the API; see /api/docs, it"))
}
