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
    pub(crate) fn call(&self, id: &str) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let mut all = self.0.lock();
        all.clock += 1;
        let begun = all.clock;
        all.calls.insert(id.to_owned(), (begun, sender));
        receiver
    }

    /// Forgets a call.
    pub(crate) fn end(&self, id: &str) {
        self.0.lock().calls.remove(id);
    }

    /// What belongs to no call.
    pub(crate) fn listen(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        self.0.lock().listeners.push(sender);
        receiver
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
