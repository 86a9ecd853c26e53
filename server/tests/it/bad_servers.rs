//! MCP servers that misbehave: each call gets a clear error and an outcome in the log, in time and in bounded memory.

use std::time::{Duration, Instant};

use domain::{AuditAction, Outcome, Role};
use futures_util::StreamExt as _;
use serde_json::json;
use testkit::fixture::broken::{Broken, Fault, Framing, When};

use crate::harness::mcp::{Era, Mcp, events};
use crate::harness::process::{Server, run};
use crate::harness::{App, PASSWORD, Place, on_both_engines};

/// What a call to a broken server comes to.
struct Expected {
    fault: Fault,
    code: i64,
    says: &'static str,
}

fn faults() -> Vec<Expected> {
    let redirect = "http://127.0.0.1:1/elsewhere".to_owned();
    vec![
        Expected { fault: Fault::Html, code: 10_502, says: "not MCP (200 OK, text/html)" },
        Expected { fault: Fault::NotFound, code: 10_502, says: "not MCP (404" },
        Expected { fault: Fault::NotMcp, code: 10_502, says: "not MCP" },
        Expected { fault: Fault::MalformedJson, code: 10_502, says: "not MCP" },
        Expected { fault: Fault::CutOff, code: 10_502, says: "broke off" },
        Expected { fault: Fault::Redirect { to: redirect }, code: 10_502, says: "redirects" },
        Expected { fault: Fault::ServerError, code: 10_502, says: "500" },
    ]
}

on_both_engines! {
    async fn every_fault_has_its_error_and_its_outcome(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (number, Expected { fault, code, says }) in faults().into_iter().enumerate() {
            let broken = Broken::spawn(fault.clone(), When::ToolsCall).await.unwrap();
            let slug = format!("broken-{number}");
            let server = app.add_server(&admin, &slug, &broken.url(), &[]).await;
            app.allow(&admin, &eve, server, json!("all")).await;
            for era in Era::BOTH {
                let client = app.mcp(&slug, &eve, era).await;
                let answer = client.call("broken", json!({})).await;
                assert_eq!(answer.error(), code, "{fault:?} {era:?}: {}", answer.reply.text());
                assert!(answer.error_message().contains(says), "{fault:?} {era:?}: {}", answer.error_message());
                assert!(answer.message["id"].is_number(), "{fault:?} {era:?}: it answers the very request");
                let entries = app.caused_by(answer.reply.correlation()).await;
                let [admitted, outcome] = &entries[..] else { panic!("two entries: {entries:#?}") };
                assert_eq!(admitted.row.action, AuditAction::ToolCallAdmitted);
                assert_eq!((outcome.row.action, outcome.row.outcome), (AuditAction::ToolCallFailure, Outcome::Failure));
                assert!(outcome.error.as_deref().unwrap_or_default().contains(says), "{fault:?}: {:?}", outcome.error);
            }
        }
    }

    async fn a_server_that_is_gone(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let broken = Broken::spawn(Fault::Html, When::ToolsCall).await.unwrap();
        let server = app.add_server(&admin, "gone", &broken.url(), &[]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        let clients = [app.mcp("gone", &eve, Era::Legacy).await, app.mcp("gone", &eve, Era::Modern).await];
        broken.shutdown().await;
        for client in clients {
            let answer = client.call("broken", json!({})).await;
            assert_eq!(answer.error(), 10_502, "{:?}", client.era);
            assert!(answer.error_message().contains("cannot be reached"), "{}", answer.error_message());
            let outcome = app.caused_by(answer.reply.correlation()).await.pop().unwrap();
            assert_eq!(outcome.row.action, AuditAction::ToolCallFailure);
        }
        let detail = crate::harness::eventually("the health is noted", async || {
            let detail = app.api(&admin).get(&format!("/servers/{server}")).await.expect(200);
            (detail["server"]["health"] == "error").then_some(detail)
        })
        .await;
        assert!(detail["server"]["health_detail"].as_str().unwrap().contains("cannot be reached"));
    }

    async fn a_result_that_is_none_is_passed_on_as_the_server_said_it(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let broken = Broken::spawn(Fault::WrongShape, When::ToolsCall).await.unwrap();
        let server = app.add_server(&admin, "odd", &broken.url(), &[]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        for era in Era::BOTH {
            let answer = app.mcp("odd", &eve, era).await.call("broken", json!({})).await;
            let odd = &answer.message;
            assert!(odd["result"] == "surprise" || odd["error"]["code"] == 10_502, "{}", answer.reply.text());
            let outcome = app.caused_by(answer.reply.correlation()).await.pop().unwrap();
            assert!(outcome.row.action.is_call_outcome(), "{outcome:?}");
        }
    }

    async fn connection_tests_say_what_is_wrong(app: &App) {
        let admin = app.admin().await;
        let api = app.api(&admin);
        let metadata = "https://auth.example/.well-known/oauth-protected-resource".to_owned();
        let unreachable = {
            let gone = Broken::spawn(Fault::Html, When::Always).await.unwrap();
            let url = gone.url();
            gone.shutdown().await;
            url
        };
        let mut kept = Vec::new();
        let mut cases = vec![("gone".to_owned(), unreachable, "reachable")];
        for (slug, fault, step) in [
            ("html", Fault::Html, "handshake"),
            ("notfound", Fault::NotFound, "handshake"),
            ("oauth", Fault::Unauthorized { resource_metadata: metadata }, "authentication"),
            ("notmcp", Fault::NotMcp, "handshake"),
            ("error", Fault::ServerError, "handshake"),
        ] {
            let broken = Broken::spawn(fault, When::Always).await.unwrap();
            cases.push((slug.to_owned(), broken.url(), step));
            kept.push(broken);
        }
        let tls = testkit::fixture::broken::self_signed_tls().await.unwrap();
        cases.push(("tls".to_owned(), tls.url(), "tls"));
        let empty = testkit::fixture::broken::no_tools().await.unwrap();
        cases.push(("empty".to_owned(), empty.url(), "tools"));
        for (slug, url, step) in cases {
            let server = api.post("/servers", &json!({ "name": slug, "slug": slug, "url": url })).await.expect(201);
            let id = server["id"].as_str().unwrap();
            let report = api.post(&format!("/servers/{id}/test"), &json!({})).await.expect(200);
            assert_eq!(report["ok"], false, "{slug}");
            let failed: Vec<_> = report["steps"].as_array().unwrap().iter().filter(|s| s["state"] == "failed").collect();
            assert_eq!(failed.len(), 1, "{slug}: {report:#}");
            assert_eq!(failed[0]["step"], step, "{slug}: {report:#}");
            assert!(failed[0]["advice"].as_str().is_some_and(|advice| advice.len() > 10), "{slug}: {report:#}");
            assert!(report["definitions_digest"].is_null(), "{slug}");
            let pin = json!({ "definitions_digest": "0".repeat(64) });
            api.post(&format!("/servers/{id}/pin"), &pin).await.expect(409);
        }
    }
}

/// With deadlines short enough to wait for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_costs_a_deadline_and_no_more() {
    let place = Place::new(store::Engine::Sqlite).await;
    let app = App::start_with(place, |args| args.upstream_timeout = 1).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let broken = Broken::spawn(Fault::Hang, When::ToolsCall).await.unwrap();
    let server = app.add_server(&admin, "hangs", &broken.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    for era in Era::BOTH {
        let client = app.mcp("hangs", &eve, era).await;
        let begun = Instant::now();
        let answer = client.call("broken", json!({})).await;
        assert_eq!(answer.error(), 10_504, "{era:?}: {}", answer.reply.text());
        assert!(begun.elapsed() < Duration::from_secs(10), "{era:?}: {:?}", begun.elapsed());
        let outcome = app.caused_by(answer.reply.correlation()).await.pop().unwrap();
        assert_eq!((outcome.row.action, outcome.row.outcome), (AuditAction::ToolCallFailure, Outcome::Failure));
        assert!(outcome.row.latency_us.unwrap() >= 900_000, "{outcome:?}");
    }
    app.finish().await;
}

/// Without the development setting no server on this machine is reached, whatever its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loopback_is_refused_unless_it_is_allowed() {
    let place = Place::new(store::Engine::Sqlite).await;
    let app = App::start_with(place, |args| args.allow_loopback = false).await;
    let admin = app.admin().await;
    let fixture = testkit::fixture::Fixture::spawn(testkit::fixture::FixtureOptions::default()).await.unwrap();
    let port = fixture.addr().port();
    for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        let url = format!("http://{host}:{port}/mcp");
        let reply = app.api(&admin).post("/servers", &json!({ "name": "Loop", "url": url })).await;
        if reply.status == 201 {
            // An address that only resolves to this machine shows when it is connected to.
            let id = reply.json()["id"].as_str().unwrap().to_owned();
            let report = app.api(&admin).post(&format!("/servers/{id}/test"), &json!({})).await.expect(200);
            assert_eq!(report["ok"], false, "{host}: {report:#}");
            app.api(&admin).delete(&format!("/servers/{id}")).await.expect(204);
        } else {
            assert_eq!(reply.status, 422, "{host}: {}", reply.text());
        }
    }
    assert!(fixture.received().is_empty(), "nothing was sent: {:?}", fixture.received());
    app.finish().await;
}

/// In a process of its own, whose memory can be measured.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_200_megabytes_is_cut_in_bounded_memory() {
    const HUGE: u64 = 200 << 20;
    /// What may be added while such an answer passes: buffers of one answer, and what the allocator keeps of them.
    const ALLOWED: u64 = 48 << 20;
    let place = Place::new(store::Engine::Sqlite).await;
    let created = run(
        &place,
        &["user", "create", "--email", "ada@example.com", "--name", "Ada", "--admin", "--password-stdin"],
        PASSWORD,
    )
    .await;
    created.printed();
    let key = run(&place, &["key", "create", "--user", "ada@example.com", "--name", "test"], "").await;
    let key = key.printed().to_owned();
    let program = Server::start(&place, &[]).await;
    let http = crate::harness::http::client();
    let api = crate::harness::http::Api { http: http.clone(), base: program.base.clone(), key: Some(key.clone()) };
    let me = api.get("/me").await.expect(200)["user"]["id"].clone();

    for (slug, framing) in [("huge-json", Framing::Json), ("huge-events", Framing::EventStream)] {
        let broken = Broken::spawn(Fault::Huge { bytes: HUGE, framing }, When::ToolsCall).await.unwrap();
        let made = api.post("/servers", &json!({ "name": slug, "slug": slug, "url": broken.url() })).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let report = api.post(&format!("/servers/{id}/test"), &json!({})).await.expect(200);
        api.post(&format!("/servers/{id}/pin"), &json!({ "definitions_digest": report["definitions_digest"] }))
            .await
            .expect(200);
        let rule = json!({ "principal": { "type": "user", "ids": [me] }, "effect": "allow", "servers": [id] });
        api.post("/rules", &rule).await.expect(201);
        for era in Era::BOTH {
            let mut client = Mcp::new(http.clone(), format!("{}/mcp/{slug}", program.base), key.clone(), era);
            client.connect().await;
            let (before, _) = program.memory();
            let message = client.message("tools/call", json!({ "name": "broken", "arguments": {} }));
            let response = client.prepared(&message).send().await.unwrap();
            let correlation = response.headers()["x-drawbridge-correlation-id"].to_str().unwrap().to_owned();
            let (mut length, mut whole, mut tail) = (0_u64, true, Vec::new());
            let mut body = response.bytes_stream();
            while let Some(chunk) = body.next().await {
                let Ok(chunk) = chunk else {
                    whole = false;
                    break;
                };
                length += chunk.len() as u64;
                tail.extend_from_slice(&chunk);
                let keep = tail.len().saturating_sub(8 << 10);
                tail.drain(..keep);
            }
            assert!(length < HUGE, "{slug} {era:?}: it is cut, but {length} bytes came");
            match framing {
                // JSON cannot say that something is missing, so the connection is cut off.
                Framing::Json => assert!(!whole, "{slug} {era:?}"),
                Framing::EventStream => {
                    let text = String::from_utf8(tail).unwrap();
                    let error =
                        events(&text).pop().unwrap_or_else(|| panic!("the stream ends with an error: {text:.200}"));
                    assert_eq!((&error["id"], &error["error"]["code"]), (&message["id"], &json!(10_507)), "{era:?}");
                }
            }
            let (_, most) = program.memory();
            assert!(most.saturating_sub(before) < ALLOWED, "{slug} {era:?}: {before} bytes before, at most {most}");
            let outcome = crate::harness::eventually("the outcome is recorded", async || {
                let rows = api.rows(&format!("/audit/related/{correlation}")).await;
                rows.into_iter().find(|row| row["action"] == "tool_call_failure")
            })
            .await;
            let entry = api.get(&format!("/audit/{}", outcome["id"].as_str().unwrap())).await.expect(200);
            assert!(entry["error"].as_str().unwrap().contains("larger than"), "{entry:#}");
        }
    }
}

on_both_engines! {
    async fn a_large_answer_within_the_limit_passes_whole(app: &App) {
        let fixture = testkit::fixture::Fixture::spawn(testkit::fixture::FixtureOptions {
            json_answers: true,
            ..testkit::fixture::FixtureOptions::default()
        })
        .await
        .unwrap();
        let (admin, eve) = (app.admin().await, app.person("Bo", Role::User).await);
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        // 3 MB fit into the buffers; JSON of 10 MB is streamed.
        for (era, bytes) in [(Era::Legacy, 3_000_000), (Era::Modern, 3_000_000), (Era::Modern, 10_000_000)] {
            let client = app.mcp("fixture", &eve, era).await;
            let answer = client.call("big_result", json!({ "bytes": bytes })).await;
            assert_eq!(answer.text().len(), bytes, "{era:?}");
            let outcome = app.caused_by(answer.reply.correlation()).await.pop().unwrap();
            assert_eq!(outcome.row.action, AuditAction::ToolCallSuccess, "{era:?} {bytes}");
            assert!(outcome.result.as_deref().unwrap().len() <= 64 << 10, "{era:?}: the log keeps the beginning");
            assert!(outcome.cut.is_some(), "{era:?}: and says so: {outcome:?}");
        }
    }
}
