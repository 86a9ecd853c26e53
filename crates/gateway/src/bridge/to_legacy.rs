//! A client that speaks 2026-07-28 in front of a server of the older revisions.
//!
//! The gateway holds a session at the server for each person and set of capabilities ([`super::lines`]). Requests lose
//! what the server would not understand, results gain what the client expects. A question of the server becomes an
//! `input_required` result: the server's stream is parked ([`super::parked`]) until the client comes back with answers.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Response, StatusCode};
use mcp::bridge::{self, ClientIdentity};
use mcp::result::Outcome as Answered;
use mcp::{Call, Envelope, Generation, Method, Mirrored, Raw, RawId, Request, RpcError, codes, splice};
use tokio::time::Instant;

use super::dialogue::{Dialogue, Out, respond};
use super::level_of;
use super::lines::Whose;
use super::open::Open;
use super::question::{self, Declared, Question};
use crate::Gateway;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::Fault;
use crate::incoming::Incoming;
use crate::limits::{Kind, Pass};
use crate::refusal::Refusal;

/// Questions in one round.
const MOST_QUESTIONS: usize = 16;
/// How soon after a question others come that belong with it.
const TOGETHER: Duration = Duration::from_millis(20);

impl Gateway {
    /// Serves a message of a stateless client for an older server.
    pub(crate) async fn to_legacy(&self, context: &Context, incoming: Incoming<'_>) -> Result<Response<Body>, Refusal> {
        let refuse = |error: &RpcError| incoming.refusal(error);
        let Some(call) = incoming.envelope.call() else {
            return Err(refuse(&RpcError::invalid_request("this revision knows no answers of clients")));
        };
        let access = self.permit(context, call, incoming.generation());
        let access = access.await.map_err(|error| refuse(&error))?;
        let Envelope::Request(Request { call, .. }) = incoming.envelope else {
            // Notifications of this generation mean nothing to an older server; cancelling is closing the stream.
            return Ok(super::accepted());
        };
        let identity = ClientIdentity::of_meta(&call.params.meta);
        match &call.method {
            Method::ServerDiscover => {
                let of = Some((call, incoming.envelope.id()));
                let _counted = self.enter(context, Kind::Note, of, incoming.generation()).await?;
                let whose = Whose { identity: &identity, session: "" };
                let line = self.line(context, whose).await.map_err(|fault| refuse(&fault.rpc()))?;
                let initialize = Raw::parse(std::str::from_utf8(&line.initialize).unwrap_or("null"));
                let result = initialize.map(bridge::discover_result).unwrap_or_default();
                let versions = super::our_versions();
                let result = splice::set_member(&result, &[], "supportedVersions", &versions).unwrap_or(result);
                let body = incoming.wrap(&result);
                let body = self.filter_instructions(context, &body).unwrap_or(body);
                Ok(crate::answer::json_response(StatusCode::OK, Body::from(body)))
            }
            Method::SubscriptionsListen => self.listen_for_modern(context, &incoming, call, &identity).await,
            // The extension of that name is another protocol than the tasks of 2025-11-25.
            Method::TasksGet | Method::TasksCancel | Method::TasksUpdate => {
                Err(refuse(&RpcError::method_not_found(call.method.as_str())))
            }
            _ => {
                if call.method == Method::ToolsCall {
                    self.check_mirrored(context, &incoming, call, &identity).await?;
                }
                let (pass, fresh, access) = self.take_turn(context, &incoming, call, access).await?;
                let context = fresh.as_ref().unwrap_or(context);
                let settle = self.admit(context, call, &access).await;
                let exchange = incoming.exchange(context, settle.map_err(|error| refuse(&error))?);
                let serving = Serving::begin(self, context, &incoming, call, exchange, (identity, pass)).await?;
                Ok(respond(self, context, serving).await)
            }
        }
    }

    /// Checks the headers that repeat arguments, which an older server does not know of.
    async fn check_mirrored(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        identity: &ClientIdentity,
    ) -> Result<(), Refusal> {
        let mirroring = self.mirroring(context, identity, false).await;
        let mirroring = mirroring.map_err(|fault| incoming.refusal(&fault.rpc()))?;
        let Some(Some(headers)) = call.params.name.as_deref().and_then(|name| mirroring.get(name)) else {
            return Ok(());
        };
        let mirrored = Mirrored::collect(context.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())));
        headers.check(&mirrored, call.params.arguments).map_err(|error| incoming.refusal(&error.rpc()))
    }
}

/// A request of a stateless client that an older server answers.
struct Serving {
    gateway: Gateway,
    exchange: Exchange,
    method: Method<'static>,
    about: String,
    /// The client's own progress token, as JSON.
    progress: Option<String>,
    level: Option<usize>,
    /// What the client declared in this request.
    declared: Declared,
    open: Option<Open>,
}

impl Serving {
    async fn begin(
        gateway: &Gateway,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        exchange: Exchange,
        (identity, pass): (ClientIdentity, Pass),
    ) -> Result<Self, Refusal> {
        let level = call.params.meta.log_level.as_deref().and_then(level_of);
        let about = [call.method.as_str(), "\n", call.target().name().unwrap_or_default()].concat();
        let mut serving = Self {
            gateway: gateway.clone(),
            exchange,
            method: Method::parse(call.method.as_str().to_owned().into()),
            about,
            progress: call.params.meta.progress_token.map(|token| token.text().to_owned()),
            level,
            declared: Declared::new(identity.capabilities.clone()),
            open: None,
        };
        let opened = match call.params.request_state.as_deref().filter(|state| !state.is_empty()) {
            Some(state) => serving.resumed(context, call, state, pass).await,
            None => {
                let body = bridge::request_to_legacy(incoming.body).map_err(|error| Fault::NotMcp(error.to_string()));
                match body {
                    Ok(body) => {
                        let whose = Whose { identity: &identity, session: "" };
                        gateway.open_request(context, (whose, pass), &body, level).await
                    }
                    Err(fault) => Err(fault),
                }
            }
        };
        match opened {
            Ok(open) => serving.open = Some(open),
            Err(fault) => return Err(gateway.failed(&mut serving.exchange, &fault).await),
        }
        Ok(serving)
    }

    /// Goes on with a parked call: its questions get the client's answers. Those without one are asked again.
    async fn resumed(&self, context: &Context, call: &Call<'_>, state: &str, pass: Pass) -> Result<Open, Fault> {
        let parts = &self.gateway.inner.parts;
        let whose = (context.caller.person.id, context.server.id);
        let parked = &self.gateway.inner.parked;
        let mut open = parked.take(&parts.vault, parts.env.now(), whose, &self.about, state).ok_or(Fault::NoState)?;
        open.replies.go_on(pass, open.parked.elapsed());
        let given = bridge::input_responses(&call.params);
        for question in std::mem::take(&mut open.questions) {
            match given.iter().find(|(name, _)| *name == question.key.as_str()) {
                Some((_, answer)) => {
                    let body = bridge::response_to_server(&question.id, *answer);
                    self.gateway.notify(context, &open.line, body).await?;
                }
                None => open.questions.push(question),
            }
        }
        Ok(open)
    }

    async fn step(&mut self) -> Result<Out, Fault> {
        // What was asked before and not answered is asked again at once.
        let unanswered = self.open.as_mut().map(|open| std::mem::take(&mut open.questions)).unwrap_or_default();
        if !unanswered.is_empty() {
            return self.park(unanswered);
        }
        loop {
            let Some(open) = &mut self.open else { return Err(Fault::BrokenOff) };
            let message = if open.gathered.is_empty() {
                open.replies.next().await?
            } else {
                match tokio::time::timeout_at(open.soon, open.replies.next()).await {
                    Ok(message) => message?,
                    Err(_) => return self.park_gathered(),
                }
            };
            let Some(message) = message else {
                return if open.gathered.is_empty() { Err(Fault::BrokenOff) } else { self.park_gathered() };
            };
            let Ok(raw) = mcp::scan_with(&message, mcp::Limits::RESPONSE) else {
                return Err(Fault::NotMcp("an unreadable message".to_owned()));
            };
            match Envelope::parse(raw) {
                Ok(Envelope::Response(reply)) => {
                    let ours = RawId::parse(&open.id);
                    if reply.id.zip(ours).is_some_and(|(theirs, ours)| !theirs.same_as(ours)) {
                        continue;
                    }
                    if self.level.is_some()
                        && let Some(said) = open.replies.before(&message).await
                    {
                        if let Some(out) = self.heard(&said) {
                            return Ok(Out::Message(out));
                        }
                        continue;
                    }
                    open.done = true;
                    return self.answered(&message).await;
                }
                Ok(Envelope::Notification(call)) => {
                    if let Some(message) = self.notification(&message, &call) {
                        return Ok(Out::Message(message));
                    }
                }
                Ok(Envelope::Request(request)) => {
                    if let Some(question) = self.question(&request).await?
                        && let Some(open) = &mut self.open
                    {
                        if open.gathered.is_empty() {
                            open.soon = Instant::now() + TOGETHER;
                        }
                        open.gathered.push(question);
                        if open.gathered.len() == MOST_QUESTIONS {
                            return self.park_gathered();
                        }
                    }
                }
                Err(_) => {}
            }
        }
    }

    /// What was said beside the answer, if it is something for the client.
    fn heard(&self, message: &Bytes) -> Option<Bytes> {
        let raw = mcp::scan_with(message, mcp::Limits::RESPONSE).ok()?;
        match Envelope::parse(raw) {
            Ok(Envelope::Notification(call)) => self.notification(message, &call),
            // A question now would be one to a call that is answered.
            _ => None,
        }
    }

    /// A notification of the server, unless the client did not ask for it.
    fn notification(&self, message: &Bytes, call: &Call<'_>) -> Option<Bytes> {
        match &call.method {
            Method::LogMessage => {
                let level = call.params.level.as_deref();
                let level = level.and_then(level_of);
                let wanted = self.level.zip(level).is_some_and(|(wanted, level)| level >= wanted);
                wanted.then(|| message.clone())
            }
            Method::Progress => {
                let token = self.progress.as_deref()?;
                splice::set_member(message, &["params"], "progressToken", token).ok()
            }
            // Changes belong on a subscription.
            _ if call.method.is_known() => None,
            _ => Some(message.clone()),
        }
    }

    /// A request of the server, unless the gateway answers it itself.
    async fn question(&mut self, request: &Request<'_>) -> Result<Option<Question>, Fault> {
        let takes_input = matches!(self.method, Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead);
        let asks = takes_input && self.declared.covers(request);
        let Some(open) = &mut self.open else { return Ok(None) };
        if asks {
            open.numbered += 1;
            return Ok(Some(Question {
                key: format!("input-{}", open.numbered),
                id: request.id.text().to_owned(),
                method: request.call.method.as_str().to_owned(),
                params: request.call.params.raw.map(|params| params.text().to_owned()),
            }));
        }
        self.gateway.notify(&open.context, &open.line, question::refusal(request)).await?;
        Ok(None)
    }

    fn park_gathered(&mut self) -> Result<Out, Fault> {
        let gathered = self.open.as_mut().map(|open| std::mem::take(&mut open.gathered)).unwrap_or_default();
        self.park(gathered)
    }

    /// Hands the server's questions to the client and keeps its stream open, without a turn.
    fn park(&mut self, asked: Vec<Question>) -> Result<Out, Fault> {
        let Some(mut open) = self.open.take() else { return Err(Fault::BrokenOff) };
        let inputs: Vec<_> = asked.iter().map(Question::input).collect();
        open.questions = asked;
        open.parked = Instant::now();
        open.replies.rest();
        let parts = &self.gateway.inner.parts;
        let whose = (open.context.caller.person.id, open.context.server.id);
        let state = self.gateway.inner.parked.park(
            &parts.vault,
            &*parts.env,
            self.gateway.node(),
            whose,
            self.about.clone(),
            open,
        );
        let (state, waits) = state.map_err(|_| Fault::Waiting)?;
        self.gateway.inner.tasks.spawn(waits.give_up(self.gateway.inner.draining.clone()));
        let body = bridge::input_required_response(&self.exchange.id, &inputs, Some(&state));
        Ok(Out::Answer(StatusCode::OK, body))
    }

    /// The server's last word.
    async fn answered(&mut self, message: &Bytes) -> Result<Out, Fault> {
        let Some(open) = &self.open else { return Err(Fault::BrokenOff) };
        let unreadable = |error: &dyn std::fmt::Display| Fault::NotMcp(error.to_string());
        let id = RawId::parse(&self.exchange.id).ok_or(Fault::BrokenOff)?;
        let body = splice::replace_id(message, id).map_err(|error| unreadable(&error))?;
        let urls = match mcp::Response::parse(&body).map_err(|error| unreadable(&error))?.outcome {
            Answered::Error(error) if error.code == codes::URL_ELICITATION_REQUIRED => bridge::url_elicitation(&error),
            _ => None,
        };
        let (body, ending) = self.gateway.inspect(&open.context, &self.exchange, &body)?;
        if let Err(error) = self.gateway.settle(&mut self.exchange, ending).await {
            return Ok(self.exchange.refusal(&error).into());
        }
        let body = match urls {
            Some(_) if !self.declared.opens_urls() => question::needs_urls().to_bytes_with(&self.exchange.id),
            // The client opens the address and asks again, from the beginning.
            Some(urls) => {
                let number = |(index, (method, params))| (format!("input-{}", index + 1), method, params);
                let requests: Vec<_> = urls.into_iter().enumerate().map(number).collect();
                bridge::input_required_response(&self.exchange.id, &requests, None)
            }
            None => bridge::response_to_modern(&body, &self.method).map_err(|error| unreadable(&error))?,
        };
        Ok(Out::Answer(status(&body), body))
    }
}

impl Dialogue for Serving {
    async fn next(&mut self) -> Option<Out> {
        self.open.as_ref()?;
        let out = self.step().await;
        if !matches!(out, Ok(Out::Message(_))) {
            self.open = None;
        }
        match out {
            Ok(Out::Answer(status, body)) => {
                // An answer that asks for input ends this request, and with it its record.
                let note = crate::settle::Ending::Success {
                    result: ledger::Payload::new(std::str::from_utf8(&body).unwrap_or_default()),
                    note: Some("the server asks for input before it goes on".to_owned()),
                };
                match self.gateway.settle(&mut self.exchange, note).await {
                    Ok(()) => Some(Out::Answer(status, body)),
                    Err(error) => Some(self.exchange.refusal(&error).into()),
                }
            }
            Ok(out) => Some(out),
            Err(fault) => Some(self.gateway.failed(&mut self.exchange, &fault).await.into()),
        }
    }
}

/// The status that this answer has for a client of 2026-07-28.
fn status(body: &[u8]) -> StatusCode {
    let status = match mcp::Response::parse(body).map(|response| response.outcome) {
        Ok(Answered::Error(error)) => RpcError::new(error.code, "").http_status(Generation::Modern),
        _ => 200,
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::OK)
}
