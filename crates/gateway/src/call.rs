//! One message: parsed, authorised, admitted. The only place of the data path that asks the policy.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use bytes::Bytes;
use directory::{Access, NoServer, Person, ServerEntry, Snapshot, Why, Withheld};
use domain::{AuditAction, CorrelationId, Decision, Outcome};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use ledger::{Event, Payload};
use mcp::{Call, Envelope, GatewayCode, Generation, ListKind, Method, Mirrored, ProtocolVersion, RawId, RpcError};
use policy::Target;

use crate::Gateway;
use crate::bridge::lines::Whose;
use crate::bridge::sessions::SessionKey;
use crate::bridge::{Held, Pairing, Streamed};
use crate::edge::Authenticated;
use crate::forward::Upstream;
use crate::incoming::Incoming;
use crate::limits::slow::Hangup;
use crate::limits::{Kind, Pass};
use crate::phases::Phase;
use crate::refusal::Refusal;
use crate::session::{self, Link, Session};
use crate::settle::{self, Settle};
use crate::track::Track;
use sha2::{Digest as _, Sha256};

/// The revisions that a client may speak here. Which of them a server speaks is for the server to say.
pub(crate) const SUPPORTED: &[ProtocolVersion] = &[
    ProtocolVersion::V2024_11_05,
    ProtocolVersion::V2025_03_26,
    ProtocolVersion::V2025_06_18,
    ProtocolVersion::V2025_11_25,
    ProtocolVersion::V2026_07_28,
];

/// One HTTP request by a known person to a server that this person may know of.
pub(crate) struct Context {
    pub(crate) correlation: CorrelationId,
    /// SHA-256 of the key, to ask again while an answer goes on.
    pub(crate) credential: [u8; 32],
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) person: Arc<Person>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) server: Arc<ServerEntry>,
    pub(crate) headers: HeaderMap,
    /// Cuts the connection that the request came on.
    pub(crate) hangup: Option<Hangup>,
    pub(crate) track: Arc<Track>,
}

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
    /// The request belongs to a session.
    pub(crate) in_session: bool,
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

    pub(crate) fn refusal(&self, error: &RpcError) -> Refusal {
        Refusal::rpc(error, self.raw_id(), self.generation)
    }
}

impl Gateway {
    /// Finds the server. An unknown one and one that nothing allows look the same.
    pub(crate) async fn open(
        &self,
        slug: &str,
        caller: Authenticated,
        parts: Parts,
        correlation: CorrelationId,
        track: &Arc<Track>,
    ) -> Result<Context, Refusal> {
        let Authenticated { credential, snapshot, person, ip } = caller;
        let now = self.inner.parts.env.now();
        let hidden = match snapshot.server_for(slug, &person, now) {
            Ok(server) => {
                track.goes_to(self.inner.metrics.phases.of(&server, &snapshot), server.slug.as_str());
                let (headers, hangup) = (parts.headers, parts.extensions.get::<Hangup>().cloned());
                let track = track.clone();
                return Ok(Context { correlation, credential, snapshot, person, ip, server, headers, hangup, track });
            }
            Err(hidden) => hidden,
        };
        let actor = domain::Actor { kind: domain::ActorKind::User, id: Some(person.id), name: person.name.clone() };
        let mut event = Event::new(AuditAction::AccessDenied, Outcome::Denied, actor, correlation);
        event.ip = ip;
        event.decision = Some(Decision::Deny);
        event.client = user_agent(&parts.headers).map(|agent| (agent, None));
        event.reason = Some(hidden.reason(&shown(slug)));
        if let NoServer::Hidden { server, access } = hidden {
            event.server = Some((server.id, server.slug.to_string()));
            event.rules = access.rules.to_vec();
        }
        self.inner.metrics.call("denied");
        track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|error| unavailable(&error))?;
        Err(Refusal::http(
            StatusCode::NOT_FOUND,
            "there is no such server for you; find servers and ask for access in the console",
        ))
    }

    /// Serves a POST: one message of the client.
    pub(crate) async fn post(&self, context: &Context, body: Body) -> Result<Response<Body>, Refusal> {
        if !is_json(&context.headers) {
            return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send `Content-Type: application/json`"));
        }
        let body = self.body(context, body).await?;
        let raw = mcp::scan(&body).map_err(|error| Refusal::rpc(&error.rpc(), None, Generation::Legacy))?;
        if raw.kind() == mcp::Kind::Array {
            self.batch(context, &body, raw).await
        } else {
            self.message(context, &body).await
        }
    }

    /// Serves one message.
    pub(crate) async fn message(&self, context: &Context, body: &Bytes) -> Result<Response<Body>, Refusal> {
        let legacy = Generation::Legacy;
        let raw = mcp::scan(body).map_err(|error| Refusal::rpc(&error.rpc(), None, legacy))?;
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
                return Err(Refusal::http(StatusCode::NOT_FOUND, "this session has ended; initialize a new one"));
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
        context.track.carries(&envelope, version);
        let incoming = Incoming { body, envelope: &envelope, version, session: session.as_ref() };
        match self.pairing(context, generation, (session.as_ref(), token), envelope.call()).await {
            Pairing::Same => self.forward(context, incoming).await,
            Pairing::ToModern(held) => self.to_modern(context, incoming, held).await,
            Pairing::ToLegacy => self.to_legacy(context, incoming).await,
            Pairing::ToLine(streamed) => self.to_line(context, incoming, streamed).await,
        }
    }

    /// Forwards a message as it is.
    async fn forward(&self, context: &Context, incoming: Incoming<'_>) -> Result<Response<Body>, Refusal> {
        let Incoming { body, envelope, session, .. } = incoming;
        let (generation, refuse) = (incoming.generation(), |error: &RpcError| incoming.refusal(error));
        let Some(call) = envelope.call() else {
            // The client answers a request of the server (older revisions only).
            self.permit_server(context, None).await.map_err(|error| refuse(&error))?;
            let pass = self.enter(context, Kind::Note, None, generation).await?;
            let upstream = self.send(context, pass, http::Method::POST, session, Some(body.clone())).await;
            return accepted(&upstream.map_err(|fault| refuse(&fault.rpc()))?);
        };
        let client = incoming.client(context);
        let access = self.permit(context, call, client.clone(), generation).await.map_err(|error| refuse(&error))?;

        let Envelope::Request(request) = envelope else {
            let pass = self.enter(context, Kind::Note, Some((call, None)), generation).await?;
            let upstream = self.send(context, pass, http::Method::POST, session, Some(body.clone())).await;
            return accepted(&upstream.map_err(|fault| refuse(&fault.rpc()))?);
        };
        let (pass, fresh, access) = self.take_turn(context, &incoming, call, access).await?;
        let context = fresh.as_ref().unwrap_or(context);
        let settle = self.admit(context, call, client, &access).await.map_err(|error| refuse(&error))?;
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
            in_session: session.is_some(),
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
        let access = self.permit(&fresh, call, incoming.client(&fresh), generation).await;
        Ok((pass, Some(fresh), access.map_err(|error| incoming.refusal(&error))?))
    }

    /// Records the admission of an audited call. The server may see it only afterwards.
    pub(crate) async fn admit(
        &self,
        context: &Context,
        call: &Call<'_>,
        client: Option<(String, Option<String>)>,
        access: &Access,
    ) -> Result<Option<Settle>, RpcError> {
        let mut event = settle::event(context, AuditAction::ToolCallAdmitted, Outcome::Admitted);
        if call.method.is_audited() {
            event.tool = name_of(call);
            event.client = client;
            event.decision = Some(access.decision);
            event.rules = access.rules.to_vec();
            event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        }
        Settle::admit(self, &call.method, event, &context.track).await.map_err(|error| {
            tracing::error!(%error, correlation = %context.correlation, "a call was refused: it cannot be recorded");
            ledger_unavailable()
        })
    }

    /// Serves a GET: the listening stream of the older revisions.
    pub(crate) async fn listen(&self, context: &Context) -> Result<Response<Body>, Refusal> {
        let (session, key) = self.session_of_get(context)?;
        self.permit_server(context, None).await.map_err(|e| Refusal::rpc(&e, None, Generation::Legacy))?;
        match session.link.clone() {
            Link::Direct { .. } => {}
            Link::Held(identity) => {
                return self.listen_for_legacy(context, Held { identity, key: Some(key) }).await;
            }
            Link::Streamed { identity, nonce } => {
                return self.listen_on_stream(context, Streamed { identity, nonce, key: Some(key) }).await;
            }
        }
        let pass = self.enter(context, Kind::Listen, None, Generation::Legacy).await?;
        let upstream = self
            .send(context, pass, http::Method::GET, Some(&session), None)
            .await
            .map_err(|fault| Refusal::rpc(&fault.rpc(), None, Generation::Legacy))?;
        self.relay_stream(context, upstream)
    }

    /// Serves a DELETE: the client ends its session.
    pub(crate) async fn end_session(&self, context: &Context) -> Result<Response<Body>, Refusal> {
        let (session, key) = self.session_of_get(context)?;
        self.inner.sessions.end(key);
        if let Link::Streamed { identity, nonce } = &session.link {
            self.end_line(context, Whose { identity, session: nonce }).await;
        }
        if !matches!(session.link, Link::Direct { .. }) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            return Ok(response);
        }
        let pass = self.enter(context, Kind::Note, None, Generation::Legacy).await?;
        let upstream = self
            .send(context, pass, http::Method::DELETE, Some(&session), None)
            .await
            .map_err(|fault| Refusal::rpc(&fault.rpc(), None, Generation::Legacy))?;
        let status = match upstream.response.status() {
            status if status.is_success() => StatusCode::NO_CONTENT,
            StatusCode::METHOD_NOT_ALLOWED => StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::NOT_FOUND => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_GATEWAY,
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        Ok(response)
    }

    pub(crate) fn session(&self, context: &Context, token: &str) -> Option<Session> {
        let parts = &self.inner.parts;
        let session = session::open(&parts.vault, context.person.id, context.server.id, token, parts.env.now())?;
        (!self.inner.sessions.has_ended(&session_key(token))).then_some(session)
    }

    fn session_of_get(&self, context: &Context) -> Result<(Session, SessionKey), Refusal> {
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));
        let legacy = Generation::Legacy;
        let modern = |field: &mcp::headers::Field<'_>| matches!(field, mcp::headers::Field::One(value) if *value == ProtocolVersion::V2026_07_28.as_str().as_bytes());
        if modern(&mirrored.version) {
            return Err(Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "this revision of MCP uses POST only")
                .with_header(header::ALLOW, HeaderValue::from_static("POST")));
        }
        let token = mirrored.session_id().map_err(|error| Refusal::rpc(&error.rpc(), None, legacy))?;
        let Some(token) = token else {
            return Err(Refusal::http(
                StatusCode::METHOD_NOT_ALLOWED,
                "without `Mcp-Session-Id` there is nothing to listen to; use POST",
            )
            .with_header(header::ALLOW, HeaderValue::from_static("POST")));
        };
        let session = self.session(context, token);
        session
            .map(|session| (session, session_key(token)))
            .ok_or_else(|| Refusal::http(StatusCode::NOT_FOUND, "this session has ended; initialize a new one"))
    }

    /// Asks the policy about everything that a message names. A denial is recorded before it is answered.
    pub(crate) async fn permit(
        &self,
        context: &Context,
        call: &Call<'_>,
        client: Option<(String, Option<String>)>,
        generation: Generation,
    ) -> Result<Access, RpcError> {
        let (now, since) = (self.inner.parts.env.now(), Instant::now());
        let ask = |target: Target<'_>| context.snapshot.authorize(&context.person, &context.server, target, now);
        let verdict = match call.target() {
            mcp::Target::Tool(name) => ask(Target::Tool(name)),
            mcp::Target::Prompt(name) => ask(Target::Prompt(name)),
            mcp::Target::Resource(uri) => ask(Target::Resource(uri)),
            mcp::Target::ResourceTemplate(template) => ask(Target::Template(template)),
            // A method that nobody has heard of could do anything: only for those who may do everything.
            _ if !call.method.is_known() => ask(Target::Resource(call.method.as_str())),
            _ => match call.params.notifications.and_then(|n| n.get("resourceSubscriptions")) {
                Some(uris) => uris
                    .elements()
                    .map(|uri| ask(Target::Resource(&uri.as_str().unwrap_or_default())))
                    .find(|verdict| verdict.decision == Decision::Deny)
                    .unwrap_or_else(|| ask(Target::Server)),
                None => ask(Target::Server),
            },
        };
        context.track.took(Phase::Policy, since);
        if verdict.decision == Decision::Allow {
            return Ok(verdict);
        }
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        event.tool = name_of(call).or_else(|| Some(call.method.as_str().to_owned()));
        event.client = client;
        event.decision = Some(Decision::Deny);
        event.rules = verdict.rules.to_vec();
        event.reason = Some(verdict.why.to_string());
        event.args = call.audited_arguments().map(|raw| Payload::new(raw.text()));
        self.inner.metrics.call("denied");
        context.track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|_| ledger_unavailable())?;
        Err(match verdict.why {
            Why::Withheld(Withheld::Changed) => RpcError::gateway(
                GatewayCode::Conflict,
                "this tool's definition has changed since it was approved; an administrator has to review it first",
            ),
            Why::ServerInactive => RpcError::gateway(GatewayCode::Denied, "this server is switched off"),
            _ => RpcError::not_found_for(&call.target(), generation),
        })
    }

    /// Asks the policy about the server as a whole, for messages that name nothing.
    pub(crate) async fn permit_server(
        &self,
        context: &Context,
        client: Option<(String, Option<String>)>,
    ) -> Result<(), RpcError> {
        let (now, since) = (self.inner.parts.env.now(), Instant::now());
        let verdict = context.snapshot.authorize(&context.person, &context.server, Target::Server, now);
        context.track.took(Phase::Policy, since);
        if verdict.decision == Decision::Allow {
            return Ok(());
        }
        let mut event = settle::event(context, AuditAction::AccessDenied, Outcome::Denied);
        event.client = client;
        event.decision = Some(Decision::Deny);
        event.rules = verdict.rules.to_vec();
        event.reason = Some(verdict.why.to_string());
        context.track.came_to("denied");
        self.inner.parts.ledger.write(event).await.map_err(|_| ledger_unavailable())?;
        Err(RpcError::gateway(GatewayCode::Denied, "this server is not available to you"))
    }
}

/// By what a session is remembered.
pub(crate) fn session_key(token: &str) -> SessionKey {
    Sha256::digest(token.as_bytes()).into()
}

/// The answer to a message that needs none.
fn accepted(upstream: &Upstream) -> Result<Response<Body>, Refusal> {
    let status = upstream.response.status();
    if status.is_success() {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::ACCEPTED;
        return Ok(response);
    }
    if status == StatusCode::NOT_FOUND {
        return Err(Refusal::http(StatusCode::NOT_FOUND, "this session has ended; initialize a new one"));
    }
    Err(Refusal::http(StatusCode::BAD_GATEWAY, &format!("the server refused the message ({status})")))
}

/// The refusal of everything that cannot be recorded.
pub(crate) fn ledger_unavailable() -> RpcError {
    RpcError::gateway(
        GatewayCode::Unavailable,
        "calls are refused because the audit log cannot be written; ask your administrator to check disk and database",
    )
}

fn unavailable(error: &ledger::Error) -> Refusal {
    tracing::error!(%error, "a denial could not be recorded");
    Refusal::rpc(&ledger_unavailable(), None, Generation::Legacy)
}

/// The tool, resource, prompt or template that a call names.
pub(crate) fn name_of(call: &Call<'_>) -> Option<String> {
    match call.target() {
        mcp::Target::Tool(name)
        | mcp::Target::Prompt(name)
        | mcp::Target::Resource(name)
        | mcp::Target::ResourceTemplate(name)
        | mcp::Target::Task(name) => Some(shown(name)),
        mcp::Target::None => None,
    }
}

/// Text of a caller as it is recorded: bounded, without control characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(256).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What the AI client calls itself: in the message, in the session, or by its user agent.
pub(crate) fn client_of(
    call: Option<&Call<'_>>,
    session: Option<&Session>,
    headers: &HeaderMap,
) -> Option<(String, Option<String>)> {
    call.and_then(Call::client_info)
        .map(|client| (shown(&client.name), Some(shown(&client.version))))
        .or_else(|| session.and_then(|s| s.client.clone()))
        .or_else(|| user_agent(headers).map(|agent| (agent, None)))
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).map(shown)
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|value| {
        value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
    })
}

impl Context {
    /// The same context for a stream that outlives the request.
    pub(crate) fn share(&self) -> Self {
        self.with_headers(HeaderMap::new())
    }

    /// The same caller with other headers.
    pub(crate) fn with_headers(&self, headers: HeaderMap) -> Self {
        Self {
            correlation: self.correlation,
            credential: self.credential,
            snapshot: self.snapshot.clone(),
            person: self.person.clone(),
            ip: self.ip,
            server: self.server.clone(),
            headers,
            hangup: self.hangup.clone(),
            track: self.track.clone(),
        }
    }
}
