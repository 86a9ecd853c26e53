//! The two connections of HTTP+SSE (2024-11-05) to a server: a stream that stays open, and an address to post to that the
//! stream begins with. Everything that the server says comes on the one stream, so each message is handed to whoever it
//! is for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method as Verb, StatusCode};
use tokio_util::sync::CancellationToken;

use super::readers::{Back, Readers};
use super::replies::Replies;
use crate::Gateway;
use crate::context::{Context, Message};
use crate::forward::{Fault, Outgoing};
use crate::limits::Pass;

/// Time for the stream to begin.
const DEADLINE: Duration = Duration::from_secs(15);

/// An open stream of a server.
#[derive(Debug)]
pub(crate) struct SseLine {
    /// Where to post to; of the same origin as the server.
    address: String,
    readers: Arc<Readers>,
    gone: CancellationToken,
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
        // It serves whatever this person asks later, not only what is asked now.
        let context = &Context { message: Message::unread(context.caller.ip).into(), ..context.share() };
        let upstream = gateway.dispatch_own(context, outgoing).await?;
        let mut stream = Replies::listening(gateway, context, upstream)?;
        let first = tokio::time::timeout(DEADLINE, stream.next()).await.map_err(|_| Fault::Timeout)??;
        let first = first.ok_or(Fault::BrokenOff)?;
        let address = endpoint(&context.server.url, &first)
            .ok_or_else(|| Fault::NotMcp("the stream does not begin with an address to post to".to_owned()))?;
        let line = Arc::new(Self { address, readers: Arc::default(), gone: CancellationToken::new() });
        let back = Back::new(gateway, context, HeaderMap::new(), Some(line.address.clone()));
        line.readers.read(gateway, stream, back, line.gone.clone());
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
        let id = crate::messages::id_of(&body).ok_or_else(|| Fault::NotMcp("a request without id".to_owned()))?;
        let hearing = self.readers.call(&id, pass.own);
        let pass = self.post(gateway, context, pass, body).await?;
        Ok(Replies::of_channel(gateway, context, pass, hearing))
    }

    /// What the server says unasked.
    pub(crate) fn listen(&self, gateway: &Gateway, context: &Context, pass: Pass) -> Replies {
        Replies::listening_to(gateway, context, pass, self.readers.listen())
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
