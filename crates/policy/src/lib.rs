//! Access policy: rules compiled to Cedar, and the one function that decides.
//!
//! A [`domain::Rule`] is the model that people edit. [`cedar_text`] turns it into Cedar, [`RuleSet::compile`] compiles
//! a whole organisation's rules and indexes them, [`RuleSet::decide`] answers one [`Query`]. There is no I/O here, no
//! clock and no randomness that could change an answer.
//!
//! # What a rule covers
//!
//! - At least one allow and no deny permits; a deny overrides; nothing matching is a denial.
//! - A rule is about a person who is any of those that it names: people, members of groups, holders of job roles, those
//!   with one of some values of an attribute, or everyone.
//! - A rule for the entire server covers its tools, prompts, resources and templates. A rule with names covers those
//!   only: a tool that is named opens no prompt and no resource. Names of resources cover URI templates, letter by
//!   letter, too.
//! - [`Target::Server`] (the handshake, lists, pings) is open to whom any allow rule of that server is in force, unless
//!   a deny of the entire server says no.
//! - A global rule (no server) applies to every server and can only deny.
//! - In a list of names `*` stands for any characters, also none; everything else is literal and case matters.
//! - A rule is in force from its start (inclusive) until its end (exclusive), in whole microseconds.
//! - A rule in monitor mode decides nothing; [`Verdict::would`] tells what it would change.
//!
//! # Conditions
//!
//! - A condition on something that is not there (or `null`) is not met, negations included; `exists` asks for absence.
//! - A value of a type that cannot be compared counts against the caller: such a condition of an allow is not met, one
//!   of a deny is. So do numbers too large or too fine for four decimals.
//! - What is not known yet counts for the caller ([`Known`]): lists and pages show what some call could be allowed.
//!
//! # How a decision is made
//!
//! An index by server, name and principal finds the candidate rules. Rules without conditions are decided by it alone, as
//! it finds exactly those that apply. If any has conditions, Cedar evaluates the candidates, and any evaluation error is a denial: Cedar by itself skips a `forbid` that fails. What
//! conditions look at enters Cedar as values, never as text that it parses. The verdict is remembered in a bounded cache,
//! with the values that it depends on, until the next moment at which one of the candidates begins or ends. The same
//! cache serves the next [`RuleSet`]; what a change touches gets a new epoch and is decided afresh.

mod bearing;
mod cache;
mod check;
mod compiled;
mod engine;
mod facts;
mod glob;
mod index;
mod lines;
mod named;
mod query;
mod render;
mod schema;
mod set;
mod source;
mod text;
mod tree;
mod value;
mod window;

pub use bearing::{Audience, bearing, covers, is_about, tried};
pub use check::{
    MAX_NAME_BYTES, MAX_NAMES, MAX_NOTES_CHARS, MAX_PATTERNS, MAX_PRINCIPALS, MAX_SERVERS, check_rule, is_in_range,
};
pub use glob::matches;
pub use lines::{condition_lines, read_conditions, value_text};
pub use named::{Asking, asks_for_group, clauses_name_group};
pub use query::{
    AuthMethod, Groups, Known, Level, Profile, Query, Reason, RequestFacts, SubjectRef, Target, Verdict, Would,
};
pub use schema::SCHEMA;
pub use set::{PolicyError, RuleSet};
pub use source::{PATHS, UNTOLD};
pub use text::cedar_text;
pub use tree::MAX_TESTS;
