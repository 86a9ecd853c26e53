//! Conditions of rules: tests of what is known of a call, and groups of them.

#[cfg(target_arch = "wasm32")]
mod known;
#[cfg(not(target_arch = "wasm32"))]
mod whole;

#[cfg(target_arch = "wasm32")]
pub use known::Condition;
#[cfg(not(target_arch = "wasm32"))]
pub use whole::{Condition, Operator, Test, Value};
