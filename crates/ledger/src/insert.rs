//! The bulk insert, natively on each engine: many rows in one statement is what makes group commit pay.

use std::sync::LazyLock;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite};
use store::{Result, Tx};

use crate::append::Prepared;
use crate::entry::Entry;

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
pub(crate) async fn insert(tx: &mut Tx, entries: Vec<Prepared>) -> Result<()> {
    match tx {
        Tx::Sqlite(tx) => {
            let mut left = entries.into_iter();
            while left.len() > 0 {
                let size = SIZES.iter().position(|size| *size <= left.len()).unwrap_or(SIZES.len() - 1);
                let mut arguments = SqliteArguments::default();
                for Prepared { entry, .. } in left.by_ref().take(SIZES[size]) {
                    add(&mut arguments, entry).map_err(sqlx::Error::Encode)?;
                }
                sqlx::query_with::<Sqlite, _>(SQLITE[size].as_str(), arguments).execute(&mut **tx).await?;
            }
            Ok(())
        }
        Tx::Postgres(tx) => {
            bind(sqlx::query::<Postgres>(POSTGRES.as_str()), &entries).execute(&mut **tx).await?;
            Ok(())
        }
    }
}

/// How many parameters [`bind`] binds.
pub(crate) const PARAMETERS: usize = COLUMN_COUNT;

/// Binds the columns of all rows.
pub(crate) fn bind<'q>(query: Query<'q, Postgres, PgArguments>, e: &'q [Prepared]) -> Query<'q, Postgres, PgArguments> {
    query
        .bind(column(e, |e| e.id.as_str()))
        .bind(column(e, |e| e.node.as_str()))
        .bind(column(e, |e| e.seq))
        .bind(column(e, |e| e.at.as_str()))
        .bind(column(e, |e| e.action.as_str()))
        .bind(column(e, |e| e.outcome.as_str()))
        .bind(column(e, |e| e.actor_kind.as_str()))
        .bind(column(e, |e| e.actor_id.as_deref()))
        .bind(column(e, |e| e.actor_name.as_str()))
        .bind(column(e, |e| e.resource_kind.as_deref()))
        .bind(column(e, |e| e.resource_id.as_deref()))
        .bind(column(e, |e| e.resource_name.as_deref()))
        .bind(column(e, |e| e.server_id.as_deref()))
        .bind(column(e, |e| e.server_slug.as_deref()))
        .bind(column(e, |e| e.tool.as_deref()))
        .bind(column(e, |e| e.client_name.as_deref()))
        .bind(column(e, |e| e.client_version.as_deref()))
        .bind(column(e, |e| e.ip.as_deref()))
        .bind(column(e, |e| e.correlation_id.as_str()))
        .bind(column(e, |e| e.latency_us))
        .bind(column(e, |e| e.decision.as_deref()))
        .bind(column(e, |e| e.rules.as_deref()))
        .bind(column(e, |e| e.reason.as_deref()))
        .bind(column(e, |e| e.error.as_deref()))
        .bind(column(e, |e| e.args.as_deref()))
        .bind(column(e, |e| e.args_len))
        .bind(column(e, |e| e.args_digest.as_deref()))
        .bind(column(e, |e| e.result.as_deref()))
        .bind(column(e, |e| e.result_len))
        .bind(column(e, |e| e.result_digest.as_deref()))
        .bind(column(e, |e| e.salt.as_slice()))
        .bind(column(e, |e| e.prev_hash.as_slice()))
        .bind(column(e, |e| e.hash.as_slice()))
}

/// One column of all rows.
fn column<'e, T>(entries: &'e [Prepared], of: impl Fn(&'e Entry) -> T) -> Vec<T> {
    entries.iter().map(|prepared| of(&prepared.entry)).collect()
}

fn add(arguments: &mut SqliteArguments, entry: Entry) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(entry.id)?;
    arguments.add(entry.node)?;
    arguments.add(entry.seq)?;
    arguments.add(entry.at)?;
    arguments.add(entry.action)?;
    arguments.add(entry.outcome)?;
    arguments.add(entry.actor_kind)?;
    arguments.add(entry.actor_id)?;
    arguments.add(entry.actor_name)?;
    arguments.add(entry.resource_kind)?;
    arguments.add(entry.resource_id)?;
    arguments.add(entry.resource_name)?;
    arguments.add(entry.server_id)?;
    arguments.add(entry.server_slug)?;
    arguments.add(entry.tool)?;
    arguments.add(entry.client_name)?;
    arguments.add(entry.client_version)?;
    arguments.add(entry.ip)?;
    arguments.add(entry.correlation_id)?;
    arguments.add(entry.latency_us)?;
    arguments.add(entry.decision)?;
    arguments.add(entry.rules)?;
    arguments.add(entry.reason)?;
    arguments.add(entry.error)?;
    arguments.add(entry.args)?;
    arguments.add(entry.args_len)?;
    arguments.add(entry.args_digest)?;
    arguments.add(entry.result)?;
    arguments.add(entry.result_len)?;
    arguments.add(entry.result_digest)?;
    arguments.add(entry.salt)?;
    arguments.add(entry.prev_hash)?;
    arguments.add(entry.hash)
}
