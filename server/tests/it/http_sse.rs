//! Servers of 2024-11-05, which speak HTTP+SSE only: from the request to the tools on their page.

use serde_json::json;
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};

use crate::harness::{App, on_both_engines};

const SECRET: &str = "fixture-credential-2024";

on_both_engines! {
    async fn a_server_of_2024_is_asked_for_tested_and_approved(app: &App) {
        let fixture = Fixture::spawn(FixtureOptions {
            generations: Generations::Only(vec![Generation::V2024_11_05]),
            require_bearer: Some(SECRET.to_owned()),
            ..FixtureOptions::default()
        })
        .await
        .expect("an MCP server");
        let (root, eve) = (app.admin().await, app.employee().await);
        let (admin, employee) = (app.api(&root), app.api(&eve));

        let request = json!({
            "kind": "server", "name": "Old Tracker", "slug": "old-tracker", "transport": "sse", "url": fixture.url(),
            "auth": "api_key", "headers": [{ "name": "Authorization", "value": format!("Bearer {SECRET}") }],
            "why_needed": "It has not been updated", "use_case": "Triage", "expected_value": "An hour a day",
        });
        let asked = employee.post("/requests", &request).await.expect(201);
        assert_eq!(asked["transport"], "sse");
        let id = asked["id"].as_str().unwrap();

        let report = admin.post(&format!("/requests/{id}/test"), &json!({})).await.expect(200);
        assert_eq!((&report["ok"], &report["protocol_version"]), (&json!(true), &json!("2024-11-05 (HTTP+SSE)")));
        let received = fixture.received();
        assert!(received.iter().all(|one| one.header("authorization") == Some(&format!("Bearer {SECRET}"))));

        let approval = json!({ "scope": "server", "definitions_digest": report["definitions_digest"] });
        let approved = admin.post(&format!("/requests/{id}/approve"), &approval).await.expect(200);
        let server = approved["server_id"].as_str().unwrap();
        let detail = admin.get(&format!("/servers/{server}")).await.expect(200);
        assert_eq!(detail["server"]["transport"], "sse", "{detail:#}");
        let pins = detail["pins"].as_array().unwrap();
        assert!(pins.iter().any(|pin| pin["name"] == "echo" && pin["state"] == "pinned"), "{pins:#?}");

        let browser = app.signed_in(&root).await;
        let page = browser.get(&format!("/servers/{server}?tab=tools")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("echo"), "the tools are on the server's page");
        let overview = browser.get(&format!("/servers/{server}")).await.text();
        assert!(overview.contains("Speaks") && overview.contains("found out "), "the last test told");
    }
}
