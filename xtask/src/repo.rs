//! Where things are in the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The workspace's root directory, and the places below it that more than one module names.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    root: PathBuf,
}

impl Repo {
    /// The repository that `./x` was started in (it says so in `DRAWBRIDGE_ROOT`), else the one around the working
    /// directory.
    pub(crate) fn find() -> Result<Self> {
        if let Some(root) = std::env::var_os("DRAWBRIDGE_ROOT") {
            return Ok(Self { root: root.into() });
        }
        let here = std::env::current_dir().context("the working directory cannot be read")?;
        match here.ancestors().find(|dir| dir.join("xtask/Cargo.toml").is_file()) {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => bail!("{} is not inside Drawbridge's repository; start ./x there", here.display()),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path relative to the root.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target directory for everything but the task runner itself.
    pub(crate) fn target(&self) -> PathBuf {
        self.path("target")
    }

    /// The finished front-end: `manifest.json` and the files it names.
    pub(crate) fn site(&self) -> PathBuf {
        self.path("target/site")
    }

    /// Intermediate files and stamps of the task runner.
    pub(crate) fn work(&self) -> PathBuf {
        self.path("target/x")
    }

    /// A program that npm installed at the root.
    pub(crate) fn node_bin(&self, name: &str) -> PathBuf {
        self.path("node_modules/.bin").join(name)
    }
}
