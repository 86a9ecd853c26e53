//! Two nodes, two processes, on one database: any of them serves any client, and one that dies takes nothing with it but
//! what it was doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::{AuditAction, Outcome, Role};
use http::Method;
use serde_json::{Value, json};
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};

use crate::harness::balancer::Balancer;
use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp, events, messages};
use crate::harness::process::Server;
use crate::harness::{App, PATIENCE, Person, eventually};

const LEGACY: [Generation; 3] = [Generation::V2025_03_26, Generation::V2025_06_18, Generation::V2025_11_25];
/// What stands behind the nodes: a slug, and what it speaks.
const SERVERS: [(&str, &[Generation]); 3] =
    [("older", &LEGACY), ("newer", &[Generation::V2026_07_28]), ("oldest", &[Generation::V2024_11_05])];

/// This process and another one, with three servers behind both that one person may use.
pub(crate) struct Two {
    pub(crate) app: App,
    pub(crate) other: Server,
    /// Of the other process; must be its own.
    data: tempfile::TempDir,
    eve: Person,
    pub(crate) servers: Vec<Fixture>,
}

impl Two {
    pub(crate) async fn start() -> Self {
        let app = App::start(Engine::Postgres).await;
        let data = tempfile::tempdir().unwrap();
        let other = Server::start(&app.place, &settings(&data)).await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let mut servers = Vec::new();
        for (slug, generations) in SERVERS {
            let options = FixtureOptions {
                generations: Generations::Only(generations.to_vec()),
                tool_set: ToolSet::Both,
                ..FixtureOptions::default()
            };
            let fixture = Fixture::spawn(options).await.unwrap();
            let id = app.add_server(&admin, slug, &fixture.url(), &[]).await;
            app.allow(&admin, &eve, id, json!("all")).await;
            servers.push(fixture);
        }
        let two = Self { app, other, data, eve, servers };
        two.know_each_other().await;
        two
    }

    /// Waits until a session of either node is served through the other, and until both know all servers.
    async fn know_each_other(&self) {
        for (opened, used) in [(&self.app.base, &self.other.base), (&self.other.base, &self.app.base)] {
            eventually("the nodes know each other", async || {
                let mut mcp = self.client(opened, "newer", Era::Legacy);
                let opening = mcp.request("initialize", mcp.initialize_params()).await;
                mcp.session = Some(opening.reply.header("mcp-session-id").to_owned()).filter(|id| !id.is_empty());
                let there = self.at(used, &mcp);
                there.session.as_ref()?;
                // Only the node that holds a session knows its level, so this goes there.
                let passed = || self.passed_on(used);
                let before = passed().await;
                there.request("logging/setLevel", json!({ "level": "debug" })).await;
                (passed().await > before).then_some(())
            })
            .await;
        }
    }

    /// How many requests a node has passed on.
    async fn passed_on(&self, base: &str) -> u64 {
        let text = self.app.http.get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(r#"drawbridge_mcp_passed_on_total{outcome="answered"}"#));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_default()
    }

    fn client(&self, base: &str, slug: &str, era: Era) -> Mcp {
        Mcp::new(self.app.http.clone(), format!("{base}/mcp/{slug}"), self.eve.key.clone(), era)
    }

    async fn connected(&self, base: &str, slug: &str, era: Era) -> Mcp {
        let mut mcp = self.client(base, slug, era);
        mcp.connect().await;
        mcp
    }

    /// The same client, at another node.
    fn at(&self, base: &str, mcp: &Mcp) -> Mcp {
        let slug = mcp.url.rsplit('/').next().unwrap();
        let mut there = self.client(base, slug, mcp.era);
        there.session.clone_from(&mcp.session);
        there
    }

    /// A node and the other one, and the other way round.
    fn both_ways(&self) -> [(&str, &str); 2] {
        [(&self.app.base, &self.other.base), (&self.other.base, &self.app.base)]
    }

    pub(crate) async fn finish(mut self) {
        self.other.terminate();
        assert!(self.other.ended().await.success(), "{}", self.other.log());
        drop(self.servers);
        self.app.finish().await;
    }
}

fn settings(data: &tempfile::TempDir) -> [(&str, &str); 1] {
    [("DRAWBRIDGE_DATA_DIR", data.path().to_str().expect("a path of text"))]
}

/// The messages of a stream up to one that is wanted.
async fn until(stream: &mut reqwest::Response, text: &mut String, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        if let Some(message) = events(text).into_iter().find(|message| wanted(message)) {
            return message;
        }
        let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time").expect("no fault");
        text.push_str(&String::from_utf8_lossy(&chunk.unwrap_or_else(|| panic!("the stream goes on: {text}"))));
    }
}

/// Opens a session of a client that can be asked.
async fn can_be_asked(mcp: &mut Mcp) {
    let mut opening = mcp.initialize_params();
    opening["capabilities"] = json!({ "elicitation": {}, "sampling": {}, "roots": {} });
    let opened = mcp.request("initialize", opening).await;
    mcp.session = Some(opened.reply.header("mcp-session-id").to_owned());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_node_serves_any_client() {
    let two = Two::start().await;
    let balancer = Balancer::before(two.app.http.clone(), &[&two.app.base, &two.other.base]).await;
    for era in Era::BOTH {
        for (slug, _) in SERVERS {
            let mcp = two.connected(&balancer.base, slug, era).await;
            for number in 0..7 {
                let answer = mcp.echo(&format!("{number}")).await;
                assert_eq!(answer.text(), format!("{number}"), "{era:?} to {slug}");
            }
            assert!(mcp.tools().await.contains(&"echo".to_owned()), "{era:?} to {slug}");
        }
    }
    let served = balancer.served();
    assert!(served.iter().all(|count| *count > 20), "both took their part: {served:?}");
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_answered_through_another_node() {
    let two = Two::start().await;
    for (slug, tool) in [("newer", "test_input_required_result_elicitation"), ("oldest", "test_elicitation")] {
        for (here, there) in two.both_ways() {
            let mut mcp = two.client(here, slug, Era::Legacy);
            can_be_asked(&mut mcp).await;
            let call = mcp.message("tools/call", json!({ "name": tool, "arguments": { "message": "who?" } }));
            let (mut stream, mut text) = (mcp.prepared(&call).send().await.unwrap(), String::new());
            let question = until(&mut stream, &mut text, |message| message["method"] == "elicitation/create").await;
            let given = json!({ "action": "accept", "content": { "name": "eve", "username": "eve", "email": "e@example.com" } });
            let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": given });
            assert_eq!(two.at(there, &mcp).post(&answer.to_string()).await.status, 202);
            let last = until(&mut stream, &mut text, |message| message["id"] == call["id"]).await;
            assert!(last["result"]["content"].is_array(), "{slug}: {last}");
        }
    }
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_waits_for_input_goes_on_where_it_waits() {
    let two = Two::start().await;
    for (here, there) in two.both_ways() {
        let mcp = two.connected(here, "older", Era::Modern).await;
        let message = |params: Value| {
            let mut message = mcp.message("tools/call", params);
            message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
                json!({ "elicitation": { "form": {} } });
            message
        };
        let mut params = json!({ "name": "test_elicitation", "arguments": { "message": "who?" } });
        let reply = Reply::read(mcp.prepared(&message(params.clone())).send().await.unwrap()).await;
        let first = reply.json();
        assert_eq!(first["result"]["resultType"], "input_required", "{first}");
        let key = first["result"]["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
        let given = json!({ "action": "accept", "content": { "username": "eve", "email": "eve@example.com" } });
        params["requestState"] = first["result"]["requestState"].clone();
        params["inputResponses"] = json!({ key: given });
        let there = two.at(there, &mcp);
        let reply = Reply::read(there.prepared(&message(params)).send().await.unwrap()).await;
        let last = messages(&reply).pop().unwrap();
        assert_eq!(last["result"]["resultType"], "complete", "{last}");
        // What the home recorded is found by what the client was told.
        let records = two.app.caused_by(reply.correlation()).await;
        assert_eq!(records.last().unwrap().row.outcome, Outcome::Success);
        assert_eq!(records.last().unwrap().row.ip.as_deref(), Some("127.0.0.1"));
    }
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_a_session_is_heard_where_it_lives() {
    let two = Two::start().await;
    for (here, there) in two.both_ways() {
        // Cancelled through the other node.
        let mcp = two.connected(here, "newer", Era::Legacy).await;
        two.servers[1].hold();
        let before = two.servers[1].calls("slow");
        let call = mcp.message("tools/call", json!({ "name": "slow", "arguments": { "ms": 1 } }));
        let calling = tokio::spawn(mcp.prepared(&call).send());
        two.servers[1].wait_for_calls("slow", before + 1).await.unwrap();
        let cancel =
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": call["id"] } });
        let elsewhere = two.at(there, &mcp);
        assert_eq!(elsewhere.post(&cancel.to_string()).await.status, 202);
        let reply = Reply::read(calling.await.unwrap().unwrap()).await;
        assert!(messages(&reply).is_empty(), "who cancelled gets no answer: {}", reply.text());
        two.servers[1].release();

        // The level of its log, set at one node, holds at the other.
        elsewhere.request("logging/setLevel", json!({ "level": "debug" })).await.result();
        for mcp in [&mcp, &elsewhere] {
            let message = mcp.message("tools/call", json!({ "name": "test_tool_with_logging", "arguments": {} }));
            let reply = Reply::read(mcp.prepared(&message).send().await.unwrap()).await;
            let logged = messages(&reply).iter().filter(|m| m["method"] == "notifications/message").count();
            assert_eq!(logged, 3, "{}", reply.text());
        }
    }
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_session_is_ended_everywhere() {
    let two = Two::start().await;
    for slug in ["older", "newer"] {
        for (here, there) in two.both_ways() {
            let mcp = two.connected(here, slug, Era::Legacy).await;
            let elsewhere = two.at(there, &mcp);
            assert_eq!(elsewhere.echo("before").await.text(), "before");
            assert_eq!(mcp.verb(Method::DELETE).await.status, 204);
            assert_eq!(mcp.echo("late").await.reply.status, 404, "{slug}");
            eventually("the other node knows", async || {
                (elsewhere.echo("late").await.reply.status == 404).then_some(())
            })
            .await;
        }
    }
    // A session ends with the key that opened it, also for other keys of the same person.
    let operator = two.app.operator();
    let key = two.app.services.create_key_for(&operator, two.eve.id, "another", None).await.unwrap();
    let mut opened = two.client(&two.app.base, "newer", Era::Legacy);
    opened.key.clone_from(&key.secret);
    opened.connect().await;
    let with_another = two.at(&two.other.base, &opened);
    eventually("the other node knows the key that opened it", async || {
        (with_another.echo("mine").await.reply.status == 200).then_some(())
    })
    .await;
    two.app.services.revoke_key(&operator, key.key.id).await.unwrap();
    eventually("the session is over", async || (with_another.echo("mine").await.reply.status == 404).then_some(()))
        .await;
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_known_on_every_node() {
    let two = Two::start().await;
    for (here, there) in two.both_ways() {
        let mcp = two.connected(here, "newer", Era::Modern).await;
        let arguments = json!({ "seconds": 0, "label": "it" });
        let mut call = mcp.message("tools/call", json!({ "name": "slow_compute", "arguments": arguments }));
        let knows_tasks = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
        let capabilities = "io.modelcontextprotocol/clientCapabilities";
        call["params"]["_meta"][capabilities] = knows_tasks.clone();
        let started = mcp.answer(&call).await;
        let task = started.result()["taskId"].as_str().unwrap().to_owned();
        let elsewhere = two.at(there, &mcp);
        let mut question = elsewhere.message("tasks/get", json!({ "taskId": task }));
        question["params"]["_meta"][capabilities] = knows_tasks;
        assert_eq!(elsewhere.answer(&question).await.result()["taskId"], task.as_str());
    }
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_the_first_revision_posts_to_any_node() {
    let two = Two::start().await;
    for (here, there) in two.both_ways() {
        let request = two.app.http.get(format!("{here}/mcp/older/sse")).bearer_auth(&two.eve.key);
        let mut stream = request.header("accept", "text/event-stream").send().await.unwrap();
        let begun = stream.chunk().await.unwrap().unwrap();
        let begun = String::from_utf8_lossy(&begun).into_owned();
        let endpoint = begun.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned();
        let mut text = String::new();
        let post = async |base: &str, message: Value| {
            let request = two.app.http.post(format!("{base}{endpoint}")).bearer_auth(&two.eve.key);
            let request = request.header("content-type", "application/json").body(message.to_string());
            assert_eq!(request.send().await.unwrap().status(), 202);
        };
        let opening = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": { "name": "old", "version": "1" } } });
        post(there, opening).await;
        until(&mut stream, &mut text, |message| message["id"] == 1).await;
        post(here, json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        for (id, base) in [(2, here), (3, there)] {
            let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": { "name": "echo", "arguments": { "message": format!("hello {id}") } } });
            post(base, call).await;
            let answer = until(&mut stream, &mut text, |message| message["id"] == id).await;
            assert_eq!(answer["result"]["content"][0]["text"], format!("hello {id}"));
        }
    }
    two.finish().await;
}

/// A client that calls again and again: what failed, by when it was begun, and how many calls came back.
struct Worker {
    what: String,
    failed: Vec<Instant>,
    done_after: usize,
}

async fn work(mcp: Mcp, what: String, dead: Arc<std::sync::OnceLock<Instant>>, stop: Arc<AtomicBool>) -> Worker {
    let mut worker = Worker { what, failed: Vec::new(), done_after: 0 };
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let (begun, text) = (Instant::now(), format!("call {number}"));
        let message = mcp.message("tools/call", json!({ "name": "echo", "arguments": { "message": text } }));
        // A call that the death cut off has no answer, or half of one.
        let answer = async { mcp.prepared(&message).send().await?.text().await }.await.unwrap_or_default();
        if answer.contains(&format!(r#""{text}""#)) {
            worker.done_after += usize::from(dead.get().is_some_and(|dead| begun > *dead));
        } else {
            worker.failed.push(begun);
        }
    }
    worker
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_dies_under_load_takes_only_its_calls_with_it() {
    let mut two = Two::start().await;
    let balancer = Balancer::before(two.app.http.clone(), &[&two.app.base, &two.other.base]).await;
    let (dead, stop) = (Arc::<std::sync::OnceLock<Instant>>::default(), Arc::<AtomicBool>::default());
    let mut workers = Vec::new();
    for era in Era::BOTH {
        for (slug, _) in SERVERS {
            // Sessions whose home is the node that will die, and the other.
            for home in [&two.app.base, &two.other.base] {
                let mcp = two.connected(home, slug, era).await;
                let (dead, stop, mcp) = (dead.clone(), stop.clone(), two.at(&balancer.base, &mcp));
                workers.push(tokio::spawn(work(mcp, format!("{era:?} to {slug} from {home}"), dead, stop)));
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    two.other.kill().await;
    dead.set(Instant::now()).unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    stop.store(true, Ordering::Relaxed);
    let killed = *dead.get().unwrap();
    for worker in workers {
        let Worker { what, failed, done_after } = worker.await.unwrap();
        assert!(failed.len() <= 1, "{what}: at most the call under way fails, not {}", failed.len());
        assert!(failed.iter().all(|begun| *begun <= killed), "{what}: a call failed that was begun after the death");
        assert!(done_after >= 3, "{what}: its session goes on, {done_after}");
    }

    // Whoever takes its place closes what it left open.
    two.other = Server::start(&two.app.place, &settings(&two.data)).await;
    let admitted = two.app.of_action(AuditAction::ToolCallAdmitted).await.len();
    let ended = two.app.of_action(AuditAction::ToolCallSuccess).await.len()
        + two.app.of_action(AuditAction::ToolCallFailure).await.len();
    assert_eq!(admitted, ended, "every call has an outcome");
    let mcp = two.connected(&two.other.base, "newer", Era::Legacy).await;
    assert_eq!(two.at(&two.app.base, &mcp).echo("back").await.text(), "back");
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_a_node_cannot_say_to_have_passed_something_on() {
    let two = Two::start().await;
    let mallory = two.app.person("Mallory", Role::User).await;
    let request = two.app.http.post(format!("{}/mcp/newer", two.app.base)).bearer_auth(&mallory.key);
    let request = request.header("x-drawbridge-passed-on", "forged").header("content-type", "application/json");
    assert_eq!(request.body("{}").send().await.unwrap().status(), 404, "it changes nothing");
    let denied = two.app.newest(AuditAction::AccessDenied).await;
    assert_eq!(denied.row.ip.as_deref(), Some("127.0.0.1"));
    two.finish().await;
}
