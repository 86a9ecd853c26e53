//! Forms without JavaScript: a page takes the post, runs the server function that the form names, and renders itself
//! again with the result, or with the errors and everything that was entered.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

use super::Console;
use super::router::{body_limit, caller_of, is_function, language_of};
use super::spoken::spoken_in;
use crate::error::AppError;
use crate::posted::{FUNCTION_FIELD, FUNCTION_PREFIX, Posted, is_secret};

/// `POST <page>`.
pub(super) async fn form_post(State(console): State<Console>, request: Request) -> Response {
    let caller = match caller_of(&request) {
        Ok(caller) => caller,
        Err(response) => return *response,
    };
    let language = language_of(request.headers());
    let refused = |status: StatusCode, why: &str| (status, spoken_in(language, why.to_owned())).into_response();
    let (parts, body) = request.into_parts();
    let too_large = || {
        let why = "This form is larger than 1 MiB. Go back and shorten it.";
        refused(StatusCode::PAYLOAD_TOO_LARGE, why)
    };
    let Ok(body) = axum::body::to_bytes(body, body_limit(parts.uri.path())).await else {
        return too_large();
    };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let named = fields.iter().find(|(name, _)| name == FUNCTION_FIELD).map(|(_, function)| function.as_str());
    let Some(function) = named.map(|name| format!("{FUNCTION_PREFIX}{name}")).filter(|path| is_function(path)) else {
        let why = "This form does not say what it is for. Reload the page and try again.";
        return refused(StatusCode::BAD_REQUEST, why);
    };
    // The page may take more than this function does.
    let limit = body_limit(&function);
    if body.len() > limit {
        return too_large();
    }

    let call = function_call(&parts, &function, &body);
    let answer = console.run_function(caller.clone(), call).await;
    let (answer, output) = answer.into_parts();
    let cookies: Vec<HeaderValue> = answer.headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    let failed = answer.headers.contains_key(SERVER_FN_ERROR_HEADER);

    let mut response = if let (false, Some(location)) = (failed, answer.headers.get(header::LOCATION)) {
        let mut response = StatusCode::SEE_OTHER.into_response();
        response.headers_mut().insert(header::LOCATION, location.clone());
        response
    } else {
        let output = axum::body::to_bytes(output, limit).await.unwrap_or_default();
        let posted = if failed {
            let shown = fields.into_iter().filter(|(name, _)| name != FUNCTION_FIELD && !is_secret(name)).collect();
            Posted { function, outcome: Err(AppError::de(output)), fields: shown }
        } else {
            let output = String::from_utf8_lossy(&output).into_owned();
            Posted { function, outcome: Ok(output), fields: Vec::new() }
        };
        // The page itself is a GET: its handlers read the path and query, and nothing of the post.
        let mut page = Request::from_parts(parts, Body::empty());
        *page.method_mut() = Method::GET;
        console.render(caller, page, Some(posted)).await
    };
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The request that the form would have been with JavaScript.
fn function_call(parts: &http::request::Parts, function: &str, body: &[u8]) -> Request {
    let mut call = Request::new(Body::from(body.to_vec()));
    *call.method_mut() = Method::POST;
    *call.uri_mut() = Uri::try_from(function).unwrap_or_default();
    *call.headers_mut() = call_headers(&parts.headers);
    *call.extensions_mut() = parts.extensions.clone();
    call
}

fn call_headers(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    // With `text/html` a server function would lead back to the referrer instead of answering.
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.remove(header::REFERER);
    headers
}
