//! A light look at what an upstream answered, for audit and guard.

use std::borrow::Cow;

use crate::envelope::{Envelope, Fault, ReplyOutcome};
use crate::error::codes;
use crate::id::RawId;
use crate::raw::Raw;
use crate::scan::{Limits, ScanError, scan_with};

/// A JSON-RPC response, borrowed from its bytes (MCP basic, "Responses").
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// The id it answers; none if the peer could not read the request's.
    pub id: Option<RawId<'a>>,
    /// What it says.
    pub outcome: Outcome<'a>,
    /// The whole message.
    pub raw: Raw<'a>,
}

/// Content of a response.
#[derive(Debug, Clone)]
pub enum Outcome<'a> {
    /// A protocol error.
    Error(ErrorView<'a>),
    /// A result, which may still be a tool's failure.
    Result(ResultView<'a>),
}

/// A protocol error.
#[derive(Debug, Clone)]
pub struct ErrorView<'a> {
    /// The code; -32603 if the peer sent none that can be read.
    pub code: i64,
    /// The message, empty if there is none.
    pub message: Cow<'a, str>,
    /// `data`.
    pub data: Option<Raw<'a>>,
}

/// What kind of result it is (2026-07-28 basic, "Result Type").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultType<'a> {
    /// Done. Also what results without `resultType` are.
    Complete,
    /// The server needs input and wants the request again.
    InputRequired,
    /// A task was started (extension).
    Task,
    /// A value we do not know.
    Other(Cow<'a, str>),
}

/// The members of a result that the gateway reads.
#[derive(Debug, Clone)]
pub struct ResultView<'a> {
    /// The whole result.
    pub raw: Raw<'a>,
    /// `isError`: the tool ran and failed (server "Tools", "Error Handling").
    pub is_error: bool,
    /// `resultType`.
    pub result_type: ResultType<'a>,
    /// `content` of a tool result.
    pub content: Option<Raw<'a>>,
    /// `structuredContent` of a tool result.
    pub structured_content: Option<Raw<'a>>,
    /// `requestState` of a result that wants input.
    pub request_state: Option<Raw<'a>>,
    /// `_meta`.
    pub meta: Option<Raw<'a>>,
}

/// Why bytes are no JSON-RPC response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// No JSON, or JSON that could be read in two ways.
    #[error("the answer is unreadable: {0}")]
    Unreadable(#[from] ScanError),
    /// Not a JSON-RPC message.
    #[error("the answer is not a JSON-RPC message: {0}")]
    NotAMessage(Fault),
    /// A request or notification where a response was expected.
    #[error("the answer is a JSON-RPC request or notification, not a response")]
    NotAResponse,
}

impl<'a> Response<'a> {
    /// Reads a response, with [`Limits::RESPONSE`].
    pub fn parse(body: &'a [u8]) -> Result<Self, ResponseError> {
        let Envelope::Response(reply) = peek(body)? else {
            return Err(ResponseError::NotAResponse);
        };
        let outcome = match reply.outcome {
            ReplyOutcome::Result(raw) => Outcome::Result(ResultView::read(raw)),
            ReplyOutcome::Error(raw) => Outcome::Error(ErrorView::read(raw)),
        };
        Ok(Self { id: reply.id, outcome, raw: reply.raw })
    }

    /// Whether the call did what was asked: neither protocol error nor failure of the tool.
    pub fn is_success(&self) -> bool {
        matches!(&self.outcome, Outcome::Result(result) if !result.is_error)
    }
}

impl<'a> ErrorView<'a> {
    fn read(raw: Raw<'a>) -> Self {
        let mut view = Self { code: codes::INTERNAL_ERROR, message: Cow::Borrowed(""), data: None };
        for (key, value) in raw.members() {
            match key.as_ref() {
                "code" => view.code = value.as_i64().unwrap_or(codes::INTERNAL_ERROR),
                "message" => view.message = value.as_str().unwrap_or_default(),
                "data" => view.data = Some(value),
                _ => {}
            }
        }
        view
    }
}

impl<'a> ResultView<'a> {
    fn read(raw: Raw<'a>) -> Self {
        let mut view = Self {
            raw,
            is_error: false,
            result_type: ResultType::Complete,
            content: None,
            structured_content: None,
            request_state: None,
            meta: None,
        };
        for (key, value) in raw.members() {
            match key.as_ref() {
                "isError" => view.is_error = value.as_bool().unwrap_or(false),
                "resultType" => view.result_type = ResultType::read(value),
                "content" => view.content = Some(value),
                "structuredContent" => view.structured_content = Some(value),
                "requestState" => view.request_state = Some(value),
                "_meta" => view.meta = Some(value),
                _ => {}
            }
        }
        view
    }
}

impl<'a> ResultType<'a> {
    fn read(raw: Raw<'a>) -> Self {
        match raw.as_str() {
            Some(text) => match text.as_ref() {
                "complete" => Self::Complete,
                "input_required" => Self::InputRequired,
                "task" => Self::Task,
                _ => Self::Other(text),
            },
            None => Self::Other(Cow::Borrowed(raw.text())),
        }
    }
}

/// Reads one message of either side, with [`Limits::RESPONSE`].
pub fn peek(body: &[u8]) -> Result<Envelope<'_>, ResponseError> {
    let raw = scan_with(body, Limits::RESPONSE)?;
    Envelope::parse(raw).map_err(|rejected| ResponseError::NotAMessage(rejected.fault))
}

/// Whether bytes are a response to the request with this id.
pub fn response_id_matches(body: &[u8], id: RawId<'_>) -> bool {
    match peek(body) {
        Ok(Envelope::Response(reply)) => reply.id.is_some_and(|other| other.same_as(id)),
        _ => false,
    }
}
