//! The two connections of HTTP+SSE (2024-11-05) to a server: a stream that stays open, and an address to post to that the
//! stream begins with. Everything that the server says comes on the one stream, so each message is handed to whoever it
//! is for.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method as Verb, StatusCode};
use mcp::{Envelope, Method, Raw};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::replies::Replies;
use crate::Gateway;
use crate::call::Context;
use crate::forward::{Fault, Outgoing};
use crate::limits::Pass;

/// Messages that wait for one reader; a reader that is slower than that loses the rest of its messages.
const AHEAD: usize = 256;
/// Time for the stream to begin.
const DEADLINE: Duration = Duration::from_secs(15);

/// An open stream of a server.
#[derive(Debug)]
pub(crate) struct SseLine {
    /// Where to post to; of the same origin as the server.
    address: String,
    readers: Mutex<Readers>,
    gone: CancellationToken,
}

#[derive(Debug, Default)]
struct Readers {
    /// By the JSON text of a request's id.
    calls: HashMap<String, (u64, mpsc::Sender<Bytes>)>,
    listeners: Vec<mpsc::Sender<Bytes>>,
    clock: u64,
}

impl Drop for SseLine {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}

impl SseLine {
    /// Opens the stream of a server.
    ///
    /// # Errors
    /// When the server does not begin such a stream.
    pub(crate) async fn open(gateway: &Gateway, context: &Context) -> Result<Arc<Self>, Fault> {
        let outgoing = Outgoing { method: Verb::GET, headers: HeaderMap::new(), to: None, body: None };
        let upstream = gateway.dispatch_own(context, outgoing).await?;
        let mut stream = Replies::listening(gateway, context, upstream)?;
        let first = tokio::time::timeout(DEADLINE, stream.next()).await.map_err(|_| Fault::Timeout)??;
        let first = first.ok_or(Fault::BrokenOff)?;
        let address = endpoint(&context.server.url, &first)
            .ok_or_else(|| Fault::NotMcp("the stream does not begin with an address to post to".to_owned()))?;
        let line = Arc::new(Self { address, readers: Mutex::default(), gone: CancellationToken::new() });
        let (weak, gone) = (Arc::downgrade(&line), line.gone.clone());
        gateway.inner.tasks.spawn(async move {
            let _ = gone.run_until_cancelled(read(stream, weak)).await;
            gone.cancel();
        });
        Ok(line)
    }

    /// Whether the stream has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.gone.is_cancelled()
    }

    /// Posts a message, without waiting for what comes of it.
    pub(crate) async fn post(
        &self,
        gateway: &Gateway,
        context: &Context,
        pass: Pass,
        body: Bytes,
    ) -> Result<Pass, Fault> {
        if self.has_ended() {
            return Err(Fault::SessionEnded);
        }
        let headers = HeaderMap::new();
        let outgoing = Outgoing { method: Verb::POST, headers, to: Some(self.address.clone()), body: Some(body) };
        let upstream = gateway.dispatch(context, pass, outgoing).await?;
        match upstream.response.status() {
            status if status.is_success() => Ok(upstream.permit),
            StatusCode::NOT_FOUND => Err(Fault::SessionEnded),
            status => Err(Fault::NotMcp(format!("{status} to a message"))),
        }
    }

    /// Sends a request; what it gives are the messages that belong to it.
    pub(crate) async fn request(
        &self,
        gateway: &Gateway,
        context: &Context,
        pass: Pass,
        body: Bytes,
    ) -> Result<Replies, Fault> {
        let id =
            std::str::from_utf8(&body).ok().and_then(|text| Some(Raw::parse(text).ok()?.get("id")?.text().to_owned()));
        let id = id.ok_or_else(|| Fault::NotMcp("a request without id".to_owned()))?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        {
            let mut readers = self.readers.lock();
            readers.clock += 1;
            let now = readers.clock;
            readers.calls.insert(id.clone(), (now, sender));
        }
        match self.post(gateway, context, pass, body).await {
            Ok(pass) => Ok(Replies::of_channel(gateway, context, pass, receiver)),
            Err(fault) => {
                self.readers.lock().calls.remove(&id);
                Err(fault)
            }
        }
    }

    /// What the server says unasked.
    pub(crate) fn listen(&self, gateway: &Gateway, context: &Context, pass: Pass) -> Replies {
        let (sender, receiver) = mpsc::channel(AHEAD);
        self.readers.lock().listeners.push(sender);
        Replies::of_channel(gateway, context, pass, receiver)
    }

    /// Hands a message to whoever it is for.
    fn deliver(&self, message: &Bytes) {
        let Ok(raw) = mcp::scan_with(message, mcp::Limits::RESPONSE) else { return };
        let mut readers = self.readers.lock();
        readers.calls.retain(|_, (_, sender)| !sender.is_closed());
        match Envelope::parse(raw) {
            Ok(Envelope::Response(reply)) => {
                let Some(id) = reply.id else { return };
                if let Some((_, sender)) = readers.calls.remove(id.text()) {
                    let _ = sender.try_send(message.clone());
                }
            }
            Ok(Envelope::Notification(call)) => match call.method {
                Method::Progress => {
                    let token = call.params.progress_token.map(|token| token.text().to_owned());
                    if let Some((_, sender)) = token.and_then(|token| readers.calls.get(&token)) {
                        let _ = sender.try_send(message.clone());
                    }
                }
                // This revision does not say which call a message belongs to.
                Method::LogMessage => readers.newest_call(message),
                _ => readers.all_listeners(message),
            },
            Ok(Envelope::Request(_)) => readers.newest_call(message),
            Err(_) => {}
        }
    }
}

impl Readers {
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

async fn read(mut stream: Replies, line: Weak<SseLine>) {
    while let Ok(Some(message)) = stream.next().await {
        let Some(line) = line.upgrade() else { return };
        line.deliver(&message);
    }
    if let Some(line) = line.upgrade() {
        // Who waits learns that nothing more will come.
        *line.readers.lock() = Readers::default();
    }
}

/// The address to post to: relative to the server's own, and of the same origin (a stream must not send credentials
/// elsewhere).
fn endpoint(server: &str, said: &[u8]) -> Option<String> {
    let base = reqwest::Url::parse(server).ok()?;
    let said = std::str::from_utf8(said).ok()?.trim();
    let url = (!said.starts_with('{')).then(|| base.join(said).ok()).flatten()?;
    (url.origin() == base.origin()).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_to_post_to_stays_at_the_server() {
        let at = |said: &str| endpoint("https://mcp.example.com/v1/sse", said.as_bytes());
        assert_eq!(at("/messages?s=1").as_deref(), Some("https://mcp.example.com/messages?s=1"));
        assert_eq!(at("messages").as_deref(), Some("https://mcp.example.com/v1/messages"));
        assert_eq!(at("https://mcp.example.com/m").as_deref(), Some("https://mcp.example.com/m"));
        assert_eq!(at("https://evil.example/m"), None);
        assert_eq!(at("//evil.example/m"), None);
        assert_eq!(at("http://mcp.example.com/m"), None);
        assert_eq!(at(r#"{"jsonrpc":"2.0"}"#), None);
    }
}
