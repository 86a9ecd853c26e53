//! When the audit log cannot be written, nothing happens that would have to be in it, unless the operator wants it so.

use domain::{AuditAction, AuditFilter, Outcome};
use serde_json::json;
use server::config::AuditDelivery;
use store::Engine;
use testkit::fixture::{Fixture, FixtureOptions};

use crate::harness::mcp::Era;
use crate::harness::process::TinyDisk;
use crate::harness::{App, Place, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_calls_until_there_is_room() {
    let place = Place::new(Engine::Sqlite).await;
    let disk = TinyDisk::mount(&place.data, 16);
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let app = App::start_at(place).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    let clients = [app.mcp("fixture", &eve, Era::Legacy).await, app.mcp("fixture", &eve, Era::Modern).await];
    assert_eq!(clients[0].echo("room").await.text(), "room");
    let ready = async || app.http.get(format!("{}/readyz", app.base)).send().await.unwrap().status().as_u16();
    assert_eq!(ready().await, 200);

    disk.fill();
    // Room inside the database's own files may serve for some calls; each of them is recorded, so it ends.
    let text = "x".repeat(60_000);
    let mut answered = 1;
    let refusal = loop {
        let answer = clients[answered % 2].echo(&text).await;
        if answer.message["error"].is_object() {
            break answer;
        }
        assert_eq!(answer.text(), text);
        answered += 1;
        assert!(answered < 1000, "a full disk has no room for a thousand calls");
    };
    assert_eq!(refusal.error(), 10_503, "{}", refusal.reply.text());
    assert!(refusal.error_message().contains("audit log cannot be written"), "{}", refusal.error_message());

    // What is too large may leave room for something small, but not for long.
    let mut refused = 0;
    for number in 0.. {
        let answer = clients[number % 2].echo("x").await;
        refused = if answer.message["error"].is_object() { refused + 1 } else { 0 };
        answered += usize::from(refused == 0);
        if refused == 6 {
            break;
        }
        assert!(number < 3000, "a full disk has no room for thousands of calls");
    }

    // From now on no server hears of a call, and no change is made.
    let calls = fixture.total_calls();
    for client in clients.iter().cycle().take(6) {
        let answer = client.echo(&text).await;
        assert_eq!(answer.error(), 10_503, "{:?}: {}", client.era, answer.reply.text());
    }
    assert_eq!(fixture.total_calls(), calls, "no server hears of a call that cannot be recorded");
    let change = app.api(&admin).post("/groups", &json!({ "name": "No room" })).await;
    assert_eq!(change.status, 503, "{}", change.text());
    assert_eq!(ready().await, 503);
    let healthy = app.http.get(format!("{}/healthz", app.base)).send().await.unwrap();
    assert_eq!(healthy.status(), 200, "a restart would not help, so the process is healthy");
    let reads = app.api(&admin).get("/servers").await;
    assert_eq!(reads.status, 200, "reading goes on: {}", reads.text());

    disk.free();
    eventually("calls are served again", async || {
        let answer = clients[0].echo("room again").await;
        (answer.message["result"].is_object()).then_some(())
    })
    .await;
    assert_eq!(clients[1].echo("here, too").await.text(), "here, too");
    eventually("the program is ready again", async || (ready().await == 200).then_some(())).await;
    assert!(!app.api(&admin).rows("/groups").await.iter().any(|group| group["name"] == "No room"));

    // Nothing was lost: an outcome for every admission, or an honest `unknown` after the next start.
    app.stop().await;
    app.place.verify().await;
    let App { place, .. } = app;
    let app = App::start_at(place).await;
    let entries = app.entries(AuditFilter::default()).await;
    let admitted: Vec<_> = entries.iter().filter(|e| e.row.action == AuditAction::ToolCallAdmitted).collect();
    for admission in &admitted {
        let outcome = entries
            .iter()
            .find(|e| e.row.correlation_id == admission.row.correlation_id && e.row.action.is_call_outcome())
            .unwrap_or_else(|| panic!("an outcome of {admission:?}"));
        let known = outcome.row.outcome == Outcome::Success;
        assert!(known || matches!(outcome.row.outcome, Outcome::Unknown | Outcome::Failure), "{outcome:?}");
    }
    let succeeded = entries.iter().filter(|e| e.row.action == AuditAction::ToolCallSuccess).count();
    assert!(succeeded >= answered, "{answered} answers were given, {succeeded} are recorded");
    app.finish().await;
    drop(app);
    drop(disk);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_no_call_where_audit_is_best_effort() {
    let place = Place::new(Engine::Sqlite).await;
    let disk = TinyDisk::mount(&place.data, 16);
    let fixture = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let app = App::start_with(place, |args| args.audit_delivery = AuditDelivery::BestEffort).await;
    let (admin, eve) = (app.admin().await, app.employee().await);
    let server = app.add_server(&admin, "fixture", &fixture.url(), &[]).await;
    app.allow(&admin, &eve, server, json!("all")).await;
    assert_eq!(app.api(&eve).get("/me").await.expect(200)["audit_best_effort"], true, "the console can say it");
    let client = app.mcp("fixture", &eve, Era::Modern).await;
    let lost = async || {
        let text = app.http.get(format!("{}/metrics", app.base)).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("drawbridge_audit_lost_total ").map(str::to_owned));
        line.expect("what is lost is counted").parse::<u64>().unwrap()
    };
    assert_eq!(client.echo("room").await.text(), "room");
    assert_eq!(lost().await, 0);

    disk.fill();
    let text = "x".repeat(60_000);
    eventually("records are lost", async || {
        assert_eq!(client.echo(&text).await.text(), text, "calls go on");
        (lost().await > 0).then_some(())
    })
    .await;

    disk.free();
    let at_last = eventually("records are written again", async || {
        let before = app.of_action(AuditAction::ToolCallSuccess).await.len();
        assert_eq!(client.echo("room again").await.text(), "room again");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let after = app.of_action(AuditAction::ToolCallSuccess).await.len();
        (after > before).then_some(after)
    })
    .await;
    assert!(at_last > 1, "the first call's record, too");
    // The chain is whole: what was lost was never part of it.
    app.finish().await;
    drop(app);
    drop(disk);
}
