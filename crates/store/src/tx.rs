//! A transaction on either engine.

use std::ops::{Deref, DerefMut};

use sqlx::{Postgres, Sqlite, SqliteConnection, Transaction};
use tokio::sync::OwnedMutexGuard;

use crate::sql::deadline;
use crate::{Engine, Result};

/// An open transaction. Dropping it rolls back, so forgetting [`Tx::commit`] is safe.
///
/// The variants are public for the ledger's bulk insert; everything else goes through [`crate::sql`].
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(SqliteTx),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction on SQLite, with the turn of the one writer if it may write.
#[derive(Debug)]
pub struct SqliteTx {
    tx: Transaction<'static, Sqlite>,
    /// After the transaction, so that it is given back after it.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl SqliteTx {
    pub(crate) const fn new(tx: Transaction<'static, Sqlite>, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { tx, _turn: turn }
    }
}

impl Deref for SqliteTx {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.tx
    }
}

impl DerefMut for SqliteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.tx
    }
}

impl Tx {
    /// Makes the changes durable. After an error they may or may not be: look before repeating them.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => deadline(tx.tx.commit()).await,
            Self::Postgres(tx) => deadline(tx.commit()).await,
        }
    }

    /// Takes the changes back.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => deadline(tx.tx.rollback()).await,
            Self::Postgres(tx) => deadline(tx.rollback()).await,
        }
    }

    /// The engine it runs on.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}
