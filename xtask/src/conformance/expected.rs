//! What is known to be impossible: one file for each combination, whose every entry cites its clause of the protocol.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::combination::Combination;
use crate::repo::Repo;

/// Where the files are; `README.md` there says how they are written.
pub(super) const DIRECTORY: &str = "end2end/conformance";
/// What a comment must contain to be a reason.
const CLAUSE: &str = "https://modelcontextprotocol.io/specification/";

/// Whom a scenario tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

impl Side {
    /// The heading of its entries.
    fn heading(self) -> &'static str {
        match self {
            Self::Server => "server:",
            Self::Client => "client:",
        }
    }
}

/// The file of a combination for the runner; without one, nothing may fail.
pub(super) fn file(repo: &Repo, combination: Combination) -> Result<Option<PathBuf>> {
    let path = repo.path(DIRECTORY).join(format!("{combination}.yml"));
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    check(&text).with_context(|| format!("{} is not as it should be", path.display()))?;
    Ok(Some(path))
}

/// Whether a file lists a scenario, or one of its checks.
pub(super) fn names(file: &Path, side: Side, scenario: &str) -> Result<bool> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(lists(&text, side, scenario))
}

fn lists(text: &str, side: Side, scenario: &str) -> bool {
    let mut within = false;
    for line in text.lines() {
        if !line.starts_with([' ', '#']) {
            within = line.trim() == side.heading();
        } else if within
            && let Some(entry) = line.trim().strip_prefix("- ")
            && entry.split(':').next() == Some(scenario)
        {
            return true;
        }
    }
    false
}

/// Every entry stands directly below a comment that cites the clause.
fn check(text: &str) -> Result<()> {
    let mut cited = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            cited |= line.contains(CLAUSE);
            continue;
        }
        if let Some(entry) = line.strip_prefix("- ")
            && !cited
        {
            bail!("above `{entry}` there is no comment that cites the clause, as {CLAUSE}<revision>/<page>#<heading>");
        }
        cited = false;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_clause_of_its_own() {
        let first = "server:\n  # There are no sessions:\n  # \
                     https://modelcontextprotocol.io/specification/2026-07-28/basic/transports#sessions\n  - ping\n";
        check(first).expect("cited");
        let error = check(&format!("{first}  - caching\n")).expect_err("the comment belongs to the first");
        assert!(error.to_string().contains("`caching`"), "{error}");
        check("server:\n  # It is hard.\n  - ping\n").expect_err("no clause");
        check("# https://modelcontextprotocol.io/specification/2026-07-28\nserver:\n  - ping\n")
            .expect_err("a heading cites nothing");
    }

    #[test]
    fn a_scenario_is_found_under_its_side() {
        let text = "server:\n  # why\n  - ping\nclient:\n  # why\n  - tools_call:one-check\n";
        assert!(lists(text, Side::Server, "ping"));
        assert!(lists(text, Side::Client, "tools_call"));
        assert!(!lists(text, Side::Client, "ping"));
        assert!(!lists(text, Side::Server, "tools_call"));
        assert!(!lists(text, Side::Client, "tools"));
    }
}
