//! `frontend` → WebAssembly → browser modules: cargo, the cut into areas, wasm-bindgen (as a library of the very version
//! in Cargo.lock), wasm-opt in a release, and one bundled script.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::{
    Mode, areas,
    assets::{Assets, Kind},
};
use crate::{
    repo::Repo,
    shell,
    stage::note,
    stamp::{Inputs, files, unless_fresh},
};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The application for the browser.
pub(super) struct Application {
    /// The module script: its default export instantiates the first WASM module, `hydrate` starts the application.
    pub(super) script: PathBuf,
    /// What every page needs.
    pub(super) wasm: PathBuf,
    /// What the pages of some areas need besides: logical names (`areas/7.pack`, `first/audit.pack`) and files.
    pub(super) packs: Vec<(String, PathBuf)>,
    /// Where each module is in the packs that areas share.
    index: PathBuf,
}

pub(super) fn build(repo: &Repo, mode: Mode, work: &Path) -> Result<Application> {
    let compiled = compile(repo, mode)?;
    let cut = work.join("cut");
    let (packs, first) = (work.join("areas"), work.join("first"));
    let (script, wasm) = (work.join("app.js"), work.join("app_bg.wasm"));

    let loader = repo.path("web/areas.ts");
    let inputs = Inputs::of("wasm", 12)
        .text(mode.name())
        .file(&compiled)?
        .file(&repo.path("package-lock.json"))?
        .file(&repo.path("web/optimise.mjs"))?
        .file(&loader)?;
    unless_fresh(&work.join("wasm.stamp"), inputs, &[&script, &wasm, &packs, &first], || {
        for directory in [&cut, &packs, &first] {
            let _ = fs::remove_dir_all(directory);
            fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        }
        note("wasm-split");
        let modules = areas::cut(&compiled, &cut)?;
        note("wasm-bindgen");
        bind(&cut.join(areas::MAIN), &cut, mode)?;
        let main = cut.join("app_bg.wasm");
        if mode.optimised() {
            note("binaryen, as wasm-opt -Oz");
            let others = modules.keys().map(|stem| cut.join(format!("{stem}.wasm")));
            let all: Vec<_> = std::iter::once(main.clone()).chain(others).collect();
            optimise(repo, &all)?;
        }
        fs::copy(&main, &wasm).context("app_bg.wasm cannot be copied")?;
        areas::pack(&cut, &modules, &loader, &packs, &first)?;
        bundle(repo, mode, &cut.join("app.js"), &script)
    })?;
    let mut named = Vec::new();
    for (folder, directory) in [("areas", &packs), ("first", &first)] {
        let packs = files(directory, &["pack"])?.into_iter();
        named.extend(packs.filter_map(|path| Some((format!("{folder}/{}", path.file_name()?.to_str()?), path))));
    }
    let index = packs.join(areas::INDEX);
    Ok(Application { script, wasm, packs: named, index })
}

/// Makes modules smaller, each in its place: as many processes as the machine has cores, each with its share of them.
fn optimise(repo: &Repo, modules: &[PathBuf]) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let work = |share: usize| {
        let mut optimise = Command::new("node");
        optimise.current_dir(repo.root()).arg("web/optimise.mjs").args(modules.iter().skip(share).step_by(threads));
        // Binaryen warns of a part of the name section that it does not know, and leaves the section out anyway.
        shell::run_quietly(&mut optimise)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|share| scope.spawn(move || work(share))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("Binaryen could not be run")))
    })
}

/// Compiles `frontend`; cargo itself knows what is fresh.
fn compile(repo: &Repo, mode: Mode) -> Result<PathBuf> {
    let (profile, directory) = if mode.optimised() { ("wasm-release", "wasm-release") } else { ("dev", "debug") };
    note(&format!("cargo build -p frontend --target {TARGET} --profile {profile}"));
    let mut build = shell::cargo(repo.root());
    build.args(["build", "-p", "frontend", "--target", TARGET, "--profile", profile]);
    if mode != Mode::Release {
        build.args(["--features", "gallery"]);
    }
    shell::run(&mut build)?;
    Ok(repo.target().join(TARGET).join(directory).join("frontend.wasm"))
}

/// Runs wasm-bindgen on the first module: `app.js`, `app_bg.wasm` and the snippets of dependencies.
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
                // The other modules find what they share by its name.
                .keep_lld_exports(true)
                .demangle(false)
                .remove_name_section(mode.optimised())
                .remove_producers_section(true)
                .generate(out)
        })
        .with_context(|| format!("wasm-bindgen failed on {}", compiled.display()))
}

/// One script out of wasm-bindgen's and its snippets.
fn bundle(repo: &Repo, mode: Mode, entry: &Path, out: &Path) -> Result<()> {
    let mut esbuild = Command::new(repo.node_bin("esbuild"));
    esbuild.arg(entry).args(["--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
    // wasm-bindgen names the loader script once for each area, always with the same module.
    esbuild.arg("--log-override:duplicate-object-key=silent");
    esbuild.arg("--legal-comments=none").arg(format!("--outfile={}", out.display()));
    if mode.optimised() {
        esbuild.arg("--minify");
    }
    shell::run(&mut esbuild)
}

/// Puts the modules and the script into the site; the script gets the hashed names of the modules, which lie beside it.
pub(super) fn add(application: &Application, assets: &mut Assets) -> Result<()> {
    assets.add("app_bg.wasm", Kind::Wasm, super::read(&application.wasm)?)?;
    let mut script = String::from_utf8(super::read(&application.script)?).context("app.js is not UTF-8")?;
    replace_once(&mut script, "", "app_bg.wasm", assets)?;
    let index_name = format!("areas/{}", areas::INDEX);
    let mut index = String::from_utf8(super::read(&application.index)?).context("the index is not UTF-8")?;
    for (name, path) in &application.packs {
        assets.add(name.clone(), Kind::Pack, super::read(path)?)?;
        let names_it = if name.starts_with("areas/") { &mut index } else { &mut script };
        replace_once(names_it, "./", name, assets)?;
    }
    assets.add(index_name.clone(), Kind::Json, index.into_bytes())?;
    replace_once(&mut script, "./", &index_name, assets)?;
    assets.add("app.js", Kind::Script, script.into_bytes())
}

fn replace_once(script: &mut String, prefix: &str, name: &str, assets: &Assets) -> Result<()> {
    let from = format!("\"{prefix}{name}\"");
    if script.matches(&from).count() != 1 {
        bail!("{from} is not named exactly once; has wasm-bindgen's output changed?");
    }
    let file = assets.file(name).with_context(|| format!("{name} comes before app.js"))?;
    *script = script.replace(&from, &format!("\"{prefix}{file}\""));
    Ok(())
}
