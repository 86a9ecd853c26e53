//! The browser tests in `end2end/`: Playwright against the binaries and the site as it is shipped.

use std::process::Command;

use anyhow::Result;

use crate::{
    build::{self, Programs},
    npm,
    repo::Repo,
    shell,
    site::{self, Mode},
    stage::note,
    system::{self, Need},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Passed on to `playwright test`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    playwright: Vec<String>,
}

pub(crate) fn command(repo: &Repo, args: &Args) -> Result<()> {
    system::ensure(&[Need::Chromium])?;
    run(repo, &args.playwright)
}

/// Builds what is missing and runs the tests.
pub(crate) fn run(repo: &Repo, arguments: &[String]) -> Result<()> {
    site::build(repo, Mode::Tested)?;
    let programs = build::development(repo)?;
    note("playwright test");
    shell::run(playwright(repo, &programs)?.args(arguments))
}

/// `playwright test`, which finds the programs by environment: `DRAWBRIDGE_BIN`, `MCP_FIXTURE_BIN`, `AUDIT_SEED_BIN`,
/// `DRAWBRIDGE_SITE`, and `CHROMIUM` where the system has one.
pub(crate) fn playwright(repo: &Repo, programs: &Programs) -> Result<Command> {
    let dir = repo.path("end2end");
    npm::ensure(&dir)?;
    let mut playwright = Command::new(dir.join("node_modules/.bin/playwright"));
    playwright
        .current_dir(&dir)
        .arg("test")
        .env("DRAWBRIDGE_BIN", &programs.drawbridge)
        .env("MCP_FIXTURE_BIN", &programs.fixture)
        .env("AUDIT_SEED_BIN", &programs.audit_seed)
        .env("DRAWBRIDGE_SITE", repo.site())
        // Cargo and CI set these for themselves; a server under test must not inherit a stray configuration.
        .env_remove("DATABASE_URL");
    if let Some(chromium) = system::chromium().filter(|path| path.starts_with("/usr")) {
        playwright.env("CHROMIUM", chromium);
    }
    Ok(playwright)
}
