//! The console over HTTP: who is signed in, and the headers that keep pages safe.

use app::{Assets, Console, CookiePolicy};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use domain::CorrelationId;
use gateway::Peer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use leptos::nonce::Nonce;
use secrecy::SecretString;
use service::{Caller, RequestMeta, Services};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::assets::Site;
use crate::config::PublicUrl;
use crate::{export, live};

/// The name of the session cookie. Browsers keep a `__Host-` cookie only on https and loopback.
pub(crate) fn cookie_policy(public: &PublicUrl) -> CookiePolicy {
    let secure = public.https || public.loopback;
    CookiePolicy { name: if secure { "__Host-drawbridge" } else { "drawbridge" }, secure }
}

#[derive(Clone)]
struct Session {
    services: Services,
    cookie: &'static str,
    https: bool,
}

/// The console and its files.
///
/// # Errors
/// When the public address is no origin.
pub(crate) fn router(
    services: Services,
    site: Site,
    public: &PublicUrl,
    stop: CancellationToken,
) -> Result<Router, tower_http::csrf::ConfigError> {
    let cookie = cookie_policy(public);
    let session = Session { services: services.clone(), cookie: cookie.name, https: public.https };
    let assets = std::sync::Arc::new(Assets::new(site.urls().clone()));
    let csrf = CsrfLayer::new().add_trusted_origin(&public.origin)?;
    let live = live::router(services.clone(), stop).merge(export::router(services.clone()));
    // Nothing in a page is worth guessing by its compressed length (BREACH): the nonce is another one each time, secrets are
    // shown once, and there is no token against forgery that a second request could meet.
    let console = Console { services, assets, cookie }.router().layer(CompressionLayer::new());
    let console = live.fallback_service(console).layer(csrf).layer(from_fn_with_state(session, with_session));
    let files = Router::new().route("/pkg/{*file}", get(Site::serve)).with_state(site);
    Ok(files.merge(no_oauth()).fallback_service(console))
}

/// There is no OAuth yet, so clients that look for it get a plain 404 instead of a page.
fn no_oauth() -> Router {
    let nothing = any(async || (StatusCode::NOT_FOUND, "not found"));
    // The last three are where clients look that find no metadata (MCP 2025-03-26, "Fallbacks for Servers without
    // Metadata Discovery").
    ["/.well-known/{*path}", "/authorize", "/token", "/register"]
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, nothing.clone()))
}

/// Finds the session, makes the nonce, sets the headers.
async fn with_session(State(session): State<Session>, mut request: Request, next: Next) -> Response {
    let meta = request_meta(&session.services, &request);
    let correlation = meta.correlation;
    let token = cookie(request.headers(), session.cookie).map(SecretString::from);
    let caller = match token {
        None => Caller::anonymous(meta),
        Some(token) => match session.services.session_caller(&token, meta.clone()).await {
            Ok(Some(caller)) => caller,
            Ok(None) => Caller::anonymous(meta),
            Err(error) => {
                let problem = error.into_problem(correlation);
                let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                return (status, problem.to_string()).into_response();
            }
        },
    };
    let nonce = Nonce::new();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; manifest-src 'self'"
    );
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    protect(headers, session.https);
    headers.insert(gateway::CORRELATION_HEADER, correlation_value(correlation));
    response
}

/// Headers that every page and answer of the console has.
fn protect(headers: &mut HeaderMap, https: bool) {
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // `no-referrer` would make browsers send `Origin: null`, and forms without JavaScript would fail.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn correlation_value(correlation: CorrelationId) -> HeaderValue {
    HeaderValue::try_from(correlation.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// What is known about a request before anybody is.
pub(crate) fn request_meta<B>(services: &Services, request: &http::Request<B>) -> RequestMeta {
    let address = request.extensions().get::<Peer>();
    let agent = request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    RequestMeta {
        correlation: CorrelationId::generate(services.parts().env.as_ref()),
        ip: address.map(|peer| peer.address.ip().to_canonical()),
        client: None,
        user_agent: agent.map(|agent| agent.chars().take(256).collect()),
    }
}

/// The value of one cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key.trim() == name && !value.is_empty()).then(|| value.trim().to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-drawbridge=dbs_x; b=2"));
        assert_eq!(cookie(&headers, "__Host-drawbridge").as_deref(), Some("dbs_x"));
        assert_eq!(cookie(&headers, "drawbridge"), None);
    }

    #[test]
    fn the_host_prefix_needs_https_or_loopback() {
        let name = |url: &str| cookie_policy(&PublicUrl::parse(url).unwrap()).name;
        assert_eq!(name("https://d.example.com"), "__Host-drawbridge");
        assert_eq!(name("http://127.0.0.1:3000"), "__Host-drawbridge");
        assert_eq!(name("http://d.example.com"), "drawbridge");
    }
}
