//! The suite's scenarios for clients: it starts a server for each and watches what a client sends.
//!
//! The client is the official TypeScript SDK (`end2end/conformance/client.mjs`). Drawbridge stands between: for each
//! scenario this program itself is the runner's client command. It has the scenario's server approved, as people do, and
//! then starts the SDK, which speaks to Drawbridge. So the server sees the gateway as its client, and where the revisions
//! of both differ, the gateway's own requests.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

use super::{
    combination::{Combination, Revision, Upstream},
    expected::{self, Side},
    results::{Outcome, Tally},
    results_of,
    runner::Runner,
};
use crate::{
    build::Programs,
    harness::{self, Asked, Drawbridge, Setup},
    header_proxy::HeaderProxy,
    http::Rest,
    npm,
    processes::{Background, free_address},
    repo::Repo,
    run::fixture as start_fixture,
    shell,
    stage::note,
};

/// A client and the generation that the scenario's server speaks.
const RUN: &[Combination] = &[
    Combination { revision: Revision::November2025, upstream: Upstream::Legacy },
    Combination { revision: Revision::July2026, upstream: Upstream::Modern },
    Combination { revision: Revision::July2026, upstream: Upstream::Legacy },
    Combination { revision: Revision::November2025, upstream: Upstream::Modern },
];

/// Scenarios that say nothing about a gateway, by the beginning of their names.
const NOT_APPLICABLE: &[(&str, &str)] = &[(
    "auth/",
    "how a client gets a token from the server's own authorization server; behind Drawbridge the client shows \
     Drawbridge's key, and the server's credentials are the gateway's",
)];

/// Scenarios whose servers offer nothing. No such server is approved, so the fixture is, and then moves to the scenario's
/// address.
const EMPTY: &[&str] = &["initialize", "request-metadata"];

/// In the environment of the client command.
const ADDRESS: &str = "CLIENT_GATEWAY";
const FIXTURE: &str = "CLIENT_FIXTURE";
const KEY: &str = "CLIENT_KEY";
const REVISION: &str = "CLIENT_REVISION";

/// Runs each combination of [`RUN`] that `chosen` lets through; with `direct` those of one revision, without Drawbridge.
pub(super) fn run(
    repo: &Repo,
    runner: &Runner,
    programs: &Programs,
    chosen: impl Fn(Combination) -> bool,
    scenario: Option<&str>,
    direct: bool,
) -> Result<Vec<Outcome>> {
    npm::ensure(&repo.path("end2end"))?;
    for (names, why) in NOT_APPLICABLE {
        note(&format!("not applicable: {names}*: {why}"));
    }
    RUN.iter()
        .copied()
        .filter(|one| chosen(*one) && !(direct && one.revision.name() != wire(one.upstream)))
        .map(|one| {
            note(&format!("client scenarios of {one}"));
            let gateway = if direct { None } else { Some(Gateway::start(repo, programs, one.upstream)?) };
            let suite = Suite { repo, runner, combination: one, gateway: gateway.as_ref() };
            suite.run(scenario)
        })
        .collect()
}

/// The revision of a scenario's server.
fn wire(upstream: Upstream) -> &'static str {
    match upstream {
        Upstream::Modern => Revision::July2026.name(),
        Upstream::All | Upstream::Legacy | Upstream::Sse => Revision::November2025.name(),
    }
}

/// A Drawbridge without servers, and the fixture.
struct Gateway {
    address: SocketAddr,
    drawbridge: Drawbridge,
    fixture: String,
    _running: Background,
}

impl Gateway {
    fn start(repo: &Repo, programs: &Programs, upstream: Upstream) -> Result<Self> {
        let (running, fixture) = start_fixture(&programs.fixture, "127.0.0.1:0", upstream.generations())?;
        let address = free_address()?;
        let drawbridge = Drawbridge::start(&Setup {
            repo,
            drawbridge: programs.drawbridge.clone(),
            listen: address,
            public: address,
            upstream: None,
            transport: "",
            database_url: None,
        })?;
        Ok(Self { address, drawbridge, fixture, _running: running })
    }
}

struct Suite<'a> {
    repo: &'a Repo,
    runner: &'a Runner,
    combination: Combination,
    gateway: Option<&'a Gateway>,
}

impl Suite<'_> {
    fn run(&self, only: Option<&str>) -> Result<Outcome> {
        let results = results_of(self.repo, "client", self.combination)?;
        let applies = |name: &str| !NOT_APPLICABLE.iter().any(|(names, _)| name.starts_with(names));
        let mut failed = Vec::new();
        for name in self.runner.client_scenarios(wire(self.combination.upstream))? {
            if applies(&name) && only.is_none_or(|only| only == name) && self.scenario(&name, &results).is_err() {
                failed.push(name);
            }
        }
        let verdict = if failed.is_empty() { Ok(()) } else { Err(anyhow!("{}", failed.join(", "))) };
        Ok(Outcome::new(self.combination, Tally::of(&results, Side::Client)?, verdict))
    }

    /// One scenario. Its output is shown only when it fails otherwise than expected.
    fn scenario(&self, name: &str, results: &Path) -> Result<()> {
        let mut command = self.runner.command()?;
        command.args(["client", "--scenario", name, "--spec-version", wire(self.combination.upstream)]);
        command.arg("-o").arg(results).arg("--command").arg(self.client_command()?);
        if let Some(gateway) = self.gateway {
            command.env(ADDRESS, gateway.address.to_string()).env(KEY, &gateway.drawbridge.key);
            command.env(FIXTURE, &gateway.fixture).env(REVISION, self.combination.revision.name());
            // The runner asks whether the client came to its end only where nothing is expected to fail.
            if let Some(file) = expected::file(self.repo, self.combination)?
                && expected::names(&file, Side::Client, name)?
            {
                command.arg("--expected-failures").arg(file);
            }
        }
        shell::run_quietly(&mut command).inspect_err(|error| note(&format!("{name}: {error:#}")))
    }

    /// What the runner starts for each scenario, with the server's URL as the last argument.
    fn client_command(&self) -> Result<String> {
        if self.gateway.is_none() {
            return Ok(format!("node {}", script(self.repo).display()));
        }
        let this = env::current_exe().context("this program does not know where it is")?;
        Ok(format!("{} conformance-client", this.display()))
    }
}

fn script(repo: &Repo) -> PathBuf {
    repo.path(expected::DIRECTORY).join("client.mjs")
}

/// The runner's client command: has the scenario's server approved and starts the SDK, which speaks to Drawbridge.
pub(crate) fn through(repo: &Repo, server: &str) -> Result<()> {
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not in the environment"));
    let address: SocketAddr = variable(ADDRESS)?.parse().context("no address of a Drawbridge")?;
    let scenario = variable("MCP_CONFORMANCE_SCENARIO")?;
    let slug = scenario.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let rest = Rest { address, host: address.to_string(), key: variable(KEY)? };
    let server = &until_we_end(server)?;
    let fixture = variable(FIXTURE)?;
    let empty = EMPTY.contains(&scenario.as_str());
    let url = if empty { fixture.as_str() } else { server };
    let id = harness::approve(&rest, &Asked { slug: &slug, url, transport: "streamable_http" })?;
    if empty {
        harness::move_to(&rest, &id, &slug, server)?;
    }
    let mut client = Command::new("node");
    let status = client.arg(script(repo)).arg(format!("http://{address}/mcp/{slug}")).status();
    let status = status.context("node could not be started")?;
    if !status.success() {
        bail!("the client ended with {status}");
    }
    Ok(())
}

/// Another address of a scenario's server, which ends with this process: the runner waits until nobody is connected to its
/// server any more, and Drawbridge keeps connections for a while.
fn until_we_end(server: &str) -> Result<String> {
    let rest = server.strip_prefix("http://localhost:").with_context(|| format!("{server} is not on this machine"))?;
    let (port, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = port.parse().with_context(|| format!("{server} has no port"))?;
    let proxy = HeaderProxy::bind()?;
    let url = format!("http://{}/{path}", proxy.address()?);
    proxy.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), "Via: 1.1 xtask");
    Ok(url)
}
