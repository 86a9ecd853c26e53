//! Times in order of length.

use std::time::Duration;

use super::super::report::maybe;

pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        Self(times)
    }

    pub(super) const fn count(&self) -> usize {
        self.0.len()
    }

    /// The time in ms that so many of a hundred do not exceed.
    fn at(&self, percent: usize) -> Option<f64> {
        let place = (self.0.len() * percent).div_ceil(100).checked_sub(1)?;
        self.0.get(place).map(|time| time.as_secs_f64() * 1_000.0)
    }

    /// The one that one of a hundred exceeds, in ms.
    pub(super) fn late(&self) -> Option<f64> {
        self.at(99)
    }

    /// p50, p99 and the longest.
    pub(super) fn cells(&self) -> [String; 3] {
        [self.at(50), self.late(), self.at(100)].map(maybe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let times = Times::of((1..=200).rev().map(Duration::from_millis));
        assert_eq!((times.at(50), times.late(), times.at(100)), (Some(100.0), Some(198.0), Some(200.0)));
        let one = Times::of([Duration::from_millis(7)].into_iter());
        assert_eq!(one.cells(), ["7.00", "7.00", "7.00"]);
        assert_eq!(Times::of([].into_iter()).cells(), ["–", "–", "–"]);
    }
}
