//! Server functions of the catalog.

use domain::{CatalogItem, Category};
use leptos::prelude::*;

use crate::components::Prose;
use crate::error::AppError;

/// Entries by title.
#[server(prefix = "/api/fn", endpoint = "catalog/list")]
pub async fn list_entries(
    #[server(default)] search: String,
    #[server(default)] category: Option<Category>,
) -> Result<Vec<CatalogItem>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut entries = services.catalog(&caller, &search, category).await?;
    for item in &mut entries {
        item.entry.description = crate::components::plain(&item.entry.description);
    }
    Ok(entries)
}

/// One entry by its registry name, and its description.
#[server(prefix = "/api/fn", endpoint = "catalog/get")]
pub async fn get_entry(name: String) -> Result<(CatalogItem, Prose), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let item = services.catalog_entry(&caller, &name).await?;
    let about = Prose::new(&item.entry.description, 1);
    Ok((item, about))
}
