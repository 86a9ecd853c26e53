//! `pins`: definitions as approved, and as seen last.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Pin, PinKind, PinState, ServerId, UserId};

use crate::{Parsed, Result, Tx, list as select, sql};

#[derive(sqlx::FromRow)]
struct Row {
    kind: Parsed<PinKind>,
    name: String,
    state: Parsed<PinState>,
    digest: Option<String>,
    definition: Option<String>,
    seen_digest: Option<String>,
    seen_definition: Option<String>,
    pinned_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    server_id: Parsed<ServerId>,
    #[sqlx(flatten)]
    pin: Row,
}

impl From<Row> for Pin {
    fn from(row: Row) -> Self {
        Self {
            kind: row.kind.0,
            name: row.name,
            state: row.state.0,
            digest: row.digest,
            definition: row.definition,
            seen_digest: row.seen_digest,
            seen_definition: row.seen_definition,
            pinned_at: row.pinned_at,
        }
    }
}

/// The pins of a server, in the order in which it offers them.
pub async fn list(tx: &mut Tx, server: ServerId) -> Result<Vec<Pin>> {
    let rows = sql("SELECT kind, name, state, digest, definition, seen_digest, seen_definition, pinned_at
                    FROM pins WHERE server_id = $1 ORDER BY position, kind, name")
    .bind(server)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The pins of one kind and state of several servers, each server's in the order in which it offers them.
pub async fn of_servers(
    tx: &mut Tx,
    servers: &[ServerId],
    kind: PinKind,
    state: PinState,
) -> Result<HashMap<ServerId, Vec<Pin>>> {
    let mut q = select(
        "SELECT server_id, kind, name, state, digest, definition, seen_digest, seen_definition, pinned_at
         FROM pins WHERE kind = $1 AND state = $2",
    )
    .bind(kind)
    .bind(state);
    q.and_in(" AND server_id IN ", servers.iter().copied());
    q.push_plain(" ORDER BY server_id, position, name");
    let mut of = HashMap::<ServerId, Vec<Pin>>::new();
    for row in q.fetch_all::<OwnedRow>(tx).await? {
        of.entry(row.server_id.0).or_default().push(row.pin.into());
    }
    Ok(of)
}

/// One pin.
pub async fn get(tx: &mut Tx, server: ServerId, kind: PinKind, name: &str) -> Result<Option<Pin>> {
    let row = sql("SELECT kind, name, state, digest, definition, seen_digest, seen_definition, pinned_at
                   FROM pins WHERE server_id = $1 AND kind = $2 AND name = $3")
    .bind(server)
    .bind(kind)
    .bind(name)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Replaces all pins of a server; their order is kept.
pub async fn replace_all(tx: &mut Tx, server: ServerId, pins: &[Pin], pinned_by: Option<UserId>) -> Result<()> {
    sql("DELETE FROM pins WHERE server_id = $1").bind(server).execute(tx).await?;
    for (position, pin) in (0_i64..).zip(pins) {
        sql("INSERT INTO pins (server_id, kind, name, state, digest, definition, seen_digest, seen_definition,
                               pinned_at, pinned_by, position)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(server)
        .bind(pin.kind)
        .bind(&pin.name)
        .bind(pin.state)
        .bind(pin.digest.as_deref())
        .bind(pin.definition.as_deref())
        .bind(pin.seen_digest.as_deref())
        .bind(pin.seen_definition.as_deref())
        .bind(pin.pinned_at)
        .bind(pinned_by)
        .bind(position)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Remembers what was seen: the state and the `seen_…` parts of a known definition (what was approved stays), or a new
/// row for an unknown one.
pub async fn upsert_seen(tx: &mut Tx, server: ServerId, pin: &Pin) -> Result<()> {
    sql("INSERT INTO pins (server_id, kind, name, state, digest, definition, seen_digest, seen_definition,
                           pinned_at, pinned_by, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL,
                 (SELECT COALESCE(MAX(position), -1) + 1 FROM pins WHERE server_id = $1))
         ON CONFLICT (server_id, kind, name) DO UPDATE
         SET state = excluded.state, seen_digest = excluded.seen_digest, seen_definition = excluded.seen_definition")
    .bind(server)
    .bind(pin.kind)
    .bind(&pin.name)
    .bind(pin.state)
    .bind(pin.digest.as_deref())
    .bind(pin.definition.as_deref())
    .bind(pin.seen_digest.as_deref())
    .bind(pin.seen_definition.as_deref())
    .bind(pin.pinned_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Approves what was seen: a changed or added definition becomes pinned, a gone one is forgotten. False when there was
/// nothing to approve.
pub async fn approve(
    tx: &mut Tx,
    server: ServerId,
    kind: PinKind,
    name: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let pinned = sql("UPDATE pins SET state = 'pinned', digest = seen_digest, definition = seen_definition,
                             seen_digest = NULL, seen_definition = NULL, pinned_at = $4, pinned_by = $5
                      WHERE server_id = $1 AND kind = $2 AND name = $3 AND state IN ('changed', 'added')
                        AND seen_digest IS NOT NULL")
    .bind(server)
    .bind(kind)
    .bind(name)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    let forgotten = sql("DELETE FROM pins WHERE server_id = $1 AND kind = $2 AND name = $3 AND state = 'gone'")
        .bind(server)
        .bind(kind)
        .bind(name)
        .execute(tx)
        .await?;
    Ok(pinned + forgotten > 0)
}
