//! One private PostgreSQL cluster for this test process.
//!
//! It listens on a socket in its own temporary directory only, runs without `fsync`, and is stopped by a watchdog that
//! waits for the end of a pipe which this process holds: whatever ends the process, ends the cluster.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

const MISSING: &str = "PostgreSQL is needed for these tests and was not found in /usr/lib/postgresql/*/bin or in PATH; \
    install it (Debian: apt-get install postgresql)";

/// Settings that make a throw-away cluster fast. It loses everything in a power cut, which is fine here.
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=200 -c shared_buffers=32MB -c autovacuum=off -c max_wal_size=256MB";

/// Waits for the end of our pipe, stops the cluster and removes it. It waits for the cluster's own file instead of its
/// process, because in a container without an init process the dead one is never reaped.
const WATCHDOG: &str = r#"read -r _
"$1/pg_ctl" stop -s -W -m immediate -D "$2/data"
n=0
while [ -e "$2/data/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
rm -rf "$2""#;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

#[derive(Debug)]
struct Cluster {
    directory: PathBuf,
    /// The watchdog; the end of the pipe to it tells it to stop the cluster.
    _alive: Child,
}

/// The user that PostgreSQL runs as, when we are root (it refuses to run as root).
#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

pub(super) async fn fresh_database() -> String {
    let cluster = CLUSTER.get_or_init(Cluster::start).await;
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    cluster.create(&name, "migrated").await;
    cluster.url(&name)
}

impl Cluster {
    async fn start() -> Self {
        let bin = binaries().unwrap_or_else(|| panic!("{MISSING}"));
        // A short path: the name of a socket may have 107 bytes.
        let directory = tempfile::Builder::new()
            .prefix("drawbridge-pg-")
            .tempdir_in("/tmp")
            .expect("a temporary directory can be made in /tmp")
            .keep();
        let user = user(&directory);
        if let Some(user) = user {
            chown(&directory, Some(user.uid), Some(user.gid)).expect("root can give a directory away");
        }
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("our own directory");

        // The watchdog first, so that a start that fails half-way leaves nothing behind either.
        let alive = watch(&bin, &directory, user);
        let data = directory.join("data");
        run(command(&bin, "initdb", &directory, user)
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D"])
            .arg(&data));
        run(command(&bin, "pg_ctl", &directory, user)
            .args(["start", "-w", "-t", "60", "-s", "-l"])
            .arg(directory.join("log"))
            .arg("-o")
            .arg(format!("{SETTINGS} -c unix_socket_directories={}", directory.display()))
            .arg("-D")
            .arg(&data));

        let cluster = Self { directory, _alive: alive };
        cluster.create("migrated", "template1").await;
        store::Db::open_postgres(&cluster.url("migrated")).await.expect("the template migrates").close().await;
        cluster
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.directory.display())
    }

    async fn create(&self, name: &str, template: &str) {
        #[expect(clippy::disallowed_types, reason = "both names are ours, and a name cannot be a bind")]
        use sqlx::AssertSqlSafe;
        let options = PgConnectOptions::from_str(&self.url("postgres")).expect("our own address");
        let mut connection = options.connect().await.expect("our own cluster answers");
        let statement = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}"));
        connection.execute(statement).await.expect("a database can be copied from the template");
        connection.close().await.expect("the connection closes");
    }
}

/// The directory with PostgreSQL's programs; the newest version if there are several.
fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
    })
}

/// Somebody else when we are root: `postgres` as the package makes it, or `nobody`.
fn user(ours: &Path) -> Option<User> {
    if fs::metadata(ours).expect("our own directory").uid() != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
    let find = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some(User { uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
    };
    Some(
        find("postgres")
            .or_else(|| find("nobody"))
            .expect("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as"),
    )
}

fn command(bin: &Path, program: &str, directory: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(bin.join(program));
    as_user(&mut command, directory, user);
    command
}

fn as_user(command: &mut Command, directory: &Path, user: Option<User>) {
    command.current_dir(directory).stdin(Stdio::null());
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
}

fn run(command: &mut Command) {
    // The server inherits these streams; a pipe would keep us waiting for its end.
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => {}
        other => panic!("{command:?} failed: {other:?}; run it by hand to see why, and look into its log file"),
    }
}

fn watch(bin: &Path, directory: &Path, user: Option<User>) -> Child {
    let mut shell = Command::new("/bin/sh");
    as_user(&mut shell, Path::new("/"), user);
    shell
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(bin)
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Its own group, so that Ctrl-C in the terminal does not end it before its work is done.
        .process_group(0)
        .spawn()
        .expect("/bin/sh starts")
}
