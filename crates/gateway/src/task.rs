//! Tasks: calls that a server answers with an id, and whose result is fetched later (2026-07-28 extension
//! `io.modelcontextprotocol/tasks`; 2025-11-25 "Tasks").
//!
//! A server knows one client, the gateway, and cannot tell whose a task is. So it is remembered who started it, and by which
//! tool: only they get at it, as long as that tool is allowed, and whatever they ask about it is recorded. Ids pass as they
//! are.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use domain::{AuditAction, Outcome, ServerId, UserId};
use ledger::Payload;
use mcp::{Call, Method, Raw, RpcError, Target};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::context::{Context, Message};
use crate::permission::ledger_unavailable;
use crate::settle::{self, Ending};
use crate::{Gateway, Unknown};

/// How long a task is known at most.
const LONGEST: TimeDelta = TimeDelta::days(30);
/// How much longer than its server keeps it.
const LEEWAY: TimeDelta = TimeDelta::hours(1);
/// Tasks that this node remembers by itself.
const MOST: usize = 10_000;

/// A task: its server, and SHA-256 of its id.
pub type TaskKey = (ServerId, [u8; 32]);

/// Who started a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOwner {
    /// Whose it is.
    pub person: UserId,
    /// The tool that was called.
    pub tool: String,
}

/// The tasks that were asked about last. What is known of one never changes.
#[derive(Default)]
pub(crate) struct Owners(Mutex<HashMap<TaskKey, TaskOwner>>);

impl Owners {
    fn get(&self, task: TaskKey) -> Option<TaskOwner> {
        self.0.lock().get(&task).cloned()
    }

    fn put(&self, task: TaskKey, owner: TaskOwner) {
        let mut owners = self.0.lock();
        if owners.len() >= MOST {
            owners.clear();
        }
        owners.insert(task, owner);
    }
}

/// A call that may start a task.
pub(crate) struct Starter {
    server: ServerId,
    person: UserId,
    message: Arc<Message>,
}

impl Starter {
    /// Nothing where no task can follow.
    pub(crate) fn of(context: &Context, call: &Call<'_>) -> Option<Self> {
        let (server, person) = (context.server.id, context.caller.person.id);
        (call.method == Method::ToolsCall).then(|| Self { server, person, message: context.message.clone() })
    }
}

/// The task that a call names, be it beside something else.
pub(crate) fn named_by<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    // Also one that a method names of which nobody has heard.
    call.params.task_id.as_deref().or(call.params.meta.related_task.as_deref())
}

fn key(server: ServerId, task: &str) -> TaskKey {
    (server, Sha256::digest(task.as_bytes()).into())
}

/// A task that a result has started.
#[derive(Debug, PartialEq, Eq)]
struct Started {
    id: String,
    /// How long its server keeps it, in milliseconds; nothing for as long as it likes.
    ttl: Option<i64>,
}

/// The task that a result has started.
fn started(result: &str) -> Option<Started> {
    // Hardly any result has one, which is found out without reading it.
    memchr::memmem::find(result.as_bytes(), b"\"taskId\"")?;
    let result = Raw::parse(result).ok()?;
    let is_task = result.get("resultType").and_then(Raw::as_str).is_some_and(|kind| kind == "task");
    let task = if is_task { result } else { result.get("task")? };
    let ttl = task.get("ttlMs").or_else(|| task.get("ttl")).and_then(Raw::as_i64);
    Some(Started { id: task.get("taskId")?.as_str()?.into_owned(), ttl })
}

impl Gateway {
    /// Remembers whose the task is that a call has started, if it has.
    ///
    /// # Errors
    /// When that cannot be done: the client must not learn of the task.
    pub(crate) async fn remember_task(&self, starter: &Starter, ending: &Ending) -> Result<(), RpcError> {
        let Ending::Success { result, .. } = ending else { return Ok(()) };
        let Some(task) = started(result.text()) else { return Ok(()) };
        let tool = starter.message.tool().unwrap_or_default().to_owned();
        let (key, owner) = (key(starter.server, &task.id), TaskOwner { person: starter.person, tool });
        let kept = task.ttl.map_or(LONGEST, |ttl| (TimeDelta::milliseconds(ttl.max(0)) + LEEWAY).min(LONGEST));
        let parts = &self.inner.parts;
        match parts.tasks.started(key, owner.clone(), parts.env.now() + kept).await {
            Some(known) if known == owner => {
                self.inner.owners.put(key, owner);
                Ok(())
            }
            Some(_) => {
                tracing::error!(server = %starter.server, "a server gave the id of one person's task to another's");
                Err(RpcError::internal("the server gave this task an id that somebody else's has; call again"))
            }
            None => Err(ledger_unavailable()),
        }
    }

    /// A message that names a task: as one about the tool by which the caller started it. `asks`: it is a request; other
    /// messages may be about tasks of the client itself.
    ///
    /// # Errors
    /// When the task is not the caller's, or not known. That is recorded.
    pub(crate) async fn of_own_task(
        &self,
        context: &Context,
        call: &Call<'_>,
        asks: bool,
    ) -> Result<Arc<Message>, RpcError> {
        let asks = asks || matches!(call.target(), Target::Task(_));
        let Some(task) = named_by(call).filter(|_| asks) else { return Ok(context.message.clone()) };
        let key = key(context.server.id, task);
        let known = match self.inner.owners.get(key) {
            Some(owner) => Some(owner),
            None => self.inner.parts.tasks.owner(key).await.map_err(|Unknown| ledger_unavailable())?,
        };
        let Some(owner) = known.filter(|owner| owner.person == context.caller.person.id) else {
            return Err(self.foreign(context, call).await);
        };
        self.inner.owners.put(key, owner.clone());
        Ok(match call.target() {
            Target::Task(_) => Message::clone(&context.message).of_task(owner.tool).into(),
            // It is about something else, too, which decides.
            _ => context.message.clone(),
        })
    }

    /// Whether this node knows the task as the caller's.
    pub(crate) fn is_own_task(&self, context: &Context, task: &str) -> bool {
        let owner = self.inner.owners.get(key(context.server.id, task));
        owner.is_some_and(|owner| owner.person == context.caller.person.id)
    }

    /// Refuses a call about a task that is not the caller's.
    async fn foreign(&self, context: &Context, call: &Call<'_>) -> RpcError {
        if let Err(error) = self.count_denied(context, call).await {
            return error;
        }
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        event.tool = context.named(call).or_else(|| Some(call.method.as_str().to_owned()));
        event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        event.reason = Some("the task was not started by this person".to_owned());
        self.inner.metrics.call("denied");
        context.track.came_to("denied");
        match self.inner.parts.ledger.write(event).await {
            Ok(_) => RpcError::unknown_task(),
            Err(_) => ledger_unavailable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_task_is_found_in_the_results_of_both_generations() {
        let task = |id: &str, ttl| Some(Started { id: id.to_owned(), ttl });
        let modern = r#"{"resultType":"task","taskId":"a-1","status":"working","ttlMs":null}"#;
        assert_eq!(started(modern), task("a-1", None));
        let legacy = r#"{"task":{"taskId":"b\u0031","status":"working","ttl":60000}}"#;
        assert_eq!(started(legacy), task("b1", Some(60_000)));
        for none in [
            r#"{"content":[{"type":"text","text":"taskId"}]}"#,
            r#"{"structuredContent":{"task":{"taskId":"x"}}}"#,
            r#"{"resultType":"complete","taskId":"x"}"#,
            r#"{"resultType":"task","taskId":7}"#,
            "taskId",
        ] {
            assert_eq!(started(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_remembered_here_is_bounded() {
        let owners = Owners::default();
        let server: ServerId = format!("srv_{:032x}", 1).parse().unwrap();
        let owner = TaskOwner { person: format!("usr_{:032x}", 1).parse().unwrap(), tool: "echo".to_owned() };
        for n in 0..MOST + 5 {
            owners.put(key(server, &n.to_string()), owner.clone());
        }
        assert!(owners.0.lock().len() <= MOST);
        assert_eq!(owners.get(key(server, &MOST.to_string())), Some(owner));
        assert_eq!(owners.get(key(server, "none")), None);
    }
}
