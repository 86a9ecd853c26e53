//! Calls by hour (`call_hours`): counted in the same transaction as the outcomes, so that pages with numbers read
//! buckets and never the log.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{AuditAction, Outcome};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite};
use store::{Result, Tx};

use crate::record::Fields;

/// What is counted separately. Sorted, so that nodes which count the same things lock them in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Bucket<'a> {
    /// `2026-03-02T09` of `2026-03-02T09:30:00.000000Z`.
    hour: &'a str,
    server_id: &'a str,
    tool: &'a str,
    user_id: &'a str,
    client_name: &'a str,
}

impl Bucket<'_> {
    fn hour(&self) -> String {
        format!("{}:00:00.000000Z", self.hour)
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    calls: i64,
    failures: i64,
    denials: i64,
    latency_us: i64,
}

/// The counts of a batch.
#[derive(Debug, Default)]
pub(crate) struct Hours<'a>(BTreeMap<Bucket<'a>, Counts>);

/// What an event adds to the counts of its hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Nothing,
    Call { failed: bool },
    Denial,
}

impl Counted {
    /// Outcomes of calls, and denials of calls (a denied change has no tool).
    pub(crate) fn of(action: AuditAction, outcome: Outcome, of_a_tool: bool) -> Self {
        if action.is_counted() {
            Self::Call { failed: outcome != Outcome::Success }
        } else if outcome == Outcome::Denied
            && of_a_tool
            && matches!(action, AuditAction::AccessDenied | AuditAction::SecurityViolation)
        {
            Self::Denial
        } else {
            Self::Nothing
        }
    }
}

/// Rows a statement on SQLite.
const SIZES: [usize; 3] = [16, 4, 1];
/// How many parameters [`Hours::bind`] binds.
pub(crate) const PARAMETERS: usize = COLUMN_COUNT;
const COLUMN_COUNT: usize = 9;

const INSERT: &str =
    "INSERT INTO call_hours (hour, server_id, tool, user_id, client_name, calls, failures, denials, latency_us)";
const UPSERT: &str = "ON CONFLICT (hour, server_id, tool, user_id, client_name) DO UPDATE SET
        calls = call_hours.calls + excluded.calls, failures = call_hours.failures + excluded.failures,
        denials = call_hours.denials + excluded.denials, latency_us = call_hours.latency_us + excluded.latency_us";

static SQLITE: LazyLock<[String; 3]> = LazyLock::new(|| {
    SIZES.map(|rows| {
        let row = format!("({})", ["?"; COLUMN_COUNT].join(","));
        format!("{INSERT} VALUES {} {UPSERT}", vec![row; rows].join(","))
    })
});

/// Inserts the columns of [`Hours::bind`], which begin with this parameter; `condition` is part of the `SELECT`.
pub(crate) fn postgres(first: usize, condition: &str) -> String {
    let types = ["text"; 5].into_iter().chain(["bigint"; 4]);
    let columns: Vec<String> = types.enumerate().map(|(place, of)| format!("${}::{of}[]", first + place)).collect();
    format!(
        "{INSERT}
         SELECT hour::timestamptz, server_id, tool, user_id, client_name, calls, failures, denials, latency_us
         FROM unnest({})
              AS t (hour, server_id, tool, user_id, client_name, calls, failures, denials, latency_us)
         {condition}
         {UPSERT}",
        columns.join(", ")
    )
}

static POSTGRES: LazyLock<String> = LazyLock::new(|| postgres(1, ""));

/// One row, for where rows are written one by one.
pub(crate) static UPSERT_ONE: LazyLock<String> =
    LazyLock::new(|| format!("{INSERT} VALUES ({}) {UPSERT}", ["?"; COLUMN_COUNT].join(",")));

/// A row of counts, in the order of its columns: texts, then numbers.
pub(crate) type HoursRow<'a> = (String, [&'a str; 4], [i64; 4]);

impl<'a> Hours<'a> {
    /// All rows.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = HoursRow<'a>> {
        self.0.into_iter().map(|(bucket, counts)| {
            (
                bucket.hour(),
                [bucket.server_id, bucket.tool, bucket.user_id, bucket.client_name],
                [counts.calls, counts.failures, counts.denials, counts.latency_us],
            )
        })
    }

    pub(crate) fn count(&mut self, row: &Fields<'a>, counted: Counted) {
        let (calls, failures, denials) = match counted {
            Counted::Nothing => return,
            Counted::Call { failed } => (1, i64::from(failed), 0),
            Counted::Denial => (0, 0, 1),
        };
        let bucket = Bucket {
            hour: row.at.get(..13).unwrap_or_default(),
            server_id: row.server_id.unwrap_or_default(),
            tool: row.tool.unwrap_or_default(),
            user_id: row.actor_id.unwrap_or_default(),
            client_name: row.client_name.unwrap_or_default(),
        };
        let counts = self.0.entry(bucket).or_default();
        counts.calls += calls;
        counts.failures += failures;
        counts.denials += denials;
        if calls > 0 {
            counts.latency_us = counts.latency_us.saturating_add(row.latency_us.unwrap_or_default().max(0));
        }
    }

    /// Binds the columns of all rows.
    pub(crate) fn bind<'q>(&'q self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        let text = |of: fn(&Bucket<'a>) -> &'a str| self.0.keys().map(of).collect::<Vec<_>>();
        let number = |of: fn(&Counts) -> i64| self.0.values().map(of).collect::<Vec<_>>();
        query
            .bind(self.0.keys().map(Bucket::hour).collect::<Vec<_>>())
            .bind(text(|b| b.server_id))
            .bind(text(|b| b.tool))
            .bind(text(|b| b.user_id))
            .bind(text(|b| b.client_name))
            .bind(number(|c| c.calls))
            .bind(number(|c| c.failures))
            .bind(number(|c| c.denials))
            .bind(number(|c| c.latency_us))
    }

    pub(crate) async fn store(self, tx: &mut Tx) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        match tx {
            Tx::Sqlite(tx) => {
                let mut left = self.0.into_iter();
                while left.len() > 0 {
                    let size = SIZES.iter().position(|size| *size <= left.len()).unwrap_or(SIZES.len() - 1);
                    let mut arguments = SqliteArguments::default();
                    for (bucket, counts) in left.by_ref().take(SIZES[size]) {
                        add(&mut arguments, bucket, counts).map_err(sqlx::Error::Encode)?;
                    }
                    sqlx::query_with::<Sqlite, _>(SQLITE[size].as_str(), arguments).execute(&mut **tx).await?;
                }
            }
            Tx::Postgres(tx) => {
                self.bind(sqlx::query::<Postgres>(POSTGRES.as_str())).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}

fn add(arguments: &mut SqliteArguments, bucket: Bucket<'_>, counts: Counts) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(bucket.hour())?;
    arguments.add(bucket.server_id.to_owned())?;
    arguments.add(bucket.tool.to_owned())?;
    arguments.add(bucket.user_id.to_owned())?;
    arguments.add(bucket.client_name.to_owned())?;
    arguments.add(counts.calls)?;
    arguments.add(counts.failures)?;
    arguments.add(counts.denials)?;
    arguments.add(counts.latency_us)
}
