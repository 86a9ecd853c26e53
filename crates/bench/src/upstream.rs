//! A stateless MCP server whose answers are ready before they are asked for, so that it costs next to nothing beside
//! what is measured.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::serve::{Body, serve};

const VERSION: &str = "2026-07-28";
/// No request of a measurement is larger.
const BODY_LIMIT: usize = 1 << 20;

/// The results, as JSON text without the envelope.
struct Canned {
    discover: String,
    tools: String,
    call: String,
}

impl Canned {
    fn new(tools: usize, result_bytes: usize) -> Self {
        let server = json!({"io.modelcontextprotocol/serverInfo": {"name": "bench-upstream", "version": "1.0.0"}});
        let tools: Vec<Value> = (0..tools)
            .map(|number| {
                json!({
                    "name": format!("tool_{number:03}"),
                    "description": "Answers with a text of fixed length, whatever it is asked.",
                    "inputSchema": {
                        "type": "object",
                        "properties": {"text": {"type": "string", "description": "Not looked at"}},
                    },
                })
            })
            .collect();
        Self {
            discover: json!({
                "resultType": "complete", "supportedVersions": [VERSION], "capabilities": {"tools": {}},
                "ttlMs": 0, "cacheScope": "private", "_meta": server,
            })
            .to_string(),
            tools: json!({
                "resultType": "complete", "tools": tools, "ttlMs": 0, "cacheScope": "private", "_meta": server,
            })
            .to_string(),
            call: json!({
                "resultType": "complete", "_meta": server,
                "content": [{"type": "text", "text": "x".repeat(result_bytes)}],
            })
            .to_string(),
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    method: &'a str,
}

pub(crate) async fn run(listen: SocketAddr, tools: usize, result_bytes: usize) -> Result<()> {
    let canned = Arc::new(Canned::new(tools, result_bytes));
    serve(listen, move |request| {
        let canned = Arc::clone(&canned);
        async move { answer(&canned, request).await }
    })
    .await
}

async fn answer(canned: &Canned, request: Request<Incoming>) -> Response<Body> {
    if request.method() != Method::POST {
        return respond(StatusCode::METHOD_NOT_ALLOWED, String::new());
    }
    let Ok(body) = Limited::new(request.into_body(), BODY_LIMIT).collect().await else {
        return respond(StatusCode::PAYLOAD_TOO_LARGE, String::new());
    };
    let body = body.to_bytes();
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&body) else {
        return respond(StatusCode::BAD_REQUEST, error("null", -32700, "not JSON-RPC"));
    };
    let Some(id) = envelope.id else {
        return respond(StatusCode::ACCEPTED, String::new());
    };
    let result = match envelope.method {
        "tools/call" => &canned.call,
        "tools/list" => &canned.tools,
        "server/discover" => &canned.discover,
        _ => return respond(StatusCode::NOT_FOUND, error(id.get(), -32601, "method not found")),
    };
    respond(StatusCode::OK, format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{result}}}", id.get()))
}

fn error(id: &str, code: i32, message: &str) -> String {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{code},\"message\":\"{message}\"}}}}")
}

fn respond(status: StatusCode, body: String) -> Response<Body> {
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
