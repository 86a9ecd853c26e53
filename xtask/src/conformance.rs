//! The official conformance suite through the gateway: its scenarios for servers against the gateway in front of the
//! fixture, its scenarios for clients with the gateway between ([`client`]).
//!
//! The revision that the client speaks and the generations of the upstream are two dimensions; [`combination`] lists
//! the pairs that are run. The runner speaks to the approved server's endpoint through [`HeaderProxy`], since it cannot
//! send a key.

mod client;
mod combination;
mod expected;
mod results;
mod runner;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

pub(crate) use self::client::through;
use self::{
    combination::{Combination, Revision, Upstream},
    expected::Side,
    results::{Outcome, Tally},
    runner::Runner,
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

#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Only clients of this revision
    #[arg(long, value_enum)]
    revision: Option<Revision>,
    /// Only this upstream, whether or not the pair is run in CI
    #[arg(long, value_enum)]
    upstream: Option<Upstream>,
    /// Only this scenario; one for servers, with its full output, unless --client is given
    #[arg(long)]
    scenario: Option<String>,
    /// Only the scenarios for clients
    #[arg(long)]
    client: bool,
    /// The scenarios for clients without Drawbridge between, to see whose fault a failure is
    #[arg(long, requires = "client")]
    direct: bool,
    /// Take drawbridge and mcp-fixture from this directory instead of building them
    #[arg(long)]
    programs: Option<PathBuf>,
}

/// Runs the suite for each combination; all are run before the first failure is reported.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let runner = Runner::find()?;
    if !repo.site().join("manifest.json").exists() {
        site::build(repo, Mode::Dev)?;
    }
    let programs = match &args.programs {
        Some(directory) => Programs::of(directory),
        None => build::development(repo)?,
    };
    let mut failed = Vec::new();
    if !args.client {
        let outcomes = servers(repo, &runner, &programs, args)?;
        results::print("scenarios for servers", &outcomes);
        failed.extend(outcomes.iter().filter_map(Outcome::failure));
    }
    if args.client || args.scenario.is_none() {
        let chosen = |one: Combination| {
            args.revision.is_none_or(|only| only == one.revision)
                && args.upstream.is_none_or(|only| only == one.upstream)
        };
        let outcomes = client::run(repo, &runner, &programs, chosen, args.scenario.as_deref(), args.direct)?;
        results::print("scenarios for clients", &outcomes);
        failed.extend(outcomes.iter().filter_map(Outcome::failure).map(|one| format!("client {one}")));
    }
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

/// The scenarios for servers, with every upstream that is asked for.
fn servers(repo: &Repo, runner: &Runner, programs: &Programs, args: &Args) -> Result<Vec<Outcome>> {
    let chosen = combination::chosen(args.revision, args.upstream);
    for combination in &chosen {
        expected::file(repo, *combination)?;
    }
    let mut outcomes = Vec::new();
    for upstream in Upstream::value_variants() {
        let combinations: Vec<_> = chosen.iter().copied().filter(|one| one.upstream == *upstream).collect();
        if !combinations.is_empty() {
            outcomes.extend(against(repo, runner, programs, &combinations, args.scenario.as_deref())?);
        }
    }
    Ok(outcomes)
}

/// All combinations with one upstream, through one Drawbridge. That Drawbridge cannot be had fails them all.
fn against(
    repo: &Repo,
    runner: &Runner,
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
            let directory = results_of(repo, "server", *one)?;
            let verdict = suite(repo, runner, &gateway.url, *one, &directory, scenario);
            Ok(Outcome::new(*one, Tally::of(&directory, Side::Server)?, verdict))
        })
        .collect()
}

/// An empty directory for the results of a combination.
fn results_of(repo: &Repo, side: &str, combination: Combination) -> Result<PathBuf> {
    let results = repo.work().join("conformance").join(side).join(combination.to_string());
    let _ = fs::remove_dir_all(&results);
    fs::create_dir_all(&results).with_context(|| format!("{} cannot be made", results.display()))?;
    Ok(results)
}

fn suite(
    repo: &Repo,
    runner: &Runner,
    url: &str,
    combination: Combination,
    results: &Path,
    scenario: Option<&str>,
) -> Result<()> {
    let revision = combination.revision.name();
    let mut command = runner.command()?;
    command.current_dir(results).args(["server", "--url", url]).arg("-o").arg(results);
    match scenario {
        Some(scenario) => command.args(["--scenario", scenario, "--spec-version", revision, "--verbose"]),
        None => command.args(["--requirements", revision]),
    };
    if scenario.is_none()
        && let Some(expected) = expected::file(repo, combination)?
    {
        command.arg("--expected-failures").arg(expected);
    }
    shell::run(&mut command)
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
            upstream: Some(&url),
            transport: upstream.transport(),
            database_url: None,
        })?;
        proxy.serve(listen, &format!("Authorization: Bearer {}", drawbridge.key));
        Ok(Self { url: format!("http://{public}{}", drawbridge.path), _drawbridge: drawbridge, _fixture: fixture })
    }
}
