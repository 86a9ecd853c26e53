//! Clients and servers that share no generation of MCP: what one asks the other understands, and nothing that protects
//! within one generation is lost between two.

use domain::{AuditAction, Outcome, ServerId};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};

use crate::harness::http::Reply;
use crate::harness::mcp::{Answer, Era, Mcp, events, sdk};
use crate::harness::sse::{REVISION, SseClient};
use crate::harness::{App, Person, eventually, on_both_engines, on_sqlite};

const LEGACY: [Generation; 3] = [Generation::V2025_03_26, Generation::V2025_06_18, Generation::V2025_11_25];

/// A server that speaks what no client of the other era does.
async fn server_of(era: Era) -> Fixture {
    let generations = match era {
        Era::Legacy => LEGACY.to_vec(),
        Era::Modern => vec![Generation::V2026_07_28],
    };
    let options =
        FixtureOptions { generations: Generations::Only(generations), tool_set: ToolSet::Both, ..Default::default() };
    Fixture::spawn(options).await.unwrap()
}

const fn other(era: Era) -> Era {
    match era {
        Era::Legacy => Era::Modern,
        Era::Modern => Era::Legacy,
    }
}

/// A server of the other era than its client's, and somebody who may use it.
struct Across {
    fixture: Fixture,
    admin: Person,
    eve: Person,
    id: ServerId,
}

impl Across {
    async fn new(app: &App, client: Era, tools: Value) -> Self {
        Self::before(app, server_of(other(client)).await, tools).await
    }

    async fn before(app: &App, fixture: Fixture, tools: Value) -> Self {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let id = app.add_server(&admin, "across", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, id, tools).await;
        Self { fixture, admin, eve, id }
    }
}

/// What a stateless client declares that can answer questions.
fn asked_back(client: &Mcp, params: Value) -> Value {
    let mut message = client.message("tools/call", params);
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({ "elicitation": { "form": {} }, "sampling": {}, "roots": {} });
    message
}

async fn sent(client: &Mcp, message: &Value) -> Answer {
    let reply = Reply::read(client.prepared(message).send().await.unwrap()).await;
    Answer { message: serde_json::from_slice(&reply.body).unwrap_or_default(), reply }
}

async fn rules_and_records_hold(app: &App, client: Era) {
    let across = Across::new(app, client, json!(["echo", "add", "fail"])).await;
    let mcp = app.mcp("across", &across.eve, client).await;
    assert_eq!(mcp.tools().await, ["echo", "add", "fail"]);

    let answer = mcp.echo("over the bridge").await;
    assert_eq!(answer.text(), "over the bridge");
    assert_eq!(answer.result().get("resultType").is_some(), client == Era::Modern, "{}", answer.reply.text());
    let records = app.caused_by(answer.reply.header("x-drawbridge-correlation-id")).await;
    let actions: Vec<_> = records.iter().map(|entry| (entry.row.action, entry.row.outcome)).collect();
    assert_eq!(
        actions,
        [(AuditAction::ToolCallAdmitted, Outcome::Admitted), (AuditAction::ToolCallSuccess, Outcome::Success)]
    );

    let denied = mcp.call("whoami", json!({})).await;
    assert_eq!(denied.error(), -32602, "what is not allowed does not exist");
    assert_eq!(across.fixture.calls("whoami"), 0);
    app.newest(AuditAction::AccessDenied).await;

    let failed = mcp.call("fail", json!({})).await;
    assert_eq!(failed.result()["isError"], true, "{}", failed.reply.text());
    let refused = mcp.call("fail", json!({ "kind": "protocol", "message": "as asked" })).await;
    assert!(refused.error_message().contains("as asked"), "{}", refused.reply.text());
    for answer in [failed, refused] {
        let records = app.caused_by(answer.reply.header("x-drawbridge-correlation-id")).await;
        let last = records.last().map(|entry| (entry.row.action, entry.row.outcome));
        assert_eq!(last, Some((AuditAction::ToolCallFailure, Outcome::Failure)));
    }
}

async fn the_official_client_is_served(app: &App, client: Era) {
    let across = Across::new(app, client, json!("all")).await;
    let sdk = sdk(app.http.clone(), &app.mcp_url("across"), &across.eve.key, client).await.unwrap();
    let tools = sdk.list_all_tools().await.unwrap();
    assert!(tools.iter().any(|tool| tool.name == "echo"), "{tools:?}");
    assert!(!sdk.list_all_resources().await.unwrap().is_empty());
    assert!(!sdk.list_all_resource_templates().await.unwrap().is_empty());
    assert!(!sdk.list_all_prompts().await.unwrap().is_empty());
    let echo = rmcp::model::CallToolRequestParams::new("echo")
        .with_arguments(json!({ "message": "hello" }).as_object().unwrap().clone());
    let answer = sdk.call_tool(echo).await.unwrap();
    assert!(format!("{answer:?}").contains("hello"), "{answer:?}");
    sdk.cancel().await.unwrap();

    let spoken = match client {
        Era::Legacy => "stateless",
        Era::Modern => "sessions",
    };
    let api = app.api(&across.admin);
    eventually("it is known what the server speaks", async || {
        let server = api.get(&format!("/servers/{}", across.id)).await.json();
        (server["spoken"]["speaks"] == spoken).then_some(())
    })
    .await;
}

/// A call that its older client cancels is given up, and gets no answer.
async fn a_call_is_cancelled(app: &App, across: &Across) {
    let mcp = app.mcp("across", &across.eve, Era::Legacy).await;
    across.fixture.hold();
    let call = mcp.message("tools/call", json!({ "name": "slow", "arguments": { "ms": 1 } }));
    let cancel =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": call["id"] } });
    let calling = tokio::spawn(mcp.prepared(&call).send());
    across.fixture.wait_for_calls("slow", 1).await.unwrap();
    assert_eq!(mcp.post(&cancel.to_string()).await.status, 202);
    let reply = Reply::read(calling.await.unwrap().unwrap()).await;
    assert!(crate::harness::mcp::messages(&reply).is_empty(), "who cancelled gets no answer: {}", reply.text());
    across.fixture.release();
    let entry = eventually("the outcome is recorded", async || {
        app.of_action(AuditAction::ToolCallFailure).await.into_iter().next()
    })
    .await;
    assert_eq!(entry.row.outcome, Outcome::Failure);
}

on_both_engines! {
    async fn a_stateless_client_and_an_older_server(app: &App) {
        rules_and_records_hold(app, Era::Modern).await;
    }

    async fn an_older_client_and_a_stateless_server(app: &App) {
        rules_and_records_hold(app, Era::Legacy).await;
    }
}

on_sqlite! {
    async fn the_official_stateless_client_uses_an_older_server(app: &App) {
        the_official_client_is_served(app, Era::Modern).await;
    }

    async fn the_official_older_client_uses_a_stateless_server(app: &App) {
        the_official_client_is_served(app, Era::Legacy).await;
    }

    async fn a_question_of_an_older_server_is_answered_in_a_second_round(app: &App) {
        let across = Across::new(app, Era::Modern, json!("all")).await;
        let mcp = app.mcp("across", &across.eve, Era::Modern).await;
        let call = json!({ "name": "test_elicitation", "arguments": { "message": "your name?" } });
        let first = sent(&mcp, &asked_back(&mcp, call.clone())).await;
        assert_eq!(first.result()["resultType"], "input_required", "{}", first.reply.text());
        let inputs = first.result()["inputRequests"].as_object().unwrap().clone();
        let (key, input) = inputs.iter().next().unwrap();
        assert_eq!(input["method"], "elicitation/create");
        let state = first.result()["requestState"].as_str().unwrap().to_owned();

        let answer = |state: &str, name: &str| {
            let mut params = call.clone();
            params["name"] = json!(name);
            params["requestState"] = json!(state);
            let given = json!({ "action": "accept", "content": { "username": "eve", "email": "eve@example.com" } });
            params["inputResponses"] = json!({ key: given });
            params
        };
        // A state is worth nothing to anybody else, for another tool, or when it was touched.
        let mallory = app.person("Mallory", domain::Role::User).await;
        app.allow(&across.admin, &mallory, across.id, json!("all")).await;
        let stranger = app.mcp("across", &mallory, Era::Modern).await;
        let stolen = sent(&stranger, &asked_back(&stranger, answer(&state, "test_elicitation"))).await;
        stolen.error();
        let elsewhere = sent(&mcp, &asked_back(&mcp, answer(&state, "test_sampling"))).await;
        elsewhere.error();
        let mut touched = state.clone();
        touched.replace_range(20..21, if &state[20..21] == "A" { "B" } else { "A" });
        sent(&mcp, &asked_back(&mcp, answer(&touched, "test_elicitation"))).await.error();

        // Who comes back without the answer is asked once more, and the call goes on waiting.
        let mut unanswered = answer(&state, "test_elicitation");
        unanswered["inputResponses"] = json!({ "another": { "action": "decline" } });
        let again = sent(&mcp, &asked_back(&mcp, unanswered)).await;
        assert_eq!(again.result()["inputRequests"][key], *input, "{}", again.reply.text());
        let state = again.result()["requestState"].as_str().unwrap().to_owned();

        let last = sent(&mcp, &asked_back(&mcp, answer(&state, "test_elicitation"))).await;
        assert_eq!(last.result()["resultType"], "complete", "{}", last.reply.text());
        assert!(last.text().contains("accept"), "{}", last.text());
        // Once answered, it is used up.
        sent(&mcp, &asked_back(&mcp, answer(&state, "test_elicitation"))).await.error();
    }

    async fn an_ended_session_stays_ended(app: &App) {
        let across = Across::new(app, Era::Legacy, json!("all")).await;
        let mcp = app.mcp("across", &across.eve, Era::Legacy).await;
        assert_eq!(mcp.verb(http::Method::DELETE).await.status, 204);
        assert_eq!(mcp.echo("late").await.reply.status, 404, "clients of this era initialize anew on 404");
    }

    async fn a_server_that_forgot_its_sessions_gets_a_new_one(app: &App) {
        let across = Across::new(app, Era::Modern, json!("all")).await;
        let mcp = app.mcp("across", &across.eve, Era::Modern).await;
        assert_eq!(mcp.echo("one").await.text(), "one");
        let address = across.fixture.addr();
        across.fixture.shutdown().await;
        let options = FixtureOptions {
            generations: Generations::Only(LEGACY.to_vec()),
            tool_set: ToolSet::Both,
            listen: address,
            ..FixtureOptions::default()
        };
        let restarted = eventually("the address is free again", async || Fixture::spawn(options.clone()).await.ok()).await;
        assert_eq!(mcp.echo("two").await.text(), "two");
        assert_eq!(restarted.calls("echo"), 1, "the call was made once");
    }

    async fn what_an_older_server_logs_beside_a_call_reaches_the_client(app: &App) {
        let across = Across::new(app, Era::Modern, json!("all")).await;
        let mcp = app.mcp("across", &across.eve, Era::Modern).await;
        let mut message = mcp.message("tools/call", json!({ "name": "test_tool_with_logging", "arguments": {} }));
        message["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug");
        let logged = async || {
            let reply = Reply::read(mcp.prepared(&message).send().await.unwrap()).await;
            let messages = crate::harness::mcp::messages(&reply);
            assert_eq!(messages.last().unwrap()["id"], message["id"], "the answer comes last");
            messages.iter().filter(|message| message["method"] == "notifications/message").count()
        };
        assert_eq!(logged().await, 3);
        // The connection beside the calls does not last for ever.
        across.fixture.close_listening().await;
        eventually("it is opened again", async || (logged().await == 3).then_some(())).await;
    }

    async fn a_session_watches_as_many_resources_as_may_be(app: &App) {
        let across = Across::new(app, Era::Legacy, json!("all")).await;
        let mcp = app.mcp("across", &across.eve, Era::Legacy).await;
        let watch = async |n: u64| mcp.request("resources/subscribe", json!({ "uri": format!("note://{n}") })).await;
        for n in 0..256 {
            watch(n).await.result();
        }
        let refused = watch(256).await;
        assert_eq!(refused.error(), -32602, "{}", refused.reply.text());
        assert!(refused.error_message().contains("at most 256 resources"), "{}", refused.error_message());
        watch(7).await.result();
        mcp.request("resources/unsubscribe", json!({ "uri": "note://7" })).await.result();
        watch(256).await.result();
        watch(7).await.error();
        // Another session has room of its own.
        let other = app.mcp("across", &across.eve, Era::Legacy).await;
        other.request("resources/subscribe", json!({ "uri": "note://7" })).await.result();
    }

    async fn a_client_gets_the_revision_that_it_asks_for(app: &App) {
        let across = Across::new(app, Era::Modern, json!(["echo"])).await;
        // The server knows nothing that old; clients of that time know nothing newer.
        let mcp = app.mcp_of("across", &across.eve, "2024-11-05").await;
        assert_eq!(mcp.echo("of old").await.text(), "of old");
    }

    async fn a_batch_is_answered_together(app: &App) {
        let across = Across::new(app, Era::Legacy, json!(["echo"])).await;
        let mcp = app.mcp_of("across", &across.eve, "2025-03-26").await;
        let echo = |id: u64, text: &str| {
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": { "name": "echo", "arguments": { "message": text } } })
        };
        let denied = json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": "add", "arguments": {} } });
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let post = async |body: Value| {
            let request = app.http.post(&mcp.url).bearer_auth(&mcp.key).header("content-type", "application/json");
            let request = request.header("accept", "application/json, text/event-stream");
            let request = request.header("mcp-session-id", mcp.session.clone().unwrap());
            Reply::read(request.body(body.to_string()).send().await.unwrap()).await
        };
        let reply = post(json!([note, echo(1, "a"), echo(2, "b"), denied])).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let found: Vec<Value> = match serde_json::from_slice::<Value>(&reply.body) {
            Ok(array) => array.as_array().unwrap().clone(),
            Err(_) => events(&reply.text()),
        };
        let of = |id: u64| found.iter().find(|answer| answer["id"] == id).unwrap_or_else(|| panic!("{found:?}"));
        assert_eq!(of(1)["result"]["content"][0]["text"], "a");
        assert_eq!(of(2)["result"]["content"][0]["text"], "b");
        assert_eq!(of(3)["error"]["code"], -32602);
        assert_eq!(post(json!([note, note])).await.status, 202);
        assert_eq!(post(json!([])).await.status, 400);
    }

    async fn a_client_of_the_first_revision_is_served(app: &App) {
        let across = Across::new(app, Era::Legacy, json!(["echo"])).await;
        for path in ["/sse", ""] {
            let mut client = SseClient::open(app, &format!("{}{path}", app.mcp_url("across")), &across.eve.key).await;
            let opening = SseClient::initialize();
            assert_eq!(client.post_as(&across.admin.key, &opening).await, 404, "the address is of no use to others");
            let opened = client.request(&opening).await;
            assert_eq!(opened[0]["result"]["protocolVersion"], REVISION, "{opened:?}");
            assert!(opened[0]["result"]["serverInfo"].is_object(), "{opened:?}");
            assert_eq!(client.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await, 202);
            let call = |id: u64, tool: &str| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": { "name": tool, "arguments": { "message": "hello of old" } } });
            let answered = client.request(&call(2, "echo")).await;
            assert_eq!(answered[0]["result"]["content"][0]["text"], "hello of old", "{answered:?}");
            let denied = client.request(&call(3, "add")).await;
            assert_eq!(denied[0]["error"]["code"], -32602, "{denied:?}");
        }
    }

    async fn a_tool_with_invalid_annotations_is_not_shown_to_an_older_client(app: &App) {
        let fixture = server_of(Era::Modern).await;
        let argument = |header: &str| json!({ "type": "string", "x-mcp-header": header });
        for (name, properties) in [
            ("straight", json!({ "value": argument("Value") })),
            ("crooked", json!({ "value": argument("My Value") })),
            ("doubled", json!({ "one": argument("Value"), "two": argument("value") })),
        ] {
            let schema = json!({ "type": "object", "properties": properties });
            fixture.add_tool(name, "Mirrors an argument", schema).await.unwrap();
        }
        let across = Across::before(app, fixture, json!(["echo", "straight", "crooked", "doubled"])).await;
        let older = app.mcp("across", &across.eve, Era::Legacy).await;
        assert_eq!(older.tools().await, ["echo", "straight"]);
        assert!(older.call("straight", json!({ "value": "x" })).await.text().contains('x'));
        older.call("crooked", json!({ "value": "x" })).await.error();
        assert_eq!(across.fixture.calls("crooked"), 0);
        // A client of the server's own generation judges by itself.
        let same = app.mcp("across", &across.eve, Era::Modern).await;
        assert_eq!(same.tools().await, ["echo", "straight", "crooked", "doubled"]);
    }

    async fn a_stateless_server_may_want_its_revision_named_again(app: &App) {
        let refused = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let turn = refused.clone();
        let answer = move |body: axum::body::Bytes| {
            let asked: Value = serde_json::from_slice(&body).unwrap();
            let mut result = match asked["method"].as_str().unwrap() {
                "server/discover" if !turn.swap(true, std::sync::atomic::Ordering::Relaxed) => {
                    let data = json!({ "supported": ["2026-07-28"], "requested": "2026-07-28" });
                    let error = json!({ "code": -32022, "message": "Unsupported protocol version", "data": data });
                    let body = axum::Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error }));
                    return std::future::ready((http::StatusCode::BAD_REQUEST, body));
                }
                "server/discover" => json!({ "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
                    "_meta": { "io.modelcontextprotocol/serverInfo": { "name": "choosy", "version": "1" } } }),
                "tools/list" => json!({ "tools": [{ "name": "one", "inputSchema": { "type": "object" } }] }),
                method => panic!("{method}"),
            };
            result["resultType"] = json!("complete");
            result["ttlMs"] = json!(0);
            result["cacheScope"] = json!("private");
            let body = axum::Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }));
            std::future::ready((http::StatusCode::OK, body))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        let (admin, eve) = (app.admin().await, app.employee().await);
        let id = app.add_server(&admin, "choosy", &url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        refused.store(false, std::sync::atomic::Ordering::Relaxed);
        let mcp = app.unconnected("choosy", &eve, Era::Legacy);
        let opened = mcp.request("initialize", mcp.initialize_params()).await;
        assert!(refused.load(std::sync::atomic::Ordering::Relaxed), "it was asked");
        assert_eq!(opened.result()["serverInfo"]["name"], "choosy", "{}", opened.reply.text());
        assert!(opened.result()["capabilities"]["tools"].is_object(), "{}", opened.reply.text());
        serving.abort();
    }

    async fn an_older_client_cancels_a_call_of_a_stateless_server(app: &App) {
        let across = Across::new(app, Era::Legacy, json!("all")).await;
        a_call_is_cancelled(app, &across).await;
    }

    async fn an_older_client_cancels_a_call_of_a_server_of_the_first_revision(app: &App) {
        let generations = Generations::Only(vec![Generation::V2024_11_05]);
        let fixture = Fixture::spawn(FixtureOptions { generations, ..FixtureOptions::default() }).await.unwrap();
        let across = Across::before(app, fixture, json!("all")).await;
        a_call_is_cancelled(app, &across).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_an_older_client_outlives_the_gateway() {
    let app = App::start(store::Engine::Sqlite).await;
    let across = Across::new(&app, Era::Legacy, json!("all")).await;
    let mut mcp = app.mcp("across", &across.eve, Era::Legacy).await;
    assert_eq!(mcp.echo("before").await.text(), "before");
    app.stop().await;
    let again = App::start_at(app.place).await;
    mcp.url = again.mcp_url("across");
    assert_eq!(mcp.echo("after").await.text(), "after", "the same session, in another process");
    again.finish().await;
}
