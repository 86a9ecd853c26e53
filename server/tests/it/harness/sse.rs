//! A client of 2024-11-05: one long stream, and an address to post to.

use std::time::Duration;

use serde_json::{Value, json};

use super::mcp::{CLIENT, events};
use super::{App, PATIENCE};

/// The one revision that it knows.
pub(crate) const REVISION: &str = "2024-11-05";

/// An open stream and the address that belongs to it.
pub(crate) struct SseClient {
    http: reqwest::Client,
    key: String,
    address: String,
    stream: reqwest::Response,
    /// What has arrived of an event that is not whole.
    begun: String,
}

impl SseClient {
    /// Opens the stream at this address, whose first event names where to post to.
    pub(crate) async fn open(app: &App, url: &str, key: &str) -> Self {
        let request = app.http.get(url).bearer_auth(key).header("accept", "text/event-stream");
        let stream = request.timeout(Duration::from_mins(10)).send().await.expect("an answer");
        assert_eq!(stream.status(), 200);
        let (http, key) = (app.http.clone(), key.to_owned());
        let mut client = Self { http, key, address: String::new(), stream, begun: String::new() };
        let first = client.event().await;
        let address = first.strip_prefix("event: endpoint\ndata: ").expect("the address comes first");
        client.address = format!("{}{address}", app.base);
        client
    }

    /// The same, with its handshake.
    pub(crate) async fn connect(app: &App, url: &str, key: &str) -> Self {
        let mut client = Self::open(app, url, key).await;
        let opened = client.request(&Self::initialize()).await.pop().expect("an answer");
        assert_eq!(opened["result"]["protocolVersion"], REVISION, "{opened}");
        let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(client.post(&note).await, 202);
        client
    }

    /// The request that opens a session.
    pub(crate) fn initialize() -> Value {
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": REVISION, "capabilities": {}, "clientInfo": { "name": CLIENT.0, "version": CLIENT.1 } } })
    }

    /// Posts a message; what comes of it comes on the stream.
    pub(crate) async fn post(&self, message: &Value) -> u16 {
        self.post_as(&self.key, message).await
    }

    /// The same as somebody else.
    pub(crate) async fn post_as(&self, key: &str, message: &Value) -> u16 {
        let request = self.http.post(&self.address).bearer_auth(key).header("content-type", "application/json");
        request.body(message.to_string()).send().await.expect("an answer").status().as_u16()
    }

    /// Posts a request and reads up to its answer, which is the last of the messages.
    pub(crate) async fn request(&mut self, request: &Value) -> Vec<Value> {
        assert_eq!(self.post(request).await, 202);
        let mut messages = Vec::new();
        loop {
            messages.extend(events(&self.event().await));
            if messages.last().is_some_and(|last| last["id"] == request["id"] && last.get("method").is_none()) {
                return messages;
            }
        }
    }

    /// The answer to a request; nothing where the stream ends or has ended instead.
    pub(crate) async fn ask(&mut self, request: &Value) -> Option<Value> {
        if self.post(request).await != 202 {
            return None;
        }
        loop {
            let said = events(&self.next_event().await?).pop();
            if let Some(said) = said.filter(|said| said["id"] == request["id"] && said.get("method").is_none()) {
                return Some(said);
            }
        }
    }

    /// The next message, whatever it belongs to.
    pub(crate) async fn message(&mut self) -> Value {
        loop {
            if let Some(message) = events(&self.event().await).pop() {
                return message;
            }
        }
    }

    /// Reads what is left of the stream.
    pub(crate) async fn ended(&mut self) {
        let rest = async { while self.stream.chunk().await.expect("the stream is whole").is_some() {} };
        tokio::time::timeout(PATIENCE, rest).await.expect("it ends");
    }

    async fn event(&mut self) -> String {
        self.next_event().await.expect("the stream goes on")
    }

    /// The next event, without the blank line that ends it; nothing at the end of the stream.
    async fn next_event(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.begun.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.begun = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.stream.chunk()).await.expect("in time");
            let chunk = chunk.expect("the stream is whole")?;
            // The tests that use this send no text beyond ASCII, so no chunk ends inside a character.
            self.begun.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }
}
