//! MCP clients: one of bare HTTP, which shows every byte, and the official Rust SDK.

use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};

use super::http::Reply;

/// What the clients here call themselves.
pub(crate) const CLIENT: (&str, &str) = ("bridge-walker", "4.2");

/// A generation of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// 2025-11-25: sessions.
    Legacy,
    /// 2026-07-28: stateless.
    Modern,
}

impl Era {
    pub(crate) const BOTH: [Self; 2] = [Self::Legacy, Self::Modern];

    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::Legacy => "2025-11-25",
            Self::Modern => "2026-07-28",
        }
    }
}

/// A client of bare HTTP.
pub(crate) struct Mcp {
    http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) era: Era,
    /// The session id that the gateway gave.
    pub(crate) session: Option<String>,
    next_id: AtomicU64,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    /// The JSON-RPC message; null when there is none.
    pub(crate) message: Value,
}

impl Answer {
    fn of(reply: Reply, id: &Value) -> Self {
        let message =
            messages(&reply).into_iter().find(|m| m["id"] == *id || m["id"].is_null() && m["error"].is_object());
        Self { message: message.unwrap_or(Value::Null), reply }
    }

    #[track_caller]
    pub(crate) fn result(&self) -> &Value {
        assert!(self.message["result"].is_object(), "a result: {} {}", self.reply.status, self.reply.text());
        &self.message["result"]
    }

    /// The text of the result's first block.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        self.result()["content"][0]["text"].as_str().expect("a block of text")
    }

    /// The code of the error.
    #[track_caller]
    pub(crate) fn error(&self) -> i64 {
        self.message["error"]["code"].as_i64().unwrap_or_else(|| panic!("an error: {}", self.reply.text()))
    }

    #[track_caller]
    pub(crate) fn error_message(&self) -> &str {
        self.message["error"]["message"].as_str().unwrap_or_else(|| panic!("an error: {}", self.reply.text()))
    }
}

/// The JSON-RPC messages of a body, in JSON or as an event stream.
pub(crate) fn messages(reply: &Reply) -> Vec<Value> {
    if !reply.header("content-type").starts_with("text/event-stream") {
        return serde_json::from_slice(&reply.body).into_iter().collect();
    }
    events(&reply.text())
}

/// The messages of an event stream.
pub(crate) fn events(text: &str) -> Vec<Value> {
    text.split("\n\n")
        .filter_map(|event| {
            let data: Vec<&str> = event
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(|data| data.trim_start_matches(' '))
                .collect();
            serde_json::from_str(&data.join("\n")).ok()
        })
        .collect()
}

impl Mcp {
    pub(crate) fn new(http: reqwest::Client, url: String, key: String, era: Era) -> Self {
        Self { http, url, key, era, session: None, next_id: AtomicU64::new(1) }
    }

    /// The handshake of the older generation; the newer one has none.
    pub(crate) async fn connect(&mut self) {
        if self.era == Era::Modern {
            return;
        }
        let answer = self.request("initialize", self.initialize_params()).await;
        answer.result();
        let session = answer.reply.header("mcp-session-id");
        self.session = (!session.is_empty()).then(|| session.to_owned());
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let reply = self.post(&note.to_string()).await;
        assert_eq!(reply.status, 202, "{}", reply.text());
    }

    pub(crate) fn initialize_params(&self) -> Value {
        json!({
            "protocolVersion": self.era.version(), "capabilities": {},
            "clientInfo": { "name": CLIENT.0, "version": CLIENT.1 },
        })
    }

    /// One request and its answer.
    pub(crate) async fn request(&self, method: &str, params: Value) -> Answer {
        self.answer(&self.message(method, params)).await
    }

    /// The answer to a request as it is.
    pub(crate) async fn answer(&self, message: &Value) -> Answer {
        let reply = Reply::read(self.prepared(message).send().await.expect("an answer")).await;
        Answer::of(reply, &message["id"])
    }

    /// A request as it is sent, with what its generation wants in it.
    pub(crate) fn message(&self, method: &str, mut params: Value) -> Value {
        if self.era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.era.version(),
                "io.modelcontextprotocol/clientInfo": { "name": CLIENT.0, "version": CLIENT.1 },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    }

    /// The HTTP request of a message.
    pub(crate) fn prepared(&self, message: &Value) -> reqwest::RequestBuilder {
        let mut request = self.raw().body(message.to_string());
        if self.era == Era::Modern {
            let method = message["method"].as_str().expect("a method");
            request = request.header("mcp-method", method);
            let member = match method {
                "resources/read" => "uri",
                "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
                _ => "name",
            };
            let name = &message["params"][member];
            if let Some(name) = name.as_str() {
                request = request.header("mcp-name", name);
            }
        }
        request
    }

    /// A POST with the headers of this client, without a body.
    pub(crate) fn raw(&self) -> reqwest::RequestBuilder {
        let mut request = self
            .http
            .post(&self.url)
            .bearer_auth(&self.key)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        match (self.era, &self.session) {
            (Era::Modern, _) => request = request.header("mcp-protocol-version", self.era.version()),
            (Era::Legacy, Some(session)) => {
                request = request.header("mcp-protocol-version", self.era.version()).header("mcp-session-id", session);
            }
            (Era::Legacy, None) => {}
        }
        request
    }

    /// Posts bytes as they are.
    pub(crate) async fn post(&self, body: &str) -> Reply {
        Reply::read(self.raw().body(body.to_owned()).send().await.expect("an answer")).await
    }

    /// A request without a body, such as DELETE.
    pub(crate) async fn verb(&self, method: Method) -> Reply {
        let mut request =
            self.http.request(method, &self.url).bearer_auth(&self.key).header("accept", "text/event-stream");
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", self.era.version());
        }
        Reply::read(request.send().await.expect("an answer")).await
    }

    /// A listening stream: GET in a session, `subscriptions/listen` without.
    pub(crate) async fn listen(&self) -> reqwest::Response {
        let request = match (self.era, &self.session) {
            (Era::Legacy, Some(session)) => self
                .http
                .get(&self.url)
                .bearer_auth(&self.key)
                .header("accept", "text/event-stream")
                .header("mcp-session-id", session)
                .header("mcp-protocol-version", self.era.version()),
            (Era::Legacy, None) => panic!("connect first"),
            (Era::Modern, _) => {
                let wanted = json!({ "notifications": { "toolsListChanged": true } });
                self.prepared(&self.message("subscriptions/listen", wanted))
            }
        };
        let stream = request.send().await.expect("an answer");
        assert_eq!(stream.status(), 200, "{:?}", self.era);
        stream
    }

    /// The names of the listed tools.
    pub(crate) async fn tools(&self) -> Vec<String> {
        let answer = self.request("tools/list", json!({})).await;
        let tools = answer.result()["tools"].as_array().expect("tools").clone();
        tools.iter().map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls `echo`.
    pub(crate) async fn echo(&self, message: &str) -> Answer {
        self.call("echo", json!({ "message": message })).await
    }
}

/// The official SDK, connected.
pub(crate) type Sdk = RunningService<RoleClient, ClientConfig>;

/// Connects the official SDK.
pub(crate) async fn sdk(http: reqwest::Client, url: &str, key: &str, era: Era) -> anyhow::Result<Sdk> {
    let lifecycle = match era {
        Era::Legacy => ClientLifecycleMode::Initialize,
        Era::Modern => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    };
    let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(key);
    let client = ClientConfig::new(ClientCapabilities::default(), Implementation::new(CLIENT.0, CLIENT.1));
    Ok(client.serve_with_lifecycle(StreamableHttpClientTransport::with_client(http, config), lifecycle).await?)
}
