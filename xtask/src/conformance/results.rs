//! What the runner wrote down, counted.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{combination::Combination, expected::Side};

/// How a combination went.
pub(super) struct Outcome {
    combination: Combination,
    tally: Tally,
    verdict: Result<(), String>,
}

impl Outcome {
    /// `verdict` is the runner's: it knows what is scored and what is expected.
    pub(super) fn new(combination: Combination, tally: Tally, verdict: Result<()>) -> Self {
        Self { combination, tally, verdict: verdict.map_err(|error| format!("{error:#}")) }
    }

    pub(super) fn not_run(combination: Combination, why: String) -> Self {
        Self { combination, tally: Tally::default(), verdict: Err(why) }
    }

    /// The combination and why it failed, if it did.
    pub(super) fn failure(&self) -> Option<String> {
        self.verdict.as_ref().err().map(|why| format!("{}: {why}", self.combination))
    }
}

/// Scenarios and their checks, scored or not. Warnings are the runner's for what servers only should do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    scenarios_passed: usize,
    scenarios_failed: usize,
    checks_passed: usize,
    checks_failed: usize,
    warnings: usize,
}

#[derive(Deserialize)]
struct Check {
    status: String,
}

impl Tally {
    /// Of a directory that the runner filled. It marks the scenarios for servers, not those for clients.
    pub(super) fn of(results: &Path, side: Side) -> Result<Self> {
        let mark = if side == Side::Server { "server-" } else { "" };
        let mut tally = Self::default();
        for entry in fs::read_dir(results).with_context(|| format!("{} cannot be read", results.display()))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(mark) {
                tally.add(&entry.path().join("checks.json"))?;
            }
        }
        Ok(tally)
    }

    fn add(&mut self, checks: &Path) -> Result<()> {
        // A scenario that broke off wrote no checks; the runner itself counts one that failed.
        let (passed, failed) = if checks.exists() {
            let text = fs::read(checks).with_context(|| format!("{} cannot be read", checks.display()))?;
            let all: Vec<Check> = serde_json::from_slice(&text)
                .with_context(|| format!("{} is not a list of checks", checks.display()))?;
            let count = |status: &str| all.iter().filter(|check| check.status == status).count();
            self.warnings += count("WARNING");
            (count("SUCCESS"), count("FAILURE"))
        } else {
            (0, 1)
        };
        self.checks_passed += passed;
        self.checks_failed += failed;
        if failed == 0 {
            self.scenarios_passed += 1;
        } else {
            self.scenarios_failed += 1;
        }
        Ok(())
    }
}

/// One line for each combination.
pub(super) fn print(title: &str, outcomes: &[Outcome]) {
    println!("\n{title:<24}{:>18}{:>24}", "scenarios", "checks");
    println!("{:<24}{:>9}{:>9}{:>9}{:>9}{:>10}", "combination", "passed", "failed", "passed", "failed", "warnings");
    for Outcome { combination, tally, verdict } in outcomes {
        println!(
            "{:<24}{:>9}{:>9}{:>9}{:>9}{:>10}  {}",
            combination.to_string(),
            tally.scenarios_passed,
            tally.scenarios_failed,
            tally.checks_passed,
            tally.checks_failed,
            tally.warnings,
            if verdict.is_ok() { "as expected" } else { "FAILED" }
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_and_checks_are_counted() {
        let results = tempfile::tempdir().expect("a directory");
        let scenario = |name: &str, checks: Option<&str>| {
            let directory = results.path().join(name);
            fs::create_dir(&directory).expect("made");
            if let Some(checks) = checks {
                fs::write(directory.join("checks.json"), checks).expect("written");
            }
        };
        scenario("server-ping-1", Some(r#"[{"id":"ping","status":"SUCCESS"},{"status":"INFO"},{"status":"WARNING"}]"#));
        scenario("server-caching-1", Some(r#"[{"status":"SUCCESS"},{"status":"FAILURE"},{"status":"FAILURE"}]"#));
        scenario("server-tasks-1", Some(r#"[{"status":"SKIPPED"}]"#));
        scenario("server-broken-off-1", None);
        scenario("else", Some("not ours"));
        let tally = Tally { scenarios_passed: 2, scenarios_failed: 2, checks_passed: 2, checks_failed: 3, warnings: 1 };
        assert_eq!(Tally::of(results.path(), Side::Server).expect("counted"), tally);
    }
}
