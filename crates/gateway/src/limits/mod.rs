//! What keeps one caller, one server or one flood from everybody else: turns and queues, rates, the circuit breaker.
//!
//! Every message that is forwarded needs a [`Pass`]. [`Gateway::pass`] asks in this order: is the server's breaker open,
//! has the person calls under way enough, has a bucket a call left, is there a turn. The pass is held until the answer has
//! been read. Messages without an answer take no turn, since a call under way may need them to go on; streams that wait for
//! events have turns of their own, so that nobody has to wait for those who only listen.

pub(crate) mod breaker;
mod bucket;
mod incoming;
mod queue;
mod record;
pub(crate) mod slow;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use breaker::{Breaker, Ticket};
use bucket::{Buckets, Key, Taken};
use domain::{Limits, Rate, ServerId};
use http::{HeaderValue, header};
use mcp::{Call, GatewayCode, Generation, Method, RawId, RpcError, Target};
use parking_lot::RwLock;
use prometheus_client::metrics::gauge::Gauge;
use queue::{Asked, OfPerson, Queue, Turn};
use tokio::time::Instant;

use crate::context::Context;
use crate::edge::Authenticated;
use crate::forward::Fault;
use crate::reader::Broken;
use crate::refusal::Refusal;
use crate::{Gateway, Metrics};

/// How long to wait after a refusal for too many calls at once, when nobody can know.
const A_MOMENT: Duration = Duration::from_secs(1);
/// What [`Limit::PersonRate`] limits.
const PERSONS_USE: &str = "your use of this server";
/// Calls between two looks for buckets and servers that can be forgotten.
const TIDY_EVERY: u64 = 4096;

/// Which limit refuses a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Limit {
    Queue,
    QueueWait,
    PersonConcurrency,
    Listening,
    PersonRate,
    ServerRate,
    ToolRate,
    Breaker,
    Headers,
    Request,
    Depth,
    Answer,
    Event,
    SlowReader,
}

impl Limit {
    /// Its name in metrics and in the data of errors.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::QueueWait => "queue_wait",
            Self::PersonConcurrency => "concurrent_per_person",
            Self::Listening => "listening",
            Self::PersonRate => "rate_per_person",
            Self::ServerRate => "rate",
            Self::ToolRate => "rate_per_tool",
            Self::Breaker => "breaker",
            Self::Headers => "max_headers",
            Self::Request => "max_request",
            Self::Depth => "max_depth",
            Self::Answer => "max_answer",
            Self::Event => "max_event",
            Self::SlowReader => "slow_reader",
        }
    }
}

/// A message that a limit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limited {
    pub(crate) limit: Limit,
    retry_after: Duration,
    why: String,
}

impl std::fmt::Display for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl Limited {
    fn new(limit: Limit, retry_after: Duration, why: impl Into<String>) -> Self {
        Self { limit, retry_after, why: why.into() }
    }

    fn rate(limit: Limit, whose: &str, rate: Rate, retry_after: Duration) -> Self {
        let per_minute = rate.per_minute;
        let calls = if per_minute == 1 { "call" } else { "calls" };
        let why = format!("{whose} is limited to {per_minute} {calls} a minute; {}", again(retry_after));
        Self::new(limit, retry_after, why)
    }

    /// The error, with the limit and when to try again.
    pub(crate) fn rpc(&self) -> RpcError {
        let code = match self.limit {
            Limit::PersonConcurrency | Limit::PersonRate | Limit::ServerRate | Limit::ToolRate => {
                GatewayCode::RateLimited
            }
            _ => GatewayCode::Unavailable,
        };
        let after = u64::try_from(self.retry_after.as_millis()).unwrap_or(u64::MAX);
        RpcError::gateway(code, self.why.clone())
            .with_data(&serde_json::json!({ "limit": self.limit.name(), "retryAfterMs": after }))
    }

    /// The answer to the caller.
    pub(crate) fn refusal(&self, id: Option<RawId<'_>>, generation: Generation) -> Refusal {
        let after = HeaderValue::from(seconds(self.retry_after));
        Refusal::rpc(&self.rpc(), id, generation).with_header(header::RETRY_AFTER, after)
    }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

fn again(after: Duration) -> String {
    match seconds(after).max(1) {
        1 => "try again in a second".to_owned(),
        seconds => format!("try again in {seconds} seconds"),
    }
}

/// The state behind the limits, of all servers.
pub(crate) struct Limiter {
    gates: RwLock<HashMap<ServerId, Arc<Gate>>>,
    buckets: Buckets,
    refusals: record::Budget,
    readers: Arc<slow::Readers>,
    waiting: Gauge,
    breakers: breaker::Gauges,
    passes: AtomicU64,
}

/// One server's.
struct Gate {
    calls: Arc<Queue>,
    listening: Arc<Queue>,
    breaker: Arc<Breaker>,
}

/// What waits for its answer at a server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call: it takes a turn.
    Call,
    /// A call that was let through before and is sent once more: it takes a turn, but counts towards no rate.
    Again,
    /// A stream that waits for events.
    Listen,
    /// A message without an answer.
    Note,
    /// A message of the gateway's own, on which a call under way depends.
    Own,
}

impl Kind {
    /// What a request is.
    pub(crate) const fn of(method: &Method<'_>) -> Self {
        if matches!(method, Method::SubscriptionsListen) { Self::Listen } else { Self::Call }
    }
}

/// What a call takes from others while it is under way.
#[derive(Default)]
pub(crate) struct Turns {
    _turn: Option<Turn>,
    _person: Option<OfPerson>,
}

/// The right to send one message to a server. Held until its answer has been read.
pub(crate) struct Pass {
    pub(crate) turns: Turns,
    ticket: Option<Ticket>,
    /// The deadlines and sizes of this message.
    pub(crate) limits: Limits,
    /// It had to wait: what the caller may do can have changed.
    pub(crate) waited: bool,
    /// It is for a message of the gateway's own.
    pub(crate) own: bool,
}

impl Pass {
    /// The server answered.
    pub(crate) fn answered(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            ticket.succeeded();
        }
    }

    /// The server could not be reached, did not answer, or is broken.
    pub(crate) fn failed(&mut self) {
        if let Some(ticket) = self.ticket.take()
            && ticket.failed(Instant::now())
        {
            tracing::warn!("calls to a server are refused for a while: too many failed in a row");
        }
    }
}

/// Why there is no pass.
#[derive(Debug)]
pub(crate) enum NoPass {
    /// A limit.
    Limited(Limited),
    /// The program stops, or the caller's access ended while the call waited.
    Gone(Broken),
}

impl Limiter {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        Self {
            gates: RwLock::default(),
            buckets: Buckets::new(),
            refusals: record::Budget::default(),
            readers: Arc::default(),
            waiting: metrics.waiting.clone(),
            breakers: metrics.breakers.clone(),
            passes: AtomicU64::new(0),
        }
    }

    fn gate(&self, server: ServerId, limits: &Limits) -> Arc<Gate> {
        if let Some(gate) = self.gates.read().get(&server) {
            return gate.clone();
        }
        let mut gates = self.gates.write();
        let gate = gates.entry(server).or_insert_with(|| {
            Arc::new(Gate {
                calls: Arc::new(Queue::new(self.waiting.clone())),
                listening: Arc::new(Queue::new(Gauge::default())),
                breaker: Arc::new(Breaker::new(limits.into(), self.breakers.clone())),
            })
        });
        gate.clone()
    }

    /// Takes a call out of every bucket that counts it, or out of none.
    fn take(&self, context: &Context, limits: &Limits, tool: Option<&str>, now: Instant) -> Result<Taken<'_>, Limited> {
        let (server, person) = (context.server.id, context.caller.person.id);
        let of_tool = limits.rate_per_tool.zip(tool);
        let mut taken = self.buckets.nothing();
        for (limit, bucket, whose) in [
            (Limit::PersonRate, limits.rate_per_person.map(|rate| (Key::Person(server, person), rate)), PERSONS_USE),
            (
                Limit::ToolRate,
                of_tool.map(|(rate, tool)| (self.buckets.tool(server, person, tool), rate)),
                "your use of this tool",
            ),
            (Limit::ServerRate, limits.rate.map(|rate| (Key::Server(server), rate)), "this server"),
        ] {
            let Some((key, rate)) = bucket else { continue };
            taken.take(key, rate, now).map_err(|after| Limited::rate(limit, whose, rate, after))?;
        }
        Ok(taken)
    }

    /// Counts a call that the policy denied towards the person's rate: who asks again and again for what is denied fills
    /// the audit log.
    fn denied(&self, context: &Context, limits: &Limits, now: Instant) -> Result<(), Limited> {
        let Some(rate) = limits.rate_per_person else { return Ok(()) };
        let mut taken = self.buckets.nothing();
        let taking = taken.take(Key::Person(context.server.id, context.caller.person.id), rate, now);
        taking.map_err(|after| Limited::rate(Limit::PersonRate, PERSONS_USE, rate, after))?;
        taken.made();
        Ok(())
    }
}

fn broken(after: Duration) -> Limited {
    let why = format!("this server did not answer several times in a row, so calls are not sent; {}", again(after));
    Limited::new(Limit::Breaker, after, why)
}

impl Gateway {
    /// The limits that are in force for a message about this.
    pub(crate) fn limits(&self, context: &Context, tool: Option<&str>) -> Limits {
        let server = &context.server.limits;
        let limits = self.inner.parts.settings.limits.at(server);
        tool.map_or(limits, |tool| limits.for_tool(server, tool))
    }

    /// A pass for a message, as soon as the limits let it through.
    pub(crate) async fn pass(&self, context: &Context, kind: Kind, tool: Option<&str>) -> Result<Pass, NoPass> {
        let passed = self.try_pass(context, kind, tool).await;
        if let Err(NoPass::Limited(limited)) = &passed {
            self.inner.metrics.limited(limited.limit.name());
        }
        passed
    }

    async fn try_pass(&self, context: &Context, kind: Kind, tool: Option<&str>) -> Result<Pass, NoPass> {
        let limiter = &self.inner.limiter;
        if limiter.passes.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.buckets.tidy(Instant::now());
            let servers = &self.inner.parts.directory.load().servers;
            limiter.gates.write().retain(|server, _| servers.get(*server).is_some());
        }
        let limits = self.limits(context, tool);
        let gate = limiter.gate(context.server.id, &limits);
        // What a probe needs must not be refused because of that very probe.
        if kind != Kind::Own
            && let Some(after) = gate.breaker.refuses((&limits).into(), context.server.revision, Instant::now())
        {
            return Err(NoPass::Limited(broken(after)));
        }
        let (queue, most) = match kind {
            Kind::Call | Kind::Again => (&gate.calls, Some(limits.concurrent_per_person)),
            Kind::Listen => (&gate.listening, Some(limits.listening_per_person)),
            Kind::Note | Kind::Own => (&gate.calls, None),
        };
        let person = match (kind, queue.person(context.caller.person.id, most)) {
            (Kind::Note | Kind::Own, _) => None,
            (_, None) => return Err(NoPass::Limited(too_many_of_person(kind, most.unwrap_or_default()))),
            (_, counted) => counted,
        };
        let counted = match kind {
            Kind::Own | Kind::Again => None,
            Kind::Call | Kind::Listen | Kind::Note => {
                Some(limiter.take(context, &limits, tool, Instant::now()).map_err(NoPass::Limited)?)
            }
        };
        let (turn, waited) = self.turn(context, kind, &limits, &gate).await?;
        // Only now, so that no probe waits in the queue, and that the queue empties fast when the server is gone.
        let now = Instant::now();
        let ticket = if kind == Kind::Own { gate.breaker.enter_within(now) } else { gate.breaker.enter(now) };
        let ticket = ticket.map_err(|after| NoPass::Limited(broken(after)))?;
        // Who found no turn used nothing of the rate.
        if let Some(counted) = counted {
            counted.made();
        }
        let turns = Turns { _turn: turn, _person: person };
        Ok(Pass { turns, ticket: Some(ticket), limits, waited, own: kind == Kind::Own })
    }

    async fn turn(
        &self,
        context: &Context,
        kind: Kind,
        limits: &Limits,
        gate: &Gate,
    ) -> Result<(Option<Turn>, bool), NoPass> {
        let asked = match kind {
            Kind::Call | Kind::Again => gate.calls.ask(limits.concurrent, limits.queue),
            Kind::Listen => gate.listening.ask(limits.listening, 0),
            Kind::Note | Kind::Own => return Ok((None, false)),
        };
        let mut waiting = match asked {
            Asked::Now(turn) => return Ok((Some(turn), false)),
            Asked::Wait(waiting) => waiting,
            Asked::Full if kind == Kind::Listen => {
                let why = "as many clients as may be listen to this server; try again in a moment";
                return Err(NoPass::Limited(Limited::new(Limit::Listening, A_MOMENT, why)));
            }
            Asked::Full => {
                let why = format!(
                    "this server works on {} calls at once and as many as may wait do so already; try again in a moment",
                    limits.concurrent
                );
                return Err(NoPass::Limited(Limited::new(Limit::Queue, A_MOMENT, why)));
            }
        };
        let mut standing = self.standing(context);
        tokio::select! {
            turn = waiting.turn() => Ok((Some(turn), true)),
            broken = standing.lost() => Err(NoPass::Gone(broken)),
            () = tokio::time::sleep(limits.queue_wait) => {
                let waited = seconds(limits.queue_wait);
                let why = format!("this server was busy with other calls for {waited} seconds; try again in a moment");
                Err(NoPass::Limited(Limited::new(Limit::QueueWait, A_MOMENT, why)))
            }
        }
    }

    /// A pass for a message, or the refusal, which is recorded.
    pub(crate) async fn enter(
        &self,
        context: &Context,
        kind: Kind,
        call: Option<(&Call<'_>, Option<RawId<'_>>)>,
        generation: Generation,
    ) -> Result<Pass, Refusal> {
        let (call, id) = call.unzip();
        let id = id.flatten();
        let refused = match self.pass(context, kind, call.and_then(tool_of)).await {
            Ok(pass) => return Ok(pass),
            Err(refused) => refused,
        };
        Err(match refused {
            NoPass::Gone(Broken::AccessEnded) => self.gone(context, call, id, generation).await,
            NoPass::Gone(broken) => Refusal::rpc(&Fault::from(broken).rpc(), id, generation),
            NoPass::Limited(limited) => {
                let reason = format!("limit {}: {limited}", limited.limit.name());
                match self.record_limited(context, &reason, call).await {
                    Ok(()) => limited.refusal(id, generation),
                    Err(error) => Refusal::rpc(&error, id, generation),
                }
            }
        })
    }

    /// The caller of a message that had to wait, as they are known now.
    pub(crate) async fn again(
        &self,
        context: &Context,
        call: &Call<'_>,
        id: Option<RawId<'_>>,
        generation: Generation,
    ) -> Result<Context, Refusal> {
        let parts = &self.inner.parts;
        let snapshot = parts.directory.load();
        let person = snapshot.authenticate(&context.caller.credential, parts.env.now()).ok().map(|known| known.person);
        let server = snapshot.servers.get(context.server.id).cloned();
        let Some((person, server)) = person.zip(server) else {
            return Err(self.gone(context, Some(call), id, generation).await);
        };
        let caller = Authenticated { snapshot, person, ..context.caller.clone() };
        Ok(Context { caller, server, headers: context.headers.clone(), ..context.share() })
    }

    /// The refusal of a call whose caller lost the access while it waited.
    async fn gone(
        &self,
        context: &Context,
        call: Option<&Call<'_>>,
        id: Option<RawId<'_>>,
        generation: Generation,
    ) -> Refusal {
        let reason = "access ended while the call waited for its turn";
        let error = match self.record_limited(context, reason, call).await {
            Ok(()) => RpcError::gateway(GatewayCode::Denied, "your access ended while the call waited for its turn"),
            Err(error) => error,
        };
        Refusal::rpc(&error, id, generation)
    }
}

fn too_many_of_person(kind: Kind, most: u32) -> Limited {
    let (limit, what) = match (kind, most) {
        (Kind::Listen, _) => (Limit::Listening, "listening streams of"),
        (_, 1) => (Limit::PersonConcurrency, "call to"),
        _ => (Limit::PersonConcurrency, "calls to"),
    };
    let why = format!("you have {most} {what} this server under way, which is as many as may be; end one first");
    Limited::new(limit, A_MOMENT, why)
}

/// The tool that a call names, for limits of single tools.
pub(crate) fn tool_of<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    match call.target() {
        Target::Tool(name) => Some(name),
        _ => None,
    }
}
