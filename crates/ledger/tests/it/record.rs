//! What is recorded comes back, whole or cut, and only with the change that it belongs to.

use std::sync::Arc;
use std::time::Duration;

use domain::{AuditAction, Clock, NodeId, Outcome};
use ledger::{Error, Payload, Scope, query, verify};
use store::{Db, settings, sql};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

use crate::events::{all, call, full, open, open_as, small, uuid};

both_engines! {
    async fn an_event_comes_back_as_it_was_reported(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let event = full(&env, &user, &server);
        let mut tx = db.begin().await.unwrap();
        let id = ledger.record(&mut tx, event.clone()).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.read().await.unwrap();
        let entry = query::get(&mut tx, Scope::All, id).await.unwrap().unwrap();
        assert_eq!(entry.row.at, env.now());
        assert_eq!((entry.row.action, entry.row.outcome), (event.action, event.outcome));
        assert_eq!((&entry.row.actor, &entry.row.resource), (&event.actor, &event.resource));
        assert_eq!((entry.row.server_id, entry.row.server.as_deref()), (Some(server.id), Some("github")));
        assert_eq!(entry.row.tool.as_deref(), Some("echo"));
        assert_eq!(entry.row.client_name.as_deref(), Some("Cursor"));
        assert_eq!(entry.row.client_version.as_deref(), Some("1.0"));
        assert_eq!(entry.row.ip.as_deref(), Some("192.0.2.7"));
        assert_eq!(entry.row.correlation_id, event.correlation);
        assert_eq!((entry.row.latency_us, entry.row.decision), (Some(1_234), event.decision));
        assert_eq!(entry.row.reason.as_deref(), Some("because"));
        assert_eq!(entry.rules, event.rules.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(entry.error, event.error);
        assert_eq!(entry.args.as_deref(), Some(r#"{"text":"hello"}"#));
        assert_eq!(entry.result.as_deref(), Some(r#"{"content":[]}"#));
        assert_eq!((entry.cut, entry.seq), (None, 1));
        assert_eq!((entry.hash.len(), entry.prev_hash), (64, "0".repeat(64)));
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn a_change_that_is_taken_back_leaves_no_event(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let mut tx = db.begin().await.unwrap();
        settings::put(&mut tx, "key", "value", env.now()).await.unwrap();
        ledger.record(&mut tx, small(&env)).await.unwrap();
        ledger.record(&mut tx, small(&env)).await.unwrap();
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(settings::get(&mut tx, "key").await.unwrap(), None);
        ledger.record(&mut tx, small(&env)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(all(&db).await.len(), 1);
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!((report.nodes[0].first_seq, report.nodes[0].last_seq), (Some(1), Some(1)));
    }

    async fn a_long_payload_is_cut_and_both_parts_are_proved(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        // Three bytes a character: the limit falls into the middle of one.
        let long = "…".repeat(30_000);
        let event = full(&env, &user, &server)
            .args(Payload::new(long.clone()))
            .result(Payload::beginning("{\"begin", 9_000_000));
        let id = ledger.write(event).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let entry = query::get(&mut tx, Scope::All, id).await.unwrap().unwrap();
        let kept = entry.args.unwrap();
        assert_eq!(kept.len(), 65_535);
        assert!(long.starts_with(&kept));
        assert_eq!(
            entry.cut.as_deref(),
            Some("arguments: the first 65535 of 90000 bytes; result: the first 7 of 9000000 bytes")
        );
        drop(tx);
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn what_a_stranger_sends_cannot_make_an_entry_fail(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let huge = "\u{1F6AA}".repeat(100_000);
        let event = call(&env, &user, &server, "nul\0tool", AuditAction::AccessDenied, Outcome::Denied)
            .client(huge.clone(), Some("\0".to_owned()))
            .reason(huge.clone())
            .error(huge)
            .args(Payload::bytes(b"\xff\0"));
        let id = ledger.write(event).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let entry = query::get(&mut tx, Scope::All, id).await.unwrap().unwrap();
        assert_eq!(entry.row.tool.as_deref(), Some("nul\u{fffd}tool"));
        assert!(entry.row.client_name.unwrap().len() <= 512);
        assert!(entry.row.reason.unwrap().len() <= 8192);
        assert_eq!(entry.args.as_deref(), Some("\u{fffd}\u{fffd}"));
        drop(tx);
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn dated_events_keep_their_times(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let begin = env.now() - chrono::TimeDelta::days(30);
        let events: Vec<_> =
            (0..700).map(|n| (begin + chrono::TimeDelta::minutes(n), small(&env))).collect();
        let mut tx = db.begin().await.unwrap();
        ledger.backfill(&mut tx, events).await.unwrap();
        tx.commit().await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!(report.nodes[0].entries, 700);
        assert_eq!(all(&db).await[0].at, begin + chrono::TimeDelta::minutes(699));
    }

    async fn nodes_have_chains_of_their_own(db: Db) {
        let env = Arc::new(MockEnv::default());
        let one = open_as(&db, &env, NodeId::from_uuid(uuid(1))).await;
        let two = open_as(&db, &env, NodeId::from_uuid(uuid(2))).await;
        let tasks: Vec<_> = (0..40)
            .map(|n| {
                let ledger = if n % 2 == 0 { one.clone() } else { two.clone() };
                let (db, env) = (db.clone(), Arc::clone(&env));
                tokio::spawn(async move {
                    if n % 3 == 0 {
                        let mut tx = db.begin().await.unwrap();
                        ledger.record(&mut tx, small(&env)).await.unwrap();
                        tx.commit().await.unwrap();
                    } else {
                        ledger.write(small(&env)).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        assert_eq!(report.nodes.iter().map(|node| node.entries).collect::<Vec<_>>(), [20, 20]);
    }

    async fn a_chain_without_its_head_is_not_continued(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        ledger.write(small(&env)).await.unwrap();
        ledger.shutdown().await;
        let mut tx = db.begin().await.unwrap();
        sql("DELETE FROM chain_heads").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let again = ledger::Ledger::open(db.clone(), ledger.node(), Arc::<MockEnv>::clone(&env)).await;
        assert!(matches!(again, Err(Error::NoHead)), "{again:?}");
        let report = verify::verify(&db).await.unwrap();
        assert_eq!(report.nodes[0].why.as_deref(), Some("the head of the chain is missing"));
    }
}

#[tokio::test]
async fn events_of_the_same_moment_have_an_order() {
    let test = testkit::db::TestDb::sqlite().await;
    let (db, env) = (test.db(), Arc::new(MockEnv::default()));
    let ledger = open(&db, &env).await;
    for _ in 0..3 {
        ledger.write(small(&env)).await.unwrap();
        env.advance(Duration::from_micros(1));
    }
    let rows = all(&db).await;
    assert!(rows.windows(2).all(|pair| (pair[0].at, pair[0].id) > (pair[1].at, pair[1].id)), "{rows:?}");
}
