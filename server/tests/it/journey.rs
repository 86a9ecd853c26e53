//! The main job: request → test → approve → governed call → audit, by REST and MCP, as an administrator and an employee.

use domain::{AuditAction, AuditFilter};
use rmcp::model::CallToolRequestParams;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::{Api, Browser};
use crate::harness::mcp::{CLIENT, Era, sdk};
use crate::harness::{App, PASSWORD, on_both_engines};

const SECRET: &str = "fixture-credential-7f3a";

async fn fixture() -> Fixture {
    let require_header = Some(("X-Api-Key".to_owned(), SECRET.to_owned()));
    Fixture::spawn(FixtureOptions { require_header, ..FixtureOptions::default() }).await.expect("an MCP server")
}

/// The secret of a one-time link.
fn token(link: &str) -> &str {
    link.rsplit(['/', '=']).next().expect("a link has parts")
}

/// Uses a one-time link in a new browser.
async fn accept(app: &App, link: &str, fields: &[(&str, &str)]) -> Browser {
    let mut browser = app.browser();
    // The link is an address of the console that works as it was handed over.
    let path = link.strip_prefix(&app.base).expect("a link to this installation");
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{link} is a page: {}", page.header("location"));
    assert!(page.text().contains("name=\"password\""), "the page asks for a password");
    let mut all = vec![("token", token(link)), ("password", PASSWORD)];
    all.extend(fields);
    let reply = browser.call("session/accept-link", &all).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    browser.keep_cookie(&reply);
    browser
}

/// Makes a key in the browser: the way to the first one.
async fn first_key(app: &App, browser: &Browser) -> Api {
    let reply = browser.call("keys/create", &[("name", "laptop"), ("expires", "30")]).await;
    let secret = reply.expect(200)["secret"].as_str().expect("the secret, once").to_owned();
    assert!(secret.starts_with("dbk_"));
    app.api_with(&secret)
}

/// The request of a server, with everything that product and form ask for.
fn request(fixture: &Fixture) -> Value {
    json!({
        "kind": "server", "name": "Fixture", "slug": "fixture", "description": "Tools of the test kit",
        "transport": "streamable_http", "url": fixture.url(), "auth": "api_key",
        "headers": [{ "name": "X-Api-Key", "value": SECRET }],
        "why_needed": "We triage issues by hand today.", "use_case": "Triage of incoming issues",
        "expected_value": "An hour a day", "alternatives_considered": "Scripts; nobody maintains them", "urgent": true,
    })
}

on_both_engines! {
    async fn from_setup_to_a_governed_call(app: &App) {
        let fixture = fixture().await;

        // The first administrator comes in by the setup link, which works once.
        let setup = app.services.create_setup_link(&app.operator()).await.unwrap().expect("there is no administrator");
        let browser = accept(app, &setup.url, &[("name", "Ada Admin"), ("email", "ada@example.com")]).await;
        let again = app.browser().call("session/accept-link", &[("token", token(&setup.url)), ("password", PASSWORD),
            ("name", "Mallory"), ("email", "mallory@example.com")]).await;
        assert_eq!(again.status, 404, "{}", again.text());
        assert!(app.services.create_setup_link(&app.operator()).await.unwrap().is_none(), "it dies with the first one");
        let admin = first_key(app, &browser).await;
        let me = admin.get("/me").await.expect(200);
        assert_eq!((&me["user"]["name"], &me["user"]["role"]), (&json!("Ada Admin"), &json!("super_admin")));

        // An employee is invited by link.
        let invited = admin.post("/users", &json!({
            "email": "eve@example.com", "name": "Eve Employee", "department": "Support", "title": "Agent", "team": "EU",
        })).await.expect(201);
        let browser = accept(app, invited["link"]["url"].as_str().unwrap(), &[]).await;
        let eve = first_key(app, &browser).await;
        let eve_id = eve.get("/me").await.expect(200)["user"]["id"].clone();

        // She asks for a server; all that is wrong is named at once, and a similar request is a duplicate.
        let wrong = eve.post("/requests", &json!({ "kind": "server", "url": "nonsense", "transport": "stdio" })).await;
        assert_eq!(wrong.header("content-type"), "application/problem+json");
        let wrong = wrong.expect(422);
        for field in ["name", "url", "transport", "why_needed"] {
            let fields = wrong["fields"].as_array().unwrap();
            assert!(fields.iter().any(|f| f["field"] == field), "{field}: {wrong:#}");
        }
        let asked = eve.post("/requests", &request(&fixture)).await.expect(201);
        assert_eq!((&asked["state"], &asked["header_names"]), (&json!("pending"), &json!(["X-Api-Key"])));
        let id = asked["id"].as_str().unwrap();
        let twice = eve.post("/requests", &request(&fixture)).await.expect(409);
        assert_eq!(twice["code"], "duplicate", "{twice:#}");
        for forbidden in ["test", "approve", "reject"] {
            let body = json!({ "scope": "server", "issue": "x", "what_to_fix": "y" });
            let reply = eve.post(&format!("/requests/{id}/{forbidden}"), &body).await;
            assert_eq!(reply.status, 403, "{forbidden}: {}", reply.text());
        }

        // The administrator finds it, and cannot approve what was not tested.
        let inbox = admin.rows("/requests?state=pending").await;
        assert_eq!(inbox.len(), 1);
        assert_eq!(admin.get("/me").await.expect(200)["pending_requests"], 1);
        let untested = admin.post(&format!("/requests/{id}/approve"), &json!({ "scope": "server" })).await.expect(409);
        assert!(untested["detail"].as_str().unwrap().contains("test"), "{untested:#}");
        let report = admin.post(&format!("/requests/{id}/test"), &json!({})).await.expect(200);
        assert_eq!(report["ok"], true, "{report:#}");
        assert!(report["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "echo"));
        let changed = json!({ "scope": "server", "definitions_digest": "0".repeat(64) });
        admin.post(&format!("/requests/{id}/approve"), &changed).await.expect(409);

        // Approved for two tools.
        let approval = json!({
            "scope": { "tools": ["echo", "add"] }, "definitions_digest": report["definitions_digest"], "notes": "Enjoy",
        });
        let approved = admin.post(&format!("/requests/{id}/approve"), &approval).await.expect(200);
        assert_eq!(approved["state"], "approved");
        let second = admin.post(&format!("/requests/{id}/approve"), &approval).await.expect(409);
        assert_eq!(second["code"], "request_decided", "{second:#}");

        // She hears of it and finds the server among her connectors.
        let notices = eve.rows("/notifications").await;
        assert!(notices.iter().any(|n| n["kind"] == "request_approved"), "{notices:#?}");
        let connector = eve.get("/connectors/fixture").await.expect(200);
        assert_eq!(connector["proxy_url"], app.mcp_url("fixture"));
        assert_eq!(connector["server"]["header_names"], json!([]), "how it is reached is not hers to know");
        let history = eve.get(&format!("/requests/{id}/history")).await.expect(200);
        let what: Vec<_> = history["data"].as_array().unwrap().iter().map(|line| line["what"].clone()).collect();
        assert_eq!(what, ["Requested", "Connection tested", "Approved"]);

        // Her clients list and call tools in both generations; what the rule does not cover is neither there nor callable.
        let key = eve.key.clone().unwrap();
        for era in Era::BOTH {
            let client = sdk(app.http.clone(), &app.mcp_url("fixture"), &key, era).await.expect("the SDK connects");
            let mut tools: Vec<_> = client.list_all_tools().await.unwrap().into_iter().map(|t| t.name).collect();
            tools.sort();
            assert_eq!(tools, ["add", "echo"], "{era:?}");
            let arguments = json!({ "message": "ahoy" }).as_object().unwrap().clone();
            let call = CallToolRequestParams::new("echo").with_arguments(arguments);
            let result = client.call_tool(call).await.expect("the call succeeds");
            assert_eq!(result.content[0].as_text().unwrap().text, "ahoy", "{era:?}");
            let denied = client.call_tool(CallToolRequestParams::new("delete_file")).await.expect_err("not covered");
            assert!(denied.to_string().contains("Unknown tool: delete_file"), "{era:?}: {denied}");
            client.cancel().await.ok();
        }
        assert_eq!(fixture.calls("delete_file"), 0);

        // Every step is in the audit log, in order, by its name.
        let actions: Vec<_> = app.entries(AuditFilter::default()).await.iter().map(|e| e.row.action).collect();
        let mut left = actions.iter();
        for step in [
            AuditAction::SetupLinkCreated, AuditAction::UserCreated, AuditAction::AuthSuccess, AuditAction::ApiKeyCreated,
            AuditAction::UserInvited, AuditAction::UserActivated, AuditAction::ApiKeyCreated, AuditAction::ServerRequested,
            AuditAction::AccessDenied, AuditAction::ServerTested, AuditAction::ServerCreated, AuditAction::DefinitionsPinned,
            AuditAction::PolicyCreated, AuditAction::ServerApproved, AuditAction::ToolCallAdmitted,
            AuditAction::ToolCallSuccess, AuditAction::AccessDenied, AuditAction::ToolCallAdmitted,
            AuditAction::ToolCallSuccess, AuditAction::AccessDenied,
        ] {
            assert!(left.any(|action| *action == step), "{step} is missing, or comes too early: {actions:?}");
        }

        // Each sees what is theirs: the administrator everything, the employee what she did.
        let all = admin.rows("/audit?limit=200").await;
        assert!(all.iter().any(|row| row["actor"]["name"] == "Ada Admin") && all.iter().any(|row| row["actor"]["id"] == eve_id));
        let own = eve.rows("/audit?limit=200").await;
        assert!(!own.is_empty() && own.iter().all(|row| row["actor"]["id"] == eve_id), "{own:#?}");
        let others = all.iter().find(|row| row["action"] == "server_approved").unwrap()["id"].as_str().unwrap();
        admin.get(&format!("/audit/{others}")).await.expect(200);
        eve.get(&format!("/audit/{others}")).await.expect(404);
    }

    async fn a_call_is_recorded_before_the_server_hears_of_it(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("X-Api-Key", SECRET)]).await;
        app.allow(&admin, &eve, server, json!("all")).await;
        for (calls, era) in (1..).zip(Era::BOTH) {
            let client = app.mcp("fixture", &eve, era).await;
            fixture.hold();
            let call = tokio::spawn(async move { client.echo("ahoy").await });
            fixture.wait_for_calls("echo", calls).await.unwrap();
            // The server has the call and says nothing yet: its admission is durable, its outcome is not there.
            let admitted = app.newest(AuditAction::ToolCallAdmitted).await;
            let correlation = admitted.row.correlation_id.to_string();
            assert_eq!(app.caused_by(&correlation).await.len(), 1, "{era:?}");
            fixture.release();

            let answer = call.await.unwrap();
            assert_eq!(answer.text(), "ahoy");
            assert_eq!(answer.reply.correlation(), correlation, "the answer names what it left in the log");
            let entries = app.caused_by(&correlation).await;
            let [before, after] = &entries[..] else { panic!("an admission and an outcome: {entries:#?}") };
            assert_eq!(before, &admitted, "the admission is never changed");
            assert_eq!(after.row.action, AuditAction::ToolCallSuccess);
            for entry in &entries {
                assert_eq!(entry.row.actor.id, Some(eve.id));
                assert_eq!(entry.row.server.as_deref(), Some("fixture"));
                assert_eq!(entry.row.server_id, Some(server));
                assert_eq!(entry.row.tool.as_deref(), Some("echo"));
                assert_eq!(entry.row.client_name.as_deref(), Some(CLIENT.0), "{era:?}");
                assert_eq!(entry.row.client_version.as_deref(), Some(CLIENT.1), "{era:?}");
                assert_eq!(entry.row.ip.as_deref(), Some("127.0.0.1"));
                assert_eq!(entry.row.decision, Some(domain::Decision::Allow));
                assert_eq!(entry.rules.len(), 1);
            }
            assert_eq!(before.args.as_deref(), Some(r#"{"message":"ahoy"}"#));
            assert!(after.result.as_deref().unwrap().contains("ahoy"));
            assert!(after.row.latency_us.unwrap() > 0 && after.row.at >= before.row.at);
            let related = app.api(&eve).rows(&format!("/audit/related/{correlation}")).await;
            assert_eq!(related.len(), 2);
        }
    }

    async fn every_answer_reaches_its_own_caller(app: &App) {
        let fixture = fixture().await;
        let admin = app.admin().await;
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("X-Api-Key", SECRET)]).await;
        let mut calls = Vec::new();
        for name in ["Eve", "Bob", "Cy"] {
            let person = app.person(name, domain::Role::User).await;
            app.allow(&admin, &person, server, json!("all")).await;
            for era in Era::BOTH {
                for number in 0..10 {
                    // Every client begins with the same id.
                    let client = app.mcp("fixture", &person, era).await;
                    let text = format!("{name} {era:?} {number}");
                    calls.push(tokio::spawn(async move {
                        let answer = client.echo(&text).await;
                        (text, answer)
                    }));
                }
            }
        }
        for call in calls {
            let (text, answer) = call.await.unwrap();
            assert_eq!(answer.text(), text);
            let entries = app.caused_by(answer.reply.correlation()).await;
            assert_eq!(entries.len(), 2, "{text}");
            assert!(text.starts_with(&entries[0].row.actor.name), "{text}: {entries:#?}");
            assert!(entries[1].result.as_deref().unwrap().contains(&text), "{text}");
        }
    }

    async fn resources_prompts_and_completions_are_governed_and_recorded(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "fixture", &fixture.url(), &[("X-Api-Key", SECRET)]).await;
        let whole = app.allow(&admin, &eve, server, json!("all")).await;
        let requests = [
            ("resources/read", json!({ "uri": "test://static-text" }), AuditAction::ResourceReadSuccess),
            ("prompts/get", json!({ "name": "test_simple_prompt" }), AuditAction::PromptGetSuccess),
            ("completion/complete", json!({
                "ref": { "type": "ref/prompt", "name": "test_prompt_with_arguments" },
                "argument": { "name": "arg1", "value": "par" },
            }), AuditAction::CompletionSuccess),
        ];
        for era in Era::BOTH {
            let client = app.mcp("fixture", &eve, era).await;
            for (method, params, action) in &requests {
                let answer = client.request(method, params.clone()).await;
                answer.result();
                let entries = app.caused_by(answer.reply.correlation()).await;
                assert_eq!(entries.last().map(|e| e.row.action), Some(*action), "{era:?} {method}");
                assert_eq!(entries.len(), 2, "{era:?} {method}");
            }
        }
        // A rule for tools opens none of these.
        app.api(&admin).delete(&format!("/rules/{whole}")).await.expect(204);
        app.allow(&admin, &eve, server, json!(["*"])).await;
        let before = fixture.received().len();
        for era in Era::BOTH {
            let client = app.unconnected("fixture", &eve, era);
            for (method, params, _) in &requests {
                let answer = client.request(method, params.clone()).await;
                assert!(answer.error() < 0, "{era:?} {method}: as if it did not exist");
                let entries = app.caused_by(answer.reply.correlation()).await;
                assert_eq!(entries.last().map(|e| e.row.action), Some(AuditAction::AccessDenied), "{era:?} {method}");
            }
        }
        assert_eq!(fixture.received().len(), before, "the server hears nothing of it");
    }

    async fn who_has_no_rule_cannot_learn_that_a_server_exists(app: &App) {
        let fixture = fixture().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        app.add_server(&admin, "fixture", &fixture.url(), &[("X-Api-Key", SECRET)]).await;
        let before = fixture.received().len();
        for era in Era::BOTH {
            let there = app.unconnected("fixture", &eve, era).echo("x").await.reply;
            let nowhere = app.unconnected("nowhere", &eve, era).echo("x").await.reply;
            assert_eq!(there.status, 404);
            assert_eq!((there.status, &there.body), (nowhere.status, &nowhere.body), "{era:?}");
            let names = |reply: &crate::harness::http::Reply| -> Vec<String> {
                reply.headers.keys().map(ToString::to_string).collect()
            };
            assert_eq!(names(&there), names(&nowhere));
            // The log knows the difference.
            let denied = app.caused_by(there.correlation()).await.pop().expect("a denial is recorded");
            assert_eq!((denied.row.action, denied.row.server.as_deref()), (AuditAction::AccessDenied, Some("fixture")));
            let denied = app.caused_by(nowhere.correlation()).await.pop().expect("a denial is recorded");
            assert_eq!((denied.row.action, denied.row.server_id), (AuditAction::AccessDenied, None));
        }
        assert_eq!(fixture.received().len(), before, "the server hears nothing of it");
        assert!(app.api(&eve).rows("/connectors").await.is_empty());
        app.api(&eve).get("/connectors/fixture").await.expect(404);
    }
}
