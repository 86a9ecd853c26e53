//! Formatting, clippy, licences.

use anyhow::Result;

use crate::{
    repo::Repo,
    shell::{self, XTASK},
    site::{self, WASM_TARGET},
    stage::note,
};

pub(crate) fn format(repo: &Repo) -> Result<()> {
    shell::run(shell::cargo(repo.root()).args(["fmt", "--all", "--check"]))
}

/// Clippy on everything, with warnings as errors, and the type check of `web/`. The server's side and the browser's
/// side are two runs: together they would switch on both `ssr` and `hydrate` in `app`.
pub(crate) fn clippy(repo: &Repo) -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    let cargo = || shell::cargo(repo.root());
    shell::run(shell::native(repo, "clippy")?.arg("--all-targets").args(deny))?;
    shell::run(cargo().args(["clippy", "-p", "frontend", "-p", "app", "--target", WASM_TARGET]).args(deny))?;
    shell::run(cargo().arg("clippy").args(XTASK).arg("--all-targets").args(deny))?;
    site::type_check(repo)
}

/// `deny.toml`: licences, sources, and who may use what through others. The tool takes minutes to install, so a machine
/// without it is told so; `rules` covers our own edges everywhere.
pub(crate) fn deny(repo: &Repo) -> Result<()> {
    if !shell::on_path("cargo-deny") {
        note("cargo-deny is not installed: licences and sources are not checked (cargo install cargo-deny)");
        return Ok(());
    }
    shell::run(shell::cargo(repo.root()).args(["deny", "check", "bans", "licenses", "sources"]))
}
