//! `/api/docs`: the OpenAPI document as a page for people. Plain HTML, made once at start.

use std::fmt::Write as _;

use axum::response::Html;
use http::{HeaderName, HeaderValue, header};
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

type Page = ([(HeaderName, HeaderValue); 3], Html<String>);

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
code{font:13px/1.5 ui-monospace,monospace}h2{margin-top:2.5rem;text-transform:capitalize}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #8884}\
.m{font-weight:600}nav a{margin-right:1rem;text-transform:capitalize}";

/// The page and its headers.
pub(super) fn page(document: &OpenApi) -> Page {
    let mut tags: Vec<(String, Vec<String>)> = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let tag = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
            let row = row(path, method, operation);
            match tags.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, rows)) => rows.push(row),
                None => tags.push((tag, vec![row])),
            }
        }
    }
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Drawbridge API</title><style>{STYLE}</style></head>\
         <body><main><h1>Drawbridge API</h1><p>Send your API key as <code>Authorization: Bearer dbk_…</code> or \
         <code>X-Drawbridge-Api-Key</code>. Lists are <code>{{\"data\": […], \"next_cursor\": …}}</code>, errors are \
         <code>application/problem+json</code>. Schemas of all bodies are in \
         <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p><nav aria-label=\"Sections\">"
    );
    for (tag, _) in &tags {
        let _ = write!(html, "<a href=\"#{tag}\">{tag}</a>");
    }
    html.push_str("</nav>");
    for (tag, rows) in &tags {
        let _ = write!(
            html,
            "<h2 id=\"{tag}\">{tag}</h2><table><thead><tr><th scope=\"col\">Request</th><th scope=\"col\">What it \
             does</th><th scope=\"col\">Parameters</th></tr></thead><tbody>{}</tbody></table>",
            rows.concat()
        );
    }
    html.push_str("</main></body></html>");
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, Html(html))
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

fn row(path: &str, method: &str, operation: &Operation) -> String {
    let summary = operation.summary.as_deref().unwrap_or_default();
    let query: Vec<String> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(inline)
        .filter(|parameter| parameter.parameter_in == ParameterIn::Query)
        .map(|parameter| format!("<code>{}</code>", escape(&parameter.name)))
        .collect();
    let body = operation
        .request_body
        .as_ref()
        .and_then(inline)
        .and_then(|body| body.content.values().next())
        .and_then(inline)
        .and_then(|content| match content.schema.as_ref() {
            Some(RefOr::Ref(reference)) => reference.ref_location.rsplit('/').next().map(str::to_owned),
            _ => None,
        })
        .map(|name| format!("body <code>{}</code>", escape(&name)));
    let parameters: Vec<String> = body.into_iter().chain(query).collect();
    format!(
        "<tr><td><span class=\"m\">{method}</span> <code>{}</code></td><td>{}</td><td>{}</td></tr>",
        escape(path),
        escape(summary),
        parameters.join(", ")
    )
}

fn inline<T>(item: &RefOr<T>) -> Option<&T> {
    match item {
        RefOr::T(item) => Some(item),
        RefOr::Ref(_) => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
