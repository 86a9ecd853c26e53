//! Deadlines, refusals, redirects, and what a request carries.

use std::sync::Arc;
use std::time::Duration;

use net::{Net, NetError, RESOLVE_TIMEOUT, Reach, Settings};
use tokio::net::TcpListener;

use crate::server::{Answer, Server, ok};
use crate::{Silent, development, resolving_to};

const SHORT: Duration = Duration::from_millis(150);

#[tokio::test]
async fn a_redirect_comes_back_as_it_is() {
    let target = Server::plain(ok("inside")).await;
    let to = target.http();
    let redirect = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let server = Server::plain(Answer::Bytes(redirect.into_bytes())).await;
    let net = development();

    let url = net.check(&server.http(), Reach::Public).unwrap();
    let answer = net.client(Reach::Public).get(url).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], to);
    assert_eq!((server.requests(), target.requests()), (1, 0));
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout() {
    let server = Server::plain(Answer::Silence).await;
    let net = development();
    let url = net.check(&server.http(), Reach::Public).unwrap();
    let error = net.client(Reach::Public).get(url).timeout(SHORT).send().await.unwrap_err();
    let error = NetError::of(&error);
    assert!(matches!(error, NetError::Timeout { doing: "waiting for the answer", .. }), "{error:?}");
    assert!(!error.before_request(), "the server may have seen it");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_timeout() {
    // Connections are taken by the operating system and then by nobody.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let net = development();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let url = net.check(&url, Reach::Public).unwrap();
    let report = net.probe(&url, Reach::Public, SHORT).await.unwrap();
    match report.tls {
        net::TlsOutcome::Failed { error: NetError::Timeout { doing, after, .. }, .. } => {
            assert_eq!((doing, after), ("agreeing on TLS", Some(SHORT)));
        }
        other => panic!("expected a timeout, got {other:?}"),
    }
}

#[tokio::test]
async fn a_resolver_that_never_answers_is_a_timeout() {
    let net = Net::with_resolver(Settings::default(), Arc::new(Silent)).unwrap();
    let url = net.check("https://slow.example/", Reach::Public).unwrap();
    let error = net.probe(&url, Reach::Public, SHORT).await.unwrap_err();
    assert!(matches!(error, NetError::Timeout { doing: "looking up the name", .. }), "{error:?}");
}

/// Takes as long as [`RESOLVE_TIMEOUT`].
#[tokio::test]
async fn a_request_does_not_wait_for_a_resolver_for_ever() {
    let net = Net::with_resolver(Settings::default(), Arc::new(Silent)).unwrap();
    let begun = tokio::time::Instant::now();
    let error = net.client(Reach::Public).get("https://slow.example/").send().await.unwrap_err();
    let error = NetError::of(&error);
    assert!(matches!(error, NetError::Timeout { doing: "looking up the name", .. }), "{error:?}");
    assert!(begun.elapsed() < RESOLVE_TIMEOUT * 2);
}

#[tokio::test]
async fn a_closed_port_is_a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let net = development();
    let url = net.check(&url, Reach::Public).unwrap();

    let error = net.client(Reach::Public).get(url.clone()).send().await.unwrap_err();
    let expected = NetError::Connect { host: "127.0.0.1".to_owned(), why: "the connection was refused".to_owned() };
    assert_eq!(NetError::of(&error), expected);
    assert_eq!(net.probe(&url, Reach::Public, Duration::from_secs(5)).await.unwrap_err(), expected);
}

#[tokio::test]
async fn a_name_without_addresses_is_told_apart() {
    let net = resolving_to(false, &[]);
    let url = net.check("https://nobody.example/", Reach::Public).unwrap();
    let error = net.client(Reach::Public).get(url.clone()).send().await.unwrap_err();
    assert!(matches!(NetError::of(&error), NetError::Dns { host, .. } if host == "nobody.example"));
    let error = net.probe(&url, Reach::Public, Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error, NetError::Dns { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_http_is_an_interruption() {
    let server = Server::plain(Answer::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    let net = development();
    let url = net.check(&server.http(), Reach::Public).unwrap();
    let error = net.client(Reach::Public).get(url).send().await.unwrap_err();
    assert!(matches!(NetError::of(&error), NetError::Interrupted { .. }), "{error:?}");
}

#[tokio::test]
async fn requests_say_who_we_are_and_keep_no_cookies() {
    let answer = "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n";
    let server = Server::plain(Answer::Bytes(answer.as_bytes().to_vec())).await;
    let settings = Settings { allow_loopback: true, user_agent: "drawbridge-test/7".to_owned(), extra_roots: vec![] };
    let net = Net::new(settings).unwrap();
    for _ in 0..2 {
        net.client(Reach::Public).get(server.http()).send().await.unwrap();
    }
    let head = server.last_head().to_lowercase();
    assert!(head.contains("user-agent: drawbridge-test/7\r\n"), "{head}");
    for unwanted in ["cookie:", "referer:", "accept-encoding:"] {
        assert!(!head.contains(unwanted), "{head}");
    }
}
