//! Certificates.

use std::time::Duration;

use net::{Net, NetError, ProbeReport, Reach, Settings, TlsFault, TlsOutcome};

use crate::development;
use crate::server::{Identity, Server, ok};

fn trusting(identity: &Identity) -> Net {
    let extra_roots = vec![identity.pem.clone()];
    Net::new(Settings { allow_loopback: true, extra_roots, ..Settings::default() }).unwrap()
}

async fn fault_of_request(net: &Net, url: &str) -> TlsFault {
    let url = net.check(url, Reach::Public).unwrap();
    let error = net.client(Reach::Public).get(url).send().await.unwrap_err();
    let error = NetError::of(&error);
    assert!(error.before_request());
    match error {
        NetError::Tls { why, .. } => why,
        other => panic!("expected a TLS error, got {other:?}"),
    }
}

async fn probe(net: &Net, url: &str) -> ProbeReport {
    let url = net.check(url, Reach::Public).unwrap();
    net.probe(&url, Reach::Public, Duration::from_secs(5)).await.unwrap()
}

async fn fault_of_probe(net: &Net, url: &str) -> TlsFault {
    match probe(net, url).await.tls {
        TlsOutcome::Failed { error: NetError::Tls { why, .. }, .. } => why,
        other => panic!("expected a TLS error, got {other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = Server::tls(ok("secret"), &Identity::new("localhost")).await;
    let net = development();
    let url = server.https("localhost");
    assert_eq!(fault_of_request(&net, &url).await, TlsFault::UnknownIssuer);
    assert_eq!(fault_of_probe(&net, &url).await, TlsFault::UnknownIssuer);
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn an_extra_root_is_trusted_for_its_own_name_only() {
    let identity = Identity::new("localhost");
    let server = Server::tls(ok("hello"), &identity).await;
    let net = trusting(&identity);

    let url = net.check(&server.https("localhost"), Reach::Public).unwrap();
    let answer = net.client(Reach::Public).get(url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
    let TlsOutcome::Secure(facts) = probe(&net, &server.https("localhost")).await.tls else { panic!("not secure") };
    assert_eq!(facts.version, "TLS 1.3");

    assert_eq!(fault_of_request(&net, &server.https("127.0.0.1")).await, TlsFault::WrongName);
    assert_eq!(fault_of_probe(&net, &server.https("127.0.0.1")).await, TlsFault::WrongName);
}

#[tokio::test]
async fn certificates_out_of_their_time_are_refused() {
    let expired = Identity::with("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    });
    let future = Identity::with("localhost", |params| params.not_before = rcgen::date_time_ymd(4000, 1, 1));
    for (identity, expected) in [(expired, TlsFault::Expired), (future, TlsFault::NotYetValid)] {
        let server = Server::tls(ok("old"), &identity).await;
        let net = trusting(&identity);
        assert_eq!(fault_of_request(&net, &server.https("localhost")).await, expected);
        assert_eq!(fault_of_probe(&net, &server.https("localhost")).await, expected);
    }
}

#[tokio::test]
async fn plain_http_behind_an_https_url_is_told_apart() {
    let server = Server::plain_400().await;
    let net = development();
    assert_eq!(fault_of_probe(&net, &server.https("localhost")).await, TlsFault::NotTls);
    assert_eq!(fault_of_request(&net, &server.https("localhost")).await, TlsFault::NotTls);
}

#[test]
fn an_extra_root_that_is_no_certificate_is_named() {
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = Net::new(Settings { extra_roots: vec![pem.to_owned()], ..Settings::default() }).unwrap_err();
        assert!(matches!(&error, NetError::Setup { why } if why.contains("certificate")), "{error:?}");
    }
}
