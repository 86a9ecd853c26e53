//! Access policy: rules compiled to Cedar, and the one function that decides.
//!
//! A [`domain::Rule`] is the model that people edit. [`cedar_text`] turns it into Cedar, [`RuleSet::compile`] compiles
//! a whole organisation's rules and indexes them, [`RuleSet::decide`] answers one [`Query`]. There is no I/O here, no
//! clock and no randomness that could change an answer.
//!
//! # What a rule covers
//!
//! - At least one allow and no deny permits; a deny overrides; nothing matching is a denial.
//! - A rule for the entire server covers its tools, prompts, resources and templates. A rule with a list covers the
//!   named tools only: `["echo"]` opens no prompt and no resource.
//! - [`Target::Server`] (the handshake, lists, pings) is open to whom any allow rule of that server is in force, unless
//!   a deny of the entire server says no.
//! - A global rule (no server) applies to every server and can only deny.
//! - In a list `*` stands for any characters, also none; everything else is literal and case matters.
//! - A rule is in force from its start (inclusive) until its end (exclusive), in whole microseconds.
//!
//! # How a decision is made
//!
//! An index by server, tool name and principal finds the candidate rules. None means denial, without Cedar. Otherwise
//! Cedar evaluates the candidates, and any evaluation error is a denial: Cedar by itself skips a `forbid` that fails.
//! The verdict is remembered in a bounded cache until the next moment at which one of the candidates begins or ends.
//! The same cache serves the next [`RuleSet`]; what a change touches gets a new epoch and is decided afresh.

mod bearing;
mod cache;
mod check;
mod compiled;
mod engine;
mod glob;
mod index;
mod query;
mod set;
mod text;

pub use bearing::bearing;
pub use check::{MAX_NAME_BYTES, MAX_NAMES, MAX_NOTES_CHARS, MAX_PATTERNS, check_rule};
pub use glob::matches;
pub use query::{Groups, Query, Reason, SubjectRef, Target, Verdict};
pub use set::{PolicyError, RuleSet};
pub use text::{SCHEMA, cedar_text};
