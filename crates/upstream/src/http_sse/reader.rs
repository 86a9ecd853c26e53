//! Reads the stream: first the address for messages, then messages.

use std::sync::Arc;

use mcp::result::{Response as RpcResponse, ResponseError};
use mcp::sse::{Decoder, Event};
use net::{NetError, Url};
use reqwest::Response;
use rmcp::model::ServerJsonRpcMessage;
use tokio::sync::{mpsc, oneshot};

use super::session::Desk;
use crate::wire::Wire;
use crate::{Failure, shown};

pub(super) struct Reader {
    base: Url,
    max: usize,
    desk: Arc<Desk>,
    requests: mpsc::Sender<ServerJsonRpcMessage>,
    /// Until the address has come.
    endpoint: Option<oneshot::Sender<Result<Url, Failure>>>,
    /// Bytes since the last answer.
    read: usize,
    broken: Option<Failure>,
}

impl Reader {
    pub(super) fn new(
        wire: &Wire,
        desk: Arc<Desk>,
        requests: mpsc::Sender<ServerJsonRpcMessage>,
        endpoint: oneshot::Sender<Result<Url, Failure>>,
    ) -> Self {
        let (base, max) = (wire.url().clone(), wire.max_body());
        Self { base, max, desk, requests, endpoint: Some(endpoint), read: 0, broken: None }
    }

    /// Reads until the stream ends or breaks.
    pub(super) async fn run(mut self, response: Response) {
        let why = self.read(response).await;
        self.desk.close(why);
    }

    async fn read(&mut self, mut response: Response) -> Failure {
        let mut decoder = Decoder::new(self.max);
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Failure::StreamEnded,
                Err(error) => return NetError::of_body(&error, response.url()).into(),
            };
            self.read = self.read.saturating_add(chunk.len());
            if self.read > self.max {
                return Failure::TooLarge { method: self.desk.method(), limit: self.max };
            }
            let decoded = decoder.push(&chunk, |event| self.hear(&event));
            if let Some(broken) = self.broken.take() {
                return broken;
            }
            if let Err(error) = decoded {
                return Failure::Malformed { why: error.to_string() };
            }
        }
    }

    fn hear(&mut self, event: &Event<'_>) {
        if event.data.is_empty() {
            return;
        }
        match self.endpoint.take() {
            // Who asked may have given up.
            Some(endpoint) => drop(endpoint.send(address(&self.base, event))),
            None if event.event == "message" => self.take(event.data),
            None => {}
        }
    }

    fn take(&mut self, data: &[u8]) {
        match RpcResponse::parse(data) {
            Ok(response) => {
                if self.desk.answer(response.id, data) {
                    self.read = 0;
                }
            }
            Err(ResponseError::NotAResponse) => self.pass_on(data),
            Err(ResponseError::Unreadable(why)) => self.broken = Some(Failure::Malformed { why: why.to_string() }),
            Err(other) => self.broken = Some(Failure::NotMcp { why: other.to_string() }),
        }
    }

    /// A server may ping before it answers. Notifications are passed over: nobody waits for them, and rmcp would log
    /// the server's words.
    fn pass_on(&self, data: &[u8]) {
        if let Ok(request @ ServerJsonRpcMessage::Request(_)) = serde_json::from_slice(data) {
            drop(self.requests.try_send(request));
        }
    }
}

/// The address for messages, at the origin of the stream.
fn address(base: &Url, event: &Event<'_>) -> Result<Url, Failure> {
    if event.event != "endpoint" {
        return Err(Failure::NoEndpoint { event: event.event.to_owned() });
    }
    let mut url = std::str::from_utf8(event.data)
        .ok()
        .and_then(|text| base.join(text.trim()).ok())
        .ok_or_else(|| Failure::NotMcp { why: "its address for messages is no URL".to_owned() })?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::ForeignEndpoint { to: shown(&url) });
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(data: &str) -> Result<String, Failure> {
        let base = Url::parse("https://mcp.example.com/team/sse?key=1").unwrap();
        let event = Event { event: "endpoint", data: data.as_bytes(), id: None, span: 0..0 };
        address(&base, &event).map(String::from)
    }

    #[test]
    fn an_address_is_resolved_against_that_of_the_stream() {
        for (data, url) in [
            ("/messages?sessionId=1", "https://mcp.example.com/messages?sessionId=1"),
            ("messages/?s=1", "https://mcp.example.com/team/messages/?s=1"),
            ("?session=1", "https://mcp.example.com/team/sse?session=1"),
            ("https://mcp.example.com:443/m", "https://mcp.example.com/m"),
            (" /m#part ", "https://mcp.example.com/m"),
        ] {
            assert_eq!(resolved(data).as_deref(), Ok(url), "{data}");
        }
    }

    #[test]
    fn another_origin_is_refused() {
        for data in [
            "https://elsewhere.example/m",
            "//elsewhere.example/m",
            "http://mcp.example.com/m",
            "https://mcp.example.com:8443/m",
            "https://you:secret@mcp.example.com/m",
            r"\\elsewhere.example\m",
            "data:text/plain,hello",
            "file:///etc/passwd",
        ] {
            assert!(matches!(resolved(data), Err(Failure::ForeignEndpoint { .. })), "{data}: {:?}", resolved(data));
        }
        assert!(matches!(resolved("https://["), Err(Failure::NotMcp { .. })));
    }
}
