//! The transport of 2024-11-05, spoken by hand.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};
use tokio::time::{sleep, timeout};

/// How long anything that a test waits for may take.
const LIMIT: Duration = Duration::from_secs(10);

async fn fixture() -> Fixture {
    spawn(FixtureOptions::default()).await
}

async fn spawn(options: FixtureOptions) -> Fixture {
    let generations = Generations::Only(vec![Generation::V2024_11_05]);
    Fixture::spawn(FixtureOptions { generations, ..options }).await.expect("a fixture")
}

fn http() -> reqwest::Client {
    crate::http_client().build().expect("an HTTP client")
}

/// An open event stream and the address that goes with it.
struct Session {
    http: reqwest::Client,
    endpoint: String,
    stream: Response,
    /// What has arrived and was not looked at.
    bytes: Vec<u8>,
}

impl Session {
    /// Opens the stream at this path and takes the first event.
    async fn open(fixture: &Fixture, path: &str) -> Self {
        let origin = format!("http://{}", fixture.addr());
        let http = http();
        let get = http.get(format!("{origin}{path}")).header("accept", "text/event-stream");
        let stream = get.send().await.expect("an answer");
        assert_eq!(stream.status(), StatusCode::OK);
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        let mut session = Self { http, endpoint: String::new(), stream, bytes: Vec::new() };
        let (event, data) = session.event().await.expect("an event");
        assert_eq!(event, "endpoint");
        assert!(data.starts_with('/'), "relative: {data}");
        session.endpoint = format!("{origin}{data}");
        session
    }

    /// The same, initialized.
    async fn initialized(fixture: &Fixture) -> Self {
        let mut session = Self::open(fixture, "/sse").await;
        let result = session.request("initialize", initialize("2024-11-05")).await.1;
        assert_eq!(result["result"]["protocolVersion"], "2024-11-05", "{result}");
        session.notify("notifications/initialized").await;
        session
    }

    /// The next event and its data; `None` at the end of the stream.
    async fn event(&mut self) -> Option<(String, String)> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                let event = String::from_utf8(self.bytes.drain(..end + 2).collect()).expect("UTF-8");
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                // Comments keep the connection alive.
                if let Some(found) = field("event: ").zip(field("data: ")) {
                    return Some(found);
                }
            } else {
                let chunk = timeout(LIMIT, self.stream.chunk()).await.expect("in time").ok()??;
                self.bytes.extend_from_slice(&chunk);
            }
        }
    }

    async fn message(&mut self) -> Value {
        let (event, data) = self.event().await.expect("a message");
        assert_eq!(event, "message");
        serde_json::from_str(&data).expect("JSON")
    }

    async fn post(&self, message: &Value) -> StatusCode {
        self.http.post(&self.endpoint).json(message).send().await.expect("an answer").status()
    }

    async fn notify(&self, method: &str) {
        assert_eq!(self.post(&json!({ "jsonrpc": "2.0", "method": method })).await, StatusCode::ACCEPTED);
    }

    /// What came before the answer, and the answer.
    async fn request(&mut self, method: &str, params: Value) -> (Vec<Value>, Value) {
        let request = json!({ "jsonrpc": "2.0", "id": method, "method": method, "params": params });
        assert_eq!(self.post(&request).await, StatusCode::ACCEPTED);
        let mut before = Vec::new();
        loop {
            let message = self.message().await;
            if message["id"] == method && message.get("method").is_none() {
                return (before, message);
            }
            before.push(message);
        }
    }
}

fn initialize(version: &str) -> Value {
    json!({
        "protocolVersion": version,
        "capabilities": { "sampling": {} },
        "clientInfo": { "name": "bare", "version": "0" },
    })
}

#[tokio::test]
async fn a_session_is_spoken_over_stream_and_posts() {
    let fixture = fixture().await;
    assert!(fixture.url().ends_with("/sse"), "{}", fixture.url());
    for path in ["/sse", "/mcp"] {
        let mut session = Session::open(&fixture, path).await;
        let (_, answer) = session.request("initialize", initialize("2025-11-25")).await;
        assert_eq!(answer["result"]["protocolVersion"], "2024-11-05", "it has no other: {answer}");
        assert_eq!(answer["result"]["serverInfo"]["name"], "mcp-fixture");
        session.notify("notifications/initialized").await;

        let (_, answer) = session.request("ping", json!({})).await;
        assert_eq!(answer["result"], json!({}));
        let (_, answer) = session.request("tools/list", json!({})).await;
        let tools = answer["result"]["tools"].as_array().expect("tools");
        assert!(tools.iter().any(|tool| tool["name"] == "echo"), "{answer}");
        let (_, answer) = session.request("resources/read", json!({ "uri": "test://static-text" })).await;
        assert!(answer["result"]["contents"][0]["text"].is_string(), "{answer}");
        let (_, answer) = session.request("prompts/get", json!({ "name": "test_simple_prompt" })).await;
        assert_eq!(answer["result"]["messages"][0]["role"], "user", "{answer}");
        let (_, answer) = session.request("no/such", json!({})).await;
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
    }
}

#[tokio::test]
async fn progress_comes_before_the_answer() {
    let fixture = fixture().await;
    let mut session = Session::initialized(&fixture).await;
    let arguments = json!({ "steps": 3, "label": "mine" });
    let call = json!({ "name": "stream", "arguments": arguments, "_meta": { "progressToken": "p1" } });
    let (before, answer) = session.request("tools/call", call).await;
    let steps: Vec<_> = before
        .iter()
        .map(|message| {
            (message["method"].as_str(), &message["params"]["progressToken"], &message["params"]["progress"])
        })
        .collect();
    let token = json!("p1");
    let progress = Some("notifications/progress");
    assert_eq!(
        steps,
        [(progress, &token, &json!(1.0)), (progress, &token, &json!(2.0)), (progress, &token, &json!(3.0))]
    );
    assert_eq!(before[1]["params"]["message"], "mine: step 2");
    assert_eq!(answer["result"]["content"][0]["text"], "mine: 3 steps done", "{answer}");
    assert!(answer["result"].get("resultType").is_none(), "nothing of later generations: {answer}");
    assert_eq!(fixture.calls("stream"), 1);
    let recorded = fixture.received();
    assert!(recorded.iter().any(|request| request.rpc_method().as_deref() == Some("tools/call")));
}

#[tokio::test]
async fn the_server_asks_on_the_stream_and_hears_the_answer_by_post() {
    let fixture = fixture().await;
    let mut session = Session::initialized(&fixture).await;
    let call = json!({
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": { "name": "test_sampling", "arguments": { "prompt": "How deep?" } },
    });
    assert_eq!(session.post(&call).await, StatusCode::ACCEPTED);
    let question = session.message().await;
    assert_eq!(question["method"], "sampling/createMessage");
    let said = json!({ "role": "assistant", "content": { "type": "text", "text": "Very." }, "model": "m" });
    let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": said });
    assert_eq!(session.post(&answer).await, StatusCode::ACCEPTED);
    let answer = session.message().await;
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["result"]["content"][0]["text"], "LLM response: Very.", "{answer}");

    fixture.set_tool_description("echo", "Now does something else").await.expect("a tool");
    assert_eq!(session.message().await["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn nothing_newer_is_served() {
    let fixture = fixture().await;
    let origin = format!("http://{}", fixture.addr());
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize("2025-11-25") });
    for path in ["/sse", "/mcp"] {
        let answer = http().post(format!("{origin}{path}")).json(&request).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }

    // What a newer client says of itself in a session means nothing here.
    let mut session = Session::initialized(&fixture).await;
    let call = json!({
        "name": "echo",
        "arguments": { "message": "ahoy" },
        "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
    });
    let (_, answer) = session.request("tools/call", call).await;
    assert_eq!(answer["result"]["content"][0]["text"], "ahoy", "{answer}");
}

#[tokio::test]
async fn a_session_is_found_by_its_id_only_and_ends_with_its_stream() {
    let fixture = fixture().await;
    let session = Session::initialized(&fixture).await;
    let other = Session::initialized(&fixture).await;
    assert_ne!(session.endpoint, other.endpoint);
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let to = async |url: &str| http().post(url).json(&ping).send().await.expect("an answer").status();
    assert_eq!(to(&format!("http://{}/messages?sessionId=1", fixture.addr())).await, StatusCode::NOT_FOUND);
    assert_eq!(to(&format!("http://{}/messages", fixture.addr())).await, StatusCode::BAD_REQUEST);
    assert_eq!(session.post(&json!("no message")).await, StatusCode::BAD_REQUEST);

    // A call in flight does not keep it.
    fixture.hold();
    let call = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": { "name": "echo", "arguments": { "message": "m" } },
    });
    assert_eq!(session.post(&call).await, StatusCode::ACCEPTED);
    fixture.wait_for_calls("echo", 1).await.expect("the call");
    let Session { endpoint, stream, http: client, .. } = session;
    drop((stream, client));
    let gone = async {
        while to(&endpoint).await != StatusCode::NOT_FOUND {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, gone).await.expect("the session ends");
    assert_eq!(to(&other.endpoint).await, StatusCode::ACCEPTED, "the other goes on");
}

#[tokio::test]
async fn streams_end_with_the_server() {
    let fixture = fixture().await;
    let addr = fixture.addr();
    let mut session = Session::initialized(&fixture).await;
    fixture.shutdown().await;
    assert_eq!(session.event().await, None);
    spawn(FixtureOptions { listen: addr, ..FixtureOptions::default() }).await;
}

#[tokio::test]
async fn credentials_and_origins_are_looked_at() {
    let fixture = spawn(FixtureOptions { require_bearer: Some("sesame".to_owned()), ..Default::default() }).await;
    let get = || http().get(fixture.url());
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status();
    assert_eq!(status(get()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(get().bearer_auth("sesame")).await, StatusCode::OK);
    assert_eq!(status(get().bearer_auth("sesame").header("origin", "http://localhost:5173")).await, StatusCode::OK);
    for (header, value) in [("origin", "https://evil.example"), ("origin", "null"), ("host", "evil.example:80")] {
        let answer = status(get().bearer_auth("sesame").header(header, value)).await;
        assert_eq!(answer, StatusCode::FORBIDDEN, "{header}: {value}");
    }
}
