//! From an HTTP response to one JSON-RPC message, or to what it is instead.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use mcp::result::{Response as RpcResponse, ResponseError};
use mcp::sse;
use net::{NetError, read_limited};
use reqwest::Response;

use crate::{Failure, shown};

/// Bodies of refusals are read for a JSON-RPC error only.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// Reads the answer to a request: the bytes of the JSON-RPC response, whether they came as JSON or in an event
/// stream, of which no more is read than it takes.
pub(crate) async fn message(response: Response, method: &str, credential: bool, max: usize) -> Result<Bytes, Failure> {
    let response = accepted(response, credential).await?;
    if matches!(response.status(), StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
        return Err(Failure::NoAnswer { method: method.to_owned() });
    }
    let bytes = match content_type(&response).as_str() {
        "application/json" => read_limited(response, max).await.map_err(|error| too_large(error, method))?,
        "text/event-stream" => from_events(response, method, max).await?,
        "text/html" | "application/xhtml+xml" => return Err(Failure::Page),
        "" => return Err(Failure::NotMcp { why: "the answer has no content type".to_owned() }),
        other => return Err(Failure::NotMcp { why: format!("the answer is `{other}`, not JSON") }),
    };
    match RpcResponse::parse(&bytes) {
        Ok(_) => Ok(bytes),
        Err(ResponseError::Unreadable(why)) => Err(Failure::Malformed { why: why.to_string() }),
        Err(other) => Err(Failure::NotMcp { why: other.to_string() }),
    }
}

/// Reads the answer to a notification, of which only the status matters.
pub(crate) async fn acknowledgement(response: Response, credential: bool) -> Result<(), Failure> {
    accepted(response, credential).await.map(drop)
}

/// The response, if it is an event stream.
pub(crate) async fn events(response: Response, credential: bool) -> Result<Response, Failure> {
    let response = accepted(response, credential).await?;
    match content_type(&response).as_str() {
        "text/event-stream" => Ok(response),
        "text/html" | "application/xhtml+xml" => Err(Failure::Page),
        "" => Err(Failure::NotMcp { why: "the answer has no content type".to_owned() }),
        other => Err(Failure::NotMcp { why: format!("the answer is `{other}`, not an event stream") }),
    }
}

/// The response, if its status is a success.
async fn accepted(response: Response, credential: bool) -> Result<Response, Failure> {
    let status = response.status();
    match status {
        _ if status.is_success() => Ok(response),
        StatusCode::UNAUTHORIZED => Err(Failure::Unauthorized { credential, oauth: names_oauth(&response) }),
        StatusCode::FORBIDDEN => Err(Failure::Forbidden { credential }),
        _ if status.is_redirection() => {
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let to = location.and_then(|location| response.url().join(location).ok()).map(|url| shown(&url));
            Err(Failure::Redirect { status, to })
        }
        _ => {
            let page = content_type(&response) == "text/html";
            let body = read_limited(response, MAX_REFUSAL_BYTES).await.ok();
            let error = body.filter(|body| {
                let parsed = RpcResponse::parse(body);
                matches!(parsed, Ok(RpcResponse { outcome: mcp::result::Outcome::Error(_), .. }))
            });
            Err(Failure::Status { status, page, error })
        }
    }
}

/// Whether the challenge points to the metadata of a protected resource (RFC 9728).
fn names_oauth(response: &Response) -> bool {
    let challenges = response.headers().get_all(WWW_AUTHENTICATE);
    challenges.iter().any(|challenge| {
        let challenge = String::from_utf8_lossy(challenge.as_bytes()).to_ascii_lowercase();
        challenge.contains("resource_metadata=")
    })
}

/// The media type without parameters, in lower case; empty if there is none.
fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The first response in an event stream. Requests and notifications before it are passed over: a test calls nothing,
/// and to list what it has no server needs an answer of its client.
async fn from_events(mut response: Response, method: &str, max: usize) -> Result<Bytes, Failure> {
    let mut decoder = sse::Decoder::new(max);
    let mut read = 0_usize;
    let mut found = None;
    loop {
        let chunk = response.chunk().await.map_err(|error| NetError::of_body(&error, response.url()))?;
        let Some(chunk) = chunk else { break };
        read = read.saturating_add(chunk.len());
        if read > max {
            return Err(Failure::TooLarge { method: method.to_owned(), limit: max });
        }
        let decoded = decoder.push(&chunk, |event| {
            if found.is_none() && !event.data.is_empty() && !is_other_message(event.data) {
                found = Some(Bytes::copy_from_slice(event.data));
            }
        });
        if let Some(found) = found {
            return Ok(found);
        }
        if let Err(error) = decoded {
            return Err(Failure::Malformed { why: error.to_string() });
        }
    }
    match decoder.finish() {
        Ok(()) => Err(Failure::NoAnswer { method: method.to_owned() }),
        Err(error) => Err(Failure::Malformed { why: error.to_string() }),
    }
}

/// Whether these bytes are a whole message that is no response. What cannot be read is for the caller to judge.
fn is_other_message(data: &[u8]) -> bool {
    matches!(RpcResponse::parse(data), Err(ResponseError::NotAResponse))
}

fn too_large(error: NetError, method: &str) -> Failure {
    match error {
        NetError::TooLarge { limit, .. } => Failure::TooLarge { method: method.to_owned(), limit },
        other => other.into(),
    }
}
