//! A PostgreSQL cluster of our own, for measurements: with the settings that PostgreSQL has by default, `fsync` above
//! all, on a socket in a temporary directory.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    processes::{Background, pause},
    shell,
    system::{self, Need},
};

const READY_DEADLINE: Duration = Duration::from_secs(30);

/// A running cluster; it stops, and its data go, with this value.
pub(crate) struct Cluster {
    programs: Programs,
    // In this order: the server ends before its directory goes.
    server: Background,
    directory: tempfile::TempDir,
}

/// PostgreSQL's programs, and who they run as.
struct Programs {
    bin: PathBuf,
    /// Somebody else when we are root, as which PostgreSQL refuses to run.
    user: Option<(u32, u32)>,
}

impl Cluster {
    pub(crate) fn start() -> Result<Self> {
        system::ensure(&[Need::Postgres])?;
        let bin = system::postgres_programs().context("PostgreSQL was found a moment ago")?;
        // A short path: the name of a socket may have 107 bytes.
        let directory = tempfile::Builder::new().prefix("drawbridge-bench-pg-").tempdir_in("/tmp")?;
        let programs = Programs { bin, user: user(directory.path())? };
        if let Some((uid, gid)) = programs.user {
            chown(directory.path(), Some(uid), Some(gid)).context("the directory cannot be given away")?;
        }
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700))?;
        let data = directory.path().join("data");
        let mut init = programs.command("initdb", directory.path());
        init.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-D"]).arg(&data);
        shell::run_quietly(&mut init)?;
        let mut serve = programs.command("postgres", directory.path());
        serve.arg("-D").arg(&data).args(["-c", "listen_addresses=", "-c", "log_min_messages=fatal", "-k"]);
        let log = fs::File::create(directory.path().join("log")).context("the log cannot be made")?;
        let server = Background::start("postgres", serve.arg(directory.path()).stderr(log))?;
        let mut cluster = Self { programs, server, directory };
        cluster.wait()?;
        Ok(cluster)
    }

    fn wait(&mut self) -> Result<()> {
        let begin = Instant::now();
        loop {
            let mut ready = self.programs.command("pg_isready", self.directory.path());
            ready.args(["-q", "-h"]).arg(self.directory.path()).stdin(Stdio::null());
            if ready.status().context("`pg_isready` could not be started")?.success() {
                return Ok(());
            }
            if self.server.ended()?.is_some() || begin.elapsed() > READY_DEADLINE {
                let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
                bail!("PostgreSQL does not answer: {log}");
            }
            pause();
        }
    }

    /// A new database; returns its address.
    pub(crate) fn database(&self, name: &str) -> Result<String> {
        let mut create = self.programs.command("createdb", self.directory.path());
        shell::run_quietly(create.arg("-h").arg(self.directory.path()).args(["-U", "postgres", name]))?;
        Ok(format!("postgres://postgres@localhost/{name}?host={}", self.directory.path().display()))
    }

    /// What it is, as it says itself.
    pub(crate) fn version(&self) -> Result<String> {
        let version = shell::output(self.programs.command("postgres", self.directory.path()).arg("--version"))?;
        Ok(version.trim().replace("postgres (PostgreSQL)", "PostgreSQL"))
    }
}

impl Programs {
    fn command(&self, program: &str, directory: &Path) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(directory);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// `postgres`, as the package makes it, or `nobody`, when what we make belongs to root.
fn user(ours: &Path) -> Result<Option<(u32, u32)>> {
    if fs::metadata(ours)?.uid() != 0 {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let known = ["postgres", "nobody"].into_iter().find_map(|name| ids(&passwd, name));
    known.map(Some).context("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}

/// Number and group of a user in the text of `/etc/passwd`.
fn ids(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let passwd = "postgres2:x:7:8::/:/bin/sh\npostgres:x:105:112:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(ids(passwd, "postgres"), Some((105, 112)));
        assert_eq!(ids(passwd, "nobody"), None);
    }
}
