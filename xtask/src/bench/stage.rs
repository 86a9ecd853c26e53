//! What a measurement is made of: the programs, the upstream, the byte proxy, and as many Drawbridges as are wanted.

use std::{
    cell::Cell,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};

use super::rounds::Way;
use crate::{
    harness::{Drawbridge, Extra, Setup},
    postgres::Cluster,
    processes::{Background, free_address},
    repo::Repo,
    shell,
    site::{self, Mode},
    stage::note,
};

/// How long a part may take to listen, or to hold what it shall hold.
const PART_DEADLINE: Duration = Duration::from_mins(1);

/// Builds what fills databases besides. The server first, with the selection of packages that `./x bench` has: what serves
/// the tests must not choose the features of what is measured.
pub(super) fn build_all(repo: &Repo) -> Result<PathBuf> {
    let programs = build(repo)?;
    note("cargo build --release -p testkit --bins");
    shell::run(shell::cargo(repo.root()).args(["build", "--release", "-p", "testkit", "--bins"]))?;
    Ok(programs)
}

/// Builds site, server and load generator for release; returns the directory of the programs.
pub(super) fn build(repo: &Repo) -> Result<PathBuf> {
    site::build(repo, Mode::Release)?;
    note("cargo build --release -p server -p bench");
    shell::run(shell::cargo(repo.root()).args([
        "build",
        "--release",
        "-p",
        "server",
        "-p",
        "bench",
        "--features",
        "server/embed",
    ]))?;
    Ok(repo.target().join("release"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Everything that runs all the time.
pub(super) struct Stage<'a> {
    repo: &'a Repo,
    pub(super) drawbridge: PathBuf,
    bench: PathBuf,
    pub(super) cluster: Option<Cluster>,
    upstream: Part,
    proxy: Part,
    databases: Cell<u32>,
}

/// A running part of the crate `bench`.
pub(super) struct Part {
    process: Background,
    pub(super) url: String,
    address: SocketAddr,
}

/// A running Drawbridge in front of the upstream.
pub(super) struct Running {
    pub(super) drawbridge: Drawbridge,
    pub(super) address: SocketAddr,
    program: PathBuf,
    database: Option<String>,
}

impl<'a> Stage<'a> {
    /// Takes the programs of a directory.
    pub(super) fn start(repo: &'a Repo, programs: &Path, cluster: Option<Cluster>) -> Result<Self> {
        let (drawbridge, bench) = (programs.join("drawbridge"), programs.join("drawbridge-bench"));
        let upstream = Part::start(&bench, &["upstream"])?;
        let proxy = Part::start(&bench, &["proxy", "--upstream", &upstream.address.to_string()])?;
        Ok(Self { repo, drawbridge, bench, cluster, upstream, proxy, databases: Cell::new(0) })
    }

    pub(super) fn direct(&self) -> Way {
        let address = self.upstream.address;
        Way { name: "direct", address, path: "/mcp".to_owned(), key: None, process: None, unaudited: false }
    }

    pub(super) fn byte_proxy(&self) -> Way {
        let (address, process) = (self.proxy.address, Some(self.proxy.process.id()));
        Way { name: "byte proxy", address, path: "/mcp".to_owned(), key: None, process, unaudited: false }
    }

    /// One more upstream.
    pub(super) fn upstream(&self) -> Result<Part> {
        Part::start(&self.bench, &["upstream"])
    }

    /// Opens requests that stay open as long as what is returned.
    pub(super) fn hold(&self, arguments: &[&str]) -> Result<Background> {
        let mut command = Command::new(&self.bench);
        let (process, _) = Background::start_announcing("hold", command.arg("hold").args(arguments), PART_DEADLINE)?;
        Ok(process)
    }

    /// A Drawbridge on a new database.
    pub(super) fn drawbridge(&self, engine: Engine, program: &Path, extra: &Extra<'_>) -> Result<Running> {
        let database = match (engine, &self.cluster) {
            (Engine::Sqlite, _) => None,
            (Engine::Postgres, Some(cluster)) => {
                let number = self.databases.get() + 1;
                self.databases.set(number);
                Some(cluster.database(&format!("bench{number}"))?)
            }
            (Engine::Postgres, None) => anyhow::bail!("no PostgreSQL was started"),
        };
        let address = free_address()?;
        let drawbridge = Drawbridge::start_with(&self.setup(address, program, database.as_deref()), extra)?;
        Ok(Running { drawbridge, address, program: program.to_owned(), database })
    }

    /// Another node on the database of a running one.
    pub(super) fn join(&self, first: &Running) -> Result<(Background, SocketAddr)> {
        let address = free_address()?;
        let setup = self.setup(address, &first.program, first.database.as_deref());
        Ok((first.drawbridge.join(&setup)?, address))
    }

    /// A Drawbridge with an audit log that was filled while it did not run.
    pub(super) fn filled(&self, running: Running, fill: &mut Command) -> Result<Running> {
        let Running { drawbridge, address, program, database } = running;
        let setup = self.setup(address, &program, database.as_deref());
        let drawbridge = drawbridge.restarted(&setup, |data| {
            match &database {
                Some(url) => fill.arg("--database-url").arg(url),
                None => fill.arg("--data-dir").arg(data),
            };
            shell::run(fill)
        })?;
        Ok(Running { drawbridge, address, program, database })
    }

    fn setup<'s>(&'s self, listen: SocketAddr, program: &Path, database_url: Option<&'s str>) -> Setup<'s> {
        Setup {
            repo: self.repo,
            drawbridge: program.to_owned(),
            listen,
            public: listen,
            upstream: Some(&self.upstream.url),
            transport: "streamable_http",
            database_url,
        }
    }
}

impl Part {
    fn start(bench: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(bench);
        let (process, line) = Background::start_announcing(arguments[0], command.args(arguments), PART_DEADLINE)?;
        let url = line.strip_prefix("listening on ").context("a part says where it listens")?.to_owned();
        let address = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let address = address.parse().with_context(|| format!("`{url}` has no address"))?;
        Ok(Self { process, url, address })
    }
}

impl Running {
    pub(super) fn process(&self) -> u32 {
        self.drawbridge.process.id()
    }

    /// The way through it.
    pub(super) fn way(&self, name: &'static str) -> Way {
        Way {
            name,
            address: self.address,
            path: self.drawbridge.path.clone(),
            key: Some(self.drawbridge.key.clone()),
            process: Some(self.process()),
            unaudited: false,
        }
    }

    /// A gauge of its `/metrics` without labels.
    pub(super) fn gauge(&self, name: &str) -> Result<f64> {
        let text = crate::http::get(self.address, &self.address.to_string(), "/metrics")?;
        gauge_of(&text, name).with_context(|| format!("/metrics has no `{name}`"))
    }
}

fn gauge_of(metrics: &str, name: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_found_by_its_whole_name() {
        let metrics = "# TYPE waiting gauge\nwaiting_long 7\nwaiting 1000\nwaiting{server=\"a\"} 3\n# EOF\n";
        assert_eq!(gauge_of(metrics, "waiting"), Some(1000.0));
        assert_eq!(gauge_of(metrics, "in_flight"), None);
    }
}
