//! The program without its command line: from settings to a listening server, and back down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use domain::Env;
use gateway::Gateway;
use http::{StatusCode, header};
use prometheus_client::registry::Registry;
use service::{Caller, RequestMeta, Services};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::assets::{AssetError, Site};
use crate::config::{AuditDelivery, ConfigError, ServeArgs};
use crate::listen::{Connections, Manners};
use crate::open::{self, Data, OpenError};
use crate::{audit_metrics, endings, mcp, nodes, observer, operations, rest, spans, web};

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Database, key or audit log.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The outbound client.
    #[error(transparent)]
    Net(#[from] net::NetError),
    /// A file of the settings.
    #[error("{path} cannot be read: {why}")]
    File {
        /// The file.
        path: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// The console's files.
    #[error(transparent)]
    Assets(#[from] AssetError),
    /// The use cases.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// The collector of traces.
    #[error("traces cannot be sent to {endpoint} (OTEL_EXPORTER_OTLP_ENDPOINT): {why}")]
    Traces {
        /// The address.
        endpoint: String,
        /// What is wrong with it.
        why: String,
    },
    /// The public address.
    #[error("the public address cannot be used as an origin: {0}")]
    Origin(#[from] tower_http::csrf::ConfigError),
    /// The port.
    #[error(
        "cannot listen on {address}: {why}. If another program uses the port, stop it or choose another with \
         DRAWBRIDGE_LISTEN (or --listen)"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        why: std::io::Error,
    },
}

/// What an exchange that is cut off at shutdown gets to end in order.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A running Drawbridge.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The public address.
    pub public_url: String,
    /// The use cases.
    pub services: Services,
    data: Data,
    gateway: Gateway,
    stop: CancellationToken,
    /// Nothing is served any more. Until then changes made elsewhere are heard of.
    served: CancellationToken,
    server: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
    traces: Option<spans::Export>,
    grace: Duration,
    /// Others know of this node.
    in_cluster: bool,
}

/// Starts the program.
///
/// # Errors
/// See [`StartError`]; each says what to do.
pub async fn start(args: &ServeArgs, env: Arc<dyn Env>) -> Result<Running, StartError> {
    let public = args.public()?;
    args.node_address(args.listen)?;
    let site = Site::open(args.site.as_deref())?;
    // The port comes first: nothing is made or migrated for a program that cannot be reached.
    let listener =
        TcpListener::bind(args.listen).await.map_err(|why| StartError::Listen { address: args.listen, why })?;
    let address = listener.local_addr().map_err(|why| StartError::Listen { address: args.listen, why })?;
    let public = if args.public_url.is_none() && args.listen.port() == 0 {
        ServeArgs { listen: address, ..args.clone() }.public()?
    } else {
        public
    };
    let data = open::open(&args.data, &env).await?.delivering(args.audit_delivery);
    let net = net::Net::new(net_settings(args)?)?;
    let services = Services::open(service::Parts {
        db: data.db.clone(),
        ledger: data.ledger.clone(),
        vault: data.vault.clone(),
        net: net.clone(),
        env: env.clone(),
        directory: directory::Directory::empty(),
        settings: service::Settings {
            public_url: public.text.clone(),
            allow_loopback: args.allow_loopback,
            insecure_http: !public.https && !public.loopback,
            audit_best_effort: args.audit_delivery == AuditDelivery::BestEffort,
            limits: args.limits(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    })
    .await?;

    let traces = spans::export(args, &net_settings(args)?)?;
    let (observer, notices) = observer::notices(services.clone());
    let gateway = Gateway::new(gateway::Parts {
        directory: services.directory().clone(),
        ledger: data.ledger.clone(),
        vault: data.vault.clone(),
        net,
        env: env.clone(),
        peers: net::Peers::new(&net_settings(args)?)?,
        tasks: observer.clone(),
        observer,
        spans: traces.as_ref().map(spans::Export::queue),
        settings: gateway::Settings {
            allowed_hosts: args.hosts(&public),
            allowed_origins: vec![public.origin.clone()],
            console: public.origin.clone(),
            limits: args.limits(),
            server_timing: args.allow_loopback,
            ..gateway::Settings::default()
        },
    });
    let (stop, served) = (CancellationToken::new(), CancellationToken::new());
    let mut registry = Registry::default();
    gateway.metrics().register(&mut registry);
    audit_metrics::register(&data.ledger, &mut registry);

    let hosts = Hosts(args.hosts(&public).into());
    let router = Router::new()
        .merge(rest::router(services.clone()))
        .fallback_service(web::router(services.clone(), site, &public, stop.clone())?)
        .layer(from_fn_with_state(hosts, only_known_hosts))
        .layer(RequestBodyTimeoutLayer::new(SILENCE))
        // Operators' probes come by address.
        .merge(operations::router(data.clone(), registry));
    // The data path checks hosts itself.
    let surfaces = mcp::Surfaces { data_path: gateway.clone(), rest: router };

    let connections = Connections::new(listener, Manners::new(args.silence()));
    let server = tokio::spawn(connections.serve(surfaces, stop.clone()));
    tracing::info!(%address, public_url = public.text, version = env!("CARGO_PKG_VERSION"), "listening");
    let mut background = vec![
        tokio::spawn(notices.run(services.clone())),
        tokio::spawn(upkeep(services.clone(), served.clone())),
        tokio::spawn(endings::warn(services.clone(), stop.clone())),
    ];
    // Last, since others send requests here from now on.
    let cluster = if args.data.database_url.is_some() { args.node_address(address)? } else { None };
    if let Some(address) = &cluster {
        services.join(address).await?;
        background.push(tokio::spawn(nodes::beat(services.clone(), address.clone(), stop.clone())));
        background.push(tokio::spawn(nodes::hear(services.clone(), served.clone())));
    } else if args.data.database_url.is_some() {
        tracing::warn!(
            "other nodes cannot pass requests to this one, as it listens on every address: set DRAWBRIDGE_NODE_URL if \
             there are several"
        );
        background.push(tokio::spawn(nodes::hear(services.clone(), served.clone())));
    }
    Ok(Running {
        address,
        public_url: public.text,
        services,
        data,
        gateway,
        stop,
        served,
        server,
        background,
        traces,
        grace: args.grace(),
        in_cluster: cluster.is_some(),
    })
}

impl Running {
    /// A caller with the rights of somebody at this machine's command line.
    pub fn operator(&self) -> Caller {
        Caller::operator(RequestMeta::local(self.services.parts().env.as_ref()))
    }

    /// Stops: no new connections, calls under way may finish within the grace period, the rest gets an error and an
    /// outcome, the audit log is drained, the database closed.
    pub async fn shutdown(self) {
        // First, so that the others serve what they would pass on to this node.
        if self.in_cluster
            && let Err(error) = self.services.leave().await
        {
            tracing::warn!(%error, "the other nodes could not be told; they find out by themselves");
        }
        self.stop.cancel();
        let ended = async {
            let mut server = self.server;
            if tokio::time::timeout(self.grace, &mut server).await.is_err() {
                tracing::warn!("connections were still open at the end of the grace period");
                self.gateway.shutdown(LAST_WORDS).await;
                // What was cut off tells its client so and records its outcome.
                if tokio::time::timeout(LAST_WORDS, &mut server).await.is_err() {
                    server.abort();
                }
            }
        };
        ended.await;
        self.gateway.shutdown(self.grace).await;
        self.served.cancel();
        for task in &self.background {
            task.abort();
        }
        if let Some(traces) = self.traces {
            traces.finish(LAST_WORDS).await;
        }
        self.services.flush_key_uses().await;
        self.data.ledger.shutdown().await;
        self.data.db.close().await;
        tracing::info!("stopped");
    }

    /// Waits until the server ends by itself, which it does only on an error of the operating system.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        (&mut self.server).await.map_err(std::io::Error::other)
    }
}

fn net_settings(args: &ServeArgs) -> Result<net::Settings, StartError> {
    let mut settings = net::Settings {
        allow_loopback: args.allow_loopback,
        user_agent: concat!("drawbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
        extra_roots: Vec::new(),
    };
    if let Some(path) = &args.ca_file {
        let pem =
            std::fs::read_to_string(path).map_err(|why| StartError::File { path: path.display().to_string(), why })?;
        settings.extra_roots.push(pem);
    }
    Ok(settings)
}

/// Work that is due from time to time: reload what other nodes changed, end what has expired.
async fn upkeep(services: Services, stop: CancellationToken) {
    let mut often = tokio::time::interval(Duration::from_millis(500));
    let mut minutely = tokio::time::interval(Duration::from_mins(1));
    let mut seldom = tokio::time::interval(Duration::from_mins(10));
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => return,
            _ = often.tick() => services.catch_up().await.map(drop),
            _ = minutely.tick() => {
                services.flush_key_uses().await;
                Ok(())
            }
            _ = seldom.tick() => services.tidy().await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "upkeep failed; it is tried again");
        }
    }
}

/// Longest pause of a client within the body of a request to console and REST; the data path has limits of its own.
const SILENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Hosts(Arc<[String]>);

/// Refuses requests for host names that are not ours (DNS rebinding).
async fn only_known_hosts(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    if hosts.0.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return next.run(request).await;
    }
    let text = "this host name is not served; use the address of DRAWBRIDGE_PUBLIC_URL, or add the name to \
                DRAWBRIDGE_ALLOWED_HOSTS\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::post;
    use futures_util::StreamExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_go_on_is_not_waited_for() {
        let router = Router::new()
            .route("/", post(async |body: String| body))
            .layer(RequestBodyTimeoutLayer::new(Duration::from_millis(20)));
        let begun = futures_util::stream::iter([Ok::<_, std::io::Error>("begun")]);
        let body = Body::from_stream(begun.chain(futures_util::stream::pending()));
        let answer = router.oneshot(Request::post("/").body(body).unwrap());
        let answer = tokio::time::timeout(Duration::from_secs(20), answer).await.expect("it does not wait for ever");
        assert_eq!(answer.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}
