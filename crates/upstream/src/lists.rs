//! Everything that a model can read of a server, in the server's own bytes.

use std::collections::HashSet;

use domain::{Definition, PinKind};
use http::{HeaderMap, HeaderValue};
use mcp::result::{Outcome, Response};
use mcp::{ListKind, RawId};
use serde_json::json;

use crate::Limits;
use crate::adapter::{add_session, refused};
use crate::failure::{Failure, plural};
use crate::handshake::{CLIENT_NAME, CLIENT_VERSION, Established, capabilities};
use crate::wire::Outgoing;

/// More pages than this are not read, however short they are.
const MAX_PAGES: u32 = 200;

/// Far from the ids that rmcp counts in the same session.
const FIRST_ID: u32 = 1000;

/// What a server offers.
pub(crate) struct Found {
    /// Tools first, then prompts, resources, templates, instructions; each in the server's order.
    pub(crate) definitions: Vec<Definition>,
    /// Items without the member that identifies them. The gateway hides them from everybody.
    nameless: usize,
    /// Lists that the server announced and then refused.
    refused: Vec<PinKind>,
}

impl Found {
    /// In words.
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        for kind in PinKind::ALL {
            let count = self.definitions.iter().filter(|one| one.kind == *kind).count();
            match (kind, count) {
                (_, 0) => {}
                (PinKind::Instructions, _) => parts.push("instructions".to_owned()),
                (PinKind::Tool, 1) => parts.push("1 tool".to_owned()),
                (PinKind::Prompt, 1) => parts.push("1 prompt".to_owned()),
                (PinKind::Resource, 1) => parts.push("1 resource".to_owned()),
                (PinKind::Template, 1) => parts.push("1 resource template".to_owned()),
                (kind, count) => parts.push(format!("{count} {}", plural(*kind))),
            }
        }
        if self.nameless > 0 {
            parts.push(format!("{} without a name, which are left out", self.nameless));
        }
        for kind in &self.refused {
            parts.push(format!("the list of {} is refused", plural(*kind)));
        }
        parts.join(", ")
    }
}

/// Reads all lists.
pub(crate) async fn everything(server: &Established, limits: &Limits) -> Result<Found, Failure> {
    let found = Found { definitions: Vec::new(), nameless: 0, refused: Vec::new() };
    let mut reader = Reader { server, limits, found, bytes: 0, next_id: FIRST_ID };
    match reader.read(PinKind::Tool, ListKind::Tools, "tools/list").await {
        // A server without tools need not know the method.
        Err(Failure::Refused { code: mcp::codes::METHOD_NOT_FOUND, .. }) => return Err(Failure::NoTools),
        outcome => outcome?,
    }
    if reader.found.definitions.is_empty() {
        return Err(Failure::NoTools);
    }
    for (capability, kind, list, method) in [
        ("prompts", PinKind::Prompt, ListKind::Prompts, "prompts/list"),
        ("resources", PinKind::Resource, ListKind::Resources, "resources/list"),
        ("resources", PinKind::Template, ListKind::ResourceTemplates, "resources/templates/list"),
    ] {
        if !server.offers(capability) {
            continue;
        }
        match reader.read(kind, list, method).await {
            // What the server refuses to list to us it cannot have approved; the gateway withholds it.
            Err(Failure::Refused { .. }) => reader.found.refused.push(kind),
            outcome => outcome?,
        }
    }
    if let Some(instructions) = server.instructions() {
        reader.keep(PinKind::Instructions, instructions, "instructions")?;
    }
    Ok(reader.found)
}

struct Reader<'a> {
    server: &'a Established,
    limits: &'a Limits,
    found: Found,
    /// Length of all definitions.
    bytes: usize,
    next_id: u32,
}

impl Reader<'_> {
    /// Reads one list, page by page.
    async fn read(&mut self, kind: PinKind, list: ListKind, method: &'static str) -> Result<(), Failure> {
        let mut names = HashSet::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let id = self.next_id;
            self.next_id += 1;
            let outgoing = Outgoing {
                method,
                headers: self.headers(method),
                body: self.body(id, method, cursor.as_deref()),
                deadline: self.limits.step,
            };
            let page = match self.server.channel.request(&id.to_string(), outgoing).await {
                Ok(message) => message,
                // Since 2026-07-28 an unknown method is also a 404.
                Err(Failure::Status { status, page, error: Some(body) }) => {
                    return Err(refused(&body, method).unwrap_or(Failure::Status { status, page, error: Some(body) }));
                }
                Err(failure) => return Err(failure),
            };
            let next = self.take_page(kind, list, method, id, &page, &mut names)?;
            match next {
                None => return Ok(()),
                // The same page for ever.
                same if same == cursor => break,
                next => cursor = next,
            }
        }
        Err(Failure::EndlessPages { kind })
    }

    /// Takes the definitions of one page and gives the cursor of the next.
    fn take_page(
        &mut self,
        kind: PinKind,
        list: ListKind,
        method: &'static str,
        id: u32,
        page: &[u8],
        names: &mut HashSet<String>,
    ) -> Result<Option<String>, Failure> {
        let wrong = |why: String| Failure::NotMcp { why: format!("its answer to `{method}` {why}") };
        let response = Response::parse(page).map_err(|error| Failure::Malformed { why: error.to_string() })?;
        let result = match response.outcome {
            Outcome::Error(_) => {
                return Err(refused(page, method).unwrap_or_else(|| wrong("is an unreadable error".to_owned())));
            }
            Outcome::Result(result) => result.raw,
        };
        let id = id.to_string();
        if !response.id.zip(RawId::parse(&id)).is_some_and(|(answered, asked)| answered.same_as(asked)) {
            return Err(wrong("belongs to another request".to_owned()));
        }
        let items = result.get(list.member()).filter(|items| items.kind() == mcp::Kind::Array);
        let items = items.ok_or_else(|| wrong(format!("has no list `{}`", list.member())))?;
        for item in items.elements() {
            let Some(name) = item.get(list.key()).and_then(mcp::Raw::as_str).filter(|name| !name.is_empty()) else {
                self.found.nameless += 1;
                continue;
            };
            if names.len() >= self.limits.max_tools {
                return Err(Failure::TooMany { kind, limit: self.limits.max_tools });
            }
            if !names.insert(name.clone().into_owned()) {
                return Err(Failure::Duplicate { kind, name: name.into_owned() });
            }
            self.keep(kind, item.text(), method)?;
        }
        Ok(result.get("nextCursor").and_then(mcp::Raw::as_str).map(std::borrow::Cow::into_owned))
    }

    fn keep(&mut self, kind: PinKind, json: &str, method: &str) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(json.len());
        if self.bytes > self.limits.max_body {
            return Err(Failure::TooLarge { method: method.to_owned(), limit: self.limits.max_body });
        }
        let definition =
            guard::definition(kind, json).map_err(|error| Failure::BadDefinition { kind, why: error.to_string() })?;
        self.found.definitions.push(definition);
        Ok(())
    }

    fn modern(&self) -> bool {
        !self.server.version.has_initialize()
    }

    fn headers(&self, method: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let version = self.server.version;
        if version.requires_version_header() {
            headers.insert(mcp::headers::PROTOCOL_VERSION_LOWER, HeaderValue::from_static(version.as_str()));
        }
        if self.modern() {
            headers.insert(mcp::headers::METHOD_LOWER, HeaderValue::from_static(method));
        } else {
            add_session(&mut headers, self.server.session.as_deref());
        }
        headers
    }

    fn body(&self, id: u32, method: &str, cursor: Option<&str>) -> Vec<u8> {
        let mut params = json!({});
        if let Some(cursor) = cursor {
            params["cursor"] = json!(cursor);
        }
        if self.modern() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.server.version.as_str(),
                "io.modelcontextprotocol/clientInfo": { "name": CLIENT_NAME, "version": CLIENT_VERSION },
                "io.modelcontextprotocol/clientCapabilities": capabilities(),
            });
        }
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string().into_bytes()
    }
}
