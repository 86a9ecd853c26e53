//! The audit log: what happened, durable before anything follows from it, and hard to change afterwards.
//!
//! Every node writes a hash chain of its own into the main database. A use case records its event in its own
//! transaction ([`Ledger::record`]); calls through the proxy are written by a batch task, many at once
//! ([`Ledger::write`]), on SQLite into a journal whose records become
//! entries behind the calls. Rows are never updated: a call is an admission and an outcome. Start reading at [`Ledger`], then
//! `hash` for what a hash covers and [`verify`] for what that proves and what it cannot.

mod admission;
mod append;
mod batch;
mod cut;
mod delivery;
mod entry;
mod error;
mod event;
mod hash;
mod hours;
mod insert;
mod ledger;
mod open_calls;
mod orphans;
pub mod query;
mod record;
pub mod replay;
mod text;
pub mod verify;
mod writer;

pub use admission::{Admission, Ended};
pub use delivery::Delivery;
pub use error::{Error, Result};
pub use event::{Event, Payload};
pub use ledger::{Ledger, Stats};
pub use query::Scope;
