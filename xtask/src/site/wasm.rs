//! `frontend` → WebAssembly → browser module: cargo, wasm-bindgen (as a library of the very version in Cargo.lock),
//! wasm-opt in a release, and one bundled script.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::{Mode, assets::Assets};
use crate::{
    repo::Repo,
    shell,
    stage::note,
    stamp::{Inputs, unless_fresh},
};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// What rustc's WebAssembly target uses today, and every browser of the last years knows. Naming them keeps wasm-opt
/// from refusing the module, or from using newer ones.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The application for the browser.
pub(super) struct Application {
    /// The module script: its default export instantiates the WASM, `hydrate` starts the application.
    pub(super) script: PathBuf,
    pub(super) wasm: PathBuf,
}

pub(super) fn build(repo: &Repo, mode: Mode, work: &Path) -> Result<Application> {
    let compiled = compile(repo, mode)?;
    let bound = work.join("bindgen");
    let application = Application { script: work.join("app.js"), wasm: work.join("app_bg.wasm") };

    let inputs = Inputs::of("wasm", 4).text(mode.name()).file(&compiled)?.file(&repo.path("package-lock.json"))?;
    unless_fresh(&work.join("wasm.stamp"), inputs, &[&application.script, &application.wasm], || {
        note("wasm-bindgen");
        let _ = fs::remove_dir_all(&bound);
        bind(&compiled, &bound, mode)?;
        let raw = bound.join("app_bg.wasm");
        match mode {
            Mode::Dev => {
                fs::copy(&raw, &application.wasm).context("app_bg.wasm cannot be copied")?;
            }
            Mode::Release => {
                note("wasm-opt -Oz");
                let mut optimise = Command::new(repo.node_bin("wasm-opt"));
                optimise.arg("-Oz").args(FEATURES).arg(&raw).arg("-o").arg(&application.wasm);
                shell::run(&mut optimise)?;
            }
        }
        bundle(repo, mode, &bound.join("app.js"), &application.script)
    })?;
    Ok(application)
}

/// Compiles `frontend`; cargo itself knows what is fresh.
fn compile(repo: &Repo, mode: Mode) -> Result<PathBuf> {
    let (profile, directory) = match mode {
        Mode::Dev => ("dev", "debug"),
        Mode::Release => ("wasm-release", "wasm-release"),
    };
    note(&format!("cargo build -p frontend --target {TARGET} --profile {profile}"));
    shell::run(shell::cargo(repo.root()).args(["build", "-p", "frontend", "--target", TARGET, "--profile", profile]))?;
    Ok(repo.target().join(TARGET).join(directory).join("frontend.wasm"))
}

/// Runs wasm-bindgen: `app.js`, `app_bg.wasm` and the snippets of dependencies.
///
/// This and [`bundle`] see one module. Splitting it by lazy routes would happen between the two: a transformation of
/// `compiled` into a main module and chunks, each of which becomes an asset of its own.
fn bind(compiled: &Path, out: &Path, mode: Mode) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name("app")
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .omit_default_module_path(false)
                .keep_debug(false)
                .remove_name_section(mode == Mode::Release)
                .remove_producers_section(true)
                .generate(out)
        })
        .with_context(|| format!("wasm-bindgen failed on {}", compiled.display()))
}

/// One script out of wasm-bindgen's and its snippets.
fn bundle(repo: &Repo, mode: Mode, entry: &Path, out: &Path) -> Result<()> {
    let mut esbuild = Command::new(repo.node_bin("esbuild"));
    esbuild.arg(entry).args(["--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
    esbuild.arg("--legal-comments=none").arg(format!("--outfile={}", out.display()));
    if mode == Mode::Release {
        esbuild.arg("--minify");
    }
    shell::run(&mut esbuild)
}

/// wasm-bindgen's script looks for `app_bg.wasm` beside itself: give it the hashed name.
pub(super) fn with_hashed_module(script: &[u8], assets: &Assets) -> Result<Vec<u8>> {
    let script = std::str::from_utf8(script).context("app.js is not UTF-8")?;
    let file = assets.file("app_bg.wasm").context("app_bg.wasm comes before app.js")?;
    if script.matches("\"app_bg.wasm\"").count() != 1 {
        bail!("app.js does not name \"app_bg.wasm\" exactly once; has wasm-bindgen's output changed?");
    }
    Ok(script.replace("\"app_bg.wasm\"", &format!("\"{file}\"")).into_bytes())
}
