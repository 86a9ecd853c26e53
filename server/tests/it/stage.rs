//! One of everything, for the tests that walk all routes and all server functions.

use domain::Role;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::{App, Person};

/// Things to act on. Ids are texts, as they stand in addresses.
pub(crate) struct Stage {
    pub(crate) fixture: Fixture,
    pub(crate) admin: Person,
    pub(crate) employee: Person,
    /// Somebody to be managed.
    pub(crate) target: Person,
    /// Somebody who was invited and has not come in.
    pub(crate) invited: String,
    pub(crate) group: String,
    pub(crate) server: String,
    pub(crate) rule: String,
    /// A rule with an end.
    pub(crate) ending: String,
    /// Pending requests of the employee, each for a server of its own; the first one is tested.
    pub(crate) requests: [String; 3],
    /// What the fixture offers.
    pub(crate) digest: String,
    /// A second key of the employee.
    pub(crate) key: String,
    pub(crate) notification: String,
    pub(crate) event: String,
    pub(crate) correlation: String,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("an id: {value:#}")).to_owned()
}

/// A request of a server that nobody has asked for.
pub(crate) fn request(fixture: &Fixture, slug: &str) -> Value {
    json!({
        "name": slug, "slug": slug, "url": fixture.url(), "not_a_duplicate": true, "why_needed": "w", "use_case": "u",
        "expected_value": "e", "alternatives_considered": "a",
    })
}

impl Stage {
    pub(crate) async fn set(app: &App) -> Self {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.expect("an MCP server");
        let (admin, employee) = (app.admin().await, app.employee().await);
        let target = app.person("Target", Role::User).await;
        let (ada, eve) = (app.api(&admin), app.api(&employee));
        let server = app.add_server(&admin, "stage", &fixture.url(), &[]).await;
        let rule = app.allow(&admin, &target, server, json!("all")).await;
        let ending = json!({
            "principal": { "type": "user", "ids": [target.id] }, "effect": "allow", "servers": [server],
            "scope": { "tools": ["echo"] }, "ends_at": "2099-01-01T00:00:00Z",
        });
        let ending = id(&ada.post("/rules", &ending).await.expect(201));
        let mut requests = Vec::new();
        for slug in ["one", "two", "three"] {
            requests.push(id(&eve.post("/requests", &request(&fixture, slug)).await.expect(201)));
        }
        let report = ada.post(&format!("/requests/{}/test", requests[0]), &json!({})).await.expect(200);
        let digest = report["definitions_digest"].as_str().expect("a test that passed").to_owned();
        let invited = ada.post("/users", &json!({ "email": "new@example.com", "name": "New" })).await.expect(201);
        let group = ada.post("/groups", &json!({ "name": "Stage" })).await.expect(201);
        let key = eve.post("/keys", &json!({ "name": "second" })).await.expect(201);
        let notification = ada.rows("/notifications").await.first().map(id).expect("administrators hear of requests");
        let event = ada.rows("/audit?action=server_requested").await.remove(0);
        Self {
            admin,
            employee,
            target,
            invited: id(&invited["user"]),
            group: id(&group),
            server: server.to_string(),
            rule,
            ending,
            requests: requests.try_into().expect("three"),
            digest,
            key: id(&key["key"]),
            notification,
            correlation: event["correlation_id"].as_str().expect("a correlation id").to_owned(),
            event: id(&event),
            fixture,
        }
    }
}
