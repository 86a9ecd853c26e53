//! Event streams (Streamable HTTP): forwarded chunk by chunk, with the answer held back until its outcome is durable.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use domain::Limits;
use http::{HeaderName, HeaderValue, Response, header};
use mcp::Envelope;
use mcp::sse::{self, SeenKind};

use crate::Gateway;
use crate::answer::{abandoned, asks_for_input, failure, stream_error, truncated};
use crate::context::Context;
use crate::events::{ALIVE, Filled, Writer, read};
use crate::exchange::Exchange;
use crate::forward::{Fault, Upstream};
use crate::limits::Limit;
use crate::limits::slow::Source;
use crate::reader::Chunks;
use crate::refusal::Refusal;
use crate::settle::Ending;

pub(crate) type Chunk = std::io::Result<Bytes>;

impl Gateway {
    /// Answers a request with the server's event stream.
    pub(crate) async fn events(
        &self,
        context: &Context,
        exchange: Exchange,
        session: Option<String>,
        chunks: Chunks,
    ) -> Result<Response<Body>, Refusal> {
        let rewrites = exchange.list.is_some() || exchange.describes_server;
        let Some(id) = exchange.raw_id() else {
            return Err(Refusal::rpc(&mcp::RpcError::internal("unreadable id"), None, exchange.generation));
        };
        if !rewrites {
            let limits = *chunks.limits();
            let tee = sse::Tee::new(id, max_event(&limits));
            let filled = (!exchange.primes).then(|| Filled::new(max_event(&limits)));
            let (gateway, ready) = (self.clone(), VecDeque::new());
            let whole = exchange.about.is_some().then(|| Whole { context: context.share(), held: BytesMut::new() });
            let pump = Pump {
                gateway,
                exchange,
                chunks,
                filled,
                tee,
                whole,
                ready,
                answered: false,
                last: b'\n',
                passed: 0,
                ended: false,
            };
            return Ok(event_response(self.watched(pump, limits.idle, context.hangup.clone())));
        }
        // Lists and descriptions are rewritten as a whole; they are small.
        self.rewritten(context, exchange, session, chunks).await
    }

    /// Relays a listening stream (GET of the older revisions), filtering lists that a resumed stream replays. `primes`:
    /// the client knows events without data.
    pub(crate) fn relay_stream(
        &self,
        context: &Context,
        upstream: Upstream,
        primes: bool,
    ) -> Result<Response<Body>, Refusal> {
        let Upstream { response, permit } = upstream;
        let status = response.status();
        let events = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.starts_with("text/event-stream"));
        if !status.is_success() || !events {
            let status = if status.is_client_error() { status } else { http::StatusCode::BAD_GATEWAY };
            return Err(Refusal::http(status, "the server does not offer a listening stream"));
        }
        let limits = permit.limits;
        let chunks = Chunks::listening(response, permit, self.standing(context));
        let relay = Relay {
            gateway: self.clone(),
            context: context.share(),
            decoder: sse::Decoder::new(max_event(&limits)),
            writer: Writer::new(primes),
            chunks,
            ended: false,
        };
        Ok(event_response(self.watched(relay, limits.idle, context.hangup.clone())))
    }
}

/// Forwards the stream that answers one request.
struct Pump {
    gateway: Gateway,
    exchange: Exchange,
    chunks: Chunks,
    /// For clients that do not know events without data.
    filled: Option<Filled>,
    tee: sse::Tee,
    /// Where the answer may have to be rewritten.
    whole: Option<Whole>,
    ready: VecDeque<Bytes>,
    /// The client has the answer.
    answered: bool,
    /// The last byte that it has.
    last: u8,
    /// Bytes that were forwarded.
    passed: u64,
    ended: bool,
}

/// An event that is not whole, as long as it is not large: an answer that asks for input is rewritten.
struct Whole {
    context: Context,
    held: BytesMut,
}

/// How much of an event is held back, in bytes. What is larger is forwarded as it comes.
const MOST_HELD: usize = 256 << 10;

impl Whole {
    /// What can be forwarded with this chunk; `inside` an event that is too large to be held back.
    fn gather(&mut self, chunk: Bytes, inside: bool) -> Option<Bytes> {
        if inside || (self.held.is_empty() && ends_event(&chunk)) {
            return Some(chunk);
        }
        self.held.extend_from_slice(&chunk);
        (ends_event(&self.held) || self.held.len() > MOST_HELD).then(|| self.rest())
    }

    fn rest(&mut self) -> Bytes {
        self.held.split().freeze()
    }
}

/// Whether nothing has begun that is not whole.
fn ends_event(chunk: &[u8]) -> bool {
    [&b"\n\n"[..], b"\r\n\r\n", b"\r\r"].iter().any(|end| chunk.ends_with(end))
}

/// An answer on its way to the client.
struct Answer {
    /// Its bytes in the chunk.
    span: Range<usize>,
    ending: Ending,
    /// The event that takes its place.
    instead: Result<Option<Bytes>, Fault>,
}

impl Source for Pump {
    async fn step(mut self) -> (Option<Chunk>, Option<Self>) {
        let chunk = self.next().await;
        let more = chunk.is_some().then_some(self);
        (chunk, more)
    }

    async fn abandon(mut self, idle: Duration) {
        let gateway = self.gateway.clone();
        let _ = gateway.settle(&mut self.exchange, abandoned(idle)).await;
    }
}

impl Pump {
    async fn next(&mut self) -> Option<Chunk> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Some(Ok(chunk));
            }
            if self.ended {
                return None;
            }
            let gateway = self.gateway.clone();
            match self.chunks.next().await.map_err(Fault::from) {
                Ok(Some(chunk)) => {
                    let inside = self.tee.is_inside();
                    let chunk = match &mut self.whole {
                        Some(whole) => whole.gather(chunk, inside),
                        None => Some(chunk),
                    };
                    if let Some(chunk) = chunk {
                        self.forward(chunk).await;
                    }
                }
                Ok(None) => {
                    let rest = self.whole.as_mut().map(Whole::rest).filter(|rest| !rest.is_empty());
                    if let Some(rest) = rest {
                        self.forward(rest).await;
                        continue;
                    }
                    self.ended = true;
                    if let Err(error) = gateway.settle(&mut self.exchange, closed_early()).await {
                        self.ready.push_back(stream_error(&self.exchange, &error));
                    }
                }
                Err(fault) => {
                    let inside = self.tee.is_inside();
                    self.cut(&fault.rpc(), inside).await;
                }
            }
        }
    }

    /// Forwards one chunk; a chunk that ends the answer waits for the outcome.
    async fn forward(&mut self, chunk: Bytes) {
        let chunk = match &mut self.filled {
            Some(filled) => filled.push(&chunk),
            None => Ok(chunk),
        };
        let Ok(chunk) = chunk else { return self.too_large().await };
        let inside = self.tee.is_inside();
        let (mut answer, mut foreign) = (None::<Answer>, None);
        let Self { gateway, exchange, whole, tee, .. } = &mut *self;
        let pushed = tee.push(&chunk, |seen| match seen.kind {
            SeenKind::Answer if answer.is_none() => {
                let instead = match whole {
                    Some(whole) => gateway.asking(&whole.context, exchange, seen.data),
                    None => Ok(None),
                };
                let instead = instead.map(|data| data.map(|data| event(seen.id, &data)));
                answer = Some(Answer { span: seen.span, ending: ending(seen.data), instead });
            }
            // Clients take an answer from whatever stream it comes on, and read what is refused here.
            SeenKind::OtherResponse | SeenKind::Unreadable if foreign.is_none() => foreign = Some(seen.span.start),
            _ => {}
        });
        if pushed.is_err() {
            return self.too_large().await;
        }
        if let Some(start) = foreign
            && answer.as_ref().is_none_or(|answer| start < answer.span.start)
        {
            self.pass(chunk.slice(..start));
            return self.cut(&Fault::NotMcp(FOREIGN.to_owned()).rpc(), inside && start == 0).await;
        }
        self.passed += chunk.len() as u64;
        let most = self.chunks.limits().max_answer;
        if self.passed > most && answer.is_none() && !self.exchange.listens {
            self.gateway.inner.metrics.limited(Limit::Answer.name());
            return self.cut(&Fault::TooLarge(most).rpc(), inside).await;
        }
        let Some(Answer { span, ending, instead }) = answer else {
            self.pass(chunk);
            return;
        };
        let start = span.start;
        let instead = match instead {
            // The client has its beginning already.
            Ok(Some(_)) if inside && start == 0 => Err(Fault::TooLarge(MOST_HELD as u64)),
            instead => instead,
        };
        let instead = match instead {
            Ok(instead) => instead,
            Err(fault) => {
                self.pass(chunk.slice(..start));
                return self.cut(&fault.rpc(), inside && start == 0).await;
            }
        };
        let gateway = self.gateway.clone();
        match gateway.settle(&mut self.exchange, ending).await {
            Ok(()) => {
                let end = foreign.unwrap_or(chunk.len());
                self.ended = end < chunk.len();
                self.answered = true;
                match instead {
                    Some(event) => {
                        self.pass(chunk.slice(..start));
                        self.pass(event);
                        self.pass(chunk.slice(span.end..end));
                    }
                    None => self.pass(chunk.slice(..end)),
                }
            }
            Err(error) => {
                self.pass(chunk.slice(..start));
                self.say(&error, inside && start == 0);
            }
        }
    }

    fn pass(&mut self, chunk: Bytes) {
        self.last = chunk.last().copied().unwrap_or(self.last);
        self.ready.push_back(chunk);
    }

    /// Ends the stream at an event that is too large.
    async fn too_large(&mut self) {
        let limit = max_event(self.chunks.limits());
        self.gateway.inner.metrics.limited(Limit::Event.name());
        let inside = self.tee.is_inside();
        self.cut(&truncated(limit), inside).await;
    }

    /// Ends the stream with an error of ours. `inside`: the client has the beginning of an event.
    async fn cut(&mut self, error: &mcp::RpcError, inside: bool) {
        let gateway = self.gateway.clone();
        let _ = gateway.settle(&mut self.exchange, failure(&error.message)).await;
        self.say(error, inside);
    }

    /// Says an error as the last event.
    fn say(&mut self, error: &mcp::RpcError, inside: bool) {
        self.ended = true;
        // To what is answered there is nothing more to say.
        if self.answered {
            return;
        }
        let line_ended = matches!(self.last, b'\n' | b'\r');
        if inside {
            // A blank line would end the event, which may be all there but for that line: it is spoilt.
            self.ready.push_back(Bytes::from_static(if line_ended { SPOILT } else { SPOILT_LINE }));
        } else if !line_ended {
            // A comment has begun.
            self.ready.push_back(Bytes::from_static(b"\n"));
        }
        self.ready.push_back(stream_error(&self.exchange, error));
    }
}

/// An event with this id and message.
fn event(id: Option<&str>, data: &[u8]) -> Bytes {
    let mut event = Vec::new();
    // An id that was read is one that can be written.
    let _ = sse::encode(&sse::Frame { id, data: Some(data), ..sse::Frame::default() }, &mut event);
    event.into()
}

/// Makes nothing of an event that has begun, at the beginning of a line and within one.
const SPOILT: &[u8] = b"data:-\n\n";
const SPOILT_LINE: &[u8] = b"\ndata:-\n\n";

/// Why a stream ends that carries what is no part of the answer to its request (2025-11-25 transports, "Sending Messages to
/// the Server", 6).
pub(crate) const FOREIGN: &str = "on the stream of one request it sent an answer to another, or what cannot be read";

/// How a call ended, by the answer's bytes.
fn ending(data: &[u8]) -> Ending {
    use mcp::result::Outcome;
    // A batch has one answer, beside what the server says or asks.
    let batch = mcp::scan_with(data, mcp::Limits::RESPONSE).ok().filter(|raw| raw.kind() == mcp::Kind::Array);
    let in_batch = batch.and_then(|raw| raw.elements().find(|one| mcp::Response::parse(one.as_bytes()).is_ok()));
    match mcp::Response::parse(in_batch.map_or(data, mcp::Raw::as_bytes)) {
        Err(error) => failure(&format!("the server's answer is not readable: {error}")),
        Ok(parsed) => match parsed.outcome {
            Outcome::Error(error) => failure(&format!("{}: {}", error.code, error.message)),
            Outcome::Result(result) if result.is_error => Ending::Failure {
                error: "the tool reported an error".to_owned(),
                result: Some(ledger::Payload::new(result.raw.text())),
            },
            Outcome::Result(result) => {
                Ending::Success { result: ledger::Payload::new(result.raw.text()), note: asks_for_input(&result) }
            }
        },
    }
}

pub(crate) fn closed_early() -> Ending {
    Ending::Unknown {
        reason: "the server closed the stream before it answered; the answer may follow on a resumed stream".to_owned(),
    }
}

/// Forwards a listening stream event by event.
struct Relay {
    gateway: Gateway,
    context: Context,
    decoder: sse::Decoder,
    writer: Writer,
    chunks: Chunks,
    ended: bool,
}

impl Source for Relay {
    async fn step(mut self) -> (Option<Chunk>, Option<Self>) {
        let chunk = self.next().await;
        let more = chunk.is_some().then_some(self);
        (chunk, more)
    }

    /// A listening stream owes no outcome.
    async fn abandon(self, idle: Duration) {
        tracing::debug!(server = %self.context.server.slug, ?idle, "listening stream cut: its client does not read");
    }
}

impl Relay {
    async fn next(&mut self) -> Option<Chunk> {
        if self.ended {
            return None;
        }
        let Ok(Some(chunk)) = self.chunks.next().await else { return None };
        let (events, pushed) = read(&mut self.decoder, &chunk);
        let mut out = Vec::new();
        for mut event in events {
            if !self.may_hear(&event.data) {
                continue;
            }
            match self.gateway.filter_any(&self.context, &event.data) {
                Ok(filtered) => {
                    event.data = filtered.unwrap_or(event.data);
                    self.writer.write(&event, self.decoder.retry(), &mut out);
                }
                Err(error) => {
                    tracing::warn!(server = %self.context.server.slug, %error, "unreadable message not relayed");
                }
            }
        }
        if pushed.is_err() {
            self.gateway.inner.metrics.limited(Limit::Event.name());
            tracing::warn!(server = %self.context.server.slug, "listening stream cut: event too large");
            self.ended = true;
        }
        if out.is_empty() && !self.ended {
            out.extend_from_slice(ALIVE);
        }
        Some(Ok(Bytes::from(out)))
    }
}

impl Relay {
    /// Whether this message is for its client by the rules of now. What cannot be read might be anything to a client that
    /// can read it, and is for nobody.
    fn may_hear(&self, message: &[u8]) -> bool {
        if message.is_empty() {
            return true;
        }
        match mcp::scan_with(message, mcp::Limits::RESPONSE).map(Envelope::parse) {
            Ok(Ok(Envelope::Notification(call))) => self.gateway.may_hear(&self.context, &call),
            Ok(Ok(Envelope::Request(_) | Envelope::Response(_))) => true,
            _ => {
                tracing::warn!(server = %self.context.server.slug, "unreadable message not relayed");
                false
            }
        }
    }
}

pub(crate) fn max_event(limits: &Limits) -> usize {
    usize::try_from(limits.max_event).unwrap_or(usize::MAX)
}

pub(crate) fn event_response(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Tells buffering proxies to pass events at once (MCP 2026-07-28, Streamable HTTP).
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
