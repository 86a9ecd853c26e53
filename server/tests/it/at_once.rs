//! A rule that is taken away is refused on every node: at once where it was changed, within a second everywhere else.
//! `./x bench at-once` measures the same a thousand times.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::Role;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::http::Api;
use crate::harness::mcp::{Era, Mcp};
use crate::harness::{Person, eventually};
use crate::nodes::Two;

/// By when a change is in force on every node.
const PROMISE: Duration = Duration::from_secs(1);
/// Between two calls of a client.
const PAUSE: Duration = Duration::from_millis(5);
const WAYS: [Way; 5] = [Way::Disabled, Way::Deleted, Way::Narrowed, Way::Denied, Way::Blocked];

/// How access is taken away.
#[derive(Debug, Clone, Copy)]
enum Way {
    Disabled,
    Deleted,
    Narrowed,
    Denied,
    Blocked,
}

/// The rule that lets somebody call, and what is put in its way.
struct Rule {
    allows: Value,
    server: Value,
    id: String,
    against: String,
}

impl Rule {
    async fn made(api: &Api, path: &str, what: &Value) -> String {
        api.post(path, what).await.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    fn with(&self, field: &str, value: Value) -> Value {
        let mut rule = self.allows.clone();
        rule[field] = value;
        rule
    }

    async fn take(&mut self, api: &Api, way: Way) {
        let path = format!("/rules/{}", self.id);
        match way {
            Way::Disabled => drop(api.put(&path, &self.with("enabled", json!(false))).await.expect(200)),
            Way::Narrowed => drop(api.put(&path, &self.with("scope", json!({ "tools": ["add"] }))).await.expect(200)),
            Way::Deleted => assert_eq!(api.delete(&path).await.status, 204),
            Way::Denied => self.against = Self::made(api, "/rules", &self.with("effect", json!("deny"))).await,
            Way::Blocked => {
                let path = format!("/servers/{}/blocks", self.server.as_str().expect("an id"));
                self.against = Self::made(api, &path, &json!({ "principal": self.allows["principal"] })).await;
            }
        }
    }

    async fn give_back(&mut self, api: &Api, way: Way) {
        match way {
            Way::Disabled | Way::Narrowed => {
                drop(api.put(&format!("/rules/{}", self.id), &self.allows).await.expect(200));
            }
            Way::Deleted => self.id = Self::made(api, "/rules", &self.allows).await,
            Way::Denied | Way::Blocked => {
                assert_eq!(api.delete(&format!("/rules/{}", self.against)).await.status, 204);
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Called {
    begun: Instant,
    through: bool,
}

/// A client that calls again and again.
struct Client {
    what: String,
    node: usize,
    called: Arc<Mutex<Vec<Called>>>,
}

impl Client {
    async fn start(mut mcp: Mcp, what: String, node: usize, tasks: &mut JoinSet<()>) -> Self {
        mcp.connect().await;
        let called = Arc::<Mutex<Vec<Called>>>::default();
        let theirs = called.clone();
        tasks.spawn(async move {
            loop {
                let begun = Instant::now();
                let through = mcp.echo("still here").await.message["result"].is_object();
                theirs.lock().unwrap().push(Called { begun, through });
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { what, node, called }
    }

    fn any(&self, like: impl Fn(&Called) -> bool) -> Option<()> {
        self.called.lock().unwrap().iter().any(like).then_some(())
    }

    fn forget(&self) {
        self.called.lock().unwrap().clear();
    }
}

fn client_of(two: &Two, base: &str, person: &Person, era: Era) -> Mcp {
    Mcp::new(two.app.http.clone(), format!("{base}/mcp/newer"), person.key.clone(), era)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_is_taken_away_is_refused_on_every_node_within_a_second() {
    let two = Two::start().await;
    let (root, mallory) = (two.app.person("Root", Role::SuperAdmin).await, two.app.person("Mallory", Role::User).await);
    let bases = [two.app.base.clone(), two.other.base.clone()];
    let apis = bases.clone().map(|base| Api { http: two.app.http.clone(), base, key: Some(root.key.clone()) });
    let fixture = &two.servers[1];
    let server = apis[0].rows("/servers").await.into_iter().find(|server| server["slug"] == "newer").unwrap();
    let server = server["id"].clone();
    let allows = json!({ "principal": { "type": "user", "ids": [mallory.id] }, "effect": "allow", "servers": [server],
        "scope": { "tools": ["echo"] } });
    let id = Rule::made(&apis[0], "/rules", &allows).await;
    let mut rule = Rule { allows, server, id, against: String::new() };

    let (mut clients, mut tasks) = (Vec::new(), JoinSet::new());
    for (node, base) in bases.iter().enumerate() {
        eventually("the node knows the rule", async || {
            let asked = client_of(&two, base, &mallory, Era::Modern).echo("may I?").await;
            asked.message["result"].is_object().then_some(())
        })
        .await;
        for era in Era::BOTH {
            let mcp = client_of(&two, base, &mallory, era);
            clients.push(Client::start(mcp, format!("{era:?} at node {node}"), node, &mut tasks).await);
        }
    }
    for (number, (way, here)) in WAYS.into_iter().flat_map(|way| [(way, 0), (way, 1)]).enumerate() {
        for client in &clients {
            eventually(&client.what, async || client.any(|call| call.through)).await;
        }
        rule.take(&apis[here], way).await;
        let answered = Instant::now();
        tokio::time::sleep(PROMISE).await;
        // Each of them has called after the second, and was answered.
        for client in &clients {
            eventually(&client.what, async || client.any(|call| call.begun > answered + PROMISE)).await;
        }
        let reached = fixture.calls("echo");
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(fixture.calls("echo"), reached, "run {number}, {way:?}: nothing reaches the server any more");
        for client in &clients {
            let grace = if client.node == here { Duration::ZERO } else { PROMISE };
            let leaked = client.called.lock().unwrap().iter().rfind(|call| call.through).copied();
            let late = leaked.expect("it was let through before").begun.checked_duration_since(answered + grace);
            assert_eq!(late, None, "run {number}, {way:?} by node {here}: {} was let through", client.what);
            client.forget();
        }
        rule.give_back(&apis[here], way).await;
    }
    for client in &clients {
        eventually(&client.what, async || client.any(|call| call.through)).await;
    }
    tasks.shutdown().await;
    two.finish().await;
}
