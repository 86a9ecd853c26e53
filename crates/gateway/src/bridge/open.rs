//! A request under way in a session at an older server, of a client that has none there: sent, parked, or cancelled.

use std::sync::Arc;

use bytes::Bytes;
use mcp::{RawId, bridge, splice};
use tokio::time::Instant;

use super::LEVELS;
use super::asked::Round;
use super::lines::{Line, Whose};
use super::question::Question;
use super::replies::Replies;
use crate::Gateway;
use crate::context::Context;
use crate::forward::Fault;
use crate::limits::{Kind, Pass};

/// A request under way at a server.
pub(crate) struct Open {
    gateway: Gateway,
    pub(super) context: Context,
    pub(super) line: Arc<Line>,
    /// Its id there, as JSON.
    pub(super) id: String,
    pub(super) replies: Replies,
    /// Questions of the server that wait for answers.
    pub(super) questions: Vec<Question>,
    /// Questions that came just now: those that follow soon go to the client with them.
    pub(super) gathered: Vec<Question>,
    /// Until when they are waited for.
    pub(super) soon: Instant,
    /// When the client was asked.
    pub(super) parked: Instant,
    /// Questions that were put to the client so far.
    pub(super) numbered: usize,
    /// A question that the client itself answers: its id, as JSON.
    pub(super) asked: Option<(String, Round)>,
    /// The server's answer has come.
    pub(super) done: bool,
}

impl Drop for Open {
    /// Who gives up tells the server, which would work on otherwise (older revisions, "Cancellation").
    fn drop(&mut self) {
        if !self.done {
            self.gateway.cancel_in(&self.context, &self.line, &self.id);
        }
    }
}

/// A request that the server has not begun to answer. Dropped, it is cancelled.
struct Sent<'a> {
    gateway: &'a Gateway,
    context: &'a Context,
    line: &'a Arc<Line>,
    id: &'a str,
    begun: bool,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        if !self.begun {
            self.gateway.cancel_in(self.context, self.line, self.id);
        }
    }
}

impl Gateway {
    /// Tells a server in the background that nobody waits for this request any more.
    fn cancel_in(&self, context: &Context, line: &Arc<Line>, id: &str) {
        let (gateway, context, line) = (self.clone(), context.share(), line.clone());
        let body = bridge::cancelled_notification(id, "the client went away");
        self.inner.tasks.spawn(async move {
            if let Err(fault) = gateway.notify(&context, &line, body).await {
                tracing::debug!(server = %context.server.slug, %fault, "a call could not be cancelled");
            }
        });
    }

    /// Sends a translated request in this person's session, which is opened anew once if the server has forgotten it.
    pub(super) async fn open_request(
        &self,
        context: &Context,
        (whose, pass): (Whose<'_>, Pass),
        body: &Bytes,
        level: Option<usize>,
    ) -> Result<Open, Fault> {
        let mut turn = Some(pass);
        loop {
            let (pass, again) = match turn.take() {
                Some(pass) => (pass, true),
                None => (self.pass(context, Kind::Again, context.message.tool()).await?, false),
            };
            let line = self.line(context, whose).await?;
            let id = line.id();
            let ready = self.level(context, &line, level, again).await;
            let sent = match ready {
                Ok(()) => {
                    let request = in_session(body, &id).map_err(|error| Fault::NotMcp(error.to_string()))?;
                    let mut guard = Sent { gateway: self, context, line: &line, id: &id, begun: false };
                    let sent = self.request(context, pass, &line, request, again).await;
                    guard.begun = !matches!(sent, Err(Fault::Timeout | Fault::AccessEnded | Fault::Draining));
                    sent
                }
                Err(fault) => Err(fault),
            };
            match sent {
                Err(Fault::SessionEnded) if again => {
                    self.line_lost(context, whose, &line).await;
                }
                Err(fault) => return Err(fault),
                Ok(replies) => {
                    return Ok(Open {
                        replies,
                        gateway: self.clone(),
                        context: context.share(),
                        line,
                        id,
                        questions: Vec::new(),
                        gathered: Vec::new(),
                        soon: Instant::now(),
                        parked: Instant::now(),
                        numbered: 0,
                        asked: None,
                        done: false,
                    });
                }
            }
        }
    }

    /// Makes the session as talkative as a request wants it; the level is the session's, so it only ever grows.
    async fn level(&self, context: &Context, line: &Line, wanted: Option<usize>, again: bool) -> Result<(), Fault> {
        let Some(wanted) = wanted else { return Ok(()) };
        let deadline = self.limits(context, None).first_byte;
        let mut level = tokio::time::timeout(deadline, line.level.lock()).await.map_err(|_| Fault::Timeout)?;
        if level.is_some_and(|level| level <= wanted) {
            return Ok(());
        }
        let body = bridge::set_level_request(&line.id(), LEVELS[wanted]);
        let pass = self.pass(context, Kind::Own, None).await?;
        let mut replies = self.request(context, pass, line, body, again).await?;
        // A server without logging refuses; then there is nothing to hear.
        while let Some(message) = replies.next().await? {
            if mcp::Response::parse(&message).is_ok() {
                break;
            }
        }
        *level = Some(wanted);
        Ok(())
    }
}

/// A request with an id, and a progress token if it has one, that are unique in the session.
fn in_session(body: &[u8], id: &str) -> Result<Bytes, splice::SpliceError> {
    let id = RawId::parse(id).ok_or_else(|| splice::SpliceError::NoObject { path: "id".to_owned() })?;
    let body = splice::replace_id(body, id)?;
    let raw = mcp::scan_with(&body, mcp::Limits::RESPONSE)?;
    if raw.at_path(&["params", "_meta", "progressToken"]).is_none() {
        return Ok(body);
    }
    splice::set_member(&body, &["params", "_meta"], "progressToken", id.text())
}
