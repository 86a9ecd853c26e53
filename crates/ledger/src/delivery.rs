//! What a reported event's author may rely on.

/// What [`crate::Ledger::write`] promises when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// The event is durable.
    #[default]
    Enforced,
    /// The event waits to be written. It is lost, and counted, when the database does not take it, and lost without a
    /// trace when the process dies first.
    BestEffort,
}

/// How much text may wait to be written for nobody, in KiB. Who would exceed it waits, so that a database that is
/// slower than the calls slows them instead of filling the memory.
pub(crate) const ROOM: usize = 32 * 1024;
