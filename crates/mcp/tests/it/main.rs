//! Tests of the protocol crate through its public interface.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod envelope;
mod error;
mod headers;
mod list;
mod result;
mod scan;
mod splice;
mod sse;
mod version;
