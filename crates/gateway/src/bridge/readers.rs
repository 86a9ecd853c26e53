//! Who gets which message of a stream that belongs to a session as a whole: all that a server of 2024-11-05 says, and what
//! later ones say beside the answers to their calls.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use mcp::{Envelope, Method};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::replies::Replies;
use crate::Gateway;

/// Messages that wait for one reader; a reader that is slower than that loses the rest of its messages.
const AHEAD: usize = 256;

/// Those who wait for messages of one stream.
#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    /// By the JSON text of a request's id.
    calls: HashMap<String, (u64, mpsc::Sender<Bytes>)>,
    listeners: Vec<mpsc::Sender<Bytes>>,
    clock: u64,
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
        if all.calls.get(id).is_some_and(|(_, sender)| sender.is_closed()) {
            all.calls.remove(id);
        }
    }
}

impl Readers {
    /// Hands out what the stream says, in the background, until it ends or nobody can be reached any more.
    pub(crate) fn read(self: &Arc<Self>, gateway: &Gateway, stream: Replies, gone: CancellationToken) {
        let readers = Arc::downgrade(self);
        gateway.inner.tasks.spawn(async move {
            let _ = gone.run_until_cancelled(hand_out(stream, readers)).await;
            gone.cancel();
        });
    }

    /// The messages that belong to the call with this id, as JSON.
    pub(crate) fn call(self: &Arc<Self>, id: &str) -> Hearing {
        let (sender, messages) = mpsc::channel(AHEAD);
        let mut all = self.0.lock();
        all.clock += 1;
        let begun = all.clock;
        all.calls.insert(id.to_owned(), (begun, sender));
        Hearing { messages, call: Some((Arc::downgrade(self), id.to_owned())) }
    }

    /// What belongs to no call.
    pub(crate) fn listen(&self) -> Hearing {
        let (sender, messages) = mpsc::channel(AHEAD);
        self.0.lock().listeners.push(sender);
        Hearing { messages, call: None }
    }

    /// Hands a message to whoever it is for.
    fn deliver(&self, message: &Bytes) {
        let Ok(raw) = mcp::scan_with(message, mcp::Limits::RESPONSE) else { return };
        let mut all = self.0.lock();
        all.calls.retain(|_, (_, sender)| !sender.is_closed());
        match Envelope::parse(raw) {
            Ok(Envelope::Response(reply)) => {
                let Some(id) = reply.id else { return };
                if let Some((_, sender)) = all.calls.remove(id.text()) {
                    let _ = sender.try_send(message.clone());
                }
            }
            Ok(Envelope::Notification(call)) => match call.method {
                Method::Progress => {
                    let token = call.params.progress_token.map(|token| token.text().to_owned());
                    if let Some((_, sender)) = token.and_then(|token| all.calls.get(&token)) {
                        let _ = sender.try_send(message.clone());
                    }
                }
                // Such a stream does not say which call a message belongs to.
                Method::LogMessage => all.newest_call(message),
                _ => all.all_listeners(message),
            },
            Ok(Envelope::Request(_)) => all.newest_call(message),
            Err(_) => {}
        }
    }
}

impl All {
    fn newest_call(&mut self, message: &Bytes) {
        match self.calls.values().max_by_key(|(begun, _)| *begun) {
            Some((_, sender)) => drop(sender.try_send(message.clone())),
            None => self.all_listeners(message),
        }
    }

    fn all_listeners(&mut self, message: &Bytes) {
        self.listeners.retain(|listener| !listener.is_closed());
        for listener in &self.listeners {
            let _ = listener.try_send(message.clone());
        }
    }
}

async fn hand_out(mut stream: Replies, readers: Weak<Readers>) {
    while let Ok(Some(message)) = stream.next().await {
        let Some(readers) = readers.upgrade() else { return };
        readers.deliver(&message);
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
        let (mut one, two) = (readers.call("1"), readers.call("2"));
        readers.deliver(&Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#));
        assert!(one.recv().await.is_some() && one.recv().await.is_none(), "an answer is the last");
        drop(two);
        assert!(readers.0.lock().calls.is_empty(), "also when the server says nothing any more");
        // A call that ends does not take a newer one of its id with it.
        let (old, mut new) = (readers.call("3"), readers.call("3"));
        drop(old);
        readers.deliver(&Bytes::from_static(br#"{"jsonrpc":"2.0","id":3,"result":{}}"#));
        assert!(new.recv().await.is_some());
    }
}
