//! Answers that Drawbridge gives itself instead of the server.

use axum::body::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use mcp::{GatewayCode, Generation, RawId, RpcError};

/// Codes of the gateway's own errors are HTTP statuses above this.
const GATEWAY: i64 = 10_000;

/// A request that is not forwarded, or whose answer is replaced.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: Vec<u8>,
    extra: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal before the message is known: an HTTP status, and why as a JSON-RPC error without id. Official clients
    /// show the text of such a body and drop that of any other.
    pub(crate) fn http(status: StatusCode, text: &str) -> Self {
        let error = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                RpcError::gateway(GatewayCode::Denied, text.to_owned())
            }
            status if status.is_server_error() => RpcError::gateway(GatewayCode::UpstreamBroken, text.to_owned()),
            _ => RpcError::invalid_request(text.to_owned()),
        };
        Self { status, body: error.to_bytes(None).to_vec(), extra: Vec::new() }
    }

    /// A JSON-RPC error with the HTTP status that this generation gives it. What has no id gets no answer, so its refusal
    /// has to show in the status (2025-11-25 transports, "Sending Messages to the Server").
    pub(crate) fn rpc(error: &RpcError, id: Option<RawId<'_>>, generation: Generation) -> Self {
        let status = match (error.http_status(generation), &id) {
            (200, None) => u16::try_from(error.code - GATEWAY).ok().filter(|status| (400..600).contains(status)),
            (status, _) => Some(status),
        };
        let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_REQUEST);
        Self { status, body: error.to_bytes(id).to_vec(), extra: Vec::new() }
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extra.push((name, value));
        self
    }

    /// Status and body, for where there is no response of its own to put them in.
    pub(crate) fn into_parts(self) -> (StatusCode, Vec<u8>) {
        (self.status, self.body)
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().extend(self.extra);
        response
    }
}
