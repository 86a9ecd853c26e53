//! Every way in which a test can fail, with its words and its advice.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use domain::{PinKind, TestStepKind};
use http::StatusCode;
use net::NetError;

/// Why a connection test failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or it broke.
    Net(NetError),
    /// A header of the credential cannot be sent.
    BadHeader {
        /// Its name.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
    /// 401.
    Unauthorized {
        /// Whether a credential was sent.
        credential: bool,
        /// Whether the server points to an OAuth authorization server.
        oauth: bool,
    },
    /// 403.
    Forbidden {
        /// Whether a credential was sent.
        credential: bool,
    },
    /// 3xx.
    Redirect {
        /// The status.
        status: StatusCode,
        /// Where to, without query.
        to: Option<String>,
    },
    /// Another status that is no success.
    Status {
        /// The status.
        status: StatusCode,
        /// Whether the body is a web page.
        page: bool,
        /// The body, if it is a JSON-RPC error.
        error: Option<Bytes>,
    },
    /// A web page.
    Page,
    /// An answer that is no MCP.
    NotMcp {
        /// What it is.
        why: String,
    },
    /// An answer that cannot be read.
    Malformed {
        /// Where it breaks.
        why: String,
    },
    /// A success without an answer.
    NoAnswer {
        /// What was asked.
        method: String,
    },
    /// A JSON-RPC error.
    Refused {
        /// What was asked.
        method: String,
        /// The code.
        code: i64,
        /// The message.
        message: String,
    },
    /// An event stream of HTTP+SSE that does not begin with the address for messages.
    NoEndpoint {
        /// The event that it begins with.
        event: String,
    },
    /// An address for messages at another site.
    ForeignEndpoint {
        /// Where, without query.
        to: String,
    },
    /// An event stream that ended before the answer.
    StreamEnded,
    /// No common revision.
    NoCommonVersion {
        /// What the server speaks.
        server: Vec<String>,
    },
    /// No answer in time.
    Timeout {
        /// What was asked.
        method: String,
        /// How long was waited.
        after: Duration,
    },
    /// The whole test took too long.
    OutOfTime {
        /// How long it may take.
        after: Duration,
    },
    /// An answer, or all definitions together, are too long.
    TooLarge {
        /// What was asked.
        method: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The server works, but there is nothing to call.
    NoTools,
    /// More definitions than are accepted.
    TooMany {
        /// The kind.
        kind: PinKind,
        /// The limit.
        limit: usize,
    },
    /// Pages without end.
    EndlessPages {
        /// The kind.
        kind: PinKind,
    },
    /// Two definitions of one kind with the same name.
    Duplicate {
        /// The kind.
        kind: PinKind,
        /// The name.
        name: String,
    },
    /// A definition that cannot be fingerprinted.
    BadDefinition {
        /// The kind.
        kind: PinKind,
        /// Why.
        why: String,
    },
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        Self::Net(error)
    }
}

impl Failure {
    /// The step that this failure belongs to, if that does not depend on when it came.
    pub(crate) fn step(&self) -> Option<TestStepKind> {
        match self {
            Self::Net(
                NetError::BadUrl { .. }
                | NetError::Blocked { .. }
                | NetError::Dns { .. }
                | NetError::Connect { .. }
                | NetError::Setup { .. },
            ) => Some(TestStepKind::Reachable),
            Self::Net(NetError::Tls { .. }) => Some(TestStepKind::Tls),
            Self::BadHeader { .. } | Self::Unauthorized { .. } | Self::Forbidden { .. } => {
                Some(TestStepKind::Authentication)
            }
            _ => None,
        }
    }

    /// What happened.
    pub fn detail(&self) -> String {
        match self {
            Self::Net(error) => error.detail(),
            Self::BadHeader { name, why } => format!("the header `{name}` cannot be sent: {why}"),
            Self::Unauthorized { credential: true, .. } => "the server refuses the credential (401)".to_owned(),
            Self::Unauthorized { oauth: true, .. } => "the server wants a sign-in by OAuth (401)".to_owned(),
            Self::Unauthorized { .. } => "the server asks for a credential (401)".to_owned(),
            Self::Forbidden { credential: true } => {
                "the server knows the credential, but it may not do this (403)".to_owned()
            }
            Self::Forbidden { credential: false } => "the server forbids access without a credential (403)".to_owned(),
            Self::Redirect { status, to: Some(to) } => {
                format!("the server sends us on to another address ({}): {to}", status.as_u16())
            }
            Self::Redirect { status, to: None } => {
                format!("the server sends us on ({}), but does not say where", status.as_u16())
            }
            Self::Status { status, page: true, .. } => {
                format!("the server answers {} with a web page", status_words(*status))
            }
            Self::Status { status, .. } => format!("the server answers {}", status_words(*status)),
            Self::Page => "the server answers with a web page instead of MCP".to_owned(),
            Self::NotMcp { why } => format!("the server answers, but does not speak MCP: {why}"),
            Self::Malformed { why } => format!("the answer is malformed: {why}"),
            Self::NoAnswer { method } => format!("the server takes `{method}`, but gives no answer"),
            Self::Refused { method, code, message } if message.is_empty() => {
                format!("the server refuses `{method}` with error {code}")
            }
            Self::Refused { method, code, message } => {
                format!("the server refuses `{method}` with error {code}: {message}")
            }
            Self::NoEndpoint { event } => {
                format!("the event stream begins with `{event}` and not with the address for messages")
            }
            Self::ForeignEndpoint { to } => format!("the server wants its messages sent to another site: {to}"),
            Self::StreamEnded => "the server ends its event stream before it has answered".to_owned(),
            Self::NoCommonVersion { server } if server.is_empty() => {
                "the server speaks no revision of MCP that is known here".to_owned()
            }
            Self::NoCommonVersion { server } => {
                format!("the server speaks no revision of MCP that is known here, only {}", server.join(", "))
            }
            Self::Timeout { method, after } => {
                format!("no answer to `{method}` within {:.1} seconds", after.as_secs_f64())
            }
            Self::OutOfTime { after } => {
                format!("the test took longer than {:.1} seconds and was ended", after.as_secs_f64())
            }
            Self::TooLarge { method, limit } => {
                format!("the answer to `{method}` is longer than the limit of {}", size_words(*limit))
            }
            Self::NoTools => "the server works, but offers no tools".to_owned(),
            Self::TooMany { kind, limit } => format!("the server offers more than {limit} {}", plural(*kind)),
            Self::EndlessPages { kind } => format!("the list of {} has no end", plural(*kind)),
            Self::Duplicate { kind, name } => format!("the server offers two {} named `{name}`", plural(*kind)),
            Self::BadDefinition { kind, why } => format!("one of the {} cannot be read: {why}", plural(*kind)),
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Net(error) => error.advice(),
            Self::BadHeader { .. } => {
                "correct the header; copy name and value exactly as the server's documentation says"
            }
            Self::Unauthorized { credential: true, oauth: false } => {
                "check the name of the header, a prefix such as `Bearer`, and that the key is still valid"
            }
            Self::Unauthorized { credential: true, oauth: true } => {
                "check the name of the header, a prefix such as `Bearer`, and that the key is still valid; this server \
                 also offers OAuth, which cannot be used yet"
            }
            Self::Unauthorized { oauth: true, .. } => {
                "servers that need OAuth cannot be connected yet; if the vendor also issues API keys, choose \
                 authentication by API key"
            }
            Self::Unauthorized { .. } => {
                "choose authentication by API key and enter the header that the server expects"
            }
            Self::Forbidden { credential: true } => {
                "give the key the rights that it needs at the vendor, or use another key"
            }
            Self::Forbidden { credential: false } => {
                "enter a credential, or ask the server's operator to let Drawbridge's address in"
            }
            Self::Redirect { .. } => "redirects are not followed; if you trust the new address, enter it instead",
            Self::Status { status, .. } => match *status {
                StatusCode::NOT_FOUND | StatusCode::GONE => {
                    "check the path: MCP endpoints are often at the site's address followed by /mcp, those of the older \
                     HTTP+SSE by /sse"
                }
                StatusCode::METHOD_NOT_ALLOWED => {
                    "check the path and the transport: at this address the server speaks neither the one that was \
                     chosen nor an older one"
                }
                StatusCode::TOO_MANY_REQUESTS => "the server limits how often it is asked; wait a while and test again",
                status if status.is_server_error() => {
                    "the server itself has a problem; look into its log or ask its operator, then test again"
                }
                _ => "check the address and the authentication against the server's documentation",
            },
            Self::Page => "enter the address of the MCP endpoint itself, often the site's address followed by /mcp",
            Self::NotMcp { .. } => {
                "check in the server's documentation that this is its MCP endpoint and that it speaks Streamable HTTP or \
                 HTTP+SSE"
            }
            Self::Malformed { .. }
            | Self::Duplicate { .. }
            | Self::BadDefinition { .. }
            | Self::EndlessPages { .. } => "this is a fault of the server; report it to its maintainer",
            Self::NoAnswer { .. } | Self::Refused { .. } => {
                "check that the address is an MCP endpoint, and look into the server's log for the reason"
            }
            Self::NoEndpoint { .. } => {
                "check the address: event streams of HTTP+SSE are often at the site's address followed by /sse"
            }
            Self::ForeignEndpoint { .. } => {
                "messages and credentials stay at the site whose address was entered; ask the server's operator to \
                 correct the address that the server gives"
            }
            Self::StreamEnded => {
                "look into the server's log, and let event streams stay open in every proxy in front of it"
            }
            Self::NoCommonVersion { .. } => "update the server, or Drawbridge if the server is newer",
            Self::Timeout { .. } | Self::OutOfTime { .. } => {
                "check that the address is an MCP endpoint and that the server is not overloaded, then test again"
            }
            Self::TooLarge { .. } => {
                "check that the address is an MCP endpoint; answers of this length are cut off to protect the other users"
            }
            Self::NoTools => {
                "check that the server is set up completely and that the credential has access to its tools; without \
                 tools there is nothing to approve"
            }
            Self::TooMany { .. } => {
                "ask the server's operator to offer a smaller set, for example by a path of its own"
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.detail(), self.advice())
    }
}

impl std::error::Error for Failure {}

/// The kind in words, more than one of it.
pub(crate) fn plural(kind: PinKind) -> &'static str {
    match kind {
        PinKind::Tool => "tools",
        PinKind::Prompt => "prompts",
        PinKind::Resource => "resources",
        PinKind::Template => "resource templates",
        PinKind::Instructions => "instructions",
    }
}

fn status_words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

fn size_words(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB && bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}
