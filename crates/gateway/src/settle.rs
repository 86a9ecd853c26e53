//! The two records of an audited call: its admission before the server sees a byte, its outcome before the answer ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Actor, ActorKind, AuditAction, Outcome, ResourceKind, Subject};
use ledger::{Admission, Ended, Event, Payload};
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

    /// The result, if there is one.
    pub(crate) fn result(self) -> Option<Payload> {
        match self {
            Self::Success { result, .. } => Some(result),
            Self::Failure { result, .. } => result,
            Self::Unknown { .. } => None,
        }
    }

    fn ended(self) -> Ended {
        let ended = Ended::new(self.outcome());
        match self {
            Self::Success { result, note } => Ended { result: Some(result), reason: note, ..ended },
            Self::Failure { error, result } => Ended { error: Some(error), result, ..ended },
            Self::Unknown { reason } => Ended { reason: Some(reason), ..ended },
        }
    }
}

/// The name under which the admission of a call is recorded; nothing for what is not audited.
const fn admitted(method: &Method<'_>) -> Option<AuditAction> {
    match method {
        Method::ToolsCall => Some(AuditAction::ToolCallAdmitted),
        Method::ResourcesRead => Some(AuditAction::ResourceReadAdmitted),
        Method::PromptsGet => Some(AuditAction::PromptGetAdmitted),
        Method::CompletionComplete => Some(AuditAction::CompletionAdmitted),
        Method::TasksGet | Method::TasksResult | Method::TasksUpdate | Method::TasksCancel => {
            Some(AuditAction::TaskAdmitted)
        }
        _ => None,
    }
}

/// Owes the outcome of one admitted call. Dropped without [`Settle::finish`], it records an unknown outcome.
pub(crate) struct Settle {
    gateway: Gateway,
    /// What the outcome is made of, until there is one.
    owed: Option<Admission>,
    /// It is a call, and no question about one.
    counted: bool,
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
        let Some(action) = admitted(method) else { return Ok(None) };
        event.action = action;
        event.outcome = Outcome::Admitted;
        let started = Instant::now();
        let written = gateway.inner.parts.ledger.admit(event).await;
        track.took(Phase::Admit, started);
        let counted = action != AuditAction::TaskAdmitted;
        Ok(Some(Self { gateway: gateway.clone(), owed: Some(written?), counted, started, track: track.clone() }))
    }

    /// Records the outcome and returns when it is durable.
    ///
    /// # Errors
    /// When the record is not durable; the answer must not be given.
    pub(crate) async fn finish(mut self, ending: Ending) -> Result<(), ledger::Error> {
        let Some((admission, ended)) = self.outcome(ending) else { return Ok(()) };
        let since = Instant::now();
        let written = self.gateway.inner.parts.ledger.settle(&admission, ended).await;
        self.track.took(Phase::Settle, since);
        written.map(drop).inspect_err(|_| self.gateway.owe(admission))
    }

    fn outcome(&mut self, ending: Ending) -> Option<(Admission, Ended)> {
        let admission = self.owed.take()?;
        let latency_us = i64::try_from(self.started.elapsed().as_micros()).ok();
        let ended = Ended { latency_us, ..ending.ended() };
        if self.counted {
            self.gateway.inner.metrics.call(ended.outcome.as_str());
        }
        self.track.came_to(ended.outcome.as_str());
        Some((admission, ended))
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        if self.owed.is_none() {
            return;
        }
        let reason = "the connection ended before the answer".to_owned();
        let Some((admission, ended)) = self.outcome(Ending::Unknown { reason }) else { return };
        let (gateway, track) = (self.gateway.clone(), self.track.clone());
        // The client is gone, so nobody waits for this record; shutdown does.
        self.gateway.inner.tasks.spawn(async move {
            let since = Instant::now();
            let written = gateway.inner.parts.ledger.settle(&admission, ended).await;
            track.took(Phase::Settle, since);
            if let Err(error) = written {
                tracing::error!(%error, "the outcome of an interrupted call could not be recorded yet");
                gateway.owe(admission);
            }
        });
    }
}

/// How often an outcome that could not be recorded is tried again.
const AGAIN: Duration = Duration::from_secs(2);

impl Gateway {
    /// Records an outcome as soon as the audit log can be written again. At the end of the program the next start does.
    fn owe(&self, admission: Admission) {
        let ended = Ended::unknown("the outcome could not be recorded in time, so the answer was withheld");
        let (ledger, draining) = (self.inner.parts.ledger.clone(), self.inner.draining.clone());
        // There are no more of these than calls were under way: as long as nothing can be recorded, none is admitted.
        self.inner.tasks.spawn(draining.run_until_cancelled_owned(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                if ledger.healthy() && ledger.settle(&admission, ended.clone()).await.is_ok() {
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
    event.client = context.message.client();
    event.ip = context.caller.ip;
    event.server = Some((context.server.id, context.server.slug.to_string()));
    event.resource = Some(Subject {
        kind: ResourceKind::Server,
        id: Some(String::from(&*context.server.id.text())),
        name: Some(context.server.name.clone()),
    });
    event
}
