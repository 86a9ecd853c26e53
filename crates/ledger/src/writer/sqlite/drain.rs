//! The drain: makes entries of the journal's records, many in one transaction, behind the calls.
//!
//! Its commits do not wait for the disk: what a loss of power takes from the database is still in the journal. From time to
//! time one does, and then the journal's place can be used again.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{CatchUp, SqliteDb};
use tokio::sync::watch;

use super::rows::Rows;
use crate::append::Prepared;
use crate::batch::{DEADLINE, PROBE};
use crate::ledger::Core;
use crate::{Error, Result};

/// How long a record waits for others before it becomes an entry, if nobody asks for it. Pages that every transaction
/// changes are then written less often.
const LINGER: Duration = Duration::from_millis(200);

/// How many waiting records are enough not to wait for more.
const ENOUGH: Amount = Amount { records: MOST, kib: 2048 };

/// How many records one transaction takes. It keeps others from writing for some 50 ms then.
const MOST: usize = 2048;

/// How many records may wait. More calls wait for room.
const ROOM: Amount = Amount { records: 8192, kib: 16 * 1024 };

/// After how much one commit waits for the disk, in KiB. Pages that every transaction changes are copied into the file only
/// then, so more costs less; but it keeps the journal from being used again.
const SYNC: u64 = 4096;

/// How long a transaction waits for what was promised. It goes on with what there is then.
const PATIENCE: Duration = Duration::from_secs(1);

/// Records, and what they take in memory.
#[derive(Debug, Default, Clone, Copy)]
struct Amount {
    records: usize,
    kib: u64,
}

impl Amount {
    const fn reaches(self, other: Self) -> bool {
        self.records >= other.records || self.kib >= other.kib
    }
}

/// How far the entries are, for those who wait for them.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    number: u64,
    failing: bool,
}

#[derive(Debug)]
pub(super) struct Drain {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The drain waits here for records, and who wants room for the drain.
    changed: Condvar,
    seen: watch::Sender<Seen>,
}

#[derive(Debug, Default)]
struct State {
    /// What waits; its last number is `promised`.
    pending: Vec<Prepared>,
    amount: Amount,
    /// Number of the last record of the journal.
    promised: u64,
    /// Up to here records are entries that survive a loss of power.
    settled: u64,
    /// Somebody waits for the entries.
    hurry: bool,
    ending: bool,
    /// Why the last transaction failed; nothing after one that succeeded.
    failed: Option<Error>,
    /// Transactions that were tried.
    tries: u64,
}

impl Shared {
    /// Never held across a wait for anything but the state itself.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while this is so, at most so long.
    fn wait_while<'s>(
        &self,
        state: MutexGuard<'s, State>,
        most: Duration,
        so: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'s, State> {
        self.changed.wait_timeout_while(state, most, so).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl CatchUp for Shared {
    fn caught_up(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let mut seen = self.seen.subscribe();
        let mut state = self.state();
        let promised = state.promised;
        if state.failed.is_some() || seen.borrow().number >= promised {
            return None;
        }
        state.hurry = true;
        self.changed.notify_all();
        drop(state);
        Some(Box::pin(async move {
            let caught_up = seen.wait_for(|seen| seen.number >= promised || seen.failing);
            // What is there is better than nothing.
            if tokio::time::timeout(PATIENCE, caught_up).await.is_err() {
                tracing::warn!("the newest records of the audit log are not read yet: the database is busy");
            }
        }))
    }
}

impl Drain {
    /// Starts the drain behind a journal whose last record has this number and of which everything is an entry.
    pub(super) fn start(core: Arc<Core>, db: SqliteDb, rows: Rows, last: u64) -> std::io::Result<Self> {
        let state = State { promised: last, settled: last, ..State::default() };
        let (seen, _) = watch::channel(Seen { number: last, failing: false });
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), seen });
        let weak = Arc::downgrade(&shared);
        db.wait_for(weak);
        let worker = Worker { core, db, rows, shared: Arc::clone(&shared), number: last, unsettled: 0 };
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::Builder::new().name("audit-drain".to_owned()).spawn(move || worker.run(&runtime))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Up to here records are entries that survive a loss of power.
    pub(super) fn settled(&self) -> u64 {
        self.shared.state().settled
    }

    /// True while the database does not take entries.
    pub(super) fn fails(&self) -> bool {
        self.shared.state().failed.is_some()
    }

    /// Waits until there is room for more records. While the database does not take entries it is asked once again, so
    /// that nobody is promised more than waits already. Holds up the thread.
    ///
    /// # Errors
    /// When the database does not take them, or too many have waited too long.
    pub(super) fn room(&self) -> Result<()> {
        let mut state = self.shared.state();
        if state.failed.is_some() {
            let tries = state.tries;
            state.hurry = true;
            self.shared.changed.notify_all();
            state = self.shared.wait_while(state, DEADLINE, |state| state.tries == tries);
        }
        state = self.shared.wait_while(state, DEADLINE, |state| state.failed.is_none() && state.amount.reaches(ROOM));
        match &state.failed {
            Some(error) => Err(error.clone()),
            None if state.amount.reaches(ROOM) => Err(Error::Deadline { seconds: DEADLINE.as_secs() }),
            None => Ok(()),
        }
    }

    /// Takes records that are in the journal.
    pub(super) fn push(&self, batch: Vec<Prepared>) {
        let mut state = self.shared.state();
        let before = state.amount;
        state.promised += batch.len() as u64;
        state.amount.records += batch.len();
        state.amount.kib += batch.iter().map(|prepared| u64::from(prepared.record.kib())).sum::<u64>();
        state.pending.extend(batch);
        let after = state.amount;
        drop(state);
        if before.records == 0 || (after.reaches(ENOUGH) && !before.reaches(ENOUGH)) {
            self.shared.changed.notify_all();
        }
    }

    /// Makes entries of everything, durably, and ends. False where that could not be done. Holds up the thread.
    pub(super) fn end(&mut self) -> bool {
        self.shared.state().ending = true;
        self.shared.changed.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that adds entries to the audit log failed");
        }
        let state = self.shared.state();
        state.settled == state.promised
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.end();
        }
    }
}

struct Worker {
    core: Arc<Core>,
    db: SqliteDb,
    rows: Rows,
    shared: Arc<Shared>,
    /// Number of the last record that is an entry.
    number: u64,
    /// What became entries since a commit waited for the disk, in KiB.
    unsettled: u64,
}

impl Worker {
    fn run(mut self, runtime: &tokio::runtime::Handle) {
        while let Some(batch) = self.next() {
            while let Err(error) = self.make(&batch, runtime) {
                let entries = batch.len();
                tracing::error!(error = &error as &dyn std::error::Error, entries, "audit entries could not be added");
                if !self.wait_after(error) {
                    // They are in the journal; the next start adds them.
                    return;
                }
            }
        }
        if let Err(error) = runtime.block_on(self.settle()) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the audit log's journal is kept for the next start"
            );
        }
    }

    /// The next records; nothing at the end.
    fn next(&self) -> Option<Vec<Prepared>> {
        let mut state = self.shared.state();
        while state.pending.is_empty() {
            if state.ending {
                return None;
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state = self
            .shared
            .wait_while(state, LINGER, |state| !(state.hurry || state.ending || state.amount.reaches(ENOUGH)));
        let taken = state.pending.len().min(MOST);
        let batch = state.pending.drain(..taken).collect();
        state.hurry &= !state.pending.is_empty();
        Some(batch)
    }

    /// Makes entries of these records.
    fn make(&mut self, batch: &[Prepared], runtime: &tokio::runtime::Handle) -> Result<()> {
        let records = batch.len();
        let kib = batch.iter().map(|prepared| u64::from(prepared.record.kib())).sum::<u64>();
        let number = self.number + records as u64;
        let durable = self.unsettled + kib >= SYNC;
        let appended = {
            let _turn = runtime.block_on(self.db.turn());
            self.rows.add(batch, number, durable)?
        };
        self.number = number;
        self.unsettled = if durable { 0 } else { self.unsettled + kib };
        let mut state = self.shared.state();
        state.amount.records -= records;
        state.amount.kib -= kib;
        state.failed = None;
        state.tries += 1;
        if durable {
            state.settled = number;
        }
        drop(state);
        self.shared.seen.send_replace(Seen { number, failing: false });
        self.shared.changed.notify_all();
        self.core.healthy.store(true, Ordering::Relaxed);
        if let Some(settled) = self.core.added(appended) {
            // Elsewhere: its transaction waits for this thread.
            let core = Arc::clone(&self.core);
            runtime.spawn(async move { core.settle_later(settled).await });
        }
        if durable {
            self.rows.copy();
        }
        Ok(())
    }

    /// Tells of a failure and waits for the next try; false when there is none.
    fn wait_after(&self, error: Error) -> bool {
        self.core.healthy.store(false, Ordering::Relaxed);
        self.core.stats.failures.fetch_add(1, Ordering::Relaxed);
        let mut state = self.shared.state();
        state.failed = Some(error);
        state.tries += 1;
        state.hurry = false;
        self.shared.seen.send_modify(|seen| seen.failing = true);
        self.shared.changed.notify_all();
        if state.ending {
            return false;
        }
        drop(self.shared.wait_while(state, PROBE, |state| !(state.hurry || state.ending)));
        true
    }

    /// Waits until everything that became an entry survives a loss of power.
    async fn settle(&mut self) -> Result<()> {
        if self.shared.state().settled < self.number {
            let _turn = self.db.turn().await;
            self.rows.settle()?;
            self.shared.state().settled = self.number;
        }
        Ok(())
    }
}
