//! The requests that are sent, as bytes.

use std::net::SocketAddr;

use serde_json::{Value, json};

/// Room for the number in a request's id: eight digits, so that every request has the same length.
pub(crate) const FIRST_ID: u32 = 10_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// `tools/call` of one tool
    Call,
    /// `tools/list`
    List,
    /// A method that no revision knows, and that no audit log holds
    Unaudited,
    /// `subscriptions/listen`
    Listen,
}

/// What is asked, of whom.
pub(crate) struct Asked<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'a str,
    pub(crate) bearer: Option<&'a str>,
    pub(crate) kind: Kind,
    pub(crate) tool: &'a str,
    /// Bytes of text in the arguments of a call.
    pub(crate) argument_bytes: usize,
}

/// A request up to its id and after it.
pub(crate) struct Request {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Request {
    pub(crate) fn new(asked: &Asked<'_>) -> Self {
        let (method, name, params) = match asked.kind {
            Kind::Call => {
                let arguments = json!({"text": "a".repeat(asked.argument_bytes)});
                let params = json!({"name": asked.tool, "arguments": arguments, "_meta": meta()});
                ("tools/call", format!("Mcp-Name: {}\r\n", asked.tool), params)
            }
            Kind::List => ("tools/list", String::new(), json!({"_meta": meta()})),
            Kind::Unaudited => {
                let text = "a".repeat(asked.argument_bytes);
                ("bench/echo", String::new(), json!({"text": text, "_meta": meta()}))
            }
            Kind::Listen => {
                let params = json!({"notifications": {"toolsListChanged": true}, "_meta": meta()});
                ("subscriptions/listen", String::new(), params)
            }
        };
        let open = "{\"jsonrpc\":\"2.0\",\"id\":";
        let close = format!(",\"method\":\"{method}\",\"params\":{params}}}");
        let bearer = asked.bearer.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\n{bearer}Content-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n\
             {name}Content-Length: {}\r\n\r\n{open}",
            asked.path,
            asked.address,
            open.len() + 8 + close.len(),
        );
        Self { before: head.into_bytes(), after: close.into_bytes() }
    }

    /// Writes it with this id, which must have eight digits.
    pub(crate) fn write(&self, id: u32, to: &mut Vec<u8>) {
        to.clear();
        to.extend_from_slice(&self.before);
        to.extend_from_slice(id.to_string().as_bytes());
        to.extend_from_slice(&self.after);
    }
}

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "drawbridge-bench", "version": "1.0.0"},
        "progressToken": "bench",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_in_the_head_is_that_of_the_body() {
        for kind in [Kind::Call, Kind::List, Kind::Unaudited, Kind::Listen] {
            let asked = Asked {
                address: ([127, 0, 0, 1], 80).into(),
                path: "/mcp",
                bearer: Some("key"),
                kind,
                tool: "bytes_64",
                argument_bytes: 64,
            };
            let mut sent = Vec::new();
            Request::new(&asked).write(FIRST_ID + 7, &mut sent);
            let text = String::from_utf8(sent).expect("UTF-8");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head");
            assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
            let body: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(body["id"], 10_000_007);
            assert!(head.contains(body["method"].as_str().expect("a method")), "{head}");
        }
    }
}
