//! The batch task's own way to PostgreSQL: a batch is one statement, which is a transaction by itself, so it takes one trip
//! to the database and not six.
//!
//! What that needs is the head of the chain before the batch is sent, because hashes are made here. It is remembered from
//! the batch before. The statement adds nothing when the head has moved, which is when a use case has recorded something in
//! its own transaction; the batch is then written the long way, which locks the head first.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgPool, Postgres};
use store::Db;
use tokio::time::Instant;

use crate::append::{Appended, Chained, Links, Prepared, append};
use crate::ledger::Core;
use crate::{Error, Result, hours, insert};

/// How long a batch may take; PostgreSQL's own limit for a statement is shorter.
const DEADLINE: Duration = Duration::from_secs(35);

/// A connection that rested longer than this is tried before it is used, as a firewall may have dropped it.
const TRUSTED_REST: Duration = Duration::from_secs(5);

/// Moves the head if it is where it is thought to be, and adds entries and counts only then.
static APPEND: LazyLock<String> = LazyLock::new(|| {
    const MOVED: &str = "WHERE EXISTS (SELECT 1 FROM head)";
    let hours_at = insert::PARAMETERS + 1;
    let head_at = hours_at + hours::PARAMETERS;
    let [node, seq, hash, before, hash_before] = std::array::from_fn(|place| head_at + place);
    format!(
        "WITH head AS (
             UPDATE chain_heads SET seq = ${seq}, hash = ${hash}
             WHERE node = ${node} AND seq = ${before} AND hash = ${hash_before} RETURNING seq
         ), entries AS ({}), counts AS ({})
         SELECT seq FROM head",
        insert::postgres(MOVED),
        hours::postgres(hours_at, MOVED),
    )
});

/// The connection, and what is known of the chain.
pub(crate) struct Writer {
    core: Arc<Core>,
    pool: PgPool,
    /// Number and hash of the last entry, if nobody else has added one.
    head: Option<(i64, Vec<u8>)>,
    /// Kept, since a connection that goes back to the pool is tried each time. With it, when it was used last.
    connection: Option<(PoolConnection<Postgres>, Instant)>,
}

impl Writer {
    pub(super) fn new(core: Arc<Core>, pool: PgPool) -> Self {
        Self { core, pool, head: None, connection: None }
    }

    /// Adds a batch and makes it durable.
    pub(super) async fn append(&mut self, batch: Vec<Prepared>) -> Result<()> {
        // Whatever happens from here on, what is not known for sure is read anew.
        let in_one_go = match self.head.take() {
            Some(head) => self.in_one_go(&batch, head).await?,
            None => None,
        };
        let appended = match in_one_go {
            Some(appended) => appended,
            None => self.the_long_way(batch).await?,
        };
        self.head = Some((appended.last, appended.hash.clone()));
        if let Some(settled) = self.core.added(appended) {
            self.core.settle_later(settled).await;
        }
        Ok(())
    }

    async fn the_long_way(&self, batch: Vec<Prepared>) -> Result<Appended> {
        let mut tx = Db::Postgres(self.pool.clone()).begin().await?;
        let appended = append(&mut tx, self.core.node, batch).await?;
        tx.commit().await?;
        Ok(appended)
    }

    /// Nothing where the head is elsewhere; nothing was written then.
    async fn in_one_go(&mut self, batch: &[Prepared], head: (i64, Vec<u8>)) -> Result<Option<Appended>> {
        let links = Links::of(batch, head.clone());
        let Chained { rows, hours, appended } = links.chain(batch);
        let written = tokio::time::timeout(DEADLINE, async {
            let mut connection = self.connection().await?;
            let query = insert::bind(sqlx::query::<Postgres>(APPEND.as_str()), &rows);
            let moved = hours
                .bind(query)
                .bind(self.core.node.to_string())
                .bind(appended.last)
                .bind(&appended.hash)
                .bind(head.0)
                .bind(&head.1)
                .fetch_optional(&mut *connection)
                .await?;
            // One that failed does not come back.
            self.connection = Some((connection, Instant::now()));
            Ok::<_, sqlx::Error>(moved.is_some())
        });
        match written.await {
            Ok(Ok(moved)) => Ok(moved.then_some(appended)),
            Ok(Err(error)) => Err(store::Error::from(error).into()),
            Err(_) => Err(Error::Deadline { seconds: DEADLINE.as_secs() }),
        }
    }

    async fn connection(&mut self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        if let Some((mut connection, used)) = self.connection.take()
            && (used.elapsed() < TRUSTED_REST || connection.ping().await.is_ok())
        {
            return Ok(connection);
        }
        self.pool.acquire().await
    }
}
