//! The batch task's own way to SQLite: a connection that the task's own thread uses directly.
//!
//! Through the pool every statement of a batch is a trip to a thread and back, seven for a call's two rows, and that was
//! most of what an audited call cost.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use domain::NodeId;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};
use store::SqliteDb;

use crate::append::{Appended, Chained, Prepared, chain};
use crate::entry::Entry;
use crate::hours::UPSERT_ONE;
use crate::insert::INSERT_ONE;
use crate::{Error, Result};

/// Batches between two copies of SQLite's log into the file; some 4 MB of log.
const COPY_EVERY: u64 = 64;

/// The connection.
pub(crate) struct Writer {
    db: SqliteDb,
    connection: Connection,
    node: String,
    batches: u64,
    copier: Copier,
}

/// Copies SQLite's log into the file beside the writer. Left to the writer, one commit in a few dozen would do all of it,
/// and a call would wait for that; so it finds little to do when its own time comes (`wal_autocheckpoint`).
struct Copier {
    /// Nothing when it is to end.
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Copier {
    fn start(connection: Connection) -> std::io::Result<Self> {
        let (wake, woken) = sync_channel(1);
        let copy = move || {
            while woken.recv().is_ok() {
                // It waits for nobody: what it cannot copy now is copied next time.
                if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
                    tracing::warn!(%error, "SQLite's log could not be copied into the file; it is tried again");
                }
            }
        };
        let thread = std::thread::Builder::new().name("audit-copier".to_owned()).spawn(copy)?;
        Ok(Self { wake: Some(wake), thread: Some(thread) })
    }

    fn wake(&self) {
        if let Some(wake) = &self.wake {
            // Full: it will look anyway.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        self.wake = None;
        // So that its connection is gone when the database is closed.
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that copies SQLite's log failed");
        }
    }
}

impl Writer {
    /// Opens the connection.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn open(db: &SqliteDb, node: NodeId) -> Result<Self> {
        let connection = connect(db).map_err(refused)?;
        let copier = Copier::start(connect(db).map_err(refused)?).map_err(|error| store::Error::of_sqlite(0, error))?;
        Ok(Self { db: db.clone(), connection, node: node.to_string(), batches: 0, copier })
    }

    /// Adds a batch and makes it durable. Holds up the thread that it runs on.
    pub(super) async fn append(&mut self, batch: Vec<Prepared>) -> Result<Appended> {
        let _turn = self.db.turn().await;
        let written = write(&mut self.connection, &self.node, batch);
        self.batches += 1;
        if self.batches.is_multiple_of(COPY_EVERY) {
            self.copier.wake();
        }
        written
    }
}

fn connect(db: &SqliteDb) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(db.path(), flags)?;
    connection.busy_timeout(store::BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    for (name, value) in store::PRAGMAS {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

fn write(connection: &mut Connection, node: &str, mut batch: Vec<Prepared>) -> Result<Appended> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
    let head = tx
        .prepare_cached("SELECT seq, hash FROM chain_heads WHERE node = ?")
        .and_then(|mut head| head.query_row([node], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(refused)?;
    let Chained { hours, appended } = chain(&mut batch, head.ok_or(Error::NoHead)?);
    let stored = || -> rusqlite::Result<()> {
        let mut insert = tx.prepare_cached(INSERT_ONE.as_str())?;
        for Prepared { entry, .. } in &batch {
            add(&mut insert, entry)?;
        }
        tx.prepare_cached("UPDATE chain_heads SET seq = ?, hash = ? WHERE node = ?")?.execute(params![
            appended.last,
            appended.hash,
            node
        ])?;
        let mut upsert = tx.prepare_cached(UPSERT_ONE.as_str())?;
        for (texts, numbers) in hours.into_rows() {
            let texts = texts.iter().map(|text| text as &dyn ToSql);
            let values: Vec<&dyn ToSql> = texts.chain(numbers.iter().map(|number| number as &dyn ToSql)).collect();
            upsert.execute(values.as_slice())?;
        }
        Ok(())
    };
    stored().map_err(refused)?;
    tx.commit().map_err(refused)?;
    Ok(appended)
}

/// Inserts one entry; the order is that of `insert::COLUMNS`.
fn add(insert: &mut rusqlite::CachedStatement<'_>, e: &Entry) -> rusqlite::Result<usize> {
    insert.execute(params![
        e.id,
        e.node,
        e.seq,
        e.at,
        e.action,
        e.outcome,
        e.actor_kind,
        e.actor_id,
        e.actor_name,
        e.resource_kind,
        e.resource_id,
        e.resource_name,
        e.server_id,
        e.server_slug,
        e.tool,
        e.client_name,
        e.client_version,
        e.ip,
        e.correlation_id,
        e.latency_us,
        e.decision,
        e.rules,
        e.reason,
        e.error,
        e.args,
        e.args_len,
        e.args_digest,
        e.result,
        e.result_len,
        e.result_digest,
        e.salt,
        e.prev_hash,
        e.hash,
    ])
}

fn refused(error: rusqlite::Error) -> Error {
    let code = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
        _ => 0,
    };
    store::Error::of_sqlite(code, error).into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Actor, ActorKind, AuditAction, Clock as _, CorrelationId, Outcome};
    use testkit::db::TestDb;
    use testkit::env::MockEnv;

    use super::*;
    use crate::event::{Event, Payload};
    use crate::{Ledger, verify};

    #[tokio::test]
    async fn a_full_disk_refuses_a_batch_and_nothing_else() {
        let test = TestDb::sqlite().await;
        let env = Arc::new(MockEnv::default());
        let node = NodeId::generate(&*env);
        let ledger = Ledger::open(test.db(), node, Arc::<MockEnv>::clone(&env)).await.unwrap();
        let store::Db::Sqlite(db) = test.db() else { panic!("SQLite") };
        let mut connection = connect(&db).unwrap();
        // The engine reports a file that may not grow exactly as it reports a full disk.
        let limit = |pages: u32, connection: &Connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, u32>(0)).unwrap()
        };
        let batch = |length: usize| {
            let actor = Actor { kind: ActorKind::System, id: None, name: "Drawbridge".to_owned() };
            let event = Event::new(AuditAction::SystemStarted, Outcome::Success, actor, CorrelationId::generate(&*env));
            vec![Prepared::new(&*env, node, env.now(), event.args(Payload::new("x".repeat(length))))]
        };
        let node = node.to_string();
        write(&mut connection, &node, batch(1)).unwrap();
        limit(1, &connection);
        let error = write(&mut connection, &node, batch(60_000)).unwrap_err();
        assert!(matches!(&error, Error::Store(cause) if matches!(**cause, store::Error::Full(_))), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        limit(1_000_000, &connection);
        assert_eq!(write(&mut connection, &node, batch(60_000)).unwrap().last, 2);
        drop(connection);
        ledger.shutdown().await;
        let report = verify::verify(&test.db()).await.unwrap();
        assert!(report.ok(), "{report:?}");
    }
}
