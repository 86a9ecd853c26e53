//! Signing in and out, one-time links, and who is signed in.
#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "server functions are asynchronous"))]

use domain::{LinkKind, LinkView, Me, SecretText};
use leptos::prelude::*;

use crate::error::AppError;

/// Who is signed in; nobody is an answer, not an error.
#[server(prefix = "/api/fn", endpoint = "session/whoami")]
pub async fn whoami() -> Result<Option<Me>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    if caller.auth == service::AuthMethod::Anonymous {
        return Ok(None);
    }
    Ok(Some(services.me(&caller).await?))
}

/// Begins a session and leads to where the visitor wanted to go.
#[server(prefix = "/api/fn", endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: SecretText, #[server(default)] next: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let signed_in = services.sign_in(&caller, &email, &password).await?;
    crate::ssr::begin_session(&signed_in)?;
    crate::ssr::redirect(&next);
    Ok(())
}

/// Ends the session.
#[server(prefix = "/api/fn", endpoint = "session/sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.sign_out(&caller).await?;
    crate::ssr::end_session()?;
    crate::ssr::redirect("/login?notice=signed-out");
    Ok(())
}

/// Chooses the language of the console for this browser.
#[server(prefix = "/api/fn", endpoint = "session/language")]
pub async fn choose_language(tag: String, #[server(default)] back: String) -> Result<(), AppError> {
    let language = crate::i18n::Language::of(&tag);
    let unknown = || domain::Problem::field("tag", "choose one of the languages that are offered");
    crate::ssr::keep_language(language.ok_or_else(unknown)?)?;
    crate::ssr::redirect(&back);
    Ok(())
}

/// What a one-time link is for. A link opened at the address of another kind counts as unknown: it would be greeted with
/// the wrong words.
#[server(prefix = "/api/fn", endpoint = "session/open-link")]
pub async fn open_link(token: SecretText, kind: LinkKind) -> Result<LinkView, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let link = services.open_link(&caller, &token).await?;
    if link.kind == kind { Ok(link) } else { Err(AppError(domain::Problem::not_found("link"))) }
}

/// Uses a one-time link: makes the first administrator, lets an invited person in, or sets a new password.
#[server(prefix = "/api/fn", endpoint = "session/accept-link")]
pub async fn accept_link(
    token: SecretText,
    #[server(default)] name: String,
    #[server(default)] email: String,
    password: SecretText,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let input = service::AcceptLink { name, email, password };
    let signed_in = services.accept_link(&caller, &token, input).await?;
    crate::ssr::begin_session(&signed_in)?;
    crate::ssr::redirect("/");
    Ok(())
}
