//! `./x bench`: what a governed call costs, beside a byte proxy and the bare upstream, in one run on one machine.
//!
//! Upstream, byte proxy, load generator (crate `bench`) and Drawbridge are processes of their own, all built for
//! release. [`rounds`] alternate between the ways to the upstream, so that a machine that slows down slows all of them;
//! the middle of each number counts. CPU time is what the kernel charged to a process. Each module beside is one
//! question; [`report`] writes the answers, [`document`] puts them into `docs/performance.md`. What people wait for is
//! measured by [`ui`], decisions by [`policy`], and how soon rules are in force by [`at_once`].

mod at_once;
mod budget;
mod calls;
mod document;
mod hanging;
mod idle;
mod machine;
mod nodes;
mod policy;
mod process;
mod report;
mod rounds;
mod soak;
mod stage;
mod ui;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use self::{
    budget::Budget,
    calls::{ByConnections, ByKind},
    report::{Section, maybe, number},
    rounds::{Rounds, Way},
    stage::{Engine, Running, Stage, build},
};
use crate::{harness::Extra, postgres::Cluster, processes::Stop, repo::Repo, site, stage::note};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Some three minutes instead of three quarters of an hour: SQLite only, short rounds, no soak
    #[arg(long)]
    quick: bool,
    /// Put what was measured into docs/performance.md
    #[arg(long, conflicts_with_all = ["quick", "only", "beside"])]
    write: bool,
    /// The databases to measure with; both, or SQLite with --quick
    #[arg(long, value_enum)]
    engine: Option<Engines>,
    /// Minutes of the soak; 10, or 0 with --quick. It writes some gigabytes into the directory for temporary files
    #[arg(long)]
    soak_minutes: Option<u32>,
    /// Seconds of each round; 5, or 1 with --quick
    #[arg(long)]
    seconds: Option<f64>,
    /// Rounds, of which the middle counts; 3, or 1 with --quick
    #[arg(long)]
    rounds: Option<usize>,
    /// Only these measurements
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Calls on only so many connections
    #[arg(long, value_delimiter = ',', conflicts_with = "write", default_values_t = calls::CONNECTIONS)]
    connections: Vec<usize>,
    /// Measure the programs in this directory (such as target/release) instead of building them
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Measure the `drawbridge` of another build beside it, as one more way
    #[arg(long, value_name = "DIR")]
    beside: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Measure the console in Chromium instead: how it loads, how it answers, what frequent work costs
    Ui(ui::Args),
    /// Measure how soon a rule that is taken away is in force on two nodes instead; fails when a call leaks
    AtOnce(at_once::Args),
    /// Measure decisions among 10 000 rules instead, and hold many random rule sets against the reference
    Policy(policy::Args),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Calls on 1 to 200 connections
    Calls,
    /// Bodies of growing size
    Bodies,
    /// Answers as streams of events
    Streams,
    /// Lists of 200 tools
    Lists,
    /// A server that hangs, beside others
    Hanging,
    /// Streams on which nothing happens
    Idle,
    /// Several nodes on one PostgreSQL
    Nodes,
    /// Many minutes of load
    Soak,
}

impl Args {
    fn engines(&self) -> &'static [Engine] {
        match (self.engine, self.quick) {
            (Some(Engines::Sqlite), _) | (None, true) => &[Engine::Sqlite],
            (Some(Engines::Postgres), _) => &[Engine::Postgres],
            (Some(Engines::Both), _) | (None, false) => &[Engine::Sqlite, Engine::Postgres],
        }
    }

    fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Descriptors that 1 000 streams take in the program that has most of them.
const DESCRIPTORS: u64 = 4_096;

/// What has been measured so far. Each table is printed as soon as it is known.
#[derive(Default)]
struct Report {
    sections: Vec<Section>,
    budgets: Vec<Budget>,
}

impl Report {
    fn add(&mut self, section: Section) {
        println!("\n{}", report::render(std::slice::from_ref(&section)));
        self.sections.push(section);
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    match &args.what {
        Some(What::Ui(args)) => return ui::run(repo, args),
        Some(What::AtOnce(args)) => return at_once::run(repo, args),
        Some(What::Policy(args)) => return policy::run(repo, args),
        None => {}
    }
    if process::most_descriptors().is_some_and(|most| most < DESCRIPTORS) {
        bail!("a thousand streams need more open files than this shell allows; run `ulimit -n {DESCRIPTORS}` before");
    }
    let programs = match &args.binaries {
        Some(directory) => repo.path(directory),
        None => build(repo)?,
    };
    let cluster = args.engines().contains(&Engine::Postgres).then(Cluster::start).transpose()?;
    let rounds = Rounds {
        bench: programs.join("drawbridge-bench"),
        seconds: args.seconds.unwrap_or(if args.quick { 1.0 } else { 5.0 }),
        times: args.rounds.unwrap_or(if args.quick { 1 } else { 3 }).max(1),
        stop: Stop::on_signals()?,
    };
    let postgres = cluster.as_ref().map(Cluster::version).transpose()?;
    let machine = machine::describe(repo, postgres.as_deref())?;
    println!("{machine}");
    let stage = Stage::start(repo, &programs, cluster)?;

    let mut report = Report::default();
    for engine in args.engines() {
        one_engine(repo, args, &stage, &rounds, *engine, &mut report)?;
    }
    once(args, &stage, &rounds, &mut report)?;
    let binary = fs::metadata(&stage.drawbridge).context("the program is gone")?.len() as f64 / 1e6;
    report.budgets.push(Budget::less("release binary, MB", Some(binary), 60.0, 40.0));
    let budgets = budget::section(&report.budgets);
    println!("\n{}", report::render(std::slice::from_ref(&budgets)));

    if args.write {
        report.sections.insert(0, budgets);
        document::write(repo, document::Part::Calls, &format!("{machine}\n\n{}", report::render(&report.sections)))?;
        note("docs/performance.md is written");
    }
    if args.binaries.is_none() {
        println!("\nfront-end, brotli");
        site::check_budget(repo)?;
    }
    Ok(())
}

/// What is measured with each database.
fn one_engine(
    repo: &Repo,
    args: &Args,
    stage: &Stage<'_>,
    rounds: &Rounds,
    engine: Engine,
    report: &mut Report,
) -> Result<()> {
    let on = stage.drawbridge(engine, &stage.drawbridge, &Extra::default())?;
    let idle = process::memory(on.process()).map(|(now, _)| now);
    report.budgets.push(Budget::less(
        format!("start to ready, {engine}, ms"),
        Some(on.drawbridge.ready_after.as_secs_f64() * 1_000.0),
        200.0,
        60.0,
    ));
    report.budgets.push(Budget::less(format!("idle memory, {engine}, MB"), idle, 60.0, 35.0));
    let (direct, proxy, governed) = (stage.direct(), stage.byte_proxy(), on.way("everything on"));
    // The first calls of a program are slower than all others.
    for way in [&direct, &proxy, &governed] {
        rounds.round(way, rounds::Ask::call("bytes_512", 32))?;
    }
    if args.has(Part::Calls) {
        let mut ways = vec![direct.clone(), proxy.clone(), governed.clone()];
        let others = others(repo, args, stage, engine)?;
        ways.extend(others.iter().map(|(name, running)| running.way(name)));
        ways.push(Way { name: "bare", unaudited: true, ..governed.clone() });
        let calls = ByConnections::measure(rounds, &ways.iter().collect::<Vec<_>>(), &args.connections)?;
        report.budgets.extend(of_calls(&calls, engine));
        report.add(calls.section(format!("Calls, {engine}")));
    }
    let ways = [&direct, &proxy, &governed];
    let note = "Everything on; times in µs, added to the direct way's.";
    if args.has(Part::Bodies) {
        let bodies = ByKind::measure(rounds, ways, &calls::bodies())?;
        report.add(bodies.section(format!("Bodies, {engine}"), note));
    }
    if args.has(Part::Streams) {
        let streams = ByKind::measure(rounds, ways, &calls::streams())?;
        report.add(streams.section(format!("Calls answered by streams of events, {engine}"), note));
    }
    if args.has(Part::Lists) {
        let lists = ByKind::measure(rounds, ways, &calls::lists())?;
        let p50 = lists.first().map(|governed| governed.p50 / 1_000.0);
        report.budgets.push(Budget::less(format!("`tools/list` of 200 tools, warm, p50, {engine}, ms"), p50, 0.3, 0.1));
        report.add(lists.section(format!("Lists of tools, {engine}"), note));
    }
    let (after, most) = process::memory(on.process()).unzip();
    let head = ["after its start", "after all that", "at most", "descriptors"];
    let mut section = Section::new(format!("Memory, {engine}"), "Everything on; RSS in MB.", &head);
    let descriptors = process::descriptors(on.process()).map(|open| number(open as f64)).unwrap_or_default();
    section.row([maybe(idle), maybe(after), maybe(most), descriptors]);
    report.add(section);
    Ok(())
}

/// Other Drawbridges to compare with: one that does not wait for its records, one of another build.
fn others(repo: &Repo, args: &Args, stage: &Stage<'_>, engine: Engine) -> Result<Vec<(&'static str, Running)>> {
    let environment = [("DRAWBRIDGE_AUDIT_DELIVERY", "best_effort")];
    let extra = Extra { environment: &environment, ..Extra::default() };
    let mut others = vec![("audit best effort", stage.drawbridge(engine, &stage.drawbridge, &extra)?)];
    if let Some(directory) = &args.beside {
        let program = repo.path(directory).join("drawbridge");
        others.push(("other build", stage.drawbridge(engine, &program, &Extra::default())?));
    }
    Ok(others)
}

fn of_calls(calls: &ByConnections, engine: Engine) -> Vec<Budget> {
    let (governed, proxy) = (calls.of("everything on", 32), calls.of("byte proxy", 32));
    let ratio = governed.zip(proxy).map(|(governed, proxy)| governed.per_second / proxy.per_second);
    let (bar, aim) = match engine {
        Engine::Sqlite => (0.5, 0.7),
        Engine::Postgres => (0.3, 0.5),
    };
    let one = calls.of("everything on", 1).zip(calls.of("direct", 1));
    let added = |pick: fn(&rounds::Measured) -> f64| one.map(|(on, direct)| (pick(&on) - pick(&direct)) / 1_000.0);
    vec![
        Budget::less(format!("CPU per call, 32 connections, {engine}, µs"), governed.and_then(|on| on.cpu), 80.0, 50.0),
        Budget::more(format!("throughput against the byte proxy, 32 connections, {engine}"), ratio, bar, aim),
        Budget::less(format!("added at 1 connection, p50, {engine}, ms"), added(|way| way.p50), 0.5, 0.4),
        Budget::less(format!("added at 1 connection, p99, {engine}, ms"), added(|way| way.p99), 2.0, 1.5),
        Budget::less(format!("added at 1 connection, p99.9, {engine}, ms"), added(|way| way.p999), 5.0, 3.0),
    ]
}

/// What is measured with one database only.
fn once(args: &Args, stage: &Stage<'_>, rounds: &Rounds, report: &mut Report) -> Result<()> {
    let engine = args.engines()[0];
    if args.has(Part::Hanging) {
        let (section, budget) = hanging::measure(stage, rounds, engine)?;
        report.budgets.push(budget);
        report.add(section);
    }
    if args.has(Part::Idle) {
        report.add(idle::measure(stage, engine)?);
    }
    if args.has(Part::Nodes) && args.engines().contains(&Engine::Postgres) {
        let (section, budgets) = nodes::measure(stage, rounds)?;
        report.budgets.extend(budgets);
        report.add(section);
    }
    let minutes = args.soak_minutes.unwrap_or(if args.quick { 0 } else { 10 });
    if args.has(Part::Soak) && minutes > 0 {
        let (section, budgets) = soak::measure(stage, rounds, engine, minutes)?;
        report.budgets.extend(budgets);
        report.add(section);
    }
    Ok(())
}
