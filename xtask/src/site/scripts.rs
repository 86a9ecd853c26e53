//! Our own scripts in `web/`: bundled with esbuild, checked with tsc.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    npm,
    repo::Repo,
    shell,
    stage::note,
    stamp::{Inputs, unless_fresh},
};

/// Logical name, source, format. `theme.js` must run before the first paint, so it is no module.
const SCRIPTS: [(&str, &str, &str); 3] = [
    ("theme.js", "web/theme.ts", "--format=iife"),
    ("boot.js", "web/boot.ts", "--format=esm"),
    ("charts.js", "web/charts.ts", "--format=esm"),
];

/// Bundles every script and returns logical names with files. They are minified in development too: it takes no time,
/// and what is tested is what is shipped.
pub(super) fn build(repo: &Repo, work: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let built: Vec<_> = SCRIPTS.iter().map(|(name, ..)| (*name, work.join(name))).collect();
    let outputs: Vec<&Path> = built.iter().map(|(_, path)| path.as_path()).collect();
    let inputs = Inputs::of("scripts", 1).tree(&repo.path("web"), &["ts"])?.file(&repo.path("package-lock.json"))?;
    unless_fresh(&work.join("scripts.stamp"), inputs, &outputs, || {
        note("esbuild web/*.ts");
        for (name, source, format) in SCRIPTS {
            let mut esbuild = Command::new(repo.node_bin("esbuild"));
            esbuild.current_dir(repo.root()).arg(source).args(["--bundle", "--minify", "--target=es2022", format]);
            esbuild.args(["--legal-comments=none", "--log-level=warning"]);
            esbuild.arg(format!("--outfile={}", work.join(name).display()));
            shell::run(&mut esbuild)?;
        }
        Ok(())
    })?;
    Ok(built)
}

/// Type-checks the scripts and the browser tests.
pub(crate) fn type_check(repo: &Repo) -> Result<()> {
    npm::ensure(repo.root())?;
    npm::ensure(&repo.path("end2end"))?;
    for project in ["web", "end2end"] {
        shell::run(Command::new(repo.node_bin("tsc")).args(["-p", project]).current_dir(repo.root()))?;
    }
    Ok(())
}
