//! The one connection that is not about MCP: to a collector of telemetry, which the operator's own settings name.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use url::Url;

use crate::address::{Reach, Rules};
use crate::client::{Settings, build};
use crate::resolve::SystemResolver;
use crate::{NetError, check, read_limited, tls};

/// How long a delivery may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const LARGEST_ANSWER: usize = 64 * 1024;
/// What an operator's own settings name is usually near: on this machine or in a private network, by plain http.
pub(crate) const OPERATORS: Rules = Rules { reach: Reach::Private, allow_loopback: true };

/// A collector of telemetry. For addresses of the operator's settings only, never for what people or servers say.
#[derive(Debug, Clone)]
pub struct Collector {
    client: reqwest::Client,
    url: Url,
}

impl Collector {
    /// A client of its own for this address.
    ///
    /// # Errors
    /// [`NetError::BadUrl`], [`NetError::Blocked`], or [`NetError::Setup`] if an extra certificate is unusable.
    pub fn new(settings: &Settings, url: &str) -> Result<Self, NetError> {
        let url = check::check(url, OPERATORS)?;
        let tls = tls::config(&settings.extra_roots)?;
        Ok(Self { client: build(settings, OPERATORS, Arc::new(SystemResolver), tls)?, url })
    }

    /// The address.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Delivers something; what the collector says to it comes back whatever its status.
    ///
    /// # Errors
    /// When the collector cannot be reached or does not answer in time.
    pub async fn post(&self, headers: HeaderMap, body: Bytes) -> Result<(StatusCode, Bytes), NetError> {
        let sent = self.client.post(self.url.clone()).headers(headers).body(body).timeout(DEADLINE).send().await;
        let response = sent.map_err(|error| NetError::of(&error))?;
        Ok((response.status(), read_limited(response, LARGEST_ANSWER).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far_but_nothing_else_than_http() {
        let made = |url| Collector::new(&Settings::default(), url).map(|collector| collector.url().to_string());
        assert_eq!(made("http://127.0.0.1:4318/v1/traces").unwrap(), "http://127.0.0.1:4318/v1/traces");
        assert!(made("http://10.0.0.7:4318/v1/traces").is_ok());
        assert!(made("https://collector.example.com/v1/traces").is_ok());
        for wrong in ["", "localhost:4318", "grpc://localhost:4317", "http://169.254.169.254/v1/traces"] {
            assert!(made(wrong).is_err(), "{wrong}");
        }
    }
}
