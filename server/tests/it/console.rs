//! The console as a browser sees it: sessions, forms, headers.

use chrono::TimeDelta;
use domain::AuditAction;
use http::Method;
use serde_json::json;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::{Browser, Reply};
use crate::harness::mcp::Era;
use crate::harness::{App, PASSWORD, Place, on_both_engines};

async fn send(request: reqwest::RequestBuilder) -> Reply {
    Reply::read(request.send().await.expect("an answer")).await
}

/// A page's address with something in place of its parameters.
fn filled(page: &str) -> String {
    page.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

async fn groups(app: &App, admin: &crate::harness::Person) -> usize {
    app.api(admin).rows("/groups").await.len()
}

on_both_engines! {
    async fn visitors_are_led_to_the_sign_in(app: &App) {
        let visitor = app.browser();
        let where_to_begin = "There is no administrator yet";
        assert!(visitor.get("/login").await.text().contains(where_to_begin));
        app.admin().await;
        assert!(!visitor.get("/login").await.text().contains(where_to_begin));
        let pages = app::pages();
        assert!(pages.len() > 20, "{pages:?}");
        for page in pages {
            let reply = visitor.get(&filled(&page)).await;
            if app::PUBLIC_PAGES.contains(&page.as_str()) {
                assert_eq!(reply.status, if page == "/login" { 200 } else { reply.status }, "{page}");
                assert_ne!(reply.status, 303, "{page} is for visitors");
            } else {
                assert_eq!(reply.status, 303, "{page}");
                assert!(reply.header("location").starts_with("/login"), "{page}: {}", reply.header("location"));
            }
        }
        // What is behind an address that does not exist is not for visitors either.
        assert_eq!(visitor.get("/no/such/page").await.status, 303);
        let forged = Browser { cookie: Some(format!("__Host-drawbridge=dbs_{}", "A".repeat(43))), ..visitor };
        assert_eq!(forged.get("/users").await.status, 303);
    }

    async fn a_denial_says_by_which_rule_or_where_to_ask(app: &App) {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "quiet", &fixture.url(), &[]).await;
        let (ada, browser) = (app.signed_in(&admin).await, app.signed_in(&eve).await);
        let denied = async || {
            app.unconnected("quiet", &eve, Era::Modern).echo("x").await;
            format!("/audit/{}", app.newest(AuditAction::AccessDenied).await.row.id)
        };
        let unmentioned = denied().await;
        let ask = format!("/requests/new?server={server}");
        assert!(browser.get(&unmentioned).await.text().contains(&ask));
        assert!(!ada.get(&unmentioned).await.text().contains(&ask), "it is not hers to ask for");

        let rule = json!({ "principal": { "type": "everyone" }, "effect": "deny", "servers": [server] });
        let rule = app.api(&admin).post("/rules", &rule).await.expect(201);
        let policy = format!("/policies/{}", rule["id"].as_str().unwrap());
        let by_rule = denied().await;
        for (who, manages) in [(&ada, true), (&browser, false)] {
            let page = who.get(&by_rule).await.text();
            // Rules tell of colleagues and reasons: others get the id, to tell it to somebody who may read the rule.
            assert_eq!(page.contains("Deny · Everyone · "), manages, "{page}");
            assert!(page.contains(rule["id"].as_str().unwrap()), "{page}");
            assert_eq!(page.contains(&policy), manages);
            assert!(!page.contains(&ask), "a rule denies it to all");
        }

        // An explanation of the past says what it goes by.
        let asked = format!("/policies/explain?person={}&server={server}&name=echo", eve.id);
        for (at, past) in [("", false), ("&at=2020-01-01T00:00:00Z", true)] {
            let page = ada.get(&format!("{asked}{at}")).await.text();
            assert!(page.contains("Denied: "), "{page}");
            assert_eq!(page.contains("Decided by the rules of that time."), past, "{at}");
        }

        // The history of a rule stays where the audit log leads to when the rule is gone.
        let there = ada.get(&policy).await.text();
        assert!(there.contains("dialog=delete") && !there.contains("This rule is deleted"), "{there}");
        app.api(&admin).send(Method::DELETE, &policy.replace("policies", "rules"), None).await.expect(204);
        let gone = ada.get(&policy).await;
        let page = gone.text();
        assert_eq!(gone.status, 200, "{page}");
        for words in ["This rule is deleted", "History", "Version 2 · deleted"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("dialog=delete"), "{page}");
        assert_eq!(browser.get(&policy).await.status, 403);
        assert_eq!(ada.get("/policies/rul_01900000000070008000000000000001").await.status, 404);
    }

    async fn pages_are_whole_without_javascript(app: &App) {
        let stage = crate::stage::Stage::set(app).await;
        let (admin, employee) = (app.signed_in(&stage.admin).await, app.signed_in(&stage.employee).await);
        for page in app::pages() {
            let id = match page.split('/').nth(1).unwrap_or_default() {
                "users" => stage.target.id.to_string(),
                "groups" => stage.group.clone(),
                "servers" => stage.server.clone(),
                "policies" => stage.rule.clone(),
                "requests" | "inbox" => stage.requests[0].clone(),
                "audit" => stage.event.clone(),
                _ => "stage".to_owned(),
            };
            let path = page.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part }).collect::<Vec<_>>().join("/");
            if app::PUBLIC_PAGES.contains(&page.as_str()) || matches!(page.as_str(), "/catalog/entry" | "/connectors/{slug}") {
                continue;
            }
            let reply = admin.get(&path).await;
            assert_eq!(reply.status, 200, "{path}: {:.500}", reply.text());
            let text = reply.text();
            assert!(text.contains("<h1"), "{path} has its heading");
            assert!(!text.contains(" style=\""), "{path}: the policy forbids inline styles");
            let nonce = reply.header("content-security-policy").split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            for script in text.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                assert!(tag.contains(&nonce) || tag.contains("src=") , "{path}: a script without nonce: {tag}");
            }
            // Administrators' pages say no to others, and never a fault.
            let other = employee.get(&path).await;
            assert!(matches!(other.status, 200 | 403 | 404), "{path}: {}", other.status);
        }
        assert_eq!(admin.get("/no/such/page").await.status, 404);
        assert_eq!(admin.get("/users/nonsense").await.status, 404);
        for forbidden in ["/users", "/groups", "/servers", "/policies", "/inbox"] {
            let reply = employee.get(forbidden).await;
            assert!(matches!(reply.status, 403 | 404), "{forbidden}: {}", reply.status);
            assert!(!reply.text().contains("target@example.com"), "{forbidden}");
        }
    }

    async fn a_rejected_request_is_sent_again_by_the_names_of_its_headers(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        let asked = json!({
            "name": "Tracker", "url": "http://127.0.0.1:9/mcp", "auth": "api_key", "why_needed": "w", "use_case": "u",
            "expected_value": "e", "headers": [{ "name": "X-Tracker-Key", "value": "planted-value" }],
            "env": [{ "name": "TRACKER_REGION", "value": "planted-value" }],
        });
        let made = app.api(&employee).post("/requests", &asked).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let reason = json!({ "reason": "This reason is long enough to be of use to somebody." });
        app.api(&admin).post(&format!("/requests/{id}/reject"), &reason).await.expect(200);
        let read = app.api(&employee).get(&format!("/requests/{id}")).await.expect(200);
        assert_eq!((&read["header_names"], &read["env_names"]), (&json!(["X-Tracker-Key"]), &json!(["TRACKER_REGION"])));
        let page = app.signed_in(&employee).await.get(&format!("/requests/new?resubmit={id}")).await;
        let text = page.text();
        assert!(text.contains("value=\"X-Tracker-Key\""));
        assert!(!text.contains("TRACKER_REGION"), "variables are for servers that cannot be connected yet");
        assert!(!text.contains("planted-value") && !text.contains("Kept; enter a value only"));
    }

    async fn what_people_write_is_shown_as_prose_and_never_runs(app: &App) {
        let (admin, employee) = (app.admin().await, app.employee().await);
        let asked = json!({
            "name": "Tracker", "url": "http://127.0.0.1:9/mcp", "use_case": "- read\n- **sum up**", "expected_value": "e",
            "description": "[docs](https://docs.example.com) [bad](javascript:alert(1))",
            "why_needed": "<script>alert(1)</script><img src=x onerror=alert(1)>\n\n# Reasons",
        });
        let made = app.api(&employee).post("/requests", &asked).await.expect(201);
        let id = made["id"].as_str().unwrap();
        for (who, path) in [(&employee, "requests"), (&admin, "inbox")] {
            let page = app.signed_in(who).await.get(&format!("/{path}/{id}")).await;
            assert_eq!(page.status, 200);
            let text = page.text();
            let link = "<a href=\"https://docs.example.com/\" rel=\"nofollow noopener\">docs</a>";
            for shown in [link, "<li><strong>sum up</strong></li>", "&lt;img src=x onerror=alert(1)&gt;", "<h4>Reasons</h4>"] {
                assert!(text.contains(shown), "{path}: {shown}");
            }
            for never in ["<script>alert", "<img src=x", "href=\"javascript"] {
                assert!(!text.contains(never), "{path}: {never}");
            }
        }
        let reason = "The address is **wrong**, so nobody could ever have reached this server.";
        app.api(&admin).post(&format!("/requests/{id}/reject"), &json!({ "reason": reason })).await.expect(200);
        let page = app.signed_in(&employee).await.get(&format!("/requests/{id}")).await;
        assert!(page.text().contains("The address is <strong>wrong</strong>"));
        // The API gives what was written.
        let read = app.api(&employee).get(&format!("/requests/{id}")).await.expect(200);
        assert_eq!(read["description"], asked["description"]);
    }

    async fn an_event_is_open_beside_its_list_by_its_address(app: &App) {
        let stage = crate::stage::Stage::set(app).await;
        let browser = app.signed_in(&stage.admin).await;
        let list = browser.get("/audit?action=server_requested").await;
        assert!(list.text().contains(&format!("/audit?action=server_requested&amp;event={}", stage.event)));
        assert!(!list.text().contains("<dialog"));
        let open = browser.get(&format!("/audit?action=server_requested&event={}", stage.event)).await;
        assert_eq!(open.status, 200);
        let text = open.text();
        assert!(text.contains("<dialog") && text.contains("aria-current=\"true\""));
        assert!(text.contains(&format!("href=\"/audit/{}\"", stage.event)), "the page of the event is linked");
        assert!(text.contains("href=\"/audit?action=server_requested\""), "closing it leads back to the list");
        let foreign = app.signed_in(&stage.target).await.get(&format!("/audit?event={}", stage.event)).await;
        assert_eq!(foreign.status, 404, "what is not for somebody is not there");
        let nonsense = browser.get("/audit?event=nonsense").await;
        assert!(nonsense.status == 200 && !nonsense.text().contains("<dialog"));
    }

    async fn chosen_rows_are_changed_without_javascript_and_back_by_undo(app: &App) {
        let (admin, target) = (app.admin().await, app.person("Target", domain::Role::User).await);
        let browser = app.signed_in(&admin).await;
        let id = target.id.to_string();
        let fields = [("_fn", "users/switch-many"), ("ids[]", &*id), ("active", "false"), ("back", "/users?search=t")];
        let reply = send(browser.form("/users", &fields)).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert_eq!(reply.header("location"), format!("/users?search=t&notice=users-suspended&undo={id}"));
        let page = browser.get(reply.header("location")).await;
        assert!(page.text().contains(&format!("name=\"ids[]\" value=\"{id}\"")), "undo knows what was done");
        let own = admin.id.to_string();
        let fields = [("_fn", "users/switch-many"), ("ids[]", &*own), ("active", "false")];
        let refused = send(browser.form("/users", &fields)).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("You cannot suspend yourself"));
    }

    async fn reviewers_are_warned_and_can_rename(app: &App) {
        let fixture = testkit::fixture::Fixture::spawn(testkit::fixture::FixtureOptions::default()).await.unwrap();
        let (admin, employee) = (app.admin().await, app.employee().await);
        let (ada, browser) = (app.api(&admin), app.signed_in(&admin).await);
        let asked = json!({
            "catalog_name": "com.deepwiki/mcp", "name": "Wiki", "url": fixture.url(), "why_needed": "w", "use_case": "u",
            "expected_value": "e",
        });
        let made = app.api(&employee).post("/requests", &asked).await.expect(201);
        let id = made["id"].as_str().unwrap();
        let review = ada.get(&format!("/requests/{id}/review")).await.expect(200);
        assert_eq!(review["catalog_url"], "https://mcp.deepwiki.com/mcp");
        let report = ada.post(&format!("/requests/{id}/test"), &json!({})).await.expect(200);
        let page = browser.get(&format!("/inbox/{id}")).await;
        let text = page.text();
        let warning = text.split("The address is not that of the catalog entry").nth(1).expect("a warning");
        let warning = &warning[..warning.find("columns-decide").expect("the page goes on")];
        assert!(warning.contains("https://mcp.deepwiki.com/mcp") && warning.contains(&fixture.url()), "{warning}");
        let field = text.split("<input").find(|input| input.contains("name=\"approval[slug]\"")).expect("a field");
        assert!(field.split('>').next().unwrap().contains("value=\"wiki\""), "{field:.300}");

        app.add_server(&admin, "wiki", &fixture.url(), &[]).await;
        let digest = report["definitions_digest"].as_str().unwrap();
        let approve = async |slug: &str| {
            let fields = [("id", id), ("approval[scope]", "server"), ("approval[definitions_digest]", digest),
                ("approval[slug]", slug)];
            browser.call("inbox/approve", &fields).await
        };
        let taken = approve("wiki").await;
        assert!(taken.status == 422 && taken.text().contains("choose another slug"), "{} {}", taken.status, taken.text());
        let done = approve("wiki-of-eve").await;
        assert!(done.status < 400, "{} {}", done.status, done.text());
        let slugs = ada.rows("/servers").await;
        assert!(slugs.iter().any(|server| server["slug"] == "wiki-of-eve"), "{slugs:?}");
    }

    async fn sessions_begin_and_end(app: &App) {
        let admin = app.admin().await;
        let fields = [("email", admin.email.as_str()), ("password", PASSWORD), ("next", "/users")];
        let mut browser = app.browser();
        let reply = browser.call("session/sign-in", &fields).await;
        let cookie = reply.header("set-cookie").to_owned();
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        assert!(pair.starts_with("__Host-drawbridge=dbs_"), "{cookie}");
        let attributes: Vec<&str> = attributes.split("; ").collect();
        for wanted in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(attributes.contains(&wanted), "{wanted}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        browser.keep_cookie(&reply);
        assert_eq!(browser.get("/users").await.status, 200);

        // Signing in again makes a new session and ends the old one.
        let old = browser.clone();
        let again = browser.call("session/sign-in", &fields).await;
        browser.keep_cookie(&again);
        assert_ne!(old.cookie, browser.cookie);
        assert_eq!(old.get("/users").await.status, 303, "the old session is gone");
        assert_eq!(browser.get("/login").await.status, 303, "who is signed in need not sign in");

        // A new password ends the sessions begun with the old one, but the one that asks.
        let other = app.signed_in(&admin).await;
        let anew = "an even longer analytical engine";
        let changed = browser.call("account/change-password", &[("current", PASSWORD), ("new", anew)]).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_eq!(other.get("/users").await.status, 303);
        assert_eq!(browser.get("/users").await.status, 200);

        let out = browser.call("session/sign-out", &[]).await;
        assert!(out.header("set-cookie").contains("Max-Age=0"), "{:?}", out.headers);
        assert_eq!(browser.get("/users").await.status, 303, "the cookie is worth nothing any more");
        let actions: Vec<_> = app.entries(domain::AuditFilter::default()).await.iter().map(|e| e.row.action).collect();
        for action in [AuditAction::AuthSuccess, AuditAction::UserPasswordChanged, AuditAction::Logout] {
            assert!(actions.contains(&action), "{action}: {actions:?}");
        }
    }

    async fn sessions_end_by_themselves(app: &App) {
        let admin = app.admin().await;
        let idle = app.signed_in(&admin).await;
        app.env.advance(TimeDelta::hours(11));
        assert_eq!(idle.get("/users").await.status, 200, "used within the time");
        app.env.advance(TimeDelta::hours(13));
        assert_eq!(idle.get("/users").await.status, 303, "idle for too long");
        let busy = app.signed_in(&admin).await;
        for _ in 0..16 {
            app.env.advance(TimeDelta::hours(10));
            busy.get("/users").await;
        }
        app.env.advance(TimeDelta::hours(9));
        assert_eq!(busy.get("/users").await.status, 303, "seven days at most");
    }

    async fn forms_of_other_sites_are_refused(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let function = || browser.form("/api/fn/groups/create", &[("name", "Forged"), ("description", "")]);
        let page = || browser.form("/groups", &[("_fn", "groups/create"), ("name", "Forged"), ("description", "")]);
        for form in [&function as &dyn Fn() -> reqwest::RequestBuilder, &page] {
            for (what, request) in [
                ("another origin", form().header("origin", "https://evil.example")),
                ("another port", form().header("origin", "http://127.0.0.1:1")),
                ("a hidden origin", form().header("origin", "null")),
                ("a hidden origin of another site", form().header("origin", "null").header("sec-fetch-site", "cross-site")),
                ("another site", form().header("sec-fetch-site", "cross-site")),
                ("a sister site", form().header("sec-fetch-site", "same-site")),
            ] {
                let reply = send(request).await;
                assert_eq!(reply.status, 403, "{what}: {}", reply.text());
            }
        }
        assert_eq!(groups(app, &admin).await, 0);
        for (number, request) in [
            function().header("origin", &app.base).header("sec-fetch-site", "same-origin"),
            function().header("sec-fetch-site", "same-origin"),
            function().header("origin", &app.base),
        ]
        .into_iter()
        .enumerate()
        {
            let body = crate::harness::http::form_body(&[("name", &format!("Own {number}")), ("description", "")]);
            let reply = send(request.body(body)).await;
            assert_eq!(reply.status, 200, "{number}: {}", reply.text());
        }
        assert_eq!(groups(app, &admin).await, 3);
    }

    async fn a_form_without_javascript(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let post = async |fields: &[(&str, &str)]| send(browser.form("/groups", fields).header("origin", &app.base)).await;
        let made = post(&[("_fn", "groups/create"), ("name", "Support"), ("description", "")]).await;
        assert_eq!(made.status, 303, "{}", made.text());
        assert!(made.header("location").starts_with("/groups/grp_"), "{}", made.header("location"));
        let wrong = post(&[("_fn", "groups/create"), ("name", ""), ("description", "kept words")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("kept words"), "what was entered is still there");
        let none = post(&[("_fn", "no/such"), ("name", "x")]).await;
        assert_eq!(none.status, 400, "{}", none.text());
        let function = post(&[("name", "x")]).await;
        assert_eq!(function.status, 400);
        assert_eq!(groups(app, &admin).await, 1);
    }

    async fn headers_that_keep_pages_safe(app: &App) {
        let admin = app.admin().await;
        let browser = app.signed_in(&admin).await;
        let mut nonces = std::collections::HashSet::new();
        for reply in [browser.get("/users").await, app.browser().get("/login").await, browser.get("/none").await] {
            let policy = reply.header("content-security-policy");
            for part in ["default-src 'none'", "script-src 'self' 'nonce-", "style-src 'self'", "base-uri 'none'",
                "frame-ancestors 'none'", "form-action 'self'", "connect-src 'self'"] {
                assert!(policy.contains(part), "{part}: {policy}");
            }
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            assert!(nonce.len() >= 16 && nonces.insert(nonce), "each page has a nonce of its own: {policy}");
            for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin"),
                ("cache-control", "no-store")] {
                assert_eq!(reply.header(name), value, "{name}");
            }
            reply.correlation();
        }
    }

    async fn guessing_passwords_is_slow(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let sign_in = async |email: &str, password: &str| {
            app.browser().call("session/sign-in", &[("email", email), ("password", password), ("next", "/")]).await
        };
        // Whether an account exists is not told.
        let (known, unknown) = (sign_in(&eve.email, "wrong").await, sign_in("nobody@example.com", "wrong").await);
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
        assert_eq!(known.status, 422);
        for _ in 0..4 {
            sign_in(&eve.email, "wrong").await;
        }
        let limited = sign_in(&eve.email, PASSWORD).await;
        assert_eq!(limited.status, 429, "{}", limited.text());
        assert_eq!(sign_in(&admin.email, PASSWORD).await.status, 200, "others are not held up");
        app.env.advance(TimeDelta::minutes(16));
        assert_eq!(sign_in(&eve.email, PASSWORD).await.status, 200);
        let failed = app.of_action(AuditAction::LoginFailed).await;
        assert!(failed.len() >= 6, "{failed:#?}");
        assert!(failed.iter().all(|entry| entry.row.actor.id.is_none()), "nobody has proved to be anybody");
    }

    async fn redirects_stay_at_home(app: &App) {
        let admin = app.admin().await;
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""] {
            let fields = [("_fn", "session/sign-in"), ("email", admin.email.as_str()), ("password", PASSWORD), ("next", next)];
            let reply = send(app.browser().form("/login", &fields).header("origin", &app.base)).await;
            assert_eq!((reply.status, reply.header("location")), (303, "/"), "{next}");
        }
    }

    async fn files_of_the_console(app: &App) {
        let file = app.browser().get("/pkg/main.0.css").await;
        assert_eq!((file.status, file.text().as_str()), (200, "body{}"));
        assert_eq!(file.header("content-type"), "text/css");
        assert!(file.header("cache-control").contains("immutable"));
        let packed = app.browser().get("/pkg/a.0.pack").await;
        assert_eq!((packed.status, packed.text().as_str()), (200, "packed"), "for a client that takes no compression");
        assert_eq!(packed.header("content-encoding"), "");
        for path in ["/pkg/manifest.json", "/pkg/../manifest.json", "/pkg/..%2fmanifest.json", "/pkg/%2e%2e/%2e%2e/etc/passwd",
            "/pkg//etc/passwd", "/pkg/none.css"] {
            let url = format!("{}{path}", app.base);
            let reply = send(app.http.get(url)).await;
            assert!(matches!(reply.status, 303 | 404), "{path}: {}", reply.status);
            assert!(!reply.text().contains("root:") && !reply.text().contains("main.0.css\""), "{path}");
        }
    }

    async fn two_administrators_decide_at_once(app: &App) {
        let stage = crate::stage::Stage::set(app).await;
        let second = app.person("Grace", domain::Role::Admin).await;
        let id = &stage.requests[0];
        let approval = json!({ "scope": "server", "definitions_digest": stage.digest });
        let rejection = json!({ "reason": "The same tools are offered by another server that you can use." });
        let (ada, grace) = (app.api(&stage.admin), app.api(&second));
        let (approve, reject) = (format!("/requests/{id}/approve"), format!("/requests/{id}/reject"));
        let (approved, rejected) = tokio::join!(ada.post(&approve, &approval), grace.post(&reject, &rejection));
        let mut statuses = [approved.status, rejected.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", approved.text(), rejected.text());
        let (won, lost) = if approved.status == 200 { ("approved", rejected) } else { ("rejected", approved) };
        assert_eq!(lost.json()["code"], "request_decided", "{}", lost.text());
        assert_eq!(ada.get(&format!("/requests/{id}")).await.expect(200)["state"], won);
        let servers = ada.rows("/servers").await.iter().filter(|server| server["slug"] == "one").count();
        assert_eq!(servers, usize::from(won == "approved"), "one decision has one effect");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_tls_proxy() {
    let place = Place::new(Engine::Sqlite).await;
    let app = App::start_with(place, |args| args.public_url = Some("https://drawbridge.example.com".to_owned())).await;
    let admin = app.admin().await;
    let host = "drawbridge.example.com";
    let fields = [("email", admin.email.as_str()), ("password", PASSWORD), ("next", "/")];
    let sign_in = || app.browser().form("/api/fn/session/sign-in", &fields).header("host", host);
    let reply = send(sign_in().header("origin", "https://drawbridge.example.com")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("set-cookie").starts_with("__Host-drawbridge="));
    assert!(reply.header("strict-transport-security").contains("max-age="));
    let other = send(sign_in().header("origin", "https://evil.example.com")).await;
    assert_eq!(other.status, 403, "{}", other.text());
    let link = app.services.reset_link(&app.operator(), admin.id).await.unwrap();
    assert!(link.url.starts_with("https://drawbridge.example.com/"));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_plain_http_by_consent() {
    let place = Place::new(Engine::Sqlite).await;
    let app = App::start_with(place, |args| {
        args.public_url = Some("http://drawbridge.internal:8080".to_owned());
        args.insecure_http = true;
    })
    .await;
    let admin = app.admin().await;
    let fields = [("email", admin.email.as_str()), ("password", PASSWORD), ("next", "/")];
    let request = app.browser().form("/api/fn/session/sign-in", &fields).header("host", "drawbridge.internal:8080");
    let reply = send(request.header("origin", "http://drawbridge.internal:8080")).await;
    let cookie = reply.header("set-cookie");
    // Browsers drop a `__Host-` or `Secure` cookie of a plain address without a word.
    assert!(cookie.starts_with("drawbridge=dbs_") && !cookie.contains("Secure"), "{cookie}");
    assert!(!reply.headers.contains_key("strict-transport-security"));
    let api =
        app.http.get(format!("{}/api/v1/me", app.base)).header("host", "drawbridge.internal").bearer_auth(&admin.key);
    assert_eq!(send(api).await.expect(200)["insecure_http"], true);
    app.finish().await;
}
