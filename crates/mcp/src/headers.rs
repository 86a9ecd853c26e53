//! What HTTP headers claim about a message, checked against the message.
//!
//! Modern clients mirror parts of the body into headers so that intermediaries can route without
//! parsing. We parse the body, so headers are never trusted instead of it: they are only compared, and
//! a contradiction is refused before anything downstream could act on the wrong half. On legacy
//! revisions `Mcp-Method` and `Mcp-Name` mean nothing and are not looked at.

mod codec;
mod negotiate;
mod param;

use std::borrow::Cow;

use crate::error::{RpcError, codes};
use crate::version::ProtocolVersion;

pub use codec::{ValueError, decode_value, encode_value};
pub use param::{BindingError, ParamBinding, ParamType, param_bindings, param_headers};

/// `MCP-Protocol-Version`
pub const PROTOCOL_VERSION: &str = "MCP-Protocol-Version";
/// `Mcp-Method`
pub const METHOD: &str = "Mcp-Method";
/// `Mcp-Name`
pub const NAME: &str = "Mcp-Name";
/// `Mcp-Session-Id` (legacy)
pub const SESSION_ID: &str = "Mcp-Session-Id";
/// `Last-Event-ID` (legacy)
pub const LAST_EVENT_ID: &str = "Last-Event-ID";
/// Prefix of the headers that mirror tool arguments.
pub const PARAM_PREFIX: &str = "Mcp-Param-";
/// [`PROTOCOL_VERSION`] in lower case, as HTTP libraries store names.
pub const PROTOCOL_VERSION_LOWER: &str = "mcp-protocol-version";
/// [`METHOD`] in lower case.
pub const METHOD_LOWER: &str = "mcp-method";
/// [`NAME`] in lower case.
pub const NAME_LOWER: &str = "mcp-name";
/// [`SESSION_ID`] in lower case.
pub const SESSION_ID_LOWER: &str = "mcp-session-id";
/// [`LAST_EVENT_ID`] in lower case.
pub const LAST_EVENT_ID_LOWER: &str = "last-event-id";
/// [`PARAM_PREFIX`] in lower case.
pub const PARAM_PREFIX_LOWER: &str = "mcp-param-";

/// Longest accepted session or event id, in bytes.
pub const MAX_ID: usize = 8192;

/// A header that may occur once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<'h> {
    /// Not sent.
    #[default]
    Absent,
    /// Sent once, with this value.
    One(&'h [u8]),
    /// Sent more than once, even if equal: intermediaries differ in which one they read.
    Repeated,
}

impl<'h> Field<'h> {
    fn add(&mut self, value: &'h [u8]) {
        *self = match self {
            Self::Absent => Self::One(value),
            _ => Self::Repeated,
        };
    }

    /// The value as printable ASCII without surrounding whitespace.
    fn text(self, header: &'static str) -> Result<Option<&'h str>, HeaderError> {
        match self {
            Self::Absent => Ok(None),
            Self::Repeated => Err(HeaderError::Repeated { header: header.into() }),
            Self::One(value) => match codec::plain(value) {
                Some(text) => Ok(Some(text)),
                None => Err(HeaderError::Invalid { header: header.into(), why: ValueError::Characters }),
            },
        }
    }

    /// The value without the base64 sentinel.
    fn decoded(self, header: &'static str) -> Result<Option<Cow<'h, str>>, HeaderError> {
        match self {
            Self::Absent => Ok(None),
            Self::Repeated => Err(HeaderError::Repeated { header: header.into() }),
            Self::One(value) => {
                decode_value(value).map(Some).map_err(|why| HeaderError::Invalid { header: header.into(), why })
            }
        }
    }

    /// An opaque id of visible ASCII (2025-11-25 transports, "Session Management").
    fn id(self, header: &'static str) -> Result<Option<&'h str>, HeaderError> {
        let id = self.text(header)?;
        match id {
            Some(id) if id.is_empty() || id.len() > MAX_ID || id.contains([' ', '\t']) => {
                Err(HeaderError::Invalid { header: header.into(), why: ValueError::Characters })
            }
            id => Ok(id),
        }
    }
}

/// The MCP headers of one HTTP request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrored<'h> {
    /// `MCP-Protocol-Version`
    pub version: Field<'h>,
    /// `Mcp-Method`
    pub method: Field<'h>,
    /// `Mcp-Name`
    pub name: Field<'h>,
    /// `Mcp-Session-Id`
    pub session: Field<'h>,
    /// `Last-Event-ID`
    pub last_event_id: Field<'h>,
    /// `Mcp-Param-*`: what follows the prefix, and the value.
    pub params: Vec<(&'h str, &'h [u8])>,
}

impl<'h> Mirrored<'h> {
    /// Picks the MCP headers out of all headers. Names are compared case-insensitively.
    pub fn collect(headers: impl IntoIterator<Item = (&'h str, &'h [u8])>) -> Self {
        let mut mirrored = Self::default();
        for (name, value) in headers {
            // Cheap first: most headers of a request are none of ours.
            if !matches!(name.as_bytes().first(), Some(b'm' | b'M' | b'l' | b'L')) {
                continue;
            }
            if name.eq_ignore_ascii_case(PROTOCOL_VERSION) {
                mirrored.version.add(value);
            } else if name.eq_ignore_ascii_case(METHOD) {
                mirrored.method.add(value);
            } else if name.eq_ignore_ascii_case(NAME) {
                mirrored.name.add(value);
            } else if name.eq_ignore_ascii_case(SESSION_ID) {
                mirrored.session.add(value);
            } else if name.eq_ignore_ascii_case(LAST_EVENT_ID) {
                mirrored.last_event_id.add(value);
            } else if let Some(suffix) = param_suffix(name) {
                mirrored.params.push((suffix, value));
            }
        }
        mirrored
    }

    /// The session id, if one was sent. Modern requests ignore it.
    pub fn session_id(&self) -> Result<Option<&'h str>, HeaderError> {
        self.session.id(SESSION_ID)
    }

    /// The event after which a legacy client wants its stream resumed.
    pub fn last_event_id(&self) -> Result<Option<&'h str>, HeaderError> {
        self.last_event_id.id(LAST_EVENT_ID)
    }
}

/// What follows `Mcp-Param-` in a header name.
fn param_suffix(name: &str) -> Option<&str> {
    let (prefix, suffix) = name.split_at_checked(PARAM_PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PARAM_PREFIX).then_some(suffix)
}

/// Headers that are missing, malformed or contradict the body. All of them are HTTP 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A required header is not there.
    #[error("required header {header} is missing")]
    Missing {
        /// The header.
        header: Cow<'static, str>,
    },
    /// A header occurs more than once.
    #[error("header {header} was sent more than once; send it once")]
    Repeated {
        /// The header.
        header: Cow<'static, str>,
    },
    /// A header value is not decodable.
    #[error("header {header}: {why}")]
    Invalid {
        /// The header.
        header: Cow<'static, str>,
        /// What is wrong with the value.
        why: ValueError,
    },
    /// Header and body disagree.
    #[error("{header} header value '{header_value}' does not match body value '{body_value}'")]
    Mismatch {
        /// The header.
        header: Cow<'static, str>,
        /// Its value, decoded and shortened.
        header_value: String,
        /// The value in the body, shortened.
        body_value: String,
    },
    /// A header mirrors an argument that the body does not have.
    #[error("header {header} mirrors an argument that is absent or null in the body; omit it")]
    Unexpected {
        /// The header.
        header: Cow<'static, str>,
    },
    /// A modern request lacks required members of `_meta`.
    #[error("request _meta is missing or has malformed required fields: {members}")]
    MissingMeta {
        /// The members, comma-separated.
        members: String,
    },
    /// The version is unknown, or not one that this server is offered in.
    #[error("unsupported protocol version '{requested}'")]
    UnsupportedVersion {
        /// What the request says, shortened.
        requested: String,
        /// What may be used instead, oldest first.
        supported: Vec<ProtocolVersion>,
    },
    /// A modern request to a server that speaks legacy revisions only. Answered without a modern error
    /// code, since such a code would keep dual-generation clients from falling back.
    #[error("this server speaks MCP up to {newest} only; send initialize")]
    LegacyOnly {
        /// The newest revision the server speaks.
        newest: ProtocolVersion,
    },
    /// Header and body of `initialize` name different versions.
    #[error("MCP-Protocol-Version header '{header_value}' does not match initialize params.protocolVersion")]
    InitializeMismatch {
        /// The header's value, shortened.
        header_value: String,
    },
    /// A modern client sent a JSON-RPC response.
    #[error("clients must not send JSON-RPC responses in this protocol version; answer with inputResponses")]
    ResponseNotAllowed,
}

impl HeaderError {
    /// The JSON-RPC error to answer with, HTTP 400 (2026-07-28 transports, "Server Validation").
    pub fn rpc(&self) -> RpcError {
        match self {
            Self::Missing { .. }
            | Self::Repeated { .. }
            | Self::Invalid { .. }
            | Self::Mismatch { .. }
            | Self::Unexpected { .. } => RpcError::header_mismatch(self),
            Self::MissingMeta { .. } => RpcError::malformed(codes::INVALID_PARAMS, format!("Invalid params: {self}")),
            Self::UnsupportedVersion { requested, supported } => RpcError::unsupported_version(requested, supported),
            Self::LegacyOnly { .. } | Self::InitializeMismatch { .. } | Self::ResponseNotAllowed => {
                RpcError::invalid_request(self)
            }
        }
    }
}
