//! The directory: everything the data path needs to know, as one immutable value in memory.
//!
//! A [`Snapshot`] holds servers, people, API keys and compiled rules. [`Directory`] holds the current one and replaces
//! it whole, so a call sees one consistent state from authentication to its last decision and waits for nothing. What
//! did not change between two snapshots is shared by both.
//!
//! There is no I/O here: `service` loads the parts from the database and publishes them.

mod access;
mod ended;
mod keys;
mod nodes;
mod people;
mod pins;
mod server;
mod snapshot;

pub use access::{Access, AuthFailure, Authenticated, NoServer, Why};
pub use ended::Ended;
pub use keys::{KeyEntry, Keys};
pub use nodes::Nodes;
pub use people::{People, Person};
pub use pins::{PinEntry, Pins, Withheld};
pub use server::{SealedHeader, ServerEntry, Servers};
pub use snapshot::{Directory, Snapshot};
