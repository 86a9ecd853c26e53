//! Who asks what of which server: what is known of a request before its message is read.

use std::net::IpAddr;
use std::sync::Arc;

use directory::{Person, ServerEntry, Snapshot};
use domain::{CorrelationId, KeyId};
use http::{HeaderMap, header};
use mcp::Call;

use crate::limits::slow::Hangup;
use crate::session::Session;
use crate::track::Track;

/// One HTTP request by a known person to a server that this person may know of.
pub(crate) struct Context {
    pub(crate) correlation: CorrelationId,
    /// SHA-256 of the key, to ask again while an answer goes on.
    pub(crate) credential: [u8; 32],
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) person: Arc<Person>,
    pub(crate) key: KeyId,
    pub(crate) ip: Option<IpAddr>,
    /// Another node passed this request on to this one.
    pub(crate) passed_on: bool,
    pub(crate) server: Arc<ServerEntry>,
    pub(crate) headers: HeaderMap,
    /// Cuts the connection that the request came on.
    pub(crate) hangup: Option<Hangup>,
    pub(crate) track: Arc<Track>,
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
            key: self.key,
            ip: self.ip,
            passed_on: self.passed_on,
            server: self.server.clone(),
            headers,
            hangup: self.hangup.clone(),
            track: self.track.clone(),
        }
    }
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

pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).map(shown)
}
