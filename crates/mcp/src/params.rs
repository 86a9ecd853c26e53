//! The few members of `params` that routing, policy and audit look at.
//!
//! Reading is lenient: a member of the wrong type reads as absent, so that methods of other revisions
//! are answered by their own rules. [`Call::check_params`] is the strict half and must pass before a
//! message is authorised.

use std::borrow::Cow;

use crate::envelope::Call;
use crate::error::RpcError;
use crate::id::RawId;
use crate::method::{Method, Target};
use crate::raw::{Kind, Raw};
use crate::text::is_case_twin;

/// Prefix of the `_meta` keys that the specification defines (2026-07-28 basic, "`_meta`").
pub(crate) const META_PREFIX: &str = "io.modelcontextprotocol/";

/// Who a client says it is. Self-declared: for display and audit, never for policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo<'a> {
    /// Programmatic name.
    pub name: Cow<'a, str>,
    /// Version, free text.
    pub version: Cow<'a, str>,
    /// Name for people.
    pub title: Option<Cow<'a, str>>,
}

impl<'a> ClientInfo<'a> {
    /// Reads an `Implementation`; a missing version reads as empty, a missing name as no client at all.
    fn read(raw: Raw<'a>) -> Option<Self> {
        let (mut name, mut version, mut title) = (None, None, None);
        for (key, value) in raw.members() {
            match key.as_ref() {
                "name" => name = value.as_str(),
                "version" => version = value.as_str(),
                "title" => title = value.as_str(),
                _ => {}
            }
        }
        Some(Self { name: name?, version: version.unwrap_or_default(), title })
    }
}

/// What `completion/complete` completes (server utilities, "Completion").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionRef<'a> {
    /// An argument of the prompt with this name.
    Prompt(Cow<'a, str>),
    /// A variable of the resource template with this URI template.
    Resource(Cow<'a, str>),
}

impl<'a> CompletionRef<'a> {
    fn read(raw: Raw<'a>) -> Option<Self> {
        match raw.get("type")?.as_str()?.as_ref() {
            "ref/prompt" => Some(Self::Prompt(raw.get("name")?.as_str()?)),
            "ref/resource" => Some(Self::Resource(raw.get("uri")?.as_str()?)),
            _ => None,
        }
    }
}

/// The reserved members of `params._meta` (2026-07-28 basic, "`_meta`").
#[derive(Debug, Clone, Default)]
pub struct Meta<'a> {
    /// The whole `_meta` object.
    pub raw: Option<Raw<'a>>,
    /// `io.modelcontextprotocol/protocolVersion`.
    pub protocol_version: Option<Cow<'a, str>>,
    /// `io.modelcontextprotocol/clientInfo`.
    pub client_info: Option<ClientInfo<'a>>,
    /// `io.modelcontextprotocol/clientCapabilities`, if it is an object.
    pub client_capabilities: Option<Raw<'a>>,
    /// `io.modelcontextprotocol/logLevel`.
    pub log_level: Option<Cow<'a, str>>,
    /// `progressToken`.
    pub progress_token: Option<RawId<'a>>,
    /// `traceparent` (W3C Trace Context).
    pub traceparent: Option<Cow<'a, str>>,
    /// `tracestate` (W3C Trace Context).
    pub tracestate: Option<Cow<'a, str>>,
    /// The task that `io.modelcontextprotocol/related-task` names (2025-11-25 "Tasks", "Related Task Metadata").
    pub related_task: Option<Cow<'a, str>>,
}

impl<'a> Meta<'a> {
    fn read(raw: Raw<'a>) -> Self {
        let mut meta = Self { raw: raw.is_object().then_some(raw), ..Self::default() };
        for (key, value) in raw.members() {
            match key.strip_prefix(META_PREFIX) {
                Some("protocolVersion") => meta.protocol_version = value.as_str(),
                Some("clientInfo") => meta.client_info = ClientInfo::read(value),
                Some("clientCapabilities") => meta.client_capabilities = value.is_object().then_some(value),
                Some("logLevel") => meta.log_level = value.as_str(),
                Some("related-task") => {
                    // Without an id it is about a task that nobody has.
                    meta.related_task = Some(value.get("taskId").and_then(Raw::as_str).unwrap_or_default());
                }
                Some(_) => {}
                None => match key.as_ref() {
                    "progressToken" => meta.progress_token = RawId::new(value),
                    "traceparent" => meta.traceparent = value.as_str(),
                    "tracestate" => meta.tracestate = value.as_str(),
                    _ => {}
                },
            }
        }
        meta
    }
}

/// The members of `params` that the gateway reads. Everything else stays in `raw`.
#[derive(Debug, Clone, Default)]
pub struct Params<'a> {
    /// The whole `params` object.
    pub raw: Option<Raw<'a>>,
    /// Tool or prompt.
    pub name: Option<Cow<'a, str>>,
    /// Resource.
    pub uri: Option<Cow<'a, str>>,
    /// Page of a list; opaque, and the empty string is a valid one.
    pub cursor: Option<Cow<'a, str>>,
    /// Task.
    pub task_id: Option<Cow<'a, str>>,
    /// `ref` of a completion.
    pub reference: Option<CompletionRef<'a>>,
    /// `argument` of a completion: the name and what was typed so far.
    pub argument: Option<Raw<'a>>,
    /// Level of `logging/setLevel`.
    pub level: Option<Cow<'a, str>>,
    /// Arguments of a tool or prompt, if they are an object.
    pub arguments: Option<Raw<'a>>,
    /// Version asked for by `initialize`.
    pub protocol_version: Option<Cow<'a, str>>,
    /// Client of `initialize`.
    pub client_info: Option<ClientInfo<'a>>,
    /// Capabilities of the client in `initialize`.
    pub capabilities: Option<Raw<'a>>,
    /// State handed back in a further round (2026-07-28 patterns, "Multi Round-Trip Requests").
    pub request_state: Option<Cow<'a, str>>,
    /// Answers to the server's questions in a further round.
    pub input_responses: Option<Raw<'a>>,
    /// Wish to run as a task (experimental, 2025-11-25).
    pub task: Option<Raw<'a>>,
    /// Filter of `subscriptions/listen`.
    pub notifications: Option<Raw<'a>>,
    /// Request that `notifications/cancelled` is about.
    pub request_id: Option<RawId<'a>>,
    /// Token that `notifications/progress` is about.
    pub progress_token: Option<RawId<'a>>,
    /// `_meta`.
    pub meta: Meta<'a>,
    /// A member that decides what is executed, if another one differs from it in case only.
    pub(crate) twin: Option<&'static str>,
}

/// The members that decide what is executed.
const DECISIVE: [&str; 8] = ["name", "uri", "arguments", "argument", "ref", "taskId", "task", "notifications"];
/// Those inside of `notifications`.
const WATCHED: [&str; 2] = ["resourceSubscriptions", "taskIds"];

impl<'a> Params<'a> {
    /// Reads the known members of a `params` object in one pass.
    pub(crate) fn read(raw: Raw<'a>) -> Self {
        let mut params = Self { raw: Some(raw), ..Self::default() };
        let object = |value: Raw<'a>| value.is_object().then_some(value);
        for (key, value) in raw.members() {
            match key.as_ref() {
                "name" => params.name = value.as_str(),
                "uri" => params.uri = value.as_str(),
                "cursor" => params.cursor = value.as_str(),
                "taskId" => params.task_id = value.as_str(),
                "ref" => params.reference = CompletionRef::read(value),
                "argument" => params.argument = object(value),
                "level" => params.level = value.as_str(),
                "arguments" => params.arguments = object(value),
                "protocolVersion" => params.protocol_version = value.as_str(),
                "clientInfo" => params.client_info = ClientInfo::read(value),
                "capabilities" => params.capabilities = object(value),
                "requestState" => params.request_state = value.as_str(),
                "inputResponses" => params.input_responses = object(value),
                "task" => params.task = object(value),
                "notifications" => {
                    params.notifications = object(value);
                    let twin =
                        |(key, _): (Cow<'_, str>, _)| WATCHED.into_iter().find(|known| is_case_twin(&key, known));
                    params.twin = params.twin.or(value.members().find_map(twin));
                }
                "requestId" => params.request_id = RawId::new(value),
                "progressToken" => params.progress_token = RawId::new(value),
                "_meta" => params.meta = Meta::read(value),
                other => params.twin = params.twin.or(DECISIVE.into_iter().find(|known| is_case_twin(other, known))),
            }
        }
        params
    }

    /// Any member of `params`, read in place.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.raw?.get(name)
    }

    /// Whether this is a further round of a request that needed input.
    pub fn has_input_responses(&self) -> bool {
        self.input_responses.is_some()
    }
}

/// A member that a method needs and that is missing or of the wrong type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("params.{member} must be {expected}")]
pub struct ParamFault {
    /// The member of `params`.
    pub member: &'static str,
    /// What it must be, as a noun phrase.
    pub expected: &'static str,
}

impl ParamFault {
    /// The JSON-RPC error to answer with: -32602.
    pub fn rpc(&self) -> RpcError {
        RpcError::invalid_params(self.to_string())
    }
}

impl<'a> Call<'a> {
    /// Who the client says it is: in `_meta` (modern) or in `initialize` (legacy).
    pub fn client_info(&self) -> Option<&ClientInfo<'a>> {
        self.params.meta.client_info.as_ref().or(self.params.client_info.as_ref())
    }

    /// What the message is about. [`Target::None`] if it lacks the member that says so, which
    /// [`Call::check_params`] reports.
    pub fn target(&self) -> Target<'_> {
        let params = &self.params;
        let (text, target): (_, fn(_) -> _) = match self.method {
            Method::ToolsCall => (&params.name, Target::Tool),
            Method::PromptsGet => (&params.name, Target::Prompt),
            Method::ResourcesRead
            | Method::ResourcesSubscribe
            | Method::ResourcesUnsubscribe
            | Method::ResourcesDirectoryRead => (&params.uri, Target::Resource),
            Method::TasksGet | Method::TasksCancel | Method::TasksUpdate | Method::TasksResult => {
                (&params.task_id, Target::Task)
            }
            // A skill is read like a resource: who may use some tools only, may not.
            Method::SkillsGet => {
                return Target::Resource(params.name.as_deref().or(params.uri.as_deref()).unwrap_or_default());
            }
            Method::CompletionComplete => {
                return match &params.reference {
                    Some(CompletionRef::Prompt(name)) => Target::Prompt(name),
                    Some(CompletionRef::Resource(uri)) => Target::ResourceTemplate(uri),
                    None => Target::None,
                };
            }
            _ => return Target::None,
        };
        text.as_deref().map_or(Target::None, target)
    }

    /// The value that `Mcp-Name` must repeat, for methods that require the header (2026-07-28
    /// transports, "Standard Request Headers"; tasks extension for task ids).
    pub fn mirrored_name(&self) -> Option<&str> {
        match self.method {
            Method::ToolsCall | Method::PromptsGet => self.params.name.as_deref(),
            Method::ResourcesRead => self.params.uri.as_deref(),
            Method::TasksGet | Method::TasksUpdate | Method::TasksCancel => self.params.task_id.as_deref(),
            _ => None,
        }
    }

    /// What the caller passed in: the arguments of a tool or prompt, or the argument to complete.
    pub fn audited_arguments(&self) -> Option<Raw<'a>> {
        match self.method {
            Method::CompletionComplete => self.params.argument,
            Method::TasksGet | Method::TasksResult | Method::TasksUpdate | Method::TasksCancel => self.params.raw,
            _ => self.params.arguments,
        }
    }

    /// Whether it asks for changes of tasks (`subscriptions/listen` with the tasks extension, "Notifications").
    pub fn watches_tasks(&self) -> bool {
        self.method == Method::SubscriptionsListen
            && self.params.notifications.is_some_and(|wanted| wanted.get("taskIds").is_some())
    }

    /// Checks the members that this method needs. Must pass before the message is authorised: what
    /// fails here reads as absent everywhere else.
    pub fn check_params(&self) -> Result<(), ParamFault> {
        let params = &self.params;
        match self.method {
            Method::ToolsCall | Method::PromptsGet => {
                required(params.name.is_some(), "name", "a string")?;
                self.optional("arguments", Kind::Object)?;
                self.optional("requestState", Kind::String)?;
                self.optional("inputResponses", Kind::Object)?;
            }
            Method::ResourcesRead => {
                required(params.uri.is_some(), "uri", "a string")?;
                self.optional("requestState", Kind::String)?;
                self.optional("inputResponses", Kind::Object)?;
            }
            Method::ResourcesSubscribe | Method::ResourcesUnsubscribe | Method::ResourcesDirectoryRead => {
                required(params.uri.is_some(), "uri", "a string")?;
            }
            Method::TasksGet | Method::TasksCancel | Method::TasksUpdate | Method::TasksResult => {
                required(params.task_id.is_some(), "taskId", "a string")?;
            }
            Method::CompletionComplete => {
                required(params.reference.is_some(), "ref", "a ref/prompt with a name or a ref/resource with a uri")?;
                let argument = params.argument.is_some_and(|argument| {
                    ["name", "value"].iter().all(|key| argument.get(key).is_some_and(|it| it.kind() == Kind::String))
                });
                required(argument, "argument", "an object with the strings name and value")?;
            }
            Method::LoggingSetLevel => required(params.level.is_some(), "level", "a string")?,
            Method::Initialize => required(params.protocol_version.is_some(), "protocolVersion", "a string")?,
            Method::SubscriptionsListen => {
                required(params.notifications.is_some(), "notifications", "an object")?;
            }
            Method::ToolsList
            | Method::ResourcesList
            | Method::ResourcesTemplatesList
            | Method::PromptsList
            | Method::TasksList => self.optional("cursor", Kind::String)?,
            Method::Cancelled => required(params.request_id.is_some(), "requestId", "a string or number")?,
            _ => {}
        }
        Ok(())
    }

    /// A member that may be absent or null, but not of another type.
    fn optional(&self, member: &'static str, kind: Kind) -> Result<(), ParamFault> {
        let expected = if kind == Kind::Object { "an object" } else { "a string" };
        let fits = self.params.get(member).is_none_or(|value| value.kind() == kind || value.is_null());
        required(fits, member, expected)
    }
}

fn required(holds: bool, member: &'static str, expected: &'static str) -> Result<(), ParamFault> {
    if holds { Ok(()) } else { Err(ParamFault { member, expected }) }
}
