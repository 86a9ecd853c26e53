//! The database: either engine behind one handle.

use std::path::Path;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use crate::sql::deadline;
use crate::sqlite::SqliteDb;
use crate::tx::SqliteTx;
use crate::{Error, Result, Tx, postgres, sql};

/// How long a transaction waits for its connection. (SQLite has one writer: this is the queue for it.)
pub(crate) const ACQUIRE_DEADLINE: Duration = Duration::from_secs(10);

/// How long closing waits for open transactions.
const CLOSE_DEADLINE: Duration = Duration::from_secs(10);

/// How long readiness waits for the probe.
const PROBE_DEADLINE: Duration = Duration::from_secs(3);

/// Which engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite, in a file.
    Sqlite,
    /// PostgreSQL, by its address.
    Postgres,
}

/// The database. Clones share the same connections.
#[derive(Debug, Clone)]
pub enum Db {
    /// SQLite.
    Sqlite(SqliteDb),
    /// PostgreSQL.
    Postgres(PgPool),
}

/// A name that this process holds alone, among all that use the database. Ends with this value, or with the process,
/// however it ends.
#[derive(Debug)]
pub struct Claim {
    /// The session that holds the lock. SQLite needs none: it has one process.
    _session: Option<PgConnection>,
}

impl Db {
    /// Opens (or makes) the database file, alone: a second process on the same directory is refused. Brings the schema
    /// up to date.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        SqliteDb::open(path).await.map(Self::Sqlite)
    }

    /// Connects to PostgreSQL 14 or later. Brings the schema up to date, one process at a time.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        postgres::open(url).await.map(Self::Postgres)
    }

    /// Begins a transaction that may write. On SQLite it holds the only writer from here on, so nothing but the
    /// database may be waited for inside it. As [`Db::read`] it comes after everything that was recorded before, also in
    /// the audit log's chain.
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => {
                db.caught_up().await;
                let turn = tokio::time::timeout(ACQUIRE_DEADLINE, db.turn()).await;
                let turn = turn.map_err(|_| Error::Deadline { seconds: ACQUIRE_DEADLINE.as_secs() })?;
                let tx = deadline(db.writer().begin_with("BEGIN IMMEDIATE")).await?;
                Ok(Tx::Sqlite(SqliteTx::new(tx, Some(turn))))
            }
            Self::Postgres(pool) => Ok(Tx::Postgres(deadline(pool.begin()).await?)),
        }
    }

    /// Begins a transaction that reads one consistent state and cannot write. It sees everything whose author was told
    /// that it is recorded, also what the audit log has not put into its table yet.
    pub async fn read(&self) -> Result<Tx> {
        match self {
            Self::Sqlite(db) => {
                db.caught_up().await;
                Ok(Tx::Sqlite(SqliteTx::new(deadline(db.readers().begin()).await?, None)))
            }
            Self::Postgres(pool) => {
                const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(Tx::Postgres(deadline(pool.begin_with(BEGIN)).await?))
            }
        }
    }

    /// Claims a name for this process; `None` while another process holds it. A session that PostgreSQL loses is a
    /// claim lost, so what depends on it must do no harm when two processes hold the same name for a while.
    pub async fn claim(&self, name: &str) -> Result<Option<Claim>> {
        match self {
            Self::Sqlite(_) => Ok(Some(Claim { _session: None })),
            Self::Postgres(pool) => {
                let session = postgres::claim(pool, name).await?;
                Ok(session.map(|session| Claim { _session: Some(session) }))
            }
        }
    }

    /// Which engine runs.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Writes and commits one small row: proves that the database is there and has room.
    pub async fn ping_writable(&self) -> Result<()> {
        let probe = async {
            let mut tx = self.begin().await?;
            // The value alternates, because SQLite does not write a page that stays the same.
            sql(
                "INSERT INTO settings (key, value, updated_at) VALUES ('store.probe', '0', '2000-01-01T00:00:00.000000Z')
                 ON CONFLICT (key) DO UPDATE SET value = CASE settings.value WHEN '0' THEN '1' ELSE '0' END",
            )
            .execute(&mut tx)
            .await?;
            tx.commit().await
        };
        match tokio::time::timeout(PROBE_DEADLINE, probe).await {
            Ok(result) => result,
            Err(_) => Err(Error::Deadline { seconds: PROBE_DEADLINE.as_secs() }),
        }
    }

    /// Waits for open transactions, writes SQLite's log back into the file and closes every connection. Other clones
    /// cannot be used afterwards.
    pub async fn close(&self) {
        let closed = async {
            match self {
                Self::Sqlite(db) => db.close().await,
                Self::Postgres(pool) => pool.close().await,
            }
        };
        if tokio::time::timeout(CLOSE_DEADLINE, closed).await.is_err() {
            tracing::warn!("transactions were still open at shutdown; they are rolled back");
        }
    }
}
