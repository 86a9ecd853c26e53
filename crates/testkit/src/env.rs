//! A clock that stands until it is moved, and randomness that repeats.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeZone, Utc};
use domain::{Clock, Random};

/// Time and randomness for tests: the same seed gives the same ids, secrets and times in the same order.
#[derive(Debug)]
pub struct MockEnv {
    now: Mutex<DateTime<Utc>>,
    random: AtomicU64,
}

impl MockEnv {
    /// Begins on Monday, 2 March 2026 at 09:00 UTC.
    pub fn new(seed: u64) -> Self {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).single().expect("a time that exists");
        Self { now: Mutex::new(now), random: AtomicU64::new(seed) }
    }

    /// The same, beginning at another time.
    pub fn at(seed: u64, now: DateTime<Utc>) -> Self {
        let env = Self::new(seed);
        env.set(now);
        env
    }

    /// Moves the clock to a time, forwards or backwards.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.now.lock().expect("no test panics while it holds the clock") = now.trunc_subsecs(6);
    }

    /// Moves the clock forwards.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().expect("no test panics while it holds the clock");
        *now = (*now + by).trunc_subsecs(6);
    }
}

impl Default for MockEnv {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Clock for MockEnv {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().expect("no test panics while it holds the clock")
    }
}

impl Random for MockEnv {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64: each step of the counter gives one well-mixed word, and threads never share one.
            const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
            let mut word = self.random.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let id = |seed| domain::UserId::generate(&MockEnv::new(seed));
        assert_eq!(id(7), id(7));
        assert_ne!(id(7), id(8));
        let env = MockEnv::default();
        assert_ne!(domain::UserId::generate(&env), domain::UserId::generate(&env));
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let env = MockEnv::default();
        let before = env.now();
        assert_eq!(env.now(), before);
        env.advance(Duration::from_nanos(1_500));
        assert_eq!((env.now() - before).num_nanoseconds(), Some(1_000));
    }
}
