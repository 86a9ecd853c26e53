//! Tests of the protocol crate through its public interface.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod bridge;
mod bridge_input;
mod bridge_laws;
mod bridge_laws_input;
mod bridge_rmcp;
mod bridge_total;
mod envelope;
mod error;
mod generators;
mod headers;
mod list;
mod reference;
mod result;
mod scan;
mod splice;
mod sse;
mod translations;
mod version;
