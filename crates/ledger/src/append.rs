//! Adds entries to this node's chain, inside a transaction that somebody else commits.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{Env, NodeId};
use store::{Sql, Tx, sql};

use crate::entry::Entry;
use crate::event::Event;
use crate::hours::{Counted, Hours};
use crate::open_calls::{CallKey, CallPart};
use crate::{Error, Result, hash, insert};

/// How long adding may take; PostgreSQL's own limit for a statement is shorter.
const DEADLINE: Duration = Duration::from_secs(35);

/// An entry without its place in the chain, and what follows from it.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) entry: Entry,
    pub(crate) counted: Counted,
    pub(crate) part: Option<CallPart>,
}

impl Prepared {
    pub(crate) fn new<E: Env + ?Sized>(env: &E, node: NodeId, at: DateTime<Utc>, event: Event) -> Self {
        let counted = Counted::of(event.action, event.outcome, event.tool.as_deref());
        let part = event.action.is_call().then(|| {
            let server = event.server.as_ref().map(|(id, _)| *id);
            let key = CallKey::new(event.correlation, server, event.tool.as_deref(), event.action);
            if event.action.is_admission() { CallPart::Admission(key) } else { CallPart::Outcome(key) }
        });
        Self { entry: Entry::prepare(env, node, at, event), counted, part }
    }

    /// An entry that was prepared before this start.
    pub(crate) fn again(entry: Entry) -> Self {
        let counted = match (entry.action.parse(), entry.outcome.parse()) {
            (Ok(action), Ok(outcome)) => Counted::of(action, outcome, entry.tool.as_deref()),
            // Another version wrote it.
            _ => Counted::Nothing,
        };
        // The start looks for open calls by itself.
        Self { entry, counted, part: None }
    }
}

/// What was added.
#[derive(Debug)]
pub(crate) struct Appended {
    /// Number of the first entry.
    pub(crate) first: i64,
    /// Number of the last entry.
    pub(crate) last: i64,
    /// Hash of the last entry.
    pub(crate) hash: Vec<u8>,
    /// Admissions and outcomes among them.
    pub(crate) parts: Vec<(i64, CallPart)>,
}

/// Adds the entries. The head of the chain stays locked until the transaction ends, so nothing but the database may be
/// waited for after this.
pub(crate) async fn append(tx: &mut Tx, node: NodeId, prepared: Vec<Prepared>) -> Result<Appended> {
    match tokio::time::timeout(DEADLINE, append_now(tx, node, prepared)).await {
        Ok(result) => result,
        Err(_) => Err(Error::Deadline { seconds: DEADLINE.as_secs() }),
    }
}

async fn append_now(tx: &mut Tx, node: NodeId, prepared: Vec<Prepared>) -> Result<Appended> {
    let head = lock_head(tx, node).await?.ok_or(Error::NoHead)?;
    let mut prepared = prepared;
    let Chained { hours, appended } = chain(&mut prepared, head);
    insert::insert(tx, prepared).await?;
    sql("UPDATE chain_heads SET seq = $2, hash = $3 WHERE node = $1")
        .bind(node)
        .bind(appended.last)
        .bind(appended.hash.clone())
        .execute(tx)
        .await?;
    hours.store(tx).await?;
    Ok(appended)
}

/// What follows from entries that have their places.
pub(crate) struct Chained {
    pub(crate) hours: Hours,
    pub(crate) appended: Appended,
}

/// Gives entries their places after the head of a chain.
pub(crate) fn chain(prepared: &mut [Prepared], (head, mut previous): (i64, Vec<u8>)) -> Chained {
    let mut seq = head;
    let mut hours = Hours::default();
    let mut parts = Vec::new();
    for Prepared { entry, counted, part } in prepared {
        seq += 1;
        entry.chain(seq, &previous);
        previous.clone_from(&entry.hash);
        hours.count(entry, *counted);
        parts.extend(part.map(|part| (seq, part)));
    }
    Chained { hours, appended: Appended { first: head + 1, last: seq, hash: previous, parts } }
}

/// The head of the chain: number and hash of its last entry. Nobody else can add until the transaction ends.
pub(crate) async fn lock_head(tx: &mut Tx, node: NodeId) -> Result<Option<(i64, Vec<u8>)>> {
    let head = sql(Sql {
        sqlite: "SELECT seq, hash FROM chain_heads WHERE node = $1",
        postgres: "SELECT seq, hash FROM chain_heads WHERE node = $1 FOR UPDATE",
    })
    .bind(node)
    .fetch_optional(tx)
    .await?;
    Ok(head)
}

/// Makes the head of a new chain.
///
/// # Errors
/// [`Error::NoHead`] when the node has entries already: then its head was removed, and a new one would hide that.
pub(crate) async fn create_head(tx: &mut Tx, node: NodeId) -> Result<()> {
    if lock_head(tx, node).await?.is_some() {
        return Ok(());
    }
    let entry: Option<(i64,)> =
        sql("SELECT seq FROM audit WHERE node = $1 ORDER BY seq LIMIT 1").bind(node).fetch_optional(tx).await?;
    if entry.is_some() {
        return Err(Error::NoHead);
    }
    sql("INSERT INTO chain_heads (node, seq, hash) VALUES ($1, 0, $2)")
        .bind(node)
        .bind(hash::BEGINNING.to_vec())
        .execute(tx)
        .await?;
    Ok(())
}
