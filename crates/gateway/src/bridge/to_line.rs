//! A client of Streamable HTTP's older revisions (or of HTTP+SSE itself) in front of a server that knows only HTTP+SSE.
//!
//! Both speak the same messages, on different connections. The gateway opens a stream at the server for each session of a
//! client; a stream that was lost is opened anew, so that the client's session goes on.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use mcp::bridge::ClientIdentity;
use mcp::{Call, Envelope, Method, Raw, RawId, ReplyOutcome, Request, RpcError, splice};

use super::PATIENCE;
use super::asked::Answer;
use super::dialogue::{Dialogue, Out, or_cancelled, respond, stream};
use super::lines::Whose;
use super::open::Open;
use super::replies::Replies;
use super::sessions::{Running, SessionKey};
use crate::Gateway;
use crate::answer::json_response;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::Fault;
use crate::incoming::Incoming;
use crate::limits::{Kind, Pass};
use crate::refusal::Refusal;
use crate::session::{self, Link, Session};

/// The session of an older client whose stream at the server the gateway holds.
pub(crate) struct Streamed {
    pub(crate) identity: ClientIdentity,
    /// What tells this session from others of the same client.
    pub(crate) nonce: String,
    /// None for a client that never opened one.
    pub(crate) key: Option<SessionKey>,
}

impl Streamed {
    fn whose(&self) -> Whose<'_> {
        Whose { identity: &self.identity, session: &self.nonce }
    }
}

impl Gateway {
    /// Serves a message of an older client for a server that knows only HTTP+SSE.
    pub(crate) async fn to_line(
        &self,
        context: &Context,
        incoming: Incoming<'_>,
        streamed: Streamed,
    ) -> Result<Response<Body>, Refusal> {
        let refuse = |error: &RpcError| incoming.refusal(error);
        let call = match incoming.envelope {
            Envelope::Response(reply) => {
                self.client_answered(context, reply);
                return Ok(super::accepted());
            }
            Envelope::Notification(call) | Envelope::Request(Request { call, .. }) => call,
        };
        let access = self.permit(context, call, incoming.generation());
        let access = access.await.map_err(|error| refuse(&error))?;
        if call.method == Method::Initialize {
            let of = Some((call, incoming.envelope.id()));
            let _counted = self.enter(context, Kind::Note, of, incoming.generation()).await?;
            return self.streamed(context, &incoming, streamed).await;
        }
        if let Envelope::Notification(_) = incoming.envelope {
            // The server knows the call by another id; giving it up here cancels it there.
            if let (Method::Cancelled, Some(key), Some(id)) = (&call.method, streamed.key, call.params.request_id) {
                self.inner.sessions.cancel(key, id.text());
            }
            // The handshake is ours, and the ids of requests are, too.
            if !matches!(call.method, Method::Initialized | Method::Cancelled) {
                let _counted = self.enter(context, Kind::Note, Some((call, None)), incoming.generation()).await?;
                let line = self.line(context, streamed.whose()).await.map_err(|fault| refuse(&fault.rpc()))?;
                let sent = self.notify(context, &line, incoming.body.clone()).await;
                sent.map_err(|fault| refuse(&fault.rpc()))?;
            }
            return Ok(super::accepted());
        }
        let (pass, fresh, access) = self.take_turn(context, &incoming, call, access).await?;
        let context = fresh.as_ref().unwrap_or(context);
        let settle = self.admit(context, call, &access).await;
        let exchange = incoming.exchange(context, settle.map_err(|error| refuse(&error))?);
        let running = streamed.key.map(|key| self.inner.sessions.run(key, &exchange.id));
        let mut relaying = Relaying::begin(self, context, &incoming, call, exchange, (streamed.whose(), pass)).await?;
        relaying.running = running;
        Ok(respond(self, context, relaying).await)
    }

    /// Answers `initialize` with what the server says, and opens a session.
    async fn streamed(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        mut streamed: Streamed,
    ) -> Result<Response<Body>, Refusal> {
        let parts = &self.inner.parts;
        streamed.nonce = super::unguessable(&*parts.env);
        let line = self.line(context, streamed.whose()).await.map_err(|fault| incoming.refusal(&fault.rpc()))?;
        let body = incoming.wrap(&line.initialize);
        let body = self.filter_instructions(context, &body).unwrap_or(body);
        let session = Session {
            version: line.version,
            link: Link::Streamed { identity: streamed.identity, nonce: streamed.nonce, home: self.node() },
            client: incoming.client(context),
            key: context.caller.key,
        };
        let token = session::seal(&parts.vault, context.caller.person.id, context.server.id, &session, parts.env.now())
            .and_then(|token| HeaderValue::try_from(token).ok())
            .ok_or_else(|| incoming.refusal(&RpcError::invalid_params("the client says too much of itself")))?;
        let mut response = json_response(StatusCode::OK, Body::from(body));
        response.headers_mut().insert(HeaderName::from_static("mcp-session-id"), token);
        Ok(response)
    }

    /// Serves the GET of such a client: what the server says unasked.
    pub(crate) async fn listen_on_stream(
        &self,
        context: &Context,
        streamed: Streamed,
    ) -> Result<Response<Body>, Refusal> {
        let generation = mcp::Generation::Legacy;
        let pass = self.enter(context, Kind::Listen, None, generation).await?;
        let refuse = |fault: Fault| Refusal::rpc(&fault.rpc(), None, generation);
        let line = self.line(context, streamed.whose()).await.map_err(refuse)?;
        let replies = self.listen_on(context, &line).await.map_err(refuse)?;
        Ok(stream(
            self,
            context,
            None,
            Unasked { gateway: self.clone(), context: context.share(), replies, _pass: pass, _line: line },
        ))
    }

    /// Hands the client's answer to the question that waits for it.
    pub(crate) fn client_answered(&self, context: &Context, reply: &mcp::Reply<'_>) {
        let given = match reply.outcome {
            ReplyOutcome::Result(result) => Answer::Result(result.text().to_owned()),
            ReplyOutcome::Error(error) => {
                Answer::Refused(error.get("message").and_then(Raw::as_str).unwrap_or_default().into_owned())
            }
        };
        let id = reply.id.and_then(|id| Raw::parse(id.text()).ok()?.as_str().map(|id| id.into_owned()));
        let (person, server) = (context.caller.person.id, context.server.id);
        if !id.is_some_and(|id| self.inner.questions.answer(person, server, &id, given)) {
            tracing::debug!(server = %context.server.slug, "an answer to no question was dropped");
        }
    }
}

/// What a server says unasked.
struct Unasked {
    gateway: Gateway,
    context: Context,
    replies: Replies,
    _pass: Pass,
    _line: std::sync::Arc<super::lines::Line>,
}

impl Dialogue for Unasked {
    async fn next(&mut self) -> Option<Out> {
        loop {
            let message = self.replies.next().await.ok()??;
            let raw = mcp::scan_with(&message, mcp::Limits::RESPONSE).ok()?;
            // A question that belongs to no call cannot be brought back to its asker.
            if let Ok(Envelope::Notification(call)) = Envelope::parse(raw)
                && self.gateway.may_hear(&self.context, &call)
            {
                return Some(Out::Message(message));
            }
        }
    }
}

/// A request whose messages travel over another connection than the client's.
struct Relaying {
    gateway: Gateway,
    exchange: Exchange,
    /// The client's own progress token, as JSON.
    progress: Option<String>,
    running: Option<Running>,
    open: Option<Open>,
}

impl Relaying {
    async fn begin(
        gateway: &Gateway,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        mut exchange: Exchange,
        whose: (Whose<'_>, Pass),
    ) -> Result<Self, Refusal> {
        let progress = call.params.meta.progress_token.map(|token| token.text().to_owned());
        match gateway.open_request(context, whose, incoming.body, None).await {
            Ok(open) => Ok(Self { gateway: gateway.clone(), exchange, progress, running: None, open: Some(open) }),
            Err(fault) => Err(gateway.failed(&mut exchange, &fault).await),
        }
    }

    async fn step(&mut self) -> Result<Option<Out>, Fault> {
        loop {
            let Some(open) = &mut self.open else { return Err(Fault::BrokenOff) };
            if let Some((id, round)) = &mut open.asked {
                let mut standing = self.gateway.standing(&open.context);
                let answers = tokio::select! {
                    answers = tokio::time::timeout(PATIENCE, round.answers()) => answers.map_err(|_| Fault::Unanswered)?,
                    broken = standing.lost() => return Err(broken.into()),
                };
                let body = match answers.into_iter().next() {
                    Some(Answer::Result(result)) => {
                        Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#))
                    }
                    Some(Answer::Refused(why)) => RpcError::invalid_request(why).to_bytes_with(id),
                    None => RpcError::internal("no answer").to_bytes_with(id),
                };
                open.asked = None;
                self.gateway.notify(&open.context, &open.line, body).await?;
                continue;
            }
            let Some(message) = open.replies.next().await? else { return Err(Fault::BrokenOff) };
            let Ok(raw) = mcp::scan_with(&message, mcp::Limits::RESPONSE) else {
                return Err(Fault::NotMcp("an unreadable message".to_owned()));
            };
            match Envelope::parse(raw) {
                Ok(Envelope::Response(_)) => {
                    open.done = true;
                    return self.answered(&message).await.map(Some);
                }
                Ok(Envelope::Notification(call)) if call.method == Method::Progress => {
                    let Some(token) = &self.progress else { continue };
                    if let Ok(message) = splice::set_member(&message, &["params"], "progressToken", token) {
                        return Ok(Some(Out::Message(message)));
                    }
                }
                Ok(Envelope::Notification(call)) => {
                    if self.gateway.may_hear(&open.context, &call) {
                        return Ok(Some(Out::Message(message)));
                    }
                }
                Ok(Envelope::Request(request)) => {
                    let parts = &self.gateway.inner.parts;
                    let (person, server) = (open.context.caller.person.id, open.context.server.id);
                    let round = self.gateway.inner.questions.open(&*parts.env, person, server, 1);
                    let round = round.ok_or(Fault::Waiting)?;
                    let ours = round.id(0);
                    let id = RawId::parse(&ours).ok_or(Fault::BrokenOff)?;
                    let question =
                        splice::replace_id(&message, id).map_err(|error| Fault::NotMcp(error.to_string()))?;
                    open.asked = Some((request.id.text().to_owned(), round));
                    return Ok(Some(Out::Message(question)));
                }
                Err(_) => {}
            }
        }
    }

    async fn answered(&mut self, message: &Bytes) -> Result<Out, Fault> {
        let Some(open) = &self.open else { return Err(Fault::BrokenOff) };
        let id = RawId::parse(&self.exchange.id).ok_or(Fault::BrokenOff)?;
        let body = splice::replace_id(message, id).map_err(|error| Fault::NotMcp(error.to_string()))?;
        let (body, ending) = self.gateway.inspect(&open.context, &self.exchange, &body)?;
        Ok(match self.gateway.settle(&mut self.exchange, ending).await {
            Ok(()) => Out::Answer(StatusCode::OK, body),
            Err(error) => self.exchange.refusal(&error).into(),
        })
    }
}

impl Dialogue for Relaying {
    async fn next(&mut self) -> Option<Out> {
        self.open.as_ref()?;
        let running = self.running.as_ref().map(|running| running.cancelled.clone());
        let stepped = or_cancelled(running, self.step()).await;
        if !matches!(stepped, Some(Ok(Some(Out::Message(_))))) {
            self.open = None;
        }
        self.gateway.spoken(&mut self.exchange, stepped).await
    }
}
