//! The two records of an audited call: its admission before the server sees a byte, its outcome before the answer ends.

use std::time::Instant;

use domain::{Actor, ActorKind, AuditAction, Outcome, ResourceKind, Subject};
use ledger::{Event, Payload};
use mcp::Method;

use crate::Gateway;
use crate::call::Context;

/// How a call ended.
pub(crate) enum Ending {
    /// With a result.
    Success { result: Payload, note: Option<String> },
    /// With an error of the server, or of Drawbridge.
    Failure { error: String, result: Option<Payload> },
    /// Nobody here can know.
    Unknown { reason: String },
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
    names: Names,
    started: Instant,
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
    ) -> Result<Option<Self>, ledger::Error> {
        let Some(names) = names(method) else { return Ok(None) };
        event.action = names.admitted;
        event.outcome = Outcome::Admitted;
        let started = Instant::now();
        gateway.inner.parts.ledger.write(event.clone()).await?;
        Ok(Some(Self { gateway: gateway.clone(), admitted: Some(event), names, started }))
    }

    /// Records the outcome and returns when it is durable.
    ///
    /// # Errors
    /// When the record is not durable; the answer must not be given.
    pub(crate) async fn finish(mut self, ending: Ending) -> Result<(), ledger::Error> {
        match self.outcome(ending) {
            Some(event) => self.gateway.inner.parts.ledger.write(event).await.map(drop),
            None => Ok(()),
        }
    }

    fn outcome(&mut self, ending: Ending) -> Option<Event> {
        let mut event = self.admitted.take()?;
        // The arguments stay with the admission; the outcome repeats only what lists filter by.
        event.args = None;
        event.latency_us = i64::try_from(self.started.elapsed().as_micros()).ok();
        match ending {
            Ending::Success { result, note } => {
                event.action = self.names.success;
                event.outcome = Outcome::Success;
                event.result = Some(result);
                event.reason = note;
            }
            Ending::Failure { error, result } => {
                event.action = self.names.failure;
                event.outcome = Outcome::Failure;
                event.error = Some(error);
                event.result = result;
            }
            Ending::Unknown { reason } => {
                event.action = self.names.failure;
                event.outcome = Outcome::Unknown;
                event.reason = Some(reason);
            }
        }
        self.gateway.inner.metrics.call(event.outcome.as_str());
        Some(event)
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        let reason = "the connection ended before the answer".to_owned();
        let Some(event) = self.outcome(Ending::Unknown { reason }) else { return };
        let ledger = self.gateway.inner.parts.ledger.clone();
        // The client is gone, so nobody waits for this record; shutdown does.
        self.gateway.inner.tasks.spawn(async move {
            if let Err(error) = ledger.write(event).await {
                tracing::error!(%error, "the outcome of an interrupted call could not be recorded");
            }
        });
    }
}

/// What every record of this request has in common.
pub(crate) fn event(context: &Context, action: AuditAction, outcome: Outcome) -> Event {
    let actor = Actor { kind: ActorKind::User, id: Some(context.person.id), name: context.person.name.clone() };
    let mut event = Event::new(action, outcome, actor, context.correlation);
    event.ip = context.ip;
    event.server = Some((context.server.id, context.server.slug.to_string()));
    event.resource = Some(Subject {
        kind: ResourceKind::Server,
        id: Some(context.server.id.to_string()),
        name: Some(context.server.name.clone()),
    });
    event
}
