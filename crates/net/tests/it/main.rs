//! The outbound client through its public interface, against real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up shall fail loudly")]

mod addresses;
mod bodies;
mod connections;
mod direct;
mod server;
mod tls;
mod urls;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use net::{Net, Resolver, Settings};

/// Answers every name with these addresses.
struct Fixed(Vec<IpAddr>);

impl Resolver for Fixed {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let addrs = self.0.clone();
        Box::pin(async move { Ok(addrs) })
    }
}

/// Never answers.
struct Silent;

impl Resolver for Silent {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::pending())
    }
}

fn strict() -> Net {
    Net::new(Settings::default()).unwrap()
}

fn development() -> Net {
    Net::new(Settings { allow_loopback: true, ..Settings::default() }).unwrap()
}

fn resolving_to(allow_loopback: bool, addrs: &[&str]) -> Net {
    let addrs = addrs.iter().map(|addr| addr.parse().unwrap()).collect();
    Net::with_resolver(Settings { allow_loopback, ..Settings::default() }, Arc::new(Fixed(addrs))).unwrap()
}
