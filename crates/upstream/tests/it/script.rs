//! A server that answers as a test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) http: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn method(&self) -> &str {
        self.body["method"].as_str().unwrap_or_default()
    }

    pub(crate) fn cursor(&self) -> Option<&str> {
        self.body["params"]["cursor"].as_str()
    }
}

pub(crate) struct Script {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    pub(crate) async fn run(answer: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        let handler = move |http: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let asked = Asked { http, path: uri.path().to_owned(), headers, body };
            log.lock().unwrap().push(asked.clone());
            let response = answer(&asked);
            std::future::ready(response)
        };
        let router = Router::new().fallback(handler);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { addr, asked, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.addr)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn methods(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.method().to_owned()).collect()
    }
}

/// A JSON answer of exactly these bytes.
pub(crate) fn raw(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

/// A result. `result` is JSON text, so that its bytes are the test's own.
pub(crate) fn result(asked: &Asked, result: &str) -> Response {
    raw(StatusCode::OK, format!(r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#, asked.body["id"]))
}

pub(crate) fn error(asked: &Asked, status: StatusCode, code: i64, data: &Value) -> Response {
    let error = json!({ "code": code, "message": "no", "data": data });
    raw(status, json!({ "jsonrpc": "2.0", "id": asked.body["id"], "error": error }).to_string())
}

/// An answer that never comes.
pub(crate) fn silence() -> Response {
    // The headers come, the body does not: for the client that is the same, an answer without an end.
    let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    raw(StatusCode::OK, body)
}

/// A session's handshake, with these capabilities; notifications are taken. `None` for everything else.
pub(crate) fn legacy(asked: &Asked, capabilities: &str) -> Option<Response> {
    match asked.method() {
        "server/discover" => Some(error(asked, StatusCode::BAD_REQUEST, -32000, &Value::Null)),
        "initialize" => Some(result(
            asked,
            &format!(
                r#"{{"protocolVersion":"2025-11-25","capabilities":{capabilities},"serverInfo":{{"name":"script","version":"3"}}}}"#
            ),
        )),
        _ if asked.body.get("id").is_none() => Some(StatusCode::ACCEPTED.into_response()),
        _ => None,
    }
}

/// The handshake of 2026-07-28, with these capabilities. `None` for everything else.
pub(crate) fn modern(asked: &Asked, capabilities: &str) -> Option<Response> {
    let answer = format!(
        r#"{{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{capabilities},"ttlMs":0,"cacheScope":"private","instructions":"Be kind.","_meta":{{"io.modelcontextprotocol/serverInfo":{{"name":"script","version":"4"}}}}}}"#
    );
    (asked.method() == "server/discover").then(|| result(asked, &answer))
}
