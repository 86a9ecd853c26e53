//! Limits: refusals say which limit and when to try again, and one server's or one person's trouble stays theirs.

use std::sync::Arc;
use std::time::Duration;

use domain::{AuditAction, Outcome, Role, ServerId};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::fixture::broken::{Broken, Fault, Framing, When};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::Reply;
use crate::harness::mcp::{Answer, Era, Mcp, events};
use crate::harness::{App, Person, eventually, on_both_engines};

/// A server with limits of its own.
struct Limited<'a> {
    app: &'a App,
    admin: Person,
    id: ServerId,
    name: &'a str,
    url: String,
}

impl<'a> Limited<'a> {
    async fn new(app: &'a App, admin: &Person, name: &'a str, url: String) -> Self {
        let id = app.add_server(admin, name, &url, &[]).await;
        Self { app, admin: admin.clone(), id, name, url }
    }

    /// Changes the limits as a program does.
    async fn set(&self, limits: Value) -> Reply {
        let settings = json!({ "name": self.name, "url": self.url, "limits": limits });
        self.app.api(&self.admin).put(&format!("/servers/{}", self.id), &settings).await
    }

    /// Somebody who may use it, with a client.
    async fn client(&self, person: &Person) -> Arc<Mcp> {
        self.app.allow(&self.admin, person, self.id, json!("all")).await;
        Arc::new(self.app.mcp(self.name, person, Era::Modern).await)
    }
}

async fn fixture() -> Fixture {
    Fixture::spawn(FixtureOptions::default()).await.unwrap()
}

/// A line of the metrics.
async fn metric(app: &App, line: &str) -> bool {
    let reply = Reply::read(app.http.get(format!("{}/metrics", app.base)).send().await.unwrap()).await;
    reply.text().lines().any(|l| l == line)
}

/// A call that goes on in the background.
fn start(client: &Arc<Mcp>, tool: &'static str, arguments: Value) -> tokio::task::JoinHandle<Answer> {
    let client = client.clone();
    tokio::spawn(async move { client.call(tool, arguments).await })
}

#[track_caller]
fn assert_refused(answer: &Answer, code: i64, limit: &str) {
    assert_eq!(answer.error(), code, "{}", answer.reply.text());
    let data = &answer.message["error"]["data"];
    assert_eq!(data["limit"], limit, "{}", answer.reply.text());
    let after = data["retryAfterMs"].as_u64().expect("when to try again");
    assert!((1..=120_000).contains(&after), "{after}");
    assert_eq!(answer.reply.header("retry-after"), after.div_ceil(1000).to_string());
    assert!(answer.message["id"].is_number(), "it answers the very request");
}

on_both_engines! {
    async fn a_full_queue_refuses_and_a_wait_ends(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let broken = Broken::spawn(Fault::Hang, When::ToolsCall).await.unwrap();
        let server = Limited::new(app, &admin, "narrow", broken.url()).await;
        server.set(json!({ "concurrent": 1, "queue": 1, "queue_wait": 2 })).await.expect(200);
        let client = server.client(&eve).await;
        let under_way = start(&client, "broken", json!({}));
        eventually("a call is under way", async || {
            (app.of_action(AuditAction::ToolCallAdmitted).await.len() == 1).then_some(())
        })
        .await;
        let waiting = start(&client, "broken", json!({}));
        eventually("a call waits", async || metric(app, "drawbridge_mcp_waiting 1").await.then_some(())).await;

        let refused = client.call("broken", json!({})).await;
        assert_refused(&refused, 10_503, "queue");
        assert!(refused.error_message().contains("works on 1 calls at once"), "{}", refused.error_message());
        // What waits for no answer is not kept from a server that works on calls.
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
        let noted = Reply::read(client.prepared(&note).send().await.unwrap()).await;
        assert_eq!(noted.status, 202, "{}", noted.text());

        let waited = waiting.await.unwrap();
        assert_refused(&waited, 10_503, "queue_wait");
        assert!(waited.error_message().contains("busy with other calls for 2 seconds"), "{}", waited.error_message());
        assert!(metric(app, "drawbridge_mcp_waiting 0").await);
        for limit in ["queue", "queue_wait"] {
            assert!(metric(app, &format!("drawbridge_mcp_limited_total{{limit=\"{limit}\"}} 1")).await, "{limit}");
        }
        let entries = app.caused_by(waited.reply.correlation()).await;
        let [denied] = &entries[..] else { panic!("one entry, as the server saw nothing: {entries:#?}") };
        assert_eq!((denied.row.action, denied.row.outcome), (AuditAction::AccessDenied, Outcome::Denied));
        assert_eq!(denied.row.tool.as_deref(), Some("broken"));
        under_way.abort();
    }

    async fn whoever_waits_gets_a_turn(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let server = Limited::new(app, &admin, "orderly", fixture.url()).await;
        server.set(json!({ "concurrent": 2 })).await.expect(200);
        let client = server.client(&eve).await;
        let calls = (0..30).map(|number| start(&client, "echo", json!({ "message": format!("call {number}") })));
        for (number, answer) in join_all(calls).await.into_iter().enumerate() {
            assert!(answer.unwrap().text().contains(&format!("call {number}")));
        }
    }

    async fn who_only_listens_takes_no_turn(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let server = Limited::new(app, &admin, "listened", fixture.url()).await;
        server.set(json!({ "concurrent": 1, "queue": 0 })).await.expect(200);
        server.client(&eve).await;
        for era in Era::BOTH {
            let client = app.mcp("listened", &eve, era).await;
            let stream = client.listen().await;
            client.echo("while somebody listens").await.text();
            drop(stream);
        }
    }

    async fn a_tool_has_deadlines_of_its_own(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let broken = Broken::spawn(Fault::Hang, When::ToolsCall).await.unwrap();
        let server = Limited::new(app, &admin, "patient", broken.url()).await;
        let tools = json!({ "broken": { "first_byte": 1 } });
        server.set(json!({ "deadlines": { "first_byte": 600 }, "tools": tools })).await.expect(200);
        let answer = server.client(&eve).await.call("broken", json!({})).await;
        assert_eq!(answer.error(), 10_504, "{}", answer.reply.text());
    }

    async fn the_rate_of_a_person(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let bo = app.person("Bo", Role::User).await;
        let server = Limited::new(app, &admin, "rated", fixture.url()).await;
        server.set(json!({ "rate_per_person": { "per_minute": 2, "burst": 2 } })).await.expect(200);
        let (client, other) = (server.client(&eve).await, server.client(&bo).await);
        client.echo("one").await.text();
        assert!(!client.tools().await.is_empty(), "every method counts");
        let refused = client.echo("three").await;
        assert_refused(&refused, 10_429, "rate_per_person");
        let message = refused.error_message();
        assert!(message.contains("your use of this server is limited to 2 calls a minute"), "{message}");
        assert_refused(&client.request("tools/list", json!({})).await, 10_429, "rate_per_person");
        other.echo("somebody else's").await.text();

        // A flood is counted, but does not fill the log.
        for answer in join_all((0..40).map(|_| client.echo("again"))).await {
            assert_refused(&answer, 10_429, "rate_per_person");
        }
        assert!(metric(app, "drawbridge_mcp_limited_total{limit=\"rate_per_person\"} 42").await);
        let recorded = app.of_action(AuditAction::AccessDenied).await;
        // The minute may have changed meanwhile.
        assert!((5..=10).contains(&recorded.len()), "{}", recorded.len());
        for entry in &recorded {
            let reason = entry.row.reason.as_deref().unwrap_or_default();
            assert!(reason.starts_with("limit rate_per_person: "), "{reason}");
            assert_eq!(entry.row.actor.id, Some(eve.id));
        }
    }

    async fn the_streams_of_a_batch_give_their_turns_to_the_rest_of_it(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let server = Limited::new(app, &admin, "batches", fixture.url()).await;
        server.set(json!({ "concurrent": 2, "queue": 100, "queue_wait": 5 })).await.expect(200);
        app.allow(&admin, &eve, server.id, json!("all")).await;
        let client = app.mcp_of("batches", &eve, "2025-03-26").await;
        // More than waits unread anywhere between, so that a turn lasts until somebody reads.
        let label = "x".repeat(4000);
        let call = |id: usize| {
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "stream",
                "arguments": { "steps": 50, "label": label }, "_meta": { "progressToken": id } } })
        };
        let batch: Value = (0..12).map(call).collect();
        let reply = client.post(&batch.to_string()).await;
        let mut answered: Vec<u64> = events(&reply.text())
            .iter()
            .filter_map(|message| message["result"].is_object().then(|| message["id"].as_u64())?)
            .collect();
        answered.sort_unstable();
        assert!(answered.into_iter().eq(0..12), "{} {}", reply.status, &reply.text()[..2000]);
    }

    async fn a_call_that_finds_no_turn_takes_nothing_of_the_rate(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let server = Limited::new(app, &admin, "crowded", fixture.url()).await;
        let rates = |each: Value| json!({ "rate": each, "rate_per_person": each, "rate_per_tool": each });
        let mut limits = rates(json!({ "per_minute": 1, "burst": 3 }));
        (limits["concurrent"], limits["queue"]) = (json!(1), json!(0));
        server.set(limits.clone()).await.expect(200);
        let client = server.client(&eve).await;
        fixture.hold();
        let under_way = start(&client, "slow", json!({ "ms": 1 }));
        fixture.wait_for_calls("slow", 1).await.unwrap();
        for _ in 0..6 {
            assert_refused(&client.call("slow", json!({ "ms": 1 })).await, 10_503, "queue");
        }
        // Nor does one that waits in vain.
        (limits["queue"], limits["queue_wait"]) = (json!(1), json!(1));
        server.set(limits).await.expect(200);
        for _ in 0..2 {
            assert_refused(&client.call("slow", json!({ "ms": 1 })).await, 10_503, "queue_wait");
        }
        fixture.release();
        under_way.await.unwrap().result();
        for _ in 0..2 {
            client.call("slow", json!({ "ms": 1 })).await.result();
        }
        let refused = client.call("slow", json!({ "ms": 1 })).await;
        assert_eq!(refused.error(), 10_429, "those that were made count: {}", refused.reply.text());
    }

    async fn limits_are_in_force_for_the_next_call(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let server = Limited::new(app, &admin, "changing", fixture.url()).await;
        let client = server.client(&eve).await;
        client.echo("free").await.text();
        server.set(json!({ "rate_per_tool": { "per_minute": 1, "burst": 1 } })).await.expect(200);
        client.echo("the one").await.text();
        assert_refused(&client.echo("too many").await, 10_429, "rate_per_tool");
        client.call("add", json!({ "a": 1, "b": 2 })).await.result();
        server.set(json!({ "rate": { "per_minute": 1, "burst": 1 } })).await.expect(200);
        client.echo("the one").await.text();
        assert_refused(&client.echo("too many").await, 10_429, "rate");
        server.set(json!({ "max_request": 2000 })).await.expect(200);
        client.echo("small").await.text();
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x".repeat(3000) } }));
        let large = Reply::read(client.prepared(&message).send().await.unwrap()).await;
        assert_eq!(large.status, 413, "{}", large.text());
        assert!(large.text().contains("2000 bytes"), "{}", large.text());
        server.set(json!({})).await.expect(200);
        for _ in 0..5 {
            client.echo("free again").await.text();
        }
        let change = app.newest(AuditAction::ServerUpdated).await;
        let args: Value = serde_json::from_str(change.args.as_deref().unwrap()).unwrap();
        assert_eq!((&args["limits"], &args["protocol"]), (&json!({}), &json!("auto")));
    }

    async fn limits_are_kept_checked_and_named(app: &App) {
        let (admin, fixture) = (app.admin().await, fixture().await);
        let server = Limited::new(app, &admin, "settings", fixture.url()).await;
        let path = format!("/servers/{}", server.id);
        let limits = json!({
            "concurrent": 4, "rate": { "per_minute": 60, "burst": 5 },
            "deadlines": { "first_byte": 9 }, "tools": { "report": { "total": 3600 } },
        });
        server.set(limits.clone()).await.expect(200);
        let api = app.api(&admin);
        // Who does not name them leaves them as they are.
        let settings = json!({ "name": "settings", "url": server.url, "protocol": "sessions" });
        api.put(&path, &settings).await.expect(200);
        let kept = api.get(&path).await.expect(200);
        assert_eq!((&kept["server"]["limits"], &kept["server"]["protocol"]), (&limits, &json!("sessions")));
        let wrong = server.set(json!({ "concurrent": 0, "tools": { "report": { "idle": 90_000 } } })).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        for says in ["limits.concurrent", "from 1 to 10000", "limits.tools.report.idle", "from 1 to 86400"] {
            assert!(wrong.text().contains(says), "{says}: {}", wrong.text());
        }
        assert_eq!(api.get(&path).await.expect(200)["server"]["limits"], limits);
    }

    async fn a_hanging_server_harms_no_other(app: &App) {
        let (admin, eve, fixture) = (app.admin().await, app.employee().await, fixture().await);
        let broken = Broken::spawn(Fault::Hang, When::ToolsCall).await.unwrap();
        let hanging = Limited::new(app, &admin, "hanging", broken.url()).await;
        hanging.set(json!({ "concurrent": 5, "queue": 100, "queue_wait": 120 })).await.expect(200);
        let works = Limited::new(app, &admin, "working", fixture.url()).await;
        let (stuck, client) = (hanging.client(&eve).await, works.client(&eve).await);
        let calls: Vec<_> = (0..60).map(|_| start(&stuck, "broken", json!({}))).collect();
        eventually("most of them wait", async || metric(app, "drawbridge_mcp_waiting 55").await.then_some(())).await;
        for answer in join_all((0..60).map(|_| client.echo("unharmed"))).await {
            assert!(answer.text().contains("unharmed"));
        }
        assert!(metric(app, "drawbridge_mcp_waiting 55").await, "they still wait");
        for call in calls {
            call.abort();
        }
        eventually("who goes away waits no more", async || metric(app, "drawbridge_mcp_waiting 0").await.then_some(()))
            .await;
    }

    async fn a_turn_is_no_right_that_outlives_the_rule(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let broken = Broken::spawn(Fault::Hang, When::ToolsCall).await.unwrap();
        let server = Limited::new(app, &admin, "awaited", broken.url()).await;
        server.set(json!({ "concurrent": 1, "queue": 5, "queue_wait": 60 })).await.expect(200);
        let bo = app.person("Bo", Role::User).await;
        let rule = app.allow(&admin, &eve, server.id, json!(["broken"])).await;
        let client = Arc::new(app.mcp("awaited", &eve, Era::Modern).await);
        let first = start(&server.client(&bo).await, "broken", json!({}));
        eventually("a call is under way", async || {
            (app.of_action(AuditAction::ToolCallAdmitted).await.len() == 1).then_some(())
        })
        .await;
        let waiting = start(&client, "broken", json!({}));
        eventually("a call waits", async || metric(app, "drawbridge_mcp_waiting 1").await.then_some(())).await;
        app.api(&admin).delete(&format!("/rules/{rule}")).await.expect(204);
        let refused = waiting.await.unwrap();
        assert_eq!(refused.error(), 10_403, "{}", refused.reply.text());
        let entries = app.caused_by(refused.reply.correlation()).await;
        let [denied] = &entries[..] else { panic!("one entry: {entries:#?}") };
        assert_eq!((denied.row.action, denied.row.outcome), (AuditAction::AccessDenied, Outcome::Denied));
        assert_eq!(app.of_action(AuditAction::ToolCallAdmitted).await.len(), 1, "it never got to the server");
        first.abort();
    }
}

/// It takes ten seconds until a breaker lets a call through to see.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_breaker_opens_and_recovers() {
    let app = App::start(store::Engine::Sqlite).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let broken = Broken::spawn(Fault::ServerError, When::ToolsCall).await.unwrap();
    let server = Limited::new(&app, &admin, "failing", broken.url()).await;
    let client = server.client(&eve).await;
    for _ in 0..5 {
        assert_eq!(client.call("broken", json!({})).await.error(), 10_502);
    }
    let refused = client.call("broken", json!({})).await;
    assert_refused(&refused, 10_503, "breaker");
    assert!(refused.error_message().contains("did not answer several times in a row"), "{}", refused.error_message());
    assert_refused(&client.request("tools/list", json!({})).await, 10_503, "breaker");
    assert!(metric(&app, "drawbridge_mcp_breakers_open 1").await);
    let tools = eventually("a call is let through", async || {
        let answer = client.request("tools/list", json!({})).await;
        answer.message["result"]["tools"].as_array().map(Vec::len)
    })
    .await;
    assert_eq!(tools, 1);
    assert!(metric(&app, "drawbridge_mcp_breakers_open 0").await);
    for _ in 0..5 {
        assert_eq!(client.call("broken", json!({})).await.error(), 10_502, "calls pass again");
    }
    assert_refused(&client.call("broken", json!({})).await, 10_503, "breaker");
    server.set(json!({})).await.expect(200);
    assert_eq!(client.call("broken", json!({})).await.error(), 10_502, "other settings may be the remedy");
    app.finish().await;
}

/// A client that asks for an answer and does not read it, in both framings.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_cut() {
    let app = App::start(store::Engine::Sqlite).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    for (name, framing) in [("slow-json", Framing::Json), ("slow-events", Framing::EventStream)] {
        let fault = Fault::Huge { bytes: 60 << 20, framing };
        let broken = Broken::spawn(fault, When::ToolsCall).await.unwrap();
        let server = Limited::new(&app, &admin, name, broken.url()).await;
        server.set(json!({ "deadlines": { "idle": 1 }, "max_event": 64 << 20 })).await.expect(200);
        let client = server.client(&eve).await;
        let message = client.message("tools/call", json!({ "name": "broken", "arguments": {} }));
        let response = client.prepared(&message).send().await.unwrap();
        let correlation = response.headers()["x-drawbridge-correlation-id"].to_str().unwrap().to_owned();
        let outcome = eventually("the outcome is recorded", async || {
            let entries = app.caused_by(&correlation).await;
            entries.into_iter().find(|entry| entry.row.action == AuditAction::ToolCallFailure)
        })
        .await;
        assert_eq!(outcome.row.outcome, Outcome::Failure, "{outcome:#?}");
        let error = outcome.error.as_deref().unwrap_or_default();
        assert!(error.contains("took nothing of its answer for 1s"), "{name}: {error}");
        // What was on its way may still come, but the connection is gone.
        let mut body = response.bytes_stream();
        let ended = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                match body.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(_)) => return "broken off",
                    None => return "whole",
                }
            }
        });
        assert_eq!(ended.await.expect("it ends"), "broken off", "{name}");
    }
    assert!(metric(&app, "drawbridge_mcp_limited_total{limit=\"slow_reader\"} 2").await);
    app.finish().await;
}
