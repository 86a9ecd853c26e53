//! Recorded calls, read again portion by portion.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AuditAction, Clock, Outcome};
use ledger::Payload;
use ledger::replay::{self, Asked, PORTION, Range};
use store::{Db, sql};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

use crate::events::{call, open, small};

/// Everything that is asked for, in the order of its portions.
async fn read(db: &Db, action: AuditAction, range: &Range) -> (Vec<Asked>, usize) {
    let mut tx = db.read().await.unwrap();
    let (mut all, mut portions, mut before) = (Vec::new(), 0, None);
    loop {
        let portion = replay::asked(&mut tx, action, range, before).await.unwrap();
        portions += 1;
        all.extend(portion.calls().map(|asked| asked.expect("a call")));
        before = portion.next;
        if before.is_none() {
            return (all, portions);
        }
    }
}

fn since(time: DateTime<Utc>) -> Range {
    Range { since: time, until: None, servers: None }
}

both_engines! {
    async fn every_call_is_in_one_portion(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let (ada, github) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let begin = env.now() - TimeDelta::days(1);
        let calls = 2 * PORTION;
        // Three at a time, so that a portion ends between calls of one moment.
        let at = |n: u32| begin + TimeDelta::seconds(i64::from(n / 3));
        let events = (0..calls).map(|n| {
            let event = call(&env, &ada, &github, "echo", AuditAction::ToolCallAdmitted, Outcome::Admitted);
            (at(n), event.args(Payload::new(n.to_string())))
        });
        let mut events: Vec<_> = events.collect();
        events.push((begin, small(&env)));
        let denied = call(&env, &ada, &github, "add", AuditAction::AccessDenied, Outcome::Denied);
        events.push((begin, denied));
        let mut tx = db.begin().await.unwrap();
        ledger.backfill(&mut tx, events).await.unwrap();
        tx.commit().await.unwrap();

        let (all, portions) = read(&db, AuditAction::ToolCallAdmitted, &since(begin)).await;
        assert_eq!(portions, 3, "the last one may be empty");
        assert!(all.is_sorted_by(|one, next| (one.at, one.id) > (next.at, next.id)), "newest first, none twice");
        let mut numbers: Vec<u32> = all.iter().map(|asked| asked.args.as_deref().unwrap().parse().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..calls));

        let half = Range { until: Some(at(calls / 2)), ..since(at(3)) };
        let (all, _) = read(&db, AuditAction::ToolCallAdmitted, &half).await;
        assert!(all.iter().all(|asked| asked.at >= at(3) && asked.at < at(calls / 2)));
        assert_eq!(all.len() as u32, (calls / 2 / 3 - 1) * 3);
        let elsewhere = Range { servers: Some(vec![build::server(&*env, "linear").id]), ..since(begin) };
        assert_eq!(read(&db, AuditAction::ToolCallAdmitted, &elsewhere).await, (Vec::new(), 1));
        let (denied, _) = read(&db, AuditAction::AccessDenied, &since(begin)).await;
        assert_eq!(denied.iter().map(|asked| asked.name.as_str()).collect::<Vec<_>>(), ["add"]);
    }

    async fn a_call_is_read_as_it_was_recorded(db: Db) {
        let env = Arc::new(MockEnv::default());
        let ledger = open(&db, &env).await;
        let (ada, github) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
        let now = env.now() + TimeDelta::microseconds(123_456);
        let tool = "two\nlines\r\n\"quoted\" \\ \u{1e}\u{85}\u{2028}\u{1F6AA}";
        let args = "{\n\t\"text\": \"a \\\"word\\\" \\u0000 \u{fc}\"\r\n}\n";
        let of = |tool: &str| call(&env, &ada, &github, tool, AuditAction::ToolCallAdmitted, Outcome::Admitted);
        let whole = of(tool).client("a\nclient", Some("1.0\n".to_owned())).args(Payload::new(args));
        let cut = of("cut").args(Payload::beginning("{\"half", 500));
        let mut tx = db.begin().await.unwrap();
        ledger.backfill(&mut tx, vec![(now, whole), (now + TimeDelta::seconds(1), cut)]).await.unwrap();
        tx.commit().await.unwrap();

        let (all, _) = read(&db, AuditAction::ToolCallAdmitted, &since(now)).await;
        let [cut, whole] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((whole.at, whole.person, whole.server), (now, ada.id, github.id));
        assert_eq!((whole.name.as_str(), whole.args.as_deref(), whole.cut), (tool, Some(args), false));
        assert_eq!(whole.client_name.as_deref(), Some("a\nclient"));
        assert_eq!(whole.client_version.as_deref(), Some("1.0\n"));
        assert_eq!((cut.args.as_deref(), cut.cut), (Some("{\"half"), true));

        let mut tx = db.begin().await.unwrap();
        sql("UPDATE audit SET actor_id = 'nobody' WHERE tool = 'cut'").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        let portion = replay::asked(&mut tx, AuditAction::ToolCallAdmitted, &since(now), None).await.unwrap();
        let read: Vec<bool> = portion.calls().map(|asked| asked.is_ok()).collect();
        assert_eq!(read, [false, true], "what cannot be read is not left out in silence");
    }
}
