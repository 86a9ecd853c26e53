//! One server that never answers, with a thousand calls waiting for it, beside one that does.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::{
    budget::Budget,
    report::{Section, number},
    rounds::{Ask, Rounds, median},
    stage::{Engine, Running, Stage},
};
use crate::{harness::Extra, processes::pause, stage::note};

/// Calls that the silent server has got.
const UNDER_WAY: usize = 64;
/// Calls that wait until it has answered one of those.
const WAITING: usize = 1_000;
/// The tail of few rounds says little.
const LEAST_ROUNDS: usize = 5;
const DEADLINE: Duration = Duration::from_secs(30);

pub(super) fn measure(stage: &Stage<'_>, rounds: &Rounds, engine: Engine) -> Result<(Section, Budget)> {
    note("another server's calls while 1 000 wait for one that is silent");
    let silent = stage.upstream()?;
    // Nothing is given up while it is measured.
    let environment = [("DRAWBRIDGE_UPSTREAM_TIMEOUT", "3600")];
    let extra = Extra { environment: &environment, ..Extra::default() };
    let running = stage.drawbridge(engine, &stage.drawbridge, &extra)?;
    // One person makes them all.
    let all = UNDER_WAY + WAITING;
    let limits = json!({"concurrent": UNDER_WAY, "queue": WAITING, "queue_wait": 300, "concurrent_per_person": all});
    let path = running.drawbridge.add_server("silent", &silent.url, &limits)?;

    let (way, ask) = (running.way("everything on"), Ask::call("bytes_512", 32));
    let (address, count) = (running.address.to_string(), all.to_string());
    let key = &running.drawbridge.key;
    let calls = ["--address", &address, "--path", &path, "--bearer", key, "--request", "call", "--count", &count];
    // Its first round is slower than any other.
    rounds.round(&way, ask)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..rounds.times.max(LEAST_ROUNDS) {
        without.push(rounds.round(&way, ask)?.0);
        let held = stage.hold(&calls)?;
        until(&running, "drawbridge_mcp_waiting", WAITING as f64)?;
        with.push(rounds.round(&way, ask)?.0);
        until(&running, "drawbridge_mcp_waiting", WAITING as f64)?;
        drop(held);
        until(&running, "drawbridge_mcp_waiting", 0.0)?;
        until(&running, "drawbridge_mcp_in_flight", 0.0)?;
        // Each of them leaves a record.
        std::thread::sleep(Duration::from_millis(500));
    }

    let note = "`tools/call` of another server, 32 connections; the middle of alternating rounds; times in µs.";
    let mut section = Section::new("A server that hangs", note, &["calls that wait", "calls/s", "p50", "p99", "p99.9"]);
    for (name, loads) in [("none", &without), ("1 000", &with)] {
        let middle = |pick: fn(&super::rounds::Load) -> f64| number(median(loads.iter().map(pick)).unwrap_or_default());
        let cells = [
            middle(|load| load.per_second),
            middle(|load| load.p50),
            middle(|load| load.p99),
            middle(|load| load.p999),
        ];
        section.row([name.to_owned()].into_iter().chain(cells));
    }
    let p99 = |loads: &[super::rounds::Load]| median(loads.iter().map(|load| load.p99));
    let ratio = p99(&with).zip(p99(&without)).map(|(with, without)| with / without);
    Ok((
        section,
        Budget::less("p99 beside a server that hangs with 1 000 waiting calls, against without", ratio, 1.1, 1.05),
    ))
}

fn until(running: &Running, gauge: &str, value: f64) -> Result<()> {
    let begin = Instant::now();
    loop {
        let seen = running.gauge(gauge)?;
        if (seen - value).abs() < 0.5 {
            return Ok(());
        }
        if begin.elapsed() > DEADLINE {
            bail!("{gauge} is {seen} and not {value}; the program's output is above");
        }
        pause();
    }
}
