//! The official conformance suite against the proxy in front of the fixture.
//!
//! The revision that the client speaks and the generations of the upstream are two dimensions; [`combination`] lists
//! the pairs that are run. The runner speaks to the approved server's endpoint through [`HeaderProxy`], since it cannot
//! send a key.

mod combination;
mod expected;
mod results;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use self::{
    combination::{Combination, Revision, Upstream},
    results::{Outcome, Tally},
};
use crate::{
    build::{self, Programs},
    harness::{Drawbridge, Setup},
    header_proxy::HeaderProxy,
    processes::{Background, free_address},
    repo::Repo,
    run::fixture as start_fixture,
    shell,
    site::{self, Mode},
    stage::note,
};

/// The runner, and the Node.js that it needs (20 lacks a function that it uses).
const RUNNER: &str = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
const NODE: &str = "node@22";

#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Only clients of this revision
    #[arg(long, value_enum)]
    revision: Option<Revision>,
    /// Only this upstream, whether or not the pair is run in CI
    #[arg(long, value_enum)]
    upstream: Option<Upstream>,
    /// Only this scenario, with its full output
    #[arg(long)]
    scenario: Option<String>,
}

/// Runs the suite for each combination; all are run before the first failure is reported.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let chosen = combination::chosen(args.revision, args.upstream);
    for combination in &chosen {
        expected::file(repo, *combination)?;
    }
    if !repo.site().join("manifest.json").exists() {
        site::build(repo, Mode::Dev)?;
    }
    let programs = build::development(repo)?;
    let mut outcomes = Vec::new();
    for upstream in Upstream::value_variants() {
        let combinations: Vec<_> = chosen.iter().copied().filter(|one| one.upstream == *upstream).collect();
        if !combinations.is_empty() {
            outcomes.extend(against(repo, &programs, &combinations, args.scenario.as_deref())?);
        }
    }
    results::print(&outcomes);
    let failed: Vec<_> = outcomes.iter().filter_map(Outcome::failure).collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "the conformance suite failed for\n  {}\nWhat is expected to fail is listed, with reasons, in {}/; an entry \
         that passes must go from there.",
        failed.join("\n  "),
        expected::DIRECTORY
    )
}

/// All combinations with one upstream, through one Drawbridge. That Drawbridge cannot be had fails them all.
fn against(
    repo: &Repo,
    programs: &Programs,
    combinations: &[Combination],
    scenario: Option<&str>,
) -> Result<Vec<Outcome>> {
    let Some(first) = combinations.first() else { return Ok(Vec::new()) };
    note(&format!("upstream: {}", first.upstream));
    let gateway = match Gateway::start(repo, programs, first.upstream) {
        Ok(gateway) => gateway,
        Err(error) => {
            let outcome = |one: &Combination| Outcome::not_run(*one, format!("{error:#}"));
            return Ok(combinations.iter().map(outcome).collect());
        }
    };
    combinations
        .iter()
        .map(|one| {
            note(&format!("requirements of {one}"));
            let directory = results_of(repo, *one)?;
            let verdict = suite(repo, &gateway.url, *one, &directory, scenario);
            Ok(Outcome::new(*one, Tally::of(&directory)?, verdict))
        })
        .collect()
}

/// An empty directory for the results of a combination.
fn results_of(repo: &Repo, combination: Combination) -> Result<PathBuf> {
    let results = repo.work().join("conformance").join(combination.to_string());
    let _ = fs::remove_dir_all(&results);
    fs::create_dir_all(&results).with_context(|| format!("{} cannot be made", results.display()))?;
    Ok(results)
}

fn suite(repo: &Repo, url: &str, combination: Combination, results: &Path, scenario: Option<&str>) -> Result<()> {
    let revision = combination.revision.name();
    let mut npx = Command::new("npx");
    npx.current_dir(results)
        .args(["-y", "-p", NODE, "-p", RUNNER, "--", "conformance", "server", "--url", url])
        .arg("-o")
        .arg(results);
    match scenario {
        Some(scenario) => npx.args(["--scenario", scenario, "--spec-version", revision, "--verbose"]),
        None => npx.args(["--requirements", revision]),
    };
    if scenario.is_none()
        && let Some(expected) = expected::file(repo, combination)?
    {
        npx.arg("--expected-failures").arg(expected);
    }
    shell::run(&mut npx)
}

/// The fixture, Drawbridge with the fixture as its approved server, and the proxy that adds the key. Stopped in this
/// order's reverse.
struct Gateway {
    /// Where the runner speaks MCP.
    url: String,
    _drawbridge: Drawbridge,
    _fixture: Background,
}

impl Gateway {
    fn start(repo: &Repo, programs: &Programs, upstream: Upstream) -> Result<Self> {
        let (fixture, url) = start_fixture(&programs.fixture, "127.0.0.1:0", upstream.generations())?;
        let proxy = HeaderProxy::bind()?;
        let (listen, public) = (free_address()?, proxy.address()?);
        let drawbridge = Drawbridge::start(&Setup {
            repo,
            drawbridge: programs.drawbridge.clone(),
            listen,
            public,
            upstream: &url,
            transport: upstream.transport(),
            database_url: None,
        })?;
        proxy.serve(listen, &format!("Authorization: Bearer {}", drawbridge.key));
        Ok(Self { url: format!("http://{public}{}", drawbridge.path), _drawbridge: drawbridge, _fixture: fixture })
    }
}
