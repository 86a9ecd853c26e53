//! The fixture, seen by a real client and by bare HTTP.

use std::{sync::Arc, time::Duration};

use rmcp::{
    RoleClient,
    model::{CallToolRequestParams, ClientConfig, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt, NotificationContext, RunningService},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, Tls, ToolSet};
use tokio::sync::Notify;

/// A client that notices when the list of tools changed.
#[derive(Clone, Debug, Default)]
struct Client {
    tools_changed: Arc<Notify>,
}

impl rmcp::ClientHandler for Client {
    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.tools_changed.notify_one();
    }

    fn get_info(&self) -> ClientConfig {
        ClientConfig::default()
    }
}

type Connection = RunningService<RoleClient, Client>;

async fn connect(url: String, generation: Generation) -> anyhow::Result<Connection> {
    connect_with(StreamableHttpClientTransportConfig::with_uri(url), generation, Client::default()).await
}

pub(crate) async fn connect_with<C: rmcp::ClientHandler>(
    config: StreamableHttpClientTransportConfig,
    generation: Generation,
    client: C,
) -> anyhow::Result<RunningService<RoleClient, C>> {
    let mode = match generation {
        Generation::V2026_07_28 => {
            ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
        }
        _ => ClientLifecycleMode::Initialize,
    };
    let transport = StreamableHttpClientTransport::with_client(http(), config);
    Ok(client.serve_with_lifecycle(transport, mode).await?)
}

fn http() -> reqwest::Client {
    http_trusting(None)
}

fn http_trusting(tls: Option<&Tls>) -> reqwest::Client {
    let mut builder = crate::http_client();
    if let Some(tls) = tls {
        let certificate = reqwest::Certificate::from_pem(tls.certificate_pem().as_bytes()).expect("a certificate");
        builder = builder.tls_certs_merge([certificate]);
    }
    builder.build().expect("an HTTP client")
}

pub(crate) fn call(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    CallToolRequestParams::new(tool).with_arguments(arguments)
}

pub(crate) fn first_text(result: &rmcp::model::CallToolResult) -> &str {
    result.content.first().and_then(|block| block.as_text()).map_or("", |text| &text.text)
}

const BOTH_ERAS: [Generation; 2] = [Generation::V2025_11_25, Generation::V2026_07_28];

#[tokio::test]
async fn lists_and_calls_tools_in_both_eras() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    for generation in BOTH_ERAS {
        let client = connect(fixture.url(), generation).await.expect("a connection");
        let tools = client.list_all_tools().await.expect("tools");
        assert!(tools.iter().any(|tool| tool.name == "echo"), "{generation}");
        assert!(tools.iter().any(|tool| tool.name == "test_simple_text"), "{generation}");

        let result = client.call_tool(call("add", json!({ "a": 2, "b": 40 }))).await.expect("a sum");
        assert_eq!(result.structured_content, Some(json!({ "sum": 42.0 })), "{generation}");
        let result = client.call_tool(call("echo", json!({}))).await.expect("an answer");
        assert_eq!(result.is_error, Some(true), "{generation}: arguments are checked");
        let result = client.call_tool(call("echo", json!({ "message": "ahoy" }))).await.expect("an echo");
        assert_eq!(first_text(&result), "ahoy", "{generation}");
        client.cancel().await.expect("a clean end");
    }
    assert_eq!(fixture.calls("add"), 2);
    assert_eq!(fixture.calls("echo"), 4);
    assert_eq!(fixture.total_calls(), 6);
    fixture.shutdown().await;
}

#[tokio::test]
async fn every_definition_of_both_sets_is_listed_once_and_demo_hides_the_suite() {
    let fixture =
        Fixture::spawn(FixtureOptions { tool_set: ToolSet::Demo, page_size: Some(5), ..FixtureOptions::default() })
            .await
            .expect("a fixture");
    let client = connect(fixture.url(), Generation::V2025_11_25).await.expect("a connection");
    let names: Vec<String> =
        client.list_all_tools().await.expect("all pages").iter().map(|tool| tool.name.to_string()).collect();
    assert_eq!(names.len(), 13, "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("test_")), "{names:?}");
    let lists =
        fixture.received().iter().filter(|request| request.rpc_method().as_deref() == Some("tools/list")).count();
    assert_eq!(lists, 3, "thirteen tools in pages of five");
}

#[tokio::test]
async fn records_what_arrives_and_demands_credentials() {
    let fixture = Fixture::spawn(FixtureOptions {
        require_bearer: Some("sesame".to_owned()),
        require_header: Some(("x-api-key".to_owned(), "k1".to_owned())),
        ..FixtureOptions::default()
    })
    .await
    .expect("a fixture");
    connect(fixture.url(), Generation::V2025_11_25).await.expect_err("no credentials, no service");
    let refused = http().post(fixture.url()).json(&initialize("2025-11-25")).send().await;
    let refused = refused.expect("an answer");
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    fixture.clear_received();

    let headers = [("x-api-key".parse().expect("a name"), "k1".parse().expect("a value"))];
    let config = StreamableHttpClientTransportConfig::with_uri(fixture.url())
        .auth_header("sesame")
        .custom_headers(headers.into());
    let client = connect_with(config, Generation::V2025_11_25, Client::default()).await.expect("admitted");
    client.call_tool(call("echo", json!({ "message": "hi" }))).await.expect("an echo");

    let calls: Vec<_> = fixture
        .received()
        .into_iter()
        .filter(|request| request.rpc_method().as_deref() == Some("tools/call"))
        .collect();
    let [call] = calls.as_slice() else { panic!("one call, not {}", calls.len()) };
    assert_eq!(call.header("authorization"), Some("Bearer sesame"));
    assert_eq!(call.header("x-api-key"), Some("k1"));
    assert!(call.contains("sesame") && !call.contains("not there"));
    assert_eq!(call.json().expect("JSON")["params"]["arguments"]["message"], "hi");
}

#[tokio::test]
async fn changes_of_tools_reach_connected_clients() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let client = Client::default();
    let changed = Arc::clone(&client.tools_changed);
    let config = StreamableHttpClientTransportConfig::with_uri(fixture.url());
    let connection = connect_with(config, Generation::V2025_11_25, client).await.expect("a connection");
    // The session is known to the server once something in it was answered.
    connection.list_all_tools().await.expect("tools");

    fixture.set_tool_description("echo", "Now does something else").await.expect("a tool");
    tokio::time::timeout(Duration::from_secs(10), changed.notified()).await.expect("the news");
    let description = |tools: Vec<rmcp::model::Tool>| {
        let echo = tools.into_iter().find(|tool| tool.name == "echo").expect("echo");
        echo.description.map(|text| text.into_owned())
    };
    assert_eq!(
        description(connection.list_all_tools().await.expect("tools")).as_deref(),
        Some("Now does something else")
    );

    let schema = json!({ "type": "object", "properties": { "x": { "type": "integer" } } });
    fixture.add_tool("extra", "An extra tool", schema).await.expect("added");
    fixture.add_tool("extra", "Again", json!({})).await.expect_err("it exists");
    let result = connection.call_tool(call("extra", json!({ "x": 1 }))).await.expect("an answer");
    assert_eq!(first_text(&result), r#"{"x":1}"#);
    fixture.remove_tool("extra").await.expect("removed");
    connection.call_tool(call("extra", json!({}))).await.expect_err("it is gone");
    let error = fixture.remove_tool("extra").await.expect_err("it is gone").to_string();
    assert!(error.contains("no tool `extra`") && error.contains("echo"), "{error}");
}

#[tokio::test]
async fn held_calls_wait_for_their_release() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    for generation in BOTH_ERAS {
        let client = connect(fixture.url(), generation).await.expect("a connection");
        let before = fixture.calls("echo");
        fixture.hold();
        let mut answer = std::pin::pin!(client.call_tool(call("echo", json!({ "message": "m" }))));
        tokio::select! {
            answer = &mut answer => panic!("{generation}: not held: {answer:?}"),
            arrived = fixture.wait_for_calls("echo", before + 1) => arrived.expect("the call"),
        }
        fixture.release();
        assert_eq!(first_text(&answer.await.expect("the answer")), "m", "{generation}");
    }
}

#[tokio::test]
async fn a_server_of_sessions_only_knows_nothing_newer() {
    let fixture = Fixture::spawn(FixtureOptions {
        generations: Generations::Only(vec![Generation::V2025_06_18, Generation::V2025_11_25]),
        ..FixtureOptions::default()
    })
    .await
    .expect("a fixture");
    let answer = http()
        .post(fixture.url())
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "server/discover")
        .json(&modern("server/discover", json!({})))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 400);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], -32000, "nothing a modern client could recognise: {body}");

    connect(fixture.url(), Generation::V2026_07_28).await.expect_err("there is no such generation");
    let client = connect(fixture.url(), Generation::V2025_11_25).await.expect("a session");
    let info = client.peer_info().expect("server info");
    assert_eq!(info.protocol_version, ProtocolVersion::V_2025_11_25);

    // A client that probes first finds its way.
    let transport = StreamableHttpClientTransport::with_client(
        http(),
        StreamableHttpClientTransportConfig::with_uri(fixture.url()),
    );
    let mode =
        ClientLifecycleMode::Auto { preferred_versions: vec![ProtocolVersion::V_2026_07_28], legacy_version: None };
    let client = Client::default().serve_with_lifecycle(transport, mode).await.expect("a session");
    client.call_tool(call("echo", json!({ "message": "m" }))).await.expect("an echo");
}

#[tokio::test]
async fn a_server_without_sessions_refuses_to_initialize() {
    let fixture = Fixture::spawn(FixtureOptions {
        generations: Generations::Only(vec![Generation::V2026_07_28]),
        ..FixtureOptions::default()
    })
    .await
    .expect("a fixture");
    let answer = http()
        .post(fixture.url())
        .header("accept", "application/json, text/event-stream")
        .json(&initialize("2025-11-25"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 400);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], -32022, "{body}");
    assert_eq!(body["error"]["data"]["supported"], json!(["2026-07-28"]));
    assert_eq!(body["id"], 1);
    let get = http().get(fixture.url()).header("accept", "text/event-stream").send().await;
    assert_eq!(get.expect("an answer").status(), 405);

    let client = connect(fixture.url(), Generation::V2026_07_28).await.expect("a connection");
    client.call_tool(call("echo", json!({ "message": "m" }))).await.expect("an echo");
}

#[tokio::test]
async fn foreign_origins_and_hosts_are_refused() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let post = || {
        http()
            .post(fixture.url())
            .header("accept", "application/json, text/event-stream")
            .json(&initialize("2025-11-25"))
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status().as_u16();
    assert_eq!(status(post()).await, 200);
    assert_eq!(status(post().header("origin", "http://localhost:5173")).await, 200);
    assert_eq!(status(post().header("origin", "https://evil.example")).await, 403);
    assert_eq!(status(post().header("host", "evil.example")).await, 403);
}

#[tokio::test]
async fn speaks_tls_when_told_to() {
    let tls = Tls::for_loopback().expect("an identity");
    let fixture = Fixture::spawn(FixtureOptions { tls: Some(tls.clone()), ..FixtureOptions::default() })
        .await
        .expect("a fixture");
    assert!(fixture.url().starts_with("https://"));
    let request = |client: reqwest::Client| {
        client
            .post(fixture.url())
            .header("accept", "application/json, text/event-stream")
            .json(&initialize("2025-11-25"))
            .send()
    };
    request(http()).await.expect_err("a stranger's certificate");
    let answer = request(http_trusting(Some(&tls))).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    fixture.shutdown().await;
}

#[tokio::test]
async fn the_port_is_free_after_shutdown_even_with_a_held_call() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let addr = fixture.addr();
    let client = connect(fixture.url(), Generation::V2026_07_28).await.expect("a connection");
    fixture.hold();
    let held = tokio::spawn(async move { client.call_tool(call("echo", json!({ "message": "m" }))).await.is_err() });
    fixture.wait_for_calls("echo", 1).await.expect("the call");
    fixture.shutdown().await;
    assert!(held.await.expect("no panic"), "the call cannot have succeeded");
    let again = Fixture::spawn(FixtureOptions { listen: addr, ..FixtureOptions::default() }).await;
    again.expect("the same address");
}

#[tokio::test]
async fn a_taken_port_and_no_generation_are_said_plainly() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("a fixture");
    let taken = FixtureOptions { listen: fixture.addr(), ..FixtureOptions::default() };
    let error = Fixture::spawn(taken).await.expect_err("it is taken").to_string();
    assert!(error.contains("choose another address"), "{error}");
    let mute = FixtureOptions { generations: Generations::Only(vec![]), ..Default::default() };
    let error = Fixture::spawn(mute).await.expect_err("mute").to_string();
    assert!(error.contains("at least one"), "{error}");
    "2024-10-07".parse::<Generation>().expect_err("not one of ours");
    let both = Generations::Only(vec![Generation::V2024_11_05, Generation::V2025_03_26]);
    let mixed = FixtureOptions { generations: both, ..Default::default() };
    let error = Fixture::spawn(mixed).await.expect_err("two transports").to_string();
    assert!(error.contains("alone"), "{error}");
}

fn initialize(version: &str) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": { "name": "bare", "version": "0" },
        },
    })
}

fn modern(method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "bare", "version": "0" },
    });
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}
