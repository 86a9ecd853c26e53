//! Who asks what of which server.

use std::net::IpAddr;
use std::sync::Arc;

use directory::ServerEntry;
use domain::CorrelationId;
use http::{HeaderMap, header};
use mcp::{Call, Method};
use policy::{AuthMethod, Known, RequestFacts, Target};

use crate::edge::Authenticated;
use crate::limits::slow::Hangup;
use crate::session::Session;
use crate::track::Track;

/// One HTTP request by a known person to a server that this person may know of.
pub(crate) struct Context {
    pub(crate) correlation: CorrelationId,
    pub(crate) caller: Authenticated,
    pub(crate) server: Arc<ServerEntry>,
    pub(crate) headers: HeaderMap,
    /// Cuts the connection that the request came on.
    pub(crate) hangup: Option<Hangup>,
    pub(crate) track: Arc<Track>,
    /// The message at hand.
    pub(crate) message: Arc<Message>,
}

/// What is known of a message: what it asks for, and what conditions of rules look at.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    asked: Asked,
    /// Resources whose changes it asks for.
    watched: Vec<String>,
    facts: RequestFacts,
    /// Whether it tells which AI client asks. As long as none does, conditions on that are open.
    told: bool,
}

impl Message {
    /// No message yet, or none that tells anything: it is about the server. What the facts leave out is in
    /// [`policy::UNTOLD`].
    pub(crate) fn unread(ip: Option<IpAddr>) -> Self {
        let facts = RequestFacts { ip, method: Some(AuthMethod::ApiKey), ..RequestFacts::default() };
        Self { asked: Asked::Server, watched: Vec::new(), facts, told: false }
    }

    /// A message of this AI client; without a call it is about the server. Every call tells which client it is, if only by
    /// not saying it.
    pub(crate) fn of(ip: Option<IpAddr>, call: Option<&Call<'_>>, client: Option<(String, Option<String>)>) -> Self {
        let Self { asked, facts, .. } = Self::unread(ip);
        let told = call.is_some() || client.is_some();
        let (client_name, client_version) = client.map_or((None, None), |(name, version)| (Some(name), version));
        Self {
            asked: call.map_or(asked, Asked::of),
            watched: call.map(watched).unwrap_or_default(),
            facts: RequestFacts { client_name, client_version, ..facts },
            told,
        }
    }

    /// The same message, which is about a task that this tool has started.
    #[must_use]
    pub(crate) fn of_task(self, tool: String) -> Self {
        Self { asked: Asked::Tool(tool), ..self }
    }

    /// What the policy is asked about.
    pub(crate) fn target(&self) -> Target<'_> {
        self.asked.target()
    }

    /// What the AI client calls itself.
    pub(crate) fn client(&self) -> Option<(String, Option<String>)> {
        Some((self.facts.client_name.clone()?, self.facts.client_version.clone()))
    }

    /// The tool that it calls.
    pub(crate) fn tool(&self) -> Option<&str> {
        match &self.asked {
            Asked::Tool(name) => Some(name),
            _ => None,
        }
    }

    /// Resources whose changes it asks for; each has to be allowed, too.
    pub(crate) fn watched(&self) -> &[String] {
        &self.watched
    }

    pub(crate) const fn facts(&self) -> &RequestFacts {
        &self.facts
    }

    /// What is known apart from arguments.
    pub(crate) const fn known(&self) -> Known<'_> {
        if self.told { Known::Request(&self.facts) } else { Known::Person }
    }
}

/// The resources whose changes a call asks for (2026-07-28, `subscriptions/listen`).
fn watched(call: &Call<'_>) -> Vec<String> {
    let uris = call.params.notifications.and_then(|wanted| wanted.get("resourceSubscriptions"));
    uris.map(|uris| uris.elements().map(|uri| uri.as_str().unwrap_or_default().into_owned()).collect())
        .unwrap_or_default()
}

/// What a message asks for.
#[derive(Debug, Clone)]
enum Asked {
    Server,
    Tool(String),
    Prompt(String),
    Resource(String),
    Template(String),
}

impl Asked {
    /// What the policy is asked about. A method that nobody has heard of could do anything: only for those who may do
    /// everything.
    fn of(call: &Call<'_>) -> Self {
        match call.target() {
            mcp::Target::Tool(name) => Self::Tool(name.to_owned()),
            mcp::Target::Prompt(name) => Self::Prompt(name.to_owned()),
            mcp::Target::Resource(uri) => Self::Resource(uri.to_owned()),
            mcp::Target::ResourceTemplate(template) => Self::Template(template.to_owned()),
            _ if !call.method.is_known() => Self::Resource(call.method.as_str().to_owned()),
            _ => Self::Server,
        }
    }

    fn target(&self) -> Target<'_> {
        match self {
            Self::Server => Target::Server,
            Self::Tool(name) => Target::Tool(name),
            Self::Prompt(name) => Target::Prompt(name),
            Self::Resource(uri) => Target::Resource(uri),
            Self::Template(template) => Target::Template(template),
        }
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

    /// What a call is recorded as being about: the tool, resource, prompt or template that it names, or the tool that started
    /// the task.
    pub(crate) fn named(&self, call: &Call<'_>) -> Option<String> {
        self.message.tool().map(shown).or_else(|| name_of(call))
    }

    /// The same caller with other headers.
    pub(crate) fn with_headers(&self, headers: HeaderMap) -> Self {
        Self {
            correlation: self.correlation,
            caller: self.caller.clone(),
            server: self.server.clone(),
            headers,
            hangup: self.hangup.clone(),
            track: self.track.clone(),
            message: self.message.clone(),
        }
    }
}

/// The tool, resource, prompt or template that a call names.
fn name_of(call: &Call<'_>) -> Option<String> {
    match call.target() {
        mcp::Target::Tool(name)
        | mcp::Target::Prompt(name)
        | mcp::Target::Resource(name)
        | mcp::Target::ResourceTemplate(name) => Some(shown(name)),
        mcp::Target::Task(_) | mcp::Target::None => None,
    }
}

/// How many characters of a caller's text are recorded.
const SHOWN: usize = 256;

/// Text of a caller as it is recorded: bounded, without control characters.
pub(crate) fn shown(text: &str) -> String {
    // As it nearly always is.
    if text.len() <= SHOWN && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars().take(SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
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
