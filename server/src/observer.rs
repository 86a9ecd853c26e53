//! Carries what the data path notices to the use cases, off the hot path.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Definition, Health, KeyId, ServerId, Speaks};
use futures_util::future::BoxFuture;
use gateway::{TaskKey, TaskOwner};
use service::{McpTask, Services};
use tokio::sync::mpsc;

/// Notices that wait to be written; more are dropped and counted. Each is repeated by a later request.
const QUEUE: usize = 1024;

enum Notice {
    Drifted(ServerId, Vec<Definition>),
    Health(ServerId, Health, Option<String>),
    Speaks(ServerId, u64, Speaks),
}

/// The sending side, which the data path holds.
pub(crate) struct Notices {
    queue: mpsc::Sender<Notice>,
    services: Services,
}

/// The receiving side, which writes.
pub(crate) struct NoticeWriter {
    queue: mpsc::Receiver<Notice>,
}

/// A bounded queue of notices.
pub(crate) fn notices(services: Services) -> (Arc<Notices>, NoticeWriter) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Arc::new(Notices { queue: sender, services }), NoticeWriter { queue: receiver })
}

impl Notices {
    fn push(&self, notice: Notice) {
        if self.queue.try_send(notice).is_err() {
            tracing::debug!("a notice of the data path was dropped: the queue is full");
        }
    }
}

impl gateway::Observer for Notices {
    fn drifted(&self, server: ServerId, seen: Vec<Definition>) {
        self.push(Notice::Drifted(server, seen));
    }

    fn health(&self, server: ServerId, health: Health, detail: Option<String>) {
        self.push(Notice::Health(server, health, detail));
    }

    fn speaks(&self, server: ServerId, revision: u64, speaks: Speaks) {
        self.push(Notice::Speaks(server, revision, speaks));
    }

    fn key_used(&self, key: KeyId) {
        self.services.key_used(key);
    }

    fn session_ended(&self, session: [u8; 32], until: DateTime<Utc>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let written = self.services.end_mcp_session(&session, until).await;
            if let Err(error) = &written {
                tracing::error!(%error, "the end of a session could not be written");
            }
            written.is_ok()
        })
    }
}

impl gateway::Tasks for Notices {
    fn started(
        &self,
        (server, task): TaskKey,
        by: TaskOwner,
        until: DateTime<Utc>,
    ) -> BoxFuture<'_, Option<TaskOwner>> {
        Box::pin(async move {
            let started = McpTask { user: by.person, tool: by.tool };
            let known = self.services.start_mcp_task(server, &task, started, until).await;
            known.map(owner).inspect_err(|error| tracing::error!(%error, "a task could not be remembered")).ok()
        })
    }

    fn owner(&self, (server, task): TaskKey) -> BoxFuture<'_, Result<Option<TaskOwner>, gateway::Unknown>> {
        Box::pin(async move {
            let known = self.services.mcp_task(server, &task).await.map(|task| task.map(owner));
            known.map_err(|error| {
                tracing::error!(%error, "a task could not be looked up");
                gateway::Unknown
            })
        })
    }
}

fn owner(task: McpTask) -> TaskOwner {
    TaskOwner { person: task.user, tool: task.tool }
}

impl NoticeWriter {
    /// Writes notices until the data path is gone.
    pub(crate) async fn run(mut self, services: Services) {
        while let Some(notice) = self.queue.recv().await {
            let written = match notice {
                Notice::Drifted(server, seen) => services.record_definitions(server, seen).await,
                Notice::Health(server, health, detail) => services.record_health(server, health, detail).await,
                Notice::Speaks(server, revision, speaks) => services.record_spoken(server, revision, speaks).await,
            };
            if let Err(error) = written {
                tracing::warn!(%error, "a notice of the data path could not be written");
            }
        }
    }
}
