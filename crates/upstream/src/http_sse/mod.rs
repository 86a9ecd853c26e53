//! HTTP+SSE, the transport of MCP 2024-11-05: one long event stream from the server, and an address of its own for
//! what the client sends.
//!
//! rmcp has no client for it. A [`Session`] holds the stream and matches answers to requests by their ids; [`Pipe`]
//! is what rmcp shakes hands through. The lists are asked for over the same session.

mod pipe;
mod reader;
mod session;

use std::sync::{Arc, Mutex};

use rmcp::{ClientLifecycleMode, ClientServiceExt};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::session::Session;

use self::pipe::Pipe;
use crate::adapter::Seen;
use crate::handshake::{Channel, Established, Served, us};
use crate::wire::Wire;
use crate::{Failure, Limits};

/// Why there is no session.
pub(crate) struct Stopped {
    pub(crate) failure: Failure,
    /// Whether it is certain that the server speaks this transport.
    pub(crate) certain: bool,
}

/// Opens a session and shakes hands, within the time of one step.
pub(crate) async fn establish(wire: &Wire, limits: &Limits) -> Result<Established, Stopped> {
    let begun = Instant::now();
    let until = begun + limits.step;
    let opened = match timeout_at(until, Session::open(wire)).await {
        Ok(opened) => opened,
        Err(_) => Err(Failure::Timeout { method: "GET".to_owned(), after: limits.step }),
    };
    let (session, requests) = opened.map_err(|failure| {
        let certain = matches!(failure, Failure::ForeignEndpoint { .. });
        Stopped { failure, certain }
    })?;
    let session = Arc::new(session);
    let seen = Arc::new(Mutex::new(Seen { first_answer: Some(begun.elapsed()), ..Seen::default() }));
    let pipe = Pipe::new(Arc::clone(&session), requests, Arc::clone(&seen), until, limits.step);
    let us = us(rmcp::model::ProtocolVersion::V_2024_11_05);
    let served = timeout_at(until, us.serve_with_lifecycle(pipe, ClientLifecycleMode::Initialize)).await;
    let served = Served { outcome: served.ok(), seen, channel: Channel::HttpSse(session) };
    served.established(limits).map_err(|failed| Stopped { failure: failed.failure, certain: true })
}
