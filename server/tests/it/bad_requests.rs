//! What clients send wrong: each gets the right refusal, and no server ever hears of it.

use domain::{AuditAction, AuditFilter};
use http::Method;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp};
use crate::harness::{App, Person, on_both_engines};

/// An employee who may use everything of a server.
async fn allowed(app: &App) -> (Fixture, Person) {
    let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("an MCP server");
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    (fixture, eve)
}

fn code(reply: &Reply) -> i64 {
    reply.json()["error"]["code"].as_i64().unwrap_or_else(|| panic!("a JSON-RPC error: {}", reply.text()))
}

async fn send(request: reqwest::RequestBuilder) -> Reply {
    Reply::read(request.send().await.expect("an answer")).await
}

/// Arrays in arrays, so deep.
fn deep(levels: usize) -> String {
    let (open, close) = ("[".repeat(levels), "]".repeat(levels));
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo","arguments":{{"a":{open}{close}}}}}}}"#
    )
}

on_both_engines! {
    async fn malformed_messages(app: &App) {
        let (fixture, eve) = allowed(app).await;
        let client = app.mcp("fixture", &eve, Era::Legacy).await;
        let before = fixture.received().len();
        let call = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
        let too_deep = deep(100);
        let cases: Vec<(&str, String, i64)> = vec![
            ("nothing", String::new(), -32_700),
            ("no JSON", "ahoy".into(), -32_700),
            ("half a message", r#"{"jsonrpc":"2.0","id":1,"method":"tools/call""#.into(), -32_700),
            ("two messages", r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}"#.into(), -32_700),
            ("a byte order mark", "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".into(), -32_700),
            ("not a number", call(r#"{"name":"echo","arguments":{"message":NaN}}"#), -32_700),
            ("a lone surrogate", call(r#"{"name":"echo","arguments":{"message":"\ud800"}}"#), -32_700),
            ("too deep", too_deep, -32_600),
            ("a batch", format!("[{}]", call(r#"{"name":"echo","arguments":{"message":"x"}}"#)), -32_600),
            ("an empty batch", "[]".into(), -32_600),
            ("a bare number", "7".into(), -32_600),
            ("no version", r#"{"id":1,"method":"ping"}"#.into(), -32_600),
            ("another version", r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#.into(), -32_600),
            ("an id that is none", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.into(), -32_600),
            ("a method twice", r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#.into(), -32_600),
            ("a name twice", call(r#"{"name":"echo","name":"delete_file","arguments":{}}"#), -32_600),
            ("an argument twice", call(r#"{"name":"echo","arguments":{"message":"a","message":"b"}}"#), -32_600),
            ("a name in other letters", call(r#"{"name":"echo","Name":"delete_file","arguments":{}}"#), -32_600),
            ("a call as a notification", r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}"#.into(), -32_600),
            ("no name", call(r#"{"arguments":{}}"#), -32_602),
            ("a name that is no text", call(r#"{"name":["echo"],"arguments":{}}"#), -32_602),
        ];
        for (what, body, expected) in cases {
            let reply = client.post(&body).await;
            assert_eq!(code(&reply), expected, "{what}: {}", reply.text());
            // A message that is none is a bad request; one that only asks for nonsense is answered.
            let status = if expected == -32_602 { 200 } else { 400 };
            assert_eq!(reply.status, status, "{what}: {}", reply.text());
            assert!(reply.header("content-type").starts_with("application/json"), "{what}");
        }
        let reply = send(client.raw().body(vec![b'"', 0xff, 0xfe, b'"'])).await;
        assert_eq!((reply.status, code(&reply)), (400, -32_700), "no UTF-8");
        assert_eq!(fixture.received().len(), before, "no server hears of any of it");
        assert_eq!(client.echo("still here").await.text(), "still here");
    }

    async fn headers_that_contradict_the_message(app: &App) {
        let (fixture, eve) = allowed(app).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        let before = fixture.received().len();
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
        let body = message.to_string();
        let raw = || client.raw().body(body.clone());
        for (what, request) in [
            ("no method", raw().header("mcp-name", "echo")),
            ("no name", raw().header("mcp-method", "tools/call")),
            ("another method", raw().header("mcp-method", "tools/list").header("mcp-name", "echo")),
            ("another name", raw().header("mcp-method", "tools/call").header("mcp-name", "add")),
            ("a name twice", raw().header("mcp-method", "tools/call").header("mcp-name", "echo").header("mcp-name", "echo")),
        ] {
            let reply = send(request).await;
            assert_eq!((reply.status, code(&reply)), (400, -32_020), "{what}: {}", reply.text());
        }
        let unknown = body.replace("2026-07-28", "2031-01-01");
        let request = app.http.post(&client.url).bearer_auth(&eve.key).header("content-type", "application/json")
            .header("mcp-protocol-version", "2031-01-01").header("mcp-method", "tools/call").header("mcp-name", "echo")
            .body(unknown);
        let reply = send(request).await;
        assert_eq!((reply.status, code(&reply)), (400, -32_022), "{}", reply.text());
        assert!(reply.text().contains("2025-11-25"), "it names what may be used instead: {}", reply.text());
        assert_eq!(fixture.received().len(), before, "no server hears of any of it");
    }

    async fn requests_that_are_not_mcp(app: &App) {
        let (fixture, eve) = allowed(app).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        let before = fixture.total_calls();
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
        let post = || app.http.post(&client.url).body(message.to_string());
        let with_key = || post().bearer_auth(&eve.key);

        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let reply = send(with_key().header("content-type", media)).await;
            assert_eq!(reply.status, 415, "{media}: {}", reply.text());
        }
        let large = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo","arguments":{{"message":"{}"}}}}}}"#,
            "x".repeat(5 << 20));
        let reply = client.post(&large).await;
        assert_eq!((reply.status, reply.header("connection")), (413, "close"), "{}", reply.text());
        for method in [Method::PUT, Method::PATCH] {
            let reply = send(app.http.request(method.clone(), &client.url).bearer_auth(&eve.key)).await;
            assert_eq!(reply.status, 405, "{method}");
            assert!(reply.header("allow").contains("POST"));
        }
        // Without a session there is nothing to listen to, and nothing to end.
        let listen = app.http.get(&client.url).bearer_auth(&eve.key).header("accept", "text/event-stream");
        assert_eq!(send(listen.header("mcp-protocol-version", "2025-11-25")).await.status, 405);
        assert_eq!(client.verb(Method::DELETE).await.status, 405);

        for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"] {
            let reply = send(client.prepared(&message).header("origin", origin)).await;
            assert_eq!(reply.status, 403, "{origin}: {}", reply.text());
            assert!(!reply.headers.contains_key("access-control-allow-origin"), "{origin}");
        }
        let own = send(client.prepared(&message).header("origin", &app.base)).await;
        assert_eq!(own.status, 200, "{}", own.text());
        let calls = fixture.total_calls();
        assert_eq!(calls, before + 1, "only the one from our own origin arrived");
    }

    async fn hosts_that_are_not_ours(app: &App) {
        let (fixture, eve) = allowed(app).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        let before = fixture.total_calls();
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""] {
            let reply = send(client.prepared(&message).header("host", host)).await;
            assert!(matches!(reply.status, 400 | 403 | 421), "{host:?}: {} {}", reply.status, reply.text());
            for path in ["/", "/login", "/api/v1/me", "/api/openapi.json", "/pkg/main.0.css"] {
                let request = app.http.get(format!("{}{path}", app.base)).bearer_auth(&eve.key).header("host", host);
                let reply = send(request).await;
                assert!(matches!(reply.status, 400 | 403 | 421), "{host:?} {path}: {}", reply.status);
            }
        }
        let localhost = send(client.prepared(&message).header("host", format!("localhost:{}", app.address.port()))).await;
        assert_eq!(localhost.status, 200, "{}", localhost.text());
        assert_eq!(fixture.total_calls(), before + 1);
    }

    async fn callers_without_a_credential(app: &App) {
        let (fixture, eve) = allowed(app).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        let before = fixture.received().len();
        let message = client.message("tools/call", json!({ "name": "echo", "arguments": { "message": "x" } }));
        let post = |slug: &str| app.http.post(app.mcp_url(slug)).header("content-type", "application/json")
            .header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call").header("mcp-name", "echo")
            .body(message.to_string());
        let wrong = format!("dbk_{}", "A".repeat(43));
        let session = app.signed_in(&eve).await.cookie.expect("a cookie");
        for (what, request) in [
            ("no key", post("fixture")),
            ("an empty key", post("fixture").header("authorization", "Bearer ")),
            ("an unknown key", post("fixture").bearer_auth(&wrong)),
            ("an unknown key in our header", post("fixture").header("x-drawbridge-api-key", &wrong)),
            ("a password", post("fixture").basic_auth(&eve.email, Some(crate::harness::PASSWORD))),
            ("another scheme", post("fixture").header("authorization", format!("Token {}", eve.key))),
            ("a browser session", post("fixture").header("cookie", session)),
            ("a key in the address", app.http.post(format!("{}?api_key={}", client.url, eve.key)).body(message.to_string())),
            ("no key, no server", post("nowhere")),
        ] {
            let reply = send(request).await;
            assert_eq!(reply.status, 401, "{what}: {}", reply.text());
            // There is no OAuth to be sent to.
            assert_eq!(reply.header("www-authenticate"), "Bearer", "{what}");
        }
        for (what, request) in [
            ("two keys", post("fixture").header("authorization", format!("Bearer {wrong}")).header("authorization", format!("Bearer {}", eve.key))),
        ] {
            assert_eq!(send(request).await.status, 400, "{what}");
        }
        let refused = app.entries(AuditFilter { action: Some(AuditAction::AuthFailed), ..AuditFilter::default() }).await;
        assert!(refused.len() >= 2, "unknown keys are recorded: {refused:#?}");
        assert!(refused.iter().all(|entry| !format!("{entry:?}").contains(&wrong)), "without the key itself");
        assert_eq!(fixture.received().len(), before, "no server hears of any of it");
        let ours = send(post("fixture").header("x-drawbridge-api-key", &eve.key)).await;
        assert_eq!(ours.status, 200, "{}", ours.text());
    }

    async fn guessing_does_not_fill_the_log(app: &App) {
        let (_fixture, eve) = allowed(app).await;
        let guesser = Mcp::new(app.http.clone(), app.mcp_url("fixture"), "dbk_guess".to_owned(), Era::Legacy);
        for _ in 0..150 {
            assert_eq!(guesser.post("{}").await.status, 401);
        }
        let refused = app.entries(AuditFilter { action: Some(AuditAction::AuthFailed), ..AuditFilter::default() }).await;
        // A minute may have ended in between.
        assert!((1..=120).contains(&refused.len()), "{} entries", refused.len());
        assert_eq!(app.mcp("fixture", &eve, Era::Legacy).await.echo("x").await.text(), "x");
    }

    async fn unknown_methods_and_answers(app: &App) {
        let (fixture, eve) = allowed(app).await;
        for era in Era::BOTH {
            let client = app.mcp("fixture", &eve, era).await;
            let answer = client.request("no/such/method", json!({})).await;
            assert_eq!(answer.error(), -32_601, "{era:?}: {}", answer.reply.text());
        }
        let modern = app.mcp("fixture", &eve, Era::Modern).await;
        let calls = fixture.total_calls();
        for gone in ["initialize", "ping", "logging/setLevel", "resources/subscribe"] {
            let answer = modern.request(gone, json!({ "protocolVersion": "2026-07-28", "level": "info", "uri": "test://x",
                "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } })).await;
            assert_eq!((answer.reply.status, answer.error()), (404, -32_601), "{gone}: {}", answer.reply.text());
        }
        assert_eq!(fixture.total_calls(), calls);
        let answer: Value = json!({ "jsonrpc": "2.0", "id": 3, "result": {} });
        let reply = modern.post(&answer.to_string()).await;
        assert_eq!(reply.status, 400, "the newer generation has no requests of the server to answer: {}", reply.text());
    }
}
