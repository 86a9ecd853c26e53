//! Streams of changes, translated: the listening GET of an older client becomes `subscriptions/listen` at a modern server,
//! and `subscriptions/listen` of a modern client becomes a session with a GET stream at an older one.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method as Verb, Response, StatusCode, header};
use mcp::bridge::{self, ClientIdentity};
use mcp::{Call, Envelope, Generation, Method, ProtocolVersion, Raw, RpcError};
use policy::Target;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::dialogue::{Dialogue, Out, stream};
use super::lines::Line;
use super::replies::Replies;
use super::sessions::Wishes;
use super::to_modern::Held;
use crate::Gateway;
use crate::context::Context;
use crate::forward::{Fault, Outgoing};
use crate::incoming::Incoming;
use crate::limits::{Kind, Pass};
use crate::refusal::Refusal;

/// Resources that one session or subscription may watch.
pub(super) const MOST_WATCHED: usize = 256;

impl Gateway {
    /// Serves the GET of an older client whose session the gateway holds.
    pub(crate) async fn listen_for_legacy(&self, context: &Context, held: Held) -> Result<Response<Body>, Refusal> {
        // Held as long as the client listens, however often the subscription behind it is made anew.
        let pass = self.enter(context, Kind::Listen, None, Generation::Legacy).await?;
        let wishes = held.key.map(|key| self.inner.sessions.wishes(key));
        let in_session = wishes.is_some();
        let mut listening = LegacyListener {
            gateway: self.clone(),
            context: context.share(),
            identity: held.identity,
            wishes: wishes.unwrap_or_else(|| watch::channel(Wishes::default()).1),
            in_session,
            replies: None,
            _pass: pass,
        };
        match listening.subscribe().await {
            Ok(replies) => listening.replies = Some(replies),
            // The server has no such streams (2025-11-25 transports, "Listening for Messages from the Server").
            Err(Fault::NotMcp(why)) => {
                tracing::debug!(server = %context.server.slug, why, "no stream of changes");
                return Err(Refusal::http(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "the server does not offer a listening stream",
                )
                .with_header(header::ALLOW, HeaderValue::from_static("POST, DELETE")));
            }
            Err(fault) => return Err(Refusal::rpc(&fault.rpc(), None, Generation::Legacy)),
        }
        Ok(stream(self, context, None, listening))
    }

    /// Serves `subscriptions/listen` in front of an older server.
    pub(crate) async fn listen_for_modern(
        &self,
        context: &Context,
        incoming: &Incoming<'_>,
        call: &Call<'_>,
        identity: &ClientIdentity,
    ) -> Result<Response<Body>, Refusal> {
        let refuse = |fault: &Fault| incoming.refusal(&fault.rpc());
        let pass = self.enter(context, Kind::Listen, Some((call, incoming.envelope.id())), Generation::Modern).await?;
        // A GET stream belongs to one session, so this one is not shared.
        let line = Arc::new(self.open_line(context, identity, false).await.map_err(|fault| refuse(&fault))?);
        let mut granted = match self.grant(context, &line, call).await {
            Ok(granted) => granted,
            Err(fault) => {
                self.close_line(context, line);
                return Err(refuse(&fault));
            }
        };
        let listens = ["toolsListChanged", "promptsListChanged", "resourcesListChanged", "resourceSubscriptions"];
        let replies = if listens.iter().any(|name| granted.get(*name).is_some()) {
            self.listen_on(context, &line).await.ok()
        } else {
            None
        };
        if replies.is_none() {
            // Without a stream nothing of it would be heard; what is acknowledged is what is honoured.
            granted = json!({});
        }
        let id = incoming.id().to_owned();
        let first = bridge::acknowledged(&id, &granted.to_string());
        let listener =
            ModernListener { gateway: self.clone(), context: context.share(), line, id, granted, replies, _pass: pass };
        Ok(stream(self, context, Some(first), listener))
    }

    /// Subscribes to what an older server offers of what was asked for.
    async fn grant(&self, context: &Context, line: &Line, call: &Call<'_>) -> Result<Value, Fault> {
        let said: Value = serde_json::from_slice(&line.initialize).unwrap_or_default();
        let can = |path: &str| said["capabilities"].pointer(path).and_then(Value::as_bool).unwrap_or_default();
        let asked = call.params.notifications;
        let mut granted = json!({});
        for (name, path) in [
            ("toolsListChanged", "/tools/listChanged"),
            ("promptsListChanged", "/prompts/listChanged"),
            ("resourcesListChanged", "/resources/listChanged"),
        ] {
            if asked.and_then(|asked| asked.get(name)).and_then(Raw::as_bool).unwrap_or_default() && can(path) {
                granted[name] = Value::Bool(true);
            }
        }
        let uris = asked.and_then(|asked| asked.get("resourceSubscriptions"));
        if let Some(uris) = uris.filter(|_| can("/resources/subscribe")) {
            let mut subscribed = Vec::new();
            for uri in uris.elements().filter_map(Raw::as_str).take(MOST_WATCHED) {
                let body = bridge::resource_subscription(&line.id(), &uri, true);
                let pass = self.pass(context, Kind::Own, None).await?;
                let mut replies = self.request(context, pass, line, body, false).await?;
                while let Some(message) = replies.next().await? {
                    if let Ok(response) = mcp::Response::parse(&message) {
                        if matches!(response.outcome, mcp::result::Outcome::Result(_)) {
                            subscribed.push(Value::from(uri.as_ref()));
                        }
                        break;
                    }
                }
            }
            granted["resourceSubscriptions"] = Value::Array(subscribed);
        }
        Ok(granted)
    }
}

/// The stream of an older client: one subscription at the server, made anew when the session's wishes change.
struct LegacyListener {
    gateway: Gateway,
    context: Context,
    identity: ClientIdentity,
    wishes: watch::Receiver<Wishes>,
    /// The wishes are those of a session, and end with it.
    in_session: bool,
    replies: Option<Replies>,
    _pass: Pass,
}

impl LegacyListener {
    async fn subscribe(&mut self) -> Result<Replies, Fault> {
        let wishes = self.wishes.borrow_and_update().clone();
        let now = self.gateway.inner.parts.env.now();
        let (snapshot, context) = (self.gateway.inner.parts.directory.load(), &self.context);
        // What may not be read may not be watched, either; rules and groups may have changed since the client subscribed.
        let caller = snapshot.authenticate(&context.caller.credential, now).map_err(|_| Fault::AccessEnded)?;
        let may = |uri: &&String| {
            let target = Target::Resource(uri.as_str());
            snapshot.authorize(&caller.person, &context.server, target, now, context.message.known()).is_allowed()
        };
        let uris: Vec<&String> = wishes.resources.iter().filter(may).collect();
        let filter = json!({
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": uris,
        });
        let body = bridge::listen_request("\"drawbridge-listen\"", &filter.to_string(), &self.identity);
        let mut headers = HeaderMap::new();
        headers.insert("mcp-protocol-version", HeaderValue::from_static(ProtocolVersion::LATEST.as_str()));
        headers.insert("mcp-method", HeaderValue::from_static("subscriptions/listen"));
        let outgoing = Outgoing { method: Verb::POST, headers, to: None, body: Some(body) };
        let upstream = self.gateway.dispatch_own(&self.context, outgoing).await?;
        Replies::listening(&self.gateway, &self.context, upstream)
    }
}

impl Dialogue for LegacyListener {
    async fn next(&mut self) -> Option<Out> {
        loop {
            let Some(replies) = &mut self.replies else {
                match self.subscribe().await {
                    Ok(replies) => self.replies = Some(replies),
                    Err(fault) => {
                        tracing::debug!(server = %self.context.server.slug, %fault, "no stream of changes");
                        return None;
                    }
                }
                continue;
            };
            let message = tokio::select! {
                changed = self.wishes.changed(), if self.in_session => {
                    changed.ok()?;
                    self.replies = None;
                    continue;
                }
                message = replies.next() => message.ok()??,
            };
            let raw = mcp::scan_with(&message, mcp::Limits::RESPONSE).ok()?;
            match Envelope::parse(raw) {
                Ok(Envelope::Notification(call)) if !self.gateway.may_hear(&self.context, &call) => {}
                Ok(Envelope::Notification(call)) if call.method != Method::SubscriptionsAcknowledged => {
                    return bridge::notification_to_legacy(&message).ok().map(Out::Message);
                }
                // The server ends the subscription, gracefully or not.
                Ok(Envelope::Response(_)) => return None,
                _ => {}
            }
        }
    }
}

/// The subscription of a modern client: a session of its own at an older server.
struct ModernListener {
    gateway: Gateway,
    context: Context,
    line: Arc<Line>,
    /// Of the listen request, as JSON.
    id: String,
    granted: Value,
    replies: Option<Replies>,
    _pass: Pass,
}

impl Drop for ModernListener {
    fn drop(&mut self) {
        self.gateway.close_line(&self.context, self.line.clone());
    }
}

/// Whether a notification is among those that were granted.
fn wanted(granted: &Value, call: &Call<'_>) -> bool {
    let flag = |name: &str| granted.get(name).is_some_and(|value| value == &Value::Bool(true));
    match &call.method {
        Method::ToolsListChanged => flag("toolsListChanged"),
        Method::PromptsListChanged => flag("promptsListChanged"),
        Method::ResourcesListChanged => flag("resourcesListChanged"),
        Method::ResourcesUpdated => {
            let uris = granted.get("resourceSubscriptions").and_then(Value::as_array);
            uris.is_some_and(|uris| uris.iter().any(|uri| uri.as_str() == call.params.uri.as_deref()))
        }
        _ => false,
    }
}

impl Dialogue for ModernListener {
    async fn next(&mut self) -> Option<Out> {
        let Some(replies) = &mut self.replies else {
            // Nothing was granted that could change; the subscription lasts as long as the client and its access.
            self.gateway.standing(&self.context).lost().await;
            return None;
        };
        loop {
            let Ok(Some(message)) = replies.next().await else {
                self.replies = None;
                return Some(Out::Answer(http::StatusCode::OK, bridge::subscription_ended(&self.id)));
            };
            let raw = mcp::scan_with(&message, mcp::Limits::RESPONSE).ok()?;
            match Envelope::parse(raw) {
                Ok(Envelope::Notification(call)) if wanted(&self.granted, &call) => {
                    return bridge::notification_to_modern(&message, &self.id).ok().map(Out::Message);
                }
                Ok(Envelope::Request(request)) => {
                    let id = request.id.text();
                    let body = if request.call.method == Method::Ping {
                        Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#))
                    } else {
                        RpcError::method_not_found(request.call.method.as_str()).to_bytes_with(id)
                    };
                    let _ = self.gateway.notify(&self.context, &self.line, body).await;
                }
                _ => {}
            }
        }
    }
}
