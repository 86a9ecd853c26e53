//! The server's binaries, for development and for release.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    repo::Repo,
    shell,
    site::{self, Mode},
    stage::note,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One self-contained, optimised binary with the console inside
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if args.release {
        return release(repo);
    }
    site::build(repo, Mode::Dev)?;
    let built = development(repo)?;
    note(&format!("built {}", built.drawbridge.display()));
    Ok(())
}

/// The programs that `run`, the browser tests, the conformance suite and measurements start.
pub(crate) struct Programs {
    pub(crate) drawbridge: PathBuf,
    pub(crate) fixture: PathBuf,
    pub(crate) audit_seed: PathBuf,
}

impl Programs {
    /// Those in a directory that cargo filled.
    pub(crate) fn of(directory: &Path) -> Self {
        let program = |name: &str| directory.join(name);
        Self { drawbridge: program("drawbridge"), fixture: program("mcp-fixture"), audit_seed: program("audit-seed") }
    }
}

/// Builds both programs with the selection of packages that the tests use, so that neither build undoes the other's
/// choice of features.
pub(crate) fn development(repo: &Repo) -> Result<Programs> {
    note("cargo build --bins");
    shell::run(shell::native(repo, "build")?.arg("--bins"))?;
    Ok(Programs::of(&repo.target().join("debug")))
}

/// The site first: the server's release build takes it in.
fn release(repo: &Repo) -> Result<()> {
    site::build(repo, Mode::Release)?;
    site::check_budget(repo)?;
    note("cargo build --release -p server");
    shell::run(shell::cargo(repo.root()).args(["build", "--release", "-p", "server", "--features", "server/embed"]))?;
    let binary = repo.target().join("release/drawbridge");
    let size = fs::metadata(&binary).with_context(|| format!("{} is missing", binary.display()))?.len();
    note(&format!("built {} ({:.1} MB), which needs nothing beside it", binary.display(), size as f64 / 1e6));
    Ok(())
}
