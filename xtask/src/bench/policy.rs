//! `./x bench policy`: what decisions cost in a large organisation, how long a draft takes that is tried on a million
//! recorded calls, and many more random rule sets against the reference than `./x test` has time for.

mod simulation;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{
    budget::{self, Budget},
    document::{self, Part},
    machine,
    report::{self, Section, number},
    stage::{self, Engine, Stage},
};
use crate::{
    postgres::Cluster,
    repo::Repo,
    shell::{cargo, output, run as start},
    stage::note,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Random rule sets that are held against the naive reference; 0 leaves them out
    #[arg(long, default_value_t = 100_000)]
    sets: u32,
    /// Recorded calls that drafts are tried on; 0 leaves that out
    #[arg(long, default_value_t = 1_000_000)]
    calls: u32,
    /// Put what was measured into docs/performance.md
    #[arg(long)]
    write: bool,
    /// Try drafts with the programs in this directory (such as target/debug) instead of building them for release
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Only try drafts
    #[arg(long, conflicts_with = "write")]
    only_drafts: bool,
}

pub(super) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let cluster = (args.calls > 0).then(Cluster::start).transpose()?;
    let postgres = cluster.as_ref().map(Cluster::version).transpose()?;
    let machine = machine::describe(repo, postgres.as_deref())?;
    println!("{machine}");
    let (mut sections, mut budgets) = (Vec::new(), Vec::new());
    if !args.only_drafts {
        let lines = output(cargo(repo.root()).args(["bench", "-p", "policy", "--bench", "decide"]))?;
        let lines = read(&lines)?;
        budgets.extend(of_decisions(&lines));
        sections.extend(of_lines(&lines));
    }
    if let Some(cluster) = cluster {
        let programs = match &args.binaries {
            Some(directory) => repo.path(directory),
            None => stage::build_all(repo)?,
        };
        let stage = Stage::start(repo, &programs, Some(cluster))?;
        let (section, bars) = simulation::measure(&stage, &programs, &[Engine::Sqlite, Engine::Postgres], args.calls)?;
        sections.push(section);
        budgets.extend(bars);
    }
    sections.insert(0, budget::section(&budgets));
    let text = report::render(&sections);
    println!("\n{text}");
    if args.write {
        document::write(repo, Part::Policy, &format!("{machine}\n\n{text}"))?;
        note("docs/performance.md is written");
    }
    if args.sets == 0 || args.only_drafts {
        return Ok(());
    }
    // Two sets a case.
    let cases = args.sets.div_ceil(2).to_string();
    let test = ["test", "--release", "-p", "policy", "--test", "policy", "--", "the_whole_path_equals_the_reference"];
    start(cargo(repo.root()).env("PROPTEST_CASES", &cases).args(test))
}

/// A line of `crates/policy/benches/decide.rs`.
#[derive(Debug, Deserialize)]
struct Line {
    what: String,
    #[serde(flatten)]
    measured: Measured,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Measured {
    /// p50, p99 and p99.9 in microseconds.
    Times {
        times: [f64; 3],
    },
    Value {
        value: f64,
        unit: String,
    },
}

fn read(lines: &str) -> Result<Vec<Line>> {
    let lines: Result<Vec<Line>, _> = lines.lines().map(serde_json::from_str).collect();
    lines.context("benches/decide.rs writes rows of another shape than expected")
}

fn of_lines(lines: &[Line]) -> [Section; 2] {
    let note =
        "10 000 rules, 10 000 people, 500 servers; times in µs. Candidates are the rules that could decide a call.";
    let mut decisions = Section::new("Decisions", note, &["decision", "p50", "p99", "p99.9"]);
    let mut rules = Section::new("Compiling rules", "The same rules.", &["what", "", "unit"]);
    for Line { what, measured } in lines {
        match measured {
            Measured::Times { times } => decisions.row([what.clone()].into_iter().chain(times.map(number))),
            Measured::Value { value, unit } => rules.row([what.clone(), number(*value), unit.clone()]),
        }
    }
    [decisions, rules]
}

fn of_decisions(lines: &[Line]) -> Vec<Budget> {
    let p99 = |what: &str| {
        lines.iter().find(|line| line.what == what).and_then(|line| match line.measured {
            Measured::Times { times: [_, p99, _] } => Some(p99),
            Measured::Value { .. } => None,
        })
    };
    let five = "5 conditional candidates, values not seen before";
    vec![
        Budget::less("decision by index, p99, µs", p99("by index, remembered"), 3.0, 1.0),
        Budget::less("decision with five conditional candidates, p99, µs", p99(five), 80.0, 40.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_tables() {
        let text = "{\"what\":\"by index, remembered\",\"times\":[1.25,2.0,3.5]}\n\
                    {\"what\":\"memory\",\"value\":75.0,\"unit\":\"MB\"}\n";
        let lines = read(text).expect("rows");
        let [decisions, rules] = of_lines(&lines);
        assert_eq!(decisions.rows, [["by index, remembered", "1.25", "2.00", "3.50"]]);
        assert_eq!(rules.rows, [["memory", "75.0", "MB"]]);
        let budgets = of_decisions(&lines);
        assert_eq!((budgets[0].measured, budgets[1].measured), (Some(2.0), None));
        assert!(read("| what |").is_err());
    }
}
