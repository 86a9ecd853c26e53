//! What an administrator takes away is gone with the next call; what expires, at its time.

use chrono::TimeDelta;
use domain::{AuditAction, Clock as _, ServerId};
use serde_json::json;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::mcp::{Era, Mcp};
use crate::harness::{App, Person, on_both_engines};

/// An employee with a client of each generation, connected and allowed.
struct Set {
    fixture: Fixture,
    admin: Person,
    eve: Person,
    server: ServerId,
    rule: String,
    clients: [Mcp; 2],
}

async fn set(app: &App) -> Set {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("an MCP server");
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
    let rule = app.allow(&admin, &eve, server, json!("all")).await;
    let clients = [app.mcp("fixture", &eve, Era::Legacy).await, app.mcp("fixture", &eve, Era::Modern).await];
    let set = Set { fixture, admin, eve, server, rule, clients };
    set.works().await;
    set
}

impl Set {
    async fn works(&self) {
        for client in &self.clients {
            assert_eq!(client.echo("works").await.text(), "works", "{:?}", client.era);
        }
    }

    /// Every call is refused with this status, is recorded, and never reaches the server.
    async fn refused(&self, app: &App, status: u16, action: AuditAction, says: &str) {
        let calls = self.fixture.total_calls();
        for client in &self.clients {
            let answer = client.echo("refused").await;
            assert_eq!(answer.reply.status, status, "{:?}: {}", client.era, answer.reply.text());
            assert!(answer.reply.text().contains(says), "{:?}: {}", client.era, answer.reply.text());
            let entries = app.caused_by(answer.reply.correlation()).await;
            assert_eq!(entries.last().map(|entry| entry.row.action), Some(action), "{:?}", client.era);
        }
        assert_eq!(self.fixture.total_calls(), calls, "the server hears nothing of it");
    }

    /// The same refusal as for a server that does not exist.
    async fn hidden(&self, app: &App) {
        self.refused(app, 404, AuditAction::AccessDenied, "there is no such server").await;
        let there = self.clients[0].echo("x").await.reply;
        let nowhere = app.unconnected("nowhere", &self.eve, Era::Legacy).echo("x").await.reply;
        assert_eq!(there.body, nowhere.body);
    }
}

/// The stream comes to its end, soon.
async fn ends(mut stream: reqwest::Response) {
    let read = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), read).await.expect("a stream without access ends");
}

on_both_engines! {
    async fn a_disabled_server(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.admin);
        api.post(&format!("/servers/{}/disable", set.server), &json!({})).await.expect(200);
        set.refused(app, 200, AuditAction::AccessDenied, "switched off").await;
        for client in &set.clients {
            assert_eq!(client.echo("x").await.error(), 10_403);
            assert!(client.request("tools/list", json!({})).await.error() > 0, "nothing is listed either");
        }
        api.post(&format!("/servers/{}/enable", set.server), &json!({})).await.expect(200);
        set.works().await;
    }

    async fn a_suspended_person(app: &App) {
        let set = set(app).await;
        let mut browser = app.signed_in(&set.eve).await;
        assert_eq!(browser.get("/account").await.status, 200);
        let api = app.api(&set.admin);
        api.post(&format!("/users/{}/suspend", set.eve.id), &json!({})).await.expect(200);
        set.refused(app, 401, AuditAction::AuthFailed, "your account is suspended; ask an administrator").await;
        app.api(&set.eve).get("/me").await.expect(401);
        assert_eq!(browser.get("/account").await.status, 303, "open sessions end, too");
        let fields = [("email", set.eve.email.as_str()), ("password", crate::harness::PASSWORD), ("next", "/")];
        browser.cookie = None;
        assert_eq!(browser.call("session/sign-in", &fields).await.status, 403);
        api.post(&format!("/users/{}/reactivate", set.eve.id), &json!({})).await.expect(200);
        set.works().await;
    }

    async fn a_deleted_rule(app: &App) {
        let set = set(app).await;
        app.api(&set.admin).delete(&format!("/rules/{}", set.rule)).await.expect(204);
        set.hidden(app).await;
    }

    async fn a_switched_off_rule_and_a_narrower_one(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.admin);
        let rule = |enabled: bool, scope: serde_json::Value| json!({
            "principal": { "type": "user", "ids": [set.eve.id] }, "effect": "allow", "servers": [set.server],
            "scope": scope, "enabled": enabled,
        });
        api.put(&format!("/rules/{}", set.rule), &rule(true, json!({ "tools": ["add"] }))).await.expect(200);
        for client in &set.clients {
            assert_eq!(client.tools().await, ["add"]);
            let answer = client.echo("x").await;
            assert_eq!((answer.error(), answer.error_message()), (-32_602, "Unknown tool: echo"));
        }
        api.put(&format!("/rules/{}", set.rule), &rule(false, json!("all"))).await.expect(200);
        set.hidden(app).await;
    }

    async fn a_denying_rule_wins(app: &App) {
        let set = set(app).await;
        let deny = json!({ "principal": { "type": "everyone" }, "effect": "deny", "scope": { "tools": ["echo"] } });
        app.api(&set.admin).post("/rules", &deny).await.expect(201);
        for client in &set.clients {
            let answer = client.echo("x").await;
            assert_eq!((answer.error(), answer.error_message()), (-32_602, "Unknown tool: echo"));
            let tools = client.tools().await;
            assert!(tools.contains(&"add".to_owned()) && !tools.contains(&"echo".to_owned()), "{tools:?}");
        }
    }

    async fn explanations_say_what_the_proxy_does(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.admin);
        let explain = async |tool: &str| {
            let asked = format!("/rules/explain?person={}&server={}&name={tool}", set.eve.id, set.server);
            let said = api.get(&asked).await.expect(200);
            let called = set.clients[1].echo("x").await;
            let decides = |rule: &&serde_json::Value| rule["decides"] == true;
            let ids: Vec<_> =
                said["rules"].as_array().unwrap().iter().filter(decides).map(|rule| rule["id"].clone()).collect();
            (said["decision"].as_str().unwrap().to_owned(), called.reply.text().contains("\"error\""), ids, said)
        };
        let (decision, fails, rules, said) = explain("echo").await;
        assert_eq!((decision.as_str(), fails, rules), ("allow", false, vec![json!(set.rule)]), "{said}");
        assert_eq!(explain("no_such_tool").await.0, "deny", "what the server does not offer");

        let deny = json!({ "principal": { "type": "everyone" }, "effect": "deny", "scope": { "tools": ["echo"] } });
        let deny = api.post("/rules", &deny).await.expect(201)["id"].clone();
        let (decision, fails, rules, said) = explain("echo").await;
        assert_eq!((decision.as_str(), fails, rules), ("deny", true, vec![deny]), "{said}");
        assert_eq!(explain("add").await.0, "allow");
        assert!(said["changes"][0].as_str().unwrap().contains("denies it"), "{said}");

        let wrong = api.get(&format!("/rules/explain?person={}&server={}", set.eve.id, set.server)).await;
        assert_eq!((wrong.status, wrong.json()["fields"][0]["field"].as_str()), (422, Some("name")), "{}", wrong.text());
    }

    async fn a_revoked_key(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.eve);
        let keys = api.rows("/keys").await;
        api.delete(&format!("/keys/{}", keys[0]["id"].as_str().unwrap())).await.expect(200);
        set.refused(app, 401, AuditAction::AuthFailed, "not valid").await;
        let late = set.clients[0].echo("late").await.reply;
        let entry = app.caused_by(late.correlation()).await.pop().expect("it is recorded");
        assert_eq!(entry.row.actor.id, Some(set.eve.id), "whoever uses a revoked key is known by name");
        api.get("/me").await.expect(401);
    }

    async fn an_open_stream_of_a_revoked_key(app: &App) {
        let set = set(app).await;
        let streams = [set.clients[0].listen().await, set.clients[1].listen().await];
        let api = app.api(&set.eve);
        let keys = api.rows("/keys").await;
        api.delete(&format!("/keys/{}", keys[0]["id"].as_str().unwrap())).await.expect(200);
        for stream in streams {
            ends(stream).await;
        }
    }

    async fn an_open_stream_of_a_removed_rule(app: &App) {
        let set = set(app).await;
        let streams = [set.clients[0].listen().await, set.clients[1].listen().await];
        app.api(&set.admin).delete(&format!("/rules/{}", set.rule)).await.expect(204);
        for stream in streams {
            ends(stream).await;
        }
    }

    async fn an_expired_key(app: &App) {
        let set = set(app).await;
        let ends = app.env.now() + TimeDelta::hours(1);
        let made = app.api(&set.eve).post("/keys", &json!({ "name": "short", "expires_at": ends })).await.expect(201);
        let short = Person { key: made["secret"].as_str().unwrap().to_owned(), ..set.eve.clone() };
        let client = app.mcp("fixture", &short, Era::Modern).await;
        assert_eq!(client.echo("in time").await.text(), "in time");
        app.env.advance(TimeDelta::hours(2));
        let late = client.echo("late").await.reply;
        assert_eq!((late.status, late.header("www-authenticate")), (401, "Bearer"));
        assert!(late.text().contains("expired"), "{}", late.text());
        let entry = app.caused_by(late.correlation()).await.pop().expect("it is recorded");
        assert_eq!((entry.row.action, entry.row.actor.id), (AuditAction::AuthFailed, Some(set.eve.id)));
        app.api_with(&short.key).get("/me").await.expect(401);
        set.works().await;
    }

    async fn a_rule_in_its_time(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.admin);
        let now = app.env.now();
        let rule = json!({
            "principal": { "type": "user", "ids": [set.eve.id] }, "effect": "allow", "servers": [set.server], "scope": "all",
            "starts_at": now + TimeDelta::hours(1), "ends_at": now + TimeDelta::hours(3),
        });
        api.put(&format!("/rules/{}", set.rule), &rule).await.expect(200);
        set.hidden(app).await;
        app.env.advance(TimeDelta::hours(2));
        set.works().await;
        app.env.advance(TimeDelta::hours(2));
        set.hidden(app).await;
    }

    async fn membership_of_a_group(app: &App) {
        let set = set(app).await;
        let api = app.api(&set.admin);
        api.delete(&format!("/rules/{}", set.rule)).await.expect(204);
        let group = api.post("/groups", &json!({ "name": "Support" })).await.expect(201)["id"].clone();
        let group = group.as_str().unwrap();
        let rule = json!({
            "principal": { "type": "group", "ids": [group] }, "effect": "allow", "servers": [set.server], "scope": "all",
        });
        api.post("/rules", &rule).await.expect(201);
        set.hidden(app).await;
        let member = format!("/groups/{group}/members/{}", set.eve.id);
        api.put(&member, &json!({})).await.expect(204);
        set.works().await;
        api.delete(&member).await.expect(204);
        set.hidden(app).await;
    }

    async fn a_deleted_server(app: &App) {
        let set = set(app).await;
        app.api(&set.admin).delete(&format!("/servers/{}", set.server)).await.expect(204);
        set.hidden(app).await;
    }
}
