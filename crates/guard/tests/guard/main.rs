//! Fingerprints through the public interface.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in helpers too")]

mod canonical;
mod fingerprint;
