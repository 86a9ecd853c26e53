//! Programs from the operating system that tests need: Chromium, PostgreSQL.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{shell, stage::note};

/// Something that tests need and that the system, not this repository, provides.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    Chromium,
    Postgres,
}

impl Need {
    fn package(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Postgres => "postgresql",
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::Chromium => "the browser tests run in Chromium",
            Self::Postgres => "tests and measurements run on SQLite and on PostgreSQL",
        }
    }

    fn present(self) -> bool {
        match self {
            Self::Chromium => chromium().is_some(),
            Self::Postgres => postgres_programs().is_some(),
        }
    }
}

/// The system's Chromium, if there is one. Playwright's own download serves where there is none.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .or_else(playwright_download)
}

/// What `npx playwright install chromium` leaves behind; Playwright finds the right one itself.
fn playwright_download() -> Option<PathBuf> {
    let home = std::env::home_dir()?;
    let cache = [".cache/ms-playwright", "Library/Caches/ms-playwright"].map(|dir| home.join(dir));
    cache.iter().find_map(|dir| {
        fs::read_dir(dir)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("chromium")))
    })
}

/// The directory with PostgreSQL's programs; of several versions the newest. Debian keeps them out of PATH.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let has_server = |bin: &Path| bin.join("initdb").exists();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| has_server(bin))
        .max();
    newest.map(|(_, bin)| bin).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| has_server(bin))
    })
}

/// Makes sure of everything a run needs, before the run: on Debian as root in CI by installing it, elsewhere by a
/// message that names the package.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.present()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package()).collect();
    if in_ci() && is_root() && Path::new("/etc/debian_version").exists() {
        note(&format!("installing {}", packages.join(", ")));
        shell::run(apt().args(["update", "-q"]))?;
        shell::run(apt().args(["install", "-y", "-q", "--no-install-recommends"]).args(&packages))?;
        match missing.iter().find(|need| !need.present()) {
            None => return Ok(()),
            Some(need) => bail!("{} was installed and still cannot be found", need.package()),
        }
    }
    let lines: Vec<String> = missing.iter().map(|need| format!("  - {}: {}", need.package(), need.why())).collect();
    bail!(
        "missing from this machine:\n{}\nOn Debian or Ubuntu: sudo apt-get install {}. For Chromium, \
         `npx playwright install chromium` in end2end/ works everywhere.",
        lines.join("\n"),
        packages.join(" ")
    )
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
