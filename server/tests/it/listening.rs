//! Streams that go on for long: how quiet they may be, what ends them, and that nobody holds anything by not reading.

use std::time::Duration;

use domain::AuditAction;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp, events};
use crate::harness::sse::SseClient;
use crate::harness::{App, PATIENCE, Person, eventually, on_sqlite};

const LEGACY: [Generation; 3] = [Generation::V2025_03_26, Generation::V2025_06_18, Generation::V2025_11_25];
/// Clients and servers of the same generation and of different ones.
const PAIRS: [(&str, Era, &[Generation]); 4] = [
    ("modern", Era::Modern, &[Generation::V2026_07_28]),
    ("legacy", Era::Legacy, &LEGACY),
    ("up", Era::Legacy, &[Generation::V2026_07_28]),
    ("down", Era::Modern, &LEGACY),
];
const WATCHED: &str = "test://watched-resource";

/// A server of some revisions, and somebody who may use all of it.
struct Set<'a> {
    app: &'a App,
    admin: Person,
    eve: Person,
    fixture: Fixture,
    id: String,
}

impl<'a> Set<'a> {
    async fn new((app, admin, eve): (&'a App, &Person, &Person), slug: &str, generations: &[Generation]) -> Self {
        let options = FixtureOptions {
            generations: Generations::Only(generations.to_vec()),
            tool_set: ToolSet::Both,
            ..FixtureOptions::default()
        };
        let fixture = Fixture::spawn(options).await.unwrap();
        let id = app.add_server(admin, slug, &fixture.url(), &[]).await;
        app.allow(admin, eve, id, json!("all")).await;
        Self { app, admin: admin.clone(), eve: eve.clone(), fixture, id: id.to_string() }
    }

    async fn limit(&self, slug: &str, limits: Value) {
        let settings = json!({ "name": slug, "url": self.fixture.url(), "limits": limits });
        self.app.api(&self.admin).put(&format!("/servers/{}", self.id), &settings).await.expect(200);
    }
}

/// Reads a stream up to a message of this method; what came before it comes with it.
async fn heard(stream: &mut reqwest::Response, method: &str) -> Vec<Value> {
    let mut text = String::new();
    loop {
        let said: Vec<Value> = if text.ends_with("\n\n") { events(&text) } else { Vec::new() };
        if said.last().is_some_and(|last| last["method"] == method) {
            return said;
        }
        let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time").expect("no error");
        text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
    }
}

/// A number of the metrics.
async fn counted(app: &App, name: &str) -> u64 {
    let text = Reply::read(app.http.get(format!("{}/metrics", app.base)).send().await.unwrap()).await.text();
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or_default()
}

/// A call whose answer is many large messages.
fn long(mcp: &Mcp) -> Value {
    let mut call = mcp
        .message("tools/call", json!({ "name": "stream", "arguments": { "steps": 60, "label": "x".repeat(400_000) } }));
    call["params"]["_meta"]["progressToken"] = json!("many");
    call
}

on_sqlite! {
    async fn who_listens_may_hear_nothing_for_longer_than_who_calls(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (slug, era, generations) in PAIRS {
            let set = Set::new((app, &admin, &eve), slug, generations).await;
            set.limit(slug, json!({ "deadlines": { "idle": 1 } })).await;
            let mcp = app.mcp(slug, &set.eve, era).await;
            let mut stream = mcp.listen().await;
            tokio::time::sleep(Duration::from_millis(2500)).await;
            set.fixture.set_tool_description("echo", "another one").await.unwrap();
            heard(&mut stream, "notifications/tools/list_changed").await;
        }
    }

    async fn nobody_hears_of_a_resource_that_they_may_not_read_any_more(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (slug, era, generations) in PAIRS {
            let set = Set::new((app, &admin, &eve), slug, generations).await;
            let api = app.api(&set.admin);
            let bo = app.person(&format!("Bo-{slug}"), domain::Role::User).await;
            app.allow(&set.admin, &bo, set.id.parse().unwrap(), json!(["echo"])).await;
            let rule = json!({ "principal": { "type": "user", "ids": [bo.id] }, "effect": "allow", "servers": [set.id],
                "scope": { "resources": [WATCHED] } });
            let rule = api.post("/rules", &rule).await.expect(201);
            let mcp = app.mcp(slug, &bo, era).await;
            let mut stream = if era == Era::Modern {
                let wanted = json!({ "toolsListChanged": true, "resourceSubscriptions": [WATCHED] });
                let message = mcp.message("subscriptions/listen", json!({ "notifications": wanted }));
                mcp.prepared(&message).send().await.unwrap()
            } else {
                let stream = mcp.listen().await;
                mcp.request("resources/subscribe", json!({ "uri": WATCHED })).await.result();
                stream
            };
            assert_eq!(stream.status(), 200);
            // Whoever subscribes is heard of a moment later.
            let telling = async {
                loop {
                    set.fixture.notify_resource_updated(WATCHED).await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            tokio::select! {
                _ = heard(&mut stream, "notifications/resources/updated") => {}
                () = telling => {}
            }
            api.delete(&format!("/rules/{}", rule["id"].as_str().unwrap())).await.expect(204);
            if era == Era::Modern {
                // The stream was for it, too, and has to be asked for anew.
                let read = async { while let Ok(Some(_)) = stream.chunk().await {} };
                tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("{slug}: the stream ends"));
                continue;
            }
            // What was on its way before comes first.
            set.fixture.set_tool_description("echo", "one").await.unwrap();
            heard(&mut stream, "notifications/tools/list_changed").await;
            set.fixture.notify_resource_updated(WATCHED).await;
            set.fixture.set_tool_description("echo", "two").await.unwrap();
            let said = heard(&mut stream, "notifications/tools/list_changed").await;
            assert!(said.iter().all(|one| one["method"] != "notifications/resources/updated"), "{slug}: {said:?}");
        }
    }

    async fn who_does_not_read_a_stream_is_cut(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (number, (slug, era, generations)) in PAIRS.into_iter().enumerate() {
            let set = Set::new((app, &admin, &eve), slug, generations).await;
            set.limit(slug, json!({ "deadlines": { "idle": 1 }, "concurrent": 1, "queue": 0 })).await;
            let mcp = app.mcp(slug, &set.eve, era).await;
            let unread = mcp.prepared(&long(&mcp)).send().await.unwrap();
            let correlation = unread.headers()["x-drawbridge-correlation-id"].to_str().unwrap().to_owned();
            eventually("the outcome is recorded", async || {
                let entries = app.caused_by(&correlation).await;
                entries.into_iter().find(|entry| entry.row.action == AuditAction::ToolCallFailure)
            })
            .await;
            let cut = counted(app, "drawbridge_mcp_limited_total{limit=\"slow_reader\"}").await;
            assert_eq!(cut, number as u64 + 1, "{slug}");
            eventually("the turn is free", async || {
                let answer = mcp.echo("next").await;
                answer.message["result"].is_object().then_some(())
            })
            .await;
            drop(unread);
        }
    }

    async fn who_does_not_read_the_stream_of_2024_loses_it_and_nothing_else(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let set = Set::new((app, &admin, &eve), "old", &LEGACY).await;
        set.limit("old", json!({ "deadlines": { "idle": 1 } })).await;
        let url = format!("{}/sse", app.mcp_url("old"));
        let client = SseClient::connect(app, &url, &set.eve.key).await;
        let call = json!({ "jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": { "name": "stream",
            "arguments": { "steps": 100, "label": "x".repeat(400_000) }, "_meta": { "progressToken": 5 } } });
        assert_eq!(client.post(&call).await, 202);
        let ping = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        eventually("the stream is cut", async || (client.post(&ping).await == 404).then_some(())).await;
        eventually("the call has an outcome", async || {
            let failed = app.of_action(AuditAction::ToolCallFailure).await;
            (failed.len() == 1).then_some(())
        })
        .await;
    }

    async fn a_stream_of_2024_takes_so_many_messages_at_a_time(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let set = Set::new((app, &admin, &eve), "old", &LEGACY).await;
        let url = format!("{}/sse", app.mcp_url("old"));
        let mut client = SseClient::connect(app, &url, &set.eve.key).await;
        set.fixture.hold();
        let call = |id: usize| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": "slow", "arguments": { "ms": 1 } } });
        for id in 1..=64 {
            assert_eq!(client.post(&call(id)).await, 202, "{id}");
        }
        assert_eq!(client.post(&call(65)).await, 429);
        set.fixture.release();
        let mut answered = Vec::new();
        while answered.len() < 64 {
            answered.extend(client.message().await["id"].as_u64());
        }
        answered.sort_unstable();
        assert!(answered.into_iter().eq(1..=64));
        eventually("there is room again", async || (client.post(&call(66)).await == 202).then_some(())).await;
    }
}
