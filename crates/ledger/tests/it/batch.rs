//! The batch task: many events in one commit, errors for everybody in it, and no event lost at the end.

use std::sync::Arc;
use std::time::Duration;

use ledger::{Error, verify};
use store::{Db, Engine, sql};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

use crate::events::{all, full, open, small};
use crate::lost_answers::WAITING;

both_engines! {
    async fn events_that_come_together_are_committed_together(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let tasks: Vec<_> = (0..500)
            .map(|_| {
                let (ledger, event, db) = (ledger.clone(), small(&env), db.clone());
                tokio::spawn(async move {
                    let id = ledger.write(event).await.unwrap();
                    // Durable when it returns: another connection sees it.
                    let mut tx = db.read().await.unwrap();
                    let (count,): (i64,) = sql("SELECT COUNT(*) FROM audit WHERE id = $1")
                        .bind(id).fetch_one(&mut tx).await.unwrap();
                    assert_eq!(count, 1);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let stats = ledger.stats();
        assert_eq!((stats.entries, stats.failures, stats.waiting), (500, 0, 0));
        assert!(stats.batches < 50, "{stats:?}");
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!(report.nodes[0].entries, 500);
    }

    async fn batches_and_use_cases_take_turns_in_one_chain(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        // One after the other, so that each batch finds a head that somebody else has moved, and then its own.
        for _ in 0..5 {
            ledger.write(small(&env)).await.unwrap();
            ledger.write(full(&env, &build::user(&*env, "Ada"), &build::server(&*env, "github"))).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            ledger.record(&mut tx, small(&env)).await.unwrap();
            tx.commit().await.unwrap();
        }
        // And at once.
        let tasks: Vec<_> = (0..60)
            .map(|n| {
                let (ledger, event, db) = (ledger.clone(), small(&env), db.clone());
                tokio::spawn(async move {
                    if n % 6 > 0 {
                        ledger.write(event).await.unwrap();
                        return;
                    }
                    let mut tx = db.begin().await.unwrap();
                    ledger.record(&mut tx, event).await.unwrap();
                    // What is taken back leaves the head where it was.
                    if n % 12 == 0 { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(ledger.stats().failures, 0);
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!(report.nodes[0].entries, 15 + 55);
        // A call that ended is counted by its hour, whichever way it was written.
        let mut tx = db.read().await.unwrap();
        let (calls,): (i64,) = sql("SELECT CAST(SUM(calls) AS BIGINT) FROM call_hours").fetch_one(&mut tx).await.unwrap();
        assert_eq!(calls, 5);
    }

    async fn a_use_case_that_takes_long_holds_up_calls_no_longer_than_it_must(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        // A use case that takes too long holds the head of the chain (on SQLite the whole database).
        let mut slow = db.begin().await.unwrap();
        ledger.record(&mut slow, small(&env)).await.unwrap();
        let written = ledger.write(small(&env)).await;
        match db.engine() {
            // Durable in the journal, whoever holds the database.
            Engine::Sqlite => assert!(written.is_ok(), "{written:?}"),
            Engine::Postgres => {
                assert!(matches!(written, Err(Error::Deadline { .. } | Error::Store(_))), "{written:?}");
                // PostgreSQL gives up a moment later than whoever waits, and would write it if it got the head by then.
                let given_up = async {
                    let mut waiting = 1_i64;
                    while waiting > 0 {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        let mut tx = db.read().await.unwrap();
                        (waiting,) = sql(WAITING).fetch_one(&mut tx).await.unwrap();
                    }
                };
                tokio::time::timeout(Duration::from_secs(20), given_up).await.expect("it gives up");
            }
        }
        slow.commit().await.unwrap();
        ledger.write(small(&env)).await.unwrap();
        assert!(ledger.healthy());
        assert_eq!(all(&db).await.len(), 2 + usize::from(written.is_ok()));
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn everybody_is_told_while_entries_cannot_be_added(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        ledger.write(small(&env)).await.unwrap();
        assert_eq!(all(&db).await.len(), 1);
        let mut tx = db.begin().await.unwrap();
        let head: (String, i64, Vec<u8>) =
            sql("DELETE FROM chain_heads RETURNING node, seq, hash").fetch_one(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        // SQLite's journal takes records until the first of them cannot become an entry.
        let mut taken = 0;
        while ledger.healthy() {
            match ledger.write(small(&env)).await {
                Ok(_) => taken += 1,
                Err(error) => assert!(matches!(error, Error::NoHead), "{error:?}"),
            }
        }
        assert_eq!(taken > 0, db.engine() == Engine::Sqlite);
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (ledger, event) = (ledger.clone(), small(&env));
                tokio::spawn(async move { ledger.write(event).await })
            })
            .collect();
        for task in tasks {
            let result = task.await.unwrap();
            assert!(matches!(result, Err(Error::NoHead)), "{result:?}");
        }
        assert!(!ledger.healthy());
        let mut tx = db.begin().await.unwrap();
        sql("INSERT INTO chain_heads (node, seq, hash) VALUES ($1, $2, $3)")
            .bind(head.0).bind(head.1).bind(head.2).execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        ledger.write(small(&env)).await.unwrap();
        assert!(ledger.healthy());
        ledger.shutdown().await;
        // What was promised is there, what was refused is not.
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!(report.nodes[0].entries, 2 + taken);
    }

    async fn a_shutdown_writes_what_it_accepted(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let (ledger, event) = (ledger.clone(), small(&env));
                tokio::spawn(async move { ledger.write(event).await })
            })
            .collect();
        tokio::task::yield_now().await;
        ledger.shutdown().await;
        let mut written = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => written += 1,
                Err(error) => assert!(matches!(error, Error::Closed), "{error:?}"),
            }
        }
        assert_eq!(all(&db).await.len(), written);
        assert!(matches!(ledger.write(small(&env)).await, Err(Error::Closed)));
        ledger.shutdown().await;
        assert!(verify::verify(&db).await.unwrap().ok());
    }
}
