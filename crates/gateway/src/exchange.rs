//! A request whose answer is awaited.

use std::sync::Arc;

use mcp::{Generation, ListKind, ProtocolVersion, RawId, RpcError};

use crate::refusal::Refusal;
use crate::settle::Settle;
use crate::task::Starter;
use crate::track::Track;

/// What is known about a request while its answer is awaited.
pub(crate) struct Exchange {
    /// The id as it was written, to recognise the answer.
    pub(crate) id: Box<str>,
    pub(crate) generation: Generation,
    /// The answer is this list.
    pub(crate) list: Option<ListKind>,
    /// The answer opens a session or describes the server.
    pub(crate) describes_server: bool,
    /// The answer opens a session.
    pub(crate) opens: Option<Opening>,
    /// The answer is a stream of events that goes on as long as the client wants it (`subscriptions/listen`).
    pub(crate) listens: bool,
    /// The method and name of a call that the server itself may interrupt to ask for input (2026-07-28).
    pub(crate) about: Option<Box<str>>,
    /// The request belongs to a session.
    pub(crate) in_session: bool,
    /// The client knows events without data, which prime a stream for resumption (2025-11-25).
    pub(crate) primes: bool,
    /// It is a call that may start a task.
    pub(crate) starter: Option<Starter>,
    /// The outcome that is owed.
    pub(crate) settle: Option<Settle>,
    pub(crate) track: Arc<Track>,
}

/// A handshake of the older revisions.
#[derive(Clone)]
pub(crate) struct Opening {
    /// What the client calls itself: name and version.
    pub(crate) client: Option<(String, Option<String>)>,
    /// The revision that the client asked for, as far as it is known here.
    pub(crate) version: ProtocolVersion,
}

impl Exchange {
    pub(crate) fn raw_id(&self) -> Option<RawId<'_>> {
        RawId::parse(&self.id)
    }

    /// Whether an odd answer tells that the server speaks another generation than it did.
    pub(crate) fn tells_speech(&self) -> bool {
        self.opens.is_some() || self.generation == Generation::Modern
    }

    pub(crate) fn refusal(&self, error: &RpcError) -> Refusal {
        Refusal::rpc(error, self.raw_id(), self.generation)
    }
}
