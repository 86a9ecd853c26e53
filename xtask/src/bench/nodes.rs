//! Several nodes on one PostgreSQL: what a call costs must not grow with their number.

use std::{
    io::Read as _,
    process::{Child, Stdio},
};

use anyhow::{Context, Result, bail};

use super::{
    budget::Budget,
    process::cpu_seconds,
    report::{Section, maybe, number},
    rounds::{Ask, Load, Rounds, Way, median, read},
    stage::{Engine, Stage},
};
use crate::{harness::Extra, stage::note};

/// Of all nodes together.
const CONNECTIONS: usize = 32;
const NODES: [usize; 3] = [1, 2, 4];

pub(super) fn measure(stage: &Stage<'_>, rounds: &Rounds) -> Result<(Section, Vec<Budget>)> {
    note("1, 2 and 4 nodes");
    let first = stage.drawbridge(Engine::Postgres, &stage.drawbridge, &Extra::default())?;
    let mut ways = vec![first.way("first")];
    let mut joined = Vec::new();
    while ways.len() < NODES[NODES.len() - 1] {
        let (process, address) = stage.join(&first)?;
        ways.push(Way { name: "joined", address, process: Some(process.id()), ..first.way("joined") });
        joined.push(process);
    }
    let mut seen: Vec<Vec<(f64, f64)>> = NODES.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds.times {
        for (nodes, seen) in NODES.iter().zip(&mut seen) {
            seen.push(round(rounds, &ways[..*nodes])?);
        }
    }
    drop(joined);

    let note = "`tools/call` on 32 connections, spread over the nodes; PostgreSQL and nodes on the same machine.";
    let mut section = Section::new("Nodes on one database", note, &["nodes", "calls/s", "CPU µs/call"]);
    let cpu = |seen: &[(f64, f64)]| median(seen.iter().map(|(_, cpu)| *cpu));
    for (nodes, seen) in NODES.iter().zip(&seen) {
        let per_second = median(seen.iter().map(|(per_second, _)| *per_second)).unwrap_or_default();
        section.row([nodes.to_string(), number(per_second), maybe(cpu(seen))]);
    }
    let against_one = |place: usize| Some(cpu(&seen[place])? / cpu(&seen[0])?);
    let budgets = (1..NODES.len()).map(|place| {
        let what = format!("CPU per call with {} nodes, against 1", NODES[place]);
        Budget::less(what, against_one(place), 1.2, 1.1)
    });
    Ok((section, budgets.collect()))
}

/// Load on all of these at once: calls a second of all, and CPU time per call in microseconds.
fn round(rounds: &Rounds, ways: &[Way]) -> Result<(f64, f64)> {
    let cpu = || ways.iter().filter_map(|way| way.process.and_then(cpu_seconds)).sum::<f64>();
    let ask = Ask::call("bytes_512", CONNECTIONS / ways.len());
    let before = cpu();
    let started: Vec<Child> = ways
        .iter()
        .map(|way| rounds.command(way, ask, rounds.seconds).stdout(Stdio::piped()).spawn())
        .collect::<Result<_, _>>()
        .context("the load generator does not start")?;
    let loads: Vec<Load> = started.into_iter().map(finish).collect::<Result<_>>()?;
    if rounds.stop.asked() {
        bail!("stopped");
    }
    let requests: u64 = loads.iter().map(|load| load.requests).sum();
    Ok((loads.iter().map(|load| load.per_second).sum(), (cpu() - before) * 1e6 / requests as f64))
}

fn finish(mut load: Child) -> Result<Load> {
    let mut line = String::new();
    load.stdout.take().context("stdout was piped")?.read_to_string(&mut line)?;
    let status = load.wait()?;
    if !status.success() {
        bail!("the load generator failed ({status}); its output is above");
    }
    read(&line)
}
