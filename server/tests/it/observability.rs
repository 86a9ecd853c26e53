//! What operators see of the data path: the phases of calls, and traces from the client through to the server.

use std::sync::{Arc, Mutex};

use domain::ServerId;
use http::HeaderMap;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, Received};

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp};
use crate::harness::{App, Person, Place, eventually, on_both_engines};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OTHER_TRACE: &str = "11111111111111111111111111111111";

async fn fixture(generations: Generations) -> Fixture {
    Fixture::spawn(FixtureOptions { generations, record: true, ..FixtureOptions::default() }).await.unwrap()
}

/// A server that records what it gets, and somebody who may use it.
async fn observed(app: &App, name: &str, generations: Generations) -> (Fixture, Person, ServerId) {
    let fixture = fixture(generations).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, name, &fixture.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    fixture.clear_received();
    (fixture, eve, server)
}

async fn metrics(app: &App) -> String {
    Reply::read(app.http.get(format!("{}/metrics", app.base)).send().await.unwrap()).await.text()
}

/// How often a phase was measured for a server.
fn measured(metrics: &str, server: &str, phase: &str) -> u64 {
    let begin = format!("drawbridge_mcp_phase_seconds_count{{server=\"{server}\",phase=\"{phase}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&begin)?.parse().ok()).unwrap_or_default()
}

/// Calls `echo` with these headers and `_meta`; what the server got of it.
async fn echoed(client: &Mcp, fixture: &Fixture, headers: &[(&'static str, &str)], meta: &[(&str, &str)]) -> Received {
    fixture.clear_received();
    let mut message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "traced" } }));
    for (name, value) in meta {
        message["params"]["_meta"][name] = json!(value);
    }
    let request =
        headers.iter().fold(client.prepared(&message), |request, (name, value)| request.header(*name, *value));
    let reply = Reply::read(request.send().await.unwrap()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let calls = fixture.received().into_iter().filter(|got| got.rpc_method().as_deref() == Some("tools/call"));
    let [call] = &calls.collect::<Vec<_>>()[..] else { panic!("one call arrives") };
    call.clone()
}

/// Trace and span of a `traceparent` that is as the specification wants it.
#[track_caller]
fn place(got: &Received) -> (String, String) {
    let text = got.header("traceparent").expect("a traceparent");
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags] = parts[..] else { panic!("{text}") };
    assert_eq!((version, trace.len(), span.len(), flags), ("00", 32, 16, "01"), "{text}");
    assert!(text.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f')), "{text}");
    (trace.to_owned(), span.to_owned())
}

on_both_engines! {
    async fn the_phases_of_calls_are_measured(app: &App) {
        let (_fixture, eve, _) = observed(app, "phased", Generations::All).await;
        let client = app.mcp("phased", &eve, Era::Modern).await;
        client.echo("one").await.text();
        client.echo("two").await.text();
        let text = metrics(app).await;
        for phase in ["auth", "policy", "admit", "settle"] {
            assert_eq!(measured(&text, "phased", phase), 2, "{phase}:\n{text}");
        }
        // The gateway may have asked the server what it speaks.
        assert!((2..=4).contains(&measured(&text, "phased", "upstream")), "{text}");

        // What is not recorded has no admission, and what is no server has no label.
        client.tools().await;
        Reply::read(app.http.get(app.mcp_url("nowhere")).bearer_auth(&eve.key).send().await.unwrap()).await;
        let text = metrics(app).await;
        assert_eq!((measured(&text, "phased", "auth"), measured(&text, "phased", "admit")), (3, 2));
        assert!(!text.contains("nowhere"), "{text}");
    }

    async fn a_trace_goes_on_at_the_server(app: &App) {
        let (fixture, eve, _) = observed(app, "traced", Generations::All).await;
        for era in Era::BOTH {
            let client = app.mcp("traced", &eve, era).await;
            let headers = [("traceparent", PARENT), ("tracestate", "vendor=1,other=2")];
            let got = echoed(&client, &fixture, &headers, &[]).await;
            let (trace, span) = place(&got);
            assert_eq!(trace, TRACE, "{era:?}");
            assert!(!PARENT.contains(&span), "the span above is the gateway's: {span}");
            assert_eq!(got.header("tracestate"), Some("vendor=1,other=2"));

            // What the message says counts more than what the request says, and stays in it.
            let said = PARENT.replace(TRACE, OTHER_TRACE);
            let got = echoed(&client, &fixture, &headers, &[("traceparent", &said)]).await;
            assert_eq!(place(&got).0, OTHER_TRACE, "{era:?}");
            assert_eq!(got.header("tracestate"), None, "that belongs to the other trace");
            assert_eq!(got.json().unwrap()["params"]["_meta"]["traceparent"], json!(said));

            // Without a trace, or with what is none, one begins.
            let first = place(&echoed(&client, &fixture, &[], &[]).await).0;
            let second = place(&echoed(&client, &fixture, &[("traceparent", "00-zz-zz-01")], &[]).await).0;
            assert_ne!(first, second);
            assert!(first != TRACE && second != TRACE);
        }
    }

    async fn a_trace_goes_on_between_generations(app: &App) {
        let only = Generations::Only(vec![Generation::V2025_11_25]);
        let (fixture, eve, _) = observed(app, "older", only).await;
        let client = app.mcp("older", &eve, Era::Modern).await;
        let got = echoed(&client, &fixture, &[("traceparent", PARENT)], &[]).await;
        assert_eq!(place(&got).0, TRACE);
        // The translated message keeps what `_meta` says of a trace.
        let said = PARENT.replace(TRACE, OTHER_TRACE);
        let got = echoed(&client, &fixture, &[], &[("traceparent", &said)]).await;
        assert_eq!(place(&got).0, OTHER_TRACE);
        assert_eq!(got.json().unwrap()["params"]["_meta"]["traceparent"], json!(said));
    }
}

/// The phases that an answer tells, without what they took.
fn told(reply: &Reply) -> Vec<String> {
    let phases = reply.header("server-timing").split(", ").filter(|phase| !phase.is_empty());
    let name = |phase: &str| {
        let (name, took) = phase.split_once(";dur=").expect("a duration");
        let (_, decimals) = took.split_once('.').expect("decimals");
        assert!(took.parse::<f64>().is_ok_and(|took| took >= 0.0) && decimals.len() == 2, "{phase}");
        name.to_owned()
    };
    phases.map(name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_told_what_their_request_took_in_development_only() {
    let app = App::start(store::Engine::Sqlite).await;
    let (_fixture, eve, _) = observed(&app, "timed", Generations::All).await;
    let answer = app.mcp("timed", &eve, Era::Modern).await.echo("x").await;
    let phases = told(&answer.reply);
    assert!(phases.starts_with(&["auth", "policy", "admit", "upstream"].map(str::to_owned)), "{phases:?}");
    let nowhere = app.http.get(app.mcp_url("nowhere")).bearer_auth(&eve.key);
    assert_eq!(told(&Reply::read(nowhere.send().await.unwrap()).await), ["auth"]);
    app.stop().await;

    let App { place, .. } = app;
    let app = App::start_with(place, |args| args.allow_loopback = false).await;
    for slug in ["timed", "nowhere"] {
        let answer = app.unconnected(slug, &eve, Era::Modern).echo("x").await;
        assert_eq!(answer.reply.headers.get("server-timing"), None, "{slug}: {}", answer.reply.text());
    }
    app.finish().await;
}

/// A request that arrived: path, headers, body.
type Arrived = (String, HeaderMap, Vec<u8>);

/// A collector of traces: what was posted to it, with the headers.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<Arrived>>>);

impl Sink {
    async fn spawn() -> (Self, String) {
        let sink = Self::default();
        let kept = sink.clone();
        let keep = move |uri: http::Uri, headers: HeaderMap, body: axum::body::Bytes| {
            let kept = kept.clone();
            async move { kept.0.lock().unwrap().push((uri.path().to_owned(), headers, body.to_vec())) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(keep)).await });
        (sink, address)
    }

    fn contains(&self, bytes: &[u8]) -> bool {
        self.0.lock().unwrap().iter().any(|(_, _, body)| body.windows(bytes.len()).any(|window| window == bytes))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_reach_the_collector() {
    let (sink, address) = Sink::spawn().await;
    let place = Place::new(store::Engine::Sqlite).await;
    let app = App::start_with(place, |args| args.otlp_endpoint = Some(address)).await;
    let (fixture, eve, _) = observed(&app, "exported", Generations::All).await;
    let client = app.mcp("exported", &eve, Era::Modern).await;
    let got = echoed(&client, &fixture, &[("traceparent", PARENT)], &[]).await;
    let (_, span) = self::place(&got);
    let answer = client.request("tools/call", json!({ "name": "echo", "arguments": { "message": "second" } })).await;
    let correlation = answer.reply.correlation().to_owned();

    eventually("the spans arrive", async || sink.contains(correlation.as_bytes()).then_some(())).await;
    let (path, headers, _) = sink.0.lock().unwrap()[0].clone();
    assert_eq!((path.as_str(), &headers["content-type"]), ("/v1/traces", &"application/x-protobuf".parse().unwrap()));
    let user = eve.id.to_string();
    for text in [
        "drawbridge",
        "mcp tools/call",
        "admit",
        "upstream",
        "settle",
        "mcp.method.name",
        "mcp.tool.name",
        "gen_ai.tool.name",
        "echo",
        "drawbridge.server",
        "exported",
        "user.id",
        &user,
        "drawbridge.correlation_id",
        "drawbridge.outcome",
        "success",
        "http.response.status_code",
    ] {
        assert!(sink.contains(text.as_bytes()), "{text}");
    }
    let trace = hex::decode(TRACE).unwrap();
    assert!(sink.contains(&trace), "the client's trace");
    assert!(sink.contains(&hex::decode(span).unwrap()), "the span that the server was told of");
    assert!(!sink.contains(eve.key.as_bytes()) && !sink.contains(b"traced"), "neither keys nor arguments");

    // Who asks not to be recorded is not, and shutting down sends what is left.
    let unwanted = OTHER_TRACE.replace('1', "2");
    let header = format!("00-{unwanted}-b7ad6b7169203331-00");
    let quiet = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "quiet" } }));
    let quiet = Reply::read(client.prepared(&quiet).header("traceparent", &header).send().await.unwrap()).await;
    let last = client.echo("last").await.reply.correlation().to_owned();
    app.finish().await;
    assert!(sink.contains(last.as_bytes()), "what was gathered before the end");
    assert!(!sink.contains(quiet.correlation().as_bytes()));
    assert!(!sink.contains(&hex::decode(unwanted).unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_is_nobodys_trouble() {
    let place = Place::new(store::Engine::Sqlite).await;
    let app = App::start_with(place, |args| args.otlp_endpoint = Some("http://127.0.0.1:9".to_owned())).await;
    let (_fixture, eve, _) = observed(&app, "alone", Generations::All).await;
    let client = app.mcp("alone", &eve, Era::Legacy).await;
    let answer: Value = client.echo("still here").await.result().clone();
    assert_eq!(answer["content"][0]["text"], "still here");
    app.finish().await;
}
