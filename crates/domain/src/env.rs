//! Time and randomness as parameters, so that expiry and identity can be tested without waiting or guessing.

use chrono::{DateTime, Utc};

/// The current time, in whole microseconds (both engines store exactly that).
pub trait Clock: Send + Sync {
    /// Now, cut to whole microseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// A cryptographically secure source of random bytes.
pub trait Random: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Clock and randomness together: what a use case gets instead of ambient globals.
pub trait Env: Clock + Random {}

impl<T: Clock + Random + ?Sized> Env for T {}
