//! Other nodes: a request about something that one of them holds is passed on to it.
//!
//! Any node serves any request, as ids are sealed tokens. But an open connection is held by one node: a session that the
//! gateway keeps with a client (its log level, its requests under way, its questions), a call that waits for input, a
//! stream of HTTP+SSE. Their tokens name that node, the home. A request for another home goes there as it came, with
//! the caller's credential, so that the home checks everything anew; what it answers comes back as it is. When the home
//! is gone, all nodes agree on another one, and what only the home knew is lost: at most a log level, subscriptions, and
//! calls that waited for somebody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use chrono::TimeDelta;
use domain::NodeId;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use mcp::Mirrored;
use net::Peers;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::limits::slow::Source;
use crate::refusal::Refusal;
use crate::session::session_key;
use crate::{Endpoint, Gateway, http_sse};

/// Says that another node has passed a request on, and for whom. Sealed with the key that all nodes share.
const PASSED_ON: HeaderName = HeaderName::from_static("x-drawbridge-passed-on");
const PURPOSE: &str = "node-passed-on";
/// How long such a header opens.
const VALID: TimeDelta = TimeDelta::seconds(60);
/// How long a node that did not take a connection is left alone.
const DOWN: Duration = Duration::from_secs(5);
/// What a node may take longer than the server's own limits say.
const MARGIN: Duration = Duration::from_secs(15);
/// Headers that belong to one connection (RFC 9110 section 7.6.1), and what is made anew for the next.
const OF_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "expect",
];

/// What a node says to the one that it passes a request on to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PassedOn {
    /// The address of the client.
    pub(crate) ip: Option<IpAddr>,
    until: i64,
}

/// Another node that has to serve a request.
pub(crate) struct Elsewhere {
    node: NodeId,
    address: Arc<str>,
}

/// What became of a request for another node.
pub(crate) enum Sent {
    /// It answered.
    Answer(Response<Body>),
    /// It is gone; the request has to be served here.
    Back(Bytes),
}

/// The way to the other nodes.
pub(crate) struct Others {
    peers: Peers,
    /// Nodes that did not take a connection, and when.
    down: Mutex<HashMap<NodeId, Instant>>,
}

impl Others {
    pub(crate) fn new(peers: Peers) -> Self {
        Self { peers, down: Mutex::default() }
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.down.lock().get(&node).is_none_or(|since| since.elapsed() >= DOWN)
    }

    fn is_down(&self, node: NodeId) {
        let mut down = self.down.lock();
        down.retain(|_, since| since.elapsed() < DOWN);
        down.insert(node, Instant::now());
    }
}

/// The body of another node's answer.
struct Brought {
    answer: reqwest::Response,
    stop: CancellationToken,
}

impl Source for Brought {
    async fn step(mut self) -> (Option<std::io::Result<Bytes>>, Option<Self>) {
        let chunk = tokio::select! {
            chunk = self.answer.chunk() => chunk,
            // As an error, lest what is missing is not missed.
            () = self.stop.cancelled() => {
                return (Some(Err(std::io::Error::other("this node is shutting down"))), None);
            }
        };
        match chunk {
            Ok(Some(chunk)) => (Some(Ok(chunk)), Some(self)),
            Ok(None) => (None, None),
            Err(error) => (Some(Err(std::io::Error::other(error))), None),
        }
    }

    /// The other node finds that nobody reads, and records it.
    async fn abandon(self, idle: Duration) {
        tracing::debug!(?idle, "an answer of another node was cut: its client does not read");
    }
}

impl Gateway {
    /// This node.
    pub(crate) fn node(&self) -> NodeId {
        self.inner.parts.ledger.node()
    }

    /// The node that has to serve this request, if that is another one: the home of its session or stream.
    pub(crate) fn home(&self, context: &Context, endpoint: Endpoint, query: &str) -> Option<Elsewhere> {
        let nodes = self.inner.parts.directory.nodes();
        if nodes.is_empty() || context.caller.passed_on {
            return None;
        }
        if endpoint == Endpoint::Messages {
            return self.elsewhere(context, http_sse::node_of(http_sse::session_of(query)?)?);
        }
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));
        let token = mirrored.session_id().ok().flatten()?;
        let home = self.session(context, token)?.home()?;
        let up = |node| self.inner.others.is_up(node);
        let serving = nodes.serving(home, self.node(), &session_key(token), up);
        self.elsewhere(context, serving)
    }

    /// The other node, if it runs.
    pub(crate) fn elsewhere(&self, context: &Context, node: NodeId) -> Option<Elsewhere> {
        if context.caller.passed_on || node == self.node() || !self.inner.others.is_up(node) {
            return None;
        }
        let address = self.inner.parts.directory.nodes().address(node).cloned()?;
        Some(Elsewhere { node, address })
    }

    /// Passes a request on to another node.
    ///
    /// # Errors
    /// When the node may have got the request but did not answer.
    pub(crate) async fn pass_on(
        &self,
        context: &Context,
        to: &Elsewhere,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Sent, Refusal> {
        // What it asks for is not read here, and tools may have more time than others.
        let tools = context.server.limits.tools.keys().map(|tool| self.limits(context, Some(tool)));
        let limits = self.limits(context, None);
        let longest = tools.chain([limits]).map(|limits| limits.first_byte + limits.total).max().unwrap_or_default();
        let deadline = limits.queue_wait + longest + MARGIN;
        let headers = self.headers_of_passed_on(context)?;
        let asked = self.inner.others.peers.send(&to.address, method, path, headers, body.clone());
        let answered = tokio::select! {
            answered = tokio::time::timeout(deadline, asked) => answered,
            () = self.inner.draining.cancelled() => return Err(gone("this node is shutting down; call again")),
        };
        match answered {
            Ok(Ok(response)) => {
                self.inner.metrics.passed_on("answered");
                Ok(Sent::Answer(self.brought_back(context, response)))
            }
            Ok(Err(error)) if error.before_sending() => {
                tracing::warn!(node = %to.node, %error, "a node does not answer; its request is served here");
                self.inner.others.is_down(to.node);
                self.inner.metrics.passed_on("served_here");
                Ok(Sent::Back(body))
            }
            Ok(Err(error)) => {
                tracing::warn!(node = %to.node, %error, "a node broke off");
                self.inner.metrics.passed_on("failed");
                Err(gone("the node that worked on this went away; call again"))
            }
            Err(_) => {
                self.inner.metrics.passed_on("failed");
                Err(gone("the node that works on this did not answer in time; call again"))
            }
        }
    }

    fn headers_of_passed_on(&self, context: &Context) -> Result<HeaderMap, Refusal> {
        let parts = &self.inner.parts;
        let says = PassedOn { ip: context.caller.ip, until: (parts.env.now() + VALID).timestamp() };
        let plain = serde_json::to_vec(&says).unwrap_or_default();
        let sealed = parts.vault.seal_token(PURPOSE, &context.caller.credential, &plain).ok();
        let sealed = sealed.and_then(|sealed| HeaderValue::try_from(sealed).ok());
        let mut headers = kept(&context.headers);
        headers.insert(PASSED_ON, sealed.ok_or_else(|| gone("the request could not be passed on; call again"))?);
        Ok(headers)
    }

    /// The answer of another node, until this one stops.
    fn brought_back(&self, context: &Context, answer: reqwest::Response) -> Response<Body> {
        let (status, headers) = (answer.status(), kept(answer.headers()));
        let brought = Brought { answer, stop: self.inner.draining.clone() };
        let idle = self.limits(context, None).idle;
        let mut response = Response::new(self.watched(brought, idle, context.hangup.clone()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// Whether another node has passed this request on for the owner of this credential, and for which client.
    pub(crate) fn was_passed_on(&self, headers: &HeaderMap, credential: &[u8; 32]) -> Option<PassedOn> {
        let parts = &self.inner.parts;
        let sealed = headers.get(PASSED_ON)?.to_str().ok()?;
        let plain = parts.vault.open_token(PURPOSE, credential, sealed)?;
        let says: PassedOn = serde_json::from_slice(&plain).ok()?;
        (parts.env.now().timestamp() < says.until).then_some(says)
    }
}

/// What goes on to the next connection.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let goes_on = |name: &HeaderName| {
        !OF_CONNECTION.contains(&name.as_str()) && *name != PASSED_ON && named.iter().all(|one| one != name.as_str())
    };
    headers.iter().filter(|(name, _)| goes_on(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn gone(text: &str) -> Refusal {
    Refusal::http(StatusCode::BAD_GATEWAY, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_connection_stays_with_it() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer dbk_x"),
            ("host", "drawbridge.example.com"),
            ("mcp-session-id", "abc"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("transfer-encoding", "chunked"),
            ("content-length", "5"),
            ("x-drawbridge-passed-on", "forged"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let kept = kept(&headers);
        let mut names: Vec<_> = kept.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "host", "mcp-session-id"]);
    }
}
