//! Time and randomness of the real world.

use std::cell::RefCell;

use chrono::{DateTime, SubsecRound as _, Utc};
use zeroize::Zeroize as _;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; 512], left: 0 }) };
}

/// Random numbers of the system, fetched many at a time: a call needs a handful of ids and salts, and asking the system
/// for each costs more than the rest of making them. What was given out is forgotten at once.
struct Pool {
    bytes: [u8; 512],
    left: usize,
}

impl Pool {
    fn fill(&mut self, buffer: &mut [u8]) {
        if buffer.len() > self.bytes.len() / 4 {
            return fetch(buffer);
        }
        if self.left < buffer.len() {
            fetch(&mut self.bytes);
            self.left = self.bytes.len();
        }
        let given = &mut self.bytes[self.left - buffer.len()..self.left];
        buffer.copy_from_slice(given);
        given.zeroize();
        self.left -= buffer.len();
    }
}

fn fetch(buffer: &mut [u8]) {
    // Without randomness there are no keys and no ids: nothing useful can be done.
    getrandom::fill(buffer).expect("the operating system provides random numbers");
}

/// The machine's clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEnv;

impl domain::Clock for SystemEnv {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

impl domain::Random for SystemEnv {
    fn fill(&self, buffer: &mut [u8]) {
        POOL.with_borrow_mut(|pool| pool.fill(buffer));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::Random as _;

    use super::*;

    #[test]
    fn nothing_is_given_out_twice() {
        let mut seen = HashSet::new();
        for length in (1..300).flat_map(|round| [8, 16, 32 + round % 90, 600]) {
            let mut bytes = vec![0; length];
            SystemEnv.fill(&mut bytes);
            assert!(seen.insert(bytes[..8].to_vec()), "{length}");
        }
    }
}
