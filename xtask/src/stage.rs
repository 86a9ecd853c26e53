//! Headings and timings of a long run.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use anyhow::Result;

/// Announces a stage, runs it, and says how long it took.
pub(crate) fn stage(name: &str, body: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("\n=== {name} ===");
    flush();
    let begin = Instant::now();
    let result = body();
    let verdict = if result.is_ok() { "done" } else { "FAILED" };
    println!("=== {name}: {verdict} in {} ===", elapsed(begin.elapsed()));
    flush();
    result
}

/// One line about what is being done, in the same stream as the headings.
pub(crate) fn note(text: &str) {
    println!("    {text}");
    flush();
}

/// Other programs write to the same terminal: ours must be out before they start.
fn flush() {
    // A closed pipe is no reason to stop a build.
    let _ = std::io::stdout().flush();
}

fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!(elapsed(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
