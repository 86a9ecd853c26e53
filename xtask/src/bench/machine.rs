//! What was measured on, and what: numbers without it say nothing.

use std::{
    fs::{self, File},
    io::Write as _,
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result};

use super::{report::number, rounds::median};
use crate::{repo::Repo, shell};

/// Machine, programs and commit, a line each.
pub(super) fn describe(repo: &Repo, postgres: Option<&str>) -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").map(|text| cpu_of(&text)).unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| memory_of(&text));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut lines = vec![
        format!("- Machine: {cores} cores, {cpu}, {} GB memory, Linux {}", memory.unwrap_or(0), kernel.trim()),
        format!("- Writing 4 KB and waiting until they are on the disk: {} µs (middle of 100)", number(sync_micros()?)),
        format!("- Compiler: {}", said(Command::new("rustc").arg("--version"))),
        format!("- Commit: {}", commit(repo)),
        format!("- Date: {}", said(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]))),
    ];
    if let Some(postgres) = postgres {
        lines.insert(3, format!("- {postgres}, settings as it comes, on the same machine by its socket"));
    }
    Ok(lines.join("\n"))
}

fn said(command: &mut Command) -> String {
    shell::output(command).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

fn commit(repo: &Repo) -> String {
    let git = |arguments: &[&str]| said(Command::new("git").arg("-C").arg(repo.root()).args(arguments));
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    // The document itself is about to change.
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"]);
    if changed.is_empty() { commit } else { format!("{commit}, with changes that are not committed") }
}

/// The model of the first processor.
fn cpu_of(cpuinfo: &str) -> String {
    let model = cpuinfo.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    model.map_or_else(|| "unknown processor".to_owned(), |(_, name)| name.trim().to_owned())
}

/// Memory in whole GB.
fn memory_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some((kilobytes * 1_024.0 / 1e9).round() as u64)
}

/// What a durable write costs here, which everything that is audited waits for.
fn sync_micros() -> Result<f64> {
    let directory = tempfile::tempdir().context("no temporary directory can be made")?;
    let mut file = File::create(directory.path().join("sync"))?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let begin = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    median(times.into_iter()).context("a hundred times have a middle")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read() {
        let cpuinfo = "processor\t: 0\nvendor_id\t: x\nmodel name\t: Some CPU @ 2.40GHz\nprocessor\t: 1\n";
        assert_eq!(cpu_of(cpuinfo), "Some CPU @ 2.40GHz");
        assert_eq!(cpu_of("Features: fp"), "unknown processor");
        assert_eq!(memory_of("MemTotal:       24684064 kB\nMemFree: 1 kB\n"), Some(25));
    }
}
