//! What stands before several nodes: each request goes to the next one that takes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{StatusCode, header};
use tokio::net::TcpListener;

/// A proxy that asks the nodes in turn, and the next one when a node takes no connection.
pub(crate) struct Balancer {
    pub(crate) base: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    nodes: Vec<String>,
    http: reqwest::Client,
    turn: AtomicUsize,
    served: Vec<AtomicUsize>,
}

impl Balancer {
    pub(crate) async fn before(http: reqwest::Client, nodes: &[&str]) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
            http,
            turn: AtomicUsize::new(0),
            served: nodes.iter().map(|_| AtomicUsize::new(0)).collect(),
        });
        let router = Router::new().fallback(forward).with_state(shared.clone());
        let task =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("serves until it is dropped") });
        Self { base, shared, task }
    }

    /// Requests that each node has answered.
    pub(crate) fn served(&self) -> Vec<usize> {
        self.shared.served.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 16 << 20).await.expect("a body that fits");
    let path = parts.uri.path_and_query().expect("a path").clone();
    let mut headers = parts.headers;
    for name in [header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let first = shared.turn.fetch_add(1, Ordering::Relaxed);
    for offset in 0..shared.nodes.len() {
        let number = (first + offset) % shared.nodes.len();
        let url = format!("{}{path}", shared.nodes[number]);
        let request = shared.http.request(parts.method.clone(), url).headers(headers.clone()).body(body.clone());
        match request.send().await {
            Ok(answer) => {
                shared.served[number].fetch_add(1, Ordering::Relaxed);
                let mut response = Response::builder().status(answer.status());
                for (name, value) in answer.headers() {
                    if *name != header::TRANSFER_ENCODING && *name != header::CONNECTION {
                        response = response.header(name, value);
                    }
                }
                return response.body(Body::from_stream(answer.bytes_stream())).expect("a response");
            }
            // Only what surely did not arrive may be sent again.
            Err(error) if error.is_connect() => {}
            Err(_) => break,
        }
    }
    Response::builder().status(StatusCode::BAD_GATEWAY).body(Body::empty()).expect("a response")
}
