//! Servers of 2024-11-05: asked for as such, or found out.

use std::io;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{TestReport, TestStepKind, TestStepState, Transport};
use futures_util::stream;
use serde_json::Value;
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use upstream::{Limits, Target};

use crate::script::{self, Asked, Script};
use crate::{failure, impatient, run, run_within, states, success, target, target_with};

use TestStepState::{Failed, Passed, Skipped};

fn sse(url: impl Into<String>) -> Target {
    Target { transport: Transport::Sse, ..target(url) }
}

async fn fixture(options: FixtureOptions) -> Fixture {
    let generations = Generations::Only(vec![Generation::V2024_11_05]);
    Fixture::spawn(FixtureOptions { generations, ..options }).await.unwrap()
}

/// The open stream of a scripted server.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Option<UnboundedSender<Bytes>>>>);

impl Events {
    fn open(&self, first: &'static str) -> Response {
        let (events, coming) = unbounded_channel();
        events.send(Bytes::from_static(first.as_bytes())).unwrap();
        *self.0.lock().unwrap() = Some(events);
        let body = stream::unfold(coming, |mut coming| async {
            let event = coming.recv().await?;
            Some((Ok::<_, io::Error>(event), coming))
        });
        ([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], Body::from_stream(body)).into_response()
    }

    fn send(&self, bytes: impl Into<Bytes>) {
        self.0.lock().unwrap().as_ref().unwrap().send(bytes.into()).unwrap();
    }

    fn message(&self, json: &str) {
        self.send(format!("event: message\ndata: {json}\n\n"));
    }

    fn result(&self, asked: &Asked, result: &str) {
        self.message(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#, asked.body["id"]));
    }

    /// Answers as a server with one tool.
    fn answer(&self, asked: &Asked) {
        match asked.method() {
            "initialize" => self.result(
                asked,
                r#"{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"old","version":"1"}}"#,
            ),
            "tools/list" => self.result(asked, r#"{"tools":[{"name":"one","inputSchema":{"type":"object"}}]}"#),
            _ => {}
        }
    }

    fn end(&self) {
        *self.0.lock().unwrap() = None;
    }
}

const ENDPOINT: &str = ": hello\n\nevent: endpoint\ndata: /messages?s=1\n\n";

/// A server whose stream begins like this. POSTs to the address for messages are answered by `react`, others with 405.
async fn scripted(first: &'static str, react: impl Fn(&Asked, &Events) -> Response + Send + Sync + 'static) -> Script {
    let events = Events::default();
    Script::run(move |asked| match (&asked.http, asked.path.as_str()) {
        (&Method::GET, "/mcp") => events.open(first),
        (&Method::POST, "/messages") => react(asked, &events),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    })
    .await
}

fn taken() -> Response {
    StatusCode::ACCEPTED.into_response()
}

#[track_caller]
fn over_http_sse(report: TestReport) -> TestReport {
    let report = success(report);
    assert_eq!(report.protocol_version.as_deref(), Some("2024-11-05 (HTTP+SSE)"));
    assert!(report.is_over_http_sse());
    let handshake = &report.steps[3].detail;
    assert!(handshake.starts_with("MCP 2024-11-05 (HTTP+SSE), "), "{handshake}");
    assert!(handshake.contains("older transport from 2024, which is supported"), "{handshake}");
    report
}

#[tokio::test]
async fn a_server_that_is_known_to_speak_it() {
    let server = fixture(FixtureOptions::default()).await;
    let report = over_http_sse(run(&sse(server.url())).await);
    assert!(!report.tools.is_empty() && !report.others.is_empty());
    assert_eq!(states(&report), [Passed, Skipped, Passed, Passed, Passed]);

    let received = server.received();
    assert_eq!((&received[0].method, received[0].path.as_str()), (&Method::GET, "/sse"));
    assert_eq!(received[0].header("accept"), Some("text/event-stream"));
    let methods: Vec<String> = received.iter().filter_map(testkit::fixture::Received::rpc_method).collect();
    assert_eq!(methods[..3], ["initialize", "notifications/initialized", "tools/list"]);
    assert_eq!(received[1].json().unwrap()["params"]["protocolVersion"], "2024-11-05");
    assert!(received[1..].iter().all(|one| one.method == Method::POST && one.path.starts_with("/messages?")));
}

#[tokio::test]
async fn a_list_of_many_pages() {
    let server = fixture(FixtureOptions { page_size: Some(2), ..FixtureOptions::default() }).await;
    let whole = fixture(FixtureOptions::default()).await;
    let (pages, at_once) = (run(&sse(server.url())).await, run(&sse(whole.url())).await);
    assert_eq!(over_http_sse(pages).definitions_digest, over_http_sse(at_once).definitions_digest);
}

#[tokio::test]
async fn a_server_that_turns_out_to_speak_it() {
    let server = fixture(FixtureOptions::default()).await;
    over_http_sse(run(&target(server.url())).await);
    assert_eq!(server.received()[0].method, Method::POST, "the newer transport is tried first");

    for status in [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED] {
        let events = Events::default();
        let server = Script::run(move |asked| match (&asked.http, asked.path.as_str()) {
            (&Method::GET, "/mcp") => events.open(ENDPOINT),
            (&Method::POST, "/messages") => {
                events.answer(asked);
                StatusCode::OK.into_response()
            }
            _ => (status, "no").into_response(),
        })
        .await;
        over_http_sse(run(&target(server.url())).await);
    }
}

#[tokio::test]
async fn other_refusals_are_no_reason_to_look_for_it() {
    let server = Script::run(|_| (StatusCode::GONE, "gone").into_response()).await;
    failure(&run(&target(server.url())).await, TestStepKind::Handshake, "410 Gone", "Check the path");
    assert!(server.asked().iter().all(|asked| asked.http == Method::POST));
}

#[tokio::test]
async fn a_stream_without_an_address_leaves_the_first_refusal() {
    let server = Script::run(|asked| match asked.http {
        Method::GET => ([(header::CONTENT_TYPE, "text/event-stream")], "data: {}\n\n").into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    failure(&run(&target(server.url())).await, TestStepKind::Handshake, "404 Not Found", "by /sse");
    assert!(server.asked().iter().any(|asked| asked.http == Method::GET));
}

#[tokio::test]
async fn the_credential_goes_with_the_stream_and_with_messages() {
    let options = FixtureOptions { require_bearer: Some("s3cret-key".to_owned()), ..FixtureOptions::default() };
    let server = fixture(options).await;
    let with = target_with(server.url(), "Authorization", "Bearer s3cret-key");
    let report = over_http_sse(run(&Target { transport: Transport::Sse, ..with }).await);
    assert!(report.steps[2].detail.contains("accepts the credential"));
    assert!(server.received().iter().all(|one| one.header("authorization") == Some("Bearer s3cret-key")));

    for transport in [Transport::Sse, Transport::StreamableHttp] {
        let without = Target { transport, ..target(server.url()) };
        let report = run(&without).await;
        failure(&report, TestStepKind::Authentication, "asks for a credential (401)", "API key");
        let wrong = Target { transport, ..target_with(server.url(), "Authorization", "Bearer mistaken") };
        let report = run(&wrong).await;
        failure(&report, TestStepKind::Authentication, "refuses the credential (401)", "still valid");
    }
}

#[tokio::test]
async fn a_locked_stream_says_more_than_a_refused_post() {
    let server = Script::run(|asked| match asked.http {
        Method::GET => StatusCode::UNAUTHORIZED.into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Authentication, "asks for a credential (401)", "API key");
}

#[tokio::test]
async fn a_locked_address_for_messages() {
    let server = scripted(ENDPOINT, |_, _| StatusCode::UNAUTHORIZED.into_response()).await;
    let report = run(&sse(server.url())).await;
    failure(&report, TestStepKind::Authentication, "asks for a credential (401)", "API key");
}

#[tokio::test]
async fn a_wrong_first_event() {
    let first = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n";
    let server = scripted(first, |_, _| taken()).await;
    let report = run(&sse(server.url())).await;
    failure(&report, TestStepKind::Handshake, "begins with `message` and not with the address", "followed by /sse");
    assert_eq!(states(&report), [Passed, Skipped, Skipped, Failed, Skipped]);
    assert_eq!(server.asked().len(), 1, "nothing is sent without an address");
}

#[tokio::test]
async fn an_address_for_messages_at_another_site() {
    static FOREIGN: Mutex<String> = Mutex::new(String::new());
    let elsewhere = Script::run(|_| taken()).await;
    let foreign = elsewhere.url().replace("/mcp", "/take?token=abc");
    *FOREIGN.lock().unwrap() = format!("event: endpoint\ndata: {foreign}\n\n");
    let server = Script::run(|asked| match asked.http {
        Method::GET => ([(header::CONTENT_TYPE, "text/event-stream")], FOREIGN.lock().unwrap().clone()).into_response(),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    })
    .await;
    for target in [sse(server.url()), target(server.url())] {
        let report = run(&target).await;
        let failed =
            failure(&report, TestStepKind::Handshake, "sent to another site: http://127.0.0.1", "stay at the site");
        assert!(failed.detail.ends_with("/take"), "{}", failed.detail);
    }
    assert!(elsewhere.asked().is_empty(), "something was sent to the other site");
}

#[tokio::test]
async fn a_stream_that_ends() {
    let empty = Script::run(|_| ([(header::CONTENT_TYPE, "text/event-stream")], "").into_response()).await;
    let report = run(&sse(empty.url())).await;
    failure(&report, TestStepKind::Handshake, "ends its event stream before it has answered", "server's log");

    for last in ["initialize", "tools/list"] {
        let server = scripted(ENDPOINT, move |asked, events| {
            if asked.method() == last {
                events.end();
            } else {
                events.answer(asked);
            }
            taken()
        })
        .await;
        let report = run(&sse(server.url())).await;
        let step = if last == "initialize" { TestStepKind::Handshake } else { TestStepKind::Tools };
        failure(&report, step, "ends its event stream before it has answered", "stay open in every proxy");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing() {
    let mute = scripted(": still here\n\n", |_, _| taken()).await;
    let report = run_within(&sse(mute.url()), &impatient()).await;
    failure(&report, TestStepKind::Handshake, "No answer to `GET` within 0.4 seconds", "overloaded");

    let forgetful = scripted(ENDPOINT, |_, _| taken()).await;
    let report = run_within(&sse(forgetful.url()), &impatient()).await;
    failure(&report, TestStepKind::Handshake, "No answer to `initialize` within 0.4 seconds", "overloaded");

    let tired = scripted(ENDPOINT, |asked, events| {
        if asked.method() != "tools/list" {
            events.answer(asked);
        }
        taken()
    })
    .await;
    let report = run_within(&sse(tired.url()), &impatient()).await;
    failure(&report, TestStepKind::Tools, "No answer to `tools/list` within 0.4 seconds", "overloaded");
}

#[tokio::test]
async fn a_stream_without_end() {
    let limits = Limits { max_body: 64 * 1024, ..Limits::default() };
    let server = scripted(ENDPOINT, |asked, events| {
        match asked.method() {
            "tools/list" => events.send(format!("data: {}\n\n", "x".repeat(100 * 1024))),
            _ => events.answer(asked),
        }
        taken()
    })
    .await;
    let report = run_within(&sse(server.url()), &limits).await;
    failure(&report, TestStepKind::Tools, "`tools/list` is longer than the limit of 65536 bytes", "MCP endpoint");
}

#[tokio::test]
async fn answers_that_are_none() {
    for (event, detail) in [("data: {\"a\":\n\n", "malformed"), ("data: [1]\n\n", "does not speak MCP")] {
        let server = scripted(ENDPOINT, move |_, events| {
            events.send(event.to_owned());
            taken()
        })
        .await;
        let report = run(&sse(server.url())).await;
        assert!(report.failure().unwrap().detail.contains(detail), "{:?}", report.failure());
    }
    let page = Script::run(|_| ([(header::CONTENT_TYPE, "text/html")], "<p>Hello").into_response()).await;
    failure(&run(&sse(page.url())).await, TestStepKind::Handshake, "web page instead of MCP", "MCP endpoint itself");
    let json = Script::run(|asked| script::result(asked, "{}")).await;
    failure(&run(&sse(json.url())).await, TestStepKind::Handshake, "not an event stream", "HTTP+SSE");
}

#[tokio::test]
async fn a_stream_in_other_spellings_of_the_standard() {
    let first = "\u{feff}retry: 10\r\n: hello\r\n\r\nevent:endpoint\r\nid: 1\r\ndata:/messages?s=1\r\n\r\n";
    let server = scripted(first, |asked, events| {
        let result = match asked.method() {
            "initialize" => {
                r#"{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"größe","version":"1"}}"#
            }
            "tools/list" => r#"{"tools":[{"name":"maß","inputSchema":{"type":"object"}}]}"#,
            _ => return taken(),
        };
        let id = &asked.body["id"];
        let lines =
            ["data: {\"jsonrpc\":\"2.0\",\r\n", "data\r", &format!("data:\"id\":{id},\r\n"), ": well\n"].concat();
        let event = format!("{lines}data: \"result\":{result}}}\r\n\r\n: bye\r\n");
        event.bytes().for_each(|byte| events.send(vec![byte]));
        taken()
    })
    .await;
    let report = over_http_sse(run(&sse(server.url())).await);
    assert_eq!(report.server_info.as_deref(), Some("größe 1"));
    assert_eq!(report.tools[0].name, "maß");
}

#[tokio::test]
async fn refusals() {
    let server = scripted(ENDPOINT, |asked, events| {
        let error = r#""error":{"code":-32602,"message":"the database is away"}"#;
        events.message(&format!(r#"{{"jsonrpc":"2.0","id":{},{error}}}"#, asked.body["id"]));
        taken()
    })
    .await;
    let report = run(&sse(server.url())).await;
    failure(&report, TestStepKind::Handshake, "error -32602: the database is away", "server's log");

    let server = scripted(ENDPOINT, |_, _| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    failure(&run(&sse(server.url())).await, TestStepKind::Handshake, "500 Internal Server Error", "look into its log");
    let newer = Script::run(|_| StatusCode::METHOD_NOT_ALLOWED.into_response()).await;
    failure(&run(&sse(newer.url())).await, TestStepKind::Handshake, "405 Method Not Allowed", "the transport");
}

#[tokio::test]
async fn what_a_server_says_in_between() {
    let server = scripted(ENDPOINT, |asked, events| {
        if asked.method() == "tools/list" {
            events.send("event: endpoint\ndata: http://elsewhere.example/\n\nevent: other\ndata: no JSON\n\n".to_owned());
            events.message(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hm"}}"#);
            events.message(r#"{"jsonrpc":"2.0","id":"ping-1","method":"ping"}"#);
            events.message(r#"{"jsonrpc":"2.0","id":77,"result":{"tools":[]}}"#);
        } else {
            events.answer(asked);
        }
        // The list is answered when the ping was.
        if asked.body["id"] == "ping-1" {
            let id = Value::from(1000);
            events.message(&format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{{"name":"one","inputSchema":{{"type":"object"}}}}]}}}}"#
            ));
        }
        taken()
    })
    .await;
    let report = over_http_sse(run(&sse(server.url())).await);
    assert_eq!(report.tools.len(), 1);
    assert!(server.asked().iter().skip(1).all(|asked| asked.path == "/messages"));
}
