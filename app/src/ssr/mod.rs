//! The server's side of the console: its routes, what each request carries, and what server functions may use.
//!
//! [`Console::router`] is all that the server mounts. Server functions reach the use cases by [`request`], lead elsewhere
//! by [`redirect`], and begin and end browser sessions by [`begin_session`] and [`end_session`]. What use cases say in English is [`spoken`] in the visitor's language.

mod form_post;
mod router;
mod spoken;

use std::sync::Arc;

use domain::Problem;
use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use secrecy::ExposeSecret;
use service::{Caller, Services, SignedIn};

pub use router::{language_of, pages, server_fns};
pub use spoken::{Spoken, spoken, spoken_in};

use crate::assets::Assets;
use crate::error::AppError;
use crate::i18n::{LANGUAGE_COOKIE, Language};
use crate::posted::local_path;

/// What the console needs of the server.
#[derive(Clone)]
pub struct Console {
    /// The use cases.
    pub services: Services,
    /// Where the files of the front-end are.
    pub assets: Arc<Assets>,
    /// How browser sessions are kept.
    pub cookie: CookiePolicy,
}

/// The cookie of a browser session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Its name: `__Host-drawbridge`, or `drawbridge` on plain http.
    pub name: &'static str,
    /// Only over https (and loopback).
    pub secure: bool,
}

impl CookiePolicy {
    /// The `Set-Cookie` header that keeps a session for so many seconds.
    fn header(self, token: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.name)
    }
}

/// The use cases and who asks, inside a server function.
///
/// # Errors
/// `Internal` when the server did not provide them, which is a fault of its wiring.
pub fn request() -> Result<(Services, Caller), AppError> {
    match (use_context::<Services>(), use_context::<Caller>()) {
        (Some(services), Some(caller)) => Ok((services, caller)),
        _ => {
            tracing::error!("a server function ran without `Services` and `Caller` in its context");
            Err(AppError(Problem::Internal { correlation: "no-context".to_owned() }))
        }
    }
}

impl From<service::Error> for AppError {
    /// Faults are logged under the correlation id of the request.
    fn from(error: service::Error) -> Self {
        Self(match use_context::<Caller>() {
            Some(caller) => error.into_problem(caller.meta.correlation),
            None => error.into(),
        })
    }
}

/// Leads the browser to another page of the console after a successful write; works with and without JavaScript.
pub fn redirect(path: &str) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    if let Ok(location) = HeaderValue::from_str(local_path(path)) {
        response.insert_header(header::LOCATION, location);
        // Scripts cannot see a real redirect, so the browser's side of a server function looks for this header.
        response.insert_header(HeaderName::from_static(REDIRECT_HEADER), HeaderValue::from_static(""));
    }
}

const REDIRECT_HEADER: &str = "serverfnredirect";

/// Names the code of an area in the answer's `Link` headers, so that the browser loads it beside the first module.
pub(crate) fn announce(area: &str) {
    let (Some(response), Some(assets)) = (use_context::<ResponseOptions>(), use_context::<Arc<Assets>>()) else {
        return;
    };
    let Some(url) = assets.first_pack(area) else { return };
    // The same way of asking as that of the loader, or the browser would load it twice.
    let link = format!("<{url}>; rel=preload; as=fetch; crossorigin=anonymous");
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.append_header(header::LINK, link);
    }
}

/// Sets the status of the page being rendered.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Gives the browser its session.
///
/// # Errors
/// `Internal` when the server did not provide a [`CookiePolicy`], which is a fault of its wiring.
pub fn begin_session(signed_in: &SignedIn) -> Result<(), AppError> {
    let (services, _) = request()?;
    let seconds = (signed_in.expires_at - services.parts().env.now()).num_seconds().max(0);
    set_cookie(|policy| policy.header(signed_in.token.expose_secret(), seconds))
}

/// Takes the session from the browser.
///
/// # Errors
/// As [`begin_session`].
pub fn end_session() -> Result<(), AppError> {
    set_cookie(|policy| policy.header("", 0))
}

/// Lets the browser remember a language for a year.
///
/// # Errors
/// As [`begin_session`].
pub fn keep_language(language: Language) -> Result<(), AppError> {
    set_cookie(|policy| {
        let secure = if policy.secure { "; Secure" } else { "" };
        let tag = language.tag();
        format!("{LANGUAGE_COOKIE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{secure}")
    })
}

fn set_cookie(header_of: impl FnOnce(CookiePolicy) -> String) -> Result<(), AppError> {
    let wiring = || AppError(Problem::Internal { correlation: "no-cookie-policy".to_owned() });
    let policy = use_context::<CookiePolicy>().ok_or_else(wiring)?;
    let response = use_context::<ResponseOptions>().ok_or_else(wiring)?;
    let mut value = HeaderValue::from_str(&header_of(policy)).map_err(|_| wiring())?;
    value.set_sensitive(true);
    response.append_header(header::SET_COOKIE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_http_only_and_same_site() {
        let strict = CookiePolicy { name: "__Host-drawbridge", secure: true };
        assert_eq!(strict.header("t", 60), "__Host-drawbridge=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        let plain = CookiePolicy { name: "drawbridge", secure: false };
        assert_eq!(plain.header("", 0), "drawbridge=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
