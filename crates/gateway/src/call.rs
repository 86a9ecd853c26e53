//! One message: parsed, authorised, admitted, and sent the way it has to go.

use axum::body::Body;
use bytes::Bytes;
use directory::Access;
use domain::{AuditAction, Outcome};
use http::{HeaderMap, Response, StatusCode, header};
use ledger::Payload;
use mcp::{Call, Envelope, Generation, Method, Mirrored, ProtocolVersion, Raw, RpcError};

use crate::Gateway;
use crate::bridge::{Pairing, parked};
use crate::context::{Context, Message};
use crate::exchange::{Exchange, Opening};
use crate::forward::{Fault, Upstream};
use crate::incoming::Incoming;
use crate::limits::{Kind, Pass};
use crate::nodes::Sent;
use crate::permission::ledger_unavailable;
use crate::refusal::Refusal;
use crate::sealed::{self, Unsealed};
use crate::session;
use crate::settle::{self, Settle};
use crate::task::{self, Starter};

/// The revisions that a client may speak here. Which of them a server speaks is for the server to say.
pub(crate) const SUPPORTED: &[ProtocolVersion] = &[
    ProtocolVersion::V2024_11_05,
    ProtocolVersion::V2025_03_26,
    ProtocolVersion::V2025_06_18,
    ProtocolVersion::V2025_11_25,
    ProtocolVersion::V2026_07_28,
];

impl Gateway {
    /// Serves a POST: one message of the client.
    pub(crate) async fn post(&self, context: &mut Context, body: Body) -> Result<Response<Body>, Refusal> {
        if !is_json(&context.headers) {
            return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send `Content-Type: application/json`"));
        }
        let body = self.body(context, body).await?;
        let raw = self.scan(context, &body)?;
        if raw.kind() == mcp::Kind::Array {
            Box::pin(self.batch(context, &body, raw)).await
        } else {
            self.scanned(context, &body, raw).await
        }
    }

    /// Serves one message.
    pub(crate) async fn message(&self, context: &mut Context, body: &Bytes) -> Result<Response<Body>, Refusal> {
        let raw = self.scan(context, body)?;
        self.scanned(context, body, raw).await
    }

    /// Serves one message that was found to be JSON as it is accepted here.
    async fn scanned(&self, context: &mut Context, body: &Bytes, raw: Raw<'_>) -> Result<Response<Body>, Refusal> {
        let legacy = Generation::Legacy;
        let envelope = Envelope::parse(raw).map_err(|r| Refusal::rpc(&r.fault.rpc(), r.id, legacy))?;
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));

        // Modern requests ignore session ids, so an id that does not open counts only once the revision is known.
        let given = mirrored.session_id();
        let token = given.as_ref().ok().copied().flatten();
        let session = token.and_then(|token| self.session(context, token));
        let version = mirrored
            .negotiate(&envelope, session.as_ref().map(|s| s.version), SUPPORTED)
            .map_err(|error| Refusal::rpc(&error.rpc(), envelope.id(), legacy))?;
        let generation = version.generation();
        if generation == legacy {
            let given = given.map_err(|error| Refusal::rpc(&error.rpc(), envelope.id(), legacy))?;
            if given.is_some() && session.is_none() {
                return Err(session::ended());
            }
        }
        let session = session.filter(|_| generation == legacy);
        let refuse = |error: &RpcError| Refusal::rpc(error, envelope.id(), generation);
        if let Some(call) = envelope.call() {
            if !call.method.defined_in(version) {
                return Err(refuse(&RpcError::method_not_found(call.method.as_str())));
            }
            call.check_params().map_err(|fault| refuse(&fault.rpc()))?;
        }
        if envelope.call().is_some_and(|call| call.method == Method::TasksList) {
            // A server knows one client, the gateway, and would list the tasks of all people.
            return Err(refuse(&RpcError::method_not_found(Method::TasksList.as_str())));
        }
        if let Some(response) = Box::pin(self.parked_elsewhere(context, body, envelope.call())).await? {
            return Ok(response);
        }
        let Unsealed { body: opened, goes_on } = match envelope.call() {
            Some(call) => self.unsealed(context, call, body).map_err(|error| refuse(&error))?,
            None => Unsealed::default(),
        };
        let body = opened.as_ref().unwrap_or(body);
        let envelope = match &opened {
            Some(opened) => {
                let raw = mcp::scan_with(opened, mcp::Limits { max_depth: usize::MAX, ..mcp::Limits::REQUEST })
                    .map_err(|error| refuse(&error.rpc()))?;
                Envelope::parse(raw).map_err(|rejected| refuse(&rejected.fault.rpc()))?
            }
            None => envelope,
        };
        context.track.carries(&envelope, version);
        let incoming = Incoming { body, envelope: &envelope, version, session: session.as_ref() };
        let pairing = self.pairing(context, generation, (session.as_ref(), token), envelope.call()).await;
        let state = envelope.call().and_then(|call| call.params.request_state.as_deref());
        if matches!(pairing, Pairing::Same) && !goes_on && state.is_some_and(|state| !state.is_empty()) {
            return Err(incoming.refusal(&Fault::NoState.rpc()));
        }
        let message = Message::of(context.caller.ip, envelope.call(), incoming.client(context));
        context.message = message.into();
        if let Some(call) = envelope.call().filter(|call| task::named_by(call).is_some()) {
            let message = Box::pin(self.of_own_task(context, call, envelope.id().is_some())).await;
            context.message = message.map_err(|error| incoming.refusal(&error))?;
        }
        match pairing {
            Pairing::Same => self.forward(context, incoming).await,
            // On the heap, so that the common way need not carry their size.
            Pairing::ToModern(held) => Box::pin(self.to_modern(context, incoming, held)).await,
            Pairing::ToLegacy => Box::pin(self.to_legacy(context, incoming)).await,
            Pairing::ToLine(streamed) => Box::pin(self.to_line(context, incoming, streamed)).await,
        }
    }

    /// The answer to a call that goes on where another node has parked it.
    async fn parked_elsewhere(
        &self,
        context: &Context,
        body: &Bytes,
        call: Option<&Call<'_>>,
    ) -> Result<Option<Response<Body>>, Refusal> {
        let Some(state) = call.and_then(|call| call.params.request_state.as_deref()) else { return Ok(None) };
        let whose = (context.caller.person.id, context.server.id);
        let node = parked::node_of(&self.inner.parts.vault, whose, state);
        let Some(elsewhere) = node.and_then(|node| self.elsewhere(context, node)) else { return Ok(None) };
        let path = format!("/mcp/{}", context.server.slug);
        Ok(match self.pass_on(context, &elsewhere, http::Method::POST, &path, body.clone()).await? {
            Sent::Answer(response) => Some(response),
            Sent::Back(_) => None,
        })
    }

    /// Forwards a message as it is.
    async fn forward(&self, context: &Context, incoming: Incoming<'_>) -> Result<Response<Body>, Refusal> {
        let Incoming { body, envelope, session, .. } = incoming;
        let (generation, refuse) = (incoming.generation(), |error: &RpcError| incoming.refusal(error));
        let Some(call) = envelope.call() else {
            // The client answers a request of the server (older revisions only).
            self.permit_server(context).await.map_err(|error| refuse(&error))?;
            let pass = self.enter(context, Kind::Note, None, generation).await?;
            let upstream = self.send(context, pass, http::Method::POST, session, Some(body.clone())).await;
            return accepted(&upstream.map_err(|fault| refuse(&fault.rpc()))?);
        };
        let access = self.permit(context, call, generation).await.map_err(|error| refuse(&error))?;

        let Envelope::Request(request) = envelope else {
            let pass = self.enter(context, Kind::Note, Some((call, None)), generation).await?;
            let upstream = self.send(context, pass, http::Method::POST, session, Some(body.clone())).await;
            return accepted(&upstream.map_err(|fault| refuse(&fault.rpc()))?);
        };
        let (pass, fresh, access) = self.take_turn(context, &incoming, call, access).await?;
        let context = fresh.as_ref().unwrap_or(context);
        let settle = self.admit(context, call, &access).await.map_err(|error| refuse(&error))?;
        let opens = matches!(call.method, Method::Initialize);
        let exchange = Exchange {
            id: request.id.to_owned_text(),
            generation,
            list: call.method.list_kind(),
            describes_server: opens || matches!(call.method, Method::ServerDiscover),
            opens: opens.then(|| Opening {
                client: call.client_info().map(|c| (c.name.to_string(), Some(c.version.to_string()))),
                version: incoming.version,
            }),
            listens: Kind::of(&call.method) == Kind::Listen,
            about: (generation == Generation::Modern
                && matches!(call.method, Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead))
            .then(|| sealed::about(call).into()),
            in_session: session.is_some(),
            primes: incoming.primes(),
            starter: Starter::of(context, call),
            settle,
            track: context.track.clone(),
        };
        let upstream = self.send(context, pass, http::Method::POST, session, Some(body.clone())).await;
        self.answer(context, exchange, upstream).await
    }

    /// Waits for a request's turn. Who had to wait is asked about again, since what they may do can have changed.
    pub(crate) async fn take_turn(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        access: Access,
    ) -> Result<(Pass, Option<Context>, Access), Refusal> {
        let (id, generation) = (incoming.envelope.id(), incoming.generation());
        let pass = self.enter(context, Kind::of(&call.method), Some((call, id)), generation).await?;
        if !pass.waited {
            return Ok((pass, None, access));
        }
        let fresh = self.again(context, call, id, generation).await?;
        let access = self.permit(&fresh, call, generation).await;
        Ok((pass, Some(fresh), access.map_err(|error| incoming.refusal(&error))?))
    }

    /// Records the admission of an audited call. The server may see it only afterwards.
    pub(crate) async fn admit(
        &self,
        context: &Context,
        call: &Call<'_>,
        access: &Access,
    ) -> Result<Option<Settle>, RpcError> {
        if !call.method.is_audited() {
            return Ok(None);
        }
        let mut event = settle::event(context, AuditAction::ToolCallAdmitted, Outcome::Admitted);
        event.tool = context.named(call);
        event.decision = Some(access.decision);
        event.rules = access.rules.to_vec();
        event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        Settle::admit(self, &call.method, event, &context.track).await.map_err(|error| {
            tracing::error!(%error, correlation = %context.correlation, "a call was refused: it cannot be recorded");
            ledger_unavailable()
        })
    }
}

/// The answer to a message that needs none.
fn accepted(upstream: &Upstream) -> Result<Response<Body>, Refusal> {
    let status = upstream.response.status();
    if status.is_success() {
        return Ok(crate::answer::bodiless(StatusCode::ACCEPTED));
    }
    if status == StatusCode::NOT_FOUND {
        return Err(session::ended());
    }
    Err(Refusal::http(StatusCode::BAD_GATEWAY, &format!("the server refused the message ({status})")))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|value| {
        value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
    })
}
