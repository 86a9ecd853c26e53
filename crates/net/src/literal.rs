//! The filter for URLs whose host is an address, not a name.
//!
//! The client never asks a resolver about those, so the DNS filter cannot see them, and it has no other hook that is
//! told where a connection goes, except one: the choice of a proxy. So a refused literal is given a proxy whose name
//! says what was refused and which our own resolver refuses. Nothing is ever sent to it. [`Net::check`] finds the same
//! earlier and with less ado; this is for the caller who forgot, and for settings that changed since.
//!
//! [`Net::check`]: crate::Net::check

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::{Proxy, Url};
use url::Host;

use crate::address::Rules;
use crate::{AddressClass, NetError};

/// Below a name that can exist nowhere (RFC 6761).
const SUFFIX: &str = ".refused.invalid";

/// Leads refused literals to a dead end and everything else straight on.
pub(crate) fn dead_end(rules: Rules) -> Proxy {
    Proxy::custom(move |url| {
        let addr = addr_of(url)?;
        rules.refuses(addr)?;
        let label = match addr {
            IpAddr::V4(v4) => format!("v4-{:08x}", u32::from(v4)),
            IpAddr::V6(v6) => format!("v6-{:032x}", u128::from(v6)),
        };
        Some(format!("http://{label}{SUFFIX}"))
    })
}

/// The address in the URL, if its host is one.
pub(crate) fn addr_of(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        Host::Domain(_) => None,
    }
}

/// What the name of a dead end says, if it is one.
pub(crate) fn refusal(name: &str) -> Option<NetError> {
    let label = name.strip_suffix(SUFFIX)?;
    let addr: IpAddr = if let Some(digits) = label.strip_prefix("v4-") {
        Ipv4Addr::from(u32::from_str_radix(digits, 16).ok()?).into()
    } else {
        Ipv6Addr::from(u128::from_str_radix(label.strip_prefix("v6-")?, 16).ok()?).into()
    };
    Some(blocked(addr, AddressClass::of(addr)))
}

/// Why an address may not be connected to, if it may not.
pub(crate) fn refused(addr: IpAddr, rules: Rules) -> Option<NetError> {
    rules.refuses(addr).map(|why| blocked(addr, why))
}

fn blocked(addr: IpAddr, why: AddressClass) -> NetError {
    NetError::Blocked { host: addr.to_string(), addr, why }
}
