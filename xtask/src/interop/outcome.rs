//! What the clients said, beside what is expected to fail.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::matrix::Pair;
use crate::repo::Repo;

/// A line of a client's output.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    #[serde(rename = "operation")]
    name: String,
    ok: bool,
    #[serde(default)]
    why: String,
}

impl Operation {
    /// One that stands for a client that did not come to its end.
    pub(super) fn broken(name: &str, why: String) -> Self {
        Self { name: name.to_owned(), ok: false, why }
    }
}

pub(super) struct Outcome {
    pub(super) pair: Pair,
    pub(super) operations: Vec<Operation>,
}

/// Client, server and operation.
type Entry = (String, String, String);

/// `interop/expected.txt`: client, server, operation and reason between bars.
pub(super) struct Expected(BTreeSet<Entry>);

impl Expected {
    pub(super) fn read(repo: &Repo) -> Result<Self> {
        let path = repo.path("interop/expected.txt");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not as it should be", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let entry = |line: &str| {
            let fields: Vec<_> = line.split(" | ").map(str::trim).collect();
            match fields[..] {
                [client, server, operation, why] if !why.is_empty() => {
                    Ok((client.to_owned(), server.to_owned(), operation.to_owned()))
                }
                _ => bail!("`{line}` is not `client | server | operation | why`"),
            }
        };
        lines.map(entry).collect::<Result<_>>().map(Self)
    }

    /// What is not as expected: failures without an entry, and entries that passed or were not tried.
    fn surprises(&self, outcome: &Outcome) -> Vec<String> {
        let Pair { client, server } = &outcome.pair;
        let tried = |operation: &String| outcome.operations.iter().any(|one| one.name == *operation);
        let untried = self
            .0
            .iter()
            .filter(|(of, with, operation)| of == client && with == server && !tried(operation))
            .map(|(.., operation)| format!("{client} -> {server}: {operation}: was not tried"));
        let surprise = |one: &Operation| {
            let listed = self.0.contains(&(client.clone(), server.clone(), one.name.clone()));
            match (one.ok, listed) {
                (false, false) => Some(format!("{client} -> {server}: {}: {}", one.name, one.why)),
                (true, true) => {
                    Some(format!("{client} -> {server}: {}: passes, but interop/expected.txt lists it", one.name))
                }
                _ => None,
            }
        };
        outcome.operations.iter().filter_map(surprise).chain(untried).collect()
    }
}

/// Prints a line for each pair, and returns what is not as expected.
pub(super) fn print(outcomes: &[Outcome], expected: &Expected) -> Vec<String> {
    println!("\n{:<14}{:<18}{:>8}{:>8}", "client", "server", "passed", "failed");
    let mut surprises = Vec::new();
    for outcome in outcomes {
        let failed = outcome.operations.iter().filter(|one| !one.ok).count();
        let found = expected.surprises(outcome);
        println!(
            "{:<14}{:<18}{:>8}{:>8}  {}",
            outcome.pair.client,
            outcome.pair.server,
            outcome.operations.len() - failed,
            failed,
            if found.is_empty() { "as expected" } else { "FAILED" }
        );
        surprises.extend(found);
    }
    surprises
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_may_fail_and_must() {
        let expected = Expected::parse("# why\nold | all | ping | it has none\n\n").expect("readable");
        let outcome = |operation: &str, ok| Outcome {
            pair: Pair { client: "old".to_owned(), server: "all".to_owned() },
            operations: vec![Operation { name: operation.to_owned(), ok, why: String::new() }],
        };
        assert!(expected.surprises(&outcome("ping", false)).is_empty());
        assert_eq!(expected.surprises(&outcome("ping", true)).len(), 1);
        assert_eq!(expected.surprises(&outcome("call", true)), ["old -> all: ping: was not tried"]);
        assert_eq!(expected.surprises(&outcome("call", false)).len(), 2);
        let other =
            Outcome { pair: Pair { client: "new".to_owned(), ..outcome("", true).pair }, operations: Vec::new() };
        assert!(expected.surprises(&other).is_empty());
        assert!(Expected::parse("old | all | ping\n").is_err());
    }
}
