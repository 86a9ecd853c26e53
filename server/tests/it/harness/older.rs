//! A server of the older revisions that a test directs: it forgets its sessions, says so in the ways that servers have,
//! is slow, and refuses what servers may refuse.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

const SESSION: &str = "mcp-session-id";

/// How it refuses what comes in a session that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forgets {
    /// As the specification wants it.
    By404,
    /// 404 with a JSON-RPC error of no request.
    By404Json,
    /// 400 with a JSON-RPC error whose id is null, as examples of the official TypeScript SDK do.
    By400,
    /// The same without an id.
    By400WithoutId,
    /// 400 with a few words, as older versions of the official Python SDK do.
    By400Text,
}

/// The running server.
pub(crate) struct Older {
    pub(crate) url: String,
    script: Arc<Script>,
    serving: tokio::task::JoinHandle<()>,
}

struct Script {
    forgets: Mutex<Forgets>,
    sessions: Mutex<HashSet<String>>,
    opened: AtomicU64,
    jobs: AtomicU64,
    /// What came: the method of each message, with its target, or the verb of a request without one; and `a stream` for
    /// each that began.
    seen: Mutex<Vec<String>>,
    /// How many of the next lists are no lists.
    broken_lists: AtomicU64,
    slow: Mutex<Duration>,
    /// Whether it has streams for what it says unasked, and those that are open.
    streams: AtomicBool,
    open: Mutex<Vec<mpsc::UnboundedSender<String>>>,
    /// Calls of `held` wait while this is true.
    held: watch::Sender<bool>,
}

impl Drop for Older {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Older {
    pub(crate) async fn start() -> Self {
        let script = Arc::new(Script {
            forgets: Mutex::new(Forgets::By404),
            sessions: Mutex::default(),
            opened: AtomicU64::new(0),
            jobs: AtomicU64::new(0),
            seen: Mutex::default(),
            broken_lists: AtomicU64::new(0),
            slow: Mutex::default(),
            streams: AtomicBool::new(true),
            open: Mutex::default(),
            held: watch::Sender::new(false),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let shared = script.clone();
        let answer = move |method: Method, headers: HeaderMap, body: Bytes| {
            let script = shared.clone();
            async move { script.answer(&method, &headers, &body).await }
        };
        let router = axum::Router::new().fallback(answer);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, script, serving }
    }

    /// Forgets all sessions, and refuses them like this from now on.
    pub(crate) fn forget(&self, how: Forgets) {
        *self.script.forgets.lock().unwrap() = how;
        self.script.sessions.lock().unwrap().clear();
    }

    /// How many such messages came: by method and target, or by verb; or how many times `a stream` began.
    pub(crate) fn seen(&self, what: &str) -> usize {
        self.script.seen.lock().unwrap().iter().filter(|seen| *seen == what).count()
    }

    /// Has no streams for what it says unasked.
    pub(crate) fn without_streams(&self) {
        self.script.streams.store(false, Ordering::SeqCst);
    }

    /// Ends the streams that are open; others may be opened.
    pub(crate) fn close_streams(&self) {
        self.script.open.lock().unwrap().clear();
    }

    /// Says something unasked, to whoever listens.
    pub(crate) fn say(&self, message: &Value) {
        self.script.open.lock().unwrap().retain(|stream| stream.send(message.to_string()).is_ok());
    }

    /// Takes so long for each list, and has none the first times.
    pub(crate) fn lists(&self, slow: Duration, broken: u64) {
        *self.script.slow.lock().unwrap() = slow;
        self.script.broken_lists.store(broken, Ordering::SeqCst);
    }

    /// Gives jobs the ids that it has given before.
    pub(crate) fn begin_jobs_anew(&self) {
        self.script.jobs.store(0, Ordering::SeqCst);
    }

    pub(crate) fn hold(&self, held: bool) {
        self.script.held.send_replace(held);
    }
}

fn error(status: StatusCode, id: Option<&Value>, error: &Value) -> Response {
    let mut body = json!({ "jsonrpc": "2.0", "error": error });
    if let Some(id) = id {
        body["id"] = id.clone();
    }
    (status, Json(body)).into_response()
}

impl Script {
    async fn answer(&self, verb: &Method, headers: &HeaderMap, body: &Bytes) -> Response {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let method = asked["method"].as_str().unwrap_or(verb.as_str());
        let target = ["name", "uri", "taskId"].iter().find_map(|name| asked["params"][name].as_str());
        let what = target.map_or_else(|| method.to_owned(), |target| format!("{method} {target}"));
        self.seen.lock().unwrap().push(what);
        if method == "initialize" {
            return self.initialize(&asked);
        }
        let session = headers.get(SESSION).and_then(|id| id.to_str().ok()).unwrap_or_default();
        if !self.sessions.lock().unwrap().contains(session) {
            return self.forgotten();
        }
        match method {
            "DELETE" => {
                self.sessions.lock().unwrap().remove(session);
                StatusCode::OK.into_response()
            }
            "GET" => self.stream(),
            _ if asked["id"].is_null() || asked["method"].is_null() => StatusCode::ACCEPTED.into_response(),
            _ => self.result(method, &asked).await,
        }
    }

    fn initialize(&self, asked: &Value) -> Response {
        let session = format!("session-{}", self.opened.fetch_add(1, Ordering::SeqCst));
        self.sessions.lock().unwrap().insert(session.clone());
        let changes = json!({ "listChanged": true });
        let result = json!({
            "protocolVersion": asked["params"]["protocolVersion"], "serverInfo": { "name": "older", "version": "1" },
            "capabilities": { "tools": changes, "resources": { "listChanged": true, "subscribe": true } },
        });
        ([(SESSION, session)], Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }))).into_response()
    }

    fn forgotten(&self) -> Response {
        let why = "Bad Request: No valid session ID provided";
        let refused = |status, id| error(status, id, &json!({ "code": -32000, "message": why }));
        match *self.forgets.lock().unwrap() {
            Forgets::By404 => (StatusCode::NOT_FOUND, "Session not found").into_response(),
            Forgets::By404Json => refused(StatusCode::NOT_FOUND, Some(&Value::Null)),
            Forgets::By400 => refused(StatusCode::BAD_REQUEST, Some(&Value::Null)),
            Forgets::By400WithoutId => refused(StatusCode::BAD_REQUEST, None),
            Forgets::By400Text => (StatusCode::BAD_REQUEST, "Invalid session ID").into_response(),
        }
    }

    fn stream(&self) -> Response {
        if !self.streams.load(Ordering::SeqCst) {
            return StatusCode::METHOD_NOT_ALLOWED.into_response();
        }
        self.seen.lock().unwrap().push("a stream".to_owned());
        let (sender, receiver) = mpsc::unbounded_channel();
        self.open.lock().unwrap().push(sender);
        let said = futures_util::stream::unfold(receiver, async |mut receiver| {
            let message: String = receiver.recv().await?;
            Some((format!("data: {message}\n\n"), receiver))
        });
        let events = said.map(Ok::<_, std::convert::Infallible>);
        ([("content-type", "text/event-stream")], Body::from_stream(events)).into_response()
    }

    async fn result(&self, method: &str, asked: &Value) -> Response {
        let id = &asked["id"];
        let result = match (method, asked["params"]["name"].as_str().unwrap_or_default()) {
            ("tools/list", _) => {
                let slow = *self.slow.lock().unwrap();
                tokio::time::sleep(slow).await;
                let broken = &self.broken_lists;
                if broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    return "no list".into_response();
                }
                let tool = |name| json!({ "name": name, "inputSchema": { "type": "object" } });
                let tools = ["plain", "held", "wrong", "missing", "never", "astray", "link", "job"].map(tool);
                json!({ "tools": tools })
            }
            ("resources/list", _) => json!({ "resources": [] }),
            ("resources/templates/list", _) => json!({ "resourceTemplates": [] }),
            ("resources/subscribe", _) => json!({}),
            ("tools/call", "plain") => text("done"),
            ("tools/call", "held") => {
                let _ = self.held.subscribe().wait_for(|held| !held).await;
                text("let go")
            }
            ("tools/call", "job") => {
                json!({ "task": { "taskId": format!("job-{}", self.jobs.fetch_add(1, Ordering::SeqCst)),
                    "status": "working", "createdAt": "2026-01-01T00:00:00Z", "ttl": null } })
            }
            ("tasks/get" | "tasks/cancel", _) => {
                json!({ "taskId": asked["params"]["taskId"], "status": "completed",
                    "createdAt": "2026-01-01T00:00:00Z", "ttl": null })
            }
            ("tasks/result", _) => text("what the job made"),
            (_, name) => return refusal(id, name),
        };
        Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response()
    }
}

fn text(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

/// Its own errors, with statuses that elsewhere mean something else.
fn refusal(id: &Value, tool: &str) -> Response {
    let asked = json!({ "code": -32602, "message": "as asked" });
    match tool {
        "wrong" => error(StatusCode::BAD_REQUEST, Some(id), &asked),
        "missing" => error(StatusCode::NOT_FOUND, Some(id), &asked),
        "astray" => error(StatusCode::NOT_FOUND, Some(&Value::Null), &asked),
        "link" => {
            let link = json!({ "mode": "url", "elicitationId": "one", "url": "https://id.example/connect",
                "message": "Connect your account" });
            let data = json!({ "elicitations": [link] });
            error(StatusCode::OK, Some(id), &json!({ "code": -32042, "message": "Connect first", "data": data }))
        }
        _ => error(StatusCode::BAD_REQUEST, Some(&Value::Null), &json!({ "code": -32000, "message": "Bad Request" })),
    }
}
