//! The catalog.

use axum::extract::State;
use domain::{CatalogItem, Category, Page};
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ProblemBody;
use super::extract::{ApiResult, Path, Query, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Words of title, description, publisher or name.
    #[serde(default)]
    search: String,
    /// Only this category.
    category: Option<Category>,
}

/// Entries of the catalog
#[utoipa::path(get, path = "/catalog", tag = "catalog", params(Filter),
    responses((status = 200, body = Page<CatalogItem>), (status = 401, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(filter): Query<Filter>,
) -> ApiResult<Page<CatalogItem>> {
    who.answer(services.catalog(&who.0, &filter.search, filter.category).await.map(Page::whole))
}

/// One entry of the catalog
#[utoipa::path(get, path = "/catalog/{*name}", tag = "catalog", params(("name" = String, Path, description = "Registry name")),
    responses((status = 200, body = CatalogItem), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(name): Path<String>) -> ApiResult<CatalogItem> {
    who.answer(services.catalog_entry(&who.0, &name).await)
}
