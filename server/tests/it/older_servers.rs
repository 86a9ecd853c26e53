//! Servers of the older revisions as they are: what they do to a session, and what of it their clients notice.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{AuditAction, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::http::Reply;
use crate::harness::mcp::{Answer, Era, Mcp, events};
use crate::harness::older::{Forgets, Older};
use crate::harness::sse::SseClient;
use crate::harness::{App, PATIENCE, Person, eventually, on_sqlite};

/// Somebody who may use an older server.
struct Before {
    server: Older,
    admin: Person,
    eve: Person,
    id: domain::ServerId,
}

impl Before {
    async fn new(app: &App) -> Self {
        let server = Older::start().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let id = app.add_server(&admin, "older", &server.url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        Self { server, admin, eve, id }
    }

    /// Somebody else.
    async fn another(&self, app: &App, name: &str) -> Mcp {
        let person = app.person(name, Role::User).await;
        app.allow(&self.admin, &person, self.id, json!("all")).await;
        app.mcp("older", &person, Era::Modern).await
    }
}

/// The first message of a stream, and the stream.
async fn first_of(mut stream: reqwest::Response) -> (Value, reqwest::Response) {
    let mut text = String::new();
    loop {
        let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time").unwrap();
        text.push_str(std::str::from_utf8(&chunk.expect("the stream goes on")).unwrap());
        if let Some(message) = events(&text).into_iter().next() {
            return (message, stream);
        }
    }
}

/// What is acknowledged of a subscription to this.
async fn subscribed(mcp: &Mcp, notifications: Value) -> (Value, reqwest::Response) {
    let message = mcp.message("subscriptions/listen", json!({ "notifications": notifications }));
    let stream = mcp.prepared(&message).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let (first, stream) = first_of(stream).await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
    (first["params"]["notifications"].clone(), stream)
}

on_sqlite! {
    async fn a_forgotten_session_is_opened_anew_however_the_server_says_it(app: &App) {
        let before = Before::new(app).await;
        let (server, mcp) = (&before.server, app.mcp("older", &before.eve, Era::Modern).await);
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        for how in [Forgets::By404, Forgets::By404Json, Forgets::By400, Forgets::By400WithoutId, Forgets::By400Text] {
            server.forget(how);
            let opened = server.seen("initialize");
            let answer = mcp.call("plain", json!({})).await;
            assert_eq!(answer.message["result"]["content"][0]["text"], "done", "{how:?}: {}", answer.reply.text());
            assert_eq!(server.seen("initialize"), opened + 1, "{how:?}");
            let outcome = app.caused_by(answer.reply.correlation()).await.pop().unwrap();
            assert_eq!(outcome.row.action, AuditAction::ToolCallSuccess, "{how:?}");
        }
        // Several calls at once open one session.
        server.forget(Forgets::By400);
        let opened = server.seen("initialize");
        for answer in join_all((0..5).map(|_| mcp.call("plain", json!({})))).await {
            assert_eq!(answer.text(), "done");
        }
        assert_eq!(server.seen("initialize"), opened + 1);
    }

    async fn a_400_that_means_something_else_is_passed_on(app: &App) {
        let before = Before::new(app).await;
        let (server, mcp) = (&before.server, app.mcp("older", &before.eve, Era::Modern).await);
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        let opened = server.seen("initialize");

        // The server's answer to this very request.
        let wrong = mcp.call("wrong", json!({})).await;
        assert_eq!((wrong.error(), wrong.error_message()), (-32602, "as asked"));
        assert_eq!((server.seen("tools/call wrong"), server.seen("initialize")), (1, opened));

        // Could mean it, but the new session gets the same.
        let never = mcp.call("never", json!({})).await;
        assert_eq!((never.error(), never.error_message()), (-32000, "Bad Request"), "{}", never.reply.text());
        assert!(never.message["id"].is_number(), "it answers the request: {}", never.reply.text());
        assert_eq!((server.seen("tools/call never"), server.seen("initialize")), (2, opened + 1));
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        assert_eq!(server.seen("initialize"), opened + 1, "the session goes on");

        // A session that has never answered has not been forgotten.
        let fresh = before.another(app, "Bo").await;
        let read = fresh.request("resources/read", json!({ "uri": "note://1" })).await;
        assert_eq!((read.error(), read.error_message()), (-32000, "Bad Request"), "{}", read.reply.text());
        assert_eq!((server.seen("resources/read note://1"), server.seen("initialize")), (1, opened + 2));
    }

    async fn a_session_that_is_forgotten_before_the_tools_are_read_is_opened_anew(app: &App) {
        for (slug, how) in [("one", Forgets::By404), ("two", Forgets::By400)] {
            let server = Older::start().await;
            let (admin, eve) = (app.person(&format!("Ada{slug}"), Role::SuperAdmin).await, app.person(&format!("Eve{slug}"), Role::User).await);
            let id = app.add_server(&admin, slug, &server.url, &[]).await;
            app.allow(&admin, &eve, id, json!("all")).await;
            let mcp = app.mcp(slug, &eve, Era::Modern).await;
            mcp.request("resources/list", json!({})).await.result();
            server.forget(how);
            // The gateway wants to know which arguments the tool mirrors before it calls it.
            let answer = mcp.call("plain", json!({})).await;
            assert_eq!(answer.message["result"]["content"][0]["text"], "done", "{how:?}: {}", answer.reply.text());
        }
    }

    async fn a_session_that_nobody_uses_is_closed(app: &App) {
        let before = Before::new(app).await;
        let (server, mcp) = (&before.server, app.mcp("older", &before.eve, Era::Modern).await);
        let other = before.another(app, "Bo").await;
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        let (closed, opened) = (server.seen("DELETE"), server.seen("initialize"));

        server.hold(true);
        let working = tokio::spawn(async move { (other.call("held", json!({})).await, other) });
        eventually("a call is under way", async || (server.seen("tools/call held") == 1).then_some(())).await;
        assert_eq!(server.seen("initialize"), opened + 1);

        app.env.advance(TimeDelta::minutes(9));
        tokio::time::sleep(Duration::from_secs(7)).await;
        assert_eq!(server.seen("DELETE"), closed, "not yet");
        app.env.advance(TimeDelta::minutes(2));
        eventually("one is closed", async || (server.seen("DELETE") == closed + 1).then_some(())).await;

        // Not the one with a call under way, however long that takes.
        server.hold(false);
        let (answer, other) = working.await.unwrap();
        assert_eq!(answer.text(), "let go");
        assert_eq!(other.call("plain", json!({})).await.text(), "done");
        assert_eq!(server.seen("initialize"), opened + 1, "the same session");
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        assert_eq!(server.seen("initialize"), opened + 2, "a new one");
        assert_eq!(server.seen("DELETE"), closed + 1);
        app.env.advance(TimeDelta::minutes(11));
        eventually("both are closed", async || (server.seen("DELETE") == closed + 3).then_some(())).await;
    }

    async fn the_tools_are_read_once_for_several_calls(app: &App) {
        let before = Before::new(app).await;
        let (server, mcp) = (&before.server, app.mcp("older", &before.eve, Era::Modern).await);
        mcp.request("resources/list", json!({})).await.result();
        server.lists(Duration::from_millis(500), 0);
        let read = server.seen("tools/list");
        for answer in join_all((0..8).map(|_| mcp.call("plain", json!({})))).await {
            assert_eq!(answer.text(), "done");
        }
        assert_eq!(server.seen("tools/list"), read + 1);
    }

    async fn tools_that_cannot_be_read_are_asked_for_again(app: &App) {
        let before = Before::new(app).await;
        let (server, mcp) = (&before.server, app.mcp("older", &before.eve, Era::Modern).await);
        mcp.request("resources/list", json!({})).await.result();
        server.lists(Duration::from_millis(300), 1);
        let read = server.seen("tools/list");
        let answers = join_all((0..5).map(|_| mcp.call("plain", json!({})))).await;
        let failed = answers.iter().filter(|answer| answer.message["error"]["code"] == 10_502).count();
        let done = answers.iter().filter(|answer| answer.message["result"].is_object()).count();
        assert_eq!((failed, done), (1, 4), "only who asked");
        assert_eq!(server.seen("tools/list"), read + 2);
    }

    async fn the_stream_of_a_client_of_2024_ends_with_its_session(app: &App) {
        let before = Before::new(app).await;
        for how in [Forgets::By404, Forgets::By404Json] {
            let url = format!("{}/sse", app.mcp_url("older"));
            let mut client = SseClient::connect(app, &url, &before.eve.key).await;
            let call = |id: u64| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": { "name": "plain", "arguments": {} } });
            let answered = client.request(&call(1)).await;
            assert_eq!(answered[0]["result"]["content"][0]["text"], "done", "{how:?}: {answered:?}");
            before.server.forget(how);
            assert_eq!(client.post(&call(2)).await, 202);
            client.ended().await;
            assert_eq!(client.post(&call(3)).await, 404, "{how:?}: the address is gone, too");
        }
    }

    async fn a_client_of_2024_hears_what_is_said_after_the_server_closed_the_stream(app: &App) {
        let before = Before::new(app).await;
        let streams = before.server.seen("a stream");
        let url = format!("{}/sse", app.mcp_url("older"));
        let mut client = SseClient::connect(app, &url, &before.eve.key).await;
        let listening = async |streams: usize| {
            eventually("it is listened to", async || (before.server.seen("a stream") == streams).then_some(())).await;
        };
        listening(streams + 1).await;
        let changed = |n: u64| json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": { "n": n } });
        before.server.say(&changed(1));
        assert_eq!(client.message().await, changed(1));
        before.server.close_streams();
        listening(streams + 2).await;
        before.server.say(&changed(2));
        assert_eq!(client.message().await, changed(2));
    }

    async fn what_is_acknowledged_is_what_is_heard(app: &App) {
        let before = Before::new(app).await;
        let mcp = app.mcp("older", &before.eve, Era::Modern).await;
        let wanted = json!({ "toolsListChanged": true, "promptsListChanged": true, "resourceSubscriptions": ["note://1"] });
        let (granted, stream) = subscribed(&mcp, wanted.clone()).await;
        let offered = json!({ "toolsListChanged": true, "resourceSubscriptions": ["note://1"] });
        assert_eq!(granted, offered, "the server has no prompts");
        before.server.say(&json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" }));
        let (heard, stream) = first_of(stream).await;
        assert_eq!(heard["method"], "notifications/tools/list_changed");
        drop(stream);

        before.server.without_streams();
        let (granted, _stream) = subscribed(&mcp, wanted).await;
        assert_eq!(granted, json!({}), "nothing of it could be heard");
    }

    async fn as_many_resources_are_watched_as_may_be(app: &App) {
        let before = Before::new(app).await;
        let mcp = app.mcp("older", &before.eve, Era::Modern).await;
        let uris: Vec<String> = (0..300).map(|n| format!("note://{n}")).collect();
        let (granted, _stream) = subscribed(&mcp, json!({ "resourceSubscriptions": uris })).await;
        assert_eq!(granted["resourceSubscriptions"], json!(uris[..256]), "what is not watched is not acknowledged");
        assert_eq!(before.server.seen("resources/subscribe note://255"), 1);
        assert_eq!(before.server.seen("resources/subscribe note://256"), 0);
    }

    async fn a_404_that_answers_a_request_does_not_end_the_session(app: &App) {
        let before = Before::new(app).await;
        let mcp = app.mcp("older", &before.eve, Era::Legacy).await;
        let missing = mcp.call("missing", json!({})).await;
        assert_eq!((missing.reply.status, missing.error_message()), (200, "as asked"));
        // One that answers nothing says that the session is over.
        assert_eq!(mcp.call("astray", json!({})).await.reply.status, 404);
        before.server.forget(Forgets::By404);
        assert_eq!(mcp.call("plain", json!({})).await.reply.status, 404);
    }

    async fn who_opens_no_addresses_is_told_that_one_would_have_to_be_opened(app: &App) {
        let before = Before::new(app).await;
        let mcp = app.mcp("older", &before.eve, Era::Modern).await;
        let link = async |elicitation: Value| {
            let mut message = mcp.message("tools/call", json!({ "name": "link", "arguments": {} }));
            message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = elicitation;
            let reply = Reply::read(mcp.prepared(&message).send().await.unwrap()).await;
            Answer { message: reply.json(), reply }
        };
        for declared in [json!({}), json!({ "elicitation": {} }), json!({ "elicitation": { "form": {} } })] {
            let refused = link(declared.clone()).await;
            assert_eq!((refused.error(), refused.reply.status), (-32021, 400), "{declared}: {}", refused.reply.text());
            let required = &refused.message["error"]["data"]["requiredCapabilities"];
            assert_eq!(*required, json!({ "elicitation": { "url": {} } }), "{declared}: {}", refused.reply.text());
            assert!(!refused.reply.text().contains("id.example"), "who cannot open it is not shown it");
            let outcome = app.caused_by(refused.reply.correlation()).await.pop().unwrap();
            assert_eq!(outcome.row.action, AuditAction::ToolCallFailure, "{declared}");
        }
        let asked = link(json!({ "elicitation": { "url": {} } })).await;
        assert_eq!(asked.result()["resultType"], "input_required", "{}", asked.reply.text());
        let input = &asked.result()["inputRequests"]["input-1"];
        assert_eq!(input["method"], "elicitation/create");
        assert_eq!((&input["params"]["mode"], &input["params"]["url"]), (&json!("url"), &json!("https://id.example/connect")));
    }
}
