//! The Drawbridge program: settings, wiring, one folder for each surface, command line, shutdown.
//!
//! [`start`] is the whole program without its command line, so that tests run the real thing in one process. The
//! surfaces (`web` for the console, `rest`, `mcp`, `operations`) are thin skins: they find out who asks, call one use
//! case of `service` (or the `gateway`), and turn the result into their own form.

pub mod assets;
mod audit_metrics;
pub mod cli;
pub mod config;
mod endings;
mod env;
mod export;
mod listen;
mod live;
mod mcp;
mod nodes;
mod observer;
mod open;
mod operations;
mod rest;
mod run;
mod spans;
mod web;

pub use env::SystemEnv;
pub use open::{Data, OpenError, database, open};
pub use run::{Running, StartError, start};
