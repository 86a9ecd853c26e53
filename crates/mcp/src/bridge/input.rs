//! Questions of servers: requests of their own (legacy) or results that want input (2026-07-28 patterns,
//! "Multi Round-Trip Requests").

use std::borrow::Cow;

use bytes::Bytes;

use super::meta::{Change, json, quoted};
use crate::error::codes;
use crate::method::Method;
use crate::params::Params;
use crate::raw::{Kind, Raw};
use crate::result::ErrorView;
use crate::splice::{SpliceError, members_text};

/// One question in a result that wants input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRequest<'a> {
    /// What the server calls it; the answer goes by the same name.
    pub key: Cow<'a, str>,
    /// Elicitation, sampling or roots.
    pub method: Cow<'a, str>,
    /// Its parameters, as sent.
    pub params: Option<Raw<'a>>,
}

/// The questions of an `InputRequiredResult`, in their order; none if the server just wants the request
/// again. Nothing if the result is another one or malformed, or asks what servers must not ask.
pub fn input_requests(result: Raw<'_>) -> Option<Vec<InputRequest<'_>>> {
    let is_text = |value: &Raw<'_>| value.kind() == Kind::String;
    if result.get("resultType")?.as_str()? != "input_required" {
        return None;
    }
    let state = result.get("requestState");
    if !state.as_ref().is_none_or(is_text) {
        return None;
    }
    match result.get("inputRequests") {
        Some(requests) if requests.is_object() => requests.members().map(|(key, raw)| question(key, raw)).collect(),
        Some(_) => None,
        None => state.map(|_| Vec::new()),
    }
}

fn question<'a>(key: Cow<'a, str>, raw: Raw<'a>) -> Option<InputRequest<'a>> {
    let method = raw.get("method")?.as_str()?;
    let params = raw.get("params").filter(|params| !params.is_null());
    let allowed = Method::parse(Cow::Borrowed(&*method)).from_server() && params.is_none_or(Raw::is_object);
    allowed.then_some(InputRequest { key, method, params })
}

/// The question as the request that a legacy client gets. `id` must be JSON. A URL to be opened gets the
/// elicitation id that 2025-11-25 requires and 2026-07-28 has no more: the id of the request.
pub fn input_as_request(id: &str, input: &InputRequest<'_>) -> Bytes {
    let method = quoted(&input.method);
    let params = input.params.map(|params| {
        let plain = || params.text().to_owned();
        if !is_url(params) || params.get("elicitationId").is_some() {
            return plain();
        }
        let name = if id.starts_with('"') { id.to_owned() } else { quoted(id) };
        let named = Change { set: &[("elicitationId", &name)], ..Change::NOTHING }.alone(params.text());
        named.unwrap_or_else(|_| plain())
    });
    let tail = params.map(|params| format!(r#","params":{params}"#)).unwrap_or_default();
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"method":{method}{tail}}}"#))
}

fn is_url(params: Raw<'_>) -> bool {
    params.get("mode").and_then(Raw::as_str).as_deref() == Some("url")
}

/// The request once more, under a new id (JSON), with the answers (JSON) by their keys and with the
/// server's state (JSON, exactly as it was sent). Those of an earlier round go.
pub fn retry_with_input(
    modern_request: &[u8],
    id: &str,
    responses: &[(String, String)],
    state: Option<&str>,
) -> Result<Bytes, SpliceError> {
    let mut answers = Vec::with_capacity(responses.len());
    for (key, response) in responses {
        answers.push((key.as_str(), json(response)?));
    }
    let answers = format!("{{{}}}", members_text(&answers));
    let mut set = Vec::with_capacity(2);
    if !responses.is_empty() {
        set.push(("inputResponses", answers.as_str()));
    }
    if let Some(state) = state {
        set.push(("requestState", json(state)?));
    }
    let change = Change { goes: &|key| matches!(key, "inputResponses" | "requestState"), set: &set, ..Change::NOTHING };
    change.to_params_beside(modern_request, &[("id", json(id)?)])
}

/// A whole response that wants input: questions by key, method and parameters (JSON), and the state that
/// must come back, if there is one; there must be one or the other. The keys must differ. `id` must be JSON.
pub fn input_required_response(id: &str, requests: &[(String, String, Option<String>)], state: Option<&str>) -> Bytes {
    let questions: Vec<_> = requests
        .iter()
        .map(|(key, method, params)| {
            let (key, method) = (quoted(key), quoted(method));
            let tail = params.as_ref().map(|params| format!(r#","params":{params}"#)).unwrap_or_default();
            format!(r#"{key}:{{"method":{method}{tail}}}"#)
        })
        .collect();
    let questions =
        if questions.is_empty() { String::new() } else { format!(r#","inputRequests":{{{}}}"#, questions.join(",")) };
    let state = state.map(|state| format!(r#","requestState":{}"#, quoted(state))).unwrap_or_default();
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required"{questions}{state}}}}}"#
    ))
}

/// The URLs that a legacy server wants opened first (2025-11-25 "URL Elicitation Required"): method and
/// parameters of the questions that a modern client gets instead of the error. Nothing for other errors
/// and malformed ones.
pub fn url_elicitation(error: &ErrorView<'_>) -> Option<Vec<(String, Option<String>)>> {
    if error.code != codes::URL_ELICITATION_REQUIRED {
        return None;
    }
    let list = error.data?.get("elicitations").filter(|list| list.kind() == Kind::Array)?;
    let questions: Option<Vec<_>> = list.elements().map(url_question).collect();
    questions.filter(|questions| !questions.is_empty())
}

fn url_question(raw: Raw<'_>) -> Option<(String, Option<String>)> {
    raw.get("url").filter(|url| url.kind() == Kind::String)?;
    let params = match raw.get("mode") {
        None => Change { set: &[("mode", r#""url""#)], ..Change::NOTHING }.alone(raw.text()).ok()?,
        Some(_) if is_url(raw) => raw.text().to_owned(),
        Some(_) => return None,
    };
    Some((Method::ElicitationCreate.as_str().to_owned(), Some(params)))
}

/// The answers that a modern client brings with a further round, by key.
pub fn input_responses<'a>(params: &Params<'a>) -> Vec<(Cow<'a, str>, Raw<'a>)> {
    params.input_responses.into_iter().flat_map(Raw::members).collect()
}

/// An answer as the response to the legacy server's own request, whose id must be JSON.
pub fn response_to_server(id: &str, result: Raw<'_>) -> Bytes {
    let result = result.text();
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#))
}
