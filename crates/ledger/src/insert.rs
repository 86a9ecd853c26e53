//! The bulk insert, natively on each engine: many rows in one statement is what makes group commit pay.

use std::sync::LazyLock;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite};
use store::{Result, Tx};

use crate::record::Fields;

/// Columns of `audit`, in the order in which both functions below bind them.
const COLUMNS: &str = "id, node, seq, at, action, outcome, actor_kind, actor_id, actor_name, resource_kind, \
    resource_id, resource_name, server_id, server_slug, tool, client_name, client_version, ip, correlation_id, \
    latency_us, decision, rules, reason, error, args, args_len, args_digest, result, result_len, result_digest, salt, \
    prev_hash, hash";
const COLUMN_COUNT: usize = 33;

/// Rows a statement. Few different sizes, so that every statement is prepared once and then stays so.
const SIZES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

static SQLITE: LazyLock<[String; 8]> = LazyLock::new(|| {
    SIZES.map(|rows| {
        let row = format!("({})", ["?"; COLUMN_COUNT].join(","));
        format!("INSERT INTO audit ({COLUMNS}) VALUES {}", vec![row; rows].join(","))
    })
});

/// One row, for where rows are written one by one.
pub(crate) static INSERT_ONE: LazyLock<String> =
    LazyLock::new(|| format!("INSERT INTO audit ({COLUMNS}) VALUES ({})", ["?"; COLUMN_COUNT].join(",")));

/// Inserts the columns of [`bind`], which begin with `$1`; `condition` is part of the `SELECT`.
pub(crate) fn postgres(condition: &str) -> String {
    format!(
        "INSERT INTO audit ({COLUMNS})
         SELECT id, node, seq, at::timestamptz, action, outcome, actor_kind, actor_id, actor_name, resource_kind,
                resource_id, resource_name, server_id, server_slug, tool, client_name, client_version, ip,
                correlation_id, latency_us, decision, rules, reason, error, args, args_len, args_digest, result,
                result_len, result_digest, salt, prev_hash, hash
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
                     $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[], $21::text[], $22::text[],
                     $23::text[], $24::text[], $25::text[], $26::bigint[], $27::bytea[], $28::text[], $29::bigint[],
                     $30::bytea[], $31::bytea[], $32::bytea[], $33::bytea[]) AS t ({COLUMNS})
         {condition}"
    )
}

static POSTGRES: LazyLock<String> = LazyLock::new(|| postgres(""));

/// Inserts entries that have their places in the chain.
pub(crate) async fn insert(tx: &mut Tx, rows: &[Fields<'_>]) -> Result<()> {
    match tx {
        Tx::Sqlite(tx) => {
            let mut left = rows;
            while !left.is_empty() {
                let size = SIZES.iter().position(|size| *size <= left.len()).unwrap_or(SIZES.len() - 1);
                let (now, later) = left.split_at(SIZES[size]);
                left = later;
                let mut arguments = SqliteArguments::default();
                for row in now {
                    add(&mut arguments, row).map_err(sqlx::Error::Encode)?;
                }
                sqlx::query_with::<Sqlite, _>(SQLITE[size].as_str(), arguments).execute(&mut **tx).await?;
            }
            Ok(())
        }
        Tx::Postgres(tx) => {
            bind(sqlx::query::<Postgres>(POSTGRES.as_str()), rows).execute(&mut **tx).await?;
            Ok(())
        }
    }
}

/// How many parameters [`bind`] binds.
pub(crate) const PARAMETERS: usize = COLUMN_COUNT;

/// Binds the columns of all rows.
pub(crate) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    rows: &[Fields<'q>],
) -> Query<'q, Postgres, PgArguments> {
    query
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.node))
        .bind(column(rows, |row| row.seq))
        .bind(column(rows, |row| row.at))
        .bind(column(rows, |row| row.action))
        .bind(column(rows, |row| row.outcome))
        .bind(column(rows, |row| row.actor_kind))
        .bind(column(rows, |row| row.actor_id))
        .bind(column(rows, |row| row.actor_name))
        .bind(column(rows, |row| row.resource_kind))
        .bind(column(rows, |row| row.resource_id))
        .bind(column(rows, |row| row.resource_name))
        .bind(column(rows, |row| row.server_id))
        .bind(column(rows, |row| row.server_slug))
        .bind(column(rows, |row| row.tool))
        .bind(column(rows, |row| row.client_name))
        .bind(column(rows, |row| row.client_version))
        .bind(column(rows, |row| row.ip))
        .bind(column(rows, |row| row.correlation_id))
        .bind(column(rows, |row| row.latency_us))
        .bind(column(rows, |row| row.decision))
        .bind(column(rows, |row| row.rules))
        .bind(column(rows, |row| row.reason))
        .bind(column(rows, |row| row.error))
        .bind(column(rows, |row| row.args.text))
        .bind(column(rows, |row| row.args.len))
        .bind(column(rows, |row| row.args.digest.map(|digest| digest.0)))
        .bind(column(rows, |row| row.result.text))
        .bind(column(rows, |row| row.result.len))
        .bind(column(rows, |row| row.result.digest.map(|digest| digest.0)))
        .bind(column(rows, |row| row.salt.0))
        .bind(column(rows, |row| row.prev_hash.0))
        .bind(column(rows, |row| row.hash.0))
}

/// One column of all rows.
fn column<'q, T>(rows: &[Fields<'q>], of: impl Fn(&Fields<'q>) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

fn add(arguments: &mut SqliteArguments, row: &Fields<'_>) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(row.id.to_owned())?;
    arguments.add(row.node.to_owned())?;
    arguments.add(row.seq)?;
    arguments.add(row.at.to_owned())?;
    arguments.add(row.action.to_owned())?;
    arguments.add(row.outcome.to_owned())?;
    arguments.add(row.actor_kind.to_owned())?;
    arguments.add(row.actor_id.map(str::to_owned))?;
    arguments.add(row.actor_name.to_owned())?;
    arguments.add(row.resource_kind.map(str::to_owned))?;
    arguments.add(row.resource_id.map(str::to_owned))?;
    arguments.add(row.resource_name.map(str::to_owned))?;
    arguments.add(row.server_id.map(str::to_owned))?;
    arguments.add(row.server_slug.map(str::to_owned))?;
    arguments.add(row.tool.map(str::to_owned))?;
    arguments.add(row.client_name.map(str::to_owned))?;
    arguments.add(row.client_version.map(str::to_owned))?;
    arguments.add(row.ip.map(str::to_owned))?;
    arguments.add(row.correlation_id.to_owned())?;
    arguments.add(row.latency_us)?;
    arguments.add(row.decision.map(str::to_owned))?;
    arguments.add(row.rules.map(str::to_owned))?;
    arguments.add(row.reason.map(str::to_owned))?;
    arguments.add(row.error.map(str::to_owned))?;
    for payload in [row.args, row.result] {
        arguments.add(payload.text.map(str::to_owned))?;
        arguments.add(payload.len)?;
        arguments.add(payload.digest.map(|digest| digest.0.to_owned()))?;
    }
    arguments.add(row.salt.0.to_owned())?;
    arguments.add(row.prev_hash.0.to_owned())?;
    arguments.add(row.hash.0.to_owned())
}
