//! Running other programs.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

/// Runs a program to its end with our own output streams; anything but success is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{line}` could not be started; is it installed?"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command whose remarks nobody needs; they are part of the error when it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let line = describe(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{line}` could not be started; is it installed?"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Runs a program and returns what it wrote to stdout; its stderr is ours.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{line}` could not be started; is it installed?"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` wrote something that is not UTF-8"))
}

/// Whether a program of this name can be found on `PATH`.
pub(crate) fn on_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

/// A cargo command in the repository. The environment is left alone: a different `RUSTFLAGS` or target directory in
/// one command would compile the world again in the next.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root);
    command
}

/// A cargo command about every package that runs on the server's side.
///
/// It is one selection for clippy, tests, and the binaries that are started: dependencies are then compiled once, with
/// one set of features. `frontend` is left out because it switches `app` to `hydrate`, and the task runner because it
/// has its own target directory. The code that takes the console's files into the binary is always in, and wants their
/// directory to exist; so is the gallery of components.
pub(crate) fn native(repo: &Repo, subcommand: &str) -> Result<Command> {
    let site = repo.site();
    std::fs::create_dir_all(&site).with_context(|| format!("{} cannot be made", site.display()))?;
    let mut command = cargo(repo.root());
    command.args([
        subcommand,
        "--workspace",
        "--exclude",
        "frontend",
        "--exclude",
        "xtask",
        "--features",
        "server/embed,server/gallery",
    ]);
    Ok(command)
}

/// How cargo is told to build the task runner itself: beside its running self, away from the other builds.
pub(crate) const XTASK: [&str; 6] = ["--profile", "xtask", "-p", "xtask", "--target-dir", "target/xtask"];

pub(crate) fn describe(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
