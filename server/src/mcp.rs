//! `/mcp/<slug>`: the data path. Credentials only, never cookies.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;
use axum::routing::any;
use gateway::{Endpoint, Gateway, PeerAddr};

use crate::listen::Peer;

/// The routes of the data path.
pub(crate) fn router(gateway: Gateway) -> Router {
    let endpoint = |endpoint| {
        any(move |state: State<Gateway>, path: Path<String>, request: Request| serve(state, path, endpoint, request))
    };
    Router::new()
        .route("/mcp/{slug}", endpoint(Endpoint::Mcp))
        .route("/mcp/{slug}/sse", endpoint(Endpoint::Stream))
        .route("/mcp/{slug}/messages", endpoint(Endpoint::Messages))
        .with_state(gateway)
}

async fn serve(
    State(gateway): State<Gateway>,
    Path(slug): Path<String>,
    endpoint: Endpoint,
    mut request: Request,
) -> Response<Body> {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>().cloned() {
        request.extensions_mut().insert(PeerAddr(peer.address));
        request.extensions_mut().insert(peer.hangup);
    }
    gateway.handle(&slug, endpoint, request).await
}
