//! Ending, in order and without warning: calls under way get their answer or an error, and always an outcome.

use std::time::{Duration, Instant};

use domain::{AuditAction, AuditFilter, Outcome};
use futures_util::StreamExt as _;
use serde_json::json;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::{Api, client};
use crate::harness::mcp::{Era, Mcp, events};
use crate::harness::process::{EXIT, Server, run};
use crate::harness::{App, PASSWORD, Place, eventually};

async fn allowed(app: &App, fixture: &Fixture) -> crate::harness::Person {
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    eve
}

async fn what_can_finish_finishes(engine: Engine) {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let app = App::start(engine).await;
    let eve = allowed(&app, &fixture).await;
    let clients = [app.mcp("fixture", &eve, Era::Legacy).await, app.mcp("fixture", &eve, Era::Modern).await];
    fixture.hold();
    let calls: Vec<_> =
        clients.into_iter().map(|client| tokio::spawn(async move { client.echo("in time").await })).collect();
    fixture.wait_for_calls("echo", 2).await.unwrap();

    let address = app.address;
    let stop = app.stop();
    let rest = async {
        // New connections are refused while the old ones finish.
        eventually("the port is closed", async || tokio::net::TcpStream::connect(address).await.is_err().then_some(()))
            .await;
        fixture.release();
        for call in calls {
            assert_eq!(call.await.unwrap().text(), "in time");
        }
    };
    tokio::join!(stop, rest);
    app.place.verify().await;

    let App { place, .. } = app;
    let app = App::start_at(place).await;
    let outcomes = app.of_action(AuditAction::ToolCallSuccess).await;
    assert_eq!(outcomes.len(), 2, "{outcomes:#?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_finish_finishes_on_sqlite() {
    what_can_finish_finishes(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_finish_finishes_on_postgres() {
    what_can_finish_finishes(Engine::Postgres).await;
}

async fn what_cannot_finish_gets_an_error(engine: Engine) {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let place = Place::new(engine).await;
    let app = App::start_with(place, |args| args.shutdown_grace = 1).await;
    let eve = allowed(&app, &fixture).await;
    let client = app.mcp("fixture", &eve, Era::Legacy).await;
    fixture.hold();
    // The server of sessions opens its stream at once and answers in it.
    let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "late" } }));
    let response = client.prepared(&message).send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let correlation = response.headers()["x-drawbridge-correlation-id"].to_str().unwrap().to_owned();
    fixture.wait_for_calls("echo", 1).await.unwrap();
    // One whose answer has not begun.
    let modern = app.mcp("fixture", &eve, Era::Modern).await;
    let waiting = tokio::spawn(async move { modern.echo("late, too").await });
    fixture.wait_for_calls("echo", 2).await.unwrap();
    // A stream that only listens ends, too.
    let listening = {
        let request = app.http.get(&client.url).bearer_auth(&client.key).header("accept", "text/event-stream");
        request.header("mcp-session-id", client.session.clone().unwrap()).send().await.unwrap()
    };
    assert_eq!(listening.status(), 200);

    let begun = Instant::now();
    let read = async {
        let mut text = String::new();
        let mut body = response.bytes_stream();
        while let Some(Ok(chunk)) = body.next().await {
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        text
    };
    let listen = async { listening.bytes_stream().for_each(async |_| {}).await };
    let ((), text, ()) = tokio::join!(app.stop(), read, listen);
    assert!(begun.elapsed() < Duration::from_secs(1) + EXIT, "{:?}", begun.elapsed());
    let last = events(&text).pop().unwrap_or_else(|| panic!("the stream ends with an error: {text}"));
    assert_eq!((&last["id"], &last["error"]["code"]), (&message["id"], &json!(10_503)), "{text}");
    assert!(last["error"]["message"].as_str().unwrap().contains("shutting down"), "{text}");
    let waited = waiting.await.unwrap();
    assert_eq!(waited.error(), 10_503, "{}", waited.reply.text());
    app.place.verify().await;

    let App { place, .. } = app;
    let app = App::start_at(place).await;
    for correlation in [correlation.as_str(), waited.reply.correlation()] {
        let entries = app.caused_by(correlation).await;
        let actions: Vec<_> = entries.iter().map(|entry| (entry.row.action, entry.row.outcome)).collect();
        assert_eq!(
            actions,
            [(AuditAction::ToolCallAdmitted, Outcome::Admitted), (AuditAction::ToolCallFailure, Outcome::Failure)]
        );
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_finish_gets_an_error_on_sqlite() {
    what_cannot_finish_gets_an_error(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_finish_gets_an_error_on_postgres() {
    what_cannot_finish_gets_an_error(Engine::Postgres).await;
}

async fn a_kill_leaves_an_honest_log(engine: Engine) {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let place = Place::new(engine).await;
    let ada = ["user", "create", "--email", "ada@example.com", "--name", "Ada", "--admin", "--password-stdin"];
    let id = run(&place, &ada, PASSWORD).await.printed().to_owned();
    let key =
        run(&place, &["key", "create", "--user", "ada@example.com", "--name", "x"], "").await.printed().to_owned();
    let http = client();
    let mut program = Server::start(&place, &[]).await;
    let api = Api { http: http.clone(), base: program.base.clone(), key: Some(key.clone()) };
    let made =
        api.post("/servers", &json!({ "name": "fixture", "slug": "fixture", "url": fixture.url() })).await.expect(201);
    let server = made["id"].as_str().unwrap();
    let report = api.post(&format!("/servers/{server}/test"), &json!({})).await.expect(200);
    let digest = json!({ "definitions_digest": report["definitions_digest"] });
    api.post(&format!("/servers/{server}/pin"), &digest).await.expect(200);
    let rule = json!({ "principal": { "type": "user", "ids": [id] }, "effect": "allow", "servers": [server] });
    api.post("/rules", &rule).await.expect(201);

    let mcp = Mcp::new(http.clone(), format!("{}/mcp/fixture", program.base), key.clone(), Era::Modern);
    assert_eq!(mcp.echo("before").await.text(), "before");
    fixture.hold();
    let message = mcp.message("tools/call", json!({ "name": "echo", "arguments": { "message": "lost" } }));
    let call = tokio::spawn(mcp.prepared(&message).send());
    fixture.wait_for_calls("echo", 2).await.unwrap();
    program.kill().await;
    assert!(call.await.unwrap().is_err(), "the connection is gone");
    fixture.release();

    let mut program = Server::start(&place, &[]).await;
    let api = Api { http, base: program.base.clone(), key: Some(key) };
    let rows = eventually("the lost call is closed", async || {
        let rows = api.rows("/audit?tool=echo&limit=200").await;
        rows.iter().any(|row| row["outcome"] == "unknown").then_some(rows)
    })
    .await;
    let unknown: Vec<_> = rows.iter().filter(|row| row["outcome"] == "unknown").collect();
    assert_eq!(unknown.len(), 1, "{rows:#?}");
    let correlation = &unknown[0]["correlation_id"];
    let admitted =
        rows.iter().filter(|row| row["action"] == "tool_call_admitted" && row["correlation_id"] == *correlation);
    assert_eq!(admitted.count(), 1, "it closes the admission of the lost call: {rows:#?}");
    assert_eq!(rows.iter().filter(|row| row["action"] == "tool_call_admitted").count(), 2);
    assert_eq!(rows.iter().filter(|row| row["action"] == "tool_call_success").count(), 1);
    assert_eq!(fixture.calls("echo"), 2, "nothing is called again by itself");
    program.terminate();
    assert!(program.ended().await.success());
    let verified = run(&place, &["audit", "verify"], "").await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_leaves_an_honest_log_on_sqlite() {
    a_kill_leaves_an_honest_log(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_leaves_an_honest_log_on_postgres() {
    a_kill_leaves_an_honest_log(Engine::Postgres).await;
}

/// A client that goes away leaves an outcome, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_leaves_an_outcome() {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let app = App::start(Engine::Sqlite).await;
    let eve = allowed(&app, &fixture).await;
    fixture.hold();
    for (calls, era) in (1..).zip(Era::BOTH) {
        let client = app.mcp("fixture", &eve, era).await;
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
        let request = client.prepared(&message);
        let call = tokio::spawn(async move {
            let response = request.send().await?;
            response.bytes().await
        });
        fixture.wait_for_calls("echo", calls).await.unwrap();
        call.abort();
        let filter = AuditFilter { outcome: Some(Outcome::Unknown), ..AuditFilter::default() };
        let unknown = eventually("the outcome is recorded", async || {
            let entries = app.entries(filter.clone()).await;
            (entries.len() as u64 == calls).then_some(entries)
        })
        .await;
        assert!(unknown.iter().all(|entry| entry.row.action == AuditAction::ToolCallFailure));
    }
    fixture.release();
    app.finish().await;
}
