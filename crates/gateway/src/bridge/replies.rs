//! The messages of a server's answer, one by one, whatever form the answer has.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use mcp::sse;

use crate::Gateway;
use crate::answer::Media;
use crate::call::Context;
use crate::forward::{Fault, Upstream};
use crate::reader::Chunks;

/// Reads JSON-RPC messages: the one of a JSON answer, or those of an event stream as they come.
pub(crate) struct Replies {
    chunks: Chunks,
    form: Form,
    ready: VecDeque<Bytes>,
    ended: bool,
}

enum Form {
    Json { max: usize },
    Events(sse::Decoder),
}

impl Replies {
    /// Reads what the server answers to a request.
    ///
    /// # Errors
    /// When the answer is neither JSON nor an event stream.
    pub(crate) fn new(gateway: &Gateway, context: &Context, upstream: Upstream) -> Result<Self, Fault> {
        let limits = upstream.permit.limits;
        Self::within(gateway, context, upstream, limits.idle, Some(limits.total))
    }

    /// Reads a listening stream, which may be silent for long and ends with the client's.
    pub(crate) fn listening(gateway: &Gateway, context: &Context, upstream: Upstream) -> Result<Self, Fault> {
        let total = upstream.permit.limits.total;
        Self::within(gateway, context, upstream, total, None)
    }

    fn within(
        gateway: &Gateway,
        context: &Context,
        upstream: Upstream,
        idle: Duration,
        total: Option<Duration>,
    ) -> Result<Self, Fault> {
        let Upstream { response, permit } = upstream;
        let max_event = usize::try_from(permit.limits.max_event).unwrap_or(usize::MAX);
        let form = match Media::of(&response) {
            Media::Json => Form::Json { max: gateway.inner.parts.settings.max_buffered },
            Media::Events if response.status().is_success() => Form::Events(sse::Decoder::new(max_event)),
            Media::Events => return Err(Fault::NotMcp(format!("{}, text/event-stream", response.status()))),
            Media::Other(name) => return Err(Fault::NotMcp(format!("{}, {name}", response.status()))),
        };
        let chunks = Chunks::new(response, permit, idle, total, gateway.standing(context));
        Ok(Self { chunks, form, ready: VecDeque::new(), ended: false })
    }

    /// The next message; `None` at the end. May be awaited again after its future was dropped.
    ///
    /// # Errors
    /// When the server is silent for too long, says too much, or the caller may not read on.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            if self.ended {
                return Ok(None);
            }
            match &mut self.form {
                Form::Json { max } => {
                    let max = *max;
                    let (body, whole) = self.chunks.read_up_to(max).await?;
                    self.ended = true;
                    if !whole {
                        return Err(Fault::TooLarge(max as u64));
                    }
                    self.ready.extend((!body.is_empty()).then_some(body));
                }
                Form::Events(decoder) => {
                    let Some(chunk) = self.chunks.next().await? else {
                        self.ended = true;
                        continue;
                    };
                    let ready = &mut self.ready;
                    // Events without data prime a stream for resumption (2025-11-25).
                    let read = decoder.push(&chunk, |event| {
                        if !event.data.is_empty() {
                            ready.push_back(Bytes::copy_from_slice(event.data));
                        }
                    });
                    if let Err(sse::SseError::TooLarge { limit }) = read {
                        return Err(Fault::TooLarge(limit as u64));
                    }
                    read.map_err(|error| Fault::NotMcp(error.to_string()))?;
                }
            }
        }
    }
}
