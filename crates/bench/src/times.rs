//! How long answers took, of all connections together.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

/// Three digits of every time from a microsecond to two minutes.
pub(crate) struct Times(Histogram<u64>);

/// What was seen. Times are microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    requests: u64,
    seconds: f64,
    per_second: f64,
    p50: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl Times {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1_000, 120_000_000_000, 3)?))
    }

    pub(crate) fn took(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn report(&self, seconds: f64) -> Report {
        let micros = |nanos: u64| nanos as f64 / 1_000.0;
        let at = |share: f64| micros(self.0.value_at_quantile(share));
        Report {
            requests: self.0.len(),
            seconds,
            per_second: self.0.len() as f64 / seconds,
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(self.0.max()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_all_times() {
        let mut times = Times::new().expect("valid bounds");
        // In an order that is not sorted.
        for micros in (1..=1_000).rev() {
            times.took(Duration::from_micros(micros));
        }
        let report = times.report(2.0);
        assert_eq!((report.requests, report.per_second), (1_000, 500.0));
        for (seen, exact) in [(report.p50, 500.0), (report.p99, 990.0), (report.p999, 999.0), (report.max, 1_000.0)] {
            assert!((seen - exact).abs() <= exact / 1_000.0, "{seen} instead of {exact}");
        }
    }

    #[test]
    fn nothing_seen_is_nothing() {
        let report = Times::new().expect("valid bounds").report(1.0);
        assert_eq!((report.requests, report.p50, report.max), (0, 0.0, 0.0));
    }
}
