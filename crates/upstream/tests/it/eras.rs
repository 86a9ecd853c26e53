//! Which revision is agreed on, and how a session is treated.

use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use domain::TestStepKind;
use serde_json::{Value, json};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};

use crate::script::{self, Asked, Script};
use crate::{failure, impatient, run, run_within, success, target};

async fn fixture(generations: Generations) -> Fixture {
    Fixture::spawn(FixtureOptions { generations, ..FixtureOptions::default() }).await.unwrap()
}

#[tokio::test]
async fn every_generation_alone() {
    for generation in Generation::ALL {
        let server = fixture(Generations::Only(vec![generation])).await;
        let report = success(run(&target(server.url())).await);
        assert_eq!(report.protocol_version, Some(generation.to_string()));
        assert!(report.steps[3].detail.starts_with(&format!("MCP {generation}, ")), "{:?}", report.steps[3]);
        assert!(report.server_info.is_some());
        assert!(!report.tools.is_empty() && !report.others.is_empty());
    }
}

#[tokio::test]
async fn the_newest_generation_of_all() {
    let server = fixture(Generations::All).await;
    let report = success(run(&target(server.url())).await);
    assert_eq!(report.protocol_version.as_deref(), Some("2026-07-28"));
    assert!(server.received().iter().all(|request| request.rpc_method().as_deref() != Some("initialize")));
}

#[tokio::test]
async fn a_session_is_used_and_ended() {
    let server = fixture(Generations::Only(vec![Generation::V2025_11_25])).await;
    success(run(&target(server.url())).await);
    let received = server.received();
    let position = |method: &str| received.iter().position(|one| one.rpc_method().as_deref() == Some(method));
    assert!(position("notifications/initialized") < position("tools/list"));
    assert!(received.iter().all(|request| request.method != Method::GET), "a test listens to no stream of the session");
    let list = &received[position("tools/list").unwrap()];
    let session = list.header("mcp-session-id").expect("the list is asked for within the session");
    assert_eq!(list.header("mcp-protocol-version"), Some("2025-11-25"));
    let last = received.last().unwrap();
    assert_eq!((&last.method, last.header("mcp-session-id")), (&Method::DELETE, Some(session)));
}

#[tokio::test]
async fn a_server_without_sessions_that_still_wants_initialize() {
    let server = Script::run(|asked| script::legacy(asked, r#"{"tools":{}}"#).unwrap_or_else(|| one_tool(asked))).await;
    let report = success(run(&target(server.url())).await);
    assert_eq!(report.server_info.as_deref(), Some("script 3"));
    assert!(server.asked().iter().all(|asked| asked.http == Method::POST));
}

fn one_tool(asked: &Asked) -> axum::response::Response {
    match asked.method() {
        "tools/list" => script::result(asked, r#"{"tools":[{"name":"one","inputSchema":{"type":"object"}}]}"#),
        _ => script::error(asked, StatusCode::OK, -32601, &Value::Null),
    }
}

/// A server from before 2026-07-28 that does not refuse the new question in the way it should.
async fn stumbling(answer: impl Fn(&Asked) -> axum::response::Response + Send + Sync + 'static) -> Script {
    Script::run(move |asked| match asked.method() {
        "server/discover" => answer(asked),
        _ => script::legacy(asked, r#"{"tools":{}}"#).unwrap_or_else(|| one_tool(asked)),
    })
    .await
}

#[tokio::test]
async fn servers_that_stumble_over_the_new_question_get_the_old_one() {
    let no_content = stumbling(|_| StatusCode::ACCEPTED.into_response()).await;
    let failing = stumbling(|_| (StatusCode::INTERNAL_SERVER_ERROR, "TypeError").into_response()).await;
    let plain = stumbling(|_| (StatusCode::BAD_REQUEST, "what?").into_response()).await;
    let unknown = stumbling(|_| (StatusCode::NOT_FOUND, "not found").into_response()).await;
    let method = stumbling(|asked| script::error(asked, StatusCode::OK, -32601, &Value::Null)).await;
    let nobody = stumbling(|_| {
        script::raw(StatusCode::BAD_REQUEST, r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}"#)
    })
    .await;
    let older = stumbling(|asked| {
        let data = json!({ "supported": ["2025-06-18", "2025-11-25"], "requested": "2026-07-28" });
        script::error(asked, StatusCode::BAD_REQUEST, -32022, &data)
    })
    .await;
    let agreeable = stumbling(|asked| script::result(asked, "{}")).await;
    for server in [no_content, failing, plain, unknown, method, nobody, older, agreeable] {
        let report = success(run(&target(server.url())).await);
        assert_eq!(report.protocol_version.as_deref(), Some("2025-11-25"), "{:?}", server.methods());
    }
    let silent = stumbling(|_| script::silence()).await;
    let report = success(run_within(&target(silent.url()), &impatient()).await);
    assert_eq!(report.protocol_version.as_deref(), Some("2025-11-25"));
}

#[tokio::test]
async fn a_server_from_the_future() {
    let server = Script::run(|asked| {
        let data = json!({ "supported": ["2031-01-01"], "requested": "2026-07-28" });
        script::error(asked, StatusCode::BAD_REQUEST, -32022, &data)
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "2031-01-01", "Update the server, or Drawbridge");
}

#[tokio::test]
async fn a_session_of_a_revision_that_nobody_knows() {
    let server = Script::run(|asked| match asked.method() {
        "initialize" => script::result(
            asked,
            r#"{"protocolVersion":"1999-01-01","capabilities":{},"serverInfo":{"name":"old","version":"0"}}"#,
        ),
        _ => script::legacy(asked, "{}").unwrap_or_else(|| one_tool(asked)),
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "1999-01-01", "Update the server");
}

#[tokio::test]
async fn a_new_server_that_will_not_talk_to_us_says_why() {
    let server = Script::run(|asked| script::error(asked, StatusCode::BAD_REQUEST, -32021, &Value::Null)).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "refuses `server/discover` with error -32021: no", "server's log");
    assert_eq!(server.methods(), ["server/discover"]);
}

#[tokio::test]
async fn a_refused_initialize_says_why() {
    let server = Script::run(|asked| match asked.method() {
        "initialize" => script::error(asked, StatusCode::BAD_REQUEST, -32602, &Value::Null),
        _ => script::legacy(asked, "{}").unwrap_or_else(|| one_tool(asked)),
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "refuses `initialize` with error -32602: no", "server's log");
}
