//! Tasks: whoever started one gets at it, as long as the tool that started it is allowed, and nobody else does.

use domain::{AuditAction, Outcome, Role, ServerId};
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::mcp::{Answer, Era, Mcp};
use crate::harness::older::Older;
use crate::harness::{App, Person, eventually, on_both_engines};

const EXTENSION: &str = "io.modelcontextprotocol/tasks";
/// What a server says of a task that it does not know.
const UNKNOWN: (i64, &str) = (-32602, "Task not found");

/// A server with tools whose calls become tasks, and two people who may use all of it.
struct Stage {
    fixture: Fixture,
    admin: Person,
    eve: Person,
    bo: Person,
    id: ServerId,
}

impl Stage {
    async fn new(app: &App) -> Self {
        let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
        let (admin, eve) = (app.admin().await, app.employee().await);
        let bo = app.person("Bo", Role::User).await;
        let id = app.add_server(&admin, "jobs", &fixture.url(), &[]).await;
        app.allow(&admin, &bo, id, json!("all")).await;
        Self { fixture, admin, eve, bo, id }
    }

    async fn client(&self, app: &App, person: &Person) -> Mcp {
        app.mcp("jobs", person, Era::Modern).await
    }
}

/// A server of 2025-11-25 with a tool whose calls become tasks, and the clients of two people who may use it.
async fn older(app: &App) -> (Older, Mcp, Mcp) {
    let server = Older::start().await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let bo = app.person("Bo", Role::User).await;
    let id = app.add_server(&admin, "older", &server.url, &[]).await;
    for person in [&eve, &bo] {
        app.allow(&admin, person, id, json!("all")).await;
    }
    let (eve, bo) = (app.mcp("older", &eve, Era::Legacy).await, app.mcp("older", &bo, Era::Legacy).await);
    (server, eve, bo)
}

/// A request of a client that knows tasks.
async fn ask(client: &Mcp, method: &str, params: Value) -> Answer {
    let mut message = client.message(method, params);
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({ "extensions": { EXTENSION: {} } });
    client.answer(&message).await
}

/// Starts a task; its id.
async fn start(client: &Mcp, seconds: f64) -> String {
    let arguments = json!({ "seconds": seconds, "label": "it" });
    let answer = ask(client, "tools/call", json!({ "name": "slow_compute", "arguments": arguments })).await;
    assert_eq!(answer.result()["resultType"], "task", "{}", answer.reply.text());
    answer.result()["taskId"].as_str().unwrap().to_owned()
}

fn refusal(answer: &Answer) -> (i64, &str) {
    (answer.error(), answer.error_message())
}

on_both_engines! {
    async fn a_task_is_for_whoever_started_it(app: &App) {
        let stage = Stage::new(app).await;
        app.allow(&stage.admin, &stage.eve, stage.id, json!("all")).await;
        let (eve, bo) = (stage.client(app, &stage.eve).await, stage.client(app, &stage.bo).await);
        let task = start(&eve, 0.3).await;
        let about = json!({ "taskId": task });
        for method in ["tasks/get", "tasks/cancel", "tasks/update"] {
            let mut params = about.clone();
            params["inputResponses"] = json!({});
            let refused = ask(&bo, method, params).await;
            assert_eq!(refusal(&refused), UNKNOWN, "{method}");
            let entries = app.caused_by(refused.reply.correlation()).await;
            let [denied] = &entries[..] else { panic!("one entry, as the server saw nothing: {entries:#?}") };
            assert_eq!((denied.row.action, denied.row.outcome), (AuditAction::AccessDenied, Outcome::Denied));
            assert_eq!(denied.row.reason.as_deref(), Some("the task was not started by this person"));
            assert_eq!(denied.row.tool.as_deref(), Some(method));
        }
        assert_eq!(refusal(&ask(&eve, "tasks/get", json!({ "taskId": "guessed" })).await), UNKNOWN);

        let done = eventually("the task is done", async || {
            let answer = ask(&eve, "tasks/get", about.clone()).await;
            (answer.result()["status"] == "completed").then_some(answer)
        })
        .await;
        assert_eq!(done.result()["taskId"], task.as_str(), "the id is the server's own");
        assert_eq!(done.result()["result"]["content"][0]["text"], "it took 0.3 s", "nobody has cancelled it");
        let entries = app.caused_by(done.reply.correlation()).await;
        let [admitted, answered] = &entries[..] else { panic!("two entries: {entries:#?}") };
        assert_eq!((admitted.row.action, answered.row.action), (AuditAction::TaskAdmitted, AuditAction::TaskSuccess));
        assert_eq!(answered.row.tool.as_deref(), Some("slow_compute"), "the tool that has started it");
        assert!(admitted.args.as_deref().unwrap_or_default().contains(&task), "{admitted:#?}");
        assert!(answered.result.as_deref().unwrap_or_default().contains("it took 0.3 s"), "{answered:#?}");
        drop(stage.fixture);
    }

    async fn changes_of_a_task_are_for_whoever_started_it(app: &App) {
        let stage = Stage::new(app).await;
        app.allow(&stage.admin, &stage.eve, stage.id, json!("all")).await;
        let (eve, bo) = (stage.client(app, &stage.eve).await, stage.client(app, &stage.bo).await);
        let task = start(&eve, 0.1).await;
        let wanted = json!({ "notifications": { "toolsListChanged": true, "taskIds": [task] } });
        for client in [&eve, &bo] {
            let message = client.message("subscriptions/listen", wanted.clone());
            let stream = client.prepared(&message).send().await.unwrap();
            assert!(stream.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
            let asked: Value = serde_json::from_slice(&stage.fixture.received().pop().unwrap().body).unwrap();
            assert_eq!(asked["method"], "subscriptions/listen");
            assert_eq!(asked["params"]["notifications"], json!({ "toolsListChanged": true, "taskIds": [] }));
        }
        let twin = json!({ "notifications": { "TaskIds": [task] } });
        assert_eq!(ask(&bo, "subscriptions/listen", twin).await.error(), -32600);

        // Nor does a request come near a task by being about something else.
        let mut beside = bo.message("tools/list", json!({}));
        beside["params"]["_meta"]["io.modelcontextprotocol/related-task"] = json!({ "taskId": task });
        assert_eq!(refusal(&bo.answer(&beside).await), UNKNOWN);
        assert_eq!(bo.request("vendor/peek", json!({ "taskId": task })).await.error(), -32602);
    }

    async fn nobody_lists_the_tasks_of_everybody(app: &App) {
        let (server, eve, _) = older(app).await;
        assert_eq!(eve.request("tasks/list", json!({})).await.error(), -32601);
        assert_eq!(server.seen("tasks/list"), 0);
    }

    async fn a_task_whose_id_another_persons_has_is_withheld(app: &App) {
        let (server, eve, bo) = older(app).await;
        let job = json!({ "name": "job", "arguments": {}, "task": {} });
        eve.request("tools/call", job.clone()).await.result();
        server.begin_jobs_anew();
        let withheld = bo.request("tools/call", job.clone()).await;
        assert_eq!(withheld.error(), -32603, "{}", withheld.reply.text());
        let entry = app.caused_by(withheld.reply.correlation()).await.pop().unwrap();
        assert_eq!(entry.row.action, AuditAction::ToolCallFailure);
        assert!(entry.result.as_deref().unwrap_or_default().contains("job-0"), "{entry:#?}");
        server.begin_jobs_anew();
        eve.request("tools/call", job).await.result();
        eve.request("tasks/get", json!({ "taskId": "job-0" })).await.result();
    }

    async fn a_task_ends_for_people_with_the_right_to_its_tool(app: &App) {
        let stage = Stage::new(app).await;
        let rule = app.allow(&stage.admin, &stage.eve, stage.id, json!(["slow_compute"])).await;
        app.allow(&stage.admin, &stage.eve, stage.id, json!(["greet"])).await;
        let eve = stage.client(app, &stage.eve).await;
        let task = start(&eve, 0.0).await;
        ask(&eve, "tasks/get", json!({ "taskId": task })).await.result();
        app.api(&stage.admin).delete(&format!("/rules/{rule}")).await.expect(204);
        let refused = ask(&eve, "tasks/get", json!({ "taskId": task })).await;
        assert_eq!(refusal(&refused), UNKNOWN);
        let denied = app.caused_by(refused.reply.correlation()).await.pop().unwrap();
        assert_eq!((denied.row.action, denied.row.tool.as_deref()), (AuditAction::AccessDenied, Some("slow_compute")));
    }

    async fn a_task_of_the_older_revision(app: &App) {
        let (server, eve, bo) = older(app).await;
        let started = eve.request("tools/call", json!({ "name": "job", "arguments": {}, "task": { "ttl": 60_000 } })).await;
        let task = started.result()["task"]["taskId"].as_str().unwrap().to_owned();
        let about = json!({ "taskId": task });
        for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
            assert_eq!(refusal(&bo.request(method, about.clone()).await), UNKNOWN, "{method}");
            assert_eq!(server.seen(&format!("{method} {task}")), 0, "the server was not asked");
            eve.request(method, about.clone()).await.result();
        }
        let made = eve.request("tasks/result", about).await;
        assert_eq!(made.text(), "what the job made");
        let entries = app.caused_by(made.reply.correlation()).await;
        let actions: Vec<_> = entries.iter().map(|entry| entry.row.action).collect();
        assert_eq!(actions, [AuditAction::TaskAdmitted, AuditAction::TaskSuccess]);
        assert!(entries[1].result.as_deref().unwrap_or_default().contains("what the job made"));
    }
}
