//! What modern peers say, for legacy ones.

use bytes::Bytes;

use super::meta::{Change, SERVER_INFO, SUBSCRIPTION_ID, is_reserved, message, object, quoted};
use super::param_headers::ParamHeaders;
use super::to_modern::method_of;
use crate::error::{RpcError, codes};
use crate::list::ListKind;
use crate::method::Method;
use crate::raw::{Kind, Raw};
use crate::splice::{Splice, SpliceError};
use crate::text::excerpt;

/// How much of a value an error message quotes, in bytes.
const QUOTE: usize = 64;

/// A modern client's request for a legacy server: without the reserved members of `_meta` and without
/// the answers of a further round, which are for whoever asked. Progress token, trace context and
/// vendors' members stay; what is left empty by this goes.
///
/// A tool call also loses a wish to run as a task of 2025-11-25, whose result nobody could fetch.
pub fn request_to_legacy(body: &[u8]) -> Result<Bytes, SpliceError> {
    let method = method_of(body)?;
    let goes = |key: &str| match key {
        // Extensions may name their parameters as they like.
        "inputResponses" | "requestState" => method.is_known(),
        "task" => method == Method::ToolsCall,
        _ => false,
    };
    Change { goes: &goes, meta_goes: &is_reserved, ..Change::NOTHING }.to_params(body)
}

/// A modern server's notification for a legacy client: it belongs to no subscription.
pub fn notification_to_legacy(body: &[u8]) -> Result<Bytes, SpliceError> {
    Change { meta_goes: &|key| key == SUBSCRIPTION_ID, ..Change::NOTHING }.to_params(body)
}

/// A modern server's response for a legacy client.
///
/// * Results lose `resultType`, `ttlMs`, `cacheScope` and what the server is. One of another type than
///   `complete` is an internal error: it is invalid to who does not know the type (2026-07-28 basic,
///   "ResultType"), and legacy clients would take it for a complete one. Who asked for input must have been
///   given it before, see [`super::input_requests`].
/// * Output schemas and structured content that are no objects go, because legacy clients refuse the
///   whole list or result over them; structured content without any other becomes text. For the same reason
///   schemas of properties that are `true` or `false` are written as objects.
/// * Tools whose `x-mcp-header` is invalid go: legacy clients do not know that they must not offer them.
/// * Errors about modern headers, versions and capabilities become internal ones: they are between
///   gateway and server. A resource that is not found gets its legacy code.
pub fn response_to_legacy(body: &[u8], method: &Method<'_>) -> Result<Bytes, SpliceError> {
    let root = message(body)?;
    let splice = Splice::new(body);
    if let Some(result) = object(root, "result") {
        return match result.get("resultType").filter(|kind| kind.as_str().as_deref() != Some("complete")) {
            Some(kind) => Ok(of_unknown_type(root, kind)),
            None => result_to_legacy(splice, result, method).finish(),
        };
    }
    let Some(error) = object(root, "error") else {
        return splice.finish();
    };
    let code = error.get("code");
    match code.and_then(|code| Some((code, legacy_code(code.as_i64()?, error, method)?))) {
        Some((code, legacy)) => splice.replace(code.range(), legacy.to_string().into_bytes()).finish(),
        None => splice.finish(),
    }
}

fn of_unknown_type(root: Raw<'_>, kind: Raw<'_>) -> Bytes {
    let kind = excerpt(kind.text(), QUOTE);
    let error = RpcError::internal(format!("the server's result is of a type that this client cannot know: {kind}"));
    error.to_bytes_with(root.get("id").map_or("null", Raw::text))
}

fn result_to_legacy<'a>(splice: Splice<'a>, result: Raw<'_>, method: &Method<'_>) -> Splice<'a> {
    let odd = result.get("structuredContent").filter(|value| *method == Method::ToolsCall && !value.is_object());
    let goes = |key: &str| match key {
        "resultType" | "ttlMs" | "cacheScope" => true,
        "structuredContent" => odd.is_some(),
        _ => false,
    };
    let text = odd.filter(|_| !has_content(result)).map(as_text);
    let set: Vec<_> = text.iter().map(|text| ("content", text.as_str())).collect();
    let change = Change { goes: &goes, set: &set, meta_goes: &|key| key == SERVER_INFO, ..Change::NOTHING };
    let splice = change.apply(splice, result);
    match result.get(ListKind::Tools.member()) {
        Some(tools) if *method == Method::ToolsList => tools_to_legacy(splice, tools),
        _ => splice,
    }
}

fn tools_to_legacy<'a>(splice: Splice<'a>, tools: Raw<'_>) -> Splice<'a> {
    let unusable = |tool: Raw<'_>| ParamHeaders::of_tool(tool).is_err();
    let mut splice = splice.without(tools, unusable);
    for tool in tools.elements().filter(|tool| !unusable(*tool)) {
        splice = tool.get("inputSchema").into_iter().fold(splice, properties_to_legacy);
        splice = match tool.get("outputSchema") {
            Some(schema) if describes_object(schema) => properties_to_legacy(splice, schema),
            Some(_) => splice.edit(tool, |key| key == "outputSchema", &[]),
            None => splice,
        };
    }
    splice
}

/// Writes schemas of properties that are no objects as objects that say the same.
fn properties_to_legacy<'a>(splice: Splice<'a>, schema: Raw<'_>) -> Splice<'a> {
    let properties = schema.get("properties").into_iter().flat_map(Raw::members);
    properties.fold(splice, |splice, (_, property)| match property.as_bool() {
        Some(true) => splice.replace(property.range(), &b"{}"[..]),
        Some(false) => splice.replace(property.range(), &br#"{"not":{}}"#[..]),
        None => splice,
    })
}

fn has_content(result: Raw<'_>) -> bool {
    result.get("content").is_some_and(|content| content.kind() == Kind::Array && content.elements().next().is_some())
}

/// Structured content as the text block that legacy clients can show.
fn as_text(structured: Raw<'_>) -> String {
    format!(r#"[{{"type":"text","text":{}}}]"#, quoted(structured.text()))
}

fn describes_object(schema: Raw<'_>) -> bool {
    schema.get("type").and_then(Raw::as_str).as_deref() == Some("object")
}

/// The code that an error has in legacy revisions, if it is another one.
fn legacy_code(code: i64, error: Raw<'_>, method: &Method<'_>) -> Option<i64> {
    match code {
        codes::HEADER_MISMATCH | codes::MISSING_CLIENT_CAPABILITY | codes::UNSUPPORTED_VERSION => {
            Some(codes::INTERNAL_ERROR)
        }
        codes::INVALID_PARAMS if *method == Method::ResourcesRead && is_not_found(error) => {
            Some(codes::RESOURCE_NOT_FOUND)
        }
        _ => None,
    }
}

/// Whether an error of `resources/read` is about the resource rather than the request.
fn is_not_found(error: Raw<'_>) -> bool {
    let named = error.get("data").and_then(|data| data.get("uri")).is_some();
    let message = error.get("message").and_then(Raw::as_str).unwrap_or_default().to_ascii_lowercase();
    named || ["not found", "unknown resource", "no such resource"].iter().any(|words| message.contains(words))
}
