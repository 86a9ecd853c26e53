//! `changes`: what other nodes must reload.
//!
//! A node that has seen id `n` has seen everything up to `n`: on PostgreSQL ids are given out under a lock that is held
//! until the commit (plain sequences can commit out of order, and a poller would miss the late one); SQLite has one
//! writer. Insert the change before the audit event, so that every transaction takes the two locks in the same order.

use chrono::{DateTime, Utc};

use sqlx::postgres::PgListener;

use crate::{Db, Result, Sql, Tx, sql};

/// The PostgreSQL channel on which changes are announced at their commit; the payload is the part.
pub const CHANNEL: &str = "drawbridge_changes";

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Servers, their secrets and pins.
    Servers,
    /// People and groups.
    People,
    /// Rules.
    Rules,
    /// API keys.
    Keys,
    /// Nodes that come.
    Nodes,
    /// MCP sessions that were ended.
    Sessions,
}

impl Part {
    /// Every part.
    pub const ALL: &'static [Self] =
        &[Self::Servers, Self::People, Self::Rules, Self::Keys, Self::Nodes, Self::Sessions];

    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Servers => "servers",
            Self::People => "people",
            Self::Rules => "rules",
            Self::Keys => "keys",
            Self::Nodes => "nodes",
            Self::Sessions => "sessions",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| part.as_str() == text)
    }
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Rises with every commit.
    pub id: i64,
    /// What changed; `None` for something that this version does not know and so does not hold.
    pub part: Option<Part>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Hears of changes that other nodes commit. It only says that there is something to read: read with [`since`], also
/// now and then without being told, as an announcement can be lost with a connection.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen, on a connection of its own. `None` on SQLite, where all changes are this process's own.
    pub async fn open(db: &Db) -> Result<Option<Self>> {
        let Db::Postgres(pool) = db else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Self(listener)))
    }

    /// Waits until something changed, or until the connection was lost and made again (then look as well). Waits as
    /// long as it takes: give it a deadline.
    pub async fn changed(&mut self) -> Result<()> {
        self.0.try_recv().await?;
        Ok(())
    }
}

/// Announces a change; returns its id.
pub async fn insert(tx: &mut Tx, part: Part, now: DateTime<Utc>) -> Result<i64> {
    // The number is arbitrary and ours; 'draw' in ASCII.
    sql(Sql { sqlite: "SELECT 1", postgres: "SELECT pg_advisory_xact_lock(1685217655)" }).execute(tx).await?;
    let (id,): (i64,) = sql("INSERT INTO changes (part, at) VALUES ($1, $2) RETURNING id")
        .bind(part.as_str())
        .bind(now)
        .fetch_one(tx)
        .await?;
    sql(Sql { sqlite: "SELECT $1", postgres: "SELECT pg_notify('drawbridge_changes', $1)" })
        .bind(part.as_str())
        .execute(tx)
        .await?;
    Ok(id)
}

/// The changes after an id, oldest first, at most 1000.
pub async fn since(tx: &mut Tx, id: i64) -> Result<Vec<Change>> {
    let rows: Vec<(i64, String, DateTime<Utc>)> =
        sql("SELECT id, part, at FROM changes WHERE id > $1 ORDER BY id LIMIT 1000").bind(id).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id, part, at)| Change { id, part: Part::parse(&part), at }).collect())
}

/// The id of the newest change, 0 before the first.
pub async fn last_id(tx: &mut Tx) -> Result<i64> {
    let (id,): (i64,) = sql("SELECT COALESCE(MAX(id), 0) FROM changes").fetch_one(tx).await?;
    Ok(id)
}

/// Forgets changes before a time (never the newest, whose id must not be given out again); returns how many.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    sql("DELETE FROM changes WHERE at < $1 AND id < (SELECT MAX(id) FROM changes)").bind(before).execute(tx).await
}
