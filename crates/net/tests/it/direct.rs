//! What the data path sends, by the same rules as everything else.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use net::{Incoming, Net, NetError, RESOLVE_TIMEOUT, Reach, Settings, TlsFault};
use tokio::net::TcpListener;

use crate::addresses::{BLOCKED, blocked_as, literal_url};
use crate::server::{Answer, Identity, Server, ok};
use crate::{Silent, development, resolving_to, strict};

async fn get(net: &Net, url: &str) -> Result<Response<Incoming>, NetError> {
    let request = Request::get(url).body(Full::new(Bytes::new())).unwrap();
    net.send(Reach::Public, request).await
}

#[tokio::test]
async fn blocked_addresses_are_refused_as_literals_and_behind_names() {
    for (addr, class) in BLOCKED {
        for scheme in ["https", "http"] {
            let url = literal_url(addr).replacen("https", scheme, 1);
            let error = get(&strict(), &url).await.expect_err(addr);
            assert_eq!(blocked_as(&error), *class, "{scheme} {addr}");
        }
        let error = get(&resolving_to(false, &[addr]), "https://innocent.example/mcp").await.expect_err(addr);
        assert_eq!(blocked_as(&error), *class, "{addr}");
        assert!(error.to_string().contains("innocent.example") && error.before_sending(), "{error}");
    }
}

#[tokio::test]
async fn allowed_addresses_of_a_name_are_used_and_the_others_left_out() {
    let server = Server::plain(ok("here")).await;
    let net = resolving_to(true, &["169.254.169.254", "10.0.0.1", "127.0.0.1"]);
    let answer = get(&net, &format!("http://mixed.localhost:{}/", server.addr.port())).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "here");
}

#[tokio::test]
async fn redirects_come_back_and_nothing_is_sent_unasked() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n";
    let server = Server::plain(Answer::Bytes(redirect.as_bytes().to_vec())).await;
    let settings = Settings { allow_loopback: true, user_agent: "drawbridge-test/7".to_owned(), extra_roots: vec![] };
    let net = Net::new(settings).unwrap();
    for _ in 0..2 {
        assert_eq!(get(&net, &server.http()).await.unwrap().status(), 307);
    }
    assert_eq!(server.requests(), 2);
    let head = server.last_head().to_lowercase();
    assert!(
        head.contains("user-agent: drawbridge-test/7\r\n") && head.contains(&format!("host: {}", server.addr)),
        "{head}"
    );
    for unwanted in ["cookie:", "referer:", "accept-encoding:"] {
        assert!(!head.contains(unwanted), "{head}");
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = get(&development(), &closed).await.unwrap_err();
    let expected = NetError::Connect { host: "127.0.0.1".to_owned(), why: "the connection was refused".to_owned() };
    assert_eq!(error, expected);

    let error = get(&resolving_to(false, &[]), "https://nobody.example/").await.unwrap_err();
    assert!(matches!(&error, NetError::Dns { host, .. } if host == "nobody.example"), "{error:?}");

    let server = Server::plain(Answer::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    let error = get(&development(), &server.http()).await.unwrap_err();
    assert!(matches!(error, NetError::Interrupted { .. }) && !error.before_sending(), "{error:?}");
}

/// Takes as long as [`RESOLVE_TIMEOUT`].
#[tokio::test]
async fn a_resolver_is_not_waited_for_for_ever() {
    let net = Net::with_resolver(Settings::default(), Arc::new(Silent)).unwrap();
    let begun = tokio::time::Instant::now();
    let error = get(&net, "https://slow.example/").await.unwrap_err();
    assert!(matches!(error, NetError::Timeout { doing: "looking up the name", .. }), "{error:?}");
    assert!(begun.elapsed() < RESOLVE_TIMEOUT * 2);
}

#[tokio::test]
async fn certificates_are_checked() {
    let identity = Identity::new("localhost");
    let server = Server::tls(ok("hello"), &identity).await;
    let error = get(&development(), &server.https("localhost")).await.unwrap_err();
    assert!(matches!(&error, NetError::Tls { why: TlsFault::UnknownIssuer, .. }), "{error:?}");

    let extra_roots = vec![identity.pem.clone()];
    let net = Net::new(Settings { allow_loopback: true, extra_roots, ..Settings::default() }).unwrap();
    let answer = get(&net, &server.https("localhost")).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
    let error = get(&net, &server.https("127.0.0.1")).await.unwrap_err();
    assert!(matches!(&error, NetError::Tls { why: TlsFault::WrongName, .. }), "{error:?}");

    let plain = Server::plain_400().await;
    let error = get(&net, &plain.https("localhost")).await.unwrap_err();
    assert!(matches!(&error, NetError::Tls { why: TlsFault::NotTls, .. }), "{error:?}");
}
