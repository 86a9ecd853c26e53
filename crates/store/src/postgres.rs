//! PostgreSQL: one pool, with a limit on everything.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};

use crate::db::ACQUIRE_DEADLINE;
use crate::sql::deadline;
use crate::{Error, Result};

const OLDEST: u32 = 140_000;
const OLDEST_TEXT: &str = "14";

/// Connections of one node. A cluster of four nodes stays below PostgreSQL's default limit of 100.
const CONNECTIONS: u32 = 16;

/// Statements kept prepared on each connection.
const CACHED_STATEMENTS: usize = 256;

/// A connection that rested longer than this is tried before it is used, as a firewall may have dropped it.
const TRUSTED_REST: Duration = Duration::from_secs(5);

/// How long a start waits for another node that migrates at the same moment.
const MIGRATION_DEADLINE: Duration = Duration::from_mins(10);

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

pub(crate) async fn open(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)
        .map_err(Error::Address)?
        .application_name("drawbridge")
        .statement_cache_capacity(CACHED_STATEMENTS);
    migrate(&options).await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_DEADLINE)
        .idle_timeout(Duration::from_mins(10))
        .max_lifetime(Duration::from_hours(1))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_REST {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                // By statement and not by start-up option, because connection poolers refuse unknown options.
                connection
                    .execute(
                        "SET statement_timeout = '30s'; SET lock_timeout = '5s';
                         SET idle_in_transaction_session_timeout = '60s'; SET TIME ZONE 'UTC'",
                    )
                    .await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Takes a lock of this name for as long as the connection lives; `None` while another session has it.
pub(crate) async fn claim(pool: &PgPool, name: &str) -> Result<Option<PgConnection>> {
    // Out of the pool, which would close it after an hour.
    let mut connection = deadline(pool.acquire()).await?.detach();
    let lock = sqlx::query_as("SELECT pg_try_advisory_lock(hashtextextended($1, 0))").bind(name);
    let (taken,): (bool,) = deadline(lock.fetch_one(&mut connection)).await?;
    Ok(taken.then_some(connection))
}

/// Checks the version and applies what is missing, under an advisory lock that sqlx takes for the whole database.
async fn migrate(options: &PgConnectOptions) -> Result<()> {
    let mut connection = deadline(options.connect()).await?;
    let (found,): (String,) = deadline(sqlx::query_as("SHOW server_version_num").fetch_one(&mut connection)).await?;
    if found.parse::<u32>().unwrap_or_default() < OLDEST {
        return Err(Error::Version { engine: "PostgreSQL", found, needed: OLDEST_TEXT });
    }
    // An older binary keeps working on a newer schema while a roll-out is under way.
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrator.set_ignore_missing(true);
    match tokio::time::timeout(MIGRATION_DEADLINE, migrator.run(&mut connection)).await {
        Ok(result) => result.map_err(Error::Migrate)?,
        Err(_) => return Err(Error::Deadline { seconds: MIGRATION_DEADLINE.as_secs() }),
    }
    deadline(connection.close()).await
}
