//! The bulk insert, natively on each engine: many rows in one statement is what makes group commit pay.

use std::mem::take;
use std::sync::LazyLock;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite};
use store::{Result, Tx};

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

static POSTGRES: LazyLock<String> = LazyLock::new(|| {
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
                     $30::bytea[], $31::bytea[], $32::bytea[], $33::bytea[]) AS t ({COLUMNS})"
    )
});

/// Inserts entries that have their places in the chain.
pub(crate) async fn insert(tx: &mut Tx, entries: Vec<Entry>) -> Result<()> {
    match tx {
        Tx::Sqlite(tx) => {
            let mut left = entries.into_iter();
            while left.len() > 0 {
                let size = SIZES.iter().position(|size| *size <= left.len()).unwrap_or(SIZES.len() - 1);
                let mut arguments = SqliteArguments::default();
                for entry in left.by_ref().take(SIZES[size]) {
                    add(&mut arguments, entry).map_err(sqlx::Error::Encode)?;
                }
                sqlx::query_with::<Sqlite, _>(SQLITE[size].as_str(), arguments).execute(&mut **tx).await?;
            }
            Ok(())
        }
        Tx::Postgres(tx) => {
            let mut e = entries;
            sqlx::query::<Postgres>(POSTGRES.as_str())
                .bind(column(&mut e, |e| take(&mut e.id)))
                .bind(column(&mut e, |e| take(&mut e.node)))
                .bind(column(&mut e, |e| e.seq))
                .bind(column(&mut e, |e| take(&mut e.at)))
                .bind(column(&mut e, |e| take(&mut e.action)))
                .bind(column(&mut e, |e| take(&mut e.outcome)))
                .bind(column(&mut e, |e| take(&mut e.actor_kind)))
                .bind(column(&mut e, |e| e.actor_id.take()))
                .bind(column(&mut e, |e| take(&mut e.actor_name)))
                .bind(column(&mut e, |e| e.resource_kind.take()))
                .bind(column(&mut e, |e| e.resource_id.take()))
                .bind(column(&mut e, |e| e.resource_name.take()))
                .bind(column(&mut e, |e| e.server_id.take()))
                .bind(column(&mut e, |e| e.server_slug.take()))
                .bind(column(&mut e, |e| e.tool.take()))
                .bind(column(&mut e, |e| e.client_name.take()))
                .bind(column(&mut e, |e| e.client_version.take()))
                .bind(column(&mut e, |e| e.ip.take()))
                .bind(column(&mut e, |e| take(&mut e.correlation_id)))
                .bind(column(&mut e, |e| e.latency_us))
                .bind(column(&mut e, |e| e.decision.take()))
                .bind(column(&mut e, |e| e.rules.take()))
                .bind(column(&mut e, |e| e.reason.take()))
                .bind(column(&mut e, |e| e.error.take()))
                .bind(column(&mut e, |e| e.args.take()))
                .bind(column(&mut e, |e| e.args_len))
                .bind(column(&mut e, |e| e.args_digest.take()))
                .bind(column(&mut e, |e| e.result.take()))
                .bind(column(&mut e, |e| e.result_len))
                .bind(column(&mut e, |e| e.result_digest.take()))
                .bind(column(&mut e, |e| take(&mut e.salt)))
                .bind(column(&mut e, |e| take(&mut e.prev_hash)))
                .bind(column(&mut e, |e| take(&mut e.hash)))
                .execute(&mut **tx)
                .await?;
            Ok(())
        }
    }
}

/// One column of all rows; the values are moved out.
fn column<T>(entries: &mut [Entry], of: impl FnMut(&mut Entry) -> T) -> Vec<T> {
    entries.iter_mut().map(of).collect()
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
