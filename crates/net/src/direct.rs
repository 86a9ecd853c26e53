//! Requests without ado: what the data path sends.
//!
//! A general client parses the URL several times for each request, asks about proxies and redirects, and passes it through
//! layers for what nobody here wants. This one has the same filter, trust and connections, and nothing else.

use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::address::Rules;
use crate::client::{CONNECT_TIMEOUT, IDLE_PER_HOST, IDLE_TIME, KEEP_ALIVE};
use crate::error::CONNECTING;
use crate::resolve::{Filtered, allowed};
use crate::{NetError, literal};

type Failure = Box<dyn StdError + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A client for one reach.
pub(crate) struct Direct {
    client: Client<Guarded, Full<Bytes>>,
    user_agent: HeaderValue,
}

impl Direct {
    pub(crate) fn new(user_agent: &str, names: Filtered, tls: ClientConfig) -> Result<Self, NetError> {
        let user_agent =
            HeaderValue::try_from(user_agent).map_err(|error| NetError::Setup { why: error.to_string() })?;
        let rules = names.rules;
        let mut http = HttpConnector::new_with_resolver(Names(names));
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(KEEP_ALIVE));
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = Guarded { rules, inner: HttpsConnector::from((http, Arc::new(tls))) };
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .http2_adaptive_window(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .build(connector);
        Ok(Self { client, user_agent })
    }

    pub(crate) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Incoming>, NetError> {
        let host = host_of(request.uri()).to_owned();
        request.headers_mut().entry(header::USER_AGENT).or_insert_with(|| self.user_agent.clone());
        self.client.request(request).await.map_err(|error| NetError::of_direct(&error, host))
    }
}

fn host_of(uri: &Uri) -> &str {
    uri.host().unwrap_or("the server")
}

/// The resolver with its filter, as the connector wants it.
#[derive(Clone)]
struct Names(Filtered);

impl Service<Name> for Names {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = NetError;
    type Future = BoxFuture<'static, Result<Self::Response, NetError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NetError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Filtered { resolver, rules } = self.0.clone();
        Box::pin(async move {
            let found = allowed(resolver.as_ref(), name.as_str(), rules).await?;
            // Port 0 stands for the port of the URL.
            Ok(found.into_iter().map(|addr| SocketAddr::new(addr, 0)).collect::<Vec<_>>().into_iter())
        })
    }
}

/// The connector behind the filter for hosts that are addresses, which no resolver is asked about, and behind the
/// deadline for all of connecting.
#[derive(Clone)]
struct Guarded {
    rules: Rules,
    inner: HttpsConnector<HttpConnector<Names>>,
}

impl Service<Uri> for Guarded {
    type Response = Stream;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<Stream, Failure>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = host_of(&uri).to_owned();
        if let Some(refused) = literal_of(&host).and_then(|addr| literal::refused(addr, self.rules)) {
            return Box::pin(async move { Err(refused.into()) });
        }
        let connecting = self.inner.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(NetError::Timeout { host, doing: CONNECTING, after: Some(CONNECT_TIMEOUT) }.into()),
            }
        })
    }
}

/// The address that a host is, if it is one and no name.
fn literal_of(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}
