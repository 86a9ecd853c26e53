//! Event streams: what a client's revision does not know of them stays away from it, and what a server's allows is used.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Bytes;
use axum::response::IntoResponse as _;
use domain::Outcome;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generations, ToolSet};

use crate::harness::http::Reply;
use crate::harness::mcp::Era;
use crate::harness::{App, PATIENCE, Person, on_both_engines};

async fn served(app: &App, generations: Generations) -> (Fixture, Person) {
    let options = FixtureOptions { generations, tool_set: ToolSet::Both, ..FixtureOptions::default() };
    let fixture = Fixture::spawn(options).await.unwrap();
    let (admin, eve) = (app.admin().await, app.employee().await);
    let id = app.add_server(&admin, "streams", &fixture.url(), &[]).await;
    app.allow(&admin, &eve, id, json!("all")).await;
    (fixture, eve)
}

/// A client of one of the older revisions, in a session.
struct Older<'a> {
    app: &'a App,
    key: String,
    version: &'static str,
    session: String,
}

impl<'a> Older<'a> {
    async fn connect(app: &'a App, person: &Person, version: &'static str) -> Self {
        let mcp = app.unconnected("streams", person, Era::Legacy);
        let mut opening = mcp.initialize_params();
        opening["protocolVersion"] = json!(version);
        let opened = mcp.request("initialize", opening).await;
        assert_eq!(opened.result()["protocolVersion"], version);
        let session = opened.reply.header("mcp-session-id").to_owned();
        let older = Self { app, key: person.key.clone(), version, session };
        older.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        older
    }

    fn request(&self, method: Method) -> reqwest::RequestBuilder {
        let request = self.app.http.request(method, self.app.mcp_url("streams")).bearer_auth(&self.key);
        request.header("mcp-session-id", &self.session).header("mcp-protocol-version", self.version)
    }

    async fn post(&self, message: &Value) -> Reply {
        let request = self.request(Method::POST).header("accept", "application/json, text/event-stream");
        let request = request.header("content-type", "application/json").body(message.to_string());
        Reply::read(request.send().await.unwrap()).await
    }
}

/// The events of a stream: id and data of each.
fn events(text: &str) -> Vec<(Option<&str>, &str)> {
    fn field<'a>(event: &'a str, name: &str) -> Option<&'a str> {
        event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
    }
    let events = text.split("\n\n");
    events.filter_map(|event| Some((field(event, "id:"), field(event, "data:")?))).collect()
}

on_both_engines! {
    async fn events_without_data_are_for_those_who_know_them(app: &App) {
        let (fixture, eve) = served(app, Generations::All).await;
        for (version, primes) in [("2025-06-18", false), ("2025-03-26", false), ("2025-11-25", true)] {
            let client = Older::connect(app, &eve, version).await;
            let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call",
                "params": { "name": "test_tool_with_logging", "arguments": {} } });
            let list = json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/list" });
            for request in [call, list] {
                let text = client.post(&request).await.text();
                let events = events(&text);
                assert_eq!(events.iter().any(|(_, data)| data.is_empty()), primes, "{version}: {text}");
                assert!(events[0].0.is_some_and(|id| !id.is_empty()), "{version}: resumed from the beginning: {text}");
                assert!(text.contains("retry:") && text.contains("\"result\""), "{version}: {text}");
            }

            let mut stream = client.request(Method::GET).header("accept", "text/event-stream").send().await.unwrap();
            assert_eq!(stream.status(), 200);
            let mut text = String::new();
            let mut until = async |wanted: &str| {
                while !text.contains(wanted) {
                    let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time").unwrap();
                    text.push_str(&String::from_utf8_lossy(&chunk.expect("the stream goes on")));
                }
                text.clone()
            };
            // The stream has begun, so that the change is told on it.
            until("\n\n").await;
            fixture.set_tool_description("echo", version).await.unwrap();
            let text = until("list_changed").await;
            let events = events(&text);
            assert_eq!(events.iter().any(|(_, data)| data.is_empty()), primes, "{version}: {text}");
            assert!(events[0].0.is_some(), "{version}: {text}");
        }
    }
}

/// A server of 2025-11-25 that closes the stream of a call before it answers, and keeps the answer or not.
async fn closing(keeps: bool) -> (String, Arc<Mutex<Vec<String>>>) {
    let resumed = Arc::<Mutex<Vec<String>>>::default();
    let seen = resumed.clone();
    let events = |text: String| ([("content-type", "text/event-stream")], text).into_response();
    let answer = move |method: Method, headers: HeaderMap, body: Bytes| {
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let json = |result: Value| {
            let message = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
            ([("mcp-session-id", "one")], Json(message)).into_response()
        };
        let response = match asked["method"].as_str() {
            Some("initialize") => json(json!({ "protocolVersion": "2025-11-25", "capabilities": { "tools": {} },
                "serverInfo": { "name": "closing", "version": "1" } })),
            Some("tools/list") => json(json!({ "tools": [{ "name": "late", "inputSchema": { "type": "object" } }] })),
            Some("tools/call") => events("id: 7\nretry: 200\ndata: \n\n".to_owned()),
            Some("notifications/initialized" | "notifications/cancelled") => StatusCode::ACCEPTED.into_response(),
            Some(_) => (StatusCode::BAD_REQUEST, "what?").into_response(),
            None => match headers.get("last-event-id").and_then(|id| id.to_str().ok()) {
                Some(id) if method == Method::GET => {
                    seen.lock().unwrap().push(id.to_owned());
                    let content = json!({ "content": [{ "type": "text", "text": "at last" }] });
                    // The calls of a session are numbered from 1; the list comes first.
                    let message = |id: u64| json!({ "jsonrpc": "2.0", "id": id, "result": content }).to_string();
                    events(if keeps {
                        (1..9).map(|id| ["data: ", &message(id), "\n\n"].concat()).collect::<Vec<_>>().concat()
                    } else {
                        String::new()
                    })
                }
                _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            },
        };
        std::future::ready(response)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    (url, resumed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_whose_stream_the_server_closes_is_fetched() {
    let app = App::start(store::Engine::Sqlite).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    for (slug, keeps) in [("keeps", true), ("forgets", false)] {
        let (url, resumed) = closing(keeps).await;
        let id = app.add_server(&admin, slug, &url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        let mcp = app.mcp(slug, &eve, Era::Modern).await;
        let answer = mcp.call("late", json!({})).await;
        if keeps {
            assert_eq!(answer.text(), "at last");
        } else {
            assert_eq!(answer.error(), 10_502, "{}", answer.reply.text());
        }
        let expected = if keeps { 1 } else { 4 };
        assert_eq!(*resumed.lock().unwrap(), vec!["7".to_owned(); expected], "{slug}");
        let records = app.caused_by(answer.reply.correlation()).await;
        let outcome = if keeps { Outcome::Success } else { Outcome::Failure };
        assert_eq!(records.last().unwrap().row.outcome, outcome);
    }
    app.finish().await;
}
