//! Every way to a server against every kind of decision: what the rules say is what happens, on each way alike, and what
//! explanations say is what happens, too.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{AuditAction, Clock as _};
use mcp::Method;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, ToolSet};

use crate::harness::http::Reply;
use crate::harness::mcp::{CLIENT, Era, Mcp, events, messages};
use crate::harness::sse::SseClient;
use crate::harness::{App, Person, on_both_engines};

const TEXT: &str = "test://static-text";
const PROMPT: &str = "test_prompt_with_arguments";

/// A way of calls to a server. A new one belongs here.
enum Way {
    /// 2025-11-25 and 2026-07-28.
    Http(Mcp),
    /// 2025-03-26, in a batch.
    Batch(Mcp),
    /// 2024-11-05.
    Sse(Box<SseClient>),
}

impl Way {
    async fn all(app: &App, person: &Person) -> Vec<(&'static str, Self)> {
        let batches = app.mcp_of("fixture", person, "2025-03-26").await;
        let url = format!("{}/sse", app.mcp_url("fixture"));
        vec![
            ("2026-07-28", Self::Http(app.mcp("fixture", person, Era::Modern).await)),
            ("2025-11-25", Self::Http(app.mcp("fixture", person, Era::Legacy).await)),
            ("batch", Self::Batch(batches)),
            ("2024-11-05", Self::Sse(Box::new(SseClient::connect(app, &url, &person.key).await))),
        ]
    }

    /// The answer to a request.
    async fn ask(&mut self, app: &App, number: u64, method: &str, params: Value) -> Value {
        match self {
            Self::Http(mcp) => mcp.request(method, params).await.message,
            Self::Batch(mcp) => {
                let request = json!([{ "jsonrpc": "2.0", "id": number, "method": method, "params": params }]);
                let post = app.http.post(&mcp.url).bearer_auth(&mcp.key).header("content-type", "application/json");
                let post = post.header("accept", "application/json, text/event-stream");
                let post = post.header("mcp-session-id", mcp.session.clone().unwrap());
                let reply = Reply::read(post.body(request.to_string()).send().await.unwrap()).await;
                let answers = match serde_json::from_slice::<Value>(&reply.body) {
                    Ok(Value::Array(answers)) => answers,
                    Ok(one) => vec![one],
                    Err(_) => events(&reply.text()),
                };
                answers.into_iter().find(|answer| answer["id"] == number || answer["id"].is_null()).unwrap_or_default()
            }
            Self::Sse(client) => {
                let request = json!({ "jsonrpc": "2.0", "id": number, "method": method, "params": params });
                client.ask(&request).await.unwrap_or_default()
            }
        }
    }
}

/// Something that is asked of the server.
#[derive(Debug, Clone, Copy)]
enum Probe {
    Tool(&'static str, &'static str),
    Resource(&'static str),
    Prompt(&'static str, &'static str),
}

impl Probe {
    fn request(self) -> (&'static str, Value) {
        let arguments = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        match self {
            Self::Tool(name, text) => ("tools/call", json!({ "name": name, "arguments": arguments(text) })),
            Self::Resource(uri) => ("resources/read", json!({ "uri": uri })),
            Self::Prompt(name, text) => ("prompts/get", json!({ "name": name, "arguments": arguments(text) })),
        }
    }

    /// As the explanation is asked for it: kind, name, arguments.
    const fn question(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Tool(name, text) => ("tool", name, text),
            Self::Resource(uri) => ("resource", uri, ""),
            Self::Prompt(name, text) => ("prompt", name, text),
        }
    }
}

const ECHO: Probe = Probe::Tool("echo", r#"{"message":"hello"}"#);
const ECHO_SECRET: Probe = Probe::Tool("echo", r#"{"message":"secret plan"}"#);
const ADD: Probe = Probe::Tool("add", r#"{"a":1,"b":2}"#);
const READ: Probe = Probe::Resource(TEXT);
const GET: Probe = Probe::Prompt(PROMPT, r#"{"arg1":"a","arg2":"b"}"#);
const PROBES: [Probe; 5] = [ECHO, ECHO_SECRET, ADD, READ, GET];

/// A kind of decision: rules, and which of [`PROBES`] they let through.
struct Kind {
    name: &'static str,
    rules: Vec<Value>,
    lets: [bool; 5],
}

struct Scene {
    server: String,
    other: String,
    eve: String,
    group: String,
    job_role: String,
    now: chrono::DateTime<chrono::Utc>,
}

impl Scene {
    fn rule(&self, effect: &str, more: Value) -> Value {
        let mut rule =
            json!({ "principal": { "type": "user", "ids": [self.eve] }, "effect": effect, "servers": [self.server] });
        rule.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        rule
    }

    fn kinds(&self) -> Vec<Kind> {
        let allow = |more: Value| self.rule("allow", more);
        let deny = |more: Value| self.rule("deny", more);
        let all = || allow(json!({}));
        let echo = || json!({ "scope": { "tools": ["echo"] } });
        let message = |operator: &str, value: &str| json!({ "conditions": { "path": "payload.message", "operator": operator, "value": value } });
        let when = |path: &str, operator: &str, value: Value| json!({ "conditions": { "path": path, "operator": operator, "value": value } });
        let (yesterday, tomorrow) = (self.now - TimeDelta::days(1), self.now + TimeDelta::days(1));
        let kind = |name: &'static str, rules: Vec<Value>, lets: [bool; 5]| Kind { name, rules, lets };
        let (every, none) = ([true; 5], [false; 5]);
        let tool_echo = [true, true, false, false, false];
        vec![
            kind("the entire server", vec![all()], every),
            kind("a named tool", vec![allow(echo())], tool_echo),
            kind(
                "a pattern",
                vec![allow(json!({ "scope": { "tools": ["ad*"] } }))],
                [false, false, true, false, false],
            ),
            kind(
                "a resource and a prompt",
                vec![allow(json!({ "scope": { "resources": ["test://static-*"], "prompts": [PROMPT] } }))],
                [false, false, false, true, true],
            ),
            kind("a deny of a tool", vec![all(), deny(echo())], [false, false, true, true, true]),
            kind(
                "a deny of a resource and a prompt",
                vec![all(), deny(json!({ "scope": { "resources": [TEXT], "prompts": ["test_*"] } }))],
                [true, true, true, false, false],
            ),
            kind(
                "a global deny",
                vec![all(), deny(json!({ "servers": [], "scope": { "tools": ["*dd"] } }))],
                [true, true, false, true, true],
            ),
            kind(
                "an allow by argument",
                vec![allow(message("begins_with", "hello")), allow(json!({ "scope": { "tools": ["add"] } }))],
                [true, false, true, false, false],
            ),
            kind(
                "a deny by argument",
                vec![all(), deny(message("contains", "secret"))],
                [true, false, true, true, true],
            ),
            kind(
                "by the client's address",
                vec![allow(when("meta.request.ip", "in_ip_range", json!(["127.0.0.0/8", "::1"])))],
                every,
            ),
            kind(
                "from elsewhere only",
                vec![allow(echo()), deny(when("meta.request.ip", "in_ip_range", json!("127.0.0.0/8")))],
                none,
            ),
            kind("by the client's name", vec![allow(when("meta.client.name", "in", json!([CLIENT.0])))], every),
            kind("another client's", vec![all(), deny(when("meta.client.name", "not_equals", json!("Claude")))], none),
            kind(
                "by the time of day",
                vec![allow(when("meta.request.time", "between_times", json!("00:00-24:00")))],
                every,
            ),
            kind(
                "outside the hours",
                vec![all(), deny(when("meta.request.time", "between_times", json!("00:00-24:00 Europe/Berlin")))],
                none,
            ),
            kind("a group", vec![allow(json!({ "principal": { "type": "group", "ids": [self.group] } }))], every),
            kind(
                "a job role's deny",
                vec![
                    all(),
                    deny(
                        json!({ "principal": { "type": "job_role", "ids": [self.job_role] }, "scope": { "tools": ["add"] } }),
                    ),
                ],
                [true, true, false, true, true],
            ),
            kind(
                "an attribute",
                vec![allow(
                    json!({ "principal": { "type": "attribute", "attribute": "department", "values": ["Sales"] } }),
                )],
                every,
            ),
            kind("several servers", vec![allow(json!({ "servers": [self.other, self.server] }))], every),
            kind("it has ended", vec![allow(echo()), allow(json!({ "ends_at": yesterday }))], tool_echo),
            kind("it has not begun", vec![allow(echo()), allow(json!({ "starts_at": tomorrow }))], tool_echo),
            kind("it is switched off", vec![allow(echo()), allow(json!({ "enabled": false }))], tool_echo),
            kind("it only watches", vec![all(), deny(json!({ "mode": "monitor" }))], every),
            kind(
                "clauses of an expert",
                vec![allow(
                    json!({ "cedar": "unless { context.text.hasTag(\"payload.message\") && context.text.getTag(\"payload.message\") like \"*secret*\" }" }),
                )],
                [true, false, true, true, true],
            ),
        ]
    }
}

async fn fixture() -> Fixture {
    let options = FixtureOptions { tool_set: ToolSet::Both, ..FixtureOptions::default() };
    Fixture::spawn(options).await.expect("an MCP server")
}

async fn scene(app: &App, fixture: &Fixture) -> (Person, Person, Scene) {
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await.to_string();
    let other = app.add_server(&admin, "other", &fixture.url(), &[]).await.to_string();
    let api = app.api(&admin);
    let change = json!({ "email": eve.email, "name": "Eve", "department": "Sales" });
    api.put(&format!("/users/{}", eve.id), &change).await.expect(200);
    let mut ids = Vec::new();
    for (name, kind) in [("Ops", "group"), ("Lead", "job_role")] {
        let group = api.post("/groups", &json!({ "name": name, "kind": kind })).await.expect(201);
        let id = group["id"].as_str().unwrap().to_owned();
        api.put(&format!("/groups/{id}/members/{}", eve.id), &json!({})).await.expect(204);
        ids.push(id);
    }
    let job_role = ids.pop().unwrap();
    let group = ids.pop().unwrap();
    let scene = Scene { server, other, eve: eve.id.to_string(), group, job_role, now: app.env.now() };
    (admin, eve, scene)
}

/// Whether the server did what was asked for.
fn done(answer: &Value) -> bool {
    answer["result"].is_object()
}

on_both_engines! {
    async fn every_way_decides_alike(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, scene) = scene(app, &fixture).await;
        let api = app.api(&admin);
        // Somebody has to be let in before sessions can be opened.
        let open = async || {
            let opening = api.post("/rules", &scene.rule("allow", json!({}))).await.expect(201);
            opening["id"].as_str().unwrap().to_owned()
        };
        let opening = open().await;
        let mut ways = Way::all(app, &eve).await;
        api.delete(&format!("/rules/{opening}")).await.expect(204);
        let mut number = 100;
        for Kind { name, rules, lets } in scene.kinds() {
            let mut made = vec![open().await];
            // A stream ends with the access to its server, as it did after the kind before.
            if let Some((_, last)) = ways.last_mut() {
                let url = format!("{}/sse", app.mcp_url("fixture"));
                *last = Way::Sse(Box::new(SseClient::connect(app, &url, &eve.key).await));
            }
            for rule in &rules {
                let id = api.post("/rules", rule).await.expect(201)["id"].as_str().unwrap().to_owned();
                made.push(id);
            }
            api.delete(&format!("/rules/{}", made.remove(0))).await.expect(204);
            for (way, client) in &mut ways {
                for (probe, let_through) in PROBES.into_iter().zip(lets) {
                    number += 1;
                    let before = fixture.total_calls();
                    let (method, params) = probe.request();
                    let answer = client.ask(app, number, method, params).await;
                    assert_eq!(done(&answer), let_through, "{name}, {way}, {probe:?}: {answer}");
                    if !let_through {
                        assert_eq!(fixture.total_calls(), before, "{name}, {way}, {probe:?}: the server hears nothing");
                    }
                    let (kind, target, arguments) = probe.question();
                    let question = [
                        ("person", scene.eve.as_str()), ("server", &scene.server), ("kind", kind), ("name", target),
                        ("arguments", arguments), ("ip", "127.0.0.1"), ("client", CLIENT.0),
                    ];
                    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(question).finish();
                    let explained = api.get(&format!("/rules/explain?{query}")).await.expect(200);
                    let decision = if let_through { "allow" } else { "deny" };
                    assert_eq!(explained["decision"], decision, "{name}, {probe:?}: {explained:#}");
                }
            }
            // Lists show what some call of could be allowed.
            let listed: BTreeSet<String> = match &ways[0].1 {
                Way::Http(mcp) => {
                    let list = mcp.request("tools/list", json!({})).await.message;
                    let tools = list["result"]["tools"].as_array().cloned().unwrap_or_default();
                    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
                }
                _ => unreachable!("the first way is of bare HTTP"),
            };
            for (tool, shown) in [("echo", lets[0] || lets[1]), ("add", lets[2])] {
                assert!(!shown || listed.contains(tool), "{name}: {tool} is listed: {listed:?}");
            }
            if !lets[0] && !lets[1] {
                assert!(!listed.contains("echo"), "{name}: {listed:?}");
            }
            for id in made {
                api.delete(&format!("/rules/{id}")).await.expect(204);
            }
        }
        for (way, client) in &mut ways {
            for probe in PROBES {
                number += 1;
                let (method, params) = probe.request();
                assert!(!done(&client.ask(app, number, method, params).await), "no rule, {way}, {probe:?}");
            }
        }
    }

    async fn what_only_watches_tells_what_it_would_have_done(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, scene) = scene(app, &fixture).await;
        let api = app.api(&admin);
        api.post("/rules", &scene.rule("allow", json!({ "scope": { "tools": ["echo"] } }))).await.expect(201);
        let watch = |effect: &str, tool: &str| scene.rule(effect, json!({ "mode": "monitor", "scope": { "tools": [tool] } }));
        let denies = api.post("/rules", &watch("deny", "echo")).await.expect(201);
        let allows = api.post("/rules", &watch("allow", "add")).await.expect(201);
        let mcp = app.mcp("fixture", &eve, Era::Modern).await;
        mcp.echo("hello").await.result();
        assert_eq!(mcp.call("add", json!({ "a": 1, "b": 2 })).await.error(), -32_602);
        for (action, rule, tool) in [
            (AuditAction::PolicyWouldDeny, &denies, "echo"),
            (AuditAction::PolicyWouldAllow, &allows, "add"),
        ] {
            let entry = app.newest(action).await;
            assert_eq!((entry.row.tool.as_deref(), entry.rules.len()), (Some(tool), 1), "{action}");
            assert_eq!(rule["id"], entry.rules[0]);
        }
    }

    async fn a_denial_tells_those_who_may_know(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, scene) = scene(app, &fixture).await;
        let condition = json!({ "path": "payload.message", "operator": "not_equals", "value": "secret" });
        let rule = json!({ "scope": { "tools": ["echo"] }, "conditions": condition });
        app.api(&admin).post("/rules", &scene.rule("allow", rule)).await.expect(201);
        for era in Era::BOTH {
            let mcp = app.mcp("fixture", &eve, era).await;
            assert_eq!(mcp.tools().await, ["echo"], "{era:?}");
            mcp.echo("hello").await.result();
            let denied = mcp.echo("secret").await;
            assert_eq!(denied.error(), 10_403, "{era:?}");
            let link = format!("/requests/new?server={}", scene.server);
            assert!(denied.error_message().contains(&link), "{era:?}: {}", denied.error_message());
            // A tool that is not shown does not exist, whether the server has it or not.
            let (hidden, unknown) = (mcp.call("add", json!({})).await, mcp.call("no_such_tool", json!({})).await);
            assert_eq!((hidden.error(), unknown.error()), (-32_602, -32_602), "{era:?}");
            let (hidden, unknown) = (hidden.error_message().to_owned(), unknown.error_message().to_owned());
            assert_eq!(hidden.replace("add", "x"), unknown.replace("no_such_tool", "x"), "{era:?}");
        }
    }

    async fn a_call_under_way_ends_with_the_access_to_its_tool(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, scene) = scene(app, &fixture).await;
        let api = app.api(&admin);
        api.post("/rules", &scene.rule("allow", json!({}))).await.expect(201);
        for era in Era::BOTH {
            let mcp = app.mcp("fixture", &eve, era).await;
            let before = fixture.calls("echo");
            fixture.hold();
            let calling = tokio::spawn(async move { (mcp.echo("slow").await, mcp) });
            crate::harness::eventually("the call is at the server", async || {
                (fixture.calls("echo") > before).then_some(())
            })
            .await;
            let deny = scene.rule("deny", json!({ "scope": { "tools": ["echo"] } }));
            let deny = api.post("/rules", &deny).await.expect(201);
            let (answer, mcp) = tokio::time::timeout(std::time::Duration::from_secs(20), calling)
                .await
                .expect("a call without access ends although the server says nothing")
                .unwrap();
            assert_eq!(answer.error(), 10_403, "{era:?}: {}", answer.reply.text());
            fixture.release();
            // Others of the same server are not concerned.
            mcp.call("add", json!({ "a": 1, "b": 2 })).await.result();
            api.delete(&format!("/rules/{}", deny["id"].as_str().unwrap())).await.expect(204);
            assert_eq!(mcp.echo("again").await.text(), "again", "{era:?}");
        }
    }

    async fn every_method_that_names_something_is_asked_about(app: &App) {
        let fixture = fixture().await;
        let (admin, eve, scene) = scene(app, &fixture).await;
        app.api(&admin).post("/rules", &scene.rule("allow", json!({ "scope": { "tools": ["add"] } }))).await.expect(201);
        let clients = [app.mcp("fixture", &eve, Era::Legacy).await, app.mcp("fixture", &eve, Era::Modern).await];
        fixture.clear_received();
        let other = Method::Other("vendor/do".into());
        for (method, mcp) in Method::ALL.iter().chain([&other]).flat_map(|method| clients.iter().map(move |mcp| (method, mcp))) {
            let version = if mcp.era == Era::Modern { mcp::ProtocolVersion::V2026_07_28 } else { mcp::ProtocolVersion::V2025_11_25 };
            let Some(params) = naming(method).filter(|_| method.defined_in(version)) else { continue };
            let said = messages(&Reply::read(mcp.prepared(&mcp.message(method.as_str(), params)).send().await.unwrap()).await);
            assert!(said.iter().any(|one| one["error"].is_object()), "{} of {:?}: {said:?}", method.as_str(), mcp.era);
            let reached = fixture.received().iter().any(|one| one.rpc_method().as_deref() == Some(method.as_str()));
            assert!(!reached, "{} of {:?} reached the server", method.as_str(), mcp.era);
        }
    }
}

/// Parameters that name something which the rules do not open; nothing for a method that names nothing, and whose access
/// is that to the server. A method that is added has to be sorted in here.
fn naming(method: &Method<'_>) -> Option<Value> {
    match method {
        Method::ToolsCall => Some(json!({ "name": "echo", "arguments": {} })),
        Method::ResourcesRead
        | Method::ResourcesSubscribe
        | Method::ResourcesUnsubscribe
        | Method::ResourcesDirectoryRead => Some(json!({ "uri": TEXT })),
        Method::SkillsGet => Some(json!({ "name": "skill", "uri": "skill://skill" })),
        Method::PromptsGet => Some(json!({ "name": PROMPT, "arguments": {} })),
        Method::CompletionComplete => {
            let argument = json!({ "name": "arg1", "value": "" });
            Some(json!({ "ref": { "type": "ref/prompt", "name": PROMPT }, "argument": argument }))
        }
        Method::SubscriptionsListen => Some(json!({ "notifications": { "resourceSubscriptions": [TEXT] } })),
        // Whoever may not do everything may do neither.
        Method::Other(_) | Method::TasksList => Some(json!({ "name": "add", "uri": TEXT })),
        Method::Initialize
        | Method::Ping
        | Method::ServerDiscover
        | Method::ToolsList
        | Method::ResourcesList
        | Method::ResourcesTemplatesList
        | Method::PromptsList
        | Method::LoggingSetLevel
        | Method::TasksGet
        | Method::TasksCancel
        | Method::TasksUpdate
        | Method::TasksResult
        | Method::Initialized
        | Method::Cancelled
        | Method::Progress
        | Method::LogMessage
        | Method::SkillsList
        | Method::SamplingCreateMessage
        | Method::ElicitationCreate
        | Method::RootsList
        | Method::SubscriptionsAcknowledged
        | Method::ElicitationComplete
        | Method::TasksStatus
        | Method::RootsListChanged
        | Method::ToolsListChanged
        | Method::PromptsListChanged
        | Method::ResourcesListChanged
        | Method::ResourcesUpdated => None,
    }
}
