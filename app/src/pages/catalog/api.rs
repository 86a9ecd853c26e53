//! Server functions of the catalog.

use domain::{CatalogItem, Category};
use leptos::prelude::*;

use crate::error::AppError;

/// Entries by title.
#[server(prefix = "/api/fn", endpoint = "catalog/list")]
pub async fn list_entries(
    #[server(default)] search: String,
    #[server(default)] category: Option<Category>,
) -> Result<Vec<CatalogItem>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.catalog(&caller, &search, category).await?)
}

/// One entry by its registry name.
#[server(prefix = "/api/fn", endpoint = "catalog/get")]
pub async fn get_entry(name: String) -> Result<CatalogItem, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.catalog_entry(&caller, &name).await?)
}
