//! No way inside: literals, names, and names that change their mind.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use net::{AddressClass, Net, NetError, Reach, Resolver, Settings, Url};

use crate::server::{Server, ok};
use crate::{resolving_to, strict};

/// One or more of every range that is blocked, and the edges of the ranges.
pub(crate) const BLOCKED: &[(&str, AddressClass)] = &[
    ("0.0.0.0", AddressClass::Unspecified),
    ("0.255.255.255", AddressClass::Unspecified),
    ("10.0.0.0", AddressClass::Private),
    ("10.255.255.255", AddressClass::Private),
    ("100.64.0.0", AddressClass::Shared),
    ("100.127.255.255", AddressClass::Shared),
    ("127.0.0.1", AddressClass::Loopback),
    ("127.255.255.254", AddressClass::Loopback),
    ("169.254.0.1", AddressClass::LinkLocal),
    ("169.254.169.254", AddressClass::LinkLocal),
    ("172.16.0.1", AddressClass::Private),
    ("172.31.255.255", AddressClass::Private),
    ("192.0.0.1", AddressClass::Protocol),
    ("192.0.2.1", AddressClass::Documentation),
    ("192.88.99.1", AddressClass::Tunnelled),
    ("192.168.0.1", AddressClass::Private),
    ("192.168.255.255", AddressClass::Private),
    ("198.18.0.1", AddressClass::Benchmark),
    ("198.19.255.255", AddressClass::Benchmark),
    ("198.51.100.1", AddressClass::Documentation),
    ("203.0.113.1", AddressClass::Documentation),
    ("224.0.0.1", AddressClass::Multicast),
    ("239.255.255.255", AddressClass::Multicast),
    ("240.0.0.1", AddressClass::Reserved),
    ("255.255.255.255", AddressClass::Reserved),
    ("::", AddressClass::Unspecified),
    ("::1", AddressClass::Loopback),
    ("::2", AddressClass::Mapped),
    ("::7f00:1", AddressClass::Mapped),
    ("::ffff:127.0.0.1", AddressClass::Mapped),
    ("::ffff:10.0.0.1", AddressClass::Mapped),
    ("::ffff:8.8.8.8", AddressClass::Mapped),
    ("::ffff:0:8.8.8.8", AddressClass::Reserved),
    ("64:ff9b::7f00:1", AddressClass::Translated),
    ("64:ff9b::8.8.8.8", AddressClass::Translated),
    ("64:ff9b:1::a00:1", AddressClass::Translated),
    ("100::1", AddressClass::Reserved),
    ("2001::1", AddressClass::Tunnelled),
    ("2001:2::1", AddressClass::Protocol),
    ("2001:10::1", AddressClass::Protocol),
    ("2001:1ff:ffff::1", AddressClass::Protocol),
    ("2001:db8::1", AddressClass::Documentation),
    ("2002:7f00:1::1", AddressClass::Tunnelled),
    ("3fff::1", AddressClass::Documentation),
    ("4000::1", AddressClass::Reserved),
    ("5f00::1", AddressClass::Reserved),
    ("fc00::1", AddressClass::UniqueLocal),
    ("fdff:ffff::1", AddressClass::UniqueLocal),
    ("fe80::1", AddressClass::LinkLocal),
    ("febf::1", AddressClass::LinkLocal),
    ("fec0::1", AddressClass::Reserved),
    ("ff02::1", AddressClass::Multicast),
];

const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2a00::1",
    "3ffe::1",
];

pub(crate) fn literal_url(addr: &str) -> String {
    if addr.contains(':') { format!("https://[{addr}]/mcp") } else { format!("https://{addr}/mcp") }
}

pub(crate) fn blocked_as(error: &NetError) -> AddressClass {
    match error {
        NetError::Blocked { why, .. } => *why,
        other => panic!("expected a blocked address, got {other:?}"),
    }
}

#[test]
fn every_blocked_range_is_refused_as_a_literal() {
    let net = strict();
    for (addr, class) in BLOCKED {
        let error = net.check(&literal_url(addr), Reach::Public).expect_err(addr);
        assert_eq!(blocked_as(&error), *class, "{addr}");
        let text = error.to_string();
        assert!(text.contains(class.label()) && text.contains("; "), "{text}");
    }
}

#[test]
fn what_lies_between_the_ranges_is_public() {
    let net = strict();
    for addr in PUBLIC {
        assert_eq!(AddressClass::of(addr.parse().unwrap()), AddressClass::Public, "{addr}");
        net.check(&literal_url(addr), Reach::Public).expect(addr);
    }
}

#[test]
fn other_spellings_of_an_address_are_the_same_address() {
    let net = strict();
    for host in ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.", "１２７.0.0.1"] {
        let error = net.check(&format!("https://{host}/"), Reach::Public).expect_err(host);
        assert_eq!(blocked_as(&error), AddressClass::Loopback, "{host}");
    }
}

#[test]
fn private_reach_opens_private_networks_and_nothing_else() {
    let net = strict();
    for (addr, class) in BLOCKED {
        let outcome = net.check(&literal_url(addr), Reach::Private);
        let opened = matches!(class, AddressClass::Private | AddressClass::Shared | AddressClass::UniqueLocal);
        assert_eq!(outcome.is_ok(), opened, "{addr}");
    }
}

#[tokio::test]
async fn every_blocked_range_is_refused_behind_a_name() {
    for (addr, class) in BLOCKED {
        let net = resolving_to(false, &[addr]);
        let url = net.check("https://innocent.example/mcp", Reach::Public).unwrap();

        let error = net.client(Reach::Public).post(url.clone()).send().await.expect_err(addr);
        let error = NetError::of(&error);
        assert_eq!(blocked_as(&error), *class, "{addr}");
        assert!(error.to_string().contains("innocent.example") && error.before_request(), "{error}");

        let error = net.probe(&url, Reach::Public, Duration::from_secs(5)).await.expect_err(addr);
        assert_eq!(blocked_as(&error), *class, "{addr}");
    }
}

#[tokio::test]
async fn a_literal_is_refused_even_if_nobody_checked_the_url() {
    let net = strict();
    for (addr, class) in BLOCKED {
        for scheme in ["https", "http"] {
            let url: Url = literal_url(addr).replacen("https", scheme, 1).parse().unwrap();
            let error = net.client(Reach::Public).get(url).send().await.expect_err(addr);
            assert_eq!(blocked_as(&NetError::of(&error)), *class, "{scheme} {addr}");
        }
    }
}

#[tokio::test]
async fn allowed_addresses_of_a_name_are_used_and_the_others_left_out() {
    let server = Server::plain(ok("here")).await;
    let net = resolving_to(true, &["169.254.169.254", "10.0.0.1", "127.0.0.1"]);
    let url = format!("http://mixed.localhost:{}/", server.addr.port());
    let url = net.check(&url, Reach::Public).unwrap();

    let answer = net.client(Reach::Public).get(url.clone()).send().await.unwrap();
    assert_eq!(answer.remote_addr(), Some(server.addr));
    let report = net.probe(&url, Reach::Public, Duration::from_secs(5)).await.unwrap();
    assert_eq!(report.addr, server.addr);
}

/// Gives its answers one after the other.
struct Rebinding(Mutex<VecDeque<IpAddr>>);

impl Resolver for Rebinding {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let next = self.0.lock().unwrap().pop_front();
        Box::pin(async move { Ok(next.into_iter().collect()) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_after_the_probe_is_refused() {
    let server = Server::plain(ok("here")).await;
    let answers = ["127.0.0.1", "169.254.169.254"].map(|addr| addr.parse().unwrap());
    let settings = Settings { allow_loopback: true, ..Settings::default() };
    let net = Net::with_resolver(settings, Arc::new(Rebinding(Mutex::new(answers.into())))).unwrap();
    let url = net.check(&format!("http://turncoat.localhost:{}/", server.addr.port()), Reach::Public).unwrap();

    net.probe(&url, Reach::Public, Duration::from_secs(5)).await.unwrap();
    let error = net.client(Reach::Public).get(url).send().await.unwrap_err();
    assert_eq!(blocked_as(&NetError::of(&error)), AddressClass::LinkLocal);
    assert_eq!(server.requests(), 0);
}
