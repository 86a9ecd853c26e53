//! What is to be tested, and its credential as headers.

use std::fmt;

use domain::Transport;
use http::{HeaderMap, HeaderName, HeaderValue};
use net::Reach;
use secrecy::{ExposeSecret, SecretString};

use crate::Failure;

/// Headers that belong to the protocol or to the connection. A credential in one of them would break the exchange, or
/// be lost.
const RESERVED: &[&str] = &[
    "accept",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "last-event-id",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A server to be tested.
#[derive(Clone)]
pub struct Target {
    /// The URL of its MCP endpoint, as it was entered.
    pub url: String,
    /// How it is spoken to. With Streamable HTTP the older HTTP+SSE is tried too, where the server knows no better.
    pub transport: Transport,
    /// How far the test may reach.
    pub reach: Reach,
    /// The headers that carry its credential.
    pub headers: Vec<(String, SecretString)>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Target").field("reach", &self.reach).field("headers", &names).finish_non_exhaustive()
    }
}

impl Target {
    /// The credential, marked as sensitive so that no log shows it.
    pub(crate) fn credential(&self) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let wrong = |why| Failure::BadHeader { name: name.clone(), why };
            let parsed: HeaderName =
                name.trim().parse().map_err(|_| wrong("its name may hold letters, digits and `-` only"))?;
            if RESERVED.contains(&parsed.as_str()) || parsed.as_str().starts_with("mcp-") {
                return Err(wrong("this header belongs to the protocol itself"));
            }
            let mut value = HeaderValue::from_str(value.expose_secret().trim())
                .map_err(|_| wrong("its value holds characters that cannot stand in a header, such as line breaks"))?;
            value.set_sensitive(true);
            headers.append(parsed, value);
        }
        Ok(headers)
    }

    /// Whatever of the credential must not appear in a text: whole values, and their words (`Bearer` has a token).
    pub(crate) fn secrets(&self) -> Vec<String> {
        const SHORTEST: usize = 6;
        let mut secrets: Vec<String> = self
            .headers
            .iter()
            .map(|(_, value)| value.expose_secret().trim())
            .flat_map(|value| std::iter::once(value).chain(value.split_whitespace()))
            .filter(|secret| secret.len() >= SHORTEST && !secret.eq_ignore_ascii_case("bearer"))
            .map(str::to_owned)
            .collect();
        // Longest first, so that no part of a longer one is left standing.
        secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }
}
