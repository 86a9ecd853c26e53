//! Rules with conditions over the REST API: they decide, they come back as they were sent, and their versions stay.

use chrono::TimeDelta;
use domain::{AuditAction, Role};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::Reply;
use crate::harness::mcp::Era;
use crate::harness::{App, on_both_engines};
use crate::stage::Stage;

on_both_engines! {
    async fn a_rule_with_conditions_comes_back_as_it_was_sent(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.admin);
        let condition = json!({ "all": [
            { "path": "payload.table", "operator": "in", "value": ["salaries", 7, true] },
            { "none": [{ "path": "meta.request.ip", "operator": "in_ip_range", "value": ["10.0.0.0/8"] }] },
        ] });
        let rule = json!({
            "principal": { "type": "attribute", "attribute": "department", "values": ["Sales"] },
            "effect": "deny", "servers": [stage.server], "scope": { "tools": ["ech*"], "resources": ["file://*"] },
            "conditions": condition, "cedar": "when { context.now > 0 }", "mode": "monitor", "notes": "why",
        });
        let draft = api.post("/rules/cedar", &rule).await.expect(200);
        assert!(draft["cedar"].as_str().unwrap().contains("salaries"), "{draft}");
        assert_eq!(draft["warnings"], json!([]));
        let made = api.post("/rules", &rule).await.expect(201);
        let path = format!("/rules/{}", made["id"].as_str().unwrap());
        let read = api.get(&path).await.expect(200);
        for (field, sent) in rule.as_object().unwrap() {
            assert_eq!((&made[field], &read[field]), (sent, sent), "{field}");
        }
        assert_eq!((&read["principal_name"], &read["enabled"]), (&json!("department: Sales"), &json!(true)));
        // What was read can be sent again.
        let fields = rule.as_object().unwrap().keys();
        let mut again: Value = fields.map(|field| (field.clone(), read[field].clone())).collect();
        again["mode"] = json!("enforce");
        app.env.advance(TimeDelta::seconds(5));
        // Who has read what was there before writes over nothing.
        let stale = api.put(&format!("{path}?read=2026-01-01T00:00:00Z"), &again).await;
        assert_eq!((stale.status, stale.json()["code"].as_str()), (409, Some("rule_changed")));
        let at = read["updated_at"].as_str().unwrap();
        assert_eq!(api.put(&format!("{path}?read={at}"), &again).await.expect(200)["mode"], "enforce");
        api.delete(&path).await.expect(204);
        let versions = api.get(&format!("{path}/versions")).await.expect(200);
        let said: Vec<_> = versions["data"].as_array().unwrap().iter()
            .map(|version| (version["change"].as_str().unwrap(), version["rule"]["mode"].as_str().unwrap())).collect();
        assert_eq!(said, [("deleted", "enforce"), ("updated", "enforce"), ("created", "monitor")]);
        assert_eq!(versions["data"][2]["rule"]["conditions"], condition);
        assert_eq!(api.get(&path).await.status, 404);
    }

    async fn what_another_has_changed_is_not_written_over_without_scripts(app: &App) {
        let stage = Stage::set(app).await;
        let (api, browser) = (app.api(&stage.admin), app.signed_in(&stage.admin).await);
        let target = stage.target.id.to_string();
        let mut rule = json!({
            "principal": { "type": "user", "ids": [target] }, "effect": "deny", "servers": [stage.server],
        });
        let made = api.post("/rules", &rule).await.expect(201);
        let page = format!("/policies/{}", made["id"].as_str().unwrap());
        let mut text = browser.get(&page).await.text();
        app.env.advance(TimeDelta::seconds(5));
        rule["notes"] = json!("by somebody else");
        api.put(&page.replace("/policies", "/rules"), &rule).await.expect(200);
        for _ in 0..2 {
            let read = text.split("name=\"rule[read]\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let fields = [
                ("_fn", "rules/update"), ("id", made["id"].as_str().unwrap()), ("rule[principal][]", &target),
                ("rule[servers][]", &stage.server), ("rule[effect]", "deny"), ("rule[scope]", "all"),
                ("rule[enabled]", "on"), ("rule[notes]", "mine"), ("rule[read]", read.expect("what was read")),
            ];
            let request = browser.form(&page, &fields).header("origin", &app.base);
            let refused = Reply::read(request.send().await.unwrap()).await;
            text = refused.text();
            assert_eq!(refused.status, 409, "{text:.2000}");
            assert!(text.contains("omebody has changed this rule since you opened it") && text.contains("mine"), "{text:.2000}");
        }
        let kept = api.get(&page.replace("/policies", "/rules")).await.expect(200);
        assert_eq!(kept["notes"], "by somebody else");
    }

    async fn a_recorded_call_explains_itself_and_no_other(app: &App) {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let server = app.add_server(&admin, "quiet", &fixture.url(), &[]).await;
        let (api, browser) = (app.api(&admin), app.signed_in(&admin).await);
        let everyone = json!({ "type": "everyone" });
        api.post("/rules", &json!({ "principal": everyone, "effect": "allow", "servers": [server] })).await.expect(201);
        let conditions = json!({ "path": "payload.message", "operator": "equals", "value": "secret-word" });
        let deny = json!({ "principal": everyone, "effect": "deny", "servers": [server], "conditions": conditions });
        api.post("/rules", &deny).await.expect(201);
        app.unconnected("quiet", &eve, Era::Modern).echo("secret-word").await;
        let event = app.newest(AuditAction::AccessDenied).await.row.id;
        for (person, name, denied) in [(eve.id, "echo", true), (admin.id, "echo", false), (eve.id, "add", false)] {
            let asked = format!("/policies/explain?person={person}&server={server}&name={name}&event={event}");
            let page = browser.get(&asked).await.text();
            assert_eq!(page.contains("Denied: "), denied, "{person} {name} {page:.3000}");
        }
    }

    async fn what_affects_many_needs_the_mark_of_its_preview(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.admin);
        for n in 0..6 {
            app.person(&format!("Many{n}"), Role::User).await;
        }
        let rule = json!({ "principal": { "type": "everyone" }, "effect": "allow", "servers": [stage.server], "scope": { "tools": ["ech*"] } });
        let refused = api.post("/rules", &rule).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("rule.seen")));
        assert!(refused.text().contains("/rules/preview"), "it says what to do: {}", refused.text());
        let mark = async |draft: Value| {
            let preview = api.post("/rules/preview", &draft).await.expect(200);
            assert_eq!(preview["wide"], true, "{preview}");
            preview["mark"].as_str().unwrap().to_owned()
        };
        let made = mark(json!({ "rule": rule })).await;
        let made = api.post(&format!("/rules?seen={made}"), &rule).await.expect(201);
        let path = format!("/rules/{}", made["id"].as_str().unwrap());
        let mut deny = rule.clone();
        deny["effect"] = json!("deny");
        assert_eq!(api.put(&path, &deny).await.status, 409);
        let changed = mark(json!({ "id": made["id"], "rule": deny })).await;
        assert_eq!(api.put(&format!("{path}?seen={changed}"), &deny).await.expect(200)["effect"], "deny");
        api.put(&format!("{path}?seen={}", mark(json!({ "id": made["id"], "rule": rule })).await), &rule).await.expect(200);
        assert_eq!(api.delete(&path).await.status, 409);
        let gone = mark(json!({ "id": made["id"] })).await;
        api.delete(&format!("{path}?seen={gone}")).await.expect(204);
    }

    async fn conditions_decide_and_are_explained(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.admin);
        for other in [&stage.rule, &stage.ending] {
            api.delete(&format!("/rules/{other}")).await.expect(204);
        }
        let rule = json!({
            "principal": { "type": "user", "ids": [stage.target.id] }, "effect": "allow", "servers": [stage.server],
            "conditions": { "path": "payload.text", "operator": "begins_with", "value": "hello" },
        });
        api.post("/rules", &rule).await.expect(201);
        let asked = async |rest: &str| {
            let path = format!("/rules/explain?person={}&server={}&name=echo&{rest}", stage.target.id, stage.server);
            api.get(&path).await
        };
        let yes = asked("arguments=%7B%22text%22%3A%22hello%20you%22%7D&ip=192.0.2.1&client=x&client_version=1").await.expect(200);
        assert_eq!(yes["decision"], "allow", "{yes:#}");
        assert_eq!(yes["rules"][0]["tests"][0]["outcome"], "met");
        let no = asked("arguments=%7B%22text%22%3A%22bye%22%7D").await.expect(200);
        assert_eq!((&no["decision"], &no["rules"][0]["bearing"]), (&json!("deny"), &json!("unmet")), "{no:#}");
        assert!(no["changes"][0].as_str().unwrap().contains("payload.text begins_with"), "{no:#}");
        for (wrong, field) in [("arguments=%5B%5D", "arguments"), ("ip=here", "ip")] {
            let refused = asked(wrong).await;
            assert_eq!(refused.status, 422);
            assert!(refused.text().contains(field), "{}", refused.text());
        }
        let bad = json!({
            "principal": { "type": "everyone" }, "effect": "deny",
            "conditions": { "path": "payload.n", "operator": "less", "value": "many" }, "cedar": "when { 1 }",
        });
        let refused = api.post("/rules/cedar", &bad).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("\"conditions\""), "{}", refused.text());
    }
}
