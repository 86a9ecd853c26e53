//! The whole program from outside: console, REST, MCP and command line against a real database, a real MCP server and
//! the real clock.
//!
//! `harness` starts it; most tests run on both engines by [`harness::on_both_engines`]. Nothing here reaches into a
//! crate's internals: what a test looks at is what a person, a program or an MCP server would see, and the audit log.
#![expect(clippy::unwrap_used, reason = "a test stops where something unexpected happens, and says where")]

mod access;
mod at_once;
mod bad_requests;
mod bad_servers;
mod command_line;
mod console;
mod coverage;
mod credentials;
mod definitions;
mod effects;
mod equal_ids;
mod frame;
mod full_disk;
mod functions;
mod generations;
mod given_back;
mod groups;
mod harness;
mod http_sse;
mod journey;
mod limits;
mod limits_across;
mod limits_of_requests;
mod listening;
mod lists;
mod matrix;
mod nodes;
mod observability;
mod odd_streams;
mod older_servers;
mod operations;
mod rule_model;
mod secrets;
mod shutdown;
mod stage;
mod streams;
mod tasks;
