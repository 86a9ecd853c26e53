//! Calls that were admitted and never got an outcome, because the program stopped in between: they get one, `unknown`,
//! at the next start.
//!
//! How far to look back is remembered as the number below which everything is settled, in `settings`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Actor, ActorKind, AuditAction, CorrelationId, Env, NodeId, Outcome, ServerId, Subject, UserId};
use store::{Parsed, Tx, settings, sql};

use crate::append::{Prepared, append, lock_head};
use crate::event::Event;
use crate::open_calls::{CallKey, failure};
use crate::{Error, Result};

/// Why such a call has the outcome `unknown`.
const STOPPED: &str = "Drawbridge stopped before the outcome was known";

/// What an outcome repeats of its admission.
#[derive(Debug, Clone, sqlx::FromRow)]
struct CallRow {
    action: Parsed<AuditAction>,
    actor_kind: Parsed<ActorKind>,
    actor_id: Option<Parsed<UserId>>,
    actor_name: String,
    resource_kind: Option<Parsed<domain::ResourceKind>>,
    resource_id: Option<String>,
    resource_name: Option<String>,
    server_id: Option<Parsed<ServerId>>,
    server_slug: Option<String>,
    tool: Option<String>,
    client_name: Option<String>,
    client_version: Option<String>,
    ip: Option<String>,
    correlation_id: Parsed<CorrelationId>,
}

impl CallRow {
    fn key(&self) -> CallKey {
        let server = self.server_id.map(|id| id.0);
        CallKey::new(self.correlation_id.0, server, self.tool.as_deref(), self.action.0)
    }

    /// The outcome of a call of which nothing more will be known.
    fn close(self) -> Option<Event> {
        let actor = Actor { kind: self.actor_kind.0, id: self.actor_id.map(|id| id.0), name: self.actor_name };
        let mut event = Event::new(failure(self.action.0)?, Outcome::Unknown, actor, self.correlation_id.0);
        event.resource =
            self.resource_kind.map(|kind| Subject { kind: kind.0, id: self.resource_id, name: self.resource_name });
        event.server = self.server_id.map(|id| (id.0, self.server_slug.unwrap_or_default()));
        event.tool = self.tool;
        event.client = self.client_name.map(|name| (name, self.client_version));
        event.ip = self.ip.and_then(|ip| ip.parse().ok());
        Some(event.reason(STOPPED))
    }
}

/// Gives every open call of this node an outcome, and remembers that everything up to here is settled. Returns how many
/// there were.
pub(crate) async fn close<E: Env + ?Sized>(tx: &mut Tx, env: &E, node: NodeId, now: DateTime<Utc>) -> Result<usize> {
    // First of all, so that nobody adds the outcome of a call while it is being closed here.
    lock_head(tx, node).await?.ok_or(Error::NoHead)?;
    let since = settled(tx, node).await?;
    let rows: Vec<CallRow> =
        sql("SELECT action, actor_kind, actor_id, actor_name, resource_kind, resource_id, resource_name, server_id,
                server_slug, tool, client_name, client_version, ip, correlation_id
         FROM audit
         WHERE node = $1 AND seq > $2
           AND action IN ('tool_call_admitted', 'tool_call_success', 'tool_call_failure',
                          'resource_read_admitted', 'resource_read_success', 'resource_read_failure',
                          'prompt_get_admitted', 'prompt_get_success', 'prompt_get_failure',
                          'completion_admitted', 'completion_success', 'completion_failure',
                          'task_admitted', 'task_success', 'task_failure')
         ORDER BY seq")
        .bind(node)
        .bind(since)
        .fetch_all(tx)
        .await?;
    let mut open = HashMap::<CallKey, Vec<CallRow>>::new();
    for row in rows {
        if row.action.0.is_admission() {
            open.entry(row.key()).or_default().push(row);
        } else if let Some(admitted) = open.get_mut(&row.key()) {
            admitted.pop();
        }
    }
    let closing: Vec<Prepared> = open
        .into_values()
        .flatten()
        .filter_map(CallRow::close)
        .map(|event| Prepared::new(env, node, now, &event).1)
        .collect();
    let count = closing.len();
    if count > 0 {
        append(tx, node, closing).await?;
    }
    let (head, _) = lock_head(tx, node).await?.ok_or(Error::NoHead)?;
    settle(tx, node, head, now).await?;
    Ok(count)
}

fn key(node: NodeId) -> String {
    format!("ledger.settled.{node}")
}

async fn settled(tx: &mut Tx, node: NodeId) -> Result<i64> {
    Ok(settings::get(tx, &key(node)).await?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Remembers that no call up to this number is open. What is settled stays so: a lower number changes nothing.
pub(crate) async fn settle(tx: &mut Tx, node: NodeId, seq: i64, now: DateTime<Utc>) -> Result<()> {
    if seq <= settled(tx, node).await? {
        return Ok(());
    }
    Ok(settings::put(tx, &key(node), &seq.to_string(), now).await?)
}
