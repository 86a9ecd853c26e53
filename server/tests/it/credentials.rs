//! Whose credential goes where: the caller's ends here, the server's begins here, and session ids belong to one person
//! at one server.

use domain::AuditAction;
use http::Method;
use serde_json::json;
use testkit::fixture::broken::{Broken, Fault, When};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::mcp::{Era, Mcp};
use crate::harness::{App, on_both_engines};

const SECRET: &str = "upstream-credential-91bd";

async fn fixture() -> Fixture {
    let require_bearer = Some(SECRET.to_owned());
    Fixture::spawn(FixtureOptions { require_bearer, ..FixtureOptions::default() }).await.expect("an MCP server")
}

on_both_engines! {
    async fn the_callers_credential_never_travels_on(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let authorization = format!("Bearer {SECRET}");
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("Authorization", &authorization)]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        fixture.clear_received();
        for era in Era::BOTH {
            let client = app.mcp("fixture", &eve, era).await;
            let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
            let request = client
                .prepared(&message)
                .header("x-drawbridge-api-key", &eve.key)
                .header("cookie", format!("session={}", eve.key))
                .header("x-forwarded-for", "203.0.113.9")
                .header("x-internal", "planted");
            let reply = crate::harness::http::Reply::read(request.send().await.unwrap()).await;
            assert!(reply.text().contains("\"x\""), "{era:?}: {}", reply.text());
            client.tools().await;
        }
        let received = fixture.received();
        assert!(received.len() >= 5);
        for request in &received {
            assert_eq!(request.header("authorization"), Some(authorization.as_str()), "{request:?}");
            assert!(!request.contains(&eve.key), "the caller's key: {request:?}");
            for name in ["cookie", "x-drawbridge-api-key", "x-forwarded-for", "x-internal", "origin"] {
                assert_eq!(request.header(name), None, "{name}: {request:?}");
            }
            let agent = request.header("user-agent").unwrap_or_default();
            assert!(agent.starts_with("drawbridge/"), "{agent}");
        }
    }

    async fn a_changed_credential_is_used_at_once(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let authorization = format!("Bearer {SECRET}");
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("Authorization", &authorization)]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        assert_eq!(client.echo("x").await.text(), "x");
        let with = |value: &str| json!({
            "name": "fixture", "slug": "fixture", "url": fixture.url(), "auth": "api_key",
            "headers": [{ "name": "Authorization", "value": value }],
        });
        app.api(&admin).put(&format!("/servers/{server}"), &with("Bearer wrong")).await.expect(200);
        let answer = client.echo("x").await;
        assert_eq!(answer.error(), 10_502);
        app.api(&admin).put(&format!("/servers/{server}"), &with(&authorization)).await.expect(200);
        assert_eq!(client.echo("x").await.text(), "x");
        // An empty value keeps what is stored.
        app.api(&admin).put(&format!("/servers/{server}"), &with("")).await.expect(200);
        assert_eq!(client.echo("x").await.text(), "x");
    }

    async fn a_servers_challenge_is_not_the_callers(app: &App) {
        let metadata = "https://evil.example/.well-known/oauth-protected-resource".to_owned();
        let broken = Broken::spawn(Fault::Unauthorized { resource_metadata: metadata }, When::ToolsCall).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "broken", &broken.url(), &[]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        for era in Era::BOTH {
            let answer = app.mcp("broken", &eve, era).await.call("broken", json!({})).await;
            assert_eq!(answer.error(), 10_502, "{era:?}");
            assert!(answer.error_message().contains("refuses Drawbridge's credential"), "{}", answer.error_message());
            assert_ne!(answer.reply.status, 401, "{era:?}: the caller has nothing to sign in to");
            assert!(!answer.reply.headers.contains_key("www-authenticate"));
            assert!(!answer.reply.text().contains("evil.example"));
            let entries = app.caused_by(answer.reply.correlation()).await;
            assert_eq!(entries.last().map(|e| e.row.action), Some(AuditAction::ToolCallFailure), "{era:?}");
        }
        let detail = crate::harness::eventually("the health is noted", async || {
            let detail = app.api(&admin).get(&format!("/servers/{server}")).await.expect(200);
            (detail["server"]["health"] == "needs_sign_in").then_some(detail)
        })
        .await;
        assert!(detail["server"]["health_detail"].as_str().unwrap().contains("credential"));
    }

    async fn a_session_belongs_to_one_person_at_one_server(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, bob) = (app.admin().await, app.employee().await, app.person("Bob", domain::Role::User).await);
        let authorization = format!("Bearer {SECRET}");
        let headers = [("Authorization", authorization.as_str())];
        let first = app.add_server(&admin, "first", &fixture.url(), &headers).await;
        let second = app.add_server(&admin, "second", &fixture.url(), &headers).await;
        for server in [first, second] {
            for person in [&eve, &bob] {
                app.allow(&admin, person, server, json!("all")).await;
            }
        }
        fixture.clear_received();
        let own = app.mcp("first", &eve, Era::Legacy).await;
        let token = own.session.clone().expect("the older generation has sessions");
        assert_eq!(own.echo("x").await.text(), "x");
        let upstream: Vec<_> =
            fixture.received().iter().filter_map(|r| r.header("mcp-session-id").map(str::to_owned)).collect();
        assert!(!upstream.is_empty());
        for id in &upstream {
            assert_ne!(id, &token, "the server's own id stays here");
            assert!(!token.contains(id.as_str()));
        }

        let with = |mut client: Mcp, session: &str| {
            client.session = Some(session.to_owned());
            client
        };
        let mut flipped = token.clone();
        let last = if flipped.ends_with('A') { 'B' } else { 'A' };
        flipped.replace_range(..1, if flipped.starts_with('x') { "y" } else { "x" });
        flipped.pop();
        flipped.push(last);
        let before = fixture.received().len();
        for (what, client) in [
            ("another person", with(app.unconnected("first", &bob, Era::Legacy), &token)),
            ("another server", with(app.unconnected("second", &eve, Era::Legacy), &token)),
            ("a forged id", with(app.unconnected("first", &eve, Era::Legacy), &flipped)),
            ("the server's own id", with(app.unconnected("first", &eve, Era::Legacy), &upstream[0])),
            ("a guess", with(app.unconnected("first", &eve, Era::Legacy), "1")),
        ] {
            let answer = client.echo("x").await;
            assert_eq!(answer.reply.status, 404, "{what}: {}", answer.reply.text());
            assert_eq!(client.verb(Method::GET).await.status, 404, "{what}");
            assert_eq!(client.verb(Method::DELETE).await.status, 404, "{what}");
        }
        assert_eq!(fixture.received().len(), before, "the server hears nothing of it");

        // The owner ends it, for good.
        let ended = own.verb(Method::DELETE).await;
        assert!((200..300).contains(&ended.status), "{} {}", ended.status, ended.text());
        let answer = own.echo("x").await;
        assert_eq!(answer.reply.status, 404, "{}", answer.reply.text());
    }

    async fn a_session_dies_in_time(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let authorization = format!("Bearer {SECRET}");
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("Authorization", &authorization)]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        let client = app.mcp("fixture", &eve, Era::Legacy).await;
        app.env.advance(chrono::TimeDelta::hours(25));
        assert_eq!(client.echo("x").await.reply.status, 404);
    }
}
