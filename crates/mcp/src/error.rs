//! JSON-RPC errors as the gateway answers them.
//!
//! What is denied must look exactly like what does not exist, so the "no such tool, prompt or
//! resource" errors are built here once, for both generations. The gateway's own codes lie outside the
//! range that JSON-RPC reserves, so that they cannot be taken for those of an upstream.

use std::borrow::Cow;

use bytes::Bytes;

use crate::id::RawId;
use crate::method::Target;
use crate::version::{Generation, ProtocolVersion};

/// Codes of JSON-RPC 2.0 and of MCP (2026-07-28 basic, "Error Codes").
pub mod codes {
    /// The body is no JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// The body is no valid JSON-RPC request.
    pub const INVALID_REQUEST: i64 = -32600;
    /// The method does not exist.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// Parameters are missing or wrong; also unknown tool, prompt, cursor and (modern) resource.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The receiver failed.
    pub const INTERNAL_ERROR: i64 = -32603;
    /// Resource not found up to 2025-11-25; must not be sent in 2026-07-28.
    pub const RESOURCE_NOT_FOUND: i64 = -32002;
    /// HTTP headers contradict the body (2026-07-28).
    pub const HEADER_MISMATCH: i64 = -32020;
    /// The request lacks a client capability that it needs (2026-07-28).
    pub const MISSING_CLIENT_CAPABILITY: i64 = -32021;
    /// The protocol version is not supported (2026-07-28).
    pub const UNSUPPORTED_VERSION: i64 = -32022;
    /// The user must open a URL first (2025-11-25 only).
    pub const URL_ELICITATION_REQUIRED: i64 = -32042;
}

/// The gateway's own error codes: 10000 plus the HTTP status that describes the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GatewayCode {
    /// A rule refuses the call, and saying so reveals nothing that the caller does not know.
    Denied,
    /// The guard found something in arguments or result.
    Blocked,
    /// The definition differs from the one that was approved.
    Conflict,
    /// The message exceeds a size limit.
    TooLarge,
    /// Too many calls.
    RateLimited,
    /// The upstream server answered something that is not MCP.
    UpstreamBroken,
    /// The gateway or the server cannot take calls now: ledger, shutdown, circuit breaker.
    Unavailable,
    /// The upstream server did not answer in time.
    UpstreamTimeout,
    /// The answer was cut off at a size limit.
    Truncated,
}

impl GatewayCode {
    /// The number on the wire.
    pub const fn code(self) -> i64 {
        match self {
            Self::Denied => 10_403,
            Self::Blocked => 10_406,
            Self::Conflict => 10_409,
            Self::TooLarge => 10_413,
            Self::RateLimited => 10_429,
            Self::UpstreamBroken => 10_502,
            Self::Unavailable => 10_503,
            Self::UpstreamTimeout => 10_504,
            Self::Truncated => 10_507,
        }
    }
}

/// A JSON-RPC error object and what decides its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// The code.
    pub code: i64,
    /// One sentence for people.
    pub message: Cow<'static, str>,
    /// `data` as JSON text.
    pub data: Option<String>,
    /// Whether the request itself is malformed (bad envelope, headers or required `_meta`), which is
    /// HTTP 400, unlike errors about what was asked.
    pub malformed: bool,
}

impl RpcError {
    /// An error about what was asked.
    pub fn new(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None, malformed: false }
    }

    /// An error about the request itself: HTTP 400.
    pub fn malformed(code: i64, message: impl Into<Cow<'static, str>>) -> Self {
        Self { malformed: true, ..Self::new(code, message) }
    }

    /// Adds `data`.
    #[must_use]
    pub fn with_data(mut self, data: &serde_json::Value) -> Self {
        self.data = Some(data.to_string());
        self
    }

    /// -32700: the body is no JSON.
    pub fn parse_error(why: impl std::fmt::Display) -> Self {
        Self::malformed(codes::PARSE_ERROR, format!("Parse error: {why}"))
    }

    /// -32600: the body is no acceptable message.
    pub fn invalid_request(why: impl std::fmt::Display) -> Self {
        Self::malformed(codes::INVALID_REQUEST, format!("Invalid request: {why}"))
    }

    /// -32601: no such method. HTTP 404 on modern requests.
    pub fn method_not_found(method: &str) -> Self {
        Self::new(codes::METHOD_NOT_FOUND, format!("Method not found: {method}"))
    }

    /// -32602: wrong parameters of a method.
    pub fn invalid_params(why: impl std::fmt::Display) -> Self {
        Self::new(codes::INVALID_PARAMS, format!("Invalid params: {why}"))
    }

    /// -32603: the gateway failed. `what` must not contain internals.
    pub fn internal(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(codes::INTERNAL_ERROR, what)
    }

    /// The protocol's own answer to an unknown tool (server "Tools", "Error Handling").
    pub fn unknown_tool(name: &str) -> Self {
        Self::new(codes::INVALID_PARAMS, format!("Unknown tool: {name}"))
    }

    /// The answer to an unknown prompt (server "Prompts", "Error Handling").
    pub fn unknown_prompt(name: &str) -> Self {
        Self::new(codes::INVALID_PARAMS, format!("Unknown prompt: {name}"))
    }

    /// The answer to an unknown resource: -32002 up to 2025-11-25, -32602 since (server "Resources",
    /// "Error Handling").
    pub fn resource_not_found(uri: &str, generation: Generation) -> Self {
        let code = match generation {
            Generation::Legacy => codes::RESOURCE_NOT_FOUND,
            Generation::Modern => codes::INVALID_PARAMS,
        };
        Self::new(code, "Resource not found").with_data(&serde_json::json!({ "uri": uri }))
    }

    /// The answer to an unknown task.
    pub fn unknown_task() -> Self {
        Self::new(codes::INVALID_PARAMS, "Task not found")
    }

    /// What the protocol says about a target that does not exist: the answer to a denied one.
    pub fn not_found_for(target: &Target<'_>, generation: Generation) -> Self {
        match target {
            Target::Tool(name) => Self::unknown_tool(name),
            Target::Prompt(name) => Self::unknown_prompt(name),
            Target::Resource(uri) | Target::ResourceTemplate(uri) => Self::resource_not_found(uri, generation),
            Target::Task(_) => Self::unknown_task(),
            Target::None => Self::invalid_params("the target does not exist"),
        }
    }

    /// -32020: the headers contradict the body (2026-07-28 transports, "Server Validation").
    pub fn header_mismatch(why: impl std::fmt::Display) -> Self {
        Self::malformed(codes::HEADER_MISMATCH, format!("Header mismatch: {why}"))
    }

    /// -32022: the version is not supported, with those that are (2026-07-28 "Versioning").
    pub fn unsupported_version(requested: &str, supported: &[ProtocolVersion]) -> Self {
        let supported: Vec<_> = supported.iter().rev().map(|version| version.as_str()).collect();
        Self::malformed(codes::UNSUPPORTED_VERSION, "Unsupported protocol version")
            .with_data(&serde_json::json!({ "supported": supported, "requested": requested }))
    }

    /// One of the gateway's own errors.
    pub fn gateway(code: GatewayCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code.code(), message)
    }

    /// What the request needs of the client is not among what it declared (2026-07-28 "Error Codes").
    pub fn missing_client_capability(required: &serde_json::Value) -> Self {
        Self::new(codes::MISSING_CLIENT_CAPABILITY, "The client lacks a capability that this needs")
            .with_data(&serde_json::json!({ "requiredCapabilities": required }))
    }

    /// The HTTP status for a JSON answer (2026-07-28 transports; legacy answers errors about what was
    /// asked with 200, and must never say 404, which means that the session is gone).
    pub fn http_status(&self, generation: Generation) -> u16 {
        match (self.code, generation) {
            _ if self.malformed => 400,
            (codes::MISSING_CLIENT_CAPABILITY, Generation::Modern) => 400,
            (codes::METHOD_NOT_FOUND, Generation::Modern) => 404,
            _ => 200,
        }
    }

    /// The whole JSON-RPC message. Without id it says null, as JSON-RPC 2.0 section 5 demands when the
    /// id of the request could not be read.
    pub fn to_bytes(&self, id: Option<RawId<'_>>) -> Bytes {
        self.to_bytes_with(id.map_or("null", RawId::text))
    }

    /// The same with the raw JSON text of an id that was kept.
    pub fn to_bytes_with(&self, id: &str) -> Bytes {
        let message = serde_json::Value::from(self.message.as_ref());
        let (code, mut tail) = (self.code, String::new());
        if let Some(data) = &self.data {
            tail = format!(r#","data":{data}"#);
        }
        Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":{message}{tail}}}}}"#))
    }
}
