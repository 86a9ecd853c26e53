//! Servers that ask who is there.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use domain::TestStepKind;
use domain::TestStepState::{Failed, Passed, Skipped};
use testkit::fixture::broken::{Broken, Fault, When};
use testkit::fixture::{Fixture, FixtureOptions, Generation, Generations};

use crate::script::{self, Script};
use crate::{failure, run, states, success, target, target_with};

const TOKEN: &str = "planted-secret-0123456789";

async fn guarded(generations: Generations) -> Fixture {
    let options = FixtureOptions { require_bearer: Some(TOKEN.to_owned()), generations, ..FixtureOptions::default() };
    Fixture::spawn(options).await.unwrap()
}

#[tokio::test]
async fn a_server_that_wants_oauth() {
    let metadata = "https://auth.example/.well-known/oauth-protected-resource".to_owned();
    let server = Broken::spawn(Fault::Unauthorized { resource_metadata: metadata }, When::Always).await.unwrap();
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Authentication, "sign-in by OAuth", "cannot be connected yet");
    assert_eq!(states(&report), [Passed, Skipped, Failed, Skipped, Skipped]);

    let report = run(&target_with(server.url(), "Authorization", "Bearer wrong-token")).await;
    failure(&report, TestStepKind::Authentication, "refuses the credential", "also offers OAuth");
}

#[tokio::test]
async fn a_server_that_says_so_at_the_well_known_place_only() {
    for place in ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"] {
        let server = Script::run(move |asked| {
            if asked.path == place {
                script::raw(StatusCode::OK, r#"{"authorization_servers":["https://auth.example"]}"#)
            } else if asked.path.starts_with("/.well-known/") {
                StatusCode::NOT_FOUND.into_response()
            } else {
                StatusCode::UNAUTHORIZED.into_response()
            }
        })
        .await;
        let report = run(&target(server.url())).await;
        failure(&report, TestStepKind::Authentication, "sign-in by OAuth", "cannot be connected yet");

        run(&target_with(server.url(), "X-Key", TOKEN)).await;
        for asked in server.asked() {
            let elsewhere = asked.path.starts_with("/.well-known/");
            assert!(!(elsewhere && asked.headers.contains_key("x-key")), "the credential left its endpoint: {asked:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key() {
    let server = guarded(Generations::All).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Authentication, "asks for a credential (401)", "API key");
    assert_eq!(states(&report), [Passed, Skipped, Failed, Skipped, Skipped]);

    let report = run(&target_with(server.url(), "Authorization", "Bearer not-this-one")).await;
    failure(&report, TestStepKind::Authentication, "refuses the credential (401)", "key is still valid");
}

#[tokio::test]
async fn the_credential_goes_with_every_request() {
    for generation in [Generation::V2025_11_25, Generation::V2026_07_28] {
        let server = guarded(Generations::Only(vec![generation])).await;
        let report = success(run(&target_with(server.url(), "authorization", &format!("Bearer {TOKEN}"))).await);
        assert_eq!(report.steps[2].detail, "The server accepts the credential");
        let received = server.received();
        assert!(received.len() > 3);
        for request in received {
            assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()), "{request:?}");
        }
    }
    let open = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let report = success(run(&target(open.url())).await);
    assert_eq!(report.steps[2].detail, "The server asks for no credential");
}

#[tokio::test]
async fn access_denied() {
    let server = Script::run(|_| StatusCode::FORBIDDEN.into_response()).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Authentication, "forbids access", "Enter a credential");
    let report = run(&target_with(server.url(), "X-Key", TOKEN)).await;
    failure(&report, TestStepKind::Authentication, "may not do this (403)", "rights");
}

#[tokio::test]
async fn a_server_that_asks_only_when_it_comes_to_tools() {
    let server = Script::run(|asked| match script::legacy(asked, r#"{"tools":{}}"#) {
        Some(answer) => answer,
        None => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response(),
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Authentication, "asks for a credential", "API key");
    assert_eq!(states(&report), [Passed, Skipped, Failed, Passed, Skipped]);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent() {
    let server = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    for (name, value, why) in [
        ("X Key", TOKEN, "letters, digits"),
        ("", TOKEN, "letters, digits"),
        ("X-Key", "planted-secret-0123\n456789", "line breaks"),
        ("Host", "elsewhere.example", "belongs to the protocol"),
        ("Mcp-Session-Id", TOKEN, "belongs to the protocol"),
        ("content-length", "3", "belongs to the protocol"),
    ] {
        let report = run(&target_with(server.url(), name, value)).await;
        failure(&report, TestStepKind::Authentication, why, "header");
        assert!(!format!("{report:?}").contains("planted-secret"), "{report:?}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn no_report_repeats_the_credential() {
    let echo = Script::run(|asked| {
        let key = asked.headers["authorization"].to_str().unwrap().to_owned();
        match asked.method() {
            "server/discover" => script::error(asked, StatusCode::BAD_REQUEST, -32000, &serde_json::Value::Null),
            _ => {
                let error = serde_json::json!({ "code": -32001, "message": format!("unknown key:\n {key}\u{7}") });
                let body = serde_json::json!({ "jsonrpc": "2.0", "id": asked.body["id"], "error": error });
                script::raw(StatusCode::OK, body.to_string())
            }
        }
    })
    .await;
    let report = run(&target_with(echo.url(), "Authorization", &format!("Bearer {TOKEN}"))).await;
    let failed = failure(&report, TestStepKind::Handshake, "unknown key", "server's log");
    assert!(!format!("{report:?}").contains(TOKEN), "{report:?}");
    assert!(failed.detail.contains("[secret]") && !failed.detail.contains(char::is_control), "{:?}", failed.detail);

    let asked = target_with("https://mcp.example/?key=abc", "Authorization", TOKEN);
    assert!(!format!("{asked:?}").contains(TOKEN) && !format!("{asked:?}").contains("abc"));
}
