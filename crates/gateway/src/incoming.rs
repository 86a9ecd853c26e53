//! One message of a client, read and understood, on its way to a server of another generation.

use axum::body::Body;
use bytes::Bytes;
use http::{Response, StatusCode};
use mcp::{Envelope, Generation, ProtocolVersion, RpcError, splice};

use crate::answer::json_response;
use crate::context::{Context, client_of};
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::settle::Settle;
use crate::task::Starter;

/// A message and what is known about it.
pub(crate) struct Incoming<'a> {
    /// As it was sent.
    pub(crate) body: &'a Bytes,
    pub(crate) envelope: &'a Envelope<'a>,
    pub(crate) version: ProtocolVersion,
    pub(crate) session: Option<&'a Session>,
}

impl Incoming<'_> {
    pub(crate) fn generation(&self) -> Generation {
        self.version.generation()
    }

    /// Whether the client knows events without data.
    pub(crate) fn primes(&self) -> bool {
        self.version.knows_priming()
    }

    /// The JSON text of the id; `null` where there is none.
    pub(crate) fn id(&self) -> &str {
        self.envelope.id().map_or("null", mcp::RawId::text)
    }

    pub(crate) fn refusal(&self, error: &RpcError) -> Refusal {
        Refusal::rpc(error, self.envelope.id(), self.generation())
    }

    /// What the AI client calls itself.
    pub(crate) fn client(&self, context: &Context) -> Option<(String, Option<String>)> {
        client_of(self.envelope.call(), self.session, &context.headers)
    }

    /// A response with this result.
    pub(crate) fn wrap(&self, result: &[u8]) -> Bytes {
        match self.envelope.id() {
            Some(id) => splice::wrap_result(id, result),
            None => Bytes::new(),
        }
    }

    /// Answers with this result.
    pub(crate) fn result(&self, result: &[u8]) -> Response<Body> {
        json_response(StatusCode::OK, Body::from(self.wrap(result)))
    }

    /// What is known about the request while its answer is awaited.
    pub(crate) fn exchange(&self, context: &Context, settle: Option<Settle>) -> Exchange {
        Exchange {
            id: self.id().into(),
            generation: self.generation(),
            list: self.envelope.call().and_then(|call| call.method.list_kind()),
            describes_server: false,
            opens: None,
            listens: false,
            about: None,
            in_session: false,
            primes: self.primes(),
            starter: self.envelope.call().and_then(|call| Starter::of(context, call)),
            settle,
            track: context.track.clone(),
        }
    }
}
