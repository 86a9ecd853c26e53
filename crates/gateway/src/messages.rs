//! The messages of an answer that the data path has made, for where they travel differently: in a batch, or over the two
//! connections of 2024-11-05.

use std::collections::VecDeque;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, stream};
use http::{Response, header};
use http_body_util::BodyExt as _;
use mcp::{GatewayCode, RpcError, sse};

/// Largest event; what servers send was checked against their own limits before.
const LARGEST: usize = 64 << 20;

/// Whether the answer is an event stream.
pub(crate) fn is_stream(response: &Response<Body>) -> bool {
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.is_some_and(|media| media.starts_with("text/event-stream"))
}

/// The messages of any answer, which is to the request with this id.
pub(crate) fn of((response, id): (Response<Body>, Option<String>)) -> BoxStream<'static, Bytes> {
    if is_stream(&response) {
        of_stream(response).boxed()
    } else {
        stream::once(whole(response, id)).filter_map(std::future::ready).boxed()
    }
}

/// The one message of an answer that is no stream; none if it has no body. One that breaks off becomes an error: whoever
/// asked would wait for it.
pub(crate) async fn whole(response: Response<Body>, id: Option<String>) -> Option<Bytes> {
    match response.into_body().collect().await {
        Ok(body) => Some(body.to_bytes()).filter(|body| !body.is_empty()),
        Err(error) => Some(RpcError::gateway(GatewayCode::UpstreamBroken, error.to_string()).to_bytes_with(&id?)),
    }
}

/// The JSON text of a request's id.
pub(crate) fn id_of(body: &[u8]) -> Option<String> {
    let raw = mcp::Raw::parse(std::str::from_utf8(body).ok()?).ok()?;
    raw.get("id").map(|id| id.text().to_owned())
}

struct Reading {
    body: BodyDataStream,
    decoder: sse::Decoder,
    ready: VecDeque<Bytes>,
}

/// The messages of an event stream, as they come. What cannot be read ends it.
pub(crate) fn of_stream(response: Response<Body>) -> impl Stream<Item = Bytes> + Send {
    let reading = Reading {
        body: response.into_body().into_data_stream(),
        decoder: sse::Decoder::new(LARGEST),
        ready: VecDeque::new(),
    };
    stream::unfold(reading, |mut reading| async move {
        loop {
            if let Some(message) = reading.ready.pop_front() {
                return Some((message, reading));
            }
            let chunk = reading.body.next().await?.ok()?;
            let Reading { decoder, ready, .. } = &mut reading;
            let read = decoder.push(&chunk, |event| {
                if !event.data.is_empty() {
                    ready.push_back(Bytes::copy_from_slice(event.data));
                }
            });
            read.ok()?;
        }
    })
}
