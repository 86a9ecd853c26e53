//! Batches (2025-03-26 basic, "Batching"): each message goes its own way, the answers come back together.

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
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
        let served = messages.into_iter().enumerate().map(|(place, message)| {
            let (gateway, part, track) = (self.clone(), body.slice(message.range()), context.track.beside());
            let mut context = Context { track, ..context.with_headers(context.headers.clone()) };
            async move {
                let answer = gateway.message(&mut context, &part).await;
                (place, answer.unwrap_or_else(Refusal::into_response), messages::id_of(&part))
            }
            .boxed()
        });
        let served: Vec<_> = served.collect();
        Ok(together(stream::iter(served).buffer_unordered(TOGETHER)).await)
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

/// One answer made of many: an array in the order of the messages, or a stream as soon as one of them is a stream. A stream
/// is read while others are still waited for: they may wait for the turn that it has.
async fn together(
    mut served: impl Stream<Item = (usize, Response<Body>, Option<String>)> + Send + Unpin + 'static,
) -> Response<Body> {
    let mut answers: Vec<(usize, Bytes)> = Vec::new();
    while let Some((place, response, id)) = served.next().await {
        if messages::is_stream(&response) {
            let before = stream::iter(answers.into_iter().map(|(_, answer)| answer));
            let others = stream::iter([(response, id)]).chain(served.map(|(_, response, id)| (response, id)));
            let all = before.chain(others.flat_map_unordered(TOGETHER, messages::of));
            return event_response(Body::from_stream(all.map(|message| std::io::Result::Ok(sse::message(&message)))));
        }
        answers.extend(messages::whole(response, id).await.map(|answer| (place, answer)));
    }
    if answers.is_empty() {
        return bodiless(StatusCode::ACCEPTED);
    }
    answers.sort_unstable_by_key(|(place, _)| *place);
    let mut array = Vec::with_capacity(answers.iter().map(|(_, answer)| answer.len() + 1).sum::<usize>() + 1);
    for (_, answer) in &answers {
        array.push(if array.is_empty() { b'[' } else { b',' });
        array.extend_from_slice(answer);
    }
    array.push(b']');
    json_response(StatusCode::OK, Body::from(array))
}
