//! Reading the log: the list with its filters, one entry with its payloads, and numbers from the hourly counts.

use std::collections::HashMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::{
    Actor, ActorKind, AuditAction, AuditEntry, AuditFilter, AuditId, AuditRow, AuditSort, CallRow, CorrelationId,
    Decision, Denial, HourCount, NamedCount, Outcome, Page, PageQuery, ResourceKind, ServerId, Sort, Subject, UserId,
};
use store::page::{self, Cursor};
use store::{Json, Parsed, Result, Tx, list as select, sql};

use crate::cut;

/// Whose entries may be seen. Every query takes it, so that none can be asked without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// Those of this person.
    Only(UserId),
}

impl Scope {
    fn includes(self, actor: Option<UserId>) -> bool {
        match self {
            Self::All => true,
            Self::Only(user) => actor == Some(user),
        }
    }
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: Parsed<AuditId>,
    at: DateTime<Utc>,
    action: Parsed<AuditAction>,
    outcome: Parsed<Outcome>,
    actor_kind: Parsed<ActorKind>,
    actor_id: Option<Parsed<UserId>>,
    actor_name: String,
    resource_kind: Option<Parsed<ResourceKind>>,
    resource_id: Option<String>,
    resource_name: Option<String>,
    server_id: Option<Parsed<ServerId>>,
    server_slug: Option<String>,
    tool: Option<String>,
    client_name: Option<String>,
    client_version: Option<String>,
    ip: Option<String>,
    correlation_id: Parsed<CorrelationId>,
    latency_us: Option<i64>,
    decision: Option<Parsed<Decision>>,
    reason: Option<String>,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            at: row.at,
            action: row.action.0,
            outcome: row.outcome.0,
            actor: Actor { kind: row.actor_kind.0, id: row.actor_id.map(|id| id.0), name: row.actor_name },
            resource: row.resource_kind.map(|kind| Subject {
                kind: kind.0,
                id: row.resource_id,
                name: row.resource_name,
            }),
            server_id: row.server_id.map(|id| id.0),
            server: row.server_slug,
            tool: row.tool,
            client_name: row.client_name,
            client_version: row.client_version,
            ip: row.ip,
            correlation_id: row.correlation_id.0,
            latency_us: row.latency_us,
            decision: row.decision.map(|decision| decision.0),
            reason: row.reason,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Whole {
    #[sqlx(flatten)]
    row: Row,
    rules: Option<Json<Vec<String>>>,
    args: Option<String>,
    args_len: Option<i64>,
    result: Option<String>,
    result_len: Option<i64>,
    error: Option<String>,
    node: String,
    seq: i64,
    hash: Vec<u8>,
    prev_hash: Vec<u8>,
}

impl From<Whole> for AuditEntry {
    fn from(whole: Whole) -> Self {
        let cut = cut::told((whole.args.as_deref(), whole.args_len), (whole.result.as_deref(), whole.result_len));
        Self {
            row: whole.row.into(),
            rules: whole.rules.map(|rules| rules.0).unwrap_or_default(),
            args: whole.args,
            result: whole.result,
            error: whole.error,
            cut,
            node: whole.node,
            seq: whole.seq,
            hash: hex::encode(whole.hash),
            prev_hash: hex::encode(whole.prev_hash),
        }
    }
}

/// Entries, newest first unless the filter asks for the oldest.
pub async fn list(tx: &mut Tx, filter: &AuditFilter, scope: Scope, query: &PageQuery) -> Result<Page<AuditRow>> {
    let mut q = select(
        "SELECT id, at, action, outcome, actor_kind, actor_id, actor_name, resource_kind, resource_id, resource_name,
                server_id, server_slug, tool, client_name, client_version, ip, correlation_id, latency_us, decision,
                reason
         FROM audit WHERE true",
    );
    if let Scope::Only(user) = scope {
        q.and(" AND actor_id = ?", user);
    }
    if let Some(from) = filter.from {
        q.and(" AND at >= ?", from);
    }
    if let Some(to) = filter.to {
        q.and(" AND at < ?", to);
    }
    if let Some(action) = filter.action {
        q.and(" AND action = ?", action);
    }
    if let Some(outcome) = filter.outcome {
        q.and(" AND outcome = ?", outcome);
    }
    if let Some(actor) = filter.actor {
        q.and(" AND actor_id = ?", actor);
    }
    if let Some(server) = filter.server {
        q.and(" AND server_id = ?", server);
    }
    if let Some(tool) = filter.tool.as_deref() {
        q.and(" AND tool = ?", tool);
    }
    if let Some(client) = filter.client.as_deref() {
        q.and(" AND client_name = ?", client);
    }
    if let Some(correlation) = filter.correlation {
        q.and(" AND correlation_id = ?", correlation);
    }
    if let Some(kind) = filter.resource_kind {
        q.and(" AND resource_kind = ?", kind);
    }
    if let Some(resource) = filter.resource.as_deref() {
        q.and(" AND resource_id = ?", resource);
    }
    let newest_first = filter.sort.is_none_or(|Sort { by: AuditSort::At, descending }| descending);
    let (after, limit) = (Cursor::of(query)?, page::fetch_limit(query));
    if newest_first {
        if let Some(after) = after {
            q.and_all(" AND (at, id) < (?, ?)", [after.time()?.into(), after.id.into()]);
        }
        q.push(" ORDER BY at DESC, id DESC LIMIT ?", limit);
    } else {
        if let Some(after) = after {
            q.and_all(" AND (at, id) > (?, ?)", [after.time()?.into(), after.id.into()]);
        }
        q.push(" ORDER BY at, id LIMIT ?", limit);
    }
    let rows: Vec<AuditRow> = q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect();
    Ok(page::page(rows, query, |row| Cursor::at(row.at, row.id)))
}

/// One entry, whole. `None` also when it exists and may not be seen.
pub async fn get(tx: &mut Tx, scope: Scope, id: AuditId) -> Result<Option<AuditEntry>> {
    let whole: Option<Whole> = sql("SELECT id, at, action, outcome, actor_kind, actor_id, actor_name, resource_kind,
                                           resource_id, resource_name, server_id, server_slug, tool, client_name,
                                           client_version, ip, correlation_id, latency_us, decision, reason, rules,
                                           args, args_len, result, result_len, error, node, seq, hash, prev_hash
                                    FROM audit WHERE id = $1")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(whole.map(AuditEntry::from).filter(|entry| scope.includes(entry.row.actor.id)))
}

/// What one request caused, oldest first.
pub async fn related(tx: &mut Tx, scope: Scope, correlation: CorrelationId, limit: u32) -> Result<Vec<AuditRow>> {
    let mut q = select(
        "SELECT id, at, action, outcome, actor_kind, actor_id, actor_name, resource_kind, resource_id, resource_name,
                server_id, server_slug, tool, client_name, client_version, ip, correlation_id, latency_us, decision,
                reason
         FROM audit WHERE correlation_id = $1",
    )
    .bind(correlation);
    if let Scope::Only(user) = scope {
        q.and(" AND actor_id = ?", user);
    }
    q.push(" ORDER BY at, id LIMIT ?", limit);
    Ok(q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect())
}

/// Calls and denials in a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls with an outcome.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
    /// Calls that were denied.
    pub denials: u64,
}

/// Calls and denials from one time to another, in whole hours (the hour of `from` is included, that of `to` only if it
/// has begun before `to`).
pub async fn totals(tx: &mut Tx, scope: Scope, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Totals> {
    let mut q = select(
        "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT), CAST(COALESCE(SUM(failures), 0) AS BIGINT),
                CAST(COALESCE(SUM(denials), 0) AS BIGINT)
         FROM call_hours WHERE hour >= $1 AND hour < $2",
    )
    .bind(hour(from))
    .bind(to);
    if let Scope::Only(user) = scope {
        q.and(" AND user_id = ?", user);
    }
    let (calls, failures, denials): (i64, i64, i64) = q.fetch_one(tx).await?;
    Ok(Totals { calls: calls as u64, failures: failures as u64, denials: denials as u64 })
}

/// Calls by hour from one time to another, oldest first, with empty hours. At most 31 days.
pub async fn calls_by_hour(
    tx: &mut Tx,
    scope: Scope,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<HourCount>> {
    let from = hour(from).max(to - TimeDelta::days(31));
    let mut q = select(
        "SELECT hour, CAST(SUM(calls) AS BIGINT), CAST(SUM(failures) AS BIGINT)
         FROM call_hours WHERE hour >= $1 AND hour < $2",
    )
    .bind(from)
    .bind(to);
    if let Scope::Only(user) = scope {
        q.and(" AND user_id = ?", user);
    }
    q.push_plain(" GROUP BY hour ORDER BY hour");
    let rows: Vec<(DateTime<Utc>, i64, i64)> = q.fetch_all(tx).await?;
    let counted: HashMap<DateTime<Utc>, (i64, i64)> =
        rows.into_iter().map(|(hour, calls, failures)| (hour, (calls, failures))).collect();
    let mut hours = Vec::new();
    let mut at = hour(from);
    while at < to {
        let (calls, failures) = counted.get(&at).copied().unwrap_or_default();
        hours.push(HourCount { hour: at, calls: calls as u64, failures: failures as u64 });
        at += TimeDelta::hours(1);
    }
    Ok(hours)
}

/// The tools with most calls since a time, named `server / tool`.
pub async fn top_tools(tx: &mut Tx, scope: Scope, from: DateTime<Utc>, limit: u32) -> Result<Vec<NamedCount>> {
    let mut q = select(
        "SELECT COALESCE(s.slug, h.server_id), h.tool, CAST(SUM(h.calls) AS BIGINT) AS calls,
                CAST(SUM(h.failures) AS BIGINT)
         FROM call_hours h LEFT JOIN servers s ON s.id = h.server_id WHERE h.hour >= $1 AND h.calls > 0",
    )
    .bind(hour(from));
    if let Scope::Only(user) = scope {
        q.and(" AND h.user_id = ?", user);
    }
    q.push(" GROUP BY s.slug, h.server_id, h.tool ORDER BY calls DESC, h.server_id, h.tool LIMIT ?", limit);
    let rows: Vec<(String, String, i64, i64)> = q.fetch_all(tx).await?;
    Ok(rows
        .into_iter()
        .map(|(server, tool, calls, failures)| NamedCount {
            name: format!("{server} / {tool}"),
            calls: calls as u64,
            failures: failures as u64,
        })
        .collect())
}

/// Number of people with a call since a time, of those who may act now.
pub async fn active_users(tx: &mut Tx, from: DateTime<Utc>) -> Result<u32> {
    let (count,): (i64,) = sql("SELECT COUNT(DISTINCT user_id) FROM call_hours WHERE hour >= $1 AND calls > 0
                                AND user_id IN (SELECT id FROM users WHERE status = 'active')")
    .bind(hour(from))
    .fetch_one(tx)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Number of people with a call from one time to another, in whole hours as [`totals`] has them; of those who may act
/// now.
pub async fn active_users_between(tx: &mut Tx, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64> {
    let (count,): (i64,) = sql("SELECT COUNT(DISTINCT user_id) FROM call_hours
                                WHERE hour >= $1 AND hour < $2 AND calls > 0
                                AND user_id IN (SELECT id FROM users WHERE status = 'active')")
    .bind(hour(from))
    .bind(to)
    .fetch_one(tx)
    .await?;
    Ok(count as u64)
}

/// True when something was counted before the end of the hour in which this time is: from then on, an hour without a
/// count is one without calls.
pub async fn counted_since(tx: &mut Tx, time: DateTime<Utc>) -> Result<bool> {
    let (first,): (Option<DateTime<Utc>>,) = sql("SELECT MIN(hour) FROM call_hours").fetch_one(tx).await?;
    Ok(first.is_some_and(|first| first <= time))
}

/// What is called a denial where they are counted and listed: a refused call or change.
const DENIAL: AuditAction = AuditAction::AccessDenied;

/// Number of denials from one time to another.
pub async fn count_denials(tx: &mut Tx, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<u64> {
    let (count,): (i64,) = sql("SELECT COUNT(*) FROM audit WHERE action = $1 AND at >= $2 AND at < $3")
        .bind(DENIAL)
        .bind(from)
        .bind(to)
        .fetch_one(tx)
        .await?;
    Ok(count as u64)
}

/// The newest denials.
pub async fn denials(tx: &mut Tx, scope: Scope, limit: u32) -> Result<Vec<Denial>> {
    let filter = AuditFilter { action: Some(DENIAL), ..AuditFilter::default() };
    let page = list(tx, &filter, scope, &PageQuery { cursor: None, limit: Some(limit) }).await?;
    Ok(page.data.into_iter().map(|row| Denial { row }).collect())
}

/// The last calls of a person, newest first, with their outcomes; also those that were denied to go to a server.
pub async fn user_calls(tx: &mut Tx, user: UserId, limit: u32) -> Result<Vec<CallRow>> {
    #[derive(sqlx::FromRow)]
    struct Call {
        id: Parsed<AuditId>,
        at: DateTime<Utc>,
        server_slug: Option<String>,
        tool: Option<String>,
        outcome: Parsed<Outcome>,
        latency_us: Option<i64>,
    }
    let calls: Vec<Call> = sql("SELECT id, at, server_slug, tool, outcome, latency_us FROM audit
                                WHERE actor_id = $1
                                  AND (action IN ('tool_call_success', 'tool_call_failure', 'resource_read_success',
                                                  'resource_read_failure', 'prompt_get_success', 'prompt_get_failure',
                                                  'completion_success', 'completion_failure')
                                       OR action = 'access_denied' AND server_id IS NOT NULL)
                                ORDER BY at DESC, id DESC LIMIT $2")
    .bind(user)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    Ok(calls
        .into_iter()
        .map(|call| CallRow {
            id: call.id.0,
            at: call.at,
            server: call.server_slug.unwrap_or_default(),
            tool: call.tool.unwrap_or_default(),
            outcome: call.outcome.0,
            latency_us: call.latency_us,
        })
        .collect())
}

/// Calls of a person since a time, by server.
pub async fn calls_by_server(tx: &mut Tx, user: UserId, from: DateTime<Utc>) -> Result<HashMap<ServerId, u64>> {
    let rows: Vec<(Parsed<ServerId>, i64)> = sql("SELECT server_id, CAST(SUM(calls) AS BIGINT) FROM call_hours
             WHERE user_id = $1 AND hour >= $2 AND calls > 0 AND server_id <> '' GROUP BY server_id")
    .bind(user)
    .bind(hour(from))
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(server, calls)| (server.0, calls as u64)).collect())
}

/// The beginning of the hour.
fn hour(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time)
}
