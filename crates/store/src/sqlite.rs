//! SQLite: one writer, several readers, one process.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlitePool};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::db::ACQUIRE_DEADLINE;
use crate::sql::deadline;
use crate::{Error, Result};

/// The oldest SQLite without the WAL-reset bug that loses committed data.
const OLDEST: (u32, u32, u32) = (3, 51, 3);
const OLDEST_TEXT: &str = "3.51.3";

/// Readers beside the writer; more than a few only compete for the page cache.
const READERS: u32 = 4;

/// Statements kept prepared on each connection.
const CACHED_STATEMENTS: usize = 256;

/// How long a connection waits for SQLite's own lock.
pub const BUSY: Duration = Duration::from_secs(5);

/// Bytes of a page, where the file is new. Entries of the audit log take about one KiB, and there are many.
const PAGE: u32 = 8192;

/// What every connection sets, besides WAL, `synchronous = FULL`, foreign keys and [`BUSY`].
pub const PRAGMAS: &[(&str, &str)] = &[
    ("trusted_schema", "OFF"),
    ("cell_size_check", "ON"),
    ("temp_store", "MEMORY"),
    ("mmap_size", "0"),
    ("cache_size", "-16384"),
    // 16 MiB: pages that every batch writes are copied into the file less often.
    ("wal_autocheckpoint", "2000"),
    // Only macOS knows it.
    ("fullfsync", "ON"),
];

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Somebody who has promised rows that are not in the tables yet.
pub trait CatchUp: std::fmt::Debug + Send + Sync {
    /// Ends when what is promised now can be read, or when that takes too long. Nothing where there is nothing to wait
    /// for.
    fn caught_up(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>>;
}

/// An open database file.
#[derive(Debug, Clone)]
pub struct SqliteDb {
    writer: SqlitePool,
    readers: SqlitePool,
    path: PathBuf,
    /// Who may write now. In the order of asking, which SQLite's own lock is not.
    turn: Arc<Mutex<()>>,
    /// For whom every transaction waits.
    behind: Arc<StdMutex<Vec<Weak<dyn CatchUp>>>>,
    /// Held until the database is closed or no clone lives; the system lets go of it when the process ends, however it
    /// ends.
    lock: Arc<File>,
}

impl SqliteDb {
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        make_directory(&directory).map_err(|source| Error::Directory { path: directory.clone(), source })?;
        let lock = lock(&directory)?;
        make_file(path).map_err(|source| Error::Directory { path: path.to_owned(), source })?;

        let options = options(path);
        let writer = pool(1).min_connections(1).connect_with(options.clone()).await?;
        check_version(&writer).await?;
        // An older binary keeps working on a newer schema while a roll-out is under way.
        let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
        migrator.set_ignore_missing(true);
        migrator.run(&writer).await.map_err(Error::Migrate)?;

        let readers = pool(READERS).connect_with(options.pragma("query_only", "ON")).await?;
        Ok(Self {
            writer,
            readers,
            path: path.to_owned(),
            turn: Arc::default(),
            behind: Arc::default(),
            lock: Arc::new(lock),
        })
    }

    pub(crate) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    pub(crate) const fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until nobody else writes. For a connection of one's own to the same file; [`crate::Db::begin`] does it by
    /// itself.
    pub async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// Opens or makes a file beside the database, readable for this user only. The name is that of the database with
    /// this at its end.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn beside(&self, end: &str) -> std::io::Result<File> {
        let mut path = self.path.clone().into_os_string();
        path.push(end);
        private().read(true).open(path)
    }

    /// From now on every transaction waits for these rows before it begins ([`crate::Db::read`], [`crate::Db::begin`]).
    pub fn wait_for(&self, promised: Weak<dyn CatchUp>) {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.retain(|promised| promised.strong_count() > 0);
        behind.push(promised);
    }

    pub(crate) async fn caught_up(&self) {
        let waiting: Vec<_> = {
            let behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
            behind.iter().filter_map(|promised| promised.upgrade()?.caught_up()).collect()
        };
        for caught_up in waiting {
            caught_up.await;
        }
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        // Only an optimisation: the next start would find the same data in the log.
        let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
        if let Err(error) = deadline(checkpoint.execute(&self.writer)).await {
            tracing::warn!(%error, "the database's log could not be written back at shutdown; it will be at the next start");
        }
        self.writer.close().await;
        // Nothing of this process touches the file from here on, whoever still holds a clone.
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock of the data directory could not be released; it is when the process ends");
        }
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_DEADLINE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| {
            // After some errors (a full disk) SQLite rolls back by itself. The driver's own rollback then fails and it
            // believes for ever that a transaction is open: such a connection is replaced.
            let usable = !connection.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        })
}

fn options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(CACHED_STATEMENTS);
    PRAGMAS.iter().fold(options, |options, (name, value)| options.pragma(*name, *value))
}

async fn check_version(pool: &SqlitePool) -> Result<()> {
    let (found,): (String,) = deadline(sqlx::query_as("SELECT sqlite_version()").fetch_one(pool)).await?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    if (next(), next(), next()) < OLDEST {
        return Err(Error::Version { engine: "SQLite", found, needed: OLDEST_TEXT });
    }
    Ok(())
}

/// Takes the directory for this process. The lock is the system's, so a crash leaves nothing behind; the process id in
/// the file is only there to be shown.
fn lock(directory: &Path) -> Result<File> {
    let path = directory.join("drawbridge.lock");
    let failed = |source| Error::Directory { path: path.clone(), source };
    let mut file = private().read(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(Error::InUse { pid, directory: directory.to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    // On a full disk the process id cannot be written; the lock holds all the same.
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(error) = written {
        tracing::warn!(%error, path = %path.display(), "the process id could not be written to the lock file");
    }
    Ok(file)
}

/// Makes the file readable for this user only, before SQLite opens it (its log files inherit the mode).
fn make_file(path: &Path) -> std::io::Result<()> {
    let file = private().open(path)?;
    restrict(&file)
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A missing directory is made for this user only; the mode of an existing one is its owner's business.
fn make_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn restrict(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_: &File) -> std::io::Result<()> {
    Ok(())
}
