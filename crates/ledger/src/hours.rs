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

use crate::entry::Entry;

/// What is counted separately. Sorted, so that nodes which count the same things lock them in the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bucket {
    hour: String,
    server_id: String,
    tool: String,
    user_id: String,
    client_name: String,
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
pub(crate) struct Hours(BTreeMap<Bucket, Counts>);

/// What an event adds to the counts of its hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Nothing,
    Call { failed: bool },
    Denial,
}

impl Counted {
    /// Outcomes of calls, and denials of calls (a denied change has no tool).
    pub(crate) fn of(action: AuditAction, outcome: Outcome, tool: Option<&str>) -> Self {
        if action.is_call_outcome() {
            Self::Call { failed: outcome != Outcome::Success }
        } else if outcome == Outcome::Denied
            && tool.is_some()
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
pub(crate) type HoursRow = ([String; 5], [i64; 4]);

impl Hours {
    /// All rows.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = HoursRow> {
        self.0.into_iter().map(|(bucket, counts)| {
            (
                [bucket.hour, bucket.server_id, bucket.tool, bucket.user_id, bucket.client_name],
                [counts.calls, counts.failures, counts.denials, counts.latency_us],
            )
        })
    }

    pub(crate) fn count(&mut self, entry: &Entry, counted: Counted) {
        let (calls, failures, denials) = match counted {
            Counted::Nothing => return,
            Counted::Call { failed } => (1, i64::from(failed), 0),
            Counted::Denial => (0, 0, 1),
        };
        let bucket = Bucket {
            // `2026-03-02T09` of `2026-03-02T09:30:00.000000Z`.
            hour: format!("{}:00:00.000000Z", &entry.at[..13]),
            server_id: entry.server_id.clone().unwrap_or_default(),
            tool: entry.tool.clone().unwrap_or_default(),
            user_id: entry.actor_id.clone().unwrap_or_default(),
            client_name: entry.client_name.clone().unwrap_or_default(),
        };
        let counts = self.0.entry(bucket).or_default();
        counts.calls += calls;
        counts.failures += failures;
        counts.denials += denials;
        if calls > 0 {
            counts.latency_us = counts.latency_us.saturating_add(entry.latency_us.unwrap_or_default().max(0));
        }
    }

    /// Binds the columns of all rows.
    pub(crate) fn bind<'q>(&'q self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        let text = |of: fn(&Bucket) -> &str| self.0.keys().map(of).collect::<Vec<_>>();
        let number = |of: fn(&Counts) -> i64| self.0.values().map(of).collect::<Vec<_>>();
        query
            .bind(text(|b| &b.hour))
            .bind(text(|b| &b.server_id))
            .bind(text(|b| &b.tool))
            .bind(text(|b| &b.user_id))
            .bind(text(|b| &b.client_name))
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

fn add(arguments: &mut SqliteArguments, bucket: Bucket, counts: Counts) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(bucket.hour)?;
    arguments.add(bucket.server_id)?;
    arguments.add(bucket.tool)?;
    arguments.add(bucket.user_id)?;
    arguments.add(bucket.client_name)?;
    arguments.add(counts.calls)?;
    arguments.add(counts.failures)?;
    arguments.add(counts.denials)?;
    arguments.add(counts.latency_us)
}
