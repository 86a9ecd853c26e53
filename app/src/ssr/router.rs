//! The console's routes: pages, server functions, and the page for what is not there.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use service::{AuthMethod, Caller};

use super::Console;
use super::form_post::form_post;
use super::spoken::spoken_in;
use crate::context::Boot;
use crate::error::AppError;
use crate::i18n::{LANGUAGE_COOKIE, Language};
use crate::posted::{FUNCTION_PREFIX, Posted, local_path};
use crate::{App, PUBLIC_PAGES, shell};

/// The most that a form or a server function may send, in bytes, but for [`IMPORT`].
const BODY_LIMIT: usize = 1024 * 1024;

/// The page and the server function that take a file of groups.
const IMPORT: &str = "groups/import";

/// The most that [`IMPORT`] takes, in bytes: a form has up to three for each of the file.
const IMPORT_LIMIT: usize = 3 * service::MOST_GROUP_FILE_BYTES + 16 * 1024;

/// The most that the form of a page or a server function may send, in bytes.
pub(super) fn body_limit(path: &str) -> usize {
    let name = path.strip_prefix(FUNCTION_PREFIX).or_else(|| path.strip_prefix('/'));
    if name == Some(IMPORT) { IMPORT_LIMIT } else { BODY_LIMIT }
}

/// Every page of the console, as an axum path (`/users/{id}`).
pub fn pages() -> Vec<String> {
    // Once, and before anything is served: while the list is made, no resource of the whole process loads, and a page
    // that begins to render in that time would wait for ever.
    static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let paths: BTreeSet<String> =
            leptos_axum::generate_route_list(App).iter().map(|route| route.path().to_owned()).collect();
        paths.into_iter().collect()
    });
    PAGES.clone()
}

/// The address without what was just done and can be undone, for a page that somebody was led to from elsewhere: a link in a
/// message must not put "Undo" before an administrator who did nothing. Browsers say where they come from
/// (`Sec-Fetch-Site`); on our own pages it is `same-origin`.
fn without_undo(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let passing = |pair: &&str| pair.starts_with("undo=") || pair.starts_with("notice=");
    let query = uri.query()?;
    let elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
    if !elsewhere || !query.split('&').any(|pair| pair.starts_with("undo=")) {
        return None;
    }
    let kept: Vec<&str> = query.split('&').filter(|pair| !passing(pair)).collect();
    let path = local_path(uri.path());
    Some(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
}

/// Every server function: path and method.
pub fn server_fns() -> Vec<(String, Method)> {
    let mut functions: Vec<_> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, method)| (path.to_owned(), method)).collect();
    functions.sort_by(|a, b| a.0.cmp(&b.0));
    functions
}

impl Console {
    /// The routes of the console. Requests must carry a [`Caller`] and a [`Nonce`] as extensions.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for page in pages() {
            let limit = DefaultBodyLimit::max(body_limit(&page));
            router = router.route(&page, get(page_handler).post(form_post).layer(limit));
        }
        for (function, method) in server_fns() {
            debug_assert_eq!(method, Method::POST, "{function}: server functions take POST only");
            let limit = DefaultBodyLimit::max(body_limit(&function));
            router = router.route(&function, post(function_handler).layer(limit));
        }
        router
            .fallback(page_handler)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(axum::middleware::map_response(no_store))
            .with_state(self)
    }

    /// Runs a server function; the status of a failed one is that of its problem.
    pub(super) async fn run_function(&self, caller: Caller, request: Request) -> Response {
        let console = self.clone();
        let language = language_of(request.headers());
        let provide = move || {
            provide_context(language);
            provide_context(console.services.clone());
            provide_context(console.cookie);
            provide_context(caller.clone());
        };
        let mut response = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
        if response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
            let (mut parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
            let error = spoken_in(language, AppError::de(bytes));
            parts.status = StatusCode::from_u16(error.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            // The length is that of the English text.
            parts.headers.remove(header::CONTENT_LENGTH);
            response = Response::from_parts(parts, Body::from(error.ser()));
        }
        response
    }

    /// Renders a page, possibly as the answer to a posted form.
    pub(super) async fn render(&self, caller: Caller, request: Request, posted: Option<Posted>) -> Response {
        let path = request.uri().path();
        let signed_in = caller.auth != AuthMethod::Anonymous;
        let public = PUBLIC_PAGES.contains(&path);
        if !signed_in && !public {
            let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
            return Redirect::to(&login_path(here)).into_response();
        }
        if signed_in && path == "/login" {
            let query = request.uri().query().unwrap_or_default();
            let next = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
            return Redirect::to(local_path(next.as_ref().map_or("/", |(_, value)| value))).into_response();
        }

        if let Some(address) = without_undo(request.uri(), request.headers()) {
            return Redirect::to(&address).into_response();
        }

        let me = if signed_in {
            match self.services.me(&caller).await {
                Ok(me) => Some(me),
                Err(error) => {
                    let language = language_of(request.headers());
                    return broken(language, AppError(error.into_problem(caller.meta.correlation)));
                }
            }
        } else {
            None
        };
        let status = posted.as_ref().and_then(|posted| posted.outcome.as_ref().err()).map(|e| e.0.status());
        let needs_setup = path == "/login" && self.needs_setup(&caller).await;
        let now = self.services.parts().env.now();
        let boot = Boot { me, now, icons: self.assets.icons(), posted, needs_setup };
        let nonce = request.extensions().get::<Nonce>().cloned();
        let console = self.clone();
        let language = language_of(request.headers());
        let provide = move || {
            provide_context(language);
            provide_context(boot.clone());
            provide_context(console.services.clone());
            provide_context(console.cookie);
            provide_context(console.assets.clone());
            provide_context(caller.clone());
            if let Some(nonce) = &nonce {
                provide_context(nonce.clone());
            }
            if let Some(status) = status {
                super::set_status(status);
            }
        };
        leptos_axum::render_app_async_with_context(provide, shell)(request).await
    }
}

impl Console {
    /// Whether visitors are to be told where the first administrator comes in.
    async fn needs_setup(&self, caller: &Caller) -> bool {
        self.services.needs_setup(caller).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether there is an administrator could not be read");
            false
        })
    }
}

/// The sign-in page that leads back here.
fn login_path(here: &str) -> String {
    let here = local_path(here);
    if here == "/" {
        return "/login".to_owned();
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", here);
    format!("/login?{}", query.finish())
}

/// The language that the visitor has chosen, or that the browser asks for.
pub fn language_of(headers: &HeaderMap) -> Language {
    let text = |name| headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    let cookies =
        text(header::COOKIE).flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let chosen = cookies.filter(|(name, _)| *name == LANGUAGE_COOKIE).find_map(|(_, tag)| Language::of(tag));
    chosen.or_else(|| text(header::ACCEPT_LANGUAGE).find_map(Language::accepted)).unwrap_or_default()
}

/// The caller that the server's middleware recognised.
pub(super) fn caller_of(request: &Request) -> Result<Caller, Box<Response>> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| {
        tracing::error!("a request reached the console without a `Caller`");
        Box::new((StatusCode::INTERNAL_SERVER_ERROR, "The server is not wired correctly; see its log.").into_response())
    })
}

/// What a visitor sees when not even the frame of the console can be drawn.
fn broken(language: Language, error: AppError) -> Response {
    let status = StatusCode::from_u16(error.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let words = Owner::new().with(|| {
        provide_context(language);
        crate::error::sentence(&spoken_in(language, error).words())
    });
    (status, format!("Drawbridge: {words}")).into_response()
}

async fn page_handler(State(console): State<Console>, request: Request) -> Response {
    match caller_of(&request) {
        Ok(caller) => console.render(caller, request, None).await,
        Err(response) => *response,
    }
}

async fn function_handler(State(console): State<Console>, mut request: Request) -> Response {
    // A plain form never comes here (it posts to its page), so nothing is led back to a referrer.
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    match caller_of(&request) {
        Ok(caller) => console.run_function(caller, request).await,
        Err(response) => *response,
    }
}

/// Pages show what belongs to one person, and some of it only once.
async fn no_store(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// True for the path of a server function.
pub(super) fn is_function(path: &str) -> bool {
    path.starts_with(FUNCTION_PREFIX)
        && server_fns().iter().any(|(known, method)| known == path && method == Method::POST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_changed_by_get() {
        let functions = server_fns();
        assert!(functions.len() > 10, "the server functions are linked: {functions:?}");
        for (path, method) in functions {
            assert_eq!(method, Method::POST, "{path}");
            assert!(path.starts_with(FUNCTION_PREFIX), "{path} has an explicit endpoint");
            assert!(!path.chars().any(|c| c.is_ascii_digit()), "{path} has no hash in it");
        }
    }

    #[test]
    fn every_public_page_is_a_page() {
        let pages = pages();
        for public in PUBLIC_PAGES {
            assert!(pages.iter().any(|page| page == public), "{public}");
        }
        assert!(pages.iter().any(|page| page == "/users/{id}"), "{pages:?}");
    }

    #[test]
    fn nobody_is_led_to_undo_from_elsewhere() {
        let led = |address: &str, site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(
                site.map(|site| (http::HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site))),
            );
            without_undo(&address.parse().unwrap(), &headers)
        };
        let address = "/users?search=a&notice=users-suspended&undo=usr_1";
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(led(address, Some(site)).as_deref(), Some("/users?search=a"), "{site}");
            assert_eq!(led("/users?undo=usr_1", Some(site)).as_deref(), Some("/users"), "{site}");
            assert_eq!(led("/users?notice=saved", Some(site)), None, "{site}");
        }
        assert_eq!(led(address, Some("same-origin")), None);
        assert_eq!(led(address, None), None, "programs do not say");
    }

    #[test]
    fn signing_in_leads_back() {
        assert_eq!(login_path("/"), "/login");
        assert_eq!(login_path("/users?search=a b"), "/login?next=%2Fusers%3Fsearch%3Da+b");
        assert_eq!(login_path("//evil.example"), "/login");
    }
}
