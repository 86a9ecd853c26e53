//! Packages from npm and PyPI, each installation in a directory of its own, made once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::matrix::Installation;
use crate::{repo::Repo, shell, stage::note};

/// An installation, with our scripts beside it: Node.js looks for packages where the script is.
pub(super) struct Installed {
    directory: PathBuf,
    python: bool,
}

/// Installs what is not yet there. A directory without the mark of its exact packages is made anew.
pub(super) fn ensure(repo: &Repo, name: &str, installation: &Installation) -> Result<Installed> {
    let directory = repo.work().join("interop").join(name);
    let python = !installation.pip.is_empty();
    let packages = if python { &installation.pip } else { &installation.npm };
    let mark = directory.join("installed");
    if fs::read_to_string(&mark).ok().as_ref() != Some(&packages.join("\n")) {
        note(&format!("installing {}", packages.join(" ")));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        let install = if python { pip } else { npm };
        install(&directory, packages)?;
        fs::write(&mark, packages.join("\n")).with_context(|| format!("{} cannot be written", mark.display()))?;
    }
    for of in ["interop/clients", "interop/servers"] {
        copy(&repo.path(of), &directory)?;
    }
    Ok(Installed { directory, python })
}

impl Installed {
    /// A script of ours, or one of the packages.
    pub(super) fn command(&self, script: &str) -> Command {
        let mut command = Command::new(if self.python { self.directory.join("bin/python") } else { "node".into() });
        if self.python {
            command.args(["-W", "ignore"]);
        }
        command.arg(script).current_dir(&self.directory);
        command
    }
}

fn npm(directory: &Path, packages: &[String]) -> Result<()> {
    fs::write(directory.join("package.json"), "{\"private\":true}\n").context("package.json cannot be written")?;
    let options = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    shell::run_quietly(Command::new("npm").args(options).args(packages).current_dir(directory))
}

fn pip(directory: &Path, packages: &[String]) -> Result<()> {
    shell::run_quietly(Command::new("python3").args(["-m", "venv"]).arg(directory))?;
    let options = ["-m", "pip", "-q", "--disable-pip-version-check", "install"];
    shell::run_quietly(Command::new(directory.join("bin/python")).args(options).args(packages))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))
                .with_context(|| format!("{} cannot be copied", entry.path().display()))?;
        }
    }
    Ok(())
}
