//! A fresh database for each test, on both engines.
//!
//! SQLite gets a file in a temporary directory. PostgreSQL gets one private cluster a test process, found on this
//! machine, and in it one database a test, copied from a migrated template. Nothing is shared with a cluster that may
//! run here already, and a machine without PostgreSQL fails the tests instead of skipping half of them.

mod cluster;

use std::path::{Path, PathBuf};

use store::{Db, Engine};
use tempfile::TempDir;

/// A database that lives as long as this value.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite { directory: TempDir },
    Postgres { url: String },
}

impl TestDb {
    /// An empty, migrated SQLite database.
    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let db = Db::open_sqlite(&file_in(directory.path())).await.expect("a new SQLite database opens");
        Self { db, place: Place::Sqlite { directory } }
    }

    /// An empty, migrated PostgreSQL database.
    pub async fn postgres() -> Self {
        let url = cluster::fresh_database().await;
        let db = Db::open_postgres(&url).await.expect("a new PostgreSQL database opens");
        Self { db, place: Place::Postgres { url } }
    }

    /// An empty, migrated database of this engine.
    pub async fn of(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite().await,
            Engine::Postgres => Self::postgres().await,
        }
    }

    /// The handle.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The data directory of a SQLite database.
    pub fn directory(&self) -> Option<&Path> {
        match &self.place {
            Place::Sqlite { directory } => Some(directory.path()),
            Place::Postgres { .. } => None,
        }
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<PathBuf> {
        self.directory().map(file_in)
    }

    /// The address of a PostgreSQL database, for `DATABASE_URL`.
    pub fn url(&self) -> Option<&str> {
        match &self.place {
            Place::Sqlite { .. } => None,
            Place::Postgres { url } => Some(url),
        }
    }
}

/// The file that the server uses in its data directory.
fn file_in(directory: &Path) -> PathBuf {
    directory.join("drawbridge.db")
}

/// The address of a new, empty, migrated PostgreSQL database, without a connection to it.
pub async fn postgres_url() -> String {
    cluster::fresh_database().await
}

/// Runs every test on both engines: `both_engines! { async fn name(db: Db) { … } }` makes the tests `name::sqlite` and
/// `name::postgres`. The functions may return a `Result`. The calling crate needs `tokio` with `macros`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $type:ty) $(-> $result:ty)? $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($db: $type) $(-> $result)? $body

            #[tokio::test]
            async fn sqlite() $(-> $result)? {
                let test = $crate::db::TestDb::sqlite().await;
                body(test.db()).await
            }

            #[tokio::test]
            async fn postgres() $(-> $result)? {
                let test = $crate::db::TestDb::postgres().await;
                body(test.db()).await
            }
        }
    )+};
}
