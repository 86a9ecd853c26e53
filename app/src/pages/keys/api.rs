//! Personal API keys.

use domain::{ApiKey, KeyId, NewApiKey};
use leptos::prelude::*;

use crate::error::AppError;

/// The person's keys.
#[server(prefix = "/api/fn", endpoint = "keys/list")]
pub async fn list_keys() -> Result<Vec<ApiKey>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    Ok(services.keys(&caller).await?)
}

/// Makes a key; its secret is in the answer and nowhere else. `expires` is a number of days, or `never`.
#[server(prefix = "/api/fn", endpoint = "keys/create")]
pub async fn create_key(name: String, expires: String) -> Result<NewApiKey, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let days: Option<i64> = expires.parse().ok().filter(|days| (1..=3650).contains(days));
    let expires_at = days.map(|days| services.parts().env.now() + chrono::Duration::days(days));
    Ok(services.create_key(&caller, &name, expires_at).await?)
}

/// Revokes a key.
#[server(prefix = "/api/fn", endpoint = "keys/revoke")]
pub async fn revoke_key(id: KeyId) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.revoke_key(&caller, id).await?;
    crate::ssr::redirect("/keys?notice=key-revoked");
    Ok(())
}
