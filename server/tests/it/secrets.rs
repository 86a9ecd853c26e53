//! Planted secrets, searched for in everything that is written: the database's files and a log that tells all.

use std::path::{Path, PathBuf};

use serde_json::json;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::{Api, Browser, client};
use crate::harness::mcp::{Era, Mcp};
use crate::harness::process::{Server, run};
use crate::harness::{MASTER_KEY, Place};

const HEADER_VALUE: &str = "planted-header-5d1c7a90e2";
const ENV_VALUE: &str = "planted-variable-b8840f16cc";
const REFUSED_VALUE: &str = "planted-refused-41d9e8b3aa";
const DRAFT_VALUE: &str = "planted-draft-0c6f2d5a77";
const ADMIN_PASSWORD: &str = "planted password of an administrator 41";
const USER_PASSWORD: &str = "planted password of an employee 86";
/// Not secret: proves that the search finds what is there.
const CONTROL: &str = "planted-control-77aa01";

/// Every file under the directories.
fn files(directories: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left = directories;
    while let Some(next) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                left.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// Which of the texts stand in which file, as they are or in hexadecimal.
fn found_in(files: &[PathBuf], texts: &[&str]) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for file in files {
        let content = std::fs::read(file).unwrap_or_default();
        // Every text is ASCII, which survives whatever stands around it.
        let content = String::from_utf8_lossy(&content);
        for text in texts {
            if content.contains(text) || content.contains(&hex::encode(text)) {
                found.push(((*text).to_owned(), file.clone()));
            }
        }
    }
    found
}

/// Where PostgreSQL keeps its files: beside its socket.
async fn directories(place: &Place) -> Vec<PathBuf> {
    let mut directories = vec![place.data.clone()];
    if let Some(url) = &place.database {
        let (_, socket) = url.split_once("host=").expect("the cluster is reached by its socket");
        directories.push(Path::new(socket).join("data"));
        // Everything that is committed goes to the files of the tables.
        let db = place.db().await;
        let mut tx = db.begin().await.unwrap();
        store::sql("CHECKPOINT").execute(&mut tx).await.expect("a checkpoint");
        tx.commit().await.unwrap();
        db.close().await;
    }
    directories
}

async fn no_secret_is_written(engine: Engine) {
    let place = Place::new(engine).await;
    let ada = ["user", "create", "--email", "ada@example.com", "--name", "Ada", "--admin", "--password-stdin"];
    run(&place, &ada, ADMIN_PASSWORD).await.printed();
    let eve = ["user", "create", "--email", "eve@example.com", "--name", "Eve", "--password-stdin"];
    run(&place, &eve, USER_PASSWORD).await.printed();
    let ended = run(&place, &["key", "create", "--user", "ada@example.com", "--name", "test"], "").await;
    let admin_key = ended.printed().to_owned();

    let mut program = Server::start(&place, &[("DRAWBRIDGE_LOG", "trace"), ("DRAWBRIDGE_LOG_FORMAT", "json")]).await;
    let require_header = Some(("X-Api-Key".to_owned(), HEADER_VALUE.to_owned()));
    let fixture = Fixture::spawn(FixtureOptions { require_header, ..FixtureOptions::default() }).await.unwrap();
    let http = client();
    let api = |key: &str| Api { http: http.clone(), base: program.base.clone(), key: Some(key.to_owned()) };

    // Through the console: a sign-in that fails, one that succeeds, a key, a draft with a secret, a new password.
    let mut browser = Browser { http: http.clone(), base: program.base.clone(), cookie: None };
    let fields = [("email", "eve@example.com"), ("password", ADMIN_PASSWORD), ("next", "/")];
    assert_eq!(browser.call("session/sign-in", &fields).await.status, 422);
    let fields = [("email", "eve@example.com"), ("password", USER_PASSWORD), ("next", "/")];
    let reply = browser.call("session/sign-in", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    browser.keep_cookie(&reply);
    let session = browser.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let reply = browser.call("keys/create", &[("name", "laptop"), ("expires", "never")]).await;
    let user_key = reply.expect(200)["secret"].as_str().unwrap().to_owned();
    let new_password = format!("{USER_PASSWORD} anew");
    let fields = [("current", USER_PASSWORD), ("new", new_password.as_str())];
    let reply = browser.call("account/change-password", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    // The same as a form without JavaScript, refused, so that it is rendered again with what was entered.
    let fields = [("_fn", "account/change-password"), ("current", ADMIN_PASSWORD), ("new", USER_PASSWORD)];
    let request = browser.form("/account", &fields).header("origin", &program.base);
    let page = crate::harness::http::Reply::read(request.send().await.unwrap()).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(
        !page.text().contains(ADMIN_PASSWORD) && !page.text().contains(USER_PASSWORD),
        "a secret is never shown again"
    );

    let fields = [
        ("draft_key", "custom"),
        ("request[name]", CONTROL),
        ("request[headers][0][name]", "X-Api-Key"),
        ("request[headers][0][value]", DRAFT_VALUE),
    ];
    let reply = browser.call("requests/draft", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(!reply.text().contains(DRAFT_VALUE), "{}", reply.text());

    // A request with secrets, refused first, then granted; another whose server is not there.
    let request = |slug: &str, url: &str| {
        json!({
            "name": CONTROL, "slug": slug, "url": url, "auth": "api_key",
            "headers": [{ "name": "X-Api-Key", "value": HEADER_VALUE }],
            "env": [{ "name": "API_TOKEN", "value": ENV_VALUE }],
            "why_needed": "w", "use_case": "u", "expected_value": "e", "alternatives_considered": "a",
        })
    };
    let (eve, ada) = (api(&user_key), api(&admin_key));
    assert_eq!(eve.post("/requests", &request("fixture", "nonsense")).await.status, 422);
    let asked = eve.post("/requests", &request("fixture", &fixture.url())).await.expect(201);
    let id = asked["id"].as_str().unwrap();
    let review = ada.get(&format!("/requests/{id}/review")).await;
    assert_eq!(review.status, 200, "{}", review.text());
    assert!(!review.text().contains(HEADER_VALUE) && !review.text().contains(ENV_VALUE));
    let report = ada.post(&format!("/requests/{id}/test"), &json!({})).await.expect(200);
    assert_eq!(report["ok"], true, "{report:#}");
    let approval = json!({ "scope": "server", "definitions_digest": report["definitions_digest"] });
    ada.post(&format!("/requests/{id}/approve"), &approval).await.expect(200);
    let second = eve
        .post(
            "/requests",
            &json!({
                "name": "Second", "url": "http://127.0.0.1:9/mcp", "auth": "api_key",
                "headers": [{ "name": "X-Api-Key", "value": REFUSED_VALUE }],
                "why_needed": "w", "use_case": "u", "expected_value": "e", "alternatives_considered": "a",
            }),
        )
        .await
        .expect(201);
    let failed = ada.post(&format!("/requests/{}/test", second["id"].as_str().unwrap()), &json!({})).await.expect(200);
    assert_eq!(failed["ok"], false);

    // Calls with both keys, one of them refused, and one that fails at the server.
    for era in Era::BOTH {
        let mut client = Mcp::new(http.clone(), format!("{}/mcp/fixture", program.base), user_key.clone(), era);
        client.connect().await;
        assert_eq!(client.echo(CONTROL).await.text(), CONTROL, "{era:?}");
        client.call("fail", json!({ "message": "no", "kind": "protocol" })).await;
        let stranger = Mcp::new(http.clone(), format!("{}/mcp/fixture", program.base), admin_key.clone(), era);
        assert_eq!(stranger.echo("x").await.reply.status, 404);
    }
    let log = program.log();
    let secrets = [
        ("a header's value", HEADER_VALUE),
        ("a variable's value", ENV_VALUE),
        ("a value of a request that leads nowhere", REFUSED_VALUE),
        ("a value of a draft", DRAFT_VALUE),
        ("a password", ADMIN_PASSWORD),
        ("a password", USER_PASSWORD),
        ("a key", &admin_key),
        ("a key", &user_key),
        ("a session", &session),
        ("the master key", MASTER_KEY),
    ];
    assert!(!log.is_empty(), "at level trace something is logged");
    for (what, secret) in secrets {
        assert!(!log.contains(secret), "{what} is in the log");
    }
    program.terminate();
    assert!(program.ended().await.success(), "{}", program.log());
    for (what, secret) in secrets {
        assert!(!program.log().contains(secret) && !program.printed().contains(secret), "{what} is in the log");
    }

    let files = files(directories(&place).await);
    assert!(!found_in(&files, &[CONTROL]).is_empty(), "the search finds what is not secret");
    let found = found_in(&files, &secrets.map(|(_, secret)| secret));
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    no_secret_is_written(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    no_secret_is_written(Engine::Postgres).await;
}
