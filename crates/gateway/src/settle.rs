//! The two records of an audited call: its admission before the server sees a byte, its outcome before the answer ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Actor, ActorKind, AuditAction, Outcome, ResourceKind, Subject};
use ledger::{Event, Payload};
use mcp::Method;

use crate::Gateway;
use crate::context::Context;
use crate::phases::Phase;
use crate::track::Track;

/// How a call ended.
pub(crate) enum Ending {
    /// With a result.
    Success { result: Payload, note: Option<String> },
    /// With an error of the server, or of Drawbridge.
    Failure { error: String, result: Option<Payload> },
    /// Nobody here can know.
    Unknown { reason: String },
}

impl Ending {
    pub(crate) const fn outcome(&self) -> Outcome {
        match self {
            Self::Success { .. } => Outcome::Success,
            Self::Failure { .. } => Outcome::Failure,
            Self::Unknown { .. } => Outcome::Unknown,
        }
    }
}

/// The names under which a method is recorded.
#[derive(Clone, Copy)]
struct Names {
    admitted: AuditAction,
    success: AuditAction,
    failure: AuditAction,
}

const fn names(method: &Method<'_>) -> Option<Names> {
    use AuditAction as A;
    let (admitted, success, failure) = match method {
        Method::ToolsCall => (A::ToolCallAdmitted, A::ToolCallSuccess, A::ToolCallFailure),
        Method::ResourcesRead => (A::ResourceReadAdmitted, A::ResourceReadSuccess, A::ResourceReadFailure),
        Method::PromptsGet => (A::PromptGetAdmitted, A::PromptGetSuccess, A::PromptGetFailure),
        Method::CompletionComplete => (A::CompletionAdmitted, A::CompletionSuccess, A::CompletionFailure),
        _ => return None,
    };
    Some(Names { admitted, success, failure })
}

/// Owes the outcome of one admitted call. Dropped without [`Settle::finish`], it records an unknown outcome.
pub(crate) struct Settle {
    gateway: Gateway,
    /// The admission, which the outcome repeats.
    admitted: Option<Event>,
    /// The outcome where the real one cannot be recorded.
    closing: Option<Box<Event>>,
    names: Names,
    started: Instant,
    track: Arc<Track>,
}

impl Settle {
    /// Records the admission. `None` for methods that are not audited.
    ///
    /// # Errors
    /// When the record is not durable; the call must not be made.
    pub(crate) async fn admit(
        gateway: &Gateway,
        method: &Method<'_>,
        mut event: Event,
        track: &Arc<Track>,
    ) -> Result<Option<Self>, ledger::Error> {
        let Some(names) = names(method) else { return Ok(None) };
        event.action = names.admitted;
        event.outcome = Outcome::Admitted;
        // The arguments stay with the admission; the outcome repeats only what lists filter by.
        let args = event.args.take();
        let admitted = Some(event.clone());
        event.args = args;
        let started = Instant::now();
        let written = gateway.inner.parts.ledger.admit(event).await;
        track.took(Phase::Admit, started);
        let closing = written?;
        Ok(Some(Self { gateway: gateway.clone(), admitted, closing, names, started, track: track.clone() }))
    }

    /// Records the outcome and returns when it is durable.
    ///
    /// # Errors
    /// When the record is not durable; the answer must not be given.
    pub(crate) async fn finish(mut self, ending: Ending) -> Result<(), ledger::Error> {
        let Some(event) = self.outcome(ending) else { return Ok(()) };
        let since = Instant::now();
        let written = self.gateway.inner.parts.ledger.write(event).await;
        self.track.took(Phase::Settle, since);
        written.map(drop).inspect_err(|_| self.gateway.owe(self.closing.take()))
    }

    fn outcome(&mut self, ending: Ending) -> Option<Event> {
        let mut event = self.admitted.take()?;
        event.latency_us = i64::try_from(self.started.elapsed().as_micros()).ok();
        event.outcome = ending.outcome();
        match ending {
            Ending::Success { result, note } => {
                event.action = self.names.success;
                event.result = Some(result);
                event.reason = note;
            }
            Ending::Failure { error, result } => {
                event.action = self.names.failure;
                event.error = Some(error);
                event.result = result;
            }
            Ending::Unknown { reason } => {
                event.action = self.names.failure;
                event.reason = Some(reason);
            }
        }
        self.gateway.inner.metrics.call(event.outcome.as_str());
        self.track.came_to(event.outcome.as_str());
        Some(event)
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        let reason = "the connection ended before the answer".to_owned();
        let Some(event) = self.outcome(Ending::Unknown { reason }) else { return };
        let (gateway, track, closing) = (self.gateway.clone(), self.track.clone(), self.closing.take());
        let ledger = gateway.inner.parts.ledger.clone();
        // The client is gone, so nobody waits for this record; shutdown does.
        self.gateway.inner.tasks.spawn(async move {
            let since = Instant::now();
            let written = ledger.write(event).await;
            track.took(Phase::Settle, since);
            if let Err(error) = written {
                tracing::error!(%error, "the outcome of an interrupted call could not be recorded yet");
                gateway.owe(closing);
            }
        });
    }
}

/// How often an outcome that could not be recorded is tried again.
const AGAIN: Duration = Duration::from_secs(2);

impl Gateway {
    /// Records an outcome as soon as the audit log can be written again. At the end of the program the next start does.
    fn owe(&self, closing: Option<Box<Event>>) {
        let Some(closing) = closing else { return };
        let reason = "the outcome could not be recorded in time, so the answer was withheld";
        let event = closing.reason(reason);
        let (ledger, draining) = (self.inner.parts.ledger.clone(), self.inner.draining.clone());
        // There are no more of these than calls were under way: as long as nothing can be recorded, none is admitted.
        self.inner.tasks.spawn(draining.run_until_cancelled_owned(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                if ledger.healthy() && ledger.write(event.clone()).await.is_ok() {
                    return;
                }
            }
        }));
    }
}

/// What every record of this request has in common.
pub(crate) fn event(context: &Context, action: AuditAction, outcome: Outcome) -> Event {
    let actor =
        Actor { kind: ActorKind::User, id: Some(context.caller.person.id), name: context.caller.person.name.clone() };
    let mut event = Event::new(action, outcome, actor, context.correlation);
    event.ip = context.caller.ip;
    event.server = Some((context.server.id, context.server.slug.to_string()));
    event.resource = Some(Subject {
        kind: ResourceKind::Server,
        id: Some(context.server.id.to_string()),
        name: Some(context.server.name.clone()),
    });
    event
}
