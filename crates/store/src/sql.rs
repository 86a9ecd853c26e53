//! Statements: literals with typed binds, and lists assembled from literal fragments.
//!
//! One text serves both engines; where it cannot, [`Sql`] holds both. SQL never contains a value: a fragment is a
//! `&'static str`, so text from outside has no way in. Tests take every literal out of the source and prepare it on
//! both engines, so a wrong column fails even if nothing calls the function. For that they must be able to read them:
//! write literals at the call site.

use std::future::Future;
use std::time::Duration;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, SqlSafeStr, SqlStr, Sqlite};

use crate::{Error, Result, Row, Tx, Value};

/// How long any single statement may take. PostgreSQL's own `statement_timeout` is shorter; this one also covers a
/// connection that went silent.
const STATEMENT_DEADLINE: Duration = Duration::from_secs(35);

/// A statement that must differ between the engines.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A statement from a literal; placeholders are `$1`, `$2`, …
pub fn sql(text: impl Into<Sql>) -> Query {
    Query { text: text.into(), values: Vec::new() }
}

/// A list whose conditions depend on what was asked for: a literal (with `$1`, `$2`, … for its own binds), to which
/// literal fragments are added (with `?` for theirs).
pub fn list(text: impl Into<Sql>) -> List {
    List { begin: text.into(), rest: String::new(), values: Vec::new() }
}

/// A statement with its values, not yet run.
#[derive(Debug)]
#[must_use = "a statement does nothing until it is executed or fetched"]
pub struct Query {
    text: Sql,
    values: Vec<Value>,
}

impl Query {
    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; returns the number of rows it changed.
    pub async fn execute(self, tx: &mut Tx) -> Result<u64> {
        execute(tx, Text::Fixed(self.text), self.values).await
    }

    /// The row, if there is one.
    pub async fn fetch_optional<R: Row>(self, tx: &mut Tx) -> Result<Option<R>> {
        fetch_optional(tx, Text::Fixed(self.text), self.values).await
    }

    /// The row of a statement that always has one.
    pub async fn fetch_one<R: Row>(self, tx: &mut Tx) -> Result<R> {
        fetch_optional(tx, Text::Fixed(self.text), self.values).await?.ok_or(Error::Sqlx(sqlx::Error::RowNotFound))
    }

    /// All rows.
    pub async fn fetch_all<R: Row>(self, tx: &mut Tx) -> Result<Vec<R>> {
        fetch_all(tx, Text::Fixed(self.text), self.values).await
    }
}

/// A list under construction.
#[derive(Debug)]
#[must_use = "a list does nothing until it is fetched"]
pub struct List {
    begin: Sql,
    rest: String,
    values: Vec<Value>,
}

impl List {
    /// Binds the next placeholder of the first literal. Call it before anything else.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds a condition with one value: `" AND action = ?"`.
    pub fn and(&mut self, fragment: &'static str, value: impl Into<Value>) -> &mut Self {
        self.add(fragment, vec![value.into()])
    }

    /// Adds a condition with several values: `" AND (at, id) < (?, ?)"`.
    pub fn and_all<const N: usize>(&mut self, fragment: &'static str, values: [Value; N]) -> &mut Self {
        self.add(fragment, values.into())
    }

    /// Adds a condition with a list of values: `" AND id IN "`. An empty list matches nothing.
    pub fn and_in<V: Into<Value>>(&mut self, fragment: &'static str, values: impl IntoIterator<Item = V>) -> &mut Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            self.rest.push_str(" AND 1 = 0");
            return self;
        }
        self.rest.push_str(fragment);
        for (index, value) in values.into_iter().enumerate() {
            self.rest.push(if index == 0 { '(' } else { ',' });
            self.values.push(value);
            self.rest.push('$');
            self.rest.push_str(&self.values.len().to_string());
        }
        self.rest.push(')');
        self
    }

    /// Adds the end of the statement with one value: `" ORDER BY at DESC, id DESC LIMIT ?"`.
    pub fn push(&mut self, fragment: &'static str, value: impl Into<Value>) -> &mut Self {
        self.add(fragment, vec![value.into()])
    }

    /// Adds the end of the statement with several values: `" ORDER BY COALESCE(at, ?) LIMIT ?"`.
    pub fn push_all<const N: usize>(&mut self, fragment: &'static str, values: [Value; N]) -> &mut Self {
        self.add(fragment, values.into())
    }

    /// Adds the end of the statement, without a value: `" GROUP BY hour ORDER BY hour"`.
    pub fn push_plain(&mut self, fragment: &'static str) -> &mut Self {
        self.add(fragment, Vec::new())
    }

    fn add(&mut self, fragment: &'static str, values: Vec<Value>) -> &mut Self {
        let mut values = values.into_iter();
        for (index, part) in fragment.split('?').enumerate() {
            if index > 0 {
                // A fragment with more placeholders than values is a fault of ours; the engine then reports the
                // missing bind, and the test that prepares every fragment finds it before that.
                self.values.extend(values.next());
                self.rest.push('$');
                self.rest.push_str(&self.values.len().to_string());
            }
            self.rest.push_str(part);
        }
        self
    }

    /// All rows.
    pub async fn fetch_all<R: Row>(&self, tx: &mut Tx) -> Result<Vec<R>> {
        fetch_all(tx, self.text(), self.values.clone()).await
    }

    /// The row of a list that always has one, such as a count.
    pub async fn fetch_one<R: Row>(&self, tx: &mut Tx) -> Result<R> {
        fetch_optional(tx, self.text(), self.values.clone()).await?.ok_or(Error::Sqlx(sqlx::Error::RowNotFound))
    }

    fn text(&self) -> Text {
        Text::Built(self.begin, self.rest.clone())
    }
}

enum Text {
    Fixed(Sql),
    Built(Sql, String),
}

impl Text {
    fn sqlite(self) -> SqlStr {
        match self {
            Self::Fixed(sql) => sql.sqlite.into_sql_str(),
            Self::Built(sql, rest) => built(sql.sqlite.to_owned() + &rest),
        }
    }

    fn postgres(self) -> SqlStr {
        match self {
            Self::Fixed(sql) => sql.postgres.into_sql_str(),
            Self::Built(sql, rest) => built(sql.postgres.to_owned() + &rest),
        }
    }
}

fn built(text: String) -> SqlStr {
    #[expect(
        clippy::disallowed_types,
        reason = "`List` makes the text of literals and numbered placeholders only"
    )]
    use sqlx::AssertSqlSafe;
    AssertSqlSafe(text).into_sql_str()
}

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value.add_sqlite(&mut arguments).map_err(|e| Error::Sqlx(sqlx::Error::Encode(e)))?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        value.add_postgres(&mut arguments).map_err(|e| Error::Sqlx(sqlx::Error::Encode(e)))?;
    }
    Ok(arguments)
}

/// Waits for the database, but not for ever.
pub(crate) async fn deadline<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T> {
    match tokio::time::timeout(STATEMENT_DEADLINE, work).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(Error::Deadline { seconds: STATEMENT_DEADLINE.as_secs() }),
    }
}

async fn execute(tx: &mut Tx, text: Text, values: Vec<Value>) -> Result<u64> {
    match tx {
        Tx::Sqlite(tx) => {
            let query = sqlx::query_with::<Sqlite, _>(text.sqlite(), sqlite_arguments(values)?);
            Ok(deadline(query.execute(&mut **tx)).await?.rows_affected())
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query_with::<Postgres, _>(text.postgres(), postgres_arguments(values)?);
            Ok(deadline(query.execute(&mut **tx)).await?.rows_affected())
        }
    }
}

async fn fetch_optional<R: Row>(tx: &mut Tx, text: Text, values: Vec<Value>) -> Result<Option<R>> {
    match tx {
        Tx::Sqlite(tx) => {
            let query = sqlx::query_as_with::<Sqlite, R, _>(text.sqlite(), sqlite_arguments(values)?);
            deadline(query.fetch_optional(&mut **tx)).await
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query_as_with::<Postgres, R, _>(text.postgres(), postgres_arguments(values)?);
            deadline(query.fetch_optional(&mut **tx)).await
        }
    }
}

async fn fetch_all<R: Row>(tx: &mut Tx, text: Text, values: Vec<Value>) -> Result<Vec<R>> {
    match tx {
        Tx::Sqlite(tx) => {
            let query = sqlx::query_as_with::<Sqlite, R, _>(text.sqlite(), sqlite_arguments(values)?);
            deadline(query.fetch_all(&mut **tx)).await
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query_as_with::<Postgres, R, _>(text.postgres(), postgres_arguments(values)?);
            deadline(query.fetch_all(&mut **tx)).await
        }
    }
}
