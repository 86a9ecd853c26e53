//! How the batch task writes. Both engines take a whole batch in one go.

mod postgres;
mod sqlite;

use domain::NodeId;
use store::Db;

use crate::Result;
use crate::append::{Appended, Prepared};

/// The batch task's own way to the database.
pub(crate) enum Writer {
    Sqlite(sqlite::Writer),
    Postgres(postgres::Writer),
}

impl Writer {
    /// Opens the way to the chain of this node.
    ///
    /// # Errors
    /// When SQLite's file cannot be opened.
    pub(crate) fn open(db: &Db, node: NodeId) -> Result<Self> {
        Ok(match db {
            Db::Sqlite(db) => Self::Sqlite(sqlite::Writer::open(db, node)?),
            Db::Postgres(pool) => Self::Postgres(postgres::Writer::new(pool.clone(), node)),
        })
    }

    /// Whether it holds up the thread that it runs on.
    pub(crate) const fn blocks(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Adds a batch and makes it durable.
    pub(crate) async fn append(&mut self, batch: Vec<Prepared>) -> Result<Appended> {
        match self {
            Self::Sqlite(writer) => writer.append(batch).await,
            Self::Postgres(writer) => writer.append(batch).await,
        }
    }
}
