//! Calls whose outcome was never reported get one: after a crash, and when the one who asked is gone.

use std::sync::Arc;
use std::time::Duration;

use domain::{AuditAction, AuditRow, Clock, Outcome};
use ledger::{Ended, Event, verify};
use store::Db;
use testkit::env::MockEnv;
use testkit::{both_engines, build};

use crate::events::{all, call, open, small};

fn unknown(rows: &[AuditRow]) -> Vec<&AuditRow> {
    rows.iter().filter(|row| row.outcome == Outcome::Unknown).collect()
}

/// The outcome of an admission.
fn outcome(admission: &Event) -> Event {
    Event { action: AuditAction::ToolCallSuccess, outcome: Outcome::Success, ..admission.clone() }
}

both_engines! {
    async fn a_call_that_a_crash_left_open_is_unknown(db: Db) {
        let env = Arc::new(MockEnv::default());
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let ledger = open(&db, &env).await;
        let admit = |tool: &str| call(&env, &user, &server, tool, AuditAction::ToolCallAdmitted, Outcome::Admitted);
        let done = admit("done");
        ledger.write(done.clone()).await.unwrap();
        ledger.write(outcome(&done)).await.unwrap();
        // One request with two calls of the same tool, of which one came back.
        let twice = admit("twice");
        for event in [twice.clone(), twice.clone(), outcome(&twice)] {
            ledger.write(event).await.unwrap();
        }
        let open_call = admit("open");
        ledger.write(open_call.clone()).await.unwrap();
        // No shutdown: the process is gone.
        drop(ledger);

        env.advance(Duration::from_mins(1));
        let ledger = open(&db, &env).await;
        let rows = all(&db).await;
        let mut closed = unknown(&rows);
        closed.sort_by_key(|row| row.tool.clone());
        assert_eq!(closed.iter().map(|row| row.tool.as_deref()).collect::<Vec<_>>(), [Some("open"), Some("twice")]);
        let row = closed[0];
        assert_eq!((row.action, row.at), (AuditAction::ToolCallFailure, env.now()));
        assert_eq!(row.correlation_id, open_call.correlation);
        assert_eq!((row.server_id, row.actor.id), (Some(server.id), Some(user.id)));
        assert_eq!((row.client_name.as_deref(), row.ip.as_deref()), (Some("Cursor"), Some("192.0.2.7")));
        assert!(row.reason.as_deref().unwrap().contains("stopped"));

        // Only once, and nothing after a clean end.
        drop(ledger);
        let ledger = open(&db, &env).await;
        assert_eq!(unknown(&all(&db).await).len(), 2);
        ledger.write(done.clone()).await.unwrap();
        ledger.write(outcome(&done)).await.unwrap();
        ledger.shutdown().await;
        open(&db, &env).await;
        assert_eq!(unknown(&all(&db).await).len(), 2);
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn an_admission_whose_caller_left_is_closed_at_once(db: Db) {
        let env = Arc::new(MockEnv::default());
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let ledger = open(&db, &env).await;
        // While somebody holds the chain, a call is admitted and its caller leaves.
        let mut slow = db.begin().await.unwrap();
        ledger.record(&mut slow, small(&env)).await.unwrap();
        let admission = call(&env, &user, &server, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted);
        let left = tokio::time::timeout(Duration::ZERO, ledger.admit(admission)).await;
        assert!(left.is_err(), "it cannot be durable yet");
        slow.commit().await.unwrap();
        ledger.shutdown().await;

        let rows = all(&db).await;
        let closed = unknown(&rows);
        assert_eq!(closed.len(), 1, "{rows:?}");
        assert!(closed[0].reason.as_deref().unwrap().contains("gone"));
        assert_eq!(rows.iter().filter(|row| row.outcome == Outcome::Admitted).count(), 1);
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn an_admission_whose_caller_leaves_before_it_hears_of_it_is_closed_at_once(db: Db) {
        let env = Arc::new(MockEnv::default());
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let ledger = open(&db, &env).await;
        let admission = call(&env, &user, &server, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted);
        {
            let mut writing = std::pin::pin!(ledger.admit(admission));
            let begun = tokio::time::timeout(Duration::ZERO, writing.as_mut()).await;
            assert!(begun.is_err(), "it is not durable yet");
            // It becomes durable, which nobody looks at.
            while ledger.stats().entries == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let closed = async {
            while unknown(&all(&db).await).is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), closed).await.expect("its outcome is recorded");
        ledger.shutdown().await;
        assert_eq!(all(&db).await.len(), 2);
        assert!(verify::verify(&db).await.unwrap().ok());
    }

    async fn an_outcome_repeats_its_admission(db: Db) {
        let env = Arc::new(MockEnv::default());
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let ledger = open(&db, &env).await;
        let admission = call(&env, &user, &server, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted);
        let admitted = ledger.admit(admission.clone()).await.unwrap();
        assert_eq!(all(&db).await.len(), 1, "the outcome is for the caller to write");
        ledger.settle(&admitted, Ended::unknown("the line was cut")).await.unwrap();
        let rows = all(&db).await;
        let outcome = unknown(&rows)[0];
        assert_eq!((outcome.action, outcome.reason.as_deref()), (AuditAction::ToolCallFailure, Some("the line was cut")));
        assert_eq!((outcome.correlation_id, &outcome.tool), (admission.correlation, &admission.tool));
        let mut ended = Ended::new(Outcome::Success);
        ended.latency_us = Some(12);
        let id = ledger.settle(&ledger.admit(admission.clone()).await.unwrap(), ended).await.unwrap();
        let rows = all(&db).await;
        let success = rows.iter().find(|row| row.id == id).expect("the outcome");
        assert_eq!((success.action, success.latency_us), (AuditAction::ToolCallSuccess, Some(12)));
        ledger.shutdown().await;
        assert!(verify::verify(&db).await.unwrap().ok());
        open(&db, &env).await;
        assert_eq!(unknown(&all(&db).await).len(), 1, "no call is open");
    }

    async fn what_is_no_admission_cannot_be_admitted(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let refused = ledger.admit(small(&env)).await.unwrap_err();
        assert!(refused.to_string().contains("is not the admission of a call"), "{refused}");
        assert!(all(&db).await.is_empty());
    }

    async fn many_calls_do_not_hide_an_open_one(db: Db) {
        let env = Arc::new(MockEnv::default());
        let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let ledger = open(&db, &env).await;
        let admission = call(&env, &user, &server, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted);
        ledger.write(admission).await.unwrap();
        // Enough for the ledger to note several times what is settled.
        let tasks: Vec<_> = (0..9000)
            .map(|_| {
                let (ledger, event) = (ledger.clone(), small(&env));
                tokio::spawn(async move { ledger.write(event).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        drop(ledger);
        env.advance(Duration::from_secs(1));
        open(&db, &env).await;
        assert_eq!(unknown(&all(&db).await).len(), 1);
    }
}
