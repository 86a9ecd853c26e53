//! `/mcp/<slug>`: the data path. Credentials only, never cookies.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;
use axum::routing::any;
use gateway::{Gateway, PeerAddr};

use crate::listen::Peer;

/// The routes of the data path.
pub(crate) fn router(gateway: Gateway) -> Router {
    Router::new().route("/mcp/{slug}", any(serve)).with_state(gateway)
}

async fn serve(State(gateway): State<Gateway>, Path(slug): Path<String>, mut request: Request) -> Response<Body> {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>().cloned() {
        request.extensions_mut().insert(PeerAddr(peer.address));
        request.extensions_mut().insert(peer.hangup);
    }
    gateway.handle(&slug, request).await
}
