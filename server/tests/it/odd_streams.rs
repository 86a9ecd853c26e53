//! Servers whose streams carry what they should not, ask in an order of their own, or end in the middle: nothing gets past
//! filter and record, and nobody waits for ever.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use domain::AuditAction;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp, events};
use crate::harness::{App, PATIENCE, Person, eventually, on_sqlite};

/// What a server of the older revisions says on one stream.
type Stream = mpsc::UnboundedSender<String>;

/// What the script does with a request; `None` for what every server does.
type Does = dyn Fn(&Value, Script) -> Option<Response> + Send + Sync;

/// A server that does what a test says.
#[derive(Clone)]
struct Script {
    /// The answers that came to what it asked, and the streams for what it says unasked.
    answers: watch::Sender<Vec<Value>>,
    streams: watch::Sender<Vec<Stream>>,
    /// Whether it is odd already: before, it is tested and approved.
    odd: Arc<AtomicBool>,
}

impl Script {
    /// A stream of events.
    fn stream() -> (Stream, Response) {
        let (sender, receiver) = mpsc::unbounded_channel::<String>();
        let said =
            futures_util::stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
        let body = Body::from_stream(said.map(Ok::<_, std::convert::Infallible>));
        (sender, ([("content-type", "text/event-stream")], body).into_response())
    }

    /// These events and no more.
    fn events(text: &str) -> Response {
        ([("content-type", "text/event-stream")], text.to_owned()).into_response()
    }

    fn is_odd(&self) -> bool {
        self.odd.load(Ordering::SeqCst)
    }

    fn begin(&self) {
        self.odd.store(true, Ordering::SeqCst);
    }

    /// The next answer to something that it asked.
    async fn answer(&self) -> Value {
        self.answers.subscribe().wait_for(|answers| !answers.is_empty()).await.unwrap()[0].clone()
    }

    async fn start(does: impl Fn(&Value, Self) -> Option<Response> + Send + Sync + 'static) -> (String, Self) {
        let does: Arc<Does> = Arc::new(does);
        let script = Self { answers: watch::Sender::default(), streams: watch::Sender::default(), odd: Arc::default() };
        let shared = script.clone();
        let serve = move |verb: Method, headers: HeaderMap, body: Bytes| {
            let (does, script) = (does.clone(), shared.clone());
            async move {
                let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
                // Who has no session wants to know whether this is a server of 2024-11-05.
                if verb == Method::GET && !headers.contains_key("mcp-session-id") {
                    return StatusCode::METHOD_NOT_ALLOWED.into_response();
                }
                if verb == Method::GET {
                    let asked = json!({ "method": "GET" });
                    return does(&asked, script.clone()).unwrap_or_else(|| {
                        let (stream, response) = Self::stream();
                        script.streams.send_modify(|streams| streams.push(stream));
                        response
                    });
                }
                if asked["method"].is_null() && !asked["id"].is_null() {
                    script.answers.send_modify(|answers| answers.push(asked));
                    return StatusCode::ACCEPTED.into_response();
                }
                if let Some(response) = does(&asked, script) {
                    return response;
                }
                let changes = json!({ "listChanged": true });
                let result = match asked["method"].as_str().unwrap_or_default() {
                    "initialize" => json!({ "protocolVersion": "2025-11-25", "capabilities": { "tools": changes },
                        "serverInfo": { "name": "odd", "version": "1" } }),
                    "tools/list" => json!({ "tools": [{ "name": "odd", "inputSchema": { "type": "object" } }] }),
                    "tools/call" => json!({ "content": [{ "type": "text", "text": "done" }] }),
                    _ if asked["id"].is_null() => return StatusCode::ACCEPTED.into_response(),
                    "resources/list" => json!({ "resources": [] }),
                    "resources/templates/list" => json!({ "resourceTemplates": [] }),
                    _ => return (StatusCode::BAD_REQUEST, "unknown").into_response(),
                };
                let message = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
                ([("mcp-session-id", "one")], Json(message)).into_response()
            }
        };
        (spawn(axum::Router::new().fallback(serve)).await, script)
    }
}

async fn spawn(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Somebody who may use it.
async fn user(app: &App, slug: &str, url: &str) -> Person {
    let admin = app.person(&format!("Ada-{slug}"), domain::Role::SuperAdmin).await;
    let eve = app.person(&format!("Eve-{slug}"), domain::Role::User).await;
    let id = app.add_server(&admin, slug, url, &[]).await;
    app.allow(&admin, &eve, id, json!("all")).await;
    eve
}

/// A call of `odd` by a client that can be asked, and says how far it is.
fn askable(mcp: &Mcp, more: &Value) -> Value {
    let mut message = mcp.message("tools/call", json!({ "name": "odd", "arguments": {} }));
    message["params"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({ "elicitation": { "form": {} } });
    message["params"]["_meta"]["progressToken"] = json!("far");
    message
}

async fn sent(mcp: &Mcp, message: &Value) -> Reply {
    Reply::read(mcp.prepared(message).send().await.unwrap()).await
}

const QUESTION: &str = r#"{"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":{"message":"Name?","requestedSchema":{"type":"object","properties":{}}}}"#;

fn result(id: &Value, text: &str) -> String {
    let result = json!({ "content": [{ "type": "text", "text": text }] });
    format!("data: {}\n\n", json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

/// What is asked back in a second round, and the result of the third.
async fn answered_in_a_round(mcp: &Mcp) -> Value {
    let first = sent(mcp, &askable(mcp, &json!({}))).await;
    let said = events(&first.text());
    let whole = serde_json::from_slice(&first.body).ok();
    let asked = said.last().cloned().or(whole).unwrap_or_else(|| panic!("{}", first.text()));
    assert_eq!(asked["result"]["resultType"], "input_required", "{}", first.text());
    let key = asked["result"]["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let given = json!({ "requestState": asked["result"]["requestState"],
        "inputResponses": { key: { "action": "accept", "content": {} } } });
    let last = sent(mcp, &askable(mcp, &given)).await;
    let said = events(&last.text());
    said.last().cloned().or_else(|| serde_json::from_slice(&last.body).ok()).unwrap()
}

/// A server of the older revisions that answers in JSON: what it asks meanwhile comes on the stream beside.
async fn json_mode() -> (String, watch::Sender<Vec<Stream>>) {
    let streams = watch::Sender::<Vec<Stream>>::default();
    let (open, answers) = (streams.clone(), watch::Sender::<usize>::default());
    let serve = move |verb: Method, headers: HeaderMap, body: Bytes| {
        let (open, answers) = (open.clone(), answers.clone());
        async move {
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            if verb == Method::GET && !headers.contains_key("mcp-session-id") {
                return StatusCode::METHOD_NOT_ALLOWED.into_response();
            }
            if verb == Method::GET {
                let (stream, response) = Script::stream();
                open.send_modify(|open| open.push(stream));
                return response;
            }
            let result = match asked["method"].as_str() {
                Some("initialize") => json!({ "protocolVersion": "2025-11-25", "capabilities": { "tools": {} },
                    "serverInfo": { "name": "json", "version": "1" } }),
                Some("tools/list") => json!({ "tools": [{ "name": "odd", "inputSchema": { "type": "object" } }] }),
                Some("tools/call") => {
                    let mut answered = answers.subscribe();
                    answered.mark_unchanged();
                    let listening = open.subscribe().wait_for(|open| !open.is_empty()).await.unwrap().clone();
                    for stream in &listening {
                        let _ = stream.send(format!("data: {QUESTION}\n\n"));
                    }
                    answered.changed().await.unwrap();
                    json!({ "content": [{ "type": "text", "text": "thank you" }] })
                }
                None => {
                    answers.send_modify(|answers| *answers += 1);
                    return StatusCode::ACCEPTED.into_response();
                }
                Some(_) if asked["id"].is_null() => return StatusCode::ACCEPTED.into_response(),
                Some(_) => return (StatusCode::BAD_REQUEST, "unknown").into_response(),
            };
            let message = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
            ([("mcp-session-id", "one")], Json(message)).into_response()
        }
    };
    (spawn(axum::Router::new().fallback(serve)).await, streams)
}

/// A server that never answers a call.
async fn silent(client: reqwest::Client, seen: Arc<Mutex<Vec<Value>>>) -> String {
    let (url, _) = Script::start(|_, _| None).await;
    let serve = move |verb: Method, body: Bytes| {
        let (seen, url, client) = (seen.clone(), url.clone(), client.clone());
        async move {
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            seen.lock().unwrap().push(asked.clone());
            if verb == Method::GET {
                return StatusCode::METHOD_NOT_ALLOWED.into_response();
            }
            if asked["method"] == "tools/call" {
                std::future::pending::<()>().await;
            }
            let answer = client.post(&url).body(body).send().await.unwrap();
            let status = answer.status();
            let kind = answer.headers().get("content-type").cloned();
            let mut response = (status, answer.bytes().await.unwrap()).into_response();
            if let Some(kind) = kind {
                response.headers_mut().insert("content-type", kind);
            }
            response.headers_mut().insert("mcp-session-id", "one".parse().unwrap());
            response
        }
    };
    spawn(axum::Router::new().fallback(serve)).await
}

on_sqlite! {
    async fn what_is_no_part_of_an_answer_reaches_no_client(app: &App) {
        let says = Arc::new(Mutex::new((String::new(), "")));
        let shared = says.clone();
        let (url, _) = Script::start(move |asked, _| {
            let (wrong, method) = shared.lock().unwrap().clone();
            let text = wrong.replace("ID", &asked["id"].to_string());
            (asked["method"] == method)
                .then(|| Script::events(&format!("data: {text}\n\n{}", result(&asked["id"], "late"))))
        })
        .await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp_of("odd", &eve, "2025-03-26").await;
        let hidden = r#"{"tools":[{"name":"hidden","inputSchema":{"type":"object"}}]}"#;
        let ours = format!(r#"{{"jsonrpc":"2.0","id":ID,"result":{hidden}}}"#);
        let foreign = format!(r#"{{"jsonrpc":"2.0","id":777,"result":{hidden}}}"#);
        let both = ["tools/list", "tools/call"];
        for (wrong, methods) in [
            (format!(r#"{{"jsonrpc":"2.0","id":ID,"id":ID,"result":{hidden}}}"#), &both[..]),
            (format!(r#"{{"jsonrpc":"2.0","id":ID,"result":{hidden},}}"#), &both),
            (foreign.clone(), &both),
            (format!("[{ours},{foreign}]"), &both),
            // What a tool answers in a batch is its answer.
            (format!("[{ours}]"), &both[..1]),
        ] {
            for method in methods {
                *says.lock().unwrap() = (wrong.clone(), method);
                let message = mcp.message(method, json!({ "name": "odd", "arguments": {} }));
                let reply = sent(&mcp, &message).await;
                let text = reply.text();
                assert!(!text.contains("hidden") && !text.contains("late"), "{wrong} {method}: {text}");
                assert!(text.contains("10502"), "{wrong} {method}: {text}");
                if *method == "tools/call" {
                    let outcome = app.caused_by(reply.correlation()).await.pop().unwrap();
                    assert_eq!(outcome.row.action, AuditAction::ToolCallFailure, "{wrong}");
                }
            }
        }
    }

    async fn what_cannot_be_read_on_a_listening_stream_is_for_nobody(app: &App) {
        let (url, script) = Script::start(|_, _| None).await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Legacy).await;
        let mut stream = mcp.listen().await;
        let open = script.streams.subscribe().wait_for(|streams| !streams.is_empty()).await.unwrap().clone();
        let hidden = r#"{"jsonrpc":"2.0","id":1,"id":1,"result":{"tools":[{"name":"hidden"}]}}"#;
        let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
        for stream in &open {
            let _ = stream.send(format!("data: {hidden}\n\nevent: odd\ndata: {hidden}\n\ndata: {changed}\n\n"));
        }
        let mut text = String::new();
        while !text.contains("list_changed") {
            let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time").unwrap();
            text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
        }
        assert!(!text.contains("hidden"), "{text}");
    }

    async fn an_answer_that_is_withheld_is_not_finished_by_the_gateway(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        // All but the blank line that ends the event; and what is no event.
        for (slug, comment) in [("event", false), ("comment", true)] {
            let (url, script) = Script::start(move |asked, script| {
                (asked["method"] == "tools/call").then(|| {
                    let (stream, response) = Script::stream();
                    let event = result(&asked["id"], "withheld").trim_end().to_owned() + "\n";
                    let _ = stream.send(if comment { ": withheld".to_owned() } else { event });
                    script.streams.send_modify(|streams| streams.push(stream));
                    response
                })
            })
            .await;
            let id = app.add_server(&admin, slug, &url, &[]).await;
            let rule = app.allow(&admin, &eve, id, json!("all")).await;
            let mcp = app.mcp(slug, &eve, Era::Legacy).await;
            let message = mcp.message("tools/call", json!({ "name": "odd", "arguments": {} }));
            let mut calling = mcp.prepared(&message).send().await.unwrap();
            let first = calling.chunk().await.unwrap().unwrap();
            assert!(String::from_utf8_lossy(&first).contains("withheld"), "what is there is forwarded");
            app.api(&admin).delete(&format!("/rules/{rule}")).await.expect(204);
            let mut text = String::from_utf8(first.to_vec()).unwrap();
            while let Ok(Ok(Some(chunk))) = tokio::time::timeout(PATIENCE, calling.chunk()).await {
                text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
            let events: Vec<String> = text
                .split("\n\n")
                .map(|event| event.lines().filter_map(|line| line.strip_prefix("data:")).collect::<Vec<_>>().join("\n"))
                .collect();
            let read: Vec<Value> = events.iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
            assert!(read.iter().all(|message: &Value| message["result"].is_null()), "{slug}: {text}");
            assert!(read.iter().any(|message| message["error"]["code"] == 10_403), "{slug}: {text}");
            drop(script);
        }
    }

    async fn a_list_may_wait_for_an_answer_of_the_client(app: &App) {
        let (url, script) = Script::start(|asked, script| {
            let ours = script.is_odd() && asked["method"] == "tools/list";
            ours.then(|| {
                let (stream, response) = Script::stream();
                let id = asked["id"].clone();
                let _ = stream.send("data: {\"jsonrpc\":\"2.0\",\"id\":\"r\",\"method\":\"roots/list\"}\n\n".to_owned());
                tokio::spawn(async move {
                    let roots = script.answer().await;
                    let name = roots["result"]["roots"][0]["name"].clone();
                    let tools = json!([{ "name": "odd", "inputSchema": { "type": "object" } }, { "name": name,
                        "inputSchema": { "type": "object" } }]);
                    let answer = json!({ "jsonrpc": "2.0", "id": id, "result": { "tools": tools } });
                    let _ = stream.send(format!("data: {answer}\n\n"));
                });
                response
            })
        })
        .await;
        let eve = user(app, "odd", &url).await;
        script.begin();
        let mcp = app.mcp("odd", &eve, Era::Legacy).await;
        let message = mcp.message("tools/list", json!({}));
        let mut listing = mcp.prepared(&message).send().await.unwrap();
        let mut text = String::new();
        let mut until = async |wanted: &str| {
            while !text.contains(wanted) {
                let chunk = tokio::time::timeout(PATIENCE, listing.chunk()).await.expect("in time").unwrap();
                text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
            }
            text.clone()
        };
        until("roots/list").await;
        let roots = json!({ "jsonrpc": "2.0", "id": "r", "result": { "roots": [{ "uri": "file:///", "name": "mine" }] } });
        assert_eq!(mcp.post(&roots.to_string()).await.status, 202);
        let text = until("\"result\"").await;
        assert!(text.contains("\"odd\"") && !text.contains("mine"), "what nobody approved is left out: {text}");
    }

    async fn a_question_is_not_forgotten_for_what_is_said_after_it(app: &App) {
        let (url, _) = Script::start(|asked, script| {
            (asked["method"] == "tools/call").then(|| {
                let (stream, response) = Script::stream();
                let (id, token) = (asked["id"].clone(), asked["params"]["_meta"]["progressToken"].clone());
                let progress = json!({ "jsonrpc": "2.0", "method": "notifications/progress",
                    "params": { "progressToken": token, "progress": 1 } });
                let _ = stream.send(format!("data: {QUESTION}\n\ndata: {progress}\n\n"));
                tokio::spawn(async move {
                    script.answer().await;
                    let _ = stream.send(result(&id, "thank you"));
                });
                response
            })
        })
        .await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        let last = answered_in_a_round(&mcp).await;
        assert_eq!(last["result"]["content"][0]["text"], "thank you", "{last}");
    }

    async fn a_call_that_waits_for_its_client_takes_no_turn(app: &App) {
        let (url, _) = Script::start(|asked, script| {
            (asked["method"] == "tools/call").then(|| {
                let (stream, response) = Script::stream();
                let id = asked["id"].clone();
                let _ = stream.send(format!("data: {QUESTION}\n\n"));
                tokio::spawn(async move {
                    script.answer().await;
                    let _ = stream.send(result(&id, "thank you"));
                });
                response
            })
        })
        .await;
        let admin = app.admin().await;
        let eve = app.employee().await;
        let id = app.add_server(&admin, "odd", &url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        let limits = json!({ "concurrent": 1, "queue": 0, "concurrent_per_person": 1 });
        let settings = json!({ "name": "odd", "url": url, "limits": limits });
        app.api(&admin).put(&format!("/servers/{id}"), &settings).await.expect(200);
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        let last = answered_in_a_round(&mcp).await;
        assert_eq!(last["result"]["content"][0]["text"], "thank you", "{last}");
    }

    async fn a_server_may_ask_beside_an_answer_in_json(app: &App) {
        let (url, script) = json_mode().await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        let last = answered_in_a_round(&mcp).await;
        assert_eq!(last["result"]["content"][0]["text"], "thank you", "{last}");
        drop(script);
    }

    async fn a_server_that_asks_whether_anybody_is_there_is_answered(app: &App) {
        let (url, script) = Script::start(|_, _| None).await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        assert_eq!(mcp.call("odd", json!({})).await.text(), "done");
        let open = script.streams.subscribe().wait_for(|streams| !streams.is_empty()).await.unwrap().clone();
        for stream in &open {
            let _ = stream.send("data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\n".to_owned());
        }
        let answer = tokio::time::timeout(PATIENCE, script.answer()).await.expect("an answer");
        assert_eq!(answer, json!({ "jsonrpc": "2.0", "id": "p", "result": {} }));
    }

    async fn a_refusal_to_be_listened_to_is_no_stream(app: &App) {
        let (url, _) = Script::start(|asked, _| {
            (asked["method"] == "GET").then(|| {
                let error = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32000, "message": "No streams" } });
                (StatusCode::METHOD_NOT_ALLOWED, Json(error)).into_response()
            })
        })
        .await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        let listen = mcp.message("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
        let mut stream = mcp.prepared(&listen).send().await.unwrap();
        let first = stream.chunk().await.unwrap().unwrap();
        let said = events(&String::from_utf8_lossy(&first));
        assert_eq!(said[0]["params"]["notifications"], json!({}), "{said:?}");
    }

    async fn a_client_that_says_much_of_itself_is_served_or_told(app: &App) {
        use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};
        let generations = Generations::Only(vec![Generation::V2026_07_28]);
        let fixture = Fixture::spawn(FixtureOptions { generations, ..FixtureOptions::default() }).await.unwrap();
        let eve = user(app, "up", &fixture.url()).await;
        let mut mcp = app.unconnected("up", &eve, Era::Legacy);
        let mut opening = mcp.initialize_params();
        opening["clientInfo"]["icons"] = json!([{ "src": format!("data:image/png;base64,{}", "A".repeat(2_500)) }]);
        let opened = mcp.request("initialize", opening.clone()).await;
        opened.result();
        mcp.session = Some(opened.reply.header("mcp-session-id").to_owned());
        assert_eq!(mcp.echo("hello").await.text(), "hello");
        opening["clientInfo"]["icons"] = json!([{ "src": format!("data:image/png;base64,{}", "A".repeat(20_000)) }]);
        let refused = app.unconnected("up", &eve, Era::Legacy).request("initialize", opening).await;
        assert!(refused.error_message().contains("says too much of itself"), "{}", refused.reply.text());
    }

    async fn a_listening_stream_ends_with_its_session(app: &App) {
        use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};
        let generations = Generations::Only(vec![Generation::V2026_07_28]);
        let fixture = Fixture::spawn(FixtureOptions { generations, ..FixtureOptions::default() }).await.unwrap();
        let eve = user(app, "up", &fixture.url()).await;
        let mcp = app.mcp("up", &eve, Era::Legacy).await;
        let mut stream = mcp.listen().await;
        assert_eq!(mcp.verb(Method::DELETE).await.status, 204);
        let read = async { while let Ok(Some(_)) = stream.chunk().await {} };
        tokio::time::timeout(PATIENCE, read).await.expect("it ends");
    }

    async fn a_call_that_is_given_up_before_the_server_answers_is_cancelled(app: &App) {
        let seen = Arc::new(Mutex::new(Vec::<Value>::new()));
        let noted = seen.clone();
        let url = silent(app.http.clone(), noted).await;
        let eve = user(app, "odd", &url).await;
        let mcp = app.mcp("odd", &eve, Era::Modern).await;
        let message = mcp.message("tools/call", json!({ "name": "odd", "arguments": {} }));
        let calling = tokio::spawn(mcp.prepared(&message).send());
        let called = eventually("it is called", async || {
            seen.lock().unwrap().iter().find(|one| one["method"] == "tools/call").cloned()
        })
        .await;
        calling.abort();
        eventually("it is cancelled", async || {
            let seen = seen.lock().unwrap();
            let cancelled = seen.iter().any(|one| {
                one["method"] == "notifications/cancelled" && one["params"]["requestId"] == called["id"]
            });
            cancelled.then_some(())
        })
        .await;
    }
}
