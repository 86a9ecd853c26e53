//! The policy through its public interface.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in helpers too")]

mod behaviour;
mod conditions;
mod form;
mod make;
mod reference;
