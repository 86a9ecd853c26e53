//! Every way to fail: which step, what it says, what it advises.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use domain::{TestReport, TestStepKind, TestStepState};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use net::{Net, Reach, Resolver, Settings};
use testkit::env::MockEnv;
use testkit::fixture::broken::{self, Broken, Fault, Framing, When};
use testkit::fixture::{Fixture, FixtureOptions};
use upstream::{Limits, Target};

use crate::script::{self, Script};
use crate::{failure, impatient, run, run_within, states, success, target};

use TestStepState::{Failed, Passed, Skipped};

async fn against(fault: Fault) -> TestReport {
    let server = Broken::spawn(fault, When::Always).await.unwrap();
    run(&target(server.url())).await
}

#[tokio::test]
async fn a_url_that_is_none() {
    for url in ["", "mcp.example.com", "ftp://mcp.example.com/", "https://user:pw@mcp.example.com/"] {
        let report = run(&target(url)).await;
        let failed = failure(&report, TestStepKind::Reachable, "The URL cannot be used", "full https address");
        assert!(!failed.detail.contains("pw"));
        assert_eq!(states(&report), [Failed, Skipped, Skipped, Skipped, Skipped]);
    }
}

#[tokio::test]
async fn plain_http_to_a_public_host() {
    let report = run(&target("http://mcp.example.com/mcp")).await;
    failure(&report, TestStepKind::Reachable, "use https", "full https address");
}

/// A resolver that knows one answer.
struct Only(Vec<IpAddr>);

impl Resolver for Only {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let addrs = self.0.clone();
        Box::pin(async move { Ok(addrs) })
    }
}

async fn resolving(addrs: &[&str], target: &Target) -> TestReport {
    let addrs = addrs.iter().map(|addr| addr.parse().unwrap()).collect();
    let net = Net::with_resolver(Settings::default(), Arc::new(Only(addrs))).unwrap();
    upstream::test(&net, target, &MockEnv::new(1), &Limits::default()).await
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let report = resolving(&[], &target("https://typo.example/mcp")).await;
    failure(&report, TestStepKind::Reachable, "typo.example", "spelling");
}

#[tokio::test]
async fn blocked_addresses_by_number_and_by_name() {
    let metadata = resolving(&["169.254.169.254"], &target("https://innocent.example/mcp")).await;
    failure(&metadata, TestStepKind::Reachable, "169.254.169.254 is a link-local address", "ordinary public address");
    let private = resolving(&["10.0.0.8"], &target("https://intranet.example/mcp")).await;
    failure(&private, TestStepKind::Reachable, "10.0.0.8 is a private address", "allow private addresses");
    let literal = resolving(&[], &target("https://192.168.1.1/mcp")).await;
    failure(&literal, TestStepKind::Reachable, "192.168.1.1 may not be connected to", "allow private addresses");
    let mapped = resolving(&[], &target("https://[::ffff:7f00:1]/mcp")).await;
    failure(&mapped, TestStepKind::Reachable, "IPv4 address in IPv6 notation", "ordinary public address");

    // An administrator can open private networks for a server, but never this machine or its neighbours on the link.
    for addr in ["127.0.0.1", "169.254.169.254"] {
        let allowed = Target { reach: Reach::Private, ..target("https://intranet.example/mcp") };
        failure(&resolving(&[addr], &allowed).await, TestStepKind::Reachable, addr, "address");
    }
}

#[tokio::test]
async fn loopback_without_the_setting() {
    let server = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let report = resolving(&[], &target(server.url())).await;
    failure(&report, TestStepKind::Reachable, "loopback", "DRAWBRIDGE_ALLOW_LOOPBACK=true");
    assert!(server.received().is_empty(), "nothing may be sent to a blocked address");
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    drop(listener);
    let report = run(&target(url)).await;
    failure(&report, TestStepKind::Reachable, "the connection was refused", "Check the port");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let server = broken::self_signed_tls().await.unwrap();
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Tls, "not signed by a trusted authority", "certificate of a public authority");
    assert_eq!(states(&report), [Passed, Failed, Skipped, Skipped, Skipped]);
    assert!(server.received().is_empty(), "nothing may be sent to a server that is not who it says");

    // The same server, trusted: so it was the certificate and nothing else.
    let extra_roots = vec![server.tls().unwrap().certificate_pem().to_owned()];
    let net = Net::new(Settings { allow_loopback: true, extra_roots, ..Settings::default() }).unwrap();
    let report = success(upstream::test(&net, &target(server.url()), &MockEnv::new(1), &Limits::default()).await);
    assert_eq!(states(&report), [Passed; 5]);
    assert!(report.steps[1].detail.contains("TLS 1.3"), "{:?}", report.steps[1]);
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/mcp", listener.local_addr().unwrap());
    let report = run_within(&target(url), &impatient()).await;
    failure(&report, TestStepKind::Tls, "did not answer in time", "Check that the server is running");
    assert_eq!(states(&report), [Passed, Failed, Skipped, Skipped, Skipped]);
}

#[tokio::test]
async fn a_server_that_hangs() {
    let server = Broken::spawn(Fault::Hang, When::Always).await.unwrap();
    let begun = tokio::time::Instant::now();
    let report = run_within(&target(server.url()), &impatient()).await;
    failure(&report, TestStepKind::Handshake, "No answer to `initialize` within 0.4 seconds", "overloaded");
    assert_eq!(states(&report), [Passed, Skipped, Skipped, Failed, Skipped]);
    assert!(begun.elapsed() < Duration::from_secs(10), "the deadline was not kept");
}

#[tokio::test]
async fn an_answer_that_never_ends() {
    let server = Script::run(|asked| match script::legacy(asked, r#"{"tools":{}}"#) {
        Some(answer) => answer,
        None => script::silence(),
    })
    .await;
    let report = run_within(&target(server.url()), &impatient()).await;
    failure(&report, TestStepKind::Tools, "No answer to `tools/list` within 0.4 seconds", "overloaded");
    assert_eq!(states(&report), [Passed, Skipped, Passed, Passed, Failed]);
}

#[tokio::test]
async fn a_test_as_a_whole_has_an_end() {
    let server = Broken::spawn(Fault::Hang, When::Always).await.unwrap();
    let limits = Limits { total: Duration::from_millis(300), step: Duration::from_mins(1), ..Limits::default() };
    let report = run_within(&target(server.url()), &limits).await;
    failure(&report, TestStepKind::Handshake, "longer than 0.3 seconds", "overloaded");
}

#[tokio::test]
async fn a_web_page() {
    let report = against(Fault::Html).await;
    failure(&report, TestStepKind::Handshake, "web page instead of MCP", "followed by /mcp");
}

#[tokio::test]
async fn a_path_that_does_not_exist() {
    let report = against(Fault::NotFound).await;
    failure(&report, TestStepKind::Handshake, "404 Not Found", "Check the path");
}

#[tokio::test]
async fn json_that_is_no_mcp() {
    let report = against(Fault::NotMcp).await;
    failure(&report, TestStepKind::Handshake, "does not speak MCP", "Streamable HTTP");
}

#[tokio::test]
async fn json_that_breaks_off() {
    let report = against(Fault::MalformedJson).await;
    failure(&report, TestStepKind::Handshake, "malformed", "maintainer");
}

#[tokio::test]
async fn json_that_can_be_read_in_two_ways() {
    let server = Script::run(|asked| {
        script::raw(
            StatusCode::OK,
            format!(r#"{{"jsonrpc":"2.0","id":{},"result":{{}},"result":{{}}}}"#, asked.body["id"]),
        )
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "duplicate object key", "maintainer");
}

#[tokio::test]
async fn a_result_of_the_wrong_shape() {
    let report = against(Fault::WrongShape).await;
    failure(&report, TestStepKind::Handshake, "does not speak MCP", "Streamable HTTP");
}

#[tokio::test]
async fn an_answer_that_is_cut_off() {
    let report = against(Fault::CutOff).await;
    failure(&report, TestStepKind::Handshake, "The connection to 127.0.0.1 broke", "server's log");
}

#[tokio::test]
async fn a_redirect() {
    let elsewhere = Fixture::spawn(FixtureOptions::default()).await.unwrap();
    let to = format!("{}?token=abc", elsewhere.url());
    let report = against(Fault::Redirect { to }).await;
    let failed = failure(&report, TestStepKind::Handshake, &elsewhere.url(), "Redirects are not followed");
    assert!(failed.detail.contains("307") && !failed.detail.contains("token"), "{}", failed.detail);
    assert!(elsewhere.received().is_empty(), "the redirect was followed");
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere() {
    let report = against(Fault::Redirect { to: String::new() }).await;
    failure(&report, TestStepKind::Handshake, "sends us on", "not followed");
}

#[tokio::test]
async fn an_internal_error() {
    let report = against(Fault::ServerError).await;
    failure(&report, TestStepKind::Handshake, "500 Internal Server Error", "look into its log");
}

#[tokio::test]
async fn an_internal_error_with_words() {
    let server = Script::run(|asked| {
        let body = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"the database is away"}}"#;
        script::legacy(asked, "{}")
            .filter(|_| asked.method() != "initialize")
            .unwrap_or_else(|| script::raw(StatusCode::INTERNAL_SERVER_ERROR, body))
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "error -32603: the database is away", "server's log");
}

#[tokio::test]
async fn too_many_requests() {
    let server = Script::run(|_| script::raw(StatusCode::TOO_MANY_REQUESTS, "slow down")).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "429 Too Many Requests", "wait a while");
    assert_eq!(server.asked().len(), 1, "who is asked to slow down does not ask again");
}

#[tokio::test]
async fn an_address_that_knows_no_transport() {
    let server = Script::run(|_| script::raw(StatusCode::METHOD_NOT_ALLOWED, "")).await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Handshake, "405 Method Not Allowed", "neither the one that was chosen");
    assert!(server.asked().iter().any(|asked| asked.http == Method::GET), "the transport of 2024 was not looked for");
}

#[tokio::test]
async fn a_server_without_tools() {
    let server = broken::no_tools().await.unwrap();
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Tools, "offers no tools", "credential has access");
    assert_eq!(states(&report), [Passed, Skipped, Passed, Passed, Failed]);
}

#[tokio::test]
async fn answers_of_200_megabytes() {
    for framing in [Framing::Json, Framing::EventStream] {
        let report = against(Fault::Huge { bytes: 200_000_000, framing }).await;
        failure(&report, TestStepKind::Handshake, "longer than the limit of 8 MiB", "MCP endpoint");
    }
}

#[tokio::test]
async fn a_list_without_end_is_not_read_to_the_end() {
    static SENT: AtomicUsize = AtomicUsize::new(0);
    static LETTERS: [u8; 16 * 1024] = [b'x'; 16 * 1024];
    let server = Script::run(|asked| match script::legacy(asked, r#"{"tools":{}}"#) {
        Some(answer) => answer,
        None => {
            let head =
                Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{},"result":{{"tools":[{{"name":""#, asked.body["id"]));
            let rest = stream::repeat_with(|| {
                SENT.fetch_add(LETTERS.len(), Ordering::SeqCst);
                Bytes::from_static(&LETTERS)
            });
            let body = stream::iter([head]).chain(rest).map(Ok::<_, io::Error>);
            script::raw(StatusCode::OK, Body::from_stream(body))
        }
    })
    .await;
    let report = run(&target(server.url())).await;
    failure(&report, TestStepKind::Tools, "`tools/list` is longer than the limit of 8 MiB", "MCP endpoint");
    // Over the limit there is only what the operating system buffers on both sides of a socket.
    let sent = SENT.load(Ordering::SeqCst);
    assert!(sent < 48 * 1024 * 1024, "the test kept reading: {sent} bytes");
}
