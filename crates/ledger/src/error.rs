//! Why an event could not be recorded.

use std::sync::Arc;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an event could not be recorded. Whatever the event stands for must then not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database refused. All events of one batch share the cause.
    #[error("the audit log cannot be written: {0}")]
    Store(#[source] Arc<store::Error>),
    /// The journal beside SQLite's file cannot be written.
    #[error("the audit log's journal cannot be written: {0}; check the disk of the data directory")]
    Journal(#[source] Arc<std::io::Error>),
    /// The event was not durable in time. It may become so later.
    #[error("the audit log did not answer within {seconds} seconds; check the load of the database and try again")]
    Deadline {
        /// The deadline.
        seconds: u64,
    },
    /// The ledger was shut down.
    #[error("the audit log is closed because the program is stopping")]
    Closed,
    /// What was to be admitted is no call.
    #[error("`{}` is not the admission of a call; this is a defect of Drawbridge", .0.as_str())]
    NoAdmission(domain::AuditAction),
    /// The head of this node's chain is not in the database.
    #[error("the head of this node's audit chain is missing; run `drawbridge audit verify` and restart")]
    NoHead,
}

impl Error {
    pub(crate) fn journal(error: std::io::Error) -> Self {
        Self::Journal(Arc::new(error))
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}
