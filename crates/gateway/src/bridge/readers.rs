//! Who gets which message of a stream that belongs to a session as a whole: all that a server of 2024-11-05 says, and what
//! later ones say beside the answers to their calls.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method as Verb};
use mcp::{Envelope, Method};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::question;
use super::replies::Replies;
use crate::Gateway;
use crate::context::Context;
use crate::forward::Outgoing;

/// Messages that wait for one reader; a reader that is slower than that loses the rest of its messages.
const AHEAD: usize = 256;

/// How long the stream waits for the server to take an answer that is nobody else's.
const PATIENCE: Duration = Duration::from_secs(5);

/// Those who wait for messages of one stream.
#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    /// By the JSON text of a request's id.
    calls: HashMap<String, Caller>,
    listeners: Vec<mpsc::Sender<Bytes>>,
    clock: u64,
}

#[derive(Debug)]
struct Caller {
    begun: u64,
    /// The gateway asks something itself: nothing that a server says unasked belongs to it.
    own: bool,
    sender: mpsc::Sender<Bytes>,
}

/// The way to answer what a server asks on a stream.
pub(crate) struct Back {
    gateway: Gateway,
    context: Context,
    headers: HeaderMap,
    to: Option<String>,
}

impl Back {
    /// With the headers of a session, or to the address of a stream.
    pub(crate) fn new(gateway: &Gateway, context: &Context, headers: HeaderMap, to: Option<String>) -> Self {
        Self { gateway: gateway.clone(), context: context.share(), headers, to }
    }

    async fn say(&self, body: Bytes) {
        let (headers, to) = (self.headers.clone(), self.to.clone());
        let outgoing = Outgoing { method: Verb::POST, headers, to, body: Some(body) };
        if let Err(fault) = self.gateway.dispatch_own(&self.context, outgoing).await {
            tracing::debug!(server = %self.context.server.slug, %fault, "a server's request could not be answered");
        }
    }
}

/// One who waits for messages. Forgotten when dropped.
#[derive(Debug)]
pub(crate) struct Hearing {
    messages: mpsc::Receiver<Bytes>,
    call: Option<(Weak<Readers>, String)>,
}

impl Hearing {
    /// The next message; `None` when there will be none. May be awaited again after its future was dropped.
    pub(crate) async fn recv(&mut self) -> Option<Bytes> {
        self.messages.recv().await
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.messages.close();
        let Some((readers, id)) = &self.call else { return };
        let Some(readers) = readers.upgrade() else { return };
        let mut all = readers.0.lock();
        // Unless another call has the id by now.
        if all.calls.get(id).is_some_and(|caller| caller.sender.is_closed()) {
            all.calls.remove(id);
        }
    }
}

impl Readers {
    /// Hands out what the stream says, in the background, until it ends or nobody can be reached any more.
    pub(crate) fn read(self: &Arc<Self>, gateway: &Gateway, stream: Replies, back: Back, gone: CancellationToken) {
        let readers = Arc::downgrade(self);
        gateway.inner.tasks.spawn(async move {
            let _ = gone.run_until_cancelled(hand_out(stream, back, readers)).await;
            gone.cancel();
        });
    }

    /// The messages that belong to the call with this id, as JSON. `own`: the gateway asks for itself.
    pub(crate) fn call(self: &Arc<Self>, id: &str, own: bool) -> Hearing {
        let (sender, messages) = mpsc::channel(AHEAD);
        let mut all = self.0.lock();
        all.clock += 1;
        let begun = all.clock;
        all.calls.insert(id.to_owned(), Caller { begun, own, sender });
        Hearing { messages, call: Some((Arc::downgrade(self), id.to_owned())) }
    }

    /// What belongs to no call.
    pub(crate) fn listen(&self) -> Hearing {
        let (sender, messages) = mpsc::channel(AHEAD);
        self.0.lock().listeners.push(sender);
        Hearing { messages, call: None }
    }

    /// Hands a message to whoever it is for. What comes back is the answer to a request that is for nobody.
    fn deliver(&self, message: &Bytes) -> Option<Bytes> {
        let raw = mcp::scan_with(message, mcp::Limits::RESPONSE).ok()?;
        let mut all = self.0.lock();
        all.calls.retain(|_, caller| !caller.sender.is_closed());
        match Envelope::parse(raw) {
            Ok(Envelope::Response(reply)) => {
                if let Some(Caller { sender, .. }) = all.calls.remove(reply.id?.text()) {
                    let _ = sender.try_send(message.clone());
                }
            }
            Ok(Envelope::Notification(call)) => match call.method {
                Method::Progress => {
                    let token = call.params.progress_token.map(|token| token.text().to_owned());
                    if let Some(Caller { sender, .. }) = token.and_then(|token| all.calls.get(&token)) {
                        let _ = sender.try_send(message.clone());
                    }
                }
                // Such a stream does not say which call a message belongs to.
                Method::LogMessage if all.newest_call(message) => {}
                _ => all.all_listeners(message),
            },
            Ok(Envelope::Request(request)) => {
                // Whether the connection works is for nobody to say but whoever reads it (all revisions, "Ping").
                if request.call.method == Method::Ping || !all.newest_call(message) {
                    return Some(question::refusal(&request));
                }
            }
            Err(_) => {}
        }
        None
    }
}

impl All {
    /// False where nobody calls.
    fn newest_call(&self, message: &Bytes) -> bool {
        let calls = self.calls.values().filter(|caller| !caller.own);
        let newest = calls.max_by_key(|caller| caller.begun);
        newest.is_some_and(|caller| caller.sender.try_send(message.clone()).is_ok())
    }

    fn all_listeners(&mut self, message: &Bytes) {
        self.listeners.retain(|listener| !listener.is_closed());
        for listener in &self.listeners {
            let _ = listener.try_send(message.clone());
        }
    }
}

async fn hand_out(mut stream: Replies, back: Back, readers: Weak<Readers>) {
    while let Ok(Some(message)) = stream.next().await {
        let Some(readers) = readers.upgrade() else { return };
        if let Some(answer) = readers.deliver(&message) {
            drop(readers);
            let said = tokio::time::timeout(PATIENCE, back.say(answer)).await;
            if said.is_err() {
                tracing::debug!("a server did not take the answer to its request");
            }
        }
    }
    if let Some(readers) = readers.upgrade() {
        // Who waits learns that nothing more will come.
        *readers.0.lock() = All::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_no_longer_listens_is_forgotten() {
        let readers = Arc::<Readers>::default();
        let (mut one, two) = (readers.call("1", false), readers.call("2", false));
        readers.deliver(&Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#));
        assert!(one.recv().await.is_some() && one.recv().await.is_none(), "an answer is the last");
        drop(two);
        assert!(readers.0.lock().calls.is_empty(), "also when the server says nothing any more");
        // A call that ends does not take a newer one of its id with it.
        let (old, mut new) = (readers.call("3", false), readers.call("3", false));
        drop(old);
        readers.deliver(&Bytes::from_static(br#"{"jsonrpc":"2.0","id":3,"result":{}}"#));
        assert!(new.recv().await.is_some());
    }

    #[tokio::test]
    async fn what_a_server_asks_is_for_the_newest_call_or_is_answered() {
        let readers = Arc::<Readers>::default();
        let asked = |method: &str| Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":"s","method":"{method}"}}"#));
        let answered = |answer: Option<Bytes>| String::from_utf8(answer.expect("an answer").to_vec()).unwrap();
        let _listener = readers.listen();
        assert!(answered(readers.deliver(&asked("roots/list"))).contains("-32601"), "nobody calls");
        assert_eq!(answered(readers.deliver(&asked("ping"))), r#"{"jsonrpc":"2.0","id":"s","result":{}}"#);
        let mut call = readers.call("1", false);
        let _own = readers.call("2", true);
        assert_eq!(readers.deliver(&asked("roots/list")), None);
        assert_eq!(call.recv().await, Some(asked("roots/list")), "what the gateway asks itself has no answers to give");
        assert!(readers.deliver(&asked("ping")).is_some());
    }
}
