//! Names to addresses, with the filter in between.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::NetError;
use crate::address::Rules;
use crate::error::io_words;
use crate::literal;

/// How long a name lookup may take.
pub const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// More addresses than this are not tried.
const MAX_ADDRESSES: usize = 16;

/// Finds the addresses of a name. The filter runs after it, whatever it answers.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of this name, best first; an error or an empty list if there are none.
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system (files, DNS, whatever it is set up for).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let mut addrs = Vec::new();
            for addr in found.map(|addr| addr.ip()) {
                if !addrs.contains(&addr) {
                    addrs.push(addr);
                }
            }
            Ok(addrs)
        })
    }
}

/// The addresses of a name that may be connected to.
///
/// Addresses that may not are left out rather than failing the whole name: behind DNS64 every public IPv4 host also
/// has a translated address. That is as safe, since only addresses that passed are ever connected to.
pub(crate) async fn allowed(resolver: &dyn Resolver, host: &str, rules: Rules) -> Result<Vec<IpAddr>, NetError> {
    let host = host.to_owned();
    let found = match tokio::time::timeout(RESOLVE_TIMEOUT, resolver.resolve(host.clone())).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(NetError::Dns { host, why: dns_words(&error) }),
        Err(_) => {
            return Err(NetError::Timeout { host, doing: "looking up the name", after: Some(RESOLVE_TIMEOUT) });
        }
    };
    let mut allowed = Vec::new();
    let mut refused = None;
    for addr in found.into_iter().take(MAX_ADDRESSES) {
        match rules.refuses(addr) {
            None => allowed.push(addr),
            Some(why) => refused = refused.or(Some((addr, why))),
        }
    }
    match (allowed.is_empty(), refused) {
        (false, _) => Ok(allowed),
        (true, Some((addr, why))) => Err(NetError::Blocked { host, addr, why }),
        (true, None) => Err(NetError::Dns { host, why: "the name exists, but without an address".to_owned() }),
    }
}

/// `getaddrinfo` speaks in codes; what it means is nearly always that there is no such name.
fn dns_words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.strip_prefix("failed to lookup address information: ") {
        Some(words) => words.to_lowercase(),
        None => io_words(error),
    }
}

/// The filter as the client's resolver.
#[derive(Clone)]
pub(crate) struct Filtered {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) rules: Rules,
}

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, rules) = (Arc::clone(&self.resolver), self.rules);
        Box::pin(async move {
            if let Some(refusal) = literal::refusal(name.as_str()) {
                return Err(refusal.into());
            }
            let addrs = allowed(resolver.as_ref(), name.as_str(), rules).await?;
            // Port 0 stands for the port of the URL.
            let addrs: Addrs = Box::new(addrs.into_iter().map(|addr| SocketAddr::new(addr, 0)));
            Ok(addrs)
        })
    }
}
