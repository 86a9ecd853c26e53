//! Rounds of load that alternate between the ways to the upstream, so that a machine that slows down slows all of them.

use std::{net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::process::{cpu_seconds, memory};
use crate::{processes::Stop, shell, stage::note};

/// One way to the upstream.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    pub(super) path: String,
    pub(super) key: Option<String>,
    /// The processes whose CPU time counts.
    pub(super) process: Option<u32>,
    /// Asked by a method that is not audited.
    pub(super) unaudited: bool,
}

/// What is asked on every way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) request: &'a str,
    pub(super) tool: &'a str,
    pub(super) argument_bytes: usize,
    pub(super) connections: usize,
}

impl<'a> Ask<'a> {
    /// A call with little in its arguments.
    pub(super) fn call(tool: &'a str, connections: usize) -> Self {
        Self { request: "call", tool, argument_bytes: 64, connections }
    }

    pub(super) fn list(connections: usize) -> Self {
        Self { request: "list", tool: "none", argument_bytes: 0, connections }
    }
}

/// What the load generator prints. Times are microseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Load {
    pub(super) requests: u64,
    pub(super) per_second: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
}

/// A way's rounds: of each number the middle one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) per_second: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    /// CPU time per request in microseconds.
    pub(super) cpu: Option<f64>,
    /// RSS after the last round in MB.
    pub(super) memory: Option<f64>,
}

impl Measured {
    fn of(rounds: &[(Load, Option<f64>)], memory: Option<f64>) -> Self {
        let middle = |pick: fn(&Load) -> f64| median(rounds.iter().map(|(load, _)| pick(load))).unwrap_or(0.0);
        Self {
            per_second: middle(|load| load.per_second),
            p50: middle(|load| load.p50),
            p99: middle(|load| load.p99),
            p999: middle(|load| load.p999),
            cpu: median(rounds.iter().filter_map(|(_, cpu)| *cpu)),
            memory,
        }
    }
}

/// The one in the middle; of two the mean.
pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[values.len() / 2 - 1], upper) })
}

/// What is left to do after the last answer shall neither disturb the next round nor be forgotten.
const AFTERWARDS: Duration = Duration::from_millis(150);

/// The load generator and how long it works.
pub(super) struct Rounds {
    pub(super) bench: PathBuf,
    pub(super) seconds: f64,
    pub(super) times: usize,
    pub(super) stop: Stop,
}

impl Rounds {
    /// Every way in turn, round after round.
    pub(super) fn compare(&self, ways: &[&Way], ask: Ask<'_>) -> Result<Vec<Measured>> {
        note(&format!("{} {}, {} B, {} connections", ask.request, ask.tool, ask.argument_bytes, ask.connections));
        let mut rounds: Vec<Vec<_>> = ways.iter().map(|_| Vec::new()).collect();
        for _ in 0..self.times {
            for (way, measured) in ways.iter().zip(&mut rounds) {
                measured.push(self.round(way, ask)?);
            }
        }
        let memory = |way: &Way| way.process.and_then(memory).map(|(now, _)| now);
        Ok(rounds.iter().zip(ways).map(|(rounds, way)| Measured::of(rounds, memory(way))).collect())
    }

    /// One round on one way: what was seen, and CPU time per request in microseconds.
    pub(super) fn round(&self, way: &Way, ask: Ask<'_>) -> Result<(Load, Option<f64>)> {
        let before = way.process.and_then(cpu_seconds);
        let load = read(&shell::output(&mut self.command(way, ask, self.seconds))?)?;
        std::thread::sleep(AFTERWARDS);
        let after = way.process.and_then(cpu_seconds);
        if self.stop.asked() {
            bail!("stopped");
        }
        let cpu = before.zip(after).map(|(before, after)| (after - before) * 1e6 / load.requests as f64);
        Ok((load, cpu))
    }

    /// The load generator on one way for so many seconds.
    pub(super) fn command(&self, way: &Way, ask: Ask<'_>, seconds: f64) -> Command {
        let request = if way.unaudited { "unaudited" } else { ask.request };
        let mut load = Command::new(&self.bench);
        load.args(["load", "--address", &way.address.to_string(), "--path", &way.path]);
        load.args(["--request", request, "--tool", ask.tool]);
        load.args(["--argument-bytes", &ask.argument_bytes.to_string()]);
        load.args(["--connections", &ask.connections.to_string(), "--seconds", &seconds.to_string()]);
        if let Some(key) = &way.key {
            load.args(["--bearer", key]);
        }
        load
    }
}

/// The load generator's line.
pub(super) fn read(line: &str) -> Result<Load> {
    let load: Load = serde_json::from_str(line).context("the load generator's line")?;
    if load.requests == 0 {
        bail!("nothing was answered; measure longer");
    }
    Ok(load)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_each_number_counts() {
        let load = |per_second, p99| Load { requests: 1, per_second, p50: 1.0, p99, p999: 2.0 };
        let rounds = [(load(10.0, 9.0), Some(3.0)), (load(30.0, 7.0), None), (load(20.0, 8.0), Some(5.0))];
        let measured = Measured::of(&rounds, None);
        assert_eq!((measured.per_second, measured.p99, measured.cpu), (20.0, 8.0, Some(4.0)));
        assert_eq!(median([].into_iter()), None);
    }

    #[test]
    fn a_line_without_requests_is_an_error() {
        let line = |requests: u64| {
            format!(
                r#"{{"requests":{requests},"seconds":1.0,"per_second":1.0,"p50":1.0,"p99":1.0,"p999":1.0,"max":1.0}}"#
            )
        };
        assert_eq!(read(&line(3)).expect("numbers").requests, 3);
        assert!(read(&line(0)).is_err());
        assert!(read("").is_err());
    }
}
