//! The rows of a batch, by a connection that one thread uses directly: through the pool every statement is a trip to another
//! thread and back.

use domain::NodeId;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};
use store::SqliteDb;

use crate::append::{Appended, Chained, Links, Prepared};
use crate::hours::UPSERT_ONE;
use crate::insert::INSERT_ONE;
use crate::record::Fields;
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
    pub(super) fn add(&mut self, batch: &[Prepared], number: u64, durable: bool) -> Result<Appended> {
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

fn write(connection: &mut Connection, node: &str, batch: &[Prepared], number: u64) -> Result<Appended> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
    let head = tx
        .prepare_cached("SELECT seq, hash FROM chain_heads WHERE node = ?")
        .and_then(|mut head| head.query_row([node], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(refused)?;
    let links = Links::of(batch, head.ok_or(Error::NoHead)?);
    let Chained { rows, hours, appended } = links.chain(batch);
    let stored = || -> rusqlite::Result<()> {
        let mut insert = tx.prepare_cached(INSERT_ONE.as_str())?;
        for row in &rows {
            add(&mut insert, row)?;
        }
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        tx.prepare_cached("UPDATE chain_heads SET seq = ?, hash = ?, journaled = ? WHERE node = ?")?
            .execute(params![appended.last, appended.hash, number, node])?;
        let mut upsert = tx.prepare_cached(UPSERT_ONE.as_str())?;
        for (hour, [server, tool, user, client], [calls, failures, denials, latency]) in hours.into_rows() {
            upsert.execute(params![hour, server, tool, user, client, calls, failures, denials, latency])?;
        }
        Ok(())
    };
    stored().map_err(refused)?;
    tx.commit().map_err(refused)?;
    Ok(appended)
}

/// Inserts one entry; the order is that of `insert::COLUMNS`.
fn add(insert: &mut rusqlite::CachedStatement<'_>, row: &Fields<'_>) -> rusqlite::Result<usize> {
    insert.execute(params![
        row.id,
        row.node,
        row.seq,
        row.at,
        row.action,
        row.outcome,
        row.actor_kind,
        row.actor_id,
        row.actor_name,
        row.resource_kind,
        row.resource_id,
        row.resource_name,
        row.server_id,
        row.server_slug,
        row.tool,
        row.client_name,
        row.client_version,
        row.ip,
        row.correlation_id,
        row.latency_us,
        row.decision,
        row.rules,
        row.reason,
        row.error,
        row.args.text,
        row.args.len,
        row.args.digest.map(|digest| digest.0),
        row.result.text,
        row.result.len,
        row.result.digest.map(|digest| digest.0),
        row.salt.0,
        row.prev_hash.0,
        row.hash.0,
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
            vec![Prepared::new(&*env, node, env.now(), &event.args(Payload::new("x".repeat(length)))).1]
        };
        let node = node.to_string();
        write(&mut connection, &node, &batch(1), 1).unwrap();
        limit(1, &connection);
        let error = write(&mut connection, &node, &batch(60_000), 2).unwrap_err();
        assert!(matches!(&error, Error::Store(cause) if matches!(**cause, store::Error::Full(_))), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        limit(1_000_000, &connection);
        assert_eq!(write(&mut connection, &node, &batch(60_000), 2).unwrap().last, 2);
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
