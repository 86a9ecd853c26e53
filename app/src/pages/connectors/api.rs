//! Server functions of connectors.

use domain::Connector;
use leptos::prelude::*;

use crate::error::AppError;

/// What the person asking can use.
#[server(prefix = "/api/fn", endpoint = "connectors/list")]
pub async fn list_connectors() -> Result<Vec<Connector>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.connectors(&caller).await?)
}

/// One server that the person asking can use.
#[server(prefix = "/api/fn", endpoint = "connectors/get")]
pub async fn get_connector(slug: String) -> Result<Connector, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.connector(&caller, &slug).await?)
}
