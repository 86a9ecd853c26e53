//! HTTP+SSE of 2024-11-05, for clients that know nothing newer: a stream that the client opens first, and messages that
//! it posts to the address that the stream begins with. What is posted goes the same way as any other message; only the
//! answers travel on the stream.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use domain::{NodeId, ServerId, UserId};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use mcp::{Generation, sse};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::Gateway;
use crate::answer::bodiless;
use crate::context::Context;
use crate::limits::slow::{Hangup, Source};
use crate::messages;
use crate::refusal::Refusal;
use crate::standing::Standing;
use crate::stream::event_response;

/// Streams that may be open at one time, in all and for one person.
const MOST: usize = 10_000;
const MOST_EACH: usize = 100;
/// Messages that wait for a slow client.
const AHEAD: usize = 64;
/// What one client may have posted that is not answered yet, in KiB, and what the smallest message counts as: there may be
/// 64 of those.
const ROOM: u32 = 16 * 1024;
const LEAST: u32 = ROOM / 64;
/// How long after the end of what the server says unasked it is listened to again.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);
/// How often a silent stream is kept alive by a comment.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

struct Connection {
    person: UserId,
    server: ServerId,
    sender: mpsc::Sender<Bytes>,
    /// The session that the handshake opened.
    session: Option<HeaderValue>,
    /// For what is posted, until its answer is on the stream.
    room: Arc<Semaphore>,
    /// Cuts the stream's connection: that is the one which has to be read.
    hangup: Option<Hangup>,
    gone: CancellationToken,
}

/// All open streams of this node, by the secret part of the address that belongs to them.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<HashMap<String, Connection>>>);

/// Ends a connection with its stream.
struct Open {
    connections: Connections,
    token: String,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(connection) = self.connections.0.lock().remove(&self.token) {
            connection.gone.cancel();
        }
    }
}

impl Connections {
    fn open(
        &self,
        env: &dyn domain::Env,
        node: NodeId,
        (person, server): (UserId, ServerId),
        hangup: Option<Hangup>,
    ) -> Option<(Open, mpsc::Receiver<Bytes>)> {
        let token = format!("{node}.{}", crate::bridge::unguessable(env));
        let (sender, receiver) = mpsc::channel(AHEAD);
        let mut all = self.0.lock();
        if all.len() >= MOST || all.values().filter(|one| one.person == person).count() >= MOST_EACH {
            return None;
        }
        let gone = CancellationToken::new();
        let room = Arc::new(Semaphore::new(ROOM as usize));
        all.insert(token.clone(), Connection { person, server, sender, session: None, room, hangup, gone });
        Some((Open { connections: self.clone(), token }, receiver))
    }
}

/// Whether a GET of the plain address wants this transport: clients of later revisions say which session they listen to,
/// or at least which revision they speak (2025-03-26 transports, "Backwards Compatibility").
pub(crate) fn is_asked_for(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("text/event-stream")
        && !headers.contains_key(SESSION)
        && !headers.contains_key("mcp-protocol-version")
        && !headers.contains_key("last-event-id")
}

/// The secret part of the address of a stream.
pub(crate) fn session_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("session="))
}

/// The node that holds the stream with this address.
pub(crate) fn node_of(session: &str) -> Option<NodeId> {
    session.split_once('.')?.0.parse().ok()
}

/// What goes over a stream.
struct Events {
    first: Option<Bytes>,
    receiver: mpsc::Receiver<Bytes>,
    standing: Standing,
    open: Open,
}

impl Source for Events {
    async fn step(mut self) -> (Option<std::io::Result<Bytes>>, Option<Self>) {
        let chunk = match self.first.take() {
            Some(first) => first,
            None => tokio::select! {
                message = tokio::time::timeout(KEEP_ALIVE, self.receiver.recv()) => match message {
                    Ok(Some(message)) => sse::message(&message),
                    Ok(None) => return (None, None),
                    Err(_) => Bytes::from_static(b":\n\n"),
                },
                _ = self.standing.lost() => return (None, None),
            },
        };
        (Some(Ok(chunk)), Some(self))
    }

    /// What is under way for the stream ends with it, and records that.
    async fn abandon(self, idle: Duration) {
        tracing::debug!(?idle, "a stream was cut: its client does not read");
        drop(self.open);
    }
}

impl Gateway {
    /// Serves the GET that opens a stream: its first event names the address to post to.
    pub(crate) async fn connect(&self, context: &Context) -> Result<Response<Body>, Refusal> {
        // Which client it is its first message will tell.
        self.permit_server(context).await.map_err(|e| Refusal::rpc(&e, None, Generation::Legacy))?;
        let whose = (context.caller.person.id, context.server.id);
        let opened = self.inner.connections.open(&*self.inner.parts.env, self.node(), whose, context.hangup.clone());
        let (open, receiver) = opened.ok_or_else(|| {
            Refusal::http(StatusCode::TOO_MANY_REQUESTS, "too many streams are open; close those that nobody reads")
        })?;
        let address = format!("/mcp/{}/messages?session={}", context.server.slug, open.token);
        let mut first = Vec::new();
        let frame = sse::Frame { event: Some("endpoint"), data: Some(address.as_bytes()), ..sse::Frame::default() };
        sse::encode(&frame, &mut first).map_err(|_| Refusal::http(StatusCode::INTERNAL_SERVER_ERROR, "no address"))?;
        let standing = self.standing(context);
        let events = Events { first: Some(Bytes::from(first)), receiver, standing, open };
        Ok(event_response(self.watched(events, self.limits(context, None).idle, context.hangup.clone())))
    }

    /// Serves a message that was posted to the address of a stream.
    pub(crate) async fn posted(&self, context: &Context, token: &str, body: Body) -> Result<Response<Body>, Refusal> {
        let found = {
            let all = self.inner.connections.0.lock();
            let ours = |one: &&Connection| one.person == context.caller.person.id && one.server == context.server.id;
            all.get(token).filter(ours).map(|one| {
                let (sender, session) = (one.sender.clone(), one.session.clone());
                (sender, session, (one.room.clone(), one.hangup.clone(), one.gone.clone()))
            })
        };
        let Some((sender, session, (room, hangup, gone))) = found else {
            return Err(Refusal::http(StatusCode::NOT_FOUND, "this stream has ended; open a new one"));
        };
        let body = self.body(context, body).await?;
        let takes = u32::try_from(body.len() / 1024).unwrap_or(ROOM).clamp(LEAST, ROOM);
        let Ok(room) = room.try_acquire_many_owned(takes) else {
            let why = "too many messages of this stream wait for their answers; wait for some of those first";
            return Err(Refusal::http(StatusCode::TOO_MANY_REQUESTS, why)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1")));
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(session.map(|session| (SESSION, session)));
        headers.extend(context.headers.get(header::USER_AGENT).map(|agent| (header::USER_AGENT, agent.clone())));
        let (gateway, token) = (self.clone(), token.to_owned());
        let mut context = Context { hangup, ..context.with_headers(headers) };
        let serving = gone.clone().run_until_cancelled_owned(async move {
            let response = gateway.message(&mut context, &body).await.unwrap_or_else(Refusal::into_response);
            if response.status() == StatusCode::NOT_FOUND && context.headers.contains_key(SESSION) {
                // The session is over, and this revision has no word for it but the end of its stream.
                gateway.inner.connections.0.lock().remove(&token);
                return gone.cancel();
            }
            if let Some(session) = response.headers().get(SESSION).cloned() {
                gateway.opened_by(&context, &token, session, &sender, gone);
            }
            gateway.deliver(response, &sender, messages::id_of(&body)).await;
        });
        self.inner.tasks.spawn(async move {
            let _ = serving.await;
            drop(room);
        });
        Ok(bodiless(StatusCode::ACCEPTED))
    }

    /// Remembers the session of a stream, and brings on it what the server says unasked.
    fn opened_by(
        &self,
        context: &Context,
        token: &str,
        session: HeaderValue,
        sender: &mpsc::Sender<Bytes>,
        gone: CancellationToken,
    ) {
        if let Some(connection) = self.inner.connections.0.lock().get_mut(token) {
            connection.session = Some(session.clone());
        }
        let headers = HeaderMap::from_iter([(SESSION, session)]);
        let (gateway, mut context, sender) = (self.clone(), context.with_headers(headers), sender.clone());
        let listening = gone.run_until_cancelled_owned(async move {
            // Servers and what is between close such streams now and then.
            while let Ok(response) = gateway.listen(&mut context).await {
                gateway.deliver(response, &sender, None).await;
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        });
        self.inner.tasks.spawn(async move {
            let _ = listening.await;
        });
    }

    /// Puts the messages of an answer to this request on the stream.
    async fn deliver(&self, response: Response<Body>, sender: &mpsc::Sender<Bytes>, id: Option<String>) {
        if !messages::is_stream(&response) {
            if let Some(message) = messages::whole(response, id).await {
                drop(sender.send(message).await);
            }
            return;
        }
        let mut all = std::pin::pin!(messages::of_stream(response));
        while let Some(message) = all.next().await {
            if sender.send(message).await.is_err() {
                return;
            }
        }
    }
}
