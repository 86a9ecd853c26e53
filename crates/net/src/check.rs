//! What a URL must be before anything is sent to it.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

use crate::address::Rules;
use crate::{NetError, Reach, literal};

/// Longer URLs are refused.
const MAX_URL_BYTES: usize = 2048;

/// Parses and checks; see [`Net::check`](crate::Net::check).
pub(crate) fn check(text: &str, rules: Rules) -> Result<Url, NetError> {
    let bad = |why: &str| NetError::BadUrl { why: why.to_owned() };
    let text = text.trim();
    if text.is_empty() {
        return Err(bad("it is empty"));
    }
    if text.len() > MAX_URL_BYTES {
        return Err(bad("it is longer than 2048 characters"));
    }
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => bad("it does not begin with https://"),
        other => NetError::BadUrl { why: other.to_string() },
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NetError::BadUrl { why: format!("`{}` is not https", url.scheme()) });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it holds a user name or password; send credentials in a header"));
    }
    if url.fragment().is_some() {
        return Err(bad("it has a fragment (`#…`), which servers never see"));
    }
    if url.port() == Some(0) {
        return Err(bad("its port is 0"));
    }
    let host = url.host().ok_or_else(|| bad("it names no host"))?;
    if let Host::Domain(name) = host
        && name.trim_end_matches('.').is_empty()
    {
        return Err(bad("it names no host"));
    }
    if let Some(addr) = literal::addr_of(&url).or_else(|| local_name(&host))
        && let Some(why) = rules.refuses(addr)
    {
        let host = match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(_) | Host::Ipv6(_) => addr.to_string(),
        };
        return Err(NetError::Blocked { host, addr, why });
    }
    if url.scheme() == "http" && rules.reach == Reach::Public && !is_loopback(&url) {
        return Err(bad("plain http can be read and changed on the way; use https"));
    }
    Ok(url)
}

/// Whether the host is this machine, by address or by the names that are reserved for it (RFC 6761).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        Some(host @ Host::Domain(_)) => local_name(&host).is_some(),
        None => false,
    }
}

fn local_name(host: &Host<&str>) -> Option<IpAddr> {
    let Host::Domain(name) = host else { return None };
    let name = name.trim_end_matches('.');
    (name == "localhost" || name.ends_with(".localhost")).then_some(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
