//! The batch task: one write for everything that arrived while the one before it ran. There is no timer, so an event
//! that comes alone is written at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::Instant;

use crate::admission::{Admission, Ended};
use crate::append::{Prepared, lock_head};
use crate::ledger::Core;
use crate::writer::Writer;
use crate::{Error, Result};

/// How many events may wait.
pub(crate) const QUEUE: usize = 4096;

/// How many events one transaction holds.
const BATCH: usize = 512;

/// How much text one transaction holds, in KiB, unless a single event has more. It is asked for room as a whole, so what
/// waits can exceed its bound by this much.
const PORTION: u32 = 1024;

/// How long an event may take from its report to its commit.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);

/// How often an unhealthy ledger tries whether the database has room again.
pub(crate) const PROBE: Duration = Duration::from_secs(1);

/// Why a call has the outcome `unknown` whose caller was gone when it was admitted, or had been told that it is not.
const GONE: &str = "the caller was gone, or had been refused, before the call was sent";

/// How often the thread that writes gives way before it does, as long as that brings more to write.
const YIELDS: usize = 3;

/// What the task is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// Write this.
    Write(Job),
    /// Write the outcome of a call that was admitted for nobody.
    Close(Admission),
    /// Write what is in the queue, then end.
    Stop,
}

/// An event to write.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) prepared: Prepared,
    pub(crate) waiter: Waiter,
}

/// Who wants to know what became of an event.
#[derive(Debug)]
pub(crate) enum Waiter {
    /// Somebody who goes on only when it is durable.
    Durable { receipt: Receipt, expires: Instant, reply: oneshot::Sender<Result<Receipt>> },
    /// Nobody ([`crate::Delivery::BestEffort`]); it only takes room until it is written.
    Nobody { _room: OwnedSemaphorePermit },
}

/// Says that an event is durable.
#[derive(Debug)]
pub(crate) struct Receipt {
    /// What to close if nobody takes this, and where: an admission that nobody will use.
    pub(crate) abandoned: Option<(Admission, mpsc::WeakSender<Message>)>,
}

impl Receipt {
    /// Whoever waited knows, and closes the call; or the event is not durable, and there is nothing to close.
    pub(crate) fn done(mut self) {
        self.abandoned = None;
    }
}

/// Whoever waited left just before this could be taken, or had been told that the event is not durable, and it is.
impl Drop for Receipt {
    fn drop(&mut self) {
        let Some((admission, queue)) = self.abandoned.take() else { return };
        // At the end of the program the next start writes it.
        let Some(queue) = queue.upgrade() else { return };
        if let Err(mpsc::error::TrySendError::Full(message)) = queue.try_send(Message::Close(admission))
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { queue.send(message).await });
        }
    }
}

/// Starts the batch task. What is returned is told when it has ended.
///
/// # Errors
/// When there is no thread for it.
pub(crate) fn start(
    core: Arc<Core>,
    writer: Writer,
    queue: mpsc::Receiver<Message>,
) -> std::io::Result<oneshot::Receiver<()>> {
    let (ended, end) = oneshot::channel();
    let blocks = writer.blocks();
    let task = async move {
        run(core, writer, queue).await;
        // Nobody waits where there was no shutdown.
        let _ = ended.send(());
    };
    if blocks {
        // A thread of its own, so that a call's record is one hand-over there and one back.
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name("audit-writer".to_owned()).spawn(move || runtime.block_on(task))?;
    } else {
        tokio::spawn(task);
    }
    Ok(end)
}

async fn run(core: Arc<Core>, mut writer: Writer, mut queue: mpsc::Receiver<Message>) {
    let mut stopped = false;
    let mut messages = Vec::with_capacity(BATCH);
    // Calls that were admitted for nobody.
    let mut closing = Vec::new();
    loop {
        let waiting = queue.recv_many(&mut messages, BATCH);
        let received = if core.healthy.load(Ordering::Relaxed) {
            waiting.await
        } else {
            match tokio::time::timeout(PROBE, waiting).await {
                Ok(received) => received,
                Err(_) => {
                    let works = probe(&core).await.is_ok() && !writer.fails();
                    core.healthy.store(works, Ordering::Relaxed);
                    if works {
                        writer.look_again().await;
                    }
                    continue;
                }
            }
        };
        if received == 0 {
            break;
        }
        if writer.blocks() {
            let_others_report(&mut queue, &mut messages);
        }
        let mut jobs = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Write(job) => jobs.push(job),
                Message::Close(admission) => closing.push(admission),
                // Nothing new is accepted; what is in the queue is still written.
                Message::Stop => {
                    stopped = true;
                    queue.close();
                }
            }
        }
        for jobs in portions(jobs) {
            write(&core, &mut writer, jobs, &mut closing).await;
        }
        close(&core, &mut writer, &mut closing).await;
    }
    if !stopped {
        // Everybody who could report something is gone, and so may be the runtime.
        return;
    }
    writer.end();
    let settled = core.open().settled();
    if let Err(error) = core.settle(settled).await {
        tracing::warn!(%error, "the audit log could not note where it ended; the next start looks further back");
    }
}

/// Gives the cores, where all are busy, to those who are about to report something: waiting for the disk costs the same for
/// one record and for many. Where a core is free this takes no time.
fn let_others_report(queue: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>) {
    for _ in 0..YIELDS {
        let before = messages.len();
        std::thread::yield_now();
        while messages.len() < BATCH
            && let Ok(message) = queue.try_recv()
        {
            messages.push(message);
        }
        if messages.len() == before {
            return;
        }
    }
}

/// Parts of [`PORTION`], in order.
fn portions(jobs: Vec<Job>) -> impl Iterator<Item = Vec<Job>> {
    let mut jobs = jobs.into_iter().peekable();
    std::iter::from_fn(move || {
        let first = jobs.next()?;
        let mut kib = first.prepared.record.kib();
        let mut portion = Vec::with_capacity((1 + jobs.len()).min(64));
        portion.push(first);
        while let Some(job) = jobs.next_if(|job| kib.saturating_add(job.prepared.record.kib()) <= PORTION) {
            kib += job.prepared.record.kib();
            portion.push(job);
        }
        Some(portion)
    })
}

async fn write(core: &Core, writer: &mut Writer, jobs: Vec<Job>, closing: &mut Vec<Admission>) {
    let now = Instant::now();
    let mut batch = Vec::with_capacity(jobs.len());
    let mut waiting = Vec::with_capacity(jobs.len());
    let mut handed_over = Vec::new();
    for Job { prepared, waiter } in jobs {
        match waiter {
            Waiter::Durable { receipt, expires, reply } if expires <= now => {
                // Whoever reported it was told that it is not recorded, and acted accordingly.
                receipt.done();
                drop(reply.send(Err(Error::Deadline { seconds: DEADLINE.as_secs() })));
                continue;
            }
            Waiter::Durable { receipt, reply, .. } => waiting.push((receipt, reply)),
            Waiter::Nobody { _room: room } => handed_over.push(room),
        }
        batch.push(prepared);
    }
    let result = commit(core, writer, batch, !waiting.is_empty()).await;
    if result.is_err() {
        core.lost(handed_over.len());
    }
    drop(handed_over);
    let mut refused = Vec::new();
    for (receipt, reply) in waiting {
        let said = match &result {
            Ok(()) => Ok(receipt),
            Err(error) => {
                refused.push(receipt);
                Err(error.clone())
            }
        };
        if let Err(Ok(mut receipt)) = reply.send(said) {
            closing.extend(receipt.abandoned.take().map(|(admission, _)| admission));
        }
    }
    writer.refused(refused);
}

/// Writes the outcomes of calls that were admitted for nobody.
async fn close(core: &Core, writer: &mut Writer, closing: &mut Vec<Admission>) {
    if closing.is_empty() {
        return;
    }
    let at = core.env.now();
    let gone = Ended::unknown(GONE);
    let batch = closing.iter().map(|admission| Prepared::ended(&*core.env, at, admission, &gone).1).collect();
    // If it fails, the next batch tries again; if that never comes, the next start closes them.
    if commit(core, writer, batch, true).await.is_ok() {
        closing.clear();
    } else {
        closing.truncate(QUEUE);
    }
}

/// Adds a batch, durably if somebody waits for it.
async fn commit(core: &Core, writer: &mut Writer, batch: Vec<Prepared>, durable: bool) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let entries = batch.len() as u64;
    let result = writer.append(batch, durable).await;
    core.healthy.store(result.is_ok() && !writer.fails(), Ordering::Relaxed);
    match &result {
        Ok(()) => {
            core.stats.batches.fetch_add(1, Ordering::Relaxed);
            core.stats.entries.fetch_add(entries, Ordering::Relaxed);
        }
        Err(error) => {
            core.stats.failures.fetch_add(1, Ordering::Relaxed);
            tracing::error!(error = error as &dyn std::error::Error, entries, "audit entries could not be written");
        }
    }
    result
}

/// Whether the next write would succeed, as far as one can tell without writing an entry.
async fn probe(core: &Core) -> Result<()> {
    let mut tx = core.db.begin().await?;
    lock_head(&mut tx, core.node).await?.ok_or(Error::NoHead)?;
    tx.rollback().await?;
    Ok(core.db.ping_writable().await?)
}
