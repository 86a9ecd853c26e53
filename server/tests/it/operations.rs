//! What those who run the program and those who write programs against it look at.

use domain::Clock as _;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::Reply;
use crate::harness::mcp::Era;
use crate::harness::{App, on_both_engines};

async fn get(app: &App, path: &str) -> Reply {
    Reply::read(app.http.get(format!("{}{path}", app.base)).send().await.expect("an answer")).await
}

on_both_engines! {
    async fn health_readiness_and_metrics(app: &App) {
        let healthy = get(app, "/healthz").await;
        assert_eq!((healthy.status, healthy.text().trim()), (200, "ok"));
        let ready = get(app, "/readyz").await.expect(200);
        assert_eq!(ready, json!({ "ready": true, "database": "ok", "audit": "ok" }));

        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "metered", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, server, json!(["echo"])).await;
        let client = app.mcp("metered", &eve, Era::Modern).await;
        client.echo("x").await.text();
        client.call("delete_file", json!({ "path": "x" })).await.error();
        let metrics = get(app, "/metrics").await;
        assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
        let text = metrics.text();
        assert!(text.ends_with("# EOF\n"), "{text}");
        for line in [
            r#"drawbridge_mcp_calls_total{outcome="success"} 1"#,
            r#"drawbridge_mcp_calls_total{outcome="denied"} 1"#,
            r#"drawbridge_mcp_requests_total{status="200"} 2"#,
            "drawbridge_mcp_in_flight 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}:\n{text}");
        }
        for name in ["echo", "Eve", "eve@", "delete_file"] {
            assert!(!text.contains(name), "labels name neither people nor tools: {name}\n{text}");
        }
    }

    async fn there_is_no_oauth_to_be_found(app: &App) {
        for path in [
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp/fixture",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/.well-known/anything/else",
            "/authorize",
            "/token",
            "/register",
        ] {
            let reply = get(app, path).await;
            assert_eq!(reply.status, 404, "{path}");
            assert!(reply.header("content-type").starts_with("text/plain"), "{path}: {:?}", reply.headers);
            assert!(!reply.text().contains('<'), "{path}: {}", reply.text());
        }
    }

    async fn the_api_describes_itself(app: &App) {
        let document = get(app, "/api/openapi.json").await.expect(200);
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        assert_eq!(document["info"]["title"], "Drawbridge");
        let paths = document["paths"].as_object().unwrap();
        for wanted in ["/me", "/catalog", "/requests", "/requests/{id}/test", "/requests/{id}/approve",
            "/requests/{id}/reject", "/requests/{id}/withdraw", "/servers", "/servers/{id}/disable", "/servers/{id}/enable",
            "/rules", "/users", "/users/{id}/suspend", "/users/{id}/reactivate", "/keys", "/keys/{id}", "/audit"] {
            assert!(paths.contains_key(&format!("/api/v1{wanted}")), "{wanted}");
        }
        let mut ids = std::collections::BTreeSet::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let what = format!("{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what} says what it does");
                assert!(ids.insert(operation["operationId"].to_string()), "{what}: its id is its own");
                // Each part of the path in braces is a parameter, and the other way round.
                let parts: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
                let parameters: Vec<&str> = operation["parameters"].as_array().into_iter().flatten()
                    .filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
                assert_eq!(parts, parameters, "{what}");
            }
        }
        let mut references = Vec::new();
        collect_references(&document, &mut references);
        assert!(references.len() > 50);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("a reference within the document");
            assert!(document.pointer(pointer).is_some(), "{reference} leads somewhere");
        }

        let page = get(app, "/api/docs").await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        for path in paths.keys() {
            assert!(page.text().contains(path.as_str()), "{path} is on the page");
        }
    }

    async fn the_api_says_what_is_wrong(app: &App) {
        let admin = app.admin().await;
        let api = app.api(&admin);
        let unknown = api.get("/no/such/thing").await;
        assert_eq!((unknown.status, unknown.header("content-type")), (404, "application/problem+json"));
        for (what, reply, status) in [
            ("no id", api.get("/servers/nonsense").await, 404),
            ("the id of something else", api.get(&format!("/servers/{}", admin.id)).await, 404),
            ("a cursor that is none", api.get("/users?cursor=nonsense").await, 422),
            ("a filter that is none", api.get("/audit?action=nonsense").await, 422),
            ("no body", api.send(http::Method::POST, "/rules", None).await, 422),
            ("a body of another shape", api.post("/rules", &json!({ "principal": 7 })).await, 422),
        ] {
            assert_eq!(reply.status, status, "{what}: {}", reply.text());
            let problem = reply.json();
            assert_eq!(reply.header("content-type"), "application/problem+json", "{what}");
            assert_eq!(problem["status"], status, "{what}");
            assert!(problem["type"].as_str().unwrap().starts_with("urn:drawbridge:problem:"), "{what}");
            assert!(!problem["detail"].as_str().unwrap().is_empty(), "{what}");
            reply.correlation();
        }
        let large = json!({ "name": "x".repeat(2 << 20) });
        let reply = api.post("/groups", &large).await;
        assert!(matches!(reply.status, 413 | 422), "{}", reply.status);
        // A new connection: the server cuts off one whose body it did not read.
        let http = crate::harness::http::client();
        let in_our_header = http.get(format!("{}/api/v1/me", app.base)).header("x-drawbridge-api-key", &admin.key);
        assert_eq!(in_our_header.send().await.unwrap().status(), 200);
    }

    async fn the_audit_log_is_found_by_its_filters(app: &App) {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        let client = app.mcp("fixture", &eve, Era::Modern).await;
        let before = app.env.now();
        let echo = client.echo("x").await;
        client.call("fail", json!({ "message": "no", "kind": "tool" })).await;
        let api = app.api(&admin);
        let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let count = async |query: &str| api.rows(&format!("/audit?limit=200&{query}")).await.len();
        let calls = format!("from={}&server={server}", time(before));
        assert_eq!(count(&calls).await, 4, "two calls, two entries each");
        for (filter, expected) in [
            ("action=tool_call_admitted", 2),
            ("action=tool_call_failure", 1),
            ("outcome=failure", 1),
            ("outcome=denied", 0),
            ("tool=echo", 2),
            ("tool=delete_file", 0),
            (&format!("client={}", crate::harness::mcp::CLIENT.0), 4),
            ("client=other", 0),
            (&format!("actor={}", eve.id), 4),
            (&format!("actor={}", admin.id), 0),
            (&format!("correlation={}", echo.reply.correlation()), 2),
            ("resource_kind=server", 4),
            ("resource_kind=group", 0),
            (&format!("resource={server}"), 4),
            (&format!("to={}", time(before)), 0),
            (&format!("to={}&action=tool_call_success", time(before + chrono::TimeDelta::hours(1))), 1),
        ] {
            assert_eq!(count(&format!("{calls}&{filter}")).await, expected, "{filter}");
        }
    }

    async fn lists_come_in_pages(app: &App) {
        let admin = app.admin().await;
        let api = app.api(&admin);
        for number in 0..5 {
            api.post("/users", &json!({ "email": format!("u{number}@example.com"), "name": format!("U{number}") })).await.expect(201);
        }
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let path = cursor.map_or("/users?limit=2".to_owned(), |cursor| format!("/users?limit=2&cursor={cursor}"));
            let page = api.get(&path).await.expect(200);
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= 2);
            seen.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["Ada", "U0", "U1", "U2", "U3", "U4"]);
    }
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                into.push(reference.clone());
            }
            members.values().for_each(|value| collect_references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, into)),
        _ => {}
    }
}
