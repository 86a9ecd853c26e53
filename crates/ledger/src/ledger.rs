//! The handle that everybody who reports events holds.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{AuditId, Env, NodeId};
use store::{Db, Parsed, Tx, sql};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::admission::{Admission, Ended};
use crate::append::{Appended, Prepared, append, create_head};
use crate::batch::{self, DEADLINE, Job, Message, QUEUE, Receipt, Waiter};
use crate::delivery::{Delivery, ROOM};
use crate::event::Event;
use crate::open_calls::{CallPart, OpenCalls};
use crate::writer::{Writer, sqlite};
use crate::{Error, Result, orphans};

/// How long a shutdown waits for what is still in the queue.
const DRAIN: Duration = Duration::from_secs(10);

/// Lost events between two lines of the log.
const LOST_PER_LINE: u64 = 1000;

/// After how many entries the number below which everything is settled is written down.
const SETTLE: i64 = 4096;

/// Entries one statement of [`Ledger::backfill`] holds.
const BACKFILL: usize = 512;

/// The audit log of this node. Clones share one chain and one batch task.
#[derive(Clone)]
pub struct Ledger {
    core: Arc<Core>,
    queue: mpsc::Sender<Message>,
    delivery: Delivery,
    /// What may wait to be written for nobody, in KiB.
    room: Arc<Semaphore>,
    /// Told when the batch task has ended.
    end: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
}

/// What handle and batch task share.
pub(crate) struct Core {
    pub(crate) db: Db,
    pub(crate) node: NodeId,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) healthy: AtomicBool,
    pub(crate) stats: Counters,
    open: Mutex<OpenCalls>,
}

/// Counters of the batch task.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) entries: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) lost: AtomicU64,
}

/// What the batch task did since the start, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Entries written.
    pub entries: u64,
    /// Batches in which they were written.
    pub batches: u64,
    /// Batches that could not be written, and tries to make entries of the journal that failed.
    pub failures: u64,
    /// Entries that nobody waited for and that could not be written.
    pub lost: u64,
    /// Entries that wait now.
    pub waiting: usize,
}

impl Core {
    /// The calls that are open now. Never held across a wait.
    pub(crate) fn open(&self) -> MutexGuard<'_, OpenCalls> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of entries that were added to the chain. Returns up to where calls are settled, when it is time to
    /// write that down.
    pub(crate) fn added(&self, appended: Appended) -> Option<i64> {
        let Appended { first, last, parts, .. } = appended;
        let mut open = self.open();
        let settled = open.settled().min(first - 1);
        for (seq, part) in parts {
            open.apply(seq, part);
        }
        open.reached(last);
        (first / SETTLE != last / SETTLE).then_some(settled)
    }

    /// Notes how far everything is settled; that it cannot be is no harm.
    pub(crate) async fn settle_later(&self, settled: i64) {
        if let Err(error) = self.settle(settled).await {
            tracing::warn!(%error, "the audit log could not note how far calls are settled; it tries again later");
        }
    }

    /// Notes how far everything is settled.
    pub(crate) async fn settle(&self, settled: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        orphans::settle(&mut tx, self.node, settled, self.env.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Counts events that were handed over and are not recorded.
    pub(crate) fn lost(&self, events: usize) {
        if events == 0 {
            return;
        }
        let before = self.stats.lost.fetch_add(events as u64, Ordering::Relaxed);
        let now = before + events as u64;
        // The first, and then so seldom that the log says it and does nothing else.
        if before == 0 || before / LOST_PER_LINE != now / LOST_PER_LINE {
            tracing::error!(lost = now, "audit entries are lost, as the setting `best_effort` allows");
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("node", &self.core.node).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens the log of this node: makes its chain if it has none, makes entries of what a crash left in the journal,
    /// gives calls that it left open the outcome `unknown`, and starts the batch task. Needs a Tokio runtime.
    ///
    /// # Errors
    /// [`Error::NoHead`] when the node has entries and no head: somebody removed it. [`Error::Journal`] when the journal
    /// cannot be opened.
    pub async fn open(db: Db, node: NodeId, env: Arc<dyn Env>) -> Result<Self> {
        let now = env.now();
        let mut journal = match &db {
            Db::Sqlite(db) => Some(sqlite::Journal::open(db, node).await.map_err(Error::journal)?),
            Db::Postgres(_) => None,
        };
        let mut tx = db.begin().await?;
        create_head(&mut tx, node).await?;
        let recovered = match &mut journal {
            Some((journal, records)) => sqlite::recover(&mut tx, node, journal, std::mem::take(records)).await?,
            None => 0,
        };
        let closed = orphans::close(&mut tx, &*env, node, now).await?;
        tx.commit().await?;
        let journal = journal.map(|(journal, _)| journal.emptied()).transpose().map_err(Error::journal)?;
        if recovered > 0 {
            tracing::info!(recovered, "entries that the program had not added when it stopped were in the journal");
        }
        if closed > 0 {
            tracing::warn!(closed, "calls had no outcome when the program stopped; they are recorded as unknown");
        }
        let core = Arc::new(Core {
            db,
            node,
            env,
            healthy: AtomicBool::new(true),
            stats: Counters::default(),
            open: Mutex::default(),
        });
        let (queue, receiver) = mpsc::channel(QUEUE);
        let writer = Writer::start(&core, journal)?;
        let end = batch::start(Arc::clone(&core), writer, receiver);
        let end = end.map_err(|error| store::Error::of_sqlite(0, error))?;
        let room = Arc::new(Semaphore::new(ROOM));
        Ok(Self { core, queue, delivery: Delivery::default(), room, end: Arc::new(Mutex::new(Some(end))) })
    }

    /// The same log, with another promise to those who write calls ([`Ledger::write`]).
    #[must_use]
    pub fn delivering(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// The nodes that have a chain, the oldest first.
    pub async fn nodes(db: &Db) -> Result<Vec<NodeId>> {
        let mut tx = db.read().await?;
        let rows: Vec<(Parsed<NodeId>,)> = sql("SELECT node FROM chain_heads ORDER BY node").fetch_all(&mut tx).await?;
        Ok(rows.into_iter().map(|(node,)| node.0).collect())
    }

    /// Records an event inside a use case's transaction: the change and its event are one. Call it last, because it
    /// locks this node's chain until the transaction ends.
    pub async fn record(&self, tx: &mut Tx, event: Event) -> Result<AuditId> {
        let (id, prepared) = self.prepared(&event);
        append(tx, self.core.node, vec![prepared]).await?;
        Ok(id)
    }

    /// Records events that happened at other times than now, oldest first. For demonstration data only.
    pub async fn backfill(&self, tx: &mut Tx, events: Vec<(DateTime<Utc>, Event)>) -> Result<()> {
        let mut events = events.into_iter();
        while events.len() > 0 {
            let batch = events
                .by_ref()
                .take(BACKFILL)
                .map(|(at, event)| Prepared::new(&*self.core.env, self.core.node, at, &event).1)
                .collect();
            append(tx, self.core.node, batch).await?;
        }
        Ok(())
    }

    /// Writes an event in a transaction of its own, together with whatever else arrives. Returns when it is durable,
    /// or, by [`Delivery::BestEffort`], when it waits to be written. For calls through the proxy.
    ///
    /// Not inside an open [`Db::begin`], whose changes it would not be one with: use [`Ledger::record`] there.
    ///
    /// Dropping the future once it was polled does not take the event back.
    ///
    /// # Errors
    /// Whatever it is, what the event stands for must not happen: a call whose admission fails must be refused. There
    /// are none by [`Delivery::BestEffort`].
    pub async fn write(&self, event: Event) -> Result<AuditId> {
        let (id, prepared) = self.prepared(&event);
        drop(event);
        self.deliver(prepared, None).await?;
        Ok(id)
    }

    /// Writes the admission of a call as [`Ledger::write`] does. The call owes an outcome then ([`Ledger::settle`]). If
    /// nobody waits for this any more, it gets one, as the call does not happen.
    ///
    /// # Errors
    /// As for [`Ledger::write`]: the call must not be made.
    pub async fn admit(&self, event: Event) -> Result<Admission> {
        let (_, prepared) = self.prepared(&event);
        let Some(CallPart::Admission(key)) = prepared.part else { return Err(Error::NoAdmission(event.action)) };
        let admission = Admission { record: prepared.record.for_its_outcome(), key, action: event.action };
        drop(event);
        self.deliver(prepared, Some(admission.clone())).await?;
        Ok(admission)
    }

    /// Writes how an admitted call ended, as [`Ledger::write`] does.
    ///
    /// # Errors
    /// As for [`Ledger::write`]: the answer must not be given.
    pub async fn settle(&self, admission: &Admission, ended: Ended) -> Result<AuditId> {
        let (id, prepared) = Prepared::ended(&*self.core.env, self.core.env.now(), admission, &ended);
        drop(ended);
        self.deliver(prepared, None).await?;
        Ok(id)
    }

    fn prepared(&self, event: &Event) -> (AuditId, Prepared) {
        Prepared::new(&*self.core.env, self.core.node, self.core.env.now(), event)
    }

    async fn deliver(&self, prepared: Prepared, abandoned: Option<Admission>) -> Result<()> {
        match self.delivery {
            Delivery::Enforced => self.write_durably(prepared, abandoned).await,
            Delivery::BestEffort => {
                self.hand_over(prepared).await;
                Ok(())
            }
        }
    }

    async fn write_durably(&self, prepared: Prepared, abandoned: Option<Admission>) -> Result<()> {
        let expires = Instant::now() + DEADLINE;
        let abandoned = abandoned.map(|admission| (admission, self.queue.downgrade()));
        let (reply, answer) = oneshot::channel();
        let receipt = Receipt { abandoned };
        let job = Job { prepared, waiter: Waiter::Durable { receipt, expires, reply } };
        // In other hands at once: whoever gives up waiting does not take the event along.
        match self.queue.try_send(Message::Write(job)) {
            Ok(()) => {}
            Err(TrySendError::Full(message)) => {
                let queue = self.queue.clone();
                tokio::spawn(async move {
                    // Whoever waits hears that nobody answers.
                    let _ = tokio::time::timeout_at(expires, queue.send(message)).await;
                });
            }
            Err(TrySendError::Closed(_)) => return Err(Error::Closed),
        }
        match tokio::time::timeout_at(expires, answer).await {
            Ok(Ok(result)) => result.map(Receipt::done),
            Ok(Err(_)) if Instant::now() < expires => Err(Error::Closed),
            Ok(Err(_)) | Err(_) => Err(Error::Deadline { seconds: DEADLINE.as_secs() }),
        }
    }

    /// Leaves an event to the batch task. It is lost where there is no room for it: after a while when the database is
    /// only slow, at once when it fails, since a call shall not wait for what is not going to be written.
    async fn hand_over(&self, prepared: Prepared) {
        let patience = if self.healthy() { DEADLINE } else { Duration::ZERO };
        let handed_over = tokio::time::timeout(patience, async {
            let room = Arc::clone(&self.room).acquire_many_owned(prepared.record.kib()).await.ok()?;
            let job = Job { prepared, waiter: Waiter::Nobody { _room: room } };
            self.queue.send(Message::Write(job)).await.ok()
        });
        if !matches!(handed_over.await, Ok(Some(()))) {
            self.core.lost(1);
        }
    }

    /// True when the last write succeeded. An unhealthy ledger tries every second whether it can write again.
    pub fn healthy(&self) -> bool {
        self.core.healthy.load(Ordering::Relaxed)
    }

    /// What the batch task did.
    pub fn stats(&self) -> Stats {
        let stats = &self.core.stats;
        Stats {
            entries: stats.entries.load(Ordering::Relaxed),
            batches: stats.batches.load(Ordering::Relaxed),
            failures: stats.failures.load(Ordering::Relaxed),
            lost: stats.lost.load(Ordering::Relaxed),
            waiting: QUEUE - self.queue.capacity(),
        }
    }

    /// The node whose chain this is.
    pub fn node(&self) -> NodeId {
        self.core.node
    }

    /// Writes what is in the queue and ends. Later events are refused.
    pub async fn shutdown(&self) {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(end) = end else { return };
        let drained = async {
            // The queue is closed already when the task has ended.
            drop(self.queue.send(Message::Stop).await);
            end.await
        };
        match tokio::time::timeout(DRAIN, drained).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the audit log's task failed"),
            Err(_) => tracing::error!("the audit log could not be written to its end before the shutdown"),
        }
    }
}
