//! The client itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use reqwest::redirect;
use rustls::ClientConfig;
use url::Url;

use crate::address::{Reach, Rules};
use crate::direct::Direct;
use crate::resolve::{Filtered, Resolver, SystemResolver};
use crate::{NetError, check, literal, tls};

/// How long name lookup, connection and TLS handshake may take together.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections kept for each host.
pub(crate) const IDLE_PER_HOST: usize = 256;
/// How long an idle connection is kept.
pub(crate) const IDLE_TIME: Duration = Duration::from_secs(90);
/// How often a quiet connection is checked for life, so that a request does not find out first.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How outbound connections are made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether this machine may be connected to, also by plain http. For development only.
    pub allow_loopback: bool,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// Certificates to trust besides the machine's own: PEM texts, each with one or more certificates.
    pub extra_roots: Vec<String>,
}

impl Default for Settings {
    /// No loopback, the machine's own certificates.
    fn default() -> Self {
        Self {
            allow_loopback: false,
            user_agent: concat!("drawbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_roots: Vec::new(),
        }
    }
}

/// The one way out. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Net(Arc<Inner>);

struct Inner {
    public: reqwest::Client,
    private: reqwest::Client,
    direct_public: Direct,
    direct_private: Direct,
    pub_rules: Rules,
    priv_rules: Rules,
    resolver: Arc<dyn Resolver>,
    tls: Arc<ClientConfig>,
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").field("allow_loopback", &self.0.pub_rules.allow_loopback).finish_non_exhaustive()
    }
}

impl Net {
    /// A client over the operating system's resolver.
    ///
    /// # Errors
    /// [`NetError::Setup`] if an extra certificate is unusable.
    pub fn new(settings: Settings) -> Result<Self, NetError> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// A client over another resolver. What it answers is filtered all the same.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_resolver(settings: Settings, resolver: Arc<dyn Resolver>) -> Result<Self, NetError> {
        let tls = tls::config(&settings.extra_roots)?;
        let allow_loopback = settings.allow_loopback;
        let pub_rules = Rules { reach: Reach::Public, allow_loopback };
        let priv_rules = Rules { reach: Reach::Private, allow_loopback };
        let direct = |rules: Rules| {
            Direct::new(&settings.user_agent, Filtered { resolver: Arc::clone(&resolver), rules }, tls.clone())
        };
        Ok(Self(Arc::new(Inner {
            public: build(&settings, pub_rules, Arc::clone(&resolver), tls.clone())?,
            private: build(&settings, priv_rules, Arc::clone(&resolver), tls.clone())?,
            direct_public: direct(pub_rules)?,
            direct_private: direct(priv_rules)?,
            pub_rules,
            priv_rules,
            resolver,
            tls: Arc::new(tls),
        })))
    }

    /// Parses a URL and says at once what would be refused later: other schemes than https (http only to loopback
    /// where that is allowed, or with [`Reach::Private`]), credentials, fragments, addresses that may not be
    /// connected to. Names are not looked up here: the answer could be another one when it matters.
    ///
    /// # Errors
    /// [`NetError::BadUrl`] or [`NetError::Blocked`].
    pub fn check(&self, url: &str, reach: Reach) -> Result<Url, NetError> {
        check::check(url, self.rules(reach))
    }

    /// The HTTP client for this reach. It filters addresses, follows no redirects, keeps no cookies, and ignores
    /// proxies of the environment. It sets no deadline except for connecting: the caller knows how long an answer may
    /// take. Whether a URL may be plain http is not its business; pass URLs through [`check`](Self::check).
    ///
    /// Nothing is repeated, except a request that a HTTP/2 server refused unprocessed, in its own words.
    pub fn client(&self, reach: Reach) -> &reqwest::Client {
        match reach {
            Reach::Public => &self.0.public,
            Reach::Private => &self.0.private,
        }
    }

    /// Sends a request of the data path: what [`client`](Self::client) would do, at a third of the cost. Sets no deadline
    /// except for connecting. The address has to be one that [`check`](Self::check) returned.
    ///
    /// # Errors
    /// When the server cannot be reached, or breaks off before it answers.
    pub async fn send(&self, reach: Reach, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, NetError> {
        let direct = match reach {
            Reach::Public => &self.0.direct_public,
            Reach::Private => &self.0.direct_private,
        };
        direct.send(request).await
    }

    pub(crate) fn rules(&self, reach: Reach) -> Rules {
        match reach {
            Reach::Public => self.0.pub_rules,
            Reach::Private => self.0.priv_rules,
        }
    }

    pub(crate) fn resolver(&self) -> &dyn Resolver {
        self.0.resolver.as_ref()
    }

    pub(crate) fn tls(&self) -> &Arc<ClientConfig> {
        &self.0.tls
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where clients are made")]
pub(crate) fn build(
    settings: &Settings,
    rules: Rules,
    resolver: Arc<dyn Resolver>,
    tls: ClientConfig,
) -> Result<reqwest::Client, NetError> {
    reqwest::Client::builder()
        .user_agent(&settings.user_agent)
        .tls_backend_preconfigured(tls)
        .dns_resolver(Filtered { resolver, rules })
        .no_proxy()
        .proxy(literal::dead_end(rules))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .pool_idle_timeout(IDLE_TIME)
        .tcp_nodelay(true)
        .tcp_keepalive(KEEP_ALIVE)
        .http2_adaptive_window(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .build()
        .map_err(|error| NetError::Setup { why: error.to_string() })
}
