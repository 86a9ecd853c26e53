//! What a client may send: limits that are looked at before anybody knows what is asked, and those of what is denied.

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use mcp::{Call, Generation, Raw, RpcError, ScanError};
use tokio::time::Instant;

use super::Limit;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::{Gateway, reader};

impl Gateway {
    /// Counts a denied call. Where it is one too many it is refused as that, and recorded only within the person's budget.
    pub(crate) async fn count_denied(&self, context: &Context, call: &Call<'_>) -> Result<(), RpcError> {
        let limits = self.limits(context, None);
        let Err(limited) = self.inner.limiter.denied(context, &limits, Instant::now()) else { return Ok(()) };
        self.inner.metrics.limited(limited.limit.name());
        self.record_limited(context, &format!("limit {}: {limited}", limited.limit.name()), Some(call)).await?;
        Err(limited.rpc())
    }

    /// Whether the headers of a request are within the limits of the server.
    pub(crate) fn check_headers(&self, context: &Context) -> Result<(), Refusal> {
        let most = self.limits(context, None).max_headers;
        let size: usize = context.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size as u64 <= most {
            return Ok(());
        }
        self.inner.metrics.limited(Limit::Headers.name());
        let why = format!("the headers of the request are larger than {most} bytes; send less in them");
        Err(Refusal::http(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &why))
    }

    /// A message of a client as JSON, within the limits of the server.
    pub(crate) fn scan<'a>(&self, context: &Context, body: &'a [u8]) -> Result<Raw<'a>, Refusal> {
        let max_depth = usize::try_from(self.limits(context, None).max_depth).unwrap_or(usize::MAX);
        let scanned = mcp::scan_with(body, mcp::Limits { max_depth, ..mcp::Limits::REQUEST });
        scanned.map_err(|error| {
            if matches!(error, ScanError::TooDeep { .. }) {
                self.inner.metrics.limited(Limit::Depth.name());
            }
            Refusal::rpc(&error.rpc(), None, Generation::Legacy)
        })
    }

    /// The body of a request, within the limits of the server.
    pub(crate) async fn body(&self, context: &Context, body: Body) -> Result<Bytes, Refusal> {
        let limits = self.limits(context, None);
        let max = usize::try_from(limits.max_request).unwrap_or(usize::MAX);
        let read = reader::request(body, max, limits.request_time).await;
        if read.as_ref().is_err_and(|refusal| refusal.status() == StatusCode::PAYLOAD_TOO_LARGE) {
            self.inner.metrics.limited(Limit::Request.name());
        }
        read
    }
}
