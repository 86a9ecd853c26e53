//! What a stream costs on which nothing happens.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::{
    process,
    report::{Section, maybe, number},
    stage::{Engine, Stage},
};
use crate::{harness::Extra, stage::note};

const STREAMS: usize = 1_000;
/// Enough that nobody listens more often than a person may, nor at one server more than may listen to it.
const PEOPLE: usize = 10;
const SERVERS: usize = 2;
/// How long nothing happens.
const QUIET: Duration = Duration::from_secs(10);

pub(super) fn measure(stage: &Stage<'_>, engine: Engine) -> Result<Section> {
    note("1 000 streams on which nothing happens");
    let running = stage.drawbridge(engine, &stage.drawbridge, &Extra { people: PEOPLE, ..Extra::default() })?;
    let upstream = stage.upstream()?;
    let paths: Vec<String> = (0..SERVERS)
        .map(|number| running.drawbridge.add_server(&format!("idle-{number}"), &upstream.url, &json!({})))
        .collect::<Result<_>>()?;
    let address = running.address.to_string();
    let hold = |count: usize| {
        let count = count.to_string();
        let mut arguments = vec!["--address", &address, "--request", "listen", "--count", &count];
        arguments.extend(paths.iter().flat_map(|path| ["--path", path]));
        arguments.extend(running.drawbridge.keys.iter().flat_map(|key| ["--bearer", key]));
        stage.hold(&arguments)
    };
    // What the first ones cost once is not what one more costs.
    drop(hold(PEOPLE * SERVERS)?);
    let see = || {
        std::thread::sleep(Duration::from_secs(1));
        let process = running.process();
        let (memory, _) = process::memory(process).context("a running process has memory")?;
        let descriptors = process::descriptors(process).context("a running process has descriptors")?;
        anyhow::Ok((memory, descriptors, process::cpu_seconds(process)))
    };
    let (memory_before, descriptors_before, _) = see()?;
    let held = hold(STREAMS)?;
    let (memory, descriptors, cpu_before) = see()?;
    std::thread::sleep(QUIET);
    let cpu = cpu_before.zip(process::cpu_seconds(running.process()));
    let share = cpu.map(|(before, after)| (after - before) / QUIET.as_secs_f64() * 100.0);
    drop(held);

    let note = "`subscriptions/listen`, as a client of 2026-07-28 sends it, to two servers by ten people.";
    let head = ["open streams", "RSS in MB", "KB a stream", "descriptors", "CPU in % of a core"];
    let mut section = Section::new("Streams on which nothing happens", note, &head);
    section.row(["none".to_owned(), number(memory_before), maybe(None), descriptors_before.to_string(), maybe(None)]);
    let each = (memory - memory_before) * 1e6 / 1_024.0 / STREAMS as f64;
    section.row(["1 000".to_owned(), number(memory), number(each), descriptors.to_string(), maybe(share)]);
    Ok(section)
}
