//! Every route of the REST API, taken from the document that describes it: refused without a credential, refused to
//! those who may not, and every change leaves an audit event. The lists of exceptions may only shrink.

use std::collections::BTreeSet;

use domain::{AuditAction, AuditFilter};
use http::Method;
use serde_json::{Value, json};
use store::Engine;

use crate::harness::http::Reply;
use crate::harness::{App, on_both_engines};
use crate::stage::{Stage, request};

/// Who may use a route that changes something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    Administrators,
    Everybody,
}

/// What a change leaves in the audit log.
#[derive(Clone, Copy)]
enum Leaves {
    Event(AuditAction),
    /// Not worth an event. This list may only shrink.
    NothingBecause(&'static str),
}

/// A route that changes something, and a request that succeeds on the stage. Rows run in order.
struct Row {
    method: Method,
    path: &'static str,
    may: May,
    leaves: Leaves,
    request: fn(&Stage) -> (String, Value),
}

fn row(
    method: Method,
    path: &'static str,
    may: May,
    leaves: impl Into<Leaves>,
    request: fn(&Stage) -> (String, Value),
) -> Row {
    Row { method, path, may, leaves: leaves.into(), request }
}

impl From<AuditAction> for Leaves {
    fn from(action: AuditAction) -> Self {
        Self::Event(action)
    }
}

fn none() -> Value {
    json!({})
}

fn rows() -> Vec<Row> {
    use AuditAction as A;
    use May::{Administrators, Everybody};
    let (post, put, delete) = (|| Method::POST, || Method::PUT, || Method::DELETE);
    vec![
        row(post(), "/requests", Everybody, A::ServerRequested, |s| ("/requests".into(), request(&s.fixture, "four"))),
        row(post(), "/requests/{id}/test", Administrators, A::ServerTested, |s| {
            (format!("/requests/{}/test", s.requests[0]), none())
        }),
        row(post(), "/requests/{id}/approve", Administrators, A::ServerApproved, |s| {
            let body = json!({ "scope": "server", "definitions_digest": s.digest });
            (format!("/requests/{}/approve", s.requests[0]), body)
        }),
        row(post(), "/requests/{id}/reject", Administrators, A::ServerRejected, |s| {
            let body = json!({ "reason": "The same tools are offered by another server that you can use." });
            (format!("/requests/{}/reject", s.requests[1]), body)
        }),
        row(post(), "/requests/{id}/withdraw", Everybody, A::ServerRequestWithdrawn, |s| {
            (format!("/requests/{}/withdraw", s.requests[2]), none())
        }),
        row(post(), "/servers", Administrators, A::ServerCreated, |s| {
            ("/servers".into(), json!({ "name": "Five", "slug": "five", "url": s.fixture.url() }))
        }),
        row(put(), "/servers/{id}", Administrators, A::ServerUpdated, |s| {
            (format!("/servers/{}", s.server), json!({ "name": "Stage", "slug": "stage", "url": s.fixture.url() }))
        }),
        row(post(), "/servers/{id}/test", Administrators, A::ServerTested, |s| {
            (format!("/servers/{}/test", s.server), none())
        }),
        row(post(), "/servers/{id}/pin", Administrators, A::DefinitionsPinned, |s| {
            (format!("/servers/{}/pin", s.server), json!({ "definitions_digest": s.digest }))
        }),
        row(post(), "/servers/{id}/disable", Administrators, A::ServerDisabled, |s| {
            (format!("/servers/{}/disable", s.server), none())
        }),
        row(post(), "/servers/{id}/enable", Administrators, A::ServerEnabled, |s| {
            (format!("/servers/{}/enable", s.server), none())
        }),
        row(post(), "/rules", Administrators, A::PolicyCreated, |s| {
            ("/rules".into(), json!({ "principal": { "type": "everyone" }, "effect": "allow", "servers": [s.server] }))
        }),
        row(post(), "/rules/cedar", Administrators, Leaves::NothingBecause("a draft changes nothing"), |s| {
            (
                "/rules/cedar".into(),
                json!({ "principal": { "type": "everyone" }, "effect": "deny", "servers": [s.server] }),
            )
        }),
        row(post(), "/rules/preview", Administrators, Leaves::NothingBecause("a draft changes nothing"), |s| {
            let rule = json!({ "principal": { "type": "everyone" }, "effect": "deny", "servers": [s.server] });
            ("/rules/preview".into(), json!({ "rule": rule }))
        }),
        row(post(), "/rules/simulate", Administrators, Leaves::NothingBecause("a draft changes nothing"), |s| {
            let rule = json!({ "principal": { "type": "everyone" }, "effect": "deny", "servers": [s.server] });
            ("/rules/simulate".into(), json!({ "drafts": [{ "rule": rule }], "days": 7 }))
        }),
        row(post(), "/servers/{id}/blocks", Administrators, A::PolicyCreated, |s| {
            let principal = json!({ "type": "user", "ids": [s.target.id] });
            (format!("/servers/{}/blocks", s.server), json!({ "principal": principal }))
        }),
        row(post(), "/rules/{id}/extend", Administrators, A::PolicyUpdated, |s| {
            (format!("/rules/{}/extend", s.ending), json!({ "days": 30 }))
        }),
        row(put(), "/rules/{id}", Administrators, A::PolicyUpdated, |s| {
            let principal = json!({ "type": "user", "ids": [s.target.id] });
            (format!("/rules/{}", s.rule), json!({ "principal": principal, "effect": "deny", "servers": [s.server] }))
        }),
        row(delete(), "/rules/{id}", Administrators, A::PolicyDeleted, |s| (format!("/rules/{}", s.rule), none())),
        row(post(), "/users", Administrators, A::UserInvited, |_| {
            ("/users".into(), json!({ "email": "six@example.com", "name": "Six" }))
        }),
        row(put(), "/users/{id}", Administrators, A::UserUpdated, |s| {
            (format!("/users/{}", s.target.id), json!({ "email": s.target.email, "name": "Renamed" }))
        }),
        row(post(), "/users/{id}/invite", Administrators, A::UserInvited, |s| {
            (format!("/users/{}/invite", s.invited), none())
        }),
        row(post(), "/users/{id}/reset-link", Administrators, A::UserResetLinkCreated, |s| {
            (format!("/users/{}/reset-link", s.target.id), none())
        }),
        row(post(), "/users/{id}/end-sessions", Administrators, A::SessionsEnded, |s| {
            (format!("/users/{}/end-sessions", s.target.id), none())
        }),
        row(post(), "/users/{id}/suspend", Administrators, A::UserSuspended, |s| {
            (format!("/users/{}/suspend", s.target.id), none())
        }),
        row(post(), "/users/{id}/reactivate", Administrators, A::UserReactivated, |s| {
            (format!("/users/{}/reactivate", s.target.id), none())
        }),
        row(post(), "/groups", Administrators, A::GroupCreated, |_| ("/groups".into(), json!({ "name": "Seven" }))),
        row(post(), "/groups/import", Administrators, A::GroupCreated, |_| {
            ("/groups/import".into(), json!("group,email\nEight,\n"))
        }),
        row(put(), "/groups/{id}", Administrators, A::GroupUpdated, |s| {
            (format!("/groups/{}", s.group), json!({ "name": "Renamed" }))
        }),
        row(put(), "/groups/{id}/members/{user}", Administrators, A::GroupUpdated, |s| {
            (format!("/groups/{}/members/{}", s.group, s.target.id), none())
        }),
        row(delete(), "/groups/{id}/members/{user}", Administrators, A::GroupUpdated, |s| {
            (format!("/groups/{}/members/{}", s.group, s.target.id), none())
        }),
        row(delete(), "/groups/{id}", Administrators, A::GroupDeleted, |s| (format!("/groups/{}", s.group), none())),
        row(post(), "/keys", Everybody, A::ApiKeyCreated, |_| ("/keys".into(), json!({ "name": "third" }))),
        row(delete(), "/keys/{id}", Everybody, A::ApiKeyRevoked, |s| (format!("/keys/{}", s.key), none())),
        row(
            post(),
            "/notifications/{id}/read",
            Everybody,
            Leaves::NothingBecause("what somebody has read is theirs"),
            |s| (format!("/notifications/{}/read", s.notification), none()),
        ),
        row(
            post(),
            "/notifications/read-all",
            Everybody,
            Leaves::NothingBecause("what somebody has read is theirs"),
            |_| ("/notifications/read-all".into(), none()),
        ),
        row(delete(), "/servers/{id}", Administrators, A::ServerDeleted, |s| {
            (format!("/servers/{}", s.server), none())
        }),
    ]
}

/// What everybody with an account may read. This list may only shrink.
const READ_BY_ALL: &[&str] = &[
    "/me",
    "/home",
    "/catalog",
    "/catalog/{name}",
    "/connectors",
    "/connectors/{slug}",
    "/requests",
    "/requests/{id}",
    "/requests/{id}/history",
    "/keys",
    "/notifications",
    "/audit",
    "/audit/{id}",
    "/audit/related/{correlation}",
];

/// Every route of the document: method and path below `/api/v1`.
async fn documented(app: &App) -> BTreeSet<(String, String)> {
    let reply = app.http.get(format!("{}/api/openapi.json", app.base)).send().await.unwrap();
    let document = Reply::read(reply).await.expect(200);
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").expect("all routes are versioned");
        for method in item.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.to_owned()));
        }
    }
    assert!(routes.len() > 40, "the document lists the routes: {routes:?}");
    routes
}

/// The words of every enumeration in the document are those on the wire, which are never written like Rust's variants.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_has_the_words_of_the_wire() {
    let app = App::start(Engine::Sqlite).await;
    let reply = app.http.get(format!("{}/api/openapi.json", app.base)).send().await.unwrap();
    let document = Reply::read(reply).await.expect(200);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let words = |name: &str| schemas[name]["enum"].as_array().cloned().unwrap_or_default();
    assert_eq!(words("Transport"), ["streamable_http", "sse", "stdio"]);
    let mut enumerations = 0;
    for (name, schema) in schemas {
        for word in schema["enum"].as_array().into_iter().flatten() {
            let word = word.as_str().expect("a word");
            assert!(!word.chars().any(char::is_uppercase), "{name}: {word}");
            enumerations += 1;
        }
    }
    assert!(enumerations > 100, "all of them are looked at: {enumerations}");
}

/// A route with its parameters filled in from the stage.
fn filled(path: &str, stage: &Stage) -> String {
    if path == "/rules/explain" {
        return format!("{path}?person={}&server={}&kind=server", stage.target.id, stage.server);
    }
    let area = path.split('/').nth(1).unwrap_or_default();
    let id = match area {
        "requests" => &stage.requests[0],
        "servers" => &stage.server,
        "rules" => &stage.rule,
        "groups" => &stage.group,
        "keys" => &stage.key,
        "notifications" => &stage.notification,
        "audit" => &stage.event,
        _ => &stage.invited,
    };
    path.replace("{id}", id)
        .replace("{user}", &stage.target.id.to_string())
        .replace("{correlation}", &stage.correlation)
        .replace("{slug}", "stage")
        .replace("{name}", "com.example/none")
}

on_both_engines! {
    async fn every_change_has_a_row(app: &App) {
        let changes: BTreeSet<_> = documented(app).await.into_iter().filter(|(method, _)| method != "GET").collect();
        let rows: BTreeSet<_> = rows().iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect();
        assert_eq!(changes, rows);
    }

    async fn nobody_is_served_without_a_credential(app: &App) {
        let stage = Stage::set(app).await;
        let before = app.entries(AuditFilter::default()).await.len();
        let rows = rows();
        for (method, path) in documented(app).await {
            let body = rows.iter().find(|row| row.method == method.as_str() && row.path == path).map(|row| (row.request)(&stage).1);
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let path = filled(&path, &stage);
            let unknown = app.api_with(&format!("dbk_{}", "A".repeat(43)));
            for (who, api) in [("nobody", app.anonymous()), ("an unknown key", unknown)] {
                let reply = api.send(method.clone(), &path, body.as_ref()).await;
                assert_eq!(reply.status, 401, "{who}: {method} {path}: {}", reply.text());
                assert_eq!(reply.header("www-authenticate"), "Bearer", "{method} {path}");
                assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {path}");
            }
            // A browser's session is no credential here, so no page elsewhere can abuse it.
            let browser = app.signed_in(&stage.admin).await;
            let mut request = browser.request(method.clone(), &format!("/api/v1{path}"));
            if let Some(body) = &body {
                request = request.json(body);
            }
            assert_eq!(request.send().await.unwrap().status(), 401, "a session: {method} {path}");
        }
        let after = app.entries(AuditFilter::default()).await;
        let changes: Vec<_> = after[before..].iter().map(|entry| entry.row.action)
            .filter(|action| !matches!(action, AuditAction::AuthFailed | AuditAction::AuthSuccess)).collect();
        assert!(changes.is_empty(), "nothing was changed: {changes:?}");
    }

    async fn those_who_may_not_are_refused(app: &App) {
        let stage = Stage::set(app).await;
        let api = app.api(&stage.employee);
        let before = app.entries(AuditFilter::default()).await.len();
        for row in rows().iter().filter(|row| row.may == May::Administrators) {
            let (path, body) = (row.request)(&stage);
            let reply = api.send(row.method.clone(), &path, Some(&body)).await;
            assert!(matches!(reply.status, 403 | 404), "{} {path}: {} {}", row.method, reply.status, reply.text());
        }
        for (method, path) in documented(app).await {
            if method == "GET" && !READ_BY_ALL.contains(&path.as_str()) {
                let reply = api.get(&filled(&path, &stage)).await;
                assert!(matches!(reply.status, 403 | 404), "GET {path}: {} {}", reply.status, reply.text());
            }
        }
        let after = app.entries(AuditFilter::default()).await;
        assert!(after[before..].iter().all(|entry| entry.row.action == AuditAction::AccessDenied), "nothing was changed");
        // What belongs to somebody else does not exist for her.
        let others = app.api(&stage.admin).post("/keys", &json!({ "name": "other" })).await.expect(201);
        let reply = api.delete(&format!("/keys/{}", others["key"]["id"].as_str().unwrap())).await;
        assert_eq!(reply.status, 404, "{}", reply.text());
    }

    async fn every_change_leaves_an_event(app: &App) {
        let stage = Stage::set(app).await;
        for row in rows() {
            let person = if row.may == May::Everybody && !row.path.starts_with("/notifications") { &stage.employee } else { &stage.admin };
            let (path, body) = (row.request)(&stage);
            let reply = app.api(person).send(row.method.clone(), &path, Some(&body)).await;
            assert!((200..300).contains(&reply.status), "{} {path}: {} {}", row.method, reply.status, reply.text());
            let left = app.caused_by(reply.correlation()).await;
            match row.leaves {
                Leaves::Event(action) => {
                    assert!(left.iter().any(|e| e.row.action == action), "{} {path}: {left:#?}", row.method);
                    for entry in &left {
                        assert_eq!(entry.row.actor.id, Some(person.id), "{} {path}", row.method);
                        assert_eq!(entry.row.ip.as_deref(), Some("127.0.0.1"), "{} {path}", row.method);
                        if let (Some(_), Some(server)) = (entry.row.server_id, &entry.row.server) {
                            assert!(server.parse::<domain::Slug>().is_ok(), "{} {path}: `{server}` is a slug", row.method);
                        }
                    }
                }
                Leaves::NothingBecause(why) => assert!(left.is_empty() && !why.is_empty(), "{} {path}", row.method),
            }
        }
    }
}
