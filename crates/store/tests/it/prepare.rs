//! Every statement in the source prepares on both engines: a wrong column fails here, even if nothing calls it.

use sqlx::{Connection, Executor, SqlSafeStr, SqlStr};
use testkit::db::TestDb;

use crate::source::{of_source, statements};

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let statements = statements();
    assert!(statements.len() > 150, "only {} statements were found: the scanner is broken", statements.len());

    let test = TestDb::sqlite().await;
    let file = test.file().expect("SQLite has a file");
    let mut sqlite = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let test = TestDb::postgres().await;
    let mut postgres = sqlx::PgConnection::connect(test.url().expect("PostgreSQL has an address")).await.unwrap();

    let mut faults = Vec::new();
    for statement in statements {
        if let Err(error) = sqlite.prepare(text(&statement.sqlite)).await {
            faults.push(format!("SQLite, {}: {error}\n{}", statement.place, statement.sqlite));
        }
        if let Err(error) = postgres.prepare(text(&statement.postgres)).await {
            faults.push(format!("PostgreSQL, {}: {error}\n{}", statement.place, statement.postgres));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn text(statement: &str) -> SqlStr {
    #[expect(clippy::disallowed_types, reason = "the texts are the literals of our own source")]
    use sqlx::AssertSqlSafe;
    AssertSqlSafe(statement.to_owned()).into_sql_str()
}

#[test]
fn the_scanner_sees_literals_pairs_and_fragments() {
    let source = r#"
        // sql("a comment")
        fn a(c: &'static str) { sql("SELECT 1 \
            FROM a") }
        fn b() { sql(Sql { sqlite: "SELECT s", postgres: "SELECT p" }) }
        fn c() {
            let q = list("SELECT x FROM t WHERE y = $1").bind('"');
            q.and(" AND z = ?", 1);
            q.and_in(" AND w IN ", []);
            q.push(" LIMIT ?", 2);
        }
        fn d() {
            let q = list(Sql { sqlite: "SELECT a($1) FROM (SELECT x", postgres: "SELECT b($1) FROM (SELECT x" });
            q.push(" LIMIT ?) AS y", 2);
        }
    "#;
    let found: Vec<_> = of_source(source, "here").into_iter().map(|s| (s.sqlite, s.postgres)).collect();
    let pair = |sqlite: &str, postgres: &str| (sqlite.to_owned(), postgres.to_owned());
    let same = |text: &str| pair(text, text);
    assert_eq!(
        found,
        [
            same("SELECT 1 FROM a"),
            pair("SELECT s", "SELECT p"),
            same("SELECT x FROM t WHERE y = $1 LIMIT $2"),
            same("SELECT x FROM t WHERE y = $1 AND z = $2 AND w IN ($3) LIMIT $4"),
            same("SELECT x FROM t WHERE y = $1 AND z = $2 LIMIT $3"),
            same("SELECT x FROM t WHERE y = $1 AND w IN ($2) LIMIT $3"),
            pair("SELECT a($1) FROM (SELECT x LIMIT $2) AS y", "SELECT b($1) FROM (SELECT x LIMIT $2) AS y"),
            pair("SELECT a($1) FROM (SELECT x LIMIT $2) AS y", "SELECT b($1) FROM (SELECT x LIMIT $2) AS y"),
        ]
    );
}

#[test]
#[should_panic(expected = "must be followed by a literal")]
fn a_statement_cannot_hide_in_a_variable() {
    of_source("fn a() { sql(TEXT) }", "here");
}
