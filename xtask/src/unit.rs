//! Cargo's own tests: unit and integration, on both database engines.

use anyhow::Result;

use crate::{
    repo::Repo,
    shell::{self, XTASK},
};

/// Compiles every test and binary, so that the time for it is visible by itself.
pub(crate) fn compile(repo: &Repo) -> Result<()> {
    shell::run(shell::native(repo, "test")?.arg("--no-run"))?;
    shell::run(shell::cargo(repo.root()).arg("test").args(XTASK).arg("--no-run"))
}

pub(crate) fn run(repo: &Repo) -> Result<()> {
    shell::run(&mut shell::native(repo, "test")?)?;
    shell::run(shell::cargo(repo.root()).arg("test").args(XTASK))
}
