//! `./x bench`: what a governed call costs, beside a byte proxy and the bare upstream, in one run on one machine.
//!
//! Upstream, byte proxy, load generator (crate `bench`) and Drawbridge are processes of their own, all built for
//! release. Rounds alternate between the three ways, so that a machine that slows down slows all of them; the middle
//! round counts. CPU time is what the kernel charged to the proxy's process. What people wait for is measured by [`ui`].

mod ui;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    harness::{Drawbridge, Setup},
    processes::{Background, free_address},
    repo::Repo,
    shell,
    site::{self, Mode},
    stage::note,
};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Seconds of each round
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Rounds; the middle one counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections of the throughput rounds
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Measure with this PostgreSQL database (an empty one) instead of SQLite
    #[arg(long)]
    database_url: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Measure the console in Chromium instead: how it loads, how it answers, what frequent work costs
    Ui(ui::Args),
}

/// How long a part may take to listen.
const PART_DEADLINE: Duration = Duration::from_secs(10);
/// `/proc` counts CPU time in hundredths of a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// What the load generator prints. Times are microseconds.
#[derive(Debug, Clone, Deserialize)]
struct Load {
    requests: usize,
    per_second: f64,
    p50: f64,
    p99: f64,
    p999: f64,
}

/// One way to the upstream.
struct Way<'a> {
    name: &'static str,
    address: SocketAddr,
    path: &'a str,
    key: Option<&'a str>,
    /// The process whose CPU time counts; none for the direct way.
    process: Option<u32>,
}

/// A way's middle round, and its CPU time per request in microseconds.
struct Measured {
    load: Load,
    cpu: Option<f64>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    if let Some(What::Ui(args)) = &args.what {
        return ui::run(repo, args);
    }
    let release = build(repo)?;
    let (drawbridge, bench) = (release.join("drawbridge"), release.join("drawbridge-bench"));

    let (_upstream, upstream_url, upstream) = part(&bench, &["upstream"])?;
    let (proxy, _, proxy_address) = part(&bench, &["proxy", "--upstream", &upstream.to_string()])?;
    let listen = free_address()?;
    let gateway = Drawbridge::start(&Setup {
        repo,
        drawbridge: drawbridge.clone(),
        listen,
        public: listen,
        upstream: Some(&upstream_url),
        transport: "streamable_http",
        database_url: args.database_url.as_deref(),
    })?;
    let idle_memory = memory(gateway.process.id());

    let direct = Way { name: "direct", address: upstream, path: "/mcp", key: None, process: None };
    let bytes = Way { name: "byte proxy", address: proxy_address, path: "/mcp", key: None, process: Some(proxy.id()) };
    let governed = Way {
        name: "drawbridge",
        address: listen,
        path: &gateway.path,
        key: Some(&gateway.key),
        process: Some(gateway.process.id()),
    };
    let ways = [&direct, &bytes, &governed];

    let many = compare(&bench, &ways, args, args.connections, "call")?;
    let one = compare(&bench, &ways, args, 1, "call")?;
    let lists = compare(&bench, &[&governed], args, 1, "list")?;

    println!("\ntools/call, 64 B of arguments, 512 B of result");
    println!("{:<14}{:>12}{:>10}{:>10}{:>10}{:>14}", "", "calls/s", "p50 us", "p99 us", "p99.9 us", "CPU us/call");
    for (connections, measured) in [(args.connections, &many), (1, &one)] {
        println!("{connections} connection{}", if connections == 1 { "" } else { "s" });
        for (way, measured) in ways.iter().zip(measured) {
            row(way.name, measured);
        }
    }

    let added = |pick: fn(&Load) -> f64| (pick(&one[2].load) - pick(&one[0].load)) / 1_000.0;
    println!("\n{:<58}{:>10}{:>10}{:>10}", "budget", "measured", "bar", "aim");
    budget("CPU per call, us", many[2].cpu, 80.0, 50.0, Better::Less);
    let ratio = many[2].load.per_second / many[1].load.per_second;
    let (bar, aim) = if args.database_url.is_some() { (0.3, 0.5) } else { (0.5, 0.7) };
    budget("throughput against the byte proxy", Some(ratio), bar, aim, Better::More);
    budget("added at 1 connection, p50, ms", Some(added(|load| load.p50)), 0.5, 0.4, Better::Less);
    budget("added at 1 connection, p99, ms", Some(added(|load| load.p99)), 2.0, 1.5, Better::Less);
    budget("added at 1 connection, p99.9, ms", Some(added(|load| load.p999)), 5.0, 3.0, Better::Less);
    budget("tools/list of 200 tools, warm, p50, ms", Some(lists[0].load.p50 / 1_000.0), 0.3, 0.1, Better::Less);
    budget("start to ready, ms", Some(gateway.ready_after.as_secs_f64() * 1_000.0), 200.0, 60.0, Better::Less);
    budget("idle memory, MB", idle_memory, 60.0, 35.0, Better::Less);
    budget("release binary, MB", Some(fs::metadata(&drawbridge)?.len() as f64 / 1e6), 60.0, 40.0, Better::Less);
    println!("\nfront-end, brotli");
    site::check_budget(repo)
}

/// Builds site, server and load generator for release; returns the directory of the programs.
fn build(repo: &Repo) -> Result<PathBuf> {
    site::build(repo, Mode::Release)?;
    note("cargo build --release -p server -p bench");
    shell::run(shell::cargo(repo.root()).args([
        "build",
        "--release",
        "-p",
        "server",
        "-p",
        "bench",
        "--features",
        "server/embed",
    ]))?;
    Ok(repo.target().join("release"))
}

/// Starts a part of the `bench` crate; returns its URL and address.
fn part(bench: &Path, arguments: &[&str]) -> Result<(Background, String, SocketAddr)> {
    let mut command = Command::new(bench);
    let (process, line) = Background::start_announcing(arguments[0], command.args(arguments), PART_DEADLINE)?;
    let url = line.strip_prefix("listening on ").context("a part says where it listens")?.to_owned();
    let address = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let address = address.parse().with_context(|| format!("`{url}` has no address"))?;
    Ok((process, url, address))
}

/// Every way in turn, round after round; of each the round with the middle throughput.
fn compare(
    bench: &PathBuf,
    ways: &[&Way<'_>],
    args: &Args,
    connections: usize,
    request: &str,
) -> Result<Vec<Measured>> {
    let mut rounds: Vec<Vec<Measured>> = ways.iter().map(|_| Vec::new()).collect();
    for round in 0..args.rounds.max(1) {
        note(&format!("tools/{request}, {connections} connections, round {} of {}", round + 1, args.rounds.max(1)));
        for (way, measured) in ways.iter().zip(&mut rounds) {
            let mut load = Command::new(bench);
            load.args(["load", "--address", &way.address.to_string(), "--path", way.path, "--request", request]);
            load.args(["--connections", &connections.to_string(), "--seconds", &args.seconds.to_string()]);
            // Warmed up by the load itself; CPU time is counted over all of it, so the warm-up must not be apart.
            load.args(["--warm-up", "0"]);
            if let Some(key) = way.key {
                load.args(["--bearer", key]);
            }
            let before = way.process.and_then(cpu_seconds);
            let load: Load = serde_json::from_str(&shell::output(&mut load)?).context("the load generator's line")?;
            let after = way.process.and_then(cpu_seconds);
            let cpu = before.zip(after).map(|(before, after)| (after - before) * 1e6 / load.requests as f64);
            measured.push(Measured { load, cpu });
        }
    }
    Ok(rounds
        .into_iter()
        .map(|mut rounds| {
            rounds.sort_by(|a, b| a.load.per_second.total_cmp(&b.load.per_second));
            rounds.swap_remove(rounds.len() / 2)
        })
        .collect())
}

fn row(name: &str, measured: &Measured) {
    let load = &measured.load;
    let cpu = measured.cpu.map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.1}"));
    println!("  {name:<12}{:>12.0}{:>10.0}{:>10.0}{:>10.0}{cpu:>14}", load.per_second, load.p50, load.p99, load.p999);
}

#[derive(Clone, Copy)]
enum Better {
    Less,
    More,
}

fn budget(what: &str, measured: Option<f64>, bar: f64, aim: f64, better: Better) {
    let Some(measured) = measured else {
        println!("{what:<58}{:>10}", "unknown");
        return;
    };
    let meets = |limit: f64| match better {
        Better::Less => measured <= limit,
        Better::More => measured >= limit,
    };
    let verdict = if meets(aim) {
        "aim met"
    } else if meets(bar) {
        "bar met"
    } else {
        "MISSED"
    };
    println!("{what:<58}{measured:>10.2}{bar:>10}{aim:>10}  {verdict}");
}

/// User and system time of a process, from Linux' `/proc`.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The program's name, in parentheses, may hold spaces: count the fields after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

/// Resident memory of a process in MB, from Linux' `/proc`.
fn memory(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes / 1_000.0)
}
