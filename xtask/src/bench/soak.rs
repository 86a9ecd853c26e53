//! Many minutes of the same load: memory and descriptors must not grow with it.

use std::{
    io::Read as _,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{
    budget::Budget,
    process,
    report::{Section, maybe, number},
    rounds::{Ask, Rounds, median, read},
    stage::{Engine, Stage},
};
use crate::{harness::Extra, stage::note};

const CONNECTIONS: usize = 50;
const SAMPLE: Duration = Duration::from_secs(1);
const MINUTE: usize = 60;

/// What was seen in one moment.
#[derive(Debug, Clone, Copy)]
struct Sample {
    memory: f64,
    descriptors: usize,
}

pub(super) fn measure(
    stage: &Stage<'_>,
    rounds: &Rounds,
    engine: Engine,
    minutes: u32,
) -> Result<(Section, Vec<Budget>)> {
    note(&format!("{minutes} minutes of the same load"));
    let running = stage.drawbridge(engine, &stage.drawbridge, &Extra::default())?;
    let way = running.way("everything on");
    let mut load = rounds.command(&way, Ask::call("bytes_512", CONNECTIONS), f64::from(minutes) * 60.0);
    let begin = Instant::now();
    let mut child = load.stdout(Stdio::piped()).spawn().context("the load generator does not start")?;
    let mut samples = Vec::new();
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if rounds.stop.asked() {
            child.kill()?;
            bail!("stopped");
        }
        std::thread::sleep(SAMPLE);
        let (memory, _) = process::memory(running.process()).context("Drawbridge ended; its output is above")?;
        let descriptors = process::descriptors(running.process()).unwrap_or_default();
        samples.push(Sample { memory, descriptors });
    };
    let mut line = String::new();
    child.stdout.take().context("stdout was piped")?.read_to_string(&mut line)?;
    if !ended.success() {
        bail!("the load generator failed after {} s ({ended})", begin.elapsed().as_secs());
    }
    let load = read(&line)?;

    let note = format!(
        "{CONNECTIONS} connections, {engine}: {} calls, p50 {} µs, p99 {} µs, p99.9 {} µs; {}the middle of each minute's \
         samples.",
        number(load.requests as f64),
        number(load.p50),
        number(load.p99),
        number(load.p999),
        running
            .drawbridge
            .database_bytes()
            .filter(|_| engine == Engine::Sqlite)
            .map_or_else(String::new, |bytes| { format!("database afterwards {} MB; ", number(bytes as f64 / 1e6)) }),
    );
    let mut section = Section::new(format!("{minutes} minutes of load"), note, &["minute", "RSS in MB", "descriptors"]);
    for (minute, samples) in samples.chunks(MINUTE).enumerate() {
        let (memory, descriptors) = middle(samples);
        section.row([(minute + 1).to_string(), maybe(memory), maybe(descriptors)]);
    }
    let (memory, descriptors) = growth(&samples).unzip();
    Ok((
        section,
        vec![
            Budget::less("memory at the end of the soak, against its beginning", memory, 1.05, 1.02),
            Budget::less("descriptors at the end of the soak, against its beginning", descriptors, 1.02, 1.0),
        ],
    ))
}

fn middle(samples: &[Sample]) -> (Option<f64>, Option<f64>) {
    (median(samples.iter().map(|s| s.memory)), median(samples.iter().map(|s| s.descriptors as f64)))
}

/// The last fifth of memory and descriptors against the second fifth: in the first, caches and pools still fill.
fn growth(samples: &[Sample]) -> Option<(f64, f64)> {
    let fifth = samples.len() / 5;
    let (begin, end) = (middle(&samples[fifth..fifth * 2]), middle(&samples[samples.len() - fifth..]));
    Some((end.0? / begin.0?, end.1? / begin.1?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_that_after_the_beginning() {
        let samples = |memory: &[f64]| {
            memory.iter().map(|memory| Sample { memory: *memory, descriptors: 100 }).collect::<Vec<_>>()
        };
        // Warming up is no growth, and one high sample is none either.
        let flat = samples(&[20.0, 30.0, 40.0, 40.0, 40.0, 90.0, 40.0, 40.0, 40.0, 40.0]);
        assert_eq!(growth(&flat), Some((1.0, 1.0)));
        let growing = samples(&[20.0, 30.0, 40.0, 40.0, 50.0, 60.0, 70.0, 75.0, 80.0, 80.0]);
        assert_eq!(growth(&growing), Some((2.0, 1.0)));
        assert_eq!(growth(&samples(&[20.0, 30.0])), None);
    }
}
