//! The messages of a server's answer, one by one, whatever form the answer has.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::Limits;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method};
use mcp::result::Outcome;
use mcp::sse;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::readers::Hearing;
use crate::answer::Media;
use crate::context::Context;
use crate::forward::{Fault, Outgoing, Upstream};
use crate::limits::{Limit, Pass, Turns};
use crate::reader::Chunks;
use crate::standing::Standing;
use crate::{Gateway, Metrics};

/// How long an answer waits for what was said before it on another connection.
const GRACE: Duration = Duration::from_millis(30);
/// As good as for ever.
const ALWAYS: Duration = Duration::from_hours(24 * 365);
/// When a stream that broke off is asked for again, if its server does not say when.
const RETRY: Duration = Duration::from_secs(1);
/// The least that is waited before, whatever the server says.
const LEAST: Duration = Duration::from_millis(100);
/// How many streams in a row may have nothing to say before the answer is given up.
const SILENT: u32 = 3;

/// Reads JSON-RPC messages: those of an answer as they come, and what the server says elsewhere meanwhile.
pub(crate) struct Replies {
    /// What was said elsewhere before this began.
    said: Option<Bytes>,
    /// The turn of an answer that has not begun.
    turns: Turns,
    answer: Answer,
    beside: Option<Hearing>,
}

/// An answer: one message, or an event stream, or what somebody else reads from the server.
struct Answer {
    source: Source,
    resume: Option<Resume>,
    /// What began the answer: a call keeps its turn while it goes on elsewhere.
    begun: Option<Source>,
    ready: VecDeque<Bytes>,
    ended: bool,
}

pub(crate) type Opening = BoxFuture<'static, Result<Replies, Fault>>;

enum Source {
    Json {
        chunks: Chunks,
        max: usize,
        body: BytesMut,
        metrics: Arc<Metrics>,
    },
    Events {
        chunks: Chunks,
        decoder: sse::Decoder,
        /// What may still come; a stream of changes has no end.
        left: Option<u64>,
        metrics: Arc<Metrics>,
    },
    /// A stream that is asked for again. Never locked: the mutex makes it shareable between threads.
    Opening(Mutex<Opening>),
    Channel {
        receiver: Hearing,
        idle: Duration,
        ends: Instant,
        standing: Standing,
        pass: Pass,
    },
}

impl Source {
    /// What it has a turn by, and when it has to have ended.
    fn held(&mut self) -> Option<(&mut Pass, &mut Instant)> {
        match self {
            Self::Json { chunks, .. } | Self::Events { chunks, .. } => Some(chunks.held()),
            Self::Channel { pass, ends, .. } => Some((pass, ends)),
            // What is to be opened has none yet.
            Self::Opening(_) => None,
        }
    }
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
        let (status, media) = (upstream.response.status(), Media::of(&upstream.response));
        if !status.is_success() || media != Media::Events {
            return Err(Fault::NotMcp(format!("{status} instead of a stream")));
        }
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
        let max_answer = permit.limits.max_answer;
        let metrics = gateway.inner.metrics.clone();
        let status = response.status();
        let media = Media::of(&response);
        let chunks = Chunks::new(response, permit, idle, total, gateway.standing(context));
        let source = match media {
            Media::Json => {
                let most = usize::try_from(max_answer).unwrap_or(usize::MAX);
                let max = gateway.inner.parts.settings.max_buffered.min(most);
                Source::Json { chunks, max, body: BytesMut::new(), metrics }
            }
            Media::Events if status.is_success() => {
                let left = total.map(|_| max_answer);
                Source::Events { chunks, decoder: sse::Decoder::new(max_event), left, metrics }
            }
            Media::Events => return Err(Fault::NotMcp(format!("{status}, text/event-stream"))),
            Media::Other(name) => return Err(Fault::NotMcp(format!("{status}, {name}"))),
        };
        Ok(Self::of(source))
    }

    /// Messages that somebody else reads from the server.
    pub(crate) fn of_channel(gateway: &Gateway, context: &Context, pass: Pass, receiver: Hearing) -> Self {
        let (idle, ends) = (pass.limits.idle, Instant::now() + pass.limits.total);
        Self::of(Source::Channel { receiver, idle, ends, standing: gateway.standing(context), pass })
    }

    /// The same for a listening stream, which may be silent for long and ends with the client's.
    pub(crate) fn listening_to(gateway: &Gateway, context: &Context, pass: Pass, receiver: Hearing) -> Self {
        let idle = pass.limits.total;
        let ends = Instant::now() + ALWAYS;
        Self::of(Source::Channel { receiver, idle, ends, standing: gateway.standing(context), pass })
    }

    fn of(source: Source) -> Self {
        let answer = Answer { source, resume: None, begun: None, ready: VecDeque::new(), ended: false };
        Self { said: None, turns: Turns::default(), answer, beside: None }
    }

    /// An answer that has not begun, and what the server said elsewhere meanwhile.
    pub(crate) fn asking(said: Bytes, turns: Turns, opening: Opening) -> Self {
        Self { said: Some(said), turns, ..Self::of(Source::Opening(Mutex::new(opening))) }
    }

    /// The same, going on in another stream if the server closes this one before it answers (2025-11-25 transports,
    /// "Resumability and Redelivery").
    pub(crate) fn resuming(mut self, resume: Resume) -> Self {
        self.answer.resume = Some(resume);
        self
    }

    /// The same, with what the server says elsewhere meanwhile.
    pub(crate) fn beside(mut self, beside: Option<Hearing>) -> Self {
        self.beside = beside;
        self
    }

    /// The next message; `None` at the end. May be awaited again after its future was dropped.
    ///
    /// # Errors
    /// When the server is silent for too long, says too much, or the caller may not read on.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        if let Some(said) = self.said.take() {
            return Ok(Some(said));
        }
        loop {
            let Some(beside) = &mut self.beside else { return self.answer.next().await };
            tokio::select! {
                biased;
                said = beside.recv() => match said {
                    Some(said) => return Ok(Some(said)),
                    None => self.beside = None,
                },
                next = self.answer.next() => return next,
            }
        }
    }

    /// Whether a refusal is about no request: the server could not say which, or does not speak JSON-RPC. What it said
    /// comes again.
    pub(crate) async fn are_about_no_request(&mut self) -> Result<bool, Fault> {
        let Some(message) = self.answer.next().await? else { return Ok(true) };
        let about_none = match mcp::Response::parse(&message) {
            Ok(response) => response.id.is_none() && matches!(response.outcome, Outcome::Error(_)),
            Err(_) => true,
        };
        self.answer.ready.push_front(message);
        Ok(about_none)
    }

    /// Gives its turn to others while the client is asked.
    pub(crate) fn rest(&mut self) {
        self.turns = Turns::default();
        for (pass, _) in self.answer.sources().filter_map(Source::held) {
            pass.turns = Turns::default();
        }
    }

    /// Goes on with this turn. The time of the rest does not count.
    pub(crate) fn go_on(&mut self, with: Pass, rested: Duration) {
        for (_, ends) in self.answer.sources().filter_map(Source::held) {
            *ends += rested;
        }
        if let Some(resume) = &mut self.answer.resume {
            resume.ends += rested;
        }
        self.turns = with.turns;
    }

    /// What was said elsewhere before this message, which then comes again: an answer must not overtake what belongs
    /// before it. `None` when there is nothing.
    pub(crate) async fn before(&mut self, answer: &Bytes) -> Option<Bytes> {
        let beside = self.beside.as_mut()?;
        let said = tokio::time::timeout(GRACE, beside.recv()).await.ok()??;
        self.answer.ready.push_front(answer.clone());
        Some(said)
    }
}

/// How a stream that a server closed early is asked for again.
pub(crate) struct Resume {
    gateway: Gateway,
    context: Context,
    headers: HeaderMap,
    /// The last event that had an id.
    last: Option<HeaderValue>,
    /// How long the server wants to be left alone before.
    wait: Duration,
    /// Streams without such an event since.
    silent: u32,
    /// How long the server may be silent.
    idle: Duration,
    /// The end of the time that the answer has.
    ends: Instant,
}

impl Resume {
    /// Within a session, which these headers name.
    pub(crate) fn new(gateway: &Gateway, context: &Context, headers: HeaderMap, limits: &Limits) -> Self {
        Self {
            gateway: gateway.clone(),
            context: context.share(),
            headers,
            last: None,
            wait: RETRY,
            silent: 0,
            idle: limits.idle,
            ends: Instant::now() + limits.total,
        }
    }

    /// What comes after the events that were read. `None` if the server gave nothing to go on from.
    fn after(&mut self, read: &sse::Decoder) -> Option<Opening> {
        let last = read.last_event_id().filter(|id| !id.is_empty()).and_then(|id| HeaderValue::try_from(id).ok());
        self.silent = if last.is_some() { 0 } else { self.silent + 1 };
        self.last = last.or(self.last.take());
        let (last, idle, ends) = (self.last.clone()?, self.idle, self.ends);
        self.wait = read.retry().map_or(self.wait, Duration::from_millis);
        let begins = Instant::now().checked_add(self.wait.max(LEAST))?;
        let (gateway, context, mut headers) = (self.gateway.clone(), self.context.share(), self.headers.clone());
        headers.insert("last-event-id", last);
        (begins < ends && self.silent <= SILENT).then(|| -> Opening {
            Box::pin(async move {
                tokio::time::sleep_until(begins).await;
                let outgoing = Outgoing { method: Method::GET, headers, to: None, body: None };
                let upstream = gateway.dispatch_own(&context, outgoing).await?;
                Replies::within(&gateway, &context, upstream, idle, Some(ends - Instant::now()))
            })
        })
    }
}

impl Answer {
    /// All that may have a turn.
    fn sources(&mut self) -> impl Iterator<Item = &mut Source> {
        [&mut self.source].into_iter().chain(self.begun.as_mut())
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            if self.ended {
                return Ok(None);
            }
            match &mut self.source {
                Source::Channel { receiver, idle, ends, standing, .. } => {
                    let by = (*ends).min(Instant::now() + *idle);
                    let message = tokio::select! {
                        message = tokio::time::timeout_at(by, receiver.recv()) => {
                            message.map_err(|_| Fault::Timeout)?
                        }
                        broken = standing.lost() => return Err(broken.into()),
                    };
                    self.ended = message.is_none();
                    self.ready.extend(message);
                }
                Source::Opening(opening) => {
                    let opened = opening.get_mut().as_mut().await;
                    match opened {
                        Ok(stream) => self.source = stream.answer.source,
                        Err(fault) if self.begun.is_none() => return Err(fault),
                        Err(fault) => {
                            tracing::debug!(%fault, "a stream could not be resumed");
                            self.ended = true;
                        }
                    }
                }
                Source::Json { chunks, max, body, metrics } => match chunks.next().await? {
                    Some(chunk) if body.len() + chunk.len() > *max => {
                        metrics.limited(Limit::Answer.name());
                        return Err(Fault::TooLarge(*max as u64));
                    }
                    Some(chunk) => {
                        if body.is_empty() {
                            body.reserve(chunks.room(chunk.len(), *max));
                        }
                        body.extend_from_slice(&chunk);
                    }
                    None => {
                        self.ended = true;
                        let body = body.split().freeze();
                        self.ready.extend((!body.is_empty()).then_some(body));
                    }
                },
                Source::Events { chunks, decoder, left, metrics } => {
                    let Some(chunk) = chunks.next().await? else {
                        match self.resume.as_mut().and_then(|resume| resume.after(decoder)) {
                            Some(opening) => {
                                let closed = std::mem::replace(&mut self.source, Source::Opening(Mutex::new(opening)));
                                self.begun.get_or_insert(closed);
                            }
                            None => self.ended = true,
                        }
                        continue;
                    };
                    if let Some(left) = left {
                        let Some(less) = left.checked_sub(chunk.len() as u64) else {
                            metrics.limited(Limit::Answer.name());
                            return Err(Fault::TooLarge(chunks.limits().max_answer));
                        };
                        *left = less;
                    }
                    let ready = &mut self.ready;
                    // Events without data prime a stream for resumption (2025-11-25).
                    let read = decoder.push(&chunk, |event| {
                        if !event.data.is_empty() {
                            ready.push_back(Bytes::copy_from_slice(event.data));
                        }
                    });
                    if let Err(sse::SseError::TooLarge { limit }) = read {
                        metrics.limited(Limit::Event.name());
                        return Err(Fault::TooLarge(limit as u64));
                    }
                    read.map_err(|error| Fault::NotMcp(error.to_string()))?;
                }
            }
        }
    }
}
