//! Whether an answer may go on: access that ends while a server answers ends the answer.

use std::sync::Arc;
use std::time::Duration;

use domain::ServerId;
use mcp::{Call, Method};
use policy::{Known, Target};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Gateway;
use crate::context::{Context, Message};
use crate::reader::Broken;

/// How often a silent answer is asked about. Dates that end access come without any change of the snapshot.
const AGAIN: Duration = Duration::from_millis(500);

/// The caller of an answer, asked about again while it goes on.
pub(crate) struct Standing {
    gateway: Gateway,
    credential: [u8; 32],
    server: ServerId,
    /// What the answer is an answer to. Its arguments are not asked about again: they decided when it was sent.
    message: Arc<Message>,
    /// Of the snapshot that was asked last.
    generation: u64,
    next: Instant,
    draining: CancellationToken,
}

impl Gateway {
    /// The standing of this request's caller.
    pub(crate) fn standing(&self, context: &Context) -> Standing {
        Standing {
            gateway: self.clone(),
            credential: context.caller.credential,
            server: context.server.id,
            message: context.message.clone(),
            generation: context.caller.snapshot.generation,
            next: Instant::now() + AGAIN,
            draining: self.inner.draining.clone(),
        }
    }
}

impl Standing {
    /// Asks again if anything has changed since it was asked last, or that is a while ago.
    pub(crate) fn holds(&mut self) -> bool {
        let generation = self.gateway.inner.parts.directory.generation();
        // Dates are looked at, too, where so much comes that nobody waits.
        (generation == self.generation && Instant::now() < self.next) || self.ask()
    }

    /// Comes back once the caller may not read on, or the program stops.
    pub(crate) async fn lost(&mut self) -> Broken {
        loop {
            tokio::select! {
                () = self.draining.cancelled() => return Broken::Draining,
                () = tokio::time::sleep_until(self.next) => {
                    if !self.ask() {
                        return Broken::AccessEnded;
                    }
                }
            }
        }
    }

    fn ask(&mut self) -> bool {
        let parts = &self.gateway.inner.parts;
        let (snapshot, now) = (parts.directory.load(), parts.env.now());
        self.generation = snapshot.generation;
        self.next = Instant::now() + AGAIN;
        let Ok(caller) = snapshot.authenticate(&self.credential, now) else { return false };
        let Some(server) = snapshot.servers.get(self.server) else { return false };
        let message = &self.message;
        let may = |target: Target<'_>, known: Known<'_>| {
            snapshot.authorize(&caller.person, server, target, now, known).is_allowed()
        };
        // Who may not read a resource any more may not hear of its changes, either.
        let watches = |uri: &String| may(Target::Resource(uri), Known::Call(message.facts(), None));
        may(message.target(), message.known()) && message.watched().iter().all(watches)
    }
}

impl Gateway {
    /// Whether the caller may hear this on a stream of changes, as far as it names a task, which must be the caller's, or a
    /// resource: rules and groups may have changed since it was subscribed to.
    pub(crate) fn may_hear(&self, context: &Context, call: &Call<'_>) -> bool {
        if call.method == Method::TasksStatus {
            return self.is_own_task(context, call.params.task_id.as_deref().unwrap_or_default());
        }
        let (Method::ResourcesUpdated, Some(uri)) = (&call.method, call.params.uri.as_deref()) else { return true };
        let parts = &self.inner.parts;
        let (snapshot, now) = (parts.directory.load(), parts.env.now());
        let Ok(caller) = snapshot.authenticate(&context.caller.credential, now) else { return false };
        let Some(server) = snapshot.servers.get(context.server.id) else { return false };
        let known = Known::Call(context.message.facts(), None);
        snapshot.authorize(&caller.person, server, Target::Resource(uri), now, known).is_allowed()
    }
}
