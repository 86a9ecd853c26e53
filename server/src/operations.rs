//! `/healthz`, `/readyz`, `/metrics`: for those who run the program.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use prometheus_client::registry::Registry;
use serde_json::json;

use crate::open::Data;

const READY_DEADLINE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Operations {
    data: Data,
    registry: Arc<Registry>,
}

/// The routes for operators.
pub(crate) fn router(data: Data, registry: Registry) -> Router {
    let state = Operations { data, registry: Arc::new(registry) };
    Router::new()
        .route("/healthz", get(healthy))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(state)
}

/// The process runs. Says nothing about database or audit log: restarting would not mend those.
async fn healthy() -> &'static str {
    "ok\n"
}

/// Calls can be served: database writable, audit log written.
async fn ready(State(operations): State<Operations>) -> Response {
    let writable = tokio::time::timeout(READY_DEADLINE, operations.data.db.ping_writable()).await;
    let database = match writable {
        Ok(Ok(())) => "ok".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the database did not answer in time".to_owned(),
    };
    let audit = if operations.data.ledger.healthy() { "ok" } else { "the audit log cannot be written" };
    let ready = database == "ok" && audit == "ok";
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "database": database, "audit": audit }))).into_response()
}

/// Counters and histograms in the OpenMetrics text format.
async fn metrics(State(operations): State<Operations>) -> Response {
    let mut text = String::new();
    if prometheus_client::encoding::text::encode(&mut text, &operations.registry).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let media = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, media)], text).into_response()
}
