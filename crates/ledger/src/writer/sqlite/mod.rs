//! The batch task's own way to SQLite: records are durable when they are in the journal, and become entries behind the
//! calls. Waiting for a commit of the database for each of a call's two records was most of what an audited call cost.

mod drain;
mod journal;
mod rows;

use std::sync::Arc;

use domain::NodeId;
use store::{SqliteDb, Tx, sql};

pub(crate) use self::journal::{Journal, Numbered};

use self::drain::Drain;
use self::rows::Rows;
use crate::append::{Prepared, append};
use crate::ledger::Core;
use crate::{Error, Result};

/// The journal and what is behind it.
#[derive(Debug)]
pub(crate) struct Writer {
    /// First, so that its thread has ended before another log may have the journal.
    drain: Drain,
    journal: Journal,
}

impl Writer {
    /// Starts to write behind a journal that holds nothing any more.
    ///
    /// # Errors
    /// When the database file cannot be opened, or there is no thread.
    pub(super) fn start(core: Arc<Core>, db: &SqliteDb, journal: Journal) -> Result<Self> {
        let rows = Rows::open(db, core.node)?;
        let drain = Drain::start(core, db.clone(), rows, journal.last()).map_err(Error::journal)?;
        Ok(Self { drain, journal })
    }

    /// Makes records durable, if they are to be. Holds up the thread that it runs on.
    pub(super) fn append(&mut self, batch: Vec<Prepared>, durable: bool) -> Result<()> {
        self.drain.room()?;
        self.journal.append(&batch, durable, self.drain.settled()).map_err(Error::journal)?;
        self.drain.push(batch);
        Ok(())
    }

    /// True while the database does not take what is in the journal.
    pub(super) fn fails(&self) -> bool {
        self.drain.fails()
    }

    /// Makes entries of everything and empties the journal.
    pub(super) fn end(mut self) {
        if self.drain.end()
            && let Err(error) = self.journal.emptied()
        {
            tracing::warn!(%error, "the audit log's journal could not be emptied");
        }
    }
}

/// Makes entries of what a crash left in the journal. Returns how many there were.
pub(crate) async fn recover(tx: &mut Tx, node: NodeId, journal: &mut Journal, records: Vec<Numbered>) -> Result<usize> {
    let (done,): (i64,) = sql("SELECT journaled FROM chain_heads WHERE node = $1").bind(node).fetch_one(tx).await?;
    let done = u64::try_from(done).unwrap_or_default();
    let mut left = Vec::new();
    for (_, record) in records.into_iter().filter(|(number, _)| *number > done) {
        let known: Option<(i64,)> =
            sql("SELECT seq FROM audit WHERE id = $1").bind(record.fields().id.to_owned()).fetch_optional(tx).await?;
        if known.is_none() {
            left.push(Prepared::again(record));
        }
    }
    let last = journal.reached(done);
    let recovered = left.len();
    if recovered > 0 {
        append(tx, node, left).await?;
    }
    sql("UPDATE chain_heads SET journaled = $2 WHERE node = $1")
        .bind(node)
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(recovered)
}
