//! The batch task's own way to PostgreSQL: a batch is one statement, which is a transaction by itself, so it takes one trip
//! to the database and not six.
//!
//! What that needs is the head of the chain before the batch is sent, because hashes are made here. It is remembered from
//! the batch before. The statement adds nothing when the head has moved, which is when a use case has recorded something in
//! its own transaction; the batch is then written the long way, which locks the head first.
//!
//! When a connection is lost before its answer came, nobody knows whether the batch was written. It is looked for at once,
//! and if it is there, it was written. If that cannot be found out, those who wait are refused and the batch stays in doubt:
//! the next one goes the long way, and looks for it while it holds the head. From then on a statement that is still on its
//! way somewhere finds that the head has moved.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgPool, Postgres};
use store::{Db, Tx, sql};
use tokio::time::Instant;

use crate::append::{Appended, Chained, Links, Prepared, append, lock_head};
use crate::batch::{self, Receipt};
use crate::ledger::Core;
use crate::{Error, Result, hours, insert};

/// How long a batch may take; PostgreSQL's own limit for a statement is shorter.
const DEADLINE: Duration = Duration::from_secs(35);

/// A connection that rested longer than this is tried before it is used, as a firewall may have dropped it.
const TRUSTED_REST: Duration = Duration::from_secs(5);

/// Between two tries to find out whether a batch is written.
const PAUSE: Duration = Duration::from_millis(50);

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
    /// The oldest first: at most one statement and one transaction. The head is not known while there is one.
    doubts: Vec<Doubt>,
    /// The last of `doubts` is the batch that was tried last.
    in_doubt: bool,
}

/// A batch of which nobody knows whether it was written.
#[derive(Debug)]
struct Doubt {
    /// What it would have added.
    appended: Appended,
    /// It may be written later still, as long as the head has not moved: it is one statement, which locks nothing before it
    /// begins. A transaction has the head until it ends, so whoever has it next sees how it ended.
    late: bool,
    /// Of those who were told that it is not written. Dropping one closes its call.
    refused: Vec<Receipt>,
}

impl Writer {
    pub(super) fn new(core: Arc<Core>, pool: PgPool) -> Self {
        Self { core, pool, head: None, connection: None, doubts: Vec::new(), in_doubt: false }
    }

    /// Adds a batch and makes it durable.
    pub(super) async fn append(&mut self, batch: Vec<Prepared>) -> Result<()> {
        self.in_doubt = false;
        // Whatever happens from here on, what is not known for sure is read anew.
        let in_one_go = match self.head.take() {
            Some(head) => self.in_one_go(&batch, head).await?,
            None => None,
        };
        let appended = match in_one_go {
            Some(appended) => appended,
            None => self.the_long_way(batch).await?,
        };
        // The head has moved since they were looked for, so what was not there does not come any more.
        self.doubts.drain(..).for_each(Doubt::never);
        self.head = Some((appended.last, appended.hash.clone()));
        if let Some(settled) = self.core.added(appended) {
            self.core.settle_later(settled).await;
        }
        Ok(())
    }

    /// Takes the receipts of those who were told that the batch that was tried last is not written.
    pub(super) fn refused(&mut self, receipts: Vec<Receipt>) {
        match self.doubts.last_mut() {
            Some(doubt) if self.in_doubt => doubt.refused.extend(receipts),
            _ => receipts.into_iter().for_each(Receipt::done),
        }
    }

    /// Looks for batches in doubt, so that calls among them do not stay open until the next batch. That it cannot is no
    /// harm, as the next batch looks for them as well.
    pub(super) async fn look_again(&mut self) {
        if self.doubts.is_empty() {
            return;
        }
        let looked = tokio::time::timeout(batch::DEADLINE, async {
            let mut tx = self.begin().await?;
            self.recall(&mut tx).await?;
            Ok::<_, Error>(tx.rollback().await?)
        });
        if !matches!(looked.await, Ok(Ok(()))) {
            tracing::debug!("it is not known yet whether the audit entries of a lost connection are written");
        }
    }

    async fn the_long_way(&mut self, batch: Vec<Prepared>) -> Result<Appended> {
        let mut tx = self.begin().await?;
        self.recall(&mut tx).await?;
        let appended = append(&mut tx, self.core.node, batch).await?;
        match tx.commit().await {
            Ok(()) => Ok(appended),
            Err(error) => self.unanswered(appended, false, error).await,
        }
    }

    async fn begin(&self) -> Result<Tx> {
        Ok(Db::Postgres(self.pool.clone()).begin().await?)
    }

    /// Nothing where the head is elsewhere; nothing was written then.
    async fn in_one_go(&mut self, batch: &[Prepared], head: (i64, Vec<u8>)) -> Result<Option<Appended>> {
        let links = Links::of(batch, head.clone());
        let Chained { rows, hours, appended } = links.chain(batch);
        let mut connection = in_time(self.connection()).await?;
        let query = insert::bind(sqlx::query::<Postgres>(APPEND.as_str()), &rows);
        let query = hours
            .bind(query)
            .bind(self.core.node.to_string())
            .bind(appended.last)
            .bind(&appended.hash)
            .bind(head.0)
            .bind(&head.1);
        let moved = in_time(query.fetch_optional(&mut *connection)).await;
        match moved {
            Ok(moved) => {
                // One that failed does not come back.
                self.connection = Some((connection, Instant::now()));
                Ok(moved.map(|_| appended))
            }
            Err(error) => {
                drop(connection);
                self.unanswered(appended, true, error).await.map(Some)
            }
        }
    }

    /// What became of a batch that was sent and for which this came instead of an answer.
    ///
    /// # Errors
    /// This one, when the batch is not written, or when nobody knows: then it is in doubt.
    async fn unanswered(&mut self, appended: Appended, late: bool, error: store::Error) -> Result<Appended> {
        if !may_be_written(&error) {
            return Err(error.into());
        }
        let there = self.look(&appended).await;
        if there == Some(true) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database's answer was lost, but the audit entries are written"
            );
            return Ok(appended);
        }
        if late || there.is_none() {
            let (first, last) = (appended.first, appended.last);
            tracing::warn!(first, last, "it is not certain yet that audit entries are not written");
            self.doubts.push(Doubt { appended, late, refused: Vec::new() });
            self.in_doubt = true;
        }
        Err(error.into())
    }

    /// Whether a batch is written; nothing where that cannot be found out in time.
    async fn look(&self, appended: &Appended) -> Option<bool> {
        let looked = tokio::time::timeout(batch::DEADLINE, async {
            loop {
                if let Ok(there) = self.look_once(appended).await {
                    return there;
                }
                // What cut one connection has often cut those as well that rest in the pool.
                tokio::time::sleep(PAUSE).await;
            }
        });
        looked.await.ok()
    }

    /// Whether a batch is written. Waits for one that is being written.
    async fn look_once(&self, appended: &Appended) -> Result<bool> {
        let mut tx = self.begin().await?;
        lock_head(&mut tx, self.core.node).await?.ok_or(Error::NoHead)?;
        let there = self.is_there(&mut tx, appended).await?;
        // It changed nothing, and what it saw stays true.
        drop(tx.rollback().await);
        Ok(there)
    }

    /// Looks for the batches in doubt while it holds the head. Those that are there count as written from here on, and calls
    /// that were refused because of them are closed.
    async fn recall(&mut self, tx: &mut Tx) -> Result<()> {
        if self.doubts.is_empty() {
            return Ok(());
        }
        lock_head(tx, self.core.node).await?.ok_or(Error::NoHead)?;
        let mut place = 0;
        while let Some(doubt) = self.doubts.get(place) {
            if self.is_there(tx, &doubt.appended).await? {
                self.doubts.remove(place).after_all(&self.core);
            } else if doubt.late {
                place += 1;
            } else {
                self.doubts.remove(place).never();
            }
        }
        Ok(())
    }

    /// Whether a batch is written, for one who holds the head.
    async fn is_there(&self, tx: &mut Tx, appended: &Appended) -> Result<bool> {
        let entry: Option<(Vec<u8>,)> = sql("SELECT hash FROM audit WHERE node = $1 AND seq = $2")
            .bind(self.core.node)
            .bind(appended.last)
            .fetch_optional(tx)
            .await?;
        Ok(entry.is_some_and(|(hash,)| hash == appended.hash))
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

impl Doubt {
    /// It is written.
    fn after_all(self, core: &Core) {
        let Self { appended, refused, .. } = self;
        let (first, last) = (appended.first, appended.last);
        tracing::warn!(first, last, "audit entries that were reported as not written are in the log");
        // How far calls are settled is written down another time; the head is locked now.
        core.added(appended);
        // After they count as open: this closes them.
        drop(refused);
    }

    /// It is not written, and will not be.
    fn never(self) {
        self.refused.into_iter().for_each(Receipt::done);
    }
}

/// Whether a batch may be written although this came instead of an answer. Not when PostgreSQL itself refused, unless that
/// was the end of the session.
const fn may_be_written(error: &store::Error) -> bool {
    matches!(error, store::Error::Unavailable(_) | store::Error::Deadline { .. })
}

/// Waits for the database, but not for ever.
async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> store::Result<T> {
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(store::Error::Deadline { seconds: DEADLINE.as_secs() }),
    }
}
