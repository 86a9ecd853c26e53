//! What legacy peers say, for modern ones.

use bytes::Bytes;

use super::identity::ClientIdentity;
use super::meta::{Change, SUBSCRIPTION_ID, json, message, none, object, of_client, of_level, quoted};
use crate::envelope::Call;
use crate::error::codes;
use crate::headers::encode_value;
use crate::method::Method;
use crate::raw::{Kind, Raw};
use crate::splice::{Splice, SpliceError};

/// A legacy client's request for a modern server: it names version, client and capabilities in `_meta`
/// (2026-07-28 basic, "`_meta`"), with the log level that the session has set. A tool call loses the wish
/// to run as a task of 2025-11-25.
pub fn request_to_modern(
    body: &[u8],
    identity: &ClientIdentity,
    log_level: Option<&str>,
) -> Result<Bytes, SpliceError> {
    json(&identity.info)?;
    json(&identity.capabilities)?;
    let level = log_level.map(quoted);
    let mut members = of_client(identity).to_vec();
    members.extend(level.as_deref().map(of_level));
    let tool_call = method_of(body)? == Method::ToolsCall;
    Change { goes: &|key| tool_call && key == "task", meta_set: &members, ..Change::NOTHING }.to_params(body)
}

/// What `Mcp-Method` and `Mcp-Name` must say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModernHeaders {
    /// `Mcp-Method`.
    pub method: String,
    /// `Mcp-Name`, for methods that have one.
    pub name: Option<String>,
}

/// The headers of a request to a modern server, in base64 where the values cannot stand for themselves
/// (2026-07-28 transports, "Standard Request Headers"). The version is that of all modern requests.
pub fn modern_headers(call: &Call<'_>) -> ModernHeaders {
    ModernHeaders {
        method: encode_value(call.method.as_str()).into_owned(),
        name: call.mirrored_name().map(|name| encode_value(name).into_owned()),
    }
}

/// A legacy server's response for a modern client.
///
/// * Results say that they are complete, whatever the server means by a `resultType` of its own, and those
///   that could be cached that they must not be, unless the server says otherwise in a way that is valid.
/// * A resource that is not found gets its modern code. An error that wants URLs opened becomes an internal
///   one, since modern clients must not see its code: ask [`super::url_elicitation`] first.
pub fn response_to_modern(body: &[u8], method: &Method<'_>) -> Result<Bytes, SpliceError> {
    let root = message(body)?;
    let splice = Splice::new(body);
    if let Some(result) = object(root, "result") {
        let mut set = vec![("resultType", r#""complete""#)];
        if is_cacheable(method) {
            set.extend([("ttlMs", "0"), ("cacheScope", r#""private""#)]);
        }
        set.retain(|(key, _)| !result.get(key).is_some_and(|said| holds(key, said)));
        return splice.edit(result, none, &set).finish();
    }
    let code = object(root, "error").and_then(|error| error.get("code"));
    let modern = match code.and_then(Raw::as_i64) {
        Some(codes::RESOURCE_NOT_FOUND) => Some(codes::INVALID_PARAMS),
        Some(codes::URL_ELICITATION_REQUIRED) => Some(codes::INTERNAL_ERROR),
        _ => None,
    };
    match code.zip(modern) {
        Some((code, modern)) => splice.replace(code.range(), modern.to_string().into_bytes()).finish(),
        None => splice.finish(),
    }
}

/// Whether a modern client can make of this member of a result what its name says.
fn holds(key: &str, said: Raw<'_>) -> bool {
    match key {
        "ttlMs" => said.kind() == Kind::Number && !said.text().starts_with('-'),
        "cacheScope" => matches!(said.as_str().as_deref(), Some("public" | "private")),
        _ => said.as_str().as_deref() == Some("complete"),
    }
}

/// A legacy server's notification for a subscription of a modern client; the id is that of its
/// `subscriptions/listen` request, as JSON.
pub fn notification_to_modern(body: &[u8], subscription_id: &str) -> Result<Bytes, SpliceError> {
    let meta = [(SUBSCRIPTION_ID, json(subscription_id)?)];
    Change { meta_set: &meta, ..Change::NOTHING }.to_params(body)
}

/// Whether complete results of a method must say how long they hold (2026-07-28 server utilities,
/// "Caching").
fn is_cacheable(method: &Method<'_>) -> bool {
    method.is_list() || matches!(method, Method::ServerDiscover | Method::ResourcesRead)
}

/// The method of a message.
pub(super) fn method_of(body: &[u8]) -> Result<Method<'_>, SpliceError> {
    let name = message(body)?.get("method").and_then(|method| method.as_str());
    Ok(Method::parse(name.unwrap_or_default()))
}
