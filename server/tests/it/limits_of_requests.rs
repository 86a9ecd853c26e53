//! Limits of what clients send, and numbers of the breaker and of listening streams that are set for one server.

use std::time::Duration;

use domain::{AuditAction, Role, ServerId};
use serde_json::{Value, json};
use testkit::fixture::broken::{Broken, Fault, When};
use testkit::fixture::{Fixture, FixtureOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp};
use crate::harness::{App, Person, eventually, on_both_engines, on_sqlite};

/// A server with these limits, and a person who may use everything of it.
struct Stage {
    admin: Person,
    eve: Person,
    id: ServerId,
    url: String,
    _fixture: Option<Fixture>,
}

const NAME: &str = "limited";

impl Stage {
    async fn of_fixture(app: &App) -> Self {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let url = fixture.url();
        Self { _fixture: Some(fixture), ..Self::of(app, url).await }
    }

    async fn of(app: &App, url: String) -> Self {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let id = app.add_server(&admin, NAME, &url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        Self { admin, eve, id, url, _fixture: None }
    }

    async fn set(&self, app: &App, limits: Value) -> Reply {
        let settings = json!({ "name": NAME, "url": self.url, "limits": limits });
        app.api(&self.admin).put(&format!("/servers/{}", self.id), &settings).await
    }

    async fn client(&self, app: &App) -> Mcp {
        app.mcp(NAME, &self.eve, Era::Modern).await
    }
}

async fn limited(app: &App, limit: &str) -> u64 {
    let metrics = Reply::read(app.http.get(format!("{}/metrics", app.base)).send().await.unwrap()).await.text();
    let line = format!("drawbridge_mcp_limited_total{{limit=\"{limit}\"}} ");
    metrics.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok()).unwrap_or_default()
}

on_sqlite! {
    async fn headers_of_a_request_are_limited(app: &App) {
        let stage = Stage::of_fixture(app).await;
        stage.set(app, json!({ "max_headers": 2048 })).await.expect(200);
        let client = stage.client(app).await;
        client.echo("small headers").await.text();
        let message = client.message("tools/list", json!({}));
        let large = client.prepared(&message).header("x-large", "x".repeat(3000)).send().await.unwrap();
        let refused = Reply::read(large).await;
        assert_eq!(refused.status, 431, "{}", refused.text());
        assert!(refused.text().contains("the headers of the request are larger than 2048 bytes"), "{}", refused.text());
        assert_eq!(limited(app, "max_headers").await, 1);

        stage.set(app, json!({})).await.expect(200);
        let large = client.prepared(&message).header("x-large", "x".repeat(3000)).send().await.unwrap();
        assert_eq!(Reply::read(large).await.status, 200, "as much as may be where nothing is set");
    }

    async fn the_depth_of_a_request_is_limited(app: &App) {
        let stage = Stage::of_fixture(app).await;
        let client = stage.client(app).await;
        let nested = |depth: usize| {
            let inner: Value = serde_json::from_str(&["[".repeat(depth), "]".repeat(depth)].concat()).unwrap();
            json!({ "message": "deep", "more": inner })
        };
        client.call("echo", nested(40)).await.text();
        stage.set(app, json!({ "max_depth": 16 })).await.expect(200);
        client.call("echo", nested(8)).await.text();
        let refused = client.call("echo", nested(40)).await;
        assert_eq!(refused.reply.status, 400, "{}", refused.reply.text());
        assert!(refused.reply.text().contains("nested deeper than 16 levels"), "{}", refused.reply.text());
        assert_eq!(limited(app, "max_depth").await, 1);
        stage.set(app, json!({ "max_depth": 128 })).await.expect(200);
        client.call("echo", nested(100)).await.text();
    }

    async fn a_request_that_does_not_arrive_is_given_up(app: &App) {
        let stage = Stage::of_fixture(app).await;
        stage.set(app, json!({ "request_time": 1 })).await.expect(200);
        let address = app.base.strip_prefix("http://").unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /mcp/{NAME} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\naccept: application/json, \
             text/event-stream\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"jsonrpc\"",
            stage.eve.key
        );
        client.write_all(head.as_bytes()).await.unwrap();
        let mut said = vec![0; 12];
        let heard = tokio::time::timeout(Duration::from_secs(20), client.read_exact(&mut said)).await;
        heard.expect("it does not wait for ever").unwrap();
        assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 408");
    }

    async fn listening_streams_are_limited_for_everybody_and_for_each(app: &App) {
        let stage = Stage::of_fixture(app).await;
        let (bo, cy) = (app.person("Bo", Role::User).await, app.person("Cy", Role::User).await);
        for person in [&bo, &cy] {
            app.allow(&stage.admin, person, stage.id, json!("all")).await;
        }
        stage.set(app, json!({ "listening": 2, "listening_per_person": 1 })).await.expect(200);
        let (eve, bo) = (stage.client(app).await, app.mcp(NAME, &bo, Era::Modern).await);
        let cy = app.mcp(NAME, &cy, Era::Modern).await;
        let refused = async |client: &Mcp| {
            let filter = json!({ "notifications": { "toolsListChanged": true } });
            let answer = client.request("subscriptions/listen", filter).await;
            assert_eq!((answer.error(), &answer.message["error"]["data"]["limit"]), (10_503, &json!("listening")));
            answer.error_message().to_owned()
        };
        let is_stream = |reply: &reqwest::Response| {
            let media = reply.headers().get("content-type").and_then(|media| media.to_str().ok());
            media.is_some_and(|media| media.starts_with("text/event-stream"))
        };
        let first = eve.listen().await;
        assert!(is_stream(&first));
        assert!(refused(&eve).await.contains("you have 1 listening streams"), "one of each person");
        let second = bo.listen().await;
        assert!(is_stream(&second));
        assert!(refused(&cy).await.contains("as many clients as may be listen"), "two of everybody");
        drop(first);
        let third = eventually("there is room again", async || {
            let reply = cy.listen().await;
            is_stream(&reply).then_some(reply)
        })
        .await;
        drop((second, third));
    }

    async fn the_breaker_has_numbers_of_its_own(app: &App) {
        let broken = Broken::spawn(Fault::ServerError, When::ToolsCall).await.unwrap();
        let stage = Stage::of(app, broken.url()).await;
        stage.set(app, json!({ "breaker_failures": 2, "breaker_pause": 60 })).await.expect(200);
        let client = stage.client(app).await;
        for _ in 0..2 {
            assert_eq!(client.call("broken", json!({})).await.error(), 10_502);
        }
        let refused = client.call("broken", json!({})).await;
        assert_eq!((refused.error(), &refused.message["error"]["data"]["limit"]), (10_503, &json!("breaker")));
        let after = refused.message["error"]["data"]["retryAfterMs"].as_u64().unwrap();
        assert!((10_001..=60_000).contains(&after), "{after}");
        stage.set(app, json!({ "breaker_failures": 1, "breaker_pause": 1 })).await.expect(200);
        assert_eq!(client.call("broken", json!({})).await.error(), 10_502, "other settings begin anew");
        eventually("a call is let through", async || {
            client.request("tools/list", json!({})).await.message["result"].is_object().then_some(())
        })
        .await;
    }
}

on_both_engines! {
    async fn denied_calls_count_towards_the_rate_of_a_person(app: &App) {
        let stage = Stage::of_fixture(app).await;
        let bo = app.person("Bo", Role::User).await;
        app.allow(&stage.admin, &bo, stage.id, json!(["echo"])).await;
        stage.set(app, json!({ "rate_per_person": { "per_minute": 1, "burst": 3 } })).await.expect(200);
        let client = app.mcp(NAME, &bo, Era::Modern).await;
        for _ in 0..3 {
            assert_eq!(client.call("slow", json!({ "ms": 1 })).await.error(), -32602, "it looks as if it were not there");
        }
        for _ in 0..20 {
            let limited = client.call("slow", json!({ "ms": 1 })).await;
            assert_eq!(limited.error(), 10_429, "{}", limited.reply.text());
            assert_eq!(limited.message["error"]["data"]["limit"], "rate_per_person");
        }
        assert_eq!(client.echo("allowed").await.error(), 10_429, "one rate for both");
        let recorded = app.of_action(AuditAction::AccessDenied).await;
        // Three denials, and a few of those that were too many; the minute may have changed meanwhile.
        assert!((8..=13).contains(&recorded.len()), "{}", recorded.len());
    }
}
