//! What can go wrong between a repository and the database, in the kinds that a use case can react to.
//!
//! Both engines are mapped here and nowhere else, so that a unique violation is never an internal error because
//! somebody wrote `?`.

use std::path::PathBuf;

use sqlx::error::ErrorKind;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique value is taken. The text names it as `table.column`, the same for both engines.
    #[error("{0} is taken already")]
    Conflict(&'static str),
    /// The thing that a row points to does not exist.
    #[error("what this refers to does not exist any more; reload and try again")]
    Reference(#[source] sqlx::Error),
    /// A lock or a connection was not free in time. Nothing was changed.
    #[error("the database is busy; try again in a moment")]
    Busy(#[source] sqlx::Error),
    /// The disk is full. Nothing was changed.
    #[error("the disk of the database is full; free some space on it, no restart is needed")]
    Full(#[source] sqlx::Error),
    /// The database cannot be reached, or refuses to write. Whether an open commit arrived is unknown.
    #[error("the database cannot be reached or does not accept writes; check that it runs and try again")]
    Unavailable(#[source] sqlx::Error),
    /// A statement or a connection took longer than its deadline.
    #[error("the database did not answer within {seconds} seconds; check its load and try again")]
    Deadline {
        /// The deadline.
        seconds: u64,
    },
    /// The file is damaged or is no database.
    #[error("the database file is damaged or is not a database; stop Drawbridge and restore it from a backup")]
    Corrupt(#[source] sqlx::Error),
    /// Another process uses the same data directory.
    #[error("another drawbridge ({}) is using {}; stop it or choose another --data-dir", process(*.pid), .directory.display())]
    InUse {
        /// Its process id, if it could be read.
        pid: Option<u32>,
        /// The directory.
        directory: PathBuf,
    },
    /// The engine is too old to be trusted with the data.
    #[error("{engine} {found} is too old; use {needed} or later")]
    Version {
        /// Name of the engine.
        engine: &'static str,
        /// What runs.
        found: String,
        /// The oldest version that is accepted.
        needed: &'static str,
    },
    /// The address of the database cannot be understood. The address itself may hold a password and is not repeated.
    #[error("DATABASE_URL is not a PostgreSQL address such as postgres://user:password@host/database")]
    Address(#[source] sqlx::Error),
    /// A file or directory could not be made or opened.
    #[error("cannot use {}: {source}; check that it exists and belongs to this user", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The schema could not be brought up to date. Each migration is applied whole or not at all.
    #[error("the database could not be migrated; nothing was half-applied, see the cause and start again")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A cursor was not made by this list.
    #[error("this cursor does not belong to this list; start from its first page")]
    Cursor,
    /// A stored value cannot be read as what it should be.
    #[error("a stored value cannot be read; the database was changed from outside or by a newer version")]
    Decode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Everything else: a fault of ours.
    #[error("the database refused a statement")]
    Sqlx(#[source] sqlx::Error),
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "unknown pid".to_owned(), |pid| format!("pid {pid}"))
}

impl Error {
    /// True when trying again later may help and nothing is wrong with the input.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Full(_) | Self::Unavailable(_) | Self::Deadline { .. })
    }
}

impl Error {
    /// A refusal of SQLite on a connection that is not the kernel's own, by its result code.
    pub fn of_sqlite(code: i32, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        let source = sqlx::Error::Io(std::io::Error::other(source));
        Self::of_class(sqlite_class(code.unsigned_abs()), source)
    }

    const fn of_class(class: Class, error: sqlx::Error) -> Self {
        match class {
            Class::Busy => Self::Busy(error),
            Class::Full => Self::Full(error),
            Class::Unavailable => Self::Unavailable(error),
            Class::Corrupt => Self::Corrupt(error),
            Class::Fault => Self::Sqlx(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                if database.is_unique_violation() {
                    return conflict(database.as_ref()).map_or_else(|| Self::Sqlx(error), Self::Conflict);
                }
                if database.kind() == ErrorKind::ForeignKeyViolation {
                    return Self::Reference(error);
                }
                let code = database.code().unwrap_or_default().into_owned();
                // SQLite's codes are numbers, PostgreSQL's have five characters.
                let class = if code.len() == 5 {
                    postgres_class(&code)
                } else {
                    sqlite_class(code.parse::<u32>().unwrap_or_default())
                };
                Self::of_class(class, error)
            }
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => Self::Full(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(error),
            sqlx::Error::PoolTimedOut => Self::Busy(error),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Decode(Box::new(error)),
            _ => Self::Sqlx(error),
        }
    }
}

enum Class {
    Busy,
    Full,
    Unavailable,
    Corrupt,
    Fault,
}

/// Result codes of SQLite (<https://sqlite.org/rescode.html>); the low byte is the primary code.
fn sqlite_class(code: u32) -> Class {
    match code & 0xff {
        5 | 6 => Class::Busy,
        13 => Class::Full,
        8 | 10 | 14 => Class::Unavailable,
        11 | 26 => Class::Corrupt,
        _ => Class::Fault,
    }
}

/// SQLSTATE codes of PostgreSQL (appendix A of its manual).
fn postgres_class(code: &str) -> Class {
    match code {
        // disk full
        "53100" => Class::Full,
        // serialization failure, deadlock, lock not available, statement timeout, too many connections
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Class::Busy,
        // read-only after a failover
        "25006" => Class::Unavailable,
        // data or index corrupted
        "XX001" | "XX002" => Class::Corrupt,
        _ if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => Class::Unavailable,
        // lost sign-in or database while running
        _ if code.starts_with("28") || code == "3D000" => Class::Unavailable,
        _ => Class::Fault,
    }
}

/// The name of every unique constraint, as both engines report it: `(ours, SQLite's columns, PostgreSQL's name)`.
/// A test holds it against both schemas.
pub const UNIQUE: &[(&str, &str, &str)] = &[
    ("settings.key", "settings.key", "settings_pkey"),
    ("users.id", "users.id", "users_pkey"),
    ("users.email", "users.email", "users_email_key"),
    ("groups.id", "groups.id", "groups_pkey"),
    ("groups.name", "groups.name", "groups_name_key"),
    ("group_members", "group_members.group_id, group_members.user_id", "group_members_pkey"),
    ("sessions.id", "sessions.id", "sessions_pkey"),
    ("sessions.token_hash", "sessions.token_hash", "sessions_token_hash_key"),
    ("links.id", "links.id", "links_pkey"),
    ("links.token_hash", "links.token_hash", "links_token_hash_key"),
    ("api_keys.id", "api_keys.id", "api_keys_pkey"),
    ("api_keys.secret_hash", "api_keys.secret_hash", "api_keys_secret_hash_key"),
    ("servers.id", "servers.id", "servers_pkey"),
    ("servers.slug", "servers.slug", "servers_slug_key"),
    ("secrets", "secrets.owner_id, secrets.kind, secrets.name", "secrets_pkey"),
    ("pins", "pins.server_id, pins.kind, pins.name", "pins_pkey"),
    ("requests.id", "requests.id", "requests_pkey"),
    ("request_history.id", "request_history.id", "request_history_pkey"),
    ("tests.id", "tests.id", "tests_pkey"),
    ("drafts", "drafts.user_id, drafts.key", "drafts_pkey"),
    ("rules.id", "rules.id", "rules_pkey"),
    ("rule_refs", "rule_refs.rule_id, rule_refs.kind, rule_refs.ref_id", "rule_refs_pkey"),
    ("rule_versions", "rule_versions.rule_id, rule_versions.version", "rule_versions_pkey"),
    ("ending_rules.rule_id", "ending_rules.rule_id", "ending_rules_pkey"),
    ("saved_views.id", "saved_views.id", "saved_views_pkey"),
    ("saved_views.name", "saved_views.user_id, saved_views.list, saved_views.name", "saved_views_name_key"),
    ("notifications.id", "notifications.id", "notifications_pkey"),
    ("changes.id", "changes.id", "changes_pkey"),
    ("nodes.node", "nodes.node", "nodes_pkey"),
    ("ended_sessions.id", "ended_sessions.id", "ended_sessions_pkey"),
    ("ended_sessions.session", "ended_sessions.session", "ended_sessions_session_key"),
    ("mcp_tasks", "mcp_tasks.server_id, mcp_tasks.task", "mcp_tasks_pkey"),
    ("chain_heads.node", "chain_heads.node", "chain_heads_pkey"),
    ("audit.id", "audit.id", "audit_pkey"),
    ("audit.seq", "audit.node, audit.seq", "audit_node_seq_key"),
    (
        "call_hours",
        "call_hours.hour, call_hours.server_id, call_hours.tool, call_hours.user_id, call_hours.client_name",
        "call_hours_pkey",
    ),
];

fn conflict(error: &dyn sqlx::error::DatabaseError) -> Option<&'static str> {
    // SQLite's driver does not implement `constraint()`; its message is "UNIQUE constraint failed: table.column, …".
    let of_sqlite = error.message().strip_prefix("UNIQUE constraint failed: ");
    let of_postgres = error.constraint();
    UNIQUE
        .iter()
        .find(|(_, sqlite, postgres)| of_sqlite == Some(sqlite) || of_postgres == Some(postgres))
        .map(|(name, ..)| *name)
}
