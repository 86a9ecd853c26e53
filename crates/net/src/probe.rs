//! Connecting step by step, to say which step fails: name, connection, TLS.
//!
//! The HTTP client does the same, but all at once. The probe makes its own connection and closes it without a word.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::error::io_words;
use crate::{Net, NetError, Reach, TlsFault, literal, resolve};

/// What a probe found.
#[derive(Debug, Clone)]
pub struct ProbeReport {
    /// The address that took the connection.
    pub addr: SocketAddr,
    /// How long name lookup and connection took.
    pub connected_in: Duration,
    /// How TLS went.
    pub tls: TlsOutcome,
}

/// How TLS went.
#[derive(Debug, Clone)]
pub enum TlsOutcome {
    /// The URL is plain http.
    Plain,
    /// The handshake succeeded.
    Secure(TlsFacts),
    /// The handshake failed: [`NetError::Tls`] or [`NetError::Timeout`].
    Failed {
        /// Why.
        error: NetError,
        /// How long it took to find out.
        after: Duration,
    },
}

/// What a handshake agreed on.
#[derive(Debug, Clone)]
pub struct TlsFacts {
    /// The version, such as `TLS 1.3`.
    pub version: &'static str,
    /// The HTTP version agreed on, such as `h2`; `None` if the server does not negotiate.
    pub alpn: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Net {
    /// Connects to the host of a URL that [`check`](Self::check) returned, and says how far that got. Nothing is sent
    /// beyond the TLS handshake. Ends after `deadline` at the latest.
    ///
    /// # Errors
    /// What kept the connection from being made: [`NetError::Blocked`], [`NetError::Dns`], [`NetError::Connect`] or
    /// [`NetError::Timeout`]. A TLS failure is part of the report, since the connection itself was made.
    pub async fn probe(&self, url: &Url, reach: Reach, deadline: Duration) -> Result<ProbeReport, NetError> {
        let begun = Instant::now();
        let until = begun + deadline;
        let host = url.host_str().unwrap_or_default().to_owned();
        let late = |doing: &'static str| NetError::Timeout { host: host.clone(), doing, after: Some(deadline) };

        let addrs =
            timeout_at(until, self.addresses(url, reach)).await.unwrap_or_else(|_| Err(late("looking up the name")))?;
        let port = url.port_or_known_default().unwrap_or(443);
        let (stream, addr) = connect(&host, &addrs, port, until).await?.ok_or_else(|| late("connecting"))?;
        let connected_in = begun.elapsed();

        let tls = if url.scheme() == "https" {
            let begun = Instant::now();
            match timeout_at(until, self.handshake(&host, addr.ip(), stream)).await {
                Ok(Ok((version, alpn))) => TlsOutcome::Secure(TlsFacts { version, alpn, took: begun.elapsed() }),
                Ok(Err(error)) => TlsOutcome::Failed { error, after: begun.elapsed() },
                Err(_) => TlsOutcome::Failed { error: late("agreeing on TLS"), after: begun.elapsed() },
            }
        } else {
            TlsOutcome::Plain
        };
        Ok(ProbeReport { addr, connected_in, tls })
    }

    async fn addresses(&self, url: &Url, reach: Reach) -> Result<Vec<IpAddr>, NetError> {
        let rules = self.rules(reach);
        match literal::addr_of(url) {
            Some(addr) => match rules.refuses(addr) {
                None => Ok(vec![addr]),
                Some(why) => Err(NetError::Blocked { host: addr.to_string(), addr, why }),
            },
            None => resolve::allowed(self.resolver(), url.host_str().unwrap_or_default(), rules).await,
        }
    }

    async fn handshake(
        &self,
        host: &str,
        addr: IpAddr,
        stream: TcpStream,
    ) -> Result<(&'static str, Option<String>), NetError> {
        // Brackets of IPv6 literals make `host` no server name; the address itself is one.
        let name = ServerName::try_from(host.to_owned()).unwrap_or_else(|_| ServerName::from(addr));
        let stream = TlsConnector::from(Arc::clone(self.tls()))
            .connect(name, stream)
            .await
            .map_err(|error| NetError::Tls { host: host.to_owned(), why: TlsFault::of_io(&error) })?;
        let (_, session) = stream.get_ref();
        let version = match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "TLS 1.3",
        };
        let alpn = session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
        Ok((version, alpn))
    }
}

/// The first address that takes a connection, or `None` if the time ran out. The time that is left is shared by the
/// addresses that are left, so that one dead address does not cost it all.
async fn connect(
    host: &str,
    addrs: &[IpAddr],
    port: u16,
    until: Instant,
) -> Result<Option<(TcpStream, SocketAddr)>, NetError> {
    let mut refused = None;
    for (tried, addr) in addrs.iter().enumerate() {
        let addr = SocketAddr::new(*addr, port);
        let left = until.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addrs.len() - tried).unwrap_or(u32::MAX);
        match tokio::time::timeout(share, TcpStream::connect(addr)).await {
            Ok(Ok(stream)) => return Ok(Some((stream, addr))),
            Ok(Err(error)) => refused = Some(io_words(&error)),
            Err(_) => {}
        }
    }
    match refused {
        Some(why) => Err(NetError::Connect { host: host.to_owned(), why }),
        None => Ok(None),
    }
}
