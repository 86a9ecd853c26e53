//! SQLite's journal: what was promised survives whatever happens before it is an entry.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{AuditAction, Outcome};
use ledger::{Payload, verify};
use store::{Db, SqliteDb};
use testkit::build;
use testkit::db::TestDb;
use testkit::env::MockEnv;

use crate::events::{all, call, open, small};

fn sqlite(db: &Db) -> &SqliteDb {
    let Db::Sqlite(db) = db else { panic!("SQLite") };
    db
}

/// What is on the disk now, in another directory, as if the machine had lost its power.
fn power_cut(db: &Db, to: &Path) -> PathBuf {
    let from = sqlite(db).path();
    for file in fs::read_dir(from.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        // Neither is of any use to another process.
        if !name.ends_with("-shm") && name != "drawbridge.lock" {
            fs::copy(file.path(), to.join(name)).unwrap();
        }
    }
    to.join(from.file_name().unwrap())
}

/// The journal's files, the one with records first.
fn journal(db: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(db.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().contains("-audit-"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 2);
    files
}

#[tokio::test]
async fn what_was_promised_survives_a_loss_of_power() {
    let test = TestDb::sqlite().await;
    let env = Arc::new(MockEnv::default());
    let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
    let (db, directory) = (test.db(), tempfile::tempdir().unwrap());
    let ledger = open(&db, &env).await;
    ledger.write(small(&env)).await.unwrap();
    assert_eq!(all(&db).await.len(), 1);

    // Nothing can become an entry while somebody holds the database.
    let mut slow = db.begin().await.unwrap();
    let admit = |tool: &str| call(&env, &user, &server, tool, AuditAction::ToolCallAdmitted, Outcome::Admitted);
    let done = admit("done").args(Payload::new(r#"{"text":"hello"}"#));
    ledger.write(done.clone()).await.unwrap();
    let outcome = ledger::Event { action: AuditAction::ToolCallSuccess, outcome: Outcome::Success, ..done };
    ledger.write(outcome).await.unwrap();
    let open_call = ledger.write(admit("open")).await.unwrap();
    ledger.record(&mut slow, small(&env)).await.unwrap();
    let copy = power_cut(&db, directory.path());
    slow.commit().await.unwrap();

    let after = Db::open_sqlite(&copy).await.unwrap();
    assert_eq!(all(&after).await.len(), 1, "the rest is in the journal");
    let again = open(&after, &env).await;
    let rows = all(&after).await;
    let told = |tool: &str| {
        let mut told: Vec<_> =
            rows.iter().filter(|row| row.tool.as_deref() == Some(tool)).map(|row| row.outcome).collect();
        told.sort_by_key(|outcome| outcome.as_str());
        told
    };
    assert_eq!(told("done"), [Outcome::Admitted, Outcome::Success]);
    assert_eq!(told("open"), [Outcome::Admitted, Outcome::Unknown], "its outcome was not known");
    assert!(rows.iter().any(|row| row.id == open_call), "by the id that was told");
    assert_eq!(rows.len(), 5, "without what the use case had not committed");
    assert!(verify::verify(&after).await.unwrap().ok());
    // The call is counted once, also after another start.
    again.shutdown().await;
    let third = open(&after, &env).await;
    assert_eq!(all(&after).await.len(), 5);
    let mut tx = after.read().await.unwrap();
    let (calls,): (i64,) =
        store::sql("SELECT CAST(SUM(calls) AS BIGINT) FROM call_hours").fetch_one(&mut tx).await.unwrap();
    assert_eq!(calls, 2, "one done, one unknown");
    drop(tx);
    third.shutdown().await;

    // And here nothing was lost either.
    assert_eq!(all(&db).await.len(), 5);
    ledger.shutdown().await;
    assert!(verify::verify(&db).await.unwrap().ok());
    assert!(
        journal(sqlite(&db).path()).iter().all(|file| fs::metadata(file).unwrap().len() == 0),
        "it is empty at the end"
    );
}

#[tokio::test]
async fn a_record_that_was_cut_off_takes_none_with_it() {
    let test = TestDb::sqlite().await;
    let env = Arc::new(MockEnv::default());
    let (db, directory) = (test.db(), tempfile::tempdir().unwrap());
    let ledger = open(&db, &env).await;
    let slow = db.begin().await.unwrap();
    for n in 0..5 {
        ledger.write(small(&env).reason(format!("record {n}"))).await.unwrap();
    }
    let copy = power_cut(&db, directory.path());
    slow.rollback().await.unwrap();

    let file = &journal(&copy)[0];
    let mut bytes = fs::read(file).unwrap();
    let last = bytes.windows(8).position(|text| text == b"record 4").unwrap();
    bytes[last] = b'R';
    fs::write(file, &bytes).unwrap();
    let after = Db::open_sqlite(&copy).await.unwrap();
    let again = open(&after, &env).await;
    let mut reasons: Vec<_> = all(&after).await.into_iter().filter_map(|row| row.reason).collect();
    reasons.sort();
    assert_eq!(reasons, ["record 0", "record 1", "record 2", "record 3"]);
    again.write(small(&env)).await.unwrap();
    assert_eq!(all(&after).await.len(), 5);
    assert!(verify::verify(&after).await.unwrap().ok());
}

#[tokio::test]
async fn a_journal_that_was_written_over_and_over_stays_small_and_loses_nothing() {
    let test = TestDb::sqlite().await;
    let env = Arc::new(MockEnv::default());
    let (db, directory) = (test.db(), tempfile::tempdir().unwrap());
    let ledger = open(&db, &env).await;
    const EVENTS: usize = 1_500;
    let big = "x".repeat(60_000);
    let write = async |events: usize| {
        let tasks: Vec<_> = (0..events)
            .map(|_| {
                let (ledger, event) = (ledger.clone(), small(&env).args(Payload::new(big.clone())));
                tokio::spawn(async move { ledger.write(event).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    };
    // 90 MB through two files of 8.
    for _ in 0..EVENTS / 50 {
        write(50).await;
    }
    let size = |db: &Path| journal(db).iter().map(|file| fs::metadata(file).unwrap().len()).sum::<u64>();
    let path = sqlite(&db).path().to_owned();
    assert!((8 << 20..48 << 20).contains(&size(&path)), "{}", size(&path));

    let slow = db.begin().await.unwrap();
    write(20).await;
    let copy = power_cut(&db, directory.path());
    slow.rollback().await.unwrap();
    let after = Db::open_sqlite(&copy).await.unwrap();
    let again = open(&after, &env).await;
    let report = verify::verify(&after).await.unwrap();
    assert!(report.ok(), "{report:?}");
    assert_eq!(report.nodes[0].entries, EVENTS as u64 + 20);
    again.shutdown().await;
    assert_eq!(size(&copy), 0);
}

#[tokio::test]
async fn what_follows_a_record_comes_after_it_in_the_chain() {
    let test = TestDb::sqlite().await;
    let env = Arc::new(MockEnv::default());
    let db = test.db();
    let ledger = open(&db, &env).await;
    for n in 0..20 {
        ledger.write(small(&env).reason(format!("record {n:02} a"))).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        ledger.record(&mut tx, small(&env).reason(format!("record {n:02} b"))).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = db.read().await.unwrap();
    let chain: Vec<(String,)> = store::sql("SELECT reason FROM audit ORDER BY seq").fetch_all(&mut tx).await.unwrap();
    let reasons: Vec<String> = chain.into_iter().map(|(reason,)| reason).collect();
    assert_eq!(reasons.len(), 40);
    assert!(reasons.is_sorted(), "{reasons:?}");
}
