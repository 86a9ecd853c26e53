//! The suite's runner.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::shell;

/// The runner, and the Node.js that it needs (20 lacks a function that it uses).
const RUNNER: &str = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
const NODE: &str = "node@22";

/// Where npx keeps both programs. Asked once: npx takes longer to start than most scenarios to run.
pub(super) struct Runner {
    programs: PathBuf,
}

impl Runner {
    pub(super) fn find() -> Result<Self> {
        let mut npx = Command::new("npx");
        npx.args(["-y", "-p", NODE, "-p", RUNNER, "--", "sh", "-c", "command -v conformance"]);
        let path = shell::output(&mut npx)?;
        let programs = Path::new(path.trim()).parent().context("npx did not say where the runner is")?;
        Ok(Self { programs: programs.to_owned() })
    }

    /// The runner, with its Node.js as the one that it and its clients find.
    pub(super) fn command(&self) -> Result<Command> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(std::iter::once(self.programs.clone()).chain(env::split_paths(&inherited)))
            .context("the runner's directory has a name that PATH cannot hold")?;
        let mut command = Command::new(self.programs.join("node"));
        command.arg(self.programs.join("conformance")).env("PATH", path);
        Ok(command)
    }

    /// The scenarios for clients that a revision requires, or that came after its release.
    pub(super) fn client_scenarios(&self, revision: &str) -> Result<Vec<String>> {
        let list = shell::output(self.command()?.args(["list", "--requirements", revision]))?;
        Ok(client_scenarios(&list))
    }
}

fn client_scenarios(list: &str) -> Vec<String> {
    let mut heading = "";
    let mut found = Vec::new();
    for line in list.lines() {
        let Some(entry) = line.trim().strip_prefix("- ") else {
            // The empty line after a section ends it, too.
            heading = line.trim();
            continue;
        };
        let required = heading.starts_with("Client scenarios").then_some(entry);
        let added = || entry.strip_suffix(" [client]").filter(|_| heading.starts_with("added-after-release"));
        found.extend(required.or_else(added).map(str::to_owned));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_read_from_the_runners_list() {
        let list = "Required for 2026-07-28 (3 scenarios):\n\nServer scenarios (test against a server):\n  - caching\n\n\
                    Client scenarios (test against a client):\n  - tools_call\n  - auth/basic-cimd\n\n\
                    Run and reported, but never scored:\n  extension (1):\n    - auth/dpop [client]\n  \
                    added-after-release (2):\n    - later [client]\n    - ping [server]\n";
        assert_eq!(client_scenarios(list), ["tools_call", "auth/basic-cimd", "later"]);
    }
}
