//! `drawbridge` as scripts use it: what it prints, how it ends, and what it says when something is wrong.

use serde_json::json;
use store::{Engine, sql};
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::http::{Api, client};
use crate::harness::mcp::Era;
use crate::harness::process::{Ended, Server, run};
use crate::harness::{App, PASSWORD, Place};

const CREATE_ADMIN: &[&str] =
    &["user", "create", "--email", "ada@example.com", "--name", "Ada", "--admin", "--password-stdin"];

/// Fails unless the command ended with this code and said one thing, on standard error only.
#[track_caller]
fn refused(ended: &Ended, code: i32, says: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert_eq!(ended.stdout, "", "{ended:?}");
    for words in says {
        assert!(ended.stderr.contains(words), "`{words}` in: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

async fn people_and_keys(engine: Engine) {
    let place = Place::new(engine).await;
    let created = run(&place, CREATE_ADMIN, &format!("{PASSWORD}\n")).await;
    let id = created.printed();
    assert!(id.starts_with("usr_") && !id.contains('\n'), "{created:?}");

    // The key stands alone on standard output, so that a script can take it.
    let made = run(&place, &["key", "create", "--user", "ada@example.com", "--name", "ci"], "").await;
    let key = made.printed();
    assert!(key.starts_with("dbk_") && key.len() == 47, "{made:?}");
    assert!(!made.stderr.contains(key), "{made:?}");
    let link = run(
        &place,
        &["user", "reset", "--email", "ada@example.com", "--public-url", "https://drawbridge.example.com"],
        "",
    )
    .await;
    assert!(link.printed().starts_with("https://drawbridge.example.com/"), "{link:?}");
    assert!(!link.printed().contains('\n'));
    assert!(!link.stderr.contains("--public-url"), "{link:?}");
    let local = run(&place, &["user", "reset", "--email", "ada@example.com"], "").await;
    assert!(local.printed().starts_with("http://127.0.0.1:3000/"), "{local:?}");
    assert!(local.stderr.contains("--public-url"), "it says why the link may not work: {local:?}");

    let again = run(&place, CREATE_ADMIN, PASSWORD).await;
    refused(&again, 1, &["email address exists already"]);
    let weak =
        run(&place, &["user", "create", "--email", "b@example.com", "--name", "B", "--password-stdin"], "short").await;
    refused(&weak, 1, &["password"]);
    let empty =
        run(&place, &["user", "create", "--email", "b@example.com", "--name", "B", "--password-stdin"], "").await;
    refused(&empty, 1, &["standard input"]);
    let nobody = run(&place, &["key", "create", "--user", "nobody@example.com", "--name", "x"], "").await;
    refused(&nobody, 1, &["not found"]);

    let mut program = Server::start(&place, &[]).await;
    let api = Api { http: client(), base: program.base.clone(), key: Some(key.to_owned()) };
    let me = api.get("/me").await.expect(200);
    assert_eq!((&me["user"]["id"], &me["user"]["role"]), (&json!(id), &json!("super_admin")));
    let actions: Vec<_> = api.rows("/audit").await.iter().map(|row| row["action"].clone()).collect();
    for action in ["user_created", "api_key_created", "user_reset_link_created"] {
        assert!(actions.contains(&json!(action)), "{actions:?}");
    }
    let server = json!({ "name": "Tracker", "slug": "tracker", "url": "https://tracker.example.com/mcp" });
    api.post("/servers", &server).await.expect(201);
    assert!(
        !program.printed().contains("/setup") && !program.printed().contains("no administrator"),
        "{}",
        program.printed()
    );
    program.terminate();
    assert!(program.ended().await.success());

    let explain = ["policy", "explain", "--user", "ada@example.com", "--server"];
    let asked = async |rest: &[&str]| run(&place, &[&explain, rest].concat(), "").await;
    let said = asked(&["tracker", "--name", "echo"]).await;
    assert!(said.printed().starts_with("deny: Ada, tool `echo` of Tracker, "), "{said:?}");
    assert!(said.printed().contains("\n- No rule lets Ada use this server"), "{said:?}");
    let said = asked(&["tracker", "--kind", "server", "--json"]).await;
    let said: serde_json::Value = serde_json::from_str(said.printed()).expect("JSON");
    assert_eq!((&said["decision"], &said["person"]), (&json!("deny"), &json!(id)));
    let said = asked(&["tracker", "--name", "echo", "--arguments", "{\"a\":1}", "--ip", "10.0.0.1", "--json"]).await;
    let said: serde_json::Value = serde_json::from_str(said.printed()).expect("JSON");
    assert_eq!((&said["arguments"], &said["ip"]), (&json!("{\"a\":1}"), &json!("10.0.0.1")));
    refused(&asked(&["tracker", "--name", "echo", "--arguments", "[]"]).await, 1, &["arguments", "JSON object"]);
    refused(&asked(&["wiki", "--name", "echo"]).await, 1, &["server not found"]);
    refused(&asked(&["tracker"]).await, 1, &["name"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_keys_on_sqlite() {
    people_and_keys(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_keys_on_postgres() {
    people_and_keys(Engine::Postgres).await;
}

async fn drafts_are_tried_on_recorded_calls(engine: Engine) {
    let app = App::start(engine).await;
    let (ada, eve) = (app.admin().await, app.employee().await);
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let server = app.add_server(&ada, "tracker", &fixture.url(), &[]).await;
    let rule = app.allow(&ada, &eve, server, json!(["echo", "add"])).await;
    let mcp = app.mcp("tracker", &eve, Era::Modern).await;
    for text in ["one", "two"] {
        assert_eq!(mcp.echo(text).await.text(), text);
    }
    app.stop().await;
    let place = &app.place;

    let simulate = async |drafts: &serde_json::Value, more: &[&str]| {
        run(place, &[&["policy", "simulate", "-"], more].concat(), &drafts.to_string()).await
    };
    let everyone = json!({ "type": "everyone" });
    let deny = json!({ "principal": everyone, "effect": "deny", "servers": [server], "scope": { "tools": ["echo"] } });
    let said = simulate(&json!([{ "rule": deny }]), &[]).await;
    let lines: Vec<&str> = said.printed().lines().collect();
    assert!(lines[0].starts_with("2 calls since ") && lines[0].contains(": 2 would be denied, 0 "), "{said:?}");
    let columns = |line: &str| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).count();
    assert_eq!((lines.len(), lines[1], columns(lines[2]), columns(lines[3])), (4, "", 6, 6), "{said:?}");
    assert!(lines[3].starts_with("Eve     tracker  echo  denied    2      "), "{said:?}");

    // Also as REST takes them, from a file, and with what is deleted.
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("drafts.json");
    let body = json!({ "drafts": [{ "id": rule }], "days": 91 });
    std::fs::write(&file, body.to_string()).unwrap();
    let file = file.to_str().expect("a path of text");
    refused(&run(place, &["policy", "simulate", file], "").await, 1, &["1 to 90 days"]);
    let said = run(place, &["policy", "simulate", file, "--days", "1", "--json"], "").await;
    let said: serde_json::Value = serde_json::from_str(said.printed()).expect("JSON");
    assert_eq!((&said["calls"], &said["denied"], &said["changes"][0]["calls"]), (&json!(2), &json!(2), &json!(2)));

    let other = json!({ "principal": everyone, "effect": "deny", "servers": [server], "scope": { "tools": ["add"] } });
    let said = simulate(&json!([{ "rule": other }]), &[]).await;
    assert!(said.printed().contains(": 0 would be denied, 0 would be allowed") && !said.printed().contains("person "));
    refused(&simulate(&json!([{ "rules": other }]), &[]).await, 1, &["- is no list of drafts", "rules"]);
    refused(&simulate(&json!([]), &[]).await, 1, &["drafts"]);
    refused(&run(place, &["policy", "simulate", "nowhere.json"], "").await, 1, &["nowhere.json cannot be read"]);
    place.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_are_tried_on_recorded_calls_on_sqlite() {
    drafts_are_tried_on_recorded_calls(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_are_tried_on_recorded_calls_on_postgres() {
    drafts_are_tried_on_recorded_calls(Engine::Postgres).await;
}

async fn tampering_is_found(engine: Engine) {
    let place = Place::new(engine).await;
    run(&place, CREATE_ADMIN, PASSWORD).await.printed();
    run(&place, &["key", "create", "--user", "ada@example.com", "--name", "ci"], "").await.printed();
    let whole = run(&place, &["audit", "verify"], "").await;
    // Two commands ran one after the other, so there is one chain.
    assert_eq!(whole.printed().matches("nod_").count(), 1, "{whole:?}");
    let again = run(&place, &["audit", "verify"], "").await;
    assert_eq!(whole.printed(), again.printed(), "looking changes nothing");

    let db = place.db().await;
    let mut tx = db.begin().await.unwrap();
    let changed = sql("UPDATE audit SET actor_name = 'somebody else' WHERE action = 'user_created'");
    assert_eq!(changed.execute(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
    db.close().await;
    let broken = run(&place, &["audit", "verify"], "").await;
    assert_eq!(broken.code, Some(2), "{broken:?}");
    assert!(
        broken.stdout.contains("not as it was written") || broken.stdout.to_lowercase().contains("broken"),
        "{broken:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tampering_is_found_on_sqlite() {
    tampering_is_found(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tampering_is_found_on_postgres() {
    tampering_is_found(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_of_settings_is_whole() {
    let place = Place::new(Engine::Sqlite).await;
    let plain = run(&place, &["config"], "").await;
    let markdown = run(&place, &["config", "--markdown"], "").await;
    assert!(!place.data.exists(), "it only prints");
    for variable in [
        "DATABASE_URL",
        "DRAWBRIDGE_ALLOWED_HOSTS",
        "DRAWBRIDGE_ALLOW_LOOPBACK",
        "DRAWBRIDGE_AUDIT_DELIVERY",
        "DRAWBRIDGE_DATA_DIR",
        "DRAWBRIDGE_DEMO",
        "DRAWBRIDGE_INSECURE_HTTP",
        "DRAWBRIDGE_LIMIT_CONCURRENT",
        "DRAWBRIDGE_LIMIT_PER_PERSON",
        "DRAWBRIDGE_LIMIT_QUEUE",
        "DRAWBRIDGE_LIMIT_QUEUE_WAIT",
        "DRAWBRIDGE_LIMIT_RATE",
        "DRAWBRIDGE_LISTEN",
        "DRAWBRIDGE_LOG",
        "DRAWBRIDGE_LOG_FORMAT",
        "DRAWBRIDGE_MASTER_KEY",
        "DRAWBRIDGE_MASTER_KEY_FILE",
        "DRAWBRIDGE_PUBLIC_URL",
        "DRAWBRIDGE_SHUTDOWN_GRACE",
        "DRAWBRIDGE_SITE",
        "DRAWBRIDGE_UPSTREAM_TIMEOUT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ] {
        assert!(plain.printed().lines().any(|line| line == variable), "{variable}: {}", plain.printed());
        assert!(markdown.printed().contains(&format!("| `{variable}` |")), "{variable}: {}", markdown.printed());
    }
    for line in markdown.printed().lines() {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "a row has four cells: {line}");
    }
    let readme = include_str!("../../../README.md");
    assert!(
        readme.contains(markdown.printed().trim()),
        "the table in README.md is old; put there what `drawbridge config --markdown` prints"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_directory_has_one_user_at_a_time() {
    let app = App::start(Engine::Sqlite).await;
    let eve = app.employee().await;
    let own = format!("(pid {})", std::process::id());
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "reset", "--email", "eve@example.com"],
        &["key", "create", "--user", "eve@example.com", "--name", "x"],
        &["audit", "verify"],
    ] {
        let ended = run(&app.place, command, "").await;
        refused(&ended, 1, &["another drawbridge", &own, "stop it"]);
    }
    assert_eq!(app.api(&eve).get("/me").await.status, 200, "the first one goes on");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_in_use_is_named_before_anything_is_made() {
    let place = Place::new(Engine::Sqlite).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(&place, &["serve", "--listen", &address], "").await;
    refused(&ended, 1, &[&address, "DRAWBRIDGE_LISTEN"]);
    assert!(!place.data.exists(), "nothing was made for a program that cannot be reached");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_cannot_be_used_say_what_to_do() {
    let place = Place::new(Engine::Sqlite).await;
    let serve = async |more: &[&str]| {
        let mut command = vec!["serve", "--listen", "127.0.0.1:0"];
        command.extend(more);
        run(&place, &command, "").await
    };
    refused(
        &serve(&["--public-url", "http://drawbridge.example.com"]).await,
        1,
        &["plain http", "DRAWBRIDGE_INSECURE_HTTP"],
    );
    refused(&serve(&["--public-url", "drawbridge.example.com"]).await, 1, &["DRAWBRIDGE_PUBLIC_URL", "https://"]);
    refused(&serve(&["--site", "/nowhere"]).await, 1, &["/nowhere", "./x"]);
    refused(&serve(&["--ca-file", "/nowhere.pem"]).await, 1, &["/nowhere.pem"]);
    refused(&serve(&["--master-key", "too short"]).await, 1, &["key"]);
    refused(
        &serve(&["--database-url", "postgres://postgres@127.0.0.1:1/none"]).await,
        1,
        &["database cannot be reached", "check that it runs"],
    );
    let usage = serve(&["--listen", "nonsense"]).await;
    assert_eq!(usage.code, Some(2), "{usage:?}");

    let postgres = Place::new(Engine::Postgres).await;
    let url = postgres.database.clone().unwrap();
    let no_key = run(&place, &["serve", "--listen", "127.0.0.1:0", "--database-url", &url], "").await;
    refused(&no_key, 1, &["DRAWBRIDGE_MASTER_KEY", "openssl rand -hex 32"]);
    assert!(!no_key.stderr.contains(&url), "addresses of databases hold passwords");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_data_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new(Engine::Sqlite).await;
    run(&place, CREATE_ADMIN, PASSWORD).await.printed();
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode(&place.data), 0o700);
    for file in ["drawbridge.db", "master.key"] {
        assert_eq!(mode(&place.data.join(file)), 0o600, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_setup_link_is_printed_once() {
    let place = Place::new(Engine::Sqlite).await;
    let program = Server::start(&place, &[]).await;
    let link = crate::harness::eventually("the setup link is printed", async || {
        program.printed().split_whitespace().find(|word| word.contains("dbl_")).map(str::to_owned)
    })
    .await;
    assert!(link.starts_with(&program.base), "{link}");
    assert!(!program.log().contains("dbl_"), "it is not in the log");
    let log = crate::harness::eventually("the log says where it listens", async || {
        Some(program.log()).filter(|log| log.contains("listening") && log.contains(&program.base))
    })
    .await;
    assert!(!log.contains('\u{1b}'), "no colours where nobody sees them: {log}");
    let page = client().get(&link).send().await.unwrap();
    assert_eq!(page.status(), 200, "{link}");
}
