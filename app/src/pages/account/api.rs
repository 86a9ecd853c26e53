//! The person's own account.

use domain::{SecretText, SessionId, UserProfile};
use leptos::prelude::*;

use crate::error::AppError;

/// The person's own profile, with open sessions.
#[server(prefix = "/api/fn", endpoint = "account/profile")]
pub async fn own_profile() -> Result<UserProfile, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let id = caller.user_id()?;
    Ok(crate::ssr::spoken(services.user(&caller, id).await?))
}

/// Sets a new password.
#[server(prefix = "/api/fn", endpoint = "account/change-password")]
pub async fn change_password(current: SecretText, new: SecretText) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.change_password(&caller, &current, &new).await?;
    crate::ssr::redirect("/account?notice=password-changed");
    Ok(())
}

/// Ends a browser session and leads back.
#[server(prefix = "/api/fn", endpoint = "account/end-session")]
pub async fn end_session(id: SessionId, #[server(default)] back: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.end_session(&caller, id).await?;
    crate::ssr::redirect(&format!("{back}?notice=session-ended"));
    Ok(())
}
