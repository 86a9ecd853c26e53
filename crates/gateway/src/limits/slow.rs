//! Clients that do not take their answer.
//!
//! A body is only asked for its next chunk when the connection has room for it, so a client that does not read shows as
//! a body that nobody asks: its server, its turn and its memory would be held for as long as the client likes. One task
//! looks at all streams; the source of one that was left alone for too long is ended with an outcome, and its
//! connection is cut.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::Gateway;

/// How often the streams are looked at.
const LOOK: Duration = Duration::from_millis(250);

type Chunk = std::io::Result<Bytes>;
type Running<S> = Pin<Box<dyn Future<Output = (Option<Chunk>, Option<S>)> + Send>>;

/// What the chunks of an answer come from.
pub(crate) trait Source: Sized + Send + 'static {
    /// The next chunk, and what those after it come from.
    fn step(self) -> impl Future<Output = (Option<Chunk>, Option<Self>)> + Send;

    /// Ends it because its client did not take a chunk for so long.
    fn abandon(self, idle: Duration) -> impl Future<Output = ()> + Send;
}

/// Cuts the connection that a request came on. The server puts one into the extensions of each request; its end of the
/// connection asks [`Hangup::is_cut`] whenever it is to read or write.
#[derive(Debug, Clone, Default)]
pub struct Hangup(Arc<Line>);

#[derive(Debug, Default)]
struct Line {
    cut: AtomicBool,
    waker: AtomicWaker,
}

impl Hangup {
    /// Cuts the connection.
    pub fn cut(&self) {
        self.0.cut.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    /// Whether the connection is to end; otherwise the task is woken when it is.
    pub fn is_cut(&self, cx: &Context<'_>) -> bool {
        if self.0.cut.load(Ordering::Acquire) {
            return true;
        }
        self.0.waker.register(cx.waker());
        self.0.cut.load(Ordering::Acquire)
    }
}

/// The streams under way.
#[derive(Default)]
pub(crate) struct Readers {
    inner: Mutex<Watch>,
}

#[derive(Default)]
struct Watch {
    streams: HashMap<u64, Weak<dyn Watched>>,
    next: u64,
    running: bool,
}

/// A stream that is looked at.
trait Watched: Send + Sync {
    /// Ends it if its client is too slow.
    fn look(&self, now: Instant);
}

impl Readers {
    fn watch(self: &Arc<Self>, stream: Weak<dyn Watched>) -> u64 {
        let mut inner = self.inner.lock();
        let number = inner.next;
        inner.next += 1;
        inner.streams.insert(number, stream);
        if !inner.running {
            inner.running = true;
            let readers = Arc::downgrade(self);
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(LOOK).await;
                    let Some(readers) = readers.upgrade() else { return };
                    if !readers.look(Instant::now()) {
                        return;
                    }
                }
            });
        }
        number
    }

    fn forget(&self, number: u64) {
        self.inner.lock().streams.remove(&number);
    }

    /// Looks at all streams; false when there are none.
    fn look(&self, now: Instant) -> bool {
        let streams: Vec<_> = {
            let mut inner = self.inner.lock();
            inner.running = !inner.streams.is_empty();
            if !inner.running {
                return false;
            }
            inner.streams.values().filter_map(Weak::upgrade).collect()
        };
        for stream in &streams {
            stream.look(now);
        }
        true
    }
}

enum State<S> {
    /// A chunk was handed on then, and the next one was not asked for.
    Left(S, Instant),
    /// The next chunk is asked for.
    Running(Running<S>),
    /// All was said.
    Ended,
    /// It was cut off.
    Cut,
}

struct Shared<S> {
    state: Mutex<State<S>>,
    idle: Duration,
    gateway: Gateway,
    hangup: Option<Hangup>,
}

impl<S: Source> Watched for Shared<S> {
    fn look(&self, now: Instant) {
        let mut state = self.state.lock();
        if !matches!(&*state, State::Left(_, since) if now.saturating_duration_since(*since) > self.idle) {
            return;
        }
        let State::Left(source, _) = std::mem::replace(&mut *state, State::Cut) else { return };
        drop(state);
        self.gateway.inner.metrics.limited(super::Limit::SlowReader.name());
        let (idle, hangup) = (self.idle, self.hangup.clone());
        self.gateway.inner.tasks.spawn(async move {
            source.abandon(idle).await;
            if let Some(hangup) = hangup {
                hangup.cut();
            }
        });
    }
}

/// A body whose reader is watched.
struct Reader<S: Source> {
    shared: Arc<Shared<S>>,
    number: u64,
}

impl<S: Source> Drop for Reader<S> {
    fn drop(&mut self) {
        self.shared.gateway.inner.limiter.readers.forget(self.number);
    }
}

impl<S: Source> Stream for Reader<S> {
    type Item = Chunk;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        let mut state = self.shared.state.lock();
        let mut running = match std::mem::replace(&mut *state, State::Ended) {
            State::Left(source, _) => Box::pin(source.step()) as Running<S>,
            State::Running(running) => running,
            State::Ended => return Poll::Ready(None),
            State::Cut => {
                return Poll::Ready(Some(Err(std::io::Error::other("the client did not take its answer"))));
            }
        };
        match running.as_mut().poll(cx) {
            Poll::Pending => {
                *state = State::Running(running);
                Poll::Pending
            }
            Poll::Ready((chunk, next)) => {
                if let Some(next) = next {
                    *state = State::Left(next, Instant::now());
                }
                Poll::Ready(chunk)
            }
        }
    }
}

impl Gateway {
    /// The body that these chunks make.
    pub(crate) fn watched<S: Source>(&self, source: S, idle: Duration, hangup: Option<Hangup>) -> Body {
        let state = Mutex::new(State::Left(source, Instant::now()));
        let shared = Arc::new(Shared { state, idle, gateway: self.clone(), hangup });
        let watched: Arc<dyn Watched> = shared.clone();
        let number = self.inner.limiter.readers.watch(Arc::downgrade(&watched));
        Body::from_stream(Reader { shared, number })
    }
}
