//! Server functions of the catalog.

use domain::{CatalogItem, Category};
use leptos::prelude::*;

use crate::components::Prose;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{text, url::link};

/// A server that is here already: its name, where one opens it or asks for access, and which of both.
pub type ServerHere = (String, String, String);

/// Servers that a search finds in the organisation, and entries by title.
#[server(prefix = "/api/fn", endpoint = "catalog/list")]
pub async fn list_entries(
    #[server(default)] search: String,
    #[server(default)] category: Option<Category>,
) -> Result<(Vec<ServerHere>, Vec<CatalogItem>), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let here = services.servers_here(&caller, &search).await?;
    let here = here.into_iter().map(|(server, usable)| {
        if usable {
            (server.name, format!("/connectors/{}", server.slug), text::catalog::open_connector().to_owned())
        } else {
            let ask = link("/requests/new", &[("server", &server.id.to_string())]);
            (server.name, ask, text::catalog::ask_access().to_owned())
        }
    });
    let mut entries = services.catalog(&caller, &search, category).await?;
    for item in &mut entries {
        item.entry.description = crate::components::plain(&item.entry.description);
    }
    Ok((here.collect(), entries))
}

/// One entry by its registry name, and its description.
#[server(prefix = "/api/fn", endpoint = "catalog/get")]
pub async fn get_entry(name: String) -> Result<(CatalogItem, Prose), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let item = services.catalog_entry(&caller, &name).await?;
    let about = Prose::new(&item.entry.description, 1);
    Ok((item, about))
}
