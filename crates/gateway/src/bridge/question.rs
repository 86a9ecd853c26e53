//! Questions of an older server to a client of 2026-07-28: which of them it can be asked.

use bytes::Bytes;
use mcp::{Method, Raw, Request, RpcError};
use serde_json::json;

/// A question that is put to the client.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// What the client calls it.
    pub(super) key: String,
    /// Its id at the server, as JSON.
    pub(super) id: String,
    pub(super) method: String,
    /// As JSON.
    pub(super) params: Option<String>,
}

impl Question {
    /// The question as a result that wants input has it.
    pub(super) fn input(&self) -> (String, String, Option<String>) {
        (self.key.clone(), self.method.clone(), self.params.clone())
    }
}

/// What a client said that it can be asked.
pub(super) struct Declared(Box<str>);

impl Declared {
    /// The capabilities of a request, as JSON.
    pub(super) const fn new(capabilities: Box<str>) -> Self {
        Self(capabilities)
    }

    /// Whether the client can be asked this (2026-07-28 "Multi Round-Trip Requests": never for what it did not declare).
    pub(super) fn covers(&self, request: &Request<'_>) -> bool {
        match request.call.method {
            Method::ElicitationCreate => {
                let mode = request.call.params.raw.and_then(|params| params.get("mode"));
                if mode.and_then(Raw::as_str).as_deref() == Some("url") {
                    self.opens_urls()
                } else {
                    self.fills_forms()
                }
            }
            Method::SamplingCreateMessage => self.has("sampling"),
            Method::RootsList => self.has("roots"),
            _ => false,
        }
    }

    /// Whether the client opens addresses for people.
    pub(super) fn opens_urls(&self) -> bool {
        self.elicitation(|elicitation| elicitation.get("url").is_some())
    }

    /// Who names no mode fills forms (client "Elicitation", "Capabilities").
    fn fills_forms(&self) -> bool {
        self.elicitation(|elicitation| elicitation.get("form").is_some() || elicitation.get("url").is_none())
    }

    fn elicitation(&self, is: impl FnOnce(Raw<'_>) -> bool) -> bool {
        Raw::parse(&self.0).is_ok_and(|capabilities| capabilities.get("elicitation").is_some_and(is))
    }

    fn has(&self, capability: &str) -> bool {
        Raw::parse(&self.0).is_ok_and(|capabilities| capabilities.get(capability).is_some())
    }
}

/// What the server is told whose question nobody can be asked.
pub(super) fn refusal(request: &Request<'_>) -> Bytes {
    let id = request.id.text();
    match request.call.method {
        Method::Ping => Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#)),
        // 2025-11-25 "Elicitation", "Error Handling": a mode that the client did not declare.
        Method::ElicitationCreate => {
            RpcError::invalid_params("the client does not support this mode").to_bytes_with(id)
        }
        _ => RpcError::method_not_found(request.call.method.as_str()).to_bytes_with(id),
    }
}

/// What the client is told that would have to open an address for the server to go on, and cannot.
pub(super) fn needs_urls() -> RpcError {
    RpcError::missing_client_capability(&json!({ "elicitation": { "url": {} } }))
}

#[cfg(test)]
mod tests {
    use mcp::Envelope;

    use super::*;

    fn covers(capabilities: &str, method: &str, params: &str) -> bool {
        let message = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let Ok(Envelope::Request(request)) = Envelope::parse(mcp::scan(message.as_bytes()).unwrap()) else {
            panic!("a request: {message}")
        };
        Declared::new(capabilities.into()).covers(&request)
    }

    #[test]
    fn nobody_is_asked_for_what_they_did_not_declare() {
        let (form, url) = (r#"{"message":"m","requestedSchema":{}}"#, r#"{"mode":"url","url":"https://a"}"#);
        for (capabilities, forms, urls) in [
            ("{}", false, false),
            (r#"{"elicitation":{}}"#, true, false),
            (r#"{"elicitation":{"form":{}}}"#, true, false),
            (r#"{"elicitation":{"url":{}}}"#, false, true),
            (r#"{"elicitation":{"form":{},"url":{}}}"#, true, true),
            ("not JSON", false, false),
        ] {
            assert_eq!(covers(capabilities, "elicitation/create", form), forms, "{capabilities}");
            assert_eq!(covers(capabilities, "elicitation/create", url), urls, "{capabilities}");
        }
        assert!(covers(r#"{"roots":{}}"#, "roots/list", "{}") && !covers("{}", "roots/list", "{}"));
        assert!(covers(r#"{"sampling":{}}"#, "sampling/createMessage", "{}"));
        assert!(!covers(r#"{"tools":{}}"#, "tools/list", "{}"), "servers ask this of nobody");
    }
}
