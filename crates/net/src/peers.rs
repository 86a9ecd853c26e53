//! The way to the other nodes of this installation, whose addresses come from its own operators.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use url::Url;

use crate::client::{Settings, build};
use crate::collector::OPERATORS;
use crate::resolve::SystemResolver;
use crate::{NetError, check, tls};

/// Requests to other nodes. For addresses that nodes have announced themselves, never for what people or servers say.
#[derive(Debug, Clone)]
pub struct Peers(reqwest::Client);

impl Peers {
    /// A client of its own for these connections.
    ///
    /// # Errors
    /// [`NetError::Setup`] if an extra certificate is unusable.
    pub fn new(settings: &Settings) -> Result<Self, NetError> {
        let tls = tls::config(&settings.extra_roots)?;
        Ok(Self(build(settings, OPERATORS, Arc::new(SystemResolver), tls)?))
    }

    /// Whether this can be the address of a node.
    ///
    /// # Errors
    /// [`NetError::BadUrl`] or [`NetError::Blocked`].
    pub fn check(url: &str) -> Result<Url, NetError> {
        check::check(url, OPERATORS)
    }

    /// Asks a node: its address without a trailing slash, and a path with its query. Sets no deadline except for
    /// connecting.
    ///
    /// # Errors
    /// When the node cannot be reached, or breaks off before it answers.
    pub async fn send(
        &self,
        node: &str,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, NetError> {
        let url = Self::check(&format!("{}{path}", node.trim_end_matches('/')))?;
        let sent = self.0.request(method, url).headers(headers).body(body).send().await;
        sent.map_err(|error| NetError::of(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_near_and_reached_by_http() {
        for right in ["http://10.0.0.5:3000", "http://127.0.0.1:3000", "https://node-2.internal:3000"] {
            assert!(Peers::check(right).is_ok(), "{right}");
        }
        for wrong in ["", "10.0.0.5:3000", "ftp://10.0.0.5", "http://169.254.169.254"] {
            assert!(Peers::check(wrong).is_err(), "{wrong}");
        }
    }
}
