//! Adds entries to this node's chain, inside a transaction that somebody else commits.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{AuditId, Env, NodeId};
use store::{Sql, Tx, sql};

use crate::admission::{Admission, Ended};
use crate::event::Event;
use crate::hours::{Counted, Hours};
use crate::open_calls::{CallKey, CallPart};
use crate::record::{Fields, Octets, Record};
use crate::{Error, Result, hash, insert};

/// How long adding may take; PostgreSQL's own limit for a statement is shorter.
const DEADLINE: Duration = Duration::from_secs(35);

/// A record that shall become an entry, and what follows from it.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) record: Record,
    pub(crate) counted: Counted,
    pub(crate) part: Option<CallPart>,
}

impl Prepared {
    /// The record of an event.
    pub(crate) fn new<E: Env + ?Sized>(env: &E, node: NodeId, at: DateTime<Utc>, event: &Event) -> (AuditId, Self) {
        let counted = Counted::of(event.action, event.outcome, event.tool.is_some());
        let part = event.action.is_call().then(|| {
            let server = event.server.as_ref().map(|(id, _)| *id);
            let key = CallKey::new(event.correlation, server, event.tool.as_deref(), event.action);
            if event.action.is_admission() { CallPart::Admission(key) } else { CallPart::Outcome(key) }
        });
        let (id, record) = Record::of(env, node, at, event);
        (id, Self { record, counted, part })
    }

    /// The record of how a call ended.
    pub(crate) fn ended<E: Env + ?Sized>(
        env: &E,
        at: DateTime<Utc>,
        admission: &Admission,
        ended: &Ended,
    ) -> (AuditId, Self) {
        let action = admission.ending(ended.outcome);
        let (id, record) = admission.record.ended(env, at, action, ended);
        let part = Some(CallPart::Outcome(admission.key));
        (id, Self { record, counted: Counted::of(action, ended.outcome, true), part })
    }

    /// A record that was made before this start.
    pub(crate) fn again(record: Record) -> Self {
        let fields = record.fields();
        let counted = match (fields.action.parse(), fields.outcome.parse()) {
            (Ok(action), Ok(outcome)) => Counted::of(action, outcome, fields.tool.is_some()),
            // Another version wrote it.
            _ => Counted::Nothing,
        };
        // The start looks for open calls by itself.
        Self { record, counted, part: None }
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
    let links = Links::of(&prepared, head);
    let Chained { rows, hours, appended } = links.chain(&prepared);
    insert::insert(tx, &rows).await?;
    sql("UPDATE chain_heads SET seq = $2, hash = $3 WHERE node = $1")
        .bind(node)
        .bind(appended.last)
        .bind(appended.hash.clone())
        .execute(tx)
        .await?;
    hours.store(tx).await?;
    Ok(appended)
}

/// The places of records after the head of a chain.
pub(crate) struct Links<'a> {
    head: (i64, Vec<u8>),
    records: Vec<Fields<'a>>,
    /// One for each record.
    hashes: Vec<[u8; 32]>,
}

/// Entries that have their places, and what follows from them.
pub(crate) struct Chained<'a> {
    pub(crate) rows: Vec<Fields<'a>>,
    pub(crate) hours: Hours<'a>,
    pub(crate) appended: Appended,
}

impl<'a> Links<'a> {
    pub(crate) fn of(prepared: &'a [Prepared], head: (i64, Vec<u8>)) -> Self {
        let records = prepared.iter().map(|prepared| prepared.record.fields()).collect();
        let mut links = Self { hashes: Vec::with_capacity(prepared.len()), records, head };
        for place in 0..prepared.len() {
            let hash = hash::entry(&links.placed(place));
            links.hashes.push(hash);
        }
        links
    }

    /// A record with its place; its hash is there once it is known.
    fn placed(&self, place: usize) -> Fields<'_> {
        let before = place.checked_sub(1).map_or(self.head.1.as_slice(), |before| &self.hashes[before]);
        let hash = self.hashes.get(place).map_or(&[][..], |hash| hash);
        let seq = self.head.0 + 1 + i64::try_from(place).unwrap_or(i64::MAX);
        Fields { seq, prev_hash: Octets(before), hash: Octets(hash), ..self.records[place] }
    }

    pub(crate) fn chain(&self, prepared: &[Prepared]) -> Chained<'_> {
        let mut hours = Hours::default();
        let mut parts = Vec::new();
        let mut rows = Vec::with_capacity(prepared.len());
        for (place, Prepared { counted, part, .. }) in prepared.iter().enumerate() {
            let row = self.placed(place);
            hours.count(&row, *counted);
            parts.extend(part.map(|part| (row.seq, part)));
            rows.push(row);
        }
        let last = rows.last().map_or(self.head.0, |row| row.seq);
        let hash = self.hashes.last().map_or_else(|| self.head.1.clone(), |hash| hash.to_vec());
        Chained { rows, hours, appended: Appended { first: self.head.0 + 1, last, hash, parts } }
    }
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
