//! `./x fuzz`: libFuzzer on the laws of crate `fuzz`, with a stable compiler.
//!
//! Coverage is what rustc can be asked for by flags, so neither nightly Rust nor cargo-fuzz is needed (whoever has both
//! can use `cargo fuzz run <target> --features libfuzzer` as well). What a run finds is kept in `target/fuzz` from run to
//! run; `fuzz/corpus` holds the few inputs that reach nearly what all these reach, and those that once broke a law.

mod cover;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{repo::Repo, shell, stage::note};

/// Counters of edges and traced comparisons, as libFuzzer wants them.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";
/// The longest input, in bytes. What is kept in the repository is no longer.
const LONGEST: u64 = 4096;
/// Found inputs that the repository keeps for each target, besides those with names of their own.
const MOST_KEPT: usize = 64;
/// Seconds and megabytes that one input may take: more is a finding.
const BOUNDS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this target of fuzz/fuzz_targets; may be given more than once
    #[arg(long = "target")]
    targets: Vec<String>,
    /// How long to search, for each target
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Choose the inputs that the repository keeps anew, afterwards
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let targets = targets(repo, &args.targets)?;
    let programs = build(repo)?;
    let mut broken = Vec::new();
    for target in &targets {
        let fuzzer = Fuzzer { repo, program: programs.join(target), target };
        if let Err(error) = fuzzer.search(args.minutes) {
            note(&format!("{target}: {error:#}"));
            broken.push(target.as_str());
        } else if args.keep {
            fuzzer.keep()?;
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    bail!(
        "laws were broken in {}. What broke them is in target/fuzz/findings: fix it, and keep the input under a name of \
         its own in fuzz/corpus",
        broken.join(", ")
    )
}

/// Those that are asked for, or all.
fn targets(repo: &Repo, wanted: &[String]) -> Result<Vec<String>> {
    let directory = repo.path("fuzz/fuzz_targets");
    let mut all = Vec::new();
    for path in files(&directory)? {
        all.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    all.sort();
    if let Some(unknown) = wanted.iter().find(|target| !all.contains(target)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    all.retain(|target| wanted.is_empty() || wanted.contains(target));
    Ok(all)
}

/// Builds the fuzzers, and says where they are. Naming the host as the target keeps build scripts and macros free of the
/// instruments.
fn build(repo: &Repo) -> Result<PathBuf> {
    note("building the fuzzers (a C++ compiler is needed)");
    let version = shell::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not name its host")?;
    let mut command = shell::cargo(repo.root());
    command.args(["build", "-q", "-p", "fuzz", "--features", "libfuzzer", "--bins", "--profile", "fuzz"]);
    command.args(["--target", host, "--target-dir", "target/fuzz/build"]).env("RUSTFLAGS", COVERAGE);
    shell::run(&mut command)?;
    Ok(repo.target().join("fuzz/build").join(host).join("fuzz"))
}

struct Fuzzer<'a> {
    repo: &'a Repo,
    program: PathBuf,
    target: &'a str,
}

impl Fuzzer<'_> {
    fn kept(&self) -> PathBuf {
        self.repo.path("fuzz/corpus").join(self.target)
    }

    /// Everything that runs on this machine have found.
    fn found(&self) -> PathBuf {
        self.repo.target().join("fuzz/corpus").join(self.target)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(self.repo.root()).arg(format!("-max_len={LONGEST}")).args(BOUNDS);
        command
    }

    fn search(&self, minutes: f64) -> Result<()> {
        note(&format!("{}: {minutes} min", self.target));
        let findings = self.repo.target().join("fuzz/findings").join(self.target);
        fs::create_dir_all(self.found())?;
        fs::create_dir_all(&findings)?;
        let seconds = (minutes * 60.0).ceil().max(1.0);
        let mut command = self.command();
        command.args([format!("-max_total_time={seconds}"), format!("-artifact_prefix={}/", findings.display())]);
        command.arg(format!("-dict={}", self.repo.path("fuzz/words.dict").display()));
        command.args(["-print_final_stats=1", "-verbosity=1"]);
        shell::run(command.arg(self.found()).arg(self.kept()))
    }

    /// Puts few inputs into the repository that reach nearly what all known ones reach. Inputs with names of their own
    /// stay; those that libFuzzer named by their hash are replaced.
    fn keep(&self) -> Result<()> {
        let work = self.repo.target().join("fuzz/merge").join(self.target);
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        let (control, merged) = (work.join("control"), work.join("merged"));
        fs::create_dir_all(&merged)?;
        // By edges alone: how often each is passed says little about the laws.
        let mut command = self.command();
        command.args(["-set_cover_merge=1", "-use_counters=0"]);
        command.arg(format!("-merge_control_file={}", control.display()));
        shell::run_quietly(command.args([&merged, &self.kept(), &self.found()]))?;
        let inputs = cover::read(&fs::read_to_string(&control)?).context("libFuzzer notes inputs in another way")?;
        let own = |input: &cover::Input| input.path.starts_with(self.kept()) && !is_hash(&input.path);
        let chosen = cover::choose(inputs, own, MOST_KEPT, LONGEST);
        let contents = chosen.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        for path in files(&self.kept())?.into_iter().filter(|path| is_hash(path)) {
            fs::remove_file(path)?;
        }
        for (path, content) in chosen.iter().zip(contents) {
            fs::write(self.kept().join(path.file_name().unwrap_or_default()), content)?;
        }
        note(&format!("{}: fuzz/corpus keeps {} found inputs", self.target, chosen.len()));
        Ok(())
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Whether libFuzzer gave the file its name.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_libfuzzer_are_replaced() {
        assert!(is_hash(Path::new("corpus/sse/0123456789abcdef0123456789abcdef01234567")));
        assert!(!is_hash(Path::new("corpus/sse/a-cut-inside-a-line")));
    }
}
