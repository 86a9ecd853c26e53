//! What both engines promise: values come back as they went in, errors have the same kinds, transactions isolate.

use chrono::{DateTime, Duration, Utc};
use domain::{Clock, PageQuery, UserFilter};
use store::{Db, Error, Value, list, settings, sql, users};
use testkit::env::MockEnv;
use testkit::{both_engines, build};

#[derive(Debug, PartialEq, sqlx::FromRow)]
struct Everything {
    flag: Option<bool>,
    number: Option<i64>,
    words: Option<String>,
    bytes: Option<Vec<u8>>,
    time: Option<DateTime<Utc>>,
}

async fn round_trip(db: &Db, flag: Value, number: Value, words: Value, bytes: Value, time: Value) -> Everything {
    let mut tx = db.begin().await.unwrap();
    sql(store::Sql {
        sqlite: "CREATE TEMP TABLE IF NOT EXISTS everything
                 (flag INTEGER, number INTEGER, words TEXT, bytes BLOB, time TEXT)",
        postgres: "CREATE TEMP TABLE IF NOT EXISTS everything
                   (flag BOOLEAN, number BIGINT, words TEXT, bytes BYTEA, time TIMESTAMPTZ)",
    })
    .execute(&mut tx)
    .await
    .unwrap();
    let row = sql("INSERT INTO everything (flag, number, words, bytes, time) VALUES ($1, $2, $3, $4, $5)
                   RETURNING flag, number, words, bytes, time")
    .bind(flag)
    .bind(number)
    .bind(words)
    .bind(bytes)
    .bind(time)
    .fetch_one(&mut tx)
    .await
    .unwrap();
    tx.rollback().await.unwrap();
    row
}

both_engines! {
    async fn values_come_back_as_they_went_in(db: Db) {
        let time = MockEnv::default().now() + Duration::microseconds(123_456);
        let row = round_trip(
            &db, true.into(), i64::MIN.into(), "tab\tquote'emoji🚪".into(), vec![0_u8, 255].into(), time.into(),
        ).await;
        assert_eq!(row, Everything {
            flag: Some(true),
            number: Some(i64::MIN),
            words: Some("tab\tquote'emoji🚪".to_owned()),
            bytes: Some(vec![0, 255]),
            time: Some(time),
        });
        let nothing = round_trip(
            &db, Value::Bool(None), Value::Int(None), Value::Text(None), Value::Bytes(None), Value::Time(None),
        ).await;
        assert_eq!(nothing, Everything { flag: None, number: None, words: None, bytes: None, time: None });
    }

    async fn a_transaction_that_is_dropped_changes_nothing(db: Db) {
        let now = MockEnv::default().now();
        let mut tx = db.begin().await.unwrap();
        settings::put(&mut tx, "key", "value", now).await.unwrap();
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(settings::get(&mut tx, "key").await.unwrap(), None);
        settings::put(&mut tx, "key", "value", now).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        assert_eq!(settings::get(&mut tx, "key").await.unwrap().as_deref(), Some("value"));
    }

    async fn a_read_transaction_sees_one_state_and_cannot_write(db: Db) {
        let now = MockEnv::default().now();
        let mut reader = db.read().await.unwrap();
        assert_eq!(settings::get(&mut reader, "key").await.unwrap(), None);
        let mut writer = db.begin().await.unwrap();
        settings::put(&mut writer, "key", "value", now).await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(settings::get(&mut reader, "key").await.unwrap(), None, "a state from the middle");
        assert!(settings::put(&mut reader, "key", "other", now).await.is_err());
    }

    async fn concurrent_writers_lose_nothing(db: Db) {
        let now = MockEnv::default().now();
        let mut tx = db.begin().await.unwrap();
        settings::put(&mut tx, "count", "0", now).await.unwrap();
        tx.commit().await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    for _ in 0..5 {
                        let mut tx = db.begin().await.unwrap();
                        sql("UPDATE settings SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'count'")
                            .execute(&mut tx).await.unwrap();
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut tx = db.read().await.unwrap();
        assert_eq!(settings::get(&mut tx, "count").await.unwrap().as_deref(), Some("100"));
    }

    async fn unique_violations_have_the_same_name(db: Db) {
        let env = MockEnv::default();
        let ada = build::user(&env, "Ada");
        let mut tx = db.begin().await.unwrap();
        users::insert(&mut tx, &ada).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.begin().await.unwrap();
        let twin = domain::User { email: ada.email.clone(), ..build::user(&env, "Other") };
        let error = users::insert(&mut tx, &twin).await.unwrap_err();
        assert!(matches!(error, Error::Conflict("users.email")), "{error:?}");
        drop(tx);

        let mut tx = db.begin().await.unwrap();
        let error = users::insert(&mut tx, &ada).await.unwrap_err();
        assert!(matches!(error, Error::Conflict("users.id" | "users.email")), "{error:?}");
    }

    async fn a_missing_reference_is_not_an_internal_error(db: Db) {
        let env = MockEnv::default();
        let nobody = build::user(&env, "Nobody");
        let mut tx = db.begin().await.unwrap();
        let error = store::api_keys::insert(&mut tx, &build::key(&env, nobody.id, "k"), "hash").await.unwrap_err();
        assert!(matches!(error, Error::Reference(_)), "{error:?}");
    }

    async fn lists_number_their_placeholders(db: Db) {
        let now = MockEnv::default().now();
        let mut tx = db.begin().await.unwrap();
        for (key, value) in [("a", "1"), ("b", "1"), ("c", "2"), ("d", "2")] {
            settings::put(&mut tx, key, value, now).await.unwrap();
        }
        let keys = async |tx: &mut store::Tx, q: &store::List| -> Vec<String> {
            q.fetch_all::<(String,)>(tx).await.unwrap().into_iter().map(|(key,)| key).collect()
        };
        let mut q = list("SELECT key FROM settings WHERE key <> $1").bind("a");
        q.and_in(" AND value IN ", ["1", "2"]);
        q.and_all(" AND (value, key) < (?, ?)", ["2".into(), "d".into()]);
        q.push(" ORDER BY key DESC LIMIT ?", 2_i64);
        assert_eq!(keys(&mut tx, &q).await, ["c", "b"]);

        let mut q = list("SELECT key FROM settings WHERE true");
        q.and_in(" AND key IN ", Vec::<String>::new());
        assert_eq!(keys(&mut tx, &q).await, Vec::<String>::new());
    }

    async fn a_foreign_cursor_is_refused(db: Db) {
        let mut tx = db.read().await.unwrap();
        for cursor in ["x", "not a cursor", "W10", "WyJhIl0"] {
            let query = PageQuery { cursor: Some(cursor.to_owned()), limit: None };
            let error = users::list(&mut tx, &UserFilter::default(), &query).await.unwrap_err();
            assert!(matches!(error, Error::Cursor), "{cursor}: {error:?}");
        }
    }

    async fn readiness_writes_again_and_again(db: Db) {
        for _ in 0..3 {
            db.ping_writable().await.unwrap();
        }
        db.close().await;
        let error = db.ping_writable().await.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
    }
}

#[tokio::test]
async fn a_wrong_address_says_so_without_repeating_the_password() {
    let error = Db::open_postgres("mysql//secret@x").await.unwrap_err();
    let text = format!("{error} {:?}", error.to_string());
    assert!(matches!(error, Error::Address(_)), "{error:?}");
    assert!(!text.contains("secret"), "{text}");

    let error = Db::open_postgres("postgres://nobody:secret@127.0.0.1:1/x").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"));
}

#[tokio::test]
async fn a_newer_schema_does_not_stop_an_older_binary() {
    let test = testkit::db::TestDb::postgres().await;
    let db = test.db();
    let mut tx = db.begin().await.unwrap();
    sql("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', true, '\\x00', 0)")
    .execute(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    Db::open_postgres(test.url().unwrap()).await.unwrap();
}
