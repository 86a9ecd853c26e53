//! 200 clients at once that number their requests alike: each gets its own answer and its own progress, whatever it and
//! the server speak, and however few sessions they share at the server.

use domain::Role;
use futures_util::future::{join, join_all};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use testkit::fixture::Generation::{self, V2024_11_05, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};
use testkit::fixture::{Fixture, FixtureOptions, Generations, ToolSet};
use tokio::sync::Semaphore;

use crate::harness::http::Reply;
use crate::harness::mcp::{Era, Mcp, messages};
use crate::harness::sse::SseClient;
use crate::harness::{App, Person, eventually};

const CLIENTS: usize = 200;
/// Clients of one person may share a session at the server, those of two must not.
const PEOPLE: usize = 4;
/// Handshakes under way at one time.
const TOGETHER: usize = 16;
/// The id and the progress token of every call.
const ID: u64 = 7;
const STEPS: u32 = 3;

/// Two crowds at once could need more connections than a process may have open.
static ONE_CROWD: Semaphore = Semaphore::const_new(1);

enum Client {
    Http(Mcp),
    Sse(Box<SseClient>),
}

impl Client {
    async fn connect(app: &App, person: &Person, generation: Generation) -> Self {
        let url = app.mcp_url("crowd");
        match generation {
            V2024_11_05 => Self::Sse(Box::new(SseClient::connect(app, &format!("{url}/sse"), &person.key).await)),
            V2026_07_28 => Self::Http(app.mcp("crowd", person, Era::Modern).await),
            _ => Self::Http(app.mcp("crowd", person, Era::Legacy).await),
        }
    }

    /// All that is said about a call, of which the last is the answer.
    async fn call(self, number: usize) -> Vec<Value> {
        let params = json!({ "name": "stream", "arguments": { "steps": STEPS, "label": label(number) } });
        let numbered = |mut message: Value| {
            message["id"] = json!(ID);
            message["params"]["_meta"]["progressToken"] = json!(ID);
            message
        };
        match self {
            Self::Http(mcp) => {
                let message = numbered(mcp.message("tools/call", params));
                messages(&Reply::read(mcp.prepared(&message).send().await.unwrap()).await)
            }
            Self::Sse(mut client) => {
                let message = json!({ "jsonrpc": "2.0", "method": "tools/call", "params": params });
                client.request(&numbered(message)).await
            }
        }
    }
}

fn label(number: usize) -> String {
    format!("client {number}")
}

#[track_caller]
fn assert_own(number: usize, said: &[Value]) {
    let label = label(number);
    let (answer, progress) = said.split_last().unwrap_or_else(|| panic!("nothing was said to {label}"));
    assert_eq!(answer["id"], ID, "{answer}");
    assert_eq!(answer["result"]["content"][0]["text"], format!("{label}: {STEPS} steps done"), "{answer}");
    let steps: Vec<_> = progress.iter().map(|one| (&one["method"], &one["params"])).collect();
    let method = json!("notifications/progress");
    let expected: Vec<_> = (1..=STEPS)
        .map(|step| {
            json!({
                "progressToken": ID, "progress": f64::from(step), "total": f64::from(STEPS),
                "message": format!("{label}: step {step}"),
            })
        })
        .collect();
    assert_eq!(steps, expected.iter().map(|params| (&method, params)).collect::<Vec<_>>(), "{label}");
}

/// What a server of this generation has to speak, alone.
async fn server(generation: Generation) -> Fixture {
    let generations = match generation {
        V2025_11_25 => vec![V2025_03_26, V2025_06_18, V2025_11_25],
        other => vec![other],
    };
    let generations = Generations::Only(generations);
    Fixture::spawn(FixtureOptions { generations, tool_set: ToolSet::Demo, ..Default::default() }).await.unwrap()
}

/// Sessions that the crowd has at the server.
const fn sessions(client: Generation, server: Generation) -> usize {
    match (client, server) {
        (_, V2026_07_28) => 0,
        (V2026_07_28, _) => PEOPLE,
        _ => CLIENTS,
    }
}

async fn each_gets_its_own(app: &App, client: Generation, generation: Generation) {
    let _turn = ONE_CROWD.acquire().await.unwrap();
    let fixture = server(generation).await;
    let admin = app.admin().await;
    let id = app.add_server(&admin, "crowd", &fixture.url(), &[]).await;
    fixture.clear_received();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let person = app.person(&format!("Eve{number}"), Role::User).await;
        app.allow(&admin, &person, id, json!(["stream"])).await;
        people.push(person);
    }
    let connecting = (0..CLIENTS).map(|number| Client::connect(app, &people[number % PEOPLE], client));
    let clients: Vec<Client> = stream::iter(connecting).buffered(TOGETHER).collect().await;

    // No call may end before all are at the server.
    fixture.hold();
    let calls = join_all(clients.into_iter().enumerate().map(|(number, client)| client.call(number)));
    let all_there = async {
        let count = async || (fixture.calls("stream") == CLIENTS as u64).then_some(());
        eventually("all calls are at the server", count).await;
        fixture.release();
    };
    let (said, ()) = join(calls, all_there).await;
    said.iter().enumerate().for_each(|(number, said)| assert_own(number, said));
    assert_eq!(fixture.calls("stream"), CLIENTS as u64, "no call was made twice");

    let received = fixture.received();
    let opened = received.iter().filter(|one| one.rpc_method().as_deref() == Some("initialize")).count();
    assert_eq!(opened, sessions(client, generation));
}

macro_rules! crowds {
    ($($name:ident: $client:ident, $server:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let app = App::start(store::Engine::Sqlite).await;
            each_gets_its_own(&app, $client, $server).await;
            app.finish().await;
        }
    )+};
}

crowds! {
    stateless_clients_of_a_stateless_server: V2026_07_28, V2026_07_28;
    stateless_clients_of_a_server_with_sessions: V2026_07_28, V2025_11_25;
    stateless_clients_of_a_server_of_the_first_revision: V2026_07_28, V2024_11_05;
    clients_with_sessions_of_a_stateless_server: V2025_11_25, V2026_07_28;
    clients_with_sessions_of_a_server_with_sessions: V2025_11_25, V2025_11_25;
    clients_with_sessions_of_a_server_of_the_first_revision: V2025_11_25, V2024_11_05;
    clients_of_the_first_revision_of_a_stateless_server: V2024_11_05, V2026_07_28;
    clients_of_the_first_revision_of_a_server_with_sessions: V2024_11_05, V2025_11_25;
    clients_of_the_first_revision_of_a_server_of_their_own: V2024_11_05, V2024_11_05;
}
