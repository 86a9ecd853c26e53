//! Every server function of the console, taken from the registry itself: POST only, and refused to those who may not.
//! The lists of who may do more may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AuditAction, AuditFilter};
use http::Method;

use crate::harness::http::Reply;
use crate::harness::{App, PASSWORD, on_both_engines};
use crate::stage::Stage;

/// For visitors who have not signed in. This list may only shrink.
const PUBLIC: &[&str] =
    &["session/accept-link", "session/language", "session/open-link", "session/sign-in", "session/whoami"];

/// For everybody with an account; each shows or changes what is the caller's own, or what everybody may see. This list
/// may only shrink.
const EVERYBODY: &[&str] = &[
    "account/change-password",
    "account/end-session",
    "account/profile",
    "audit/choices",
    "audit/get",
    "audit/list",
    "catalog/get",
    "catalog/list",
    "connectors/get",
    "connectors/list",
    "gallery/form",
    "gallery/fruit",
    "gallery/prose",
    "home/get",
    "keys/create",
    "keys/list",
    "keys/revoke",
    "notifications/list",
    "notifications/mark",
    "notifications/open",
    "notifications/read-all",
    "palette/find",
    "requests/discard",
    "requests/draft",
    "requests/duplicates",
    "requests/form",
    "requests/get",
    "requests/list",
    "requests/send",
    "requests/withdraw",
    "session/sign-out",
    "views/change",
    "views/list",
];

type Fields = Vec<(&'static str, String)>;

/// Arguments that every function understands, so that a refusal is about who asks and not about what.
fn arguments(function: &str, stage: &Stage) -> Fields {
    let (area, verb) = function.split_once('/').expect("area and verb");
    let id = match area {
        "account" => "ses_01900000000070008000000000000001".to_owned(),
        "audit" => stage.event.clone(),
        "groups" => stage.group.clone(),
        "inbox" | "requests" => stage.requests[0].clone(),
        "keys" => stage.key.clone(),
        "notifications" => stage.notification.clone(),
        "rules" => stage.rule.clone(),
        "servers" => stage.server.clone(),
        "users" => stage.target.id.to_string(),
        _ => String::new(),
    };
    let mut fields: Fields = Vec::new();
    if !matches!(verb, "list" | "create" | "invite" | "choices" | "profile" | "form" | "read-all") && !id.is_empty() {
        fields.push(("id", id));
    }
    let text = |value: &str| value.to_owned();
    fields.extend(match function {
        "account/change-password" => vec![("current", text("wrong")), ("new", text("another long password 5"))],
        "account/end-session" => vec![("back", text("/account"))],
        "access/list" => vec![("server", stage.server.clone())],
        "access/block" => {
            vec![("server", stage.server.clone()), ("principal", format!("user:{}", stage.target.id))]
        }
        "access/extend" => vec![("id", stage.ending.clone()), ("days", text("30"))],
        "catalog/get" => vec![("name", text("com.example/none"))],
        "connectors/get" => vec![("slug", text("stage"))],
        "groups/create" => vec![("name", text("Intruders"))],
        "groups/update" => vec![("name", text("Intruders"))],
        "groups/import" => vec![("csv", text("group,email\nIntruders,\n"))],
        "groups/add-members" => vec![("emails[]", stage.employee.email.clone())],
        "groups/candidates" => vec![("words", text("a"))],
        "groups/remove-member" => vec![("user", stage.target.id.to_string())],
        "inbox/approve" => {
            vec![("approval[scope]", text("server")), ("approval[definitions_digest]", stage.digest.clone())]
        }
        "inbox/reject" => vec![("rejection[reason]", text("This reason is long enough to be of use to somebody."))],
        "keys/create" => vec![("name", text("intruder")), ("expires", text("never"))],
        "notifications/mark" => vec![("ids[]", stage.notification.clone()), ("read", text("true"))],
        "notifications/open" => vec![("link", text("/"))],
        "requests/send" | "requests/draft" => vec![
            ("draft_key", text("custom")),
            ("request[name]", text("Mine")),
            ("request[url]", stage.fixture.url()),
            ("request[why_needed]", text("w")),
        ],
        "palette/find" => vec![("words", text("target"))],
        "session/language" => vec![("tag", text("de")), ("back", text("/"))],
        "requests/duplicates" => vec![("draft_key", text("custom"))],
        "requests/discard" => vec![("draft_key", text("custom")), ("back", text("/requests"))],
        "rules/create" | "rules/update" | "rules/try" => vec![
            ("rule[principal][]", text("everyone")),
            ("rule[servers][]", stage.server.clone()),
            ("rule[effect]", text("allow")),
            ("rule[scope]", text("all")),
            ("server", stage.server.clone()),
        ],
        "rules/explain" => {
            vec![("person", stage.target.id.to_string()), ("server", stage.server.clone()), ("kind", text("server"))]
        }
        "rules/switch" | "rules/switch-seen" => vec![("enabled", text("false"))],
        "rules/switch-many" => vec![("ids[]", stage.rule.clone()), ("enabled", text("false"))],
        "servers/create" | "servers/update" => {
            vec![("server[name]", text("Mine")), ("server[url]", stage.fixture.url())]
        }
        "servers/pin" => vec![("digest", stage.digest.clone())],
        "session/sign-in" => {
            vec![("email", text("nobody@example.com")), ("password", text(PASSWORD)), ("next", text("/"))]
        }
        "session/open-link" => vec![("token", text("dbl_none")), ("kind", text("invite"))],
        "session/accept-link" => vec![("token", text("dbl_none")), ("password", text(PASSWORD))],
        "users/switch-many" => vec![("ids[]", stage.target.id.to_string())],
        "views/list" => vec![("list", text("requests"))],
        "views/change" => vec![("list", text("requests")), ("name", text("Mine")), ("query", text("state=pending"))],
        "users/invite" | "users/update" => {
            vec![("user[email]", text("intruder@example.com")), ("user[name]", text("Intruder"))]
        }
        _ => Vec::new(),
    });
    fields
}

/// The names of all functions, as the registry knows them.
fn registered() -> Vec<String> {
    let functions = app::server_fns();
    assert!(functions.len() > 50, "the functions are linked into this program: {functions:?}");
    functions
        .into_iter()
        .map(|(path, method)| {
            assert_eq!(method, Method::POST, "{path}: nothing is done by GET");
            path.strip_prefix("/api/fn/").expect("an explicit address").to_owned()
        })
        .collect()
}

async fn call(browser: &crate::harness::http::Browser, function: &str, stage: &Stage) -> Reply {
    let fields = arguments(function, stage);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.call(function, &fields).await
}

/// How many entries of each action there are; refusals and sign-ins do not count.
async fn changes(app: &App) -> BTreeMap<AuditAction, usize> {
    let mut changes = BTreeMap::new();
    for entry in app.entries(AuditFilter::default()).await {
        let action = entry.row.action;
        let refusal = matches!(action, AuditAction::AccessDenied | AuditAction::LoginFailed | AuditAction::AuthSuccess);
        if !refusal {
            *changes.entry(action).or_default() += 1;
        }
    }
    changes
}

#[test]
fn the_lists_name_functions_that_exist() {
    let registered: BTreeSet<String> = registered().into_iter().collect();
    for name in PUBLIC.iter().chain(EVERYBODY) {
        assert!(registered.contains(*name), "{name} is gone: take it off the list");
    }
}

on_both_engines! {
    async fn visitors_are_refused(app: &App) {
        let stage = Stage::set(app).await;
        let before = changes(app).await;
        let visitor = app.browser();
        for function in registered() {
            let reply = call(&visitor, &function, &stage).await;
            if PUBLIC.contains(&function.as_str()) {
                assert_ne!(reply.status, 401, "{function}");
            } else {
                assert_eq!(reply.status, 401, "{function}: {}", reply.text());
            }
        }
        // A key is for programs, not for the console.
        for function in ["users/list", "keys/create", "account/profile"] {
            let fields = arguments(function, &stage);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let request = visitor.form(&format!("/api/fn/{function}"), &fields).bearer_auth(&stage.admin.key);
            assert_eq!(request.send().await.unwrap().status(), 401, "{function}");
        }
        assert_eq!(changes(app).await, before, "nothing was changed");
    }

    async fn employees_are_refused_what_is_for_administrators(app: &App) {
        let stage = Stage::set(app).await;
        let before = changes(app).await;
        let browser = app.signed_in(&stage.employee).await;
        for function in registered() {
            if PUBLIC.contains(&function.as_str()) || EVERYBODY.contains(&function.as_str()) {
                continue;
            }
            let reply = call(&browser, &function, &stage).await;
            assert!(matches!(reply.status, 403 | 404), "{function}: {} {}", reply.status, reply.text());
        }
        assert_eq!(changes(app).await, before, "nothing was changed");
    }

    async fn nothing_is_done_by_get(app: &App) {
        let stage = Stage::set(app).await;
        let browser = app.signed_in(&stage.admin).await;
        let before = changes(app).await;
        for function in registered() {
            let fields = arguments(&function, &stage);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let query = crate::harness::http::form_body(&fields);
            for method in [Method::GET, Method::PUT, Method::DELETE] {
                let request = browser.request(method.clone(), &format!("/api/fn/{function}?{query}"));
                let status = request.send().await.unwrap().status().as_u16();
                assert!(matches!(status, 404 | 405), "{method} {function}: {status}");
            }
        }
        assert_eq!(changes(app).await, before, "nothing was changed");
    }

    async fn pages_of_other_sites_do_nothing_in_our_name(app: &App) {
        let stage = Stage::set(app).await;
        let browser = app.signed_in(&stage.admin).await;
        let before = changes(app).await;
        for function in registered() {
            let fields = arguments(&function, &stage);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let form = || browser.form(&format!("/api/fn/{function}"), &fields);
            for (what, request) in [
                ("by origin", form().header("origin", "https://evil.example")),
                ("by fetch metadata", form().header("sec-fetch-site", "cross-site")),
            ] {
                let reply = Reply::read(request.send().await.unwrap()).await;
                assert_eq!(reply.status, 403, "{function}, known {what}: {}", reply.text());
            }
        }
        assert_eq!(changes(app).await, before, "nothing was changed");
    }
}
