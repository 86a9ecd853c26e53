//! A transaction on either engine.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::sql::deadline;
use crate::{Engine, Result};

/// An open transaction. Dropping it rolls back, so forgetting [`Tx::commit`] is safe.
///
/// The variants are public for the ledger's bulk insert; everything else goes through [`crate::sql`].
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes the changes durable. After an error they may or may not be: look before repeating them.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => deadline(tx.commit()).await,
            Self::Postgres(tx) => deadline(tx.commit()).await,
        }
    }

    /// Takes the changes back.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => deadline(tx.rollback()).await,
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
