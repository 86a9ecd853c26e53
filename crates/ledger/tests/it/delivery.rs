//! Best effort: calls do not wait for their records, a slow database loses none, and a broken one stops nobody.

use std::sync::Arc;
use std::time::Duration;

use ledger::{Delivery, Ledger, Payload, verify};
use store::{Db, sql};
use testkit::both_engines;
use testkit::env::MockEnv;

use crate::events::{all, open, small};

async fn best_effort(db: &Db, env: &Arc<MockEnv>) -> Ledger {
    open(db, env).await.delivering(Delivery::BestEffort)
}

both_engines! {
    async fn nobody_waits_for_the_database_and_nothing_is_lost_by_that(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = best_effort(&db, &env).await;
        // A use case holds the head of the chain (on SQLite the whole database).
        let mut slow = db.begin().await.unwrap();
        ledger.record(&mut slow, small(&env)).await.unwrap();
        let written = async {
            for _ in 0..10 {
                ledger.write(small(&env)).await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(1), written).await.expect("none of them waits for the use case");
        slow.commit().await.unwrap();
        ledger.shutdown().await;
        assert_eq!(all(&db).await.len(), 11);
        let stats = ledger.stats();
        assert_eq!((stats.entries, stats.lost), (10, 0), "{stats:?}");
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn what_waits_is_bounded_by_its_size(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = best_effort(&db, &env).await;
        let mut slow = db.begin().await.unwrap();
        ledger.record(&mut slow, small(&env)).await.unwrap();
        let big = || small(&env).args(Payload::new("x".repeat(60_000))).result(Payload::new("x".repeat(60_000)));
        let tasks: Vec<_> = (0..600)
            .map(|_| {
                let (ledger, event) = (ledger.clone(), big());
                tokio::spawn(async move { ledger.write(event).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let waiting = tasks.iter().filter(|task| !task.is_finished()).count();
        assert!((150..500).contains(&waiting), "72 MB are not all taken into memory: {waiting} wait");
        slow.commit().await.unwrap();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        ledger.shutdown().await;
        let stats = ledger.stats();
        assert_eq!((stats.entries, stats.lost), (600, 0), "{stats:?}");
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn a_broken_database_stops_nobody_and_is_counted(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = best_effort(&db, &env).await;
        let mut tx = db.begin().await.unwrap();
        let head: (String, i64, Vec<u8>) =
            sql("DELETE FROM chain_heads RETURNING node, seq, hash").fetch_one(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..20 {
            ledger.write(small(&env)).await.unwrap();
        }
        // SQLite's journal still takes those that come before it is known.
        let known = async {
            while ledger.healthy() || ledger.stats().entries + ledger.stats().lost < 20 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), known).await.expect("it becomes known");
        let before = ledger.stats();
        for _ in 0..20 {
            ledger.write(small(&env)).await.unwrap();
        }
        let counted = async {
            while ledger.stats().lost < before.lost + 20 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), counted).await.expect("what is lost is counted");
        assert!(!ledger.healthy());

        let mut tx = db.begin().await.unwrap();
        sql("INSERT INTO chain_heads (node, seq, hash) VALUES ($1, $2, $3)")
            .bind(head.0).bind(head.1).bind(head.2).execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        ledger.write(small(&env)).await.unwrap();
        ledger.shutdown().await;
        let after = ledger.stats();
        assert_eq!((after.entries, after.lost), (before.entries + 1, before.lost + 20));
        assert_eq!(all(&db).await.len() as u64, after.entries);
        // After the end there is nobody who writes; the call is still none of the log's business.
        ledger.write(small(&env)).await.unwrap();
        assert_eq!(ledger.stats().lost, after.lost + 1);
        assert!(verify::verify(&db).await.unwrap().ok());
    }
}
