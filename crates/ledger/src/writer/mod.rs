//! How the batch task writes. On PostgreSQL a batch is one statement; on SQLite it goes into a journal, and becomes entries
//! behind the calls.

mod postgres;
pub(crate) mod sqlite;

use std::sync::Arc;

use store::Db;

use self::sqlite::Journal;
use crate::append::Prepared;
use crate::batch::Receipt;
use crate::ledger::Core;
use crate::{Error, Result};

/// The batch task's own way to the database.
pub(crate) enum Writer {
    Sqlite(sqlite::Writer),
    Postgres(postgres::Writer),
}

impl Writer {
    /// Opens the way to the chain of this node, on SQLite behind this journal, which holds nothing any more.
    ///
    /// # Errors
    /// When SQLite's file cannot be opened.
    pub(crate) fn start(core: &Arc<Core>, journal: Option<Journal>) -> Result<Self> {
        Ok(match (&core.db, journal) {
            (Db::Sqlite(db), Some(journal)) => Self::Sqlite(sqlite::Writer::start(Arc::clone(core), db, journal)?),
            (Db::Sqlite(_), None) => return Err(Error::Closed),
            (Db::Postgres(pool), _) => Self::Postgres(postgres::Writer::new(Arc::clone(core), pool.clone())),
        })
    }

    /// Whether it holds up the thread that it runs on.
    pub(crate) const fn blocks(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Adds a batch. It survives the end of this process, and that of the machine if it is to be durable.
    pub(crate) async fn append(&mut self, batch: Vec<Prepared>, durable: bool) -> Result<()> {
        match self {
            Self::Sqlite(writer) => writer.append(batch, durable),
            Self::Postgres(writer) => writer.append(batch).await,
        }
    }

    /// Takes the receipts of those who were told that the last batch was not added: where it turns out that it was, their
    /// calls are closed.
    pub(crate) fn refused(&mut self, receipts: Vec<Receipt>) {
        match self {
            Self::Sqlite(_) => receipts.into_iter().for_each(Receipt::done),
            Self::Postgres(writer) => writer.refused(receipts),
        }
    }

    /// Finds out, if it can, whether a batch was added whose answer was lost.
    pub(crate) async fn look_again(&mut self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(writer) => writer.look_again().await,
        }
    }

    /// True while what was added cannot become entries.
    pub(crate) fn fails(&self) -> bool {
        match self {
            Self::Sqlite(writer) => writer.fails(),
            Self::Postgres(_) => false,
        }
    }

    /// Makes entries of everything that was added.
    pub(crate) fn end(self) {
        match self {
            Self::Sqlite(writer) => writer.end(),
            Self::Postgres(_) => {}
        }
    }
}
