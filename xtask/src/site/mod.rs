//! The console's front-end: WASM, scripts, styles, icons and fonts → `target/site` with content-hashed names and a
//! `manifest.json` from logical to hashed names.
//!
//! Each step keeps a stamp of its inputs, so a second run only re-hashes. Development and release builds have separate
//! intermediate files and meet in `target/site`, which always holds exactly one of the two.

mod areas;
mod assets;
mod budget;
mod compress;
mod icons;
mod scripts;
mod styles;
mod wasm;

use std::fs;

use anyhow::{Context, Result, bail};

use self::{
    assets::{Assets, Kind},
    compress::Compressor,
};
pub(crate) use self::{
    budget::{Weight, check as check_budget, weigh},
    scripts::type_check,
    wasm::TARGET as WASM_TARGET,
};
use crate::{npm, repo::Repo, stage::note};

/// Which front-end to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Quick to build, large, nothing compressed.
    Dev,
    /// As in a release, with the gallery of components for the tests to look at.
    Tested,
    /// What is shipped: optimised for size, stored with brotli and gzip.
    Release,
}

impl Mode {
    /// Optimised and compressed.
    fn optimised(self) -> bool {
        self != Self::Dev
    }

    /// The name of its intermediate directory.
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Tested => "tested",
            Self::Release => "release",
        }
    }
}

/// Arguments of `./x site`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Optimise and compress, as in a release; the gallery of components stays
    #[arg(long)]
    release: bool,
}

impl Args {
    pub(crate) fn mode(&self) -> Mode {
        if self.release { Mode::Tested } else { Mode::Dev }
    }
}

/// Builds `target/site`.
pub(crate) fn build(repo: &Repo, mode: Mode) -> Result<()> {
    npm::ensure(repo.root())?;
    let work = repo.work().join("site").join(mode.name());
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;

    let application = wasm::build(repo, mode, &work)?;
    let scripts = scripts::build(repo, &work)?;
    let style = styles::build(repo, &work)?;

    let mut assets = Assets::default();
    for (name, package_path) in fonts(repo)? {
        let path = repo.path("node_modules").join(package_path);
        let bytes = fs::read(&path)
            .with_context(|| format!("web/fonts.json names {}, which cannot be read", path.display()))?;
        assets.add(format!("fonts/{name}.woff2"), Kind::Woff2, bytes)?;
    }
    assets.add("icons.svg", Kind::Svg, icons::interface_sprite(repo)?)?;
    for (slug, svg) in icons::brands(repo)? {
        assets.add(format!("icons/brand/{slug}.svg"), Kind::Svg, svg)?;
    }
    assets.add("favicon.svg", Kind::Svg, read(&repo.path("web/favicon.svg"))?)?;
    assets.add("licenses.txt", Kind::Text, notices(repo)?)?;
    for (name, path) in scripts {
        assets.add(name, Kind::Script, read(&path)?)?;
    }
    for language in texts::read(&repo.path("app/texts"))? {
        assets.add(format!("texts/{}.txt", language.tag), Kind::Text, language.table().into_bytes())?;
    }
    // Last come the two that name other assets, and are rewritten to their hashed names.
    assets.add("main.css", Kind::Style, styles::with_hashed_urls(&read(&style)?, &assets)?)?;
    wasm::add(&application, &mut assets)?;

    let compressor = mode.optimised().then(|| Compressor::new(repo.work().join("compressed")));
    let written = assets.write(&repo.site(), compressor.as_ref())?;
    note(&format!("target/site: {} assets, {written} new", assets.len()));
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// `web/fonts.json`: asset name → file inside `node_modules`.
fn fonts(repo: &Repo) -> Result<std::collections::BTreeMap<String, String>> {
    serde_json::from_slice(&read(&repo.path("web/fonts.json"))?).context("web/fonts.json is not an object of strings")
}

/// The licences of what the pipeline puts into the site besides our own code.
fn notices(repo: &Repo) -> Result<Vec<u8>> {
    const PACKAGES: [&str; 5] = [
        "@fontsource-variable/inter",
        "@fontsource-variable/jetbrains-mono",
        "echarts",
        "lucide-static",
        "simple-icons",
    ];
    let mut text = String::from("Third-party material in Drawbridge's console, with its licences.\n");
    for package in PACKAGES {
        let dir = repo.path("node_modules").join(package);
        let mut found = false;
        for name in ["NOTICE", "LICENSE", "LICENSE.md", "DISCLAIMER.md"] {
            if let Ok(content) = fs::read_to_string(dir.join(name)) {
                text.push_str(
                    &["\n", &"=".repeat(80), "\n", package, ": ", name, "\n\n", content.trim_end(), "\n"].concat(),
                );
                found = true;
            }
        }
        if !found {
            bail!("the npm package {package} carries no licence file; it cannot be shipped without one");
        }
    }
    Ok(text.into_bytes())
}
