//! A client of the older revisions in front of a server that speaks 2026-07-28 only.
//!
//! The gateway holds the session: its token carries what the client said in `initialize`, and every request repeats that
//! in `_meta`. Questions of the server (`input_required`) go to the client as the requests that it knows, on the stream of
//! the call; the answers make the next round. What the older revisions have and the new one does not is answered here.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use mcp::bridge::{self, ClientIdentity, ParamHeaders};
use mcp::result::{Outcome as Answered, ResultType};
use mcp::{Call, Envelope, ListKind, Method, ProtocolVersion, Raw, RawId, Request, RpcError, codes, splice};

use super::asked::{Answer, Round};
use super::dialogue::{Dialogue, Out, or_cancelled, respond};
use super::listen::MOST_WATCHED;
use super::replies::Replies;
use super::sessions::{Running, SessionKey};
use super::speaks::Speaks;
use super::{LEVELS, PATIENCE};
use crate::Gateway;
use crate::answer::json_response;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::{Fault, Outgoing};
use crate::incoming::Incoming;
use crate::limits::{Kind, Pass};
use crate::refusal::Refusal;
use crate::session::{self, Link, Session};

/// Rounds of questions in one call, as the official SDKs have it.
const MOST_ROUNDS: u32 = 10;

/// A session of a client of the older revisions that the gateway holds itself.
pub(crate) struct Held {
    pub(crate) identity: ClientIdentity,
    /// None for a client that never opened one.
    pub(crate) key: Option<SessionKey>,
}

impl Gateway {
    /// Serves a message of an older client for a modern server.
    pub(crate) async fn to_modern(
        &self,
        context: &Context,
        incoming: Incoming<'_>,
        held: Held,
    ) -> Result<Response<Body>, Refusal> {
        let call = match incoming.envelope {
            Envelope::Response(reply) => {
                self.client_answered(context, reply);
                return Ok(super::accepted());
            }
            Envelope::Notification(call) => return self.told(context, &incoming, call, &held).await,
            Envelope::Request(Request { call, .. }) => call,
        };
        let refuse = |error: &RpcError| incoming.refusal(error);
        let access = self.permit(context, call, incoming.generation());
        let access = access.await.map_err(|error| refuse(&error))?;
        match &call.method {
            Method::Initialize => {
                let of = Some((call, incoming.envelope.id()));
                let _counted = self.enter(context, Kind::Note, of, incoming.generation()).await?;
                self.opened(context, &incoming, call).await
            }
            Method::Ping => Ok(incoming.result(b"{}")),
            Method::LoggingSetLevel => {
                let level = call.params.level.as_deref().filter(|level| LEVELS.contains(level));
                let level = level.ok_or_else(|| refuse(&RpcError::invalid_params("unknown log level")))?;
                if let Some(key) = held.key {
                    self.inner.sessions.wish(key, |wishes| wishes.log_level = Some(level.to_owned()));
                }
                Ok(incoming.result(b"{}"))
            }
            Method::ResourcesSubscribe | Method::ResourcesUnsubscribe => {
                let uri = call.params.uri.clone().unwrap_or_default().into_owned();
                let subscribes = call.method == Method::ResourcesSubscribe;
                let mut room = true;
                if let Some(key) = held.key {
                    self.inner.sessions.wish(key, |wishes| {
                        room = !subscribes || wishes.resources.len() < MOST_WATCHED || wishes.resources.contains(&uri);
                        if !subscribes {
                            wishes.resources.remove(&uri);
                        } else if room {
                            wishes.resources.insert(uri);
                        }
                    });
                }
                if !room {
                    let why =
                        format!("a session watches at most {MOST_WATCHED} resources; unsubscribe from others first");
                    return Err(refuse(&RpcError::invalid_params(why)));
                }
                Ok(incoming.result(b"{}"))
            }
            // Tasks of 2025-11-25 are another protocol than the extension of the same name.
            Method::TasksGet | Method::TasksCancel | Method::TasksList | Method::TasksResult => {
                Err(refuse(&RpcError::method_not_found(call.method.as_str())))
            }
            _ => {
                let (pass, fresh, access) = self.take_turn(context, &incoming, call, access).await?;
                let context = fresh.as_ref().unwrap_or(context);
                let settle = self.admit(context, call, &access).await;
                let exchange = incoming.exchange(context, settle.map_err(|error| refuse(&error))?);
                let asking = Asking::begin(self, context, &incoming, call, exchange, &held, pass).await?;
                Ok(respond(self, context, asking).await)
            }
        }
    }

    /// A notification of an older client. What concerns the session ends here.
    async fn told(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        held: &Held,
    ) -> Result<Response<Body>, Refusal> {
        let access = self.permit(context, call, incoming.generation());
        access.await.map_err(|error| incoming.refusal(&error))?;
        if call.method == Method::Cancelled
            && let (Some(key), Some(id)) = (held.key, call.params.request_id)
        {
            self.inner.sessions.cancel(key, id.text());
        }
        Ok(super::accepted())
    }

    /// Answers `initialize` from what the server says of itself, and opens a session.
    async fn opened(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
    ) -> Result<Response<Body>, Refusal> {
        let identity = ClientIdentity::of_initialize(&call.params);
        let discover = match self.speaks(context).await.as_deref() {
            Some(Speaks::Modern { discover, .. }) => discover.clone(),
            _ => return Err(incoming.refusal(&Fault::NotMcp("no answer to server/discover".to_owned()).rpc())),
        };
        let unreadable = || incoming.refusal(&Fault::NotMcp("an unreadable server/discover".to_owned()).rpc());
        let text = std::str::from_utf8(&discover).map_err(|_| unreadable())?;
        let raw = Raw::parse(text).map_err(|_| unreadable())?;
        let result = bridge::initialize_result(raw, incoming.version);
        let body = incoming.wrap(&result);
        let body = self.filter_instructions(context, &body).unwrap_or(body);
        let mut response = json_response(StatusCode::OK, Body::from(body));
        let session = Session {
            version: incoming.version,
            link: Link::Held { identity, home: self.node() },
            client: incoming.client(context),
            key: context.caller.key,
        };
        let parts = &self.inner.parts;
        let token = session::seal(&parts.vault, context.caller.person.id, context.server.id, &session, parts.env.now())
            .and_then(|token| HeaderValue::try_from(token).ok())
            .ok_or_else(|| incoming.refusal(&RpcError::invalid_params("the client says too much of itself")))?;
        response.headers_mut().insert(HeaderName::from_static("mcp-session-id"), token);
        Ok(response)
    }
}

/// Questions that were put to the client.
struct Asked {
    round: Round,
    /// The server's key of each, and whether it may be declined as a whole (elicitation).
    keys: Vec<(String, bool)>,
    /// The server's state, as JSON.
    state: Option<String>,
}

/// A request of an older client that a modern server answers, in as many rounds as it wants.
struct Asking {
    gateway: Gateway,
    context: Context,
    exchange: Exchange,
    /// The request's method, which decides how its answer is translated.
    method: Method<'static>,
    /// What the server has not got yet.
    unsent: Option<(Pass, Bytes)>,
    /// The request as the server gets it first.
    request: Bytes,
    headers: HeaderMap,
    /// The id that the server answers to, as JSON.
    id: String,
    replies: Option<Replies>,
    round: Option<Asked>,
    rounds: u32,
    ready: std::collections::VecDeque<Bytes>,
    running: Option<Running>,
    ended: bool,
}

impl Asking {
    /// Prepares the request for the server.
    async fn begin(
        gateway: &Gateway,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        mut exchange: Exchange,
        held: &Held,
        pass: Pass,
    ) -> Result<Self, Refusal> {
        let level = held.key.and_then(|key| gateway.inner.sessions.log_level(key));
        let request = bridge::request_to_modern(incoming.body, &held.identity, level.as_deref());
        let request = request.map_err(|error| incoming.refusal(&RpcError::internal(error.to_string())))?;
        let mut headers = modern_headers(call);
        if call.method == Method::ToolsCall {
            let mirroring = gateway.mirroring(context, &held.identity, true).await;
            let mirroring = match mirroring {
                Ok(mirroring) => mirroring,
                Err(fault) => return Err(gateway.failed(&mut exchange, &fault).await),
            };
            match call.params.name.as_deref().and_then(|name| mirroring.get(name)) {
                Some(Some(params)) => headers.extend(param_headers(params, call)),
                // Who cannot be called as the specification wants it must not be called (transports, "Client Behavior").
                Some(None) => return Err(gateway.failed(&mut exchange, &Fault::Mirror).await),
                None => {}
            }
        }
        Ok(Self {
            gateway: gateway.clone(),
            context: context.share(),
            running: held.key.map(|key| gateway.inner.sessions.run(key, &exchange.id)),
            id: exchange.id.to_string(),
            exchange,
            method: Method::parse(call.method.as_str().to_owned().into()),
            unsent: Some((pass, request.clone())),
            request,
            headers,
            replies: None,
            round: None,
            rounds: 0,
            ready: std::collections::VecDeque::new(),
            ended: false,
        })
    }

    async fn send(&mut self, pass: Pass, body: Bytes) -> Result<(), Fault> {
        let outgoing =
            Outgoing { method: http::Method::POST, headers: self.headers.clone(), to: None, body: Some(body) };
        let upstream = self.gateway.dispatch(&self.context, pass, outgoing).await?;
        self.replies = Some(Replies::new(&self.gateway, &self.context, upstream)?);
        Ok(())
    }

    async fn step(&mut self) -> Result<Option<Out>, Fault> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(Out::Message(message)));
            }
            if let Some((pass, request)) = self.unsent.take() {
                self.send(pass, request).await?;
            }
            if self.round.is_some() {
                self.go_on().await?;
                continue;
            }
            let Some(replies) = &mut self.replies else { return Ok(None) };
            let Some(message) = replies.next().await? else { return Err(Fault::BrokenOff) };
            let Ok(raw) = mcp::scan_with(&message, mcp::Limits::RESPONSE) else {
                return Err(Fault::NotMcp("an unreadable message".to_owned()));
            };
            match Envelope::parse(raw) {
                Ok(Envelope::Response(reply)) => {
                    let ours = RawId::parse(&self.id);
                    if reply.id.zip(ours).is_some_and(|(theirs, ours)| !theirs.same_as(ours)) {
                        return Err(Fault::NotMcp("an answer to another request".to_owned()));
                    }
                    if let Some(out) = self.answered(&message).await? {
                        return Ok(Some(out));
                    }
                }
                Ok(Envelope::Notification(call)) if call.method != Method::SubscriptionsAcknowledged => {
                    if let Ok(translated) = bridge::notification_to_legacy(&message) {
                        return Ok(Some(Out::Message(translated)));
                    }
                }
                // This generation knows no requests of servers.
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// An answer of the server: the last, or one that asks for more.
    async fn answered(&mut self, message: &Bytes) -> Result<Option<Out>, Fault> {
        let unreadable = |error: &dyn std::fmt::Display| Fault::NotMcp(error.to_string());
        let response = mcp::Response::parse(message).map_err(|error| unreadable(&error))?;
        if let Answered::Result(result) = &response.outcome
            && result.result_type == ResultType::InputRequired
        {
            self.ask(result.raw, result.request_state)?;
            return Ok(None);
        }
        if matches!(&response.outcome, Answered::Error(error) if error.code == codes::HEADER_MISMATCH) {
            // The tool wants other arguments mirrored than it did; the next call asks again which.
            self.gateway.forget_mirroring(&self.context);
        }
        let id = RawId::parse(&self.exchange.id).ok_or(Fault::BrokenOff)?;
        let body = splice::replace_id(message, id).map_err(|error| unreadable(&error))?;
        let (body, ending) = self.gateway.inspect(&self.context, &self.exchange, &body)?;
        let body = if self.exchange.list == Some(ListKind::Tools) { without_crooked(&body) } else { Ok(body) };
        let body = body.map_err(|error| unreadable(&error))?;
        Ok(Some(match self.gateway.settle(&mut self.exchange, ending).await {
            Ok(()) => {
                let body = bridge::response_to_legacy(&body, &self.method).map_err(|error| unreadable(&error))?;
                Out::Answer(StatusCode::OK, body)
            }
            Err(error) => self.exchange.refusal(&error).into(),
        }))
    }

    /// Puts the server's questions to the client.
    fn ask(&mut self, result: Raw<'_>, state: Option<Raw<'_>>) -> Result<(), Fault> {
        self.rounds += 1;
        if self.rounds > MOST_ROUNDS {
            return Err(Fault::NotMcp(format!("it asked for input more than {MOST_ROUNDS} times")));
        }
        let inputs = bridge::input_requests(result)
            .ok_or_else(|| Fault::NotMcp("it asks for input in a way that cannot be read".to_owned()))?;
        let parts = &self.gateway.inner.parts;
        let (person, server) = (self.context.caller.person.id, self.context.server.id);
        let round =
            self.gateway.inner.questions.open(&*parts.env, person, server, inputs.len()).ok_or(Fault::Waiting)?;
        self.ready
            .extend(inputs.iter().enumerate().map(|(index, input)| bridge::input_as_request(&round.id(index), input)));
        let keys = inputs.iter().map(|input| (input.key.to_string(), input.method == "elicitation/create")).collect();
        self.round = Some(Asked { round, keys, state: state.map(|state| state.text().to_owned()) });
        self.replies = None;
        Ok(())
    }

    /// Waits for the client's answers and begins the next round with them.
    async fn go_on(&mut self) -> Result<(), Fault> {
        let mut standing = self.gateway.standing(&self.context);
        let Some(Asked { round, keys, state }) = &mut self.round else { return Ok(()) };
        let answers = tokio::select! {
            answers = tokio::time::timeout(PATIENCE, round.answers()) => answers.map_err(|_| Fault::Unanswered)?,
            broken = standing.lost() => return Err(broken.into()),
        };
        let mut given = Vec::with_capacity(keys.len());
        for ((key, elicits), answer) in keys.iter().zip(answers) {
            given.push((
                key.clone(),
                match answer {
                    Answer::Result(result) => result,
                    Answer::Refused(_) if *elicits => r#"{"action":"cancel"}"#.to_owned(),
                    Answer::Refused(message) => return Err(Fault::Refused(message)),
                },
            ));
        }
        let id = format!("\"drawbridge-round-{}\"", self.rounds);
        let request = bridge::retry_with_input(&self.request, &id, &given, state.as_deref());
        let request = request.map_err(|error| Fault::NotMcp(error.to_string()))?;
        self.id = id;
        self.round = None;
        // A further round is the same call, so it counts towards no rate; its turn went to others meanwhile.
        let pass = self.gateway.pass(&self.context, Kind::Again, self.context.message.tool()).await?;
        self.send(pass, request).await
    }
}

impl Dialogue for Asking {
    async fn next(&mut self) -> Option<Out> {
        if self.ended {
            return None;
        }
        let running = self.running.as_ref().map(|running| running.cancelled.clone());
        let stepped = or_cancelled(running, self.step()).await;
        self.ended = !matches!(stepped, Some(Ok(Some(Out::Message(_)))));
        self.gateway.spoken(&mut self.exchange, stepped).await
    }
}

/// The headers that repeat a request of 2026-07-28.
fn modern_headers(call: &Call<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mirrored = bridge::modern_headers(call);
    headers.insert("mcp-protocol-version", HeaderValue::from_static(ProtocolVersion::LATEST.as_str()));
    if let Ok(method) = HeaderValue::try_from(mirrored.method) {
        headers.insert("mcp-method", method);
    }
    if let Some(name) = mirrored.name.and_then(|name| HeaderValue::try_from(name).ok()) {
        headers.insert("mcp-name", name);
    }
    headers
}

/// Tools without those whose annotations are invalid: clients of this generation leave them out (2026-07-28 tools,
/// "x-mcp-header"), and an older one could not call them here.
fn without_crooked(list: &Bytes) -> Result<Bytes, mcp::list::ListError> {
    let verdict = |tool: mcp::ListItem<'_>| match ParamHeaders::of_tool(tool.raw) {
        Ok(_) => mcp::Verdict::Keep,
        Err(_) => mcp::Verdict::Drop,
    };
    Ok(mcp::filter_list(list, ListKind::Tools, verdict)?.body)
}

/// The headers that repeat arguments of a tool.
fn param_headers(params: &ParamHeaders, call: &Call<'_>) -> HeaderMap {
    let headers = params.headers(call.params.arguments).into_iter();
    headers.filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value.parse().ok()?))).collect()
}
