//! Time and randomness of the real world.

use chrono::{DateTime, SubsecRound as _, Utc};

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
        // Without randomness there are no keys and no ids: nothing useful can be done.
        getrandom::fill(buffer).expect("the operating system provides random numbers");
    }
}
