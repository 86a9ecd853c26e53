//! Batches (2025-03-26 basic, "Batching"): each message goes its own way, the answers come back together.

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::{Response, StatusCode};
use mcp::{Envelope, Generation, Method, Mirrored, ProtocolVersion, Raw, RpcError, sse};

use crate::Gateway;
use crate::answer::{bodiless, json_response};
use crate::context::Context;
use crate::messages;
use crate::refusal::Refusal;
use crate::stream::event_response;

/// Messages of one batch that are under way at one time.
const TOGETHER: usize = 8;

impl Gateway {
    /// Serves a batch, for clients of the one revision that knows them.
    pub(crate) async fn batch(&self, context: &Context, body: &Bytes, raw: Raw<'_>) -> Result<Response<Body>, Refusal> {
        let refuse = |error: &RpcError| Refusal::rpc(error, None, Generation::Legacy);
        if !self.batches(context) {
            return Err(refuse(&mcp::Fault::Batch.rpc()));
        }
        let messages = mcp::envelope::batch(raw).map_err(|fault| refuse(&fault.rpc()))?;
        let opens = |message: &Raw<'_>| {
            let envelope = Envelope::parse(*message).ok();
            envelope.and_then(|envelope| Some(envelope.call()?.method == Method::Initialize)).unwrap_or_default()
        };
        if messages.iter().any(opens) {
            return Err(refuse(&RpcError::invalid_request("initialize must not be part of a batch")));
        }
        let parts: Vec<Bytes> = messages.into_iter().map(|message| body.slice(message.range())).collect();
        let served = parts.into_iter().map(|part| {
            let track = context.track.beside();
            let mut context = Context { track, ..context.with_headers(context.headers.clone()) };
            async move { self.message(&mut context, &part).await.unwrap_or_else(Refusal::into_response) }.boxed()
        });
        let responses: Vec<Response<Body>> = stream::iter(served).buffered(TOGETHER).collect().await;
        Ok(together(responses).await)
    }

    /// Whether the client may send batches: its session says so, or its header, or nothing says otherwise.
    fn batches(&self, context: &Context) -> bool {
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));
        let session = mirrored.session_id().ok().flatten().and_then(|token| self.session(context, token));
        let version = match session {
            Some(session) => Ok(session.version),
            None => mirrored.version_only(None, crate::call::SUPPORTED),
        };
        version.is_ok_and(ProtocolVersion::allows_batches)
    }
}

/// One answer made of many: an array, or a stream if one of them is a stream.
async fn together(responses: Vec<Response<Body>>) -> Response<Body> {
    let (streams, others): (Vec<_>, Vec<_>) = responses.into_iter().partition(messages::is_stream);
    let answers: Vec<Bytes> = stream::iter(others).filter_map(messages::whole).collect().await;
    if !streams.is_empty() {
        let streams = streams.into_iter().map(|response| messages::of_stream(response).boxed());
        let all = stream::iter(answers).chain(stream::select_all(streams));
        return event_response(Body::from_stream(all.map(|message| std::io::Result::Ok(sse::message(&message)))));
    }
    if answers.is_empty() {
        return bodiless(StatusCode::ACCEPTED);
    }
    let mut array = Vec::with_capacity(answers.iter().map(|answer| answer.len() + 1).sum::<usize>() + 1);
    for answer in &answers {
        array.push(if array.is_empty() { b'[' } else { b',' });
        array.extend_from_slice(answer);
    }
    array.push(b']');
    json_response(StatusCode::OK, Body::from(array))
}
