//! npm packages: installed from the lock file, again only when that has changed.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    shell,
    stage::note,
    stamp::{Inputs, unless_fresh},
};

/// Makes `node_modules` of a directory match its `package-lock.json`. No package's install script is run.
pub(crate) fn ensure(dir: &Path) -> Result<()> {
    let modules = dir.join("node_modules");
    let inputs = Inputs::of("npm", 1)
        .file(&dir.join("package.json"))?
        .file(&dir.join("package-lock.json"))?
        .file(&dir.join(".npmrc"))?;
    unless_fresh(&modules.join(".drawbridge-stamp"), inputs, &[&modules], || {
        note(&format!("npm ci in {}", dir.display()));
        shell::run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(dir))
    })?;
    Ok(())
}
