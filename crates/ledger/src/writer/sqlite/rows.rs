//! The rows of a batch, by a connection that one thread uses directly: through the pool every statement is a trip to another
//! thread and back.

use domain::NodeId;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};
use store::SqliteDb;

use crate::append::{Appended, Chained, Prepared, chain};
use crate::entry::Entry;
use crate::hours::UPSERT_ONE;
use crate::insert::INSERT_ONE;
use crate::{Error, Result};

/// The connection that adds entries.
#[derive(Debug)]
pub(super) struct Rows {
    connection: Connection,
    node: String,
}

impl Rows {
    /// Opens the connection.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn open(db: &SqliteDb, node: NodeId) -> Result<Self> {
        Ok(Self { connection: connect(db).map_err(refused)?, node: node.to_string() })
    }

    /// Adds entries, the last of which is the journal's record of this number. Waits for the disk if they are to be
    /// durable, and so are then all that were added before. The database's turn must be held.
    pub(super) fn add(&mut self, batch: &mut [Prepared], number: u64, durable: bool) -> Result<Appended> {
        self.wait_for_the_disk(durable).map_err(refused)?;
        write(&mut self.connection, &self.node, batch, number)
    }

    /// Makes everything durable that was added before. The database's turn must be held.
    pub(super) fn settle(&mut self) -> Result<()> {
        let node = self.node.as_str();
        self.wait_for_the_disk(true)
            .and_then(|()| {
                let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                // There and back: SQLite neither writes a page that stays the same nor waits for the disk then.
                tx.execute("UPDATE chain_heads SET journaled = journaled + 1 WHERE node = ?", [node])?;
                tx.execute("UPDATE chain_heads SET journaled = journaled - 1 WHERE node = ?", [node])?;
                tx.commit()
            })
            .map_err(refused)
    }

    fn wait_for_the_disk(&self, wait: bool) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "synchronous", if wait { "FULL" } else { "NORMAL" })
    }

    /// Copies SQLite's log into the file, without the turn: left to a commit, that one would do it while others wait.
    pub(super) fn copy(&self) {
        // It waits for nobody: what it cannot copy now is copied next time.
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "SQLite's log could not be copied into the file; it is tried again");
        }
    }
}

fn connect(db: &SqliteDb) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(db.path(), flags)?;
    connection.busy_timeout(store::BUSY)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    for (name, value) in store::PRAGMAS {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

fn write(connection: &mut Connection, node: &str, batch: &mut [Prepared], number: u64) -> Result<Appended> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
    let head = tx
        .prepare_cached("SELECT seq, hash FROM chain_heads WHERE node = ?")
        .and_then(|mut head| head.query_row([node], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(refused)?;
    let Chained { hours, appended } = chain(batch, head.ok_or(Error::NoHead)?);
    let stored = || -> rusqlite::Result<()> {
        let mut insert = tx.prepare_cached(INSERT_ONE.as_str())?;
        for Prepared { entry, .. } in &*batch {
            add(&mut insert, entry)?;
        }
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        tx.prepare_cached("UPDATE chain_heads SET seq = ?, hash = ?, journaled = ? WHERE node = ?")?
            .execute(params![appended.last, appended.hash, number, node])?;
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
        write(&mut connection, &node, &mut batch(1), 1).unwrap();
        limit(1, &connection);
        let error = write(&mut connection, &node, &mut batch(60_000), 2).unwrap_err();
        assert!(matches!(&error, Error::Store(cause) if matches!(**cause, store::Error::Full(_))), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        limit(1_000_000, &connection);
        assert_eq!(write(&mut connection, &node, &mut batch(60_000), 2).unwrap().last, 2);
        drop(connection);
        ledger.shutdown().await;
        let report = verify::verify(&test.db()).await.unwrap();
        assert!(report.ok(), "{report:?}");
    }

    #[tokio::test]
    async fn what_was_added_is_made_durable_by_a_commit_that_writes() {
        let test = TestDb::sqlite().await;
        let env = MockEnv::default();
        let node = NodeId::generate(&env);
        let ledger = Ledger::open(test.db(), node, Arc::new(env)).await.unwrap();
        ledger.shutdown().await;
        let store::Db::Sqlite(db) = test.db() else { panic!("SQLite") };
        let mut rows = Rows::open(&db, node).unwrap();
        let mut log = db.path().to_owned().into_os_string();
        log.push("-wal");
        let written = || std::fs::metadata(&log).unwrap().len();
        // SQLite waits for the disk only where a commit has written something.
        let before = written();
        rows.settle().unwrap();
        assert!(written() > before);
    }
}
