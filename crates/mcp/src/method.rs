//! The methods of MCP and what the gateway needs to know about each.

use std::borrow::Cow;
use std::fmt;

use crate::list::ListKind;
use crate::version::ProtocolVersion::{self, V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $since:ident ..= $until:ident;)*) => {
        /// A JSON-RPC method. Names are case-sensitive; what is not listed is [`Method::Other`].
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Method<'a> {
            $($(#[$doc])* $variant,)*
            /// A method of an extension or of a revision we do not know.
            Other(Cow<'a, str>),
        }

        impl Method<'static> {
            /// Every method that has a name here, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl<'a> Method<'a> {
            /// The method named `text`.
            pub fn parse(text: Cow<'a, str>) -> Self {
                match text.as_ref() {
                    $($text => Self::$variant,)*
                    _ => Self::Other(text),
                }
            }

            /// The name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }

            /// Whether the method exists in a revision. Unknown methods may exist anywhere.
            pub fn defined_in(&self, version: ProtocolVersion) -> bool {
                match self {
                    $(Self::$variant => ($since..=$until).contains(&version),)*
                    Self::Other(_) => true,
                }
            }
        }
    };
}

methods! {
    /// Legacy handshake.
    Initialize = "initialize", V2024_11_05 ..= V2025_11_25;
    /// Legacy liveness check.
    Ping = "ping", V2024_11_05 ..= V2025_11_25;
    /// What a modern server is and can do.
    ServerDiscover = "server/discover", V2026_07_28 ..= V2026_07_28;
    /// Lists tools.
    ToolsList = "tools/list", V2024_11_05 ..= V2026_07_28;
    /// Calls a tool.
    ToolsCall = "tools/call", V2024_11_05 ..= V2026_07_28;
    /// Lists resources.
    ResourcesList = "resources/list", V2024_11_05 ..= V2026_07_28;
    /// Lists resource templates.
    ResourcesTemplatesList = "resources/templates/list", V2024_11_05 ..= V2026_07_28;
    /// Reads a resource.
    ResourcesRead = "resources/read", V2024_11_05 ..= V2026_07_28;
    /// Legacy subscription to a resource.
    ResourcesSubscribe = "resources/subscribe", V2024_11_05 ..= V2025_11_25;
    /// Ends a legacy subscription.
    ResourcesUnsubscribe = "resources/unsubscribe", V2024_11_05 ..= V2025_11_25;
    /// Reads a directory of resources (skills extension).
    ResourcesDirectoryRead = "resources/directory/read", V2026_07_28 ..= V2026_07_28;
    /// Lists prompts.
    PromptsList = "prompts/list", V2024_11_05 ..= V2026_07_28;
    /// Renders a prompt.
    PromptsGet = "prompts/get", V2024_11_05 ..= V2026_07_28;
    /// Completes an argument of a prompt or resource template.
    CompletionComplete = "completion/complete", V2024_11_05 ..= V2026_07_28;
    /// Legacy log level of a session.
    LoggingSetLevel = "logging/setLevel", V2024_11_05 ..= V2025_11_25;
    /// Opens a stream of change notifications.
    SubscriptionsListen = "subscriptions/listen", V2026_07_28 ..= V2026_07_28;
    /// State of a task.
    TasksGet = "tasks/get", V2025_11_25 ..= V2026_07_28;
    /// Cancels a task.
    TasksCancel = "tasks/cancel", V2025_11_25 ..= V2026_07_28;
    /// Gives input to a task (tasks extension).
    TasksUpdate = "tasks/update", V2026_07_28 ..= V2026_07_28;
    /// Lists tasks (experimental, 2025-11-25 only).
    TasksList = "tasks/list", V2025_11_25 ..= V2025_11_25;
    /// Result of a task (experimental, 2025-11-25 only).
    TasksResult = "tasks/result", V2025_11_25 ..= V2025_11_25;
    /// Lists skills (extension).
    SkillsList = "skills/list", V2026_07_28 ..= V2026_07_28;
    /// Reads a skill (extension).
    SkillsGet = "skills/get", V2026_07_28 ..= V2026_07_28;
    /// Server asks the client's model.
    SamplingCreateMessage = "sampling/createMessage", V2024_11_05 ..= V2025_11_25;
    /// Server asks the user.
    ElicitationCreate = "elicitation/create", V2025_06_18 ..= V2025_11_25;
    /// Server asks for the client's roots.
    RootsList = "roots/list", V2024_11_05 ..= V2025_11_25;
    /// Client has finished the legacy handshake.
    Initialized = "notifications/initialized", V2024_11_05 ..= V2025_11_25;
    /// One side gives up on a request.
    Cancelled = "notifications/cancelled", V2024_11_05 ..= V2026_07_28;
    /// Progress of a request.
    Progress = "notifications/progress", V2024_11_05 ..= V2026_07_28;
    /// A log line of the server.
    LogMessage = "notifications/message", V2024_11_05 ..= V2026_07_28;
    /// The client's roots changed.
    RootsListChanged = "notifications/roots/list_changed", V2024_11_05 ..= V2025_11_25;
    /// The server's tools changed.
    ToolsListChanged = "notifications/tools/list_changed", V2024_11_05 ..= V2026_07_28;
    /// The server's prompts changed.
    PromptsListChanged = "notifications/prompts/list_changed", V2024_11_05 ..= V2026_07_28;
    /// The server's resources changed.
    ResourcesListChanged = "notifications/resources/list_changed", V2024_11_05 ..= V2026_07_28;
    /// A subscribed resource changed.
    ResourcesUpdated = "notifications/resources/updated", V2024_11_05 ..= V2026_07_28;
    /// First message of a modern subscription.
    SubscriptionsAcknowledged = "notifications/subscriptions/acknowledged", V2026_07_28 ..= V2026_07_28;
    /// A URL elicitation is done.
    ElicitationComplete = "notifications/elicitation/complete", V2025_11_25 ..= V2025_11_25;
    /// A task changed its state.
    TasksStatus = "notifications/tasks/status", V2025_11_25 ..= V2026_07_28;
}

impl Method<'_> {
    /// Whether the name is one of the listed methods.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Whether messages of this method never have an id: everything under `notifications/`.
    pub fn is_notification(&self) -> bool {
        self.as_str().starts_with("notifications/")
    }

    /// Whether the attempt and its outcome belong in the audit log, even when it succeeds.
    pub const fn is_audited(&self) -> bool {
        matches!(
            self,
            Self::ToolsCall
                | Self::ResourcesRead
                | Self::PromptsGet
                | Self::CompletionComplete
                | Self::TasksGet
                | Self::TasksResult
                | Self::TasksUpdate
                | Self::TasksCancel
        )
    }

    /// Whether the answer is a list that must be filtered by what the caller may use.
    pub const fn is_list(&self) -> bool {
        self.list_kind().is_some()
    }

    /// What the answer lists, if it is such a list.
    pub const fn list_kind(&self) -> Option<ListKind> {
        match self {
            Self::ToolsList => Some(ListKind::Tools),
            Self::ResourcesList => Some(ListKind::Resources),
            Self::ResourcesTemplatesList => Some(ListKind::ResourceTemplates),
            Self::PromptsList => Some(ListKind::Prompts),
            _ => None,
        }
    }

    /// Whether only servers may send this request (legacy "Client Features").
    pub const fn from_server(&self) -> bool {
        matches!(self, Self::SamplingCreateMessage | Self::ElicitationCreate | Self::RootsList)
    }
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a message is about, for policy and audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// A tool by name.
    Tool(&'a str),
    /// A prompt by name.
    Prompt(&'a str),
    /// A resource by URI.
    Resource(&'a str),
    /// A resource template by URI template.
    ResourceTemplate(&'a str),
    /// A task by id.
    Task(&'a str),
    /// The server itself, or a message that lacks what it is about.
    None,
}

impl<'a> Target<'a> {
    /// The name, URI or id.
    pub const fn name(self) -> Option<&'a str> {
        match self {
            Self::Tool(name)
            | Self::Prompt(name)
            | Self::Resource(name)
            | Self::ResourceTemplate(name)
            | Self::Task(name) => Some(name),
            Self::None => None,
        }
    }
}
