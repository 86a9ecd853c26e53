//! Who asks what of which server: what is known of a request before its message is read.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use directory::{Person, ServerEntry, Snapshot};
use domain::{CorrelationId, KeyId};
use http::{HeaderMap, header};
use mcp::{Call, Method};
use policy::{AuthMethod, Known, RequestFacts, Target};

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
    /// What conditions of rules look at. A message tells which AI client it is, so it is not known before.
    pub(crate) facts: OnceLock<RequestFacts>,
    /// What the message asks for, to ask again while it is answered.
    pub(crate) asked: OnceLock<Asked>,
}

/// What a message asks for.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    Server,
    Tool(String),
    Prompt(String),
    Resource(String),
    Template(String),
}

impl Asked {
    /// What the policy is asked about. A method that nobody has heard of could do anything: only for those who may do
    /// everything.
    pub(crate) fn of(call: &Call<'_>) -> Self {
        match call.target() {
            mcp::Target::Tool(name) => Self::Tool(name.to_owned()),
            mcp::Target::Prompt(name) => Self::Prompt(name.to_owned()),
            mcp::Target::Resource(uri) => Self::Resource(uri.to_owned()),
            mcp::Target::ResourceTemplate(template) => Self::Template(template.to_owned()),
            _ if !call.method.is_known() => Self::Resource(call.method.as_str().to_owned()),
            _ => Self::Server,
        }
    }

    pub(crate) fn target(&self) -> Target<'_> {
        match self {
            Self::Server => Target::Server,
            Self::Tool(name) => Target::Tool(name),
            Self::Prompt(name) => Target::Prompt(name),
            Self::Resource(uri) => Target::Resource(uri),
            Self::Template(template) => Target::Template(template),
        }
    }
}

impl Context {
    /// Notes which AI client asks; the first word counts. What is left out is in [`policy::UNTOLD`].
    pub(crate) fn meet(&self, client: Option<&(String, Option<String>)>) -> &RequestFacts {
        self.facts.get_or_init(|| RequestFacts {
            ip: self.ip,
            client_name: client.map(|(name, _)| name.clone()),
            client_version: client.and_then(|(_, version)| version.clone()),
            method: Some(AuthMethod::ApiKey),
            ..RequestFacts::default()
        })
    }

    /// What is known of the request so far.
    pub(crate) fn known(&self) -> Known<'_> {
        self.facts.get().map_or(Known::Person, Known::Request)
    }
}

/// What is known when the policy is asked about a call: what is done with arguments is decided by them, everything else
/// that names something without them. Where nothing is done yet, arguments may still come.
pub(crate) fn known_of<'a>(facts: &'a RequestFacts, call: &Call<'_>, arguments: Option<&'a str>) -> Known<'a> {
    match call.method {
        Method::ToolsCall | Method::PromptsGet => Known::Call(facts, arguments),
        Method::CompletionComplete => Known::Request(facts),
        _ if matches!(call.target(), mcp::Target::None | mcp::Target::Task(_)) && call.method.is_known() => {
            Known::Request(facts)
        }
        _ => Known::Call(facts, None),
    }
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
            facts: self.facts.clone(),
            asked: self.asked.clone(),
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
