//! Server functions of connectors.

use domain::Connector;
use leptos::prelude::*;

use crate::components::Prose;
use crate::error::AppError;

/// What the person asking can use.
#[server(prefix = "/api/fn", endpoint = "connectors/list")]
pub async fn list_connectors() -> Result<Vec<Connector>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut connectors = services.connectors(&caller).await?;
    for connector in &mut connectors {
        connector.server.description = crate::components::plain(&connector.server.description);
    }
    Ok(connectors)
}

/// One server that the person asking can use, and its description.
#[server(prefix = "/api/fn", endpoint = "connectors/get")]
pub async fn get_connector(slug: String) -> Result<(Connector, Prose), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let connector = services.connector(&caller, &slug).await?;
    let about = Prose::new(&connector.server.description, 1);
    Ok((connector, about))
}
