//! `/mcp/<slug>`: the data path. Credentials only, never cookies.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;
use axum::routing::any;
use gateway::{Gateway, PeerAddr};

/// The routes of the data path.
pub(crate) fn router(gateway: Gateway) -> Router {
    Router::new().route("/mcp/{slug}", any(serve)).with_state(gateway)
}

async fn serve(State(gateway): State<Gateway>, Path(slug): Path<String>, mut request: Request) -> Response<Body> {
    if let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        request.extensions_mut().insert(PeerAddr(address));
    }
    gateway.handle(&slug, request).await
}
