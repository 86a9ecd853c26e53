//! The official conformance suite against the proxy in front of the fixture.
//!
//! The runner speaks to the approved server's endpoint through [`HeaderProxy`], since it cannot send a key.

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

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
    /// Only this revision; both otherwise
    #[arg(long, value_enum)]
    revision: Option<Revision>,
    /// Only this scenario, with its full output
    #[arg(long)]
    scenario: Option<String>,
}

/// A revision of the protocol whose requirements the suite has frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Revision {
    #[value(name = "2025-11-25")]
    November2025,
    #[value(name = "2026-07-28")]
    July2026,
}

impl Revision {
    fn name(self) -> &'static str {
        match self {
            Self::November2025 => "2025-11-25",
            Self::July2026 => "2026-07-28",
        }
    }
}

/// Starts everything and runs the suite for each revision; all are run before the first failure is reported.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if !repo.site().join("manifest.json").exists() {
        site::build(repo, Mode::Dev)?;
    }
    let programs = build::development(repo)?;
    let gateway = Gateway::start(repo, programs)?;
    let mut failed = Vec::new();
    for revision in Revision::value_variants().iter().filter(|one| args.revision.is_none_or(|only| only == **one)) {
        note(&format!("requirements of {}", revision.name()));
        if let Err(error) = suite(repo, &gateway.url, *revision, args.scenario.as_deref()) {
            failed.push(format!("{}: {error:#}", revision.name()));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "the conformance suite failed for\n  {}\nWhat is expected to fail is listed, with reasons, in \
         end2end/conformance/; an entry that passes must go from there.",
        failed.join("\n  ")
    )
}

fn suite(repo: &Repo, url: &str, revision: Revision, scenario: Option<&str>) -> Result<()> {
    let results = repo.work().join("conformance").join(revision.name());
    let _ = fs::remove_dir_all(&results);
    fs::create_dir_all(&results).with_context(|| format!("{} cannot be made", results.display()))?;
    let mut npx = Command::new("npx");
    npx.current_dir(&results)
        .args(["-y", "-p", NODE, "-p", RUNNER, "--", "conformance", "server", "--url", url])
        .arg("-o")
        .arg(&results);
    match scenario {
        Some(scenario) => npx.args(["--scenario", scenario, "--spec-version", revision.name(), "--verbose"]),
        None => npx.args(["--requirements", revision.name()]),
    };
    let expected = repo.path(format!("end2end/conformance/{}.yml", revision.name()));
    if scenario.is_none() && expected.exists() {
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
    fn start(repo: &Repo, programs: Programs) -> Result<Self> {
        let (fixture, upstream) = start_fixture(&programs.fixture, "127.0.0.1:0")?;
        let proxy = HeaderProxy::bind()?;
        let (listen, public) = (free_address()?, proxy.address()?);
        let drawbridge = Drawbridge::start(&Setup {
            repo,
            drawbridge: programs.drawbridge,
            listen,
            public,
            upstream: &upstream,
            database_url: None,
        })?;
        proxy.serve(listen, &format!("Authorization: Bearer {}", drawbridge.key));
        Ok(Self { url: format!("http://{public}{}", drawbridge.path), _drawbridge: drawbridge, _fixture: fixture })
    }
}
