//! Whatever somebody changes in a stored entry is found, wherever it is; and what cannot be found is said.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::Clock;
use ledger::{Payload, verify};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Db, Engine, Tx, Value, sql};
use testkit::both_engines;
use testkit::build;
use testkit::db::TestDb;
use testkit::env::MockEnv;

use crate::events::{full, open, small};

const ENTRIES: i64 = 12;

/// Every column: name, kind of value, may be null.
const COLUMNS: &[(&str, Kind, bool)] = &[
    ("id", Kind::Text, false),
    ("node", Kind::Text, false),
    ("seq", Kind::Int, false),
    ("at", Kind::Time, false),
    ("action", Kind::Text, false),
    ("outcome", Kind::Text, false),
    ("actor_kind", Kind::Text, false),
    ("actor_id", Kind::Text, true),
    ("actor_name", Kind::Text, false),
    ("resource_kind", Kind::Text, true),
    ("resource_id", Kind::Text, true),
    ("resource_name", Kind::Text, true),
    ("server_id", Kind::Text, true),
    ("server_slug", Kind::Text, true),
    ("tool", Kind::Text, true),
    ("client_name", Kind::Text, true),
    ("client_version", Kind::Text, true),
    ("ip", Kind::Text, true),
    ("correlation_id", Kind::Text, false),
    ("latency_us", Kind::Int, true),
    ("decision", Kind::Text, true),
    ("rules", Kind::Text, true),
    ("reason", Kind::Text, true),
    ("error", Kind::Text, true),
    ("args", Kind::Text, true),
    ("args_len", Kind::Int, true),
    ("args_digest", Kind::Bytes, true),
    ("result", Kind::Text, true),
    ("result_len", Kind::Int, true),
    ("result_digest", Kind::Bytes, true),
    ("salt", Kind::Bytes, false),
    ("prev_hash", Kind::Bytes, false),
    ("hash", Kind::Bytes, false),
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Int,
    Bytes,
    Time,
}

/// What somebody with access to the database might do.
#[derive(Debug, Clone)]
enum Tampering {
    /// Another value in one column.
    Set { column: usize, seq: i64, value: Value },
    /// Nothing in one column.
    Clear { column: usize, seq: i64 },
    /// The value of another entry in one column.
    Copy { column: usize, seq: i64, from: i64 },
    /// An entry is removed.
    Remove { seq: i64 },
    /// Two entries change places.
    Swap { one: i64, other: i64 },
    /// The head names something else.
    Head { seq: i64, hash: Option<Vec<u8>> },
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => prop_oneof!["[ -~]{0,20}", Just("success".to_owned()), Just(String::new())]
            .prop_map(|text| Value::Text(Some(text)))
            .boxed(),
        Kind::Int => any::<i64>().prop_map(|number| Value::Int(Some(number))).boxed(),
        Kind::Bytes => {
            proptest::collection::vec(any::<u8>(), 0..70).prop_map(|bytes| Value::Bytes(Some(bytes))).boxed()
        }
        Kind::Time => (1_i64..1_000_000_000)
            .prop_map(|micros| Value::Time(Some(MockEnv::default().now() + TimeDelta::microseconds(micros))))
            .boxed(),
    }
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let seq = 1..=ENTRIES;
    let column = 0..COLUMNS.len();
    prop_oneof![
        8 => (column.clone(), seq.clone()).prop_flat_map(|(column, seq)| {
            value(COLUMNS[column].1).prop_map(move |value| Tampering::Set { column, seq, value })
        }),
        3 => (column.clone(), seq.clone()).prop_map(|(column, seq)| Tampering::Clear { column, seq }),
        4 => (column, seq.clone(), seq.clone())
            .prop_map(|(column, seq, from)| Tampering::Copy { column, seq, from }),
        1 => seq.clone().prop_map(|seq| Tampering::Remove { seq }),
        1 => (seq.clone(), seq.clone()).prop_map(|(one, other)| Tampering::Swap { one, other }),
        1 => (0..=ENTRIES + 2, proptest::option::of(proptest::collection::vec(any::<u8>(), 32)))
            .prop_map(|(seq, hash)| Tampering::Head { seq, hash }),
    ]
}

/// A statement with a column's name in it. Leaks a few bytes, which a test may.
fn with_column(text: &str, column: usize) -> &'static str {
    Box::leak(text.replace("COLUMN", COLUMNS[column].0).into_boxed_str())
}

/// Does it; false when it changed nothing.
async fn tamper(tx: &mut Tx, tampering: &Tampering) -> Result<bool, store::Error> {
    let changed = match tampering {
        Tampering::Set { column, seq, value } => {
            let text = with_column(
                "UPDATE audit SET COLUMN = $1 WHERE seq = $2 AND (COLUMN <> $1 OR COLUMN IS NULL)",
                *column,
            );
            sql(text).bind(value.clone()).bind(*seq).execute(tx).await?
        }
        Tampering::Clear { column, seq } => {
            if !COLUMNS[*column].2 {
                return Ok(false);
            }
            let text = with_column("UPDATE audit SET COLUMN = NULL WHERE seq = $1 AND COLUMN IS NOT NULL", *column);
            sql(text).bind(*seq).execute(tx).await?
        }
        Tampering::Copy { column, seq, from } => {
            let text = with_column(
                "UPDATE audit SET COLUMN = (SELECT o.COLUMN FROM audit o WHERE o.seq = $2)
                 WHERE seq = $1 AND EXISTS (SELECT 1 FROM audit o WHERE o.seq = $2
                       AND (o.COLUMN <> audit.COLUMN OR (o.COLUMN IS NULL) <> (audit.COLUMN IS NULL)))",
                *column,
            );
            sql(text).bind(*seq).bind(*from).execute(tx).await?
        }
        Tampering::Remove { seq } => sql("DELETE FROM audit WHERE seq = $1").bind(*seq).execute(tx).await?,
        Tampering::Swap { one, other } => {
            if one == other {
                return Ok(false);
            }
            for (from, to) in [(*one, -1), (*other, *one), (-1, *other)] {
                sql("UPDATE audit SET seq = $2 WHERE seq = $1").bind(from).bind(to).execute(tx).await?;
            }
            1
        }
        Tampering::Head { seq, hash: Some(hash) } => {
            sql("UPDATE chain_heads SET seq = $1, hash = $2").bind(*seq).bind(hash.clone()).execute(tx).await?
        }
        Tampering::Head { seq, hash: None } => {
            sql("UPDATE chain_heads SET seq = $1 WHERE seq <> $1").bind(*seq).execute(tx).await?
        }
    };
    Ok(changed > 0)
}

/// A payload may be removed: that is what redaction does.
fn is_removal_of_payload(tampering: &Tampering, after: &verify::Report, before: &verify::Report) -> bool {
    let removed = |report: &verify::Report| report.nodes.iter().map(|node| node.payloads_removed).sum::<u64>();
    let column = match tampering {
        Tampering::Clear { column, .. } | Tampering::Copy { column, .. } => COLUMNS[*column].0,
        _ => return false,
    };
    matches!(column, "args" | "result") && after.ok() && removed(after) == removed(before) + 1
}

async fn fill(db: &Db) {
    let env = Arc::new(MockEnv::default());
    let ledger = open(db, &env).await;
    let (user, server) = (build::user(&*env, "Ada"), build::server(&*env, "github"));
    for n in 0..ENTRIES {
        env.advance(std::time::Duration::from_millis(1));
        let event = match n % 4 {
            0 => small(&env),
            1 => full(&env, &user, &server).args(Payload::new("x".repeat(70_000))),
            2 => full(&env, &user, &server).result(Payload::new("")),
            _ => full(&env, &user, &server),
        };
        ledger.write(event).await.unwrap();
    }
    ledger.shutdown().await;
}

fn every_tampering_is_found(engine: Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (test, before) = runtime.block_on(async {
        let test = TestDb::of(engine).await;
        fill(&test.db()).await;
        let before = verify::verify(&test.db()).await.unwrap();
        (test, before)
    });
    assert!(before.ok() && before.nodes[0].entries == ENTRIES as u64, "{before:?}");

    let check = |tampering: Tampering| {
        runtime.block_on(async {
            let mut tx = test.db().begin().await.unwrap();
            // What the engine itself refuses (a number that is taken, a digest of a kind that it is not) is no danger.
            if !tamper(&mut tx, &tampering).await.unwrap_or(false) {
                return Ok(());
            }
            let after = verify::verify_in(&mut tx).await.unwrap();
            tx.rollback().await.unwrap();
            let found = !after.ok() || is_removal_of_payload(&tampering, &after, &before);
            prop_assert!(found, "{tampering:?} was not found");
            Ok(())
        })
    };
    // Every column of every entry once, then at random.
    for (column, (_, kind, _)) in COLUMNS.iter().enumerate() {
        for seq in 1..=ENTRIES {
            let value = match kind {
                Kind::Text => "tampered".into(),
                Kind::Int => 4_242_i64.into(),
                Kind::Bytes => vec![7_u8; 32].into(),
                Kind::Time => MockEnv::default().now().into(),
            };
            check(Tampering::Set { column, seq, value }).unwrap();
            check(Tampering::Clear { column, seq }).unwrap();
        }
    }
    let mut runner = TestRunner::new(Config { cases: 256, failure_persistence: None, ..Config::default() });
    runner.run(&tampering(), check).unwrap();
}

#[test]
fn every_tampering_is_found_on_sqlite() {
    every_tampering_is_found(Engine::Sqlite);
}

#[test]
fn every_tampering_is_found_on_postgres() {
    every_tampering_is_found(Engine::Postgres);
}

both_engines! {
    async fn the_first_broken_entry_is_named(db: Db) {
        fill(&db).await;
        let mut tx = db.begin().await.unwrap();
        sql("UPDATE audit SET reason = 'nothing to see here' WHERE seq = 7").execute(&mut tx).await.unwrap();
        sql("DELETE FROM audit WHERE seq = 9").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        let node = &report.nodes[0];
        assert_eq!((node.ok, node.broken_at, node.entries), (false, Some(7), 6));
        assert_eq!(node.why.as_deref(), Some("it was changed: its hash does not match"));
    }

    async fn what_cannot_be_proved_is_said(db: Db) {
        fill(&db).await;
        let mut tx = db.begin().await.unwrap();
        // The end is cut off together with the head: nothing in the database can tell.
        sql("DELETE FROM audit WHERE seq > 6").execute(&mut tx).await.unwrap();
        sql("UPDATE chain_heads SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)")
            .execute(&mut tx).await.unwrap();
        sql("UPDATE audit SET args = NULL WHERE seq = 2").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let report = verify::verify(&db).await.unwrap();
        assert!(report.ok(), "{report:?}");
        let text = report.cannot_prove.join("\n");
        assert!(text.contains("cut off the end") && text.contains("1 payloads"), "{text}");
    }
}
