//! Limits where client and server share no generation: what the gateway itself says to a server on a client's behalf is
//! limited like the client's own messages, and recovers like them.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::ServerId;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations, ToolSet};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::mcp::{Answer, Era, Mcp};
use crate::harness::older::{Forgets, Older};
use crate::harness::{App, Person, eventually, on_sqlite};

const LEGACY: &[Generation] = &[Generation::V2025_03_26, Generation::V2025_06_18, Generation::V2025_11_25];

async fn fixture(generations: &[Generation]) -> Fixture {
    let generations = Generations::Only(generations.to_vec());
    Fixture::spawn(FixtureOptions { generations, tool_set: ToolSet::Both, ..FixtureOptions::default() }).await.unwrap()
}

/// Settings of a server.
async fn set(app: &App, admin: &Person, (id, slug, url): (ServerId, &str, &str), others: Value) {
    let mut settings = json!({ "name": slug, "url": url });
    settings.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    app.api(admin).put(&format!("/servers/{id}"), &settings).await.expect(200);
}

/// A way to a server that can be cut.
struct Cable {
    url: String,
    whole: watch::Sender<bool>,
    carrying: tokio::task::JoinHandle<()>,
}

impl Cable {
    async fn to(server: SocketAddr, path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{path}", listener.local_addr().unwrap());
        let (whole, state) = watch::channel(true);
        let carrying = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let whole = *state.borrow();
                let mut cut = state.clone();
                tokio::spawn(async move {
                    let carried = async {
                        if whole && let Ok(mut server) = TcpStream::connect(server).await {
                            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                        }
                    };
                    tokio::select! {
                        () = carried => {}
                        _ = cut.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { url, whole, carrying }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

/// The limit that refuses this.
fn limit(answer: &Answer) -> Option<&str> {
    answer.message["error"]["data"]["limit"].as_str()
}

/// Calls until five have failed in a row, and the next is refused.
async fn break_off(mcp: &Mcp) {
    for number in 0.. {
        let answer = mcp.echo("into the void").await;
        assert!(answer.message["error"].is_object(), "{}", answer.reply.text());
        if limit(&answer) == Some("breaker") {
            return;
        }
        assert!(number < 10, "it is not refused: {}", answer.reply.text());
    }
}

on_sqlite! {
    async fn a_server_that_comes_back_is_reached_again_whatever_it_speaks(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (slug, generations, protocol, era) in [
            ("stream", &[Generation::V2024_11_05][..], "http_sse", Era::Modern),
            ("stream-too", &[Generation::V2024_11_05], "http_sse", Era::Legacy),
            ("sessions", LEGACY, "sessions", Era::Modern),
            ("stateless", &[Generation::V2026_07_28], "stateless", Era::Legacy),
        ] {
            let fixture = fixture(generations).await;
            let path = fixture.url().parse::<url::Url>().unwrap().path().to_owned();
            let cable = Cable::to(fixture.addr(), &path).await;
            let id = app.add_server(&admin, slug, &cable.url, &[]).await;
            app.allow(&admin, &eve, id, json!("all")).await;
            set(app, &admin, (id, slug, &cable.url), json!({ "protocol": protocol })).await;
            let mcp = app.mcp(slug, &eve, era).await;
            assert_eq!(mcp.echo("one").await.text(), "one", "{slug}");
            cable.whole.send_replace(false);
            break_off(&mcp).await;
            cable.whole.send_replace(true);
            eventually(&format!("{slug} is reached again"), async || {
                let answer = mcp.echo("two").await;
                answer.message["result"].is_object().then_some(())
            })
            .await;
        }
    }

    async fn handshakes_count_towards_the_rate(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (slug, generations, era, method) in [
            ("stream", &[Generation::V2024_11_05][..], Era::Legacy, "initialize"),
            ("up", &[Generation::V2026_07_28], Era::Legacy, "initialize"),
            ("down", LEGACY, Era::Modern, "server/discover"),
        ] {
            let fixture = fixture(generations).await;
            let id = app.add_server(&admin, slug, &fixture.url(), &[]).await;
            app.allow(&admin, &eve, id, json!("all")).await;
            let url = fixture.url();
            let rate = json!({ "limits": { "rate_per_person": { "per_minute": 3, "burst": 3 } } });
            set(app, &admin, (id, slug, &url), rate).await;
            let mcp = app.unconnected(slug, &eve, era);
            let params = || if era == Era::Legacy { mcp.initialize_params() } else { json!({}) };
            for _ in 0..3 {
                mcp.request(method, params()).await.result();
            }
            let refused = mcp.request(method, params()).await;
            assert_eq!((refused.error(), limit(&refused)), (10_429, Some("rate_per_person")), "{slug}");
        }
    }

    async fn the_end_of_a_session_counts_towards_the_rate(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let fixture = fixture(&[Generation::V2026_07_28]).await;
        let id = app.add_server(&admin, "up", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        let sessions = [app.mcp("up", &eve, Era::Legacy).await, app.mcp("up", &eve, Era::Legacy).await];
        let rate = json!({ "limits": { "rate_per_person": { "per_minute": 1, "burst": 1 } } });
        set(app, &admin, (id, "up", &fixture.url()), rate).await;
        assert_eq!(sessions[0].verb(http::Method::DELETE).await.status, 204);
        assert_eq!(sessions[1].verb(http::Method::DELETE).await.status, 429);
    }

    async fn a_call_that_is_sent_again_takes_a_turn(app: &App) {
        let server = Older::start().await;
        let (admin, eve) = (app.admin().await, app.employee().await);
        let id = app.add_server(&admin, "older", &server.url, &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        set(app, &admin, (id, "older", &server.url), json!({ "limits": { "concurrent": 1, "queue": 0 } })).await;
        let mcp = Arc::new(app.mcp("older", &eve, Era::Modern).await);
        assert_eq!(mcp.call("plain", json!({})).await.text(), "done");
        server.hold(true);
        server.forget(Forgets::By404);
        let calling = tokio::spawn({
            let mcp = mcp.clone();
            async move { mcp.call("held", json!({})).await }
        });
        eventually("it is sent again", async || (server.seen("tools/call held") == 2).then_some(())).await;
        let other = mcp.call("plain", json!({})).await;
        assert_eq!((other.error(), limit(&other)), (10_503, Some("queue")), "{}", other.reply.text());
        server.hold(false);
        assert_eq!(calling.await.unwrap().text(), "let go");
    }

    async fn an_answer_is_as_large_as_the_server_may_make_it(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        for (slug, generations, era, json_answers) in [
            ("up-json", &[Generation::V2026_07_28][..], Era::Legacy, true),
            ("up-events", &[Generation::V2026_07_28], Era::Legacy, false),
            ("down-json", LEGACY, Era::Modern, true),
            ("down-events", LEGACY, Era::Modern, false),
        ] {
            let options = FixtureOptions {
                generations: Generations::Only(generations.to_vec()),
                json_answers,
                ..FixtureOptions::default()
            };
            let fixture = Fixture::spawn(options).await.unwrap();
            let id = app.add_server(&admin, slug, &fixture.url(), &[]).await;
            app.allow(&admin, &eve, id, json!("all")).await;
            set(app, &admin, (id, slug, &fixture.url()), json!({ "limits": { "max_answer": 65_536 } })).await;
            let mcp = app.mcp(slug, &eve, era).await;
            let small = "x".repeat(20_000);
            assert_eq!(mcp.echo(&small).await.text(), small, "{slug}");
            let large = mcp.echo(&"x".repeat(200_000)).await;
            assert_eq!(large.error(), 10_507, "{slug}: {}", large.reply.text());
        }
        let metrics = app.http.get(format!("{}/metrics", app.base)).send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("drawbridge_mcp_limited_total{limit=\"max_answer\"} 4\n"), "{metrics}");
    }

    async fn a_message_of_an_older_client_says_nothing_in_headers_that_nobody_checks(app: &App) {
        let (admin, eve) = (app.admin().await, app.employee().await);
        let fixture = fixture(LEGACY).await;
        let id = app.add_server(&admin, "older", &fixture.url(), &[]).await;
        app.allow(&admin, &eve, id, json!("all")).await;
        let mcp = app.mcp("older", &eve, Era::Legacy).await;
        let message = mcp.message("tools/call", json!({ "name": "echo", "arguments": { "message": "hello" } }));
        let request = mcp.prepared(&message).header("mcp-name", "delete_everything").header("mcp-method", "tools/list");
        assert_eq!(request.send().await.unwrap().status(), 200);
        let received = fixture.received();
        // The gateway asks by itself what the server speaks, with headers of its own.
        let call = received.iter().rfind(|one| one.header("mcp-session-id").is_some()).expect("the call");
        assert_eq!((call.header("mcp-name"), call.header("mcp-method")), (None, None));
    }
}
