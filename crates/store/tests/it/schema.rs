//! The two schemas say the same, and every unique constraint has a name that use cases can react to.

use std::collections::BTreeSet;

use store::{Db, UNIQUE, sql};
use testkit::db::TestDb;

/// Table, column, type in our words, not null.
type Column = (String, String, &'static str, bool);

async fn sqlite_columns(db: &Db) -> BTreeSet<Column> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String, String, String, i64)> =
        sql("SELECT m.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE '!_%' ESCAPE '!' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'")
        .fetch_all(&mut tx)
        .await
        .unwrap();
    rows.into_iter()
        .map(|(table, column, kind, not_null)| {
            let kind = match kind.as_str() {
                // Booleans and times have no type of their own here; the names say what they are.
                "INTEGER" if BOOLEANS.contains(&column.as_str()) => "bool",
                "TEXT" if column.ends_with("_at") || column == "at" || column == "hour" => "time",
                "INTEGER" => "int",
                "TEXT" => "text",
                "BLOB" => "bytes",
                other => panic!("{table}.{column} has the type {other}"),
            };
            // A rowid alias is never null, though the pragma does not say so.
            let not_null = not_null == 1 || (table == "changes" && column == "id");
            (table, column, kind, not_null)
        })
        .collect()
}

const BOOLEANS: &[&str] = &["allow_private", "urgent", "ok", "enabled"];

async fn postgres_columns(db: &Db) -> BTreeSet<Column> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String, String, String, String)> =
        sql("SELECT table_name::text, column_name::text, data_type::text, is_nullable::text
         FROM information_schema.columns WHERE table_schema = 'public' AND left(table_name, 1) <> '_'")
        .fetch_all(&mut tx)
        .await
        .unwrap();
    rows.into_iter()
        .map(|(table, column, kind, nullable)| {
            let kind = match kind.as_str() {
                "boolean" => "bool",
                "timestamp with time zone" => "time",
                "bigint" => "int",
                "text" => "text",
                "bytea" => "bytes",
                other => panic!("{table}.{column} has the type {other}"),
            };
            (table, column, kind, nullable == "NO")
        })
        .collect()
}

#[tokio::test]
async fn the_schemas_agree() {
    let sqlite = sqlite_columns(&TestDb::sqlite().await.db()).await;
    let postgres = postgres_columns(&TestDb::postgres().await.db()).await;
    assert!(sqlite.len() > 150, "only {} columns were found", sqlite.len());
    assert_eq!(sqlite.difference(&postgres).collect::<Vec<_>>(), Vec::<&Column>::new(), "only in SQLite");
    assert_eq!(postgres.difference(&sqlite).collect::<Vec<_>>(), Vec::<&Column>::new(), "only in PostgreSQL");
}

/// Table, index, its columns in order, unique. Only indexes with a name of their own.
type Index = (String, String, String, bool);

async fn sqlite_indexes(db: &Db) -> BTreeSet<Index> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String, String, i64)> =
        sql("SELECT m.name, i.name, i.\"unique\" FROM sqlite_schema m JOIN pragma_index_list(m.name) i
         WHERE m.type = 'table' AND m.name NOT LIKE '!_%' ESCAPE '!'")
        .fetch_all(&mut tx)
        .await
        .unwrap();
    let mut indexes = BTreeSet::new();
    for (table, index, unique) in rows {
        let columns: Vec<(String,)> =
            sql("SELECT name FROM pragma_index_info($1) ORDER BY seqno").bind(&index).fetch_all(&mut tx).await.unwrap();
        let columns: Vec<String> = columns.into_iter().map(|(column,)| column).collect();
        indexes.insert((table, index, columns.join(", "), unique == 1));
    }
    indexes
}

async fn postgres_indexes(db: &Db) -> BTreeSet<Index> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String, String, String, bool)> = sql("SELECT t.relname::text, i.relname::text,
                (SELECT string_agg(a.attname, ', ' ORDER BY k.n)
                 FROM unnest(x.indkey) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum)::text,
                x.indisunique
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
         JOIN pg_namespace s ON s.oid = t.relnamespace
         WHERE s.nspname = 'public' AND left(t.relname, 1) <> '_'")
    .fetch_all(&mut tx)
    .await
    .unwrap();
    rows.into_iter().collect()
}

#[tokio::test]
async fn the_indexes_agree_and_every_unique_one_is_named() {
    let sqlite = sqlite_indexes(&TestDb::sqlite().await.db()).await;
    let postgres = postgres_indexes(&TestDb::postgres().await.db()).await;

    let declared = |indexes: &BTreeSet<Index>| -> BTreeSet<Index> {
        let automatic = |name: &str| name.starts_with("sqlite_autoindex") || name.ends_with("_pkey");
        indexes.iter().filter(|(_, name, ..)| !automatic(name)).cloned().collect()
    };
    assert_eq!(declared(&sqlite), declared(&postgres));

    let mut of_sqlite: BTreeSet<String> = sqlite
        .iter()
        .filter(|(.., unique)| *unique)
        .map(|(table, _, columns, _)| {
            columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
        })
        .collect();
    // A rowid alias is unique without an index.
    of_sqlite.extend(["changes.id", "ended_sessions.id"].map(str::to_owned));
    let of_postgres: BTreeSet<String> =
        postgres.iter().filter(|(.., unique)| *unique).map(|(_, name, ..)| name.clone()).collect();
    assert_eq!(of_sqlite, UNIQUE.iter().map(|(_, columns, _)| (*columns).to_owned()).collect());
    assert_eq!(of_postgres, UNIQUE.iter().map(|(.., name)| (*name).to_owned()).collect());
}
