//! The JSON-RPC envelope: what kind of message it is, its id, method and the members of interest.

use std::borrow::Cow;

use crate::error::RpcError;
use crate::id::RawId;
use crate::method::Method;
use crate::params::Params;
use crate::raw::{Kind, Raw};
use crate::text::is_case_twin;

/// How many messages a batch may hold.
pub const MAX_BATCH: usize = 100;

/// One JSON-RPC message, borrowed from the scanned body (MCP basic, "Messages").
#[derive(Debug, Clone)]
pub enum Envelope<'a> {
    /// Wants an answer.
    Request(Request<'a>),
    /// Wants none.
    Notification(Call<'a>),
    /// Answers a request of the other side (legacy only, over HTTP).
    Response(Reply<'a>),
}

/// A request and the id to answer to.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The id, as written.
    pub id: RawId<'a>,
    /// What is asked.
    pub call: Call<'a>,
}

/// Method and parameters of a request or notification.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The method.
    pub method: Method<'a>,
    /// The members of `params` that the gateway reads.
    pub params: Params<'a>,
    /// The whole message.
    pub raw: Raw<'a>,
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The id it answers; none if the other side could not read the request's.
    pub id: Option<RawId<'a>>,
    /// What it says.
    pub outcome: ReplyOutcome<'a>,
    /// The whole message.
    pub raw: Raw<'a>,
}

/// Content of an answer.
#[derive(Debug, Clone, Copy)]
pub enum ReplyOutcome<'a> {
    /// `result`.
    Result(Raw<'a>),
    /// `error`.
    Error(Raw<'a>),
}

/// Why a message is no valid JSON-RPC message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The body is an array.
    #[error("JSON-RPC batches are not part of this protocol version; send one message per request")]
    Batch,
    /// A batch without messages.
    #[error("the batch is empty; send at least one message")]
    EmptyBatch,
    /// A batch with more than [`MAX_BATCH`] messages.
    #[error("the batch holds more than {MAX_BATCH} messages; split it")]
    BatchTooLarge,
    /// The message is no object.
    #[error("the message must be a JSON object")]
    NotAnObject,
    /// `jsonrpc` is not "2.0".
    #[error("member jsonrpc must be \"2.0\"")]
    NotJsonRpc,
    /// Neither method nor result nor error, or more than one of them.
    #[error("the message must have exactly one of method, result and error")]
    Ambiguous,
    /// `method` is no string, or empty.
    #[error("member method must be a non-empty string")]
    BadMethod,
    /// The id is null, which MCP forbids.
    #[error("member id must not be null; use a string or number")]
    NullId,
    /// The id is neither string nor number.
    #[error("member id must be a string or number")]
    BadId,
    /// `params` is neither object nor absent.
    #[error("member params must be an object")]
    ParamsNotObject,
    /// A method that does something, sent as a notification: it would run without an answer, unseen.
    #[error("this method needs an id; it is a request, not a notification")]
    RequestWithoutId,
    /// A notification that asks for an answer.
    #[error("notifications must not have an id")]
    NotificationWithId,
    /// A member that differs from a known one in case only. Parsers that ignore case (Go's does) would
    /// take it for the known one, and so execute something else than what was authorised.
    #[error("a member differs from {member} in case only; member names are case-sensitive, remove it")]
    CaseTwin {
        /// The known member.
        member: &'static str,
    },
    /// A result without id.
    #[error("a result must have the id of its request")]
    ReplyWithoutId,
}

impl Fault {
    /// The JSON-RPC error to answer with: -32600.
    pub fn rpc(self) -> RpcError {
        RpcError::invalid_request(self.to_string())
    }
}

/// A refused message, with its id as far as it could be read, so that the error can be answered to it.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{fault}")]
pub struct Rejected<'a> {
    /// The id to answer to; JSON-RPC wants null if there is none.
    pub id: Option<RawId<'a>>,
    /// What is wrong.
    pub fault: Fault,
}

impl Rejected<'_> {
    /// The JSON-RPC error to answer with.
    pub fn rpc(&self) -> RpcError {
        self.fault.rpc()
    }
}

impl<'a> Envelope<'a> {
    /// Reads a scanned message. Member names are case-sensitive, unknown members are ignored.
    pub fn parse(raw: Raw<'a>) -> Result<Self, Rejected<'a>> {
        match raw.kind() {
            Kind::Object => {}
            Kind::Array => return Err(Rejected { id: None, fault: Fault::Batch }),
            _ => return Err(Rejected { id: None, fault: Fault::NotAnObject }),
        }
        let parts = Parts::read(raw);
        let id = parts.id.and_then(RawId::new);
        parts.build(raw).map_err(|fault| Rejected { id, fault })
    }

    /// The id of a request or answer.
    pub fn id(&self) -> Option<RawId<'a>> {
        match self {
            Self::Request(request) => Some(request.id),
            Self::Notification(_) => None,
            Self::Response(reply) => reply.id,
        }
    }

    /// Method and parameters, unless it is an answer.
    pub fn call(&self) -> Option<&Call<'a>> {
        match self {
            Self::Request(request) => Some(&request.call),
            Self::Notification(call) => Some(call),
            Self::Response(_) => None,
        }
    }

    /// The whole message.
    pub fn raw(&self) -> Raw<'a> {
        match self {
            Self::Request(request) => request.call.raw,
            Self::Notification(call) => call.raw,
            Self::Response(reply) => reply.raw,
        }
    }
}

/// The messages of a batch (2025-03-26 basic, "Batching"). Call it only if the session's version
/// [allows batches](crate::ProtocolVersion::allows_batches).
pub fn batch(raw: Raw<'_>) -> Result<Vec<Raw<'_>>, Fault> {
    let mut messages = Vec::new();
    for message in raw.elements() {
        if messages.len() == MAX_BATCH {
            return Err(Fault::BatchTooLarge);
        }
        if !message.is_object() {
            return Err(Fault::NotAnObject);
        }
        messages.push(message);
    }
    if messages.is_empty() { Err(Fault::EmptyBatch) } else { Ok(messages) }
}

/// The members that JSON-RPC defines.
const MEMBERS: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// The members of a message before they are judged.
#[derive(Default)]
struct Parts<'a> {
    jsonrpc: Option<Raw<'a>>,
    id: Option<Raw<'a>>,
    method: Option<Raw<'a>>,
    params: Option<Raw<'a>>,
    result: Option<Raw<'a>>,
    error: Option<Raw<'a>>,
    twin: Option<&'static str>,
}

impl<'a> Parts<'a> {
    fn read(raw: Raw<'a>) -> Self {
        let mut parts = Self::default();
        for (key, value) in raw.members() {
            match key.as_ref() {
                "jsonrpc" => parts.jsonrpc = Some(value),
                "id" => parts.id = Some(value),
                "method" => parts.method = Some(value),
                "params" => parts.params = Some(value),
                "result" => parts.result = Some(value),
                "error" => parts.error = Some(value),
                other => parts.twin = parts.twin.or(MEMBERS.into_iter().find(|known| is_case_twin(other, known))),
            }
        }
        parts
    }

    fn build(self, raw: Raw<'a>) -> Result<Envelope<'a>, Fault> {
        if self.jsonrpc.and_then(Raw::as_str).as_deref() != Some("2.0") {
            return Err(Fault::NotJsonRpc);
        }
        if let Some(member) = self.twin {
            return Err(Fault::CaseTwin { member });
        }
        match (self.method, self.result, self.error) {
            (Some(method), None, None) => self.call(method, raw),
            (None, Some(result), None) => {
                let id = Some(self.required_id()?);
                Ok(Envelope::Response(Reply { id, outcome: ReplyOutcome::Result(result), raw }))
            }
            (None, None, Some(error)) => {
                // An error may come without a readable id: the peer could not read ours.
                let id = match self.id {
                    Some(id) if !id.is_null() => Some(RawId::new(id).ok_or(Fault::BadId)?),
                    _ => None,
                };
                Ok(Envelope::Response(Reply { id, outcome: ReplyOutcome::Error(error), raw }))
            }
            _ => Err(Fault::Ambiguous),
        }
    }

    fn required_id(&self) -> Result<RawId<'a>, Fault> {
        let id = self.id.ok_or(Fault::ReplyWithoutId)?;
        RawId::new(id).ok_or(if id.is_null() { Fault::NullId } else { Fault::BadId })
    }

    fn call(self, method: Raw<'a>, raw: Raw<'a>) -> Result<Envelope<'a>, Fault> {
        let name: Cow<'a, str> = method.as_str().filter(|name| !name.is_empty()).ok_or(Fault::BadMethod)?;
        let method = Method::parse(name);
        let id = self.id.map(|_| self.required_id()).transpose()?;
        let params = match self.params {
            Some(params) if params.is_object() => Params::read(params),
            Some(params) if !params.is_null() => return Err(Fault::ParamsNotObject),
            _ => Params::default(),
        };
        // Extensions may name their parameters as they like.
        if let Some(member) = params.twin.filter(|_| method.is_known()) {
            return Err(Fault::CaseTwin { member });
        }
        let call = Call { method, params, raw };
        match id {
            Some(_) if call.method.is_notification() => Err(Fault::NotificationWithId),
            None if call.method.is_known() && !call.method.is_notification() => Err(Fault::RequestWithoutId),
            Some(id) => Ok(Envelope::Request(Request { id, call })),
            None => Ok(Envelope::Notification(call)),
        }
    }
}
