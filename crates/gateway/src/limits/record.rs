//! Refusals by limits in the audit log: a few of each person, so that a flood of calls does not become one of records.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{AuditAction, Outcome, UserId};
use ledger::Payload;
use mcp::{Call, RpcError};
use parking_lot::Mutex;

use crate::Gateway;
use crate::context::Context;
use crate::settle;

/// Refusals of one person that are recorded in a minute; the rest is only counted.
const PER_MINUTE: u32 = 5;

/// How many were recorded.
#[derive(Default)]
pub(super) struct Budget {
    minute: Mutex<(i64, HashMap<UserId, u32>)>,
}

impl Budget {
    /// Whether another refusal of this person may be recorded, and whether it is the last one of this minute.
    fn spend(&self, person: UserId, now: DateTime<Utc>) -> Option<bool> {
        let minute = now.timestamp() / 60;
        let mut known = self.minute.lock();
        if known.0 != minute {
            *known = (minute, HashMap::new());
        }
        let count = known.1.entry(person).or_default();
        if *count >= PER_MINUTE {
            return None;
        }
        *count += 1;
        Some(*count == PER_MINUTE)
    }
}

impl Gateway {
    /// Records a refusal within the person's budget.
    pub(super) async fn record_limited(
        &self,
        context: &Context,
        reason: &str,
        call: Option<&Call<'_>>,
    ) -> Result<(), RpcError> {
        let Some(last) = self.inner.limiter.refusals.spend(context.caller.person.id, self.inner.parts.env.now()) else {
            return Ok(());
        };
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        if let Some(call) = call {
            event.tool = context.named(call).or_else(|| Some(call.method.as_str().to_owned()));
            event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        }
        let more = if last { " (further refusals of this person in this minute are only counted)" } else { "" };
        event.reason = Some(format!("{reason}{more}"));
        self.inner.parts.ledger.write(event).await.map(drop).map_err(|error| {
            tracing::error!(%error, "a refusal by a limit could not be recorded");
            crate::permission::ledger_unavailable()
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_few_a_minute_of_each_person() {
        let [ada, bo]: [UserId; 2] = [1, 2].map(|n| format!("usr_{n:032x}").parse().unwrap());
        let (budget, now) = (Budget::default(), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let spent: Vec<_> = (0..7).map(|_| budget.spend(ada, now)).collect();
        let (few, last) = (Some(false), Some(true));
        assert_eq!(spent, [few, few, few, few, last, None, None]);
        assert_eq!(budget.spend(bo, now), Some(false));
        assert_eq!(budget.spend(ada, now + TimeDelta::minutes(1)), Some(false));
    }
}
