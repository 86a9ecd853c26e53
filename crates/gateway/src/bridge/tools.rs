//! Which arguments of a server's tools are mirrored into headers (`x-mcp-header`, 2026-07-28 transports, "Custom Headers
//! from Tool Parameters"): what the gateway must send for clients that do not know of it, and check for servers that do
//! not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method as Verb};
use mcp::bridge::{self, ClientIdentity, ParamHeaders};
use mcp::result::Outcome;
use mcp::{ListKind, ProtocolVersion};

use super::lines::Whose;
use super::replies::Replies;
use crate::Gateway;
use crate::context::Context;
use crate::forward::{Fault, Outgoing};
use crate::limits::Kind;

/// How long a list is believed.
const FRESH: Duration = Duration::from_mins(5);
/// Pages of a list that are read.
const MOST_PAGES: usize = 20;

/// The tools of a server that mirror arguments. A tool whose annotations are invalid is here without them.
pub(crate) type Mirroring = Arc<HashMap<String, Option<ParamHeaders>>>;

/// A list, for one revision of a server's settings.
pub(crate) struct Listed {
    revision: u64,
    read: Instant,
    mirroring: Mirroring,
}

impl Gateway {
    /// The tools of the server that mirror arguments, read from the server if need be.
    pub(crate) async fn mirroring(
        &self,
        context: &Context,
        identity: &ClientIdentity,
        modern: bool,
    ) -> Result<Mirroring, Fault> {
        let server = &context.server;
        if let Some(known) = self.known_mirroring(context) {
            return Ok(known);
        }
        let turn = self.inner.listing.of(server.id);
        let (deadline, mut standing) = (self.limits(context, None).first_byte, self.standing(context));
        let _turn = tokio::select! {
            turn = tokio::time::timeout(deadline, turn.lock()) => turn.map_err(|_| Fault::Timeout)?,
            broken = standing.lost() => return Err(broken.into()),
        };
        if let Some(known) = self.known_mirroring(context) {
            return Ok(known);
        }
        let mirroring: Mirroring = Arc::new(self.read_tools(context, identity, modern).await?);
        let listed = Listed { revision: server.revision, read: Instant::now(), mirroring: mirroring.clone() };
        self.inner.listed.write().insert(server.id, listed);
        Ok(mirroring)
    }

    fn known_mirroring(&self, context: &Context) -> Option<Mirroring> {
        let listed = self.inner.listed.read();
        let listed = listed.get(&context.server.id)?;
        let fresh = listed.revision == context.server.revision && listed.read.elapsed() < FRESH;
        fresh.then(|| listed.mirroring.clone())
    }

    /// Forgets the list after the server found headers wrong that were made by it.
    pub(crate) fn forget_mirroring(&self, context: &Context) {
        self.inner.listed.write().remove(&context.server.id);
    }

    async fn read_tools(
        &self,
        context: &Context,
        identity: &ClientIdentity,
        modern: bool,
    ) -> Result<HashMap<String, Option<ParamHeaders>>, Fault> {
        let mut found = HashMap::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = self.tools_page(context, identity, modern, cursor.as_deref()).await?;
            let unreadable = |error: mcp::list::ListError| Fault::NotMcp(format!("unreadable tools: {error}"));
            mcp::for_each_item(&page, ListKind::Tools, |tool| match ParamHeaders::of_tool(tool.raw) {
                Ok(headers) if headers.is_empty() => {}
                Ok(headers) => drop(found.insert(tool.key.into_owned(), Some(headers))),
                Err(error) => {
                    tracing::warn!(server = %context.server.slug, tool = %tool.key, %error, "unusable x-mcp-header");
                    found.insert(tool.key.into_owned(), None);
                }
            })
            .map_err(unreadable)?;
            cursor = mcp::list::next_cursor(&page).map_err(unreadable)?;
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The result of one `tools/list`; an empty object if the server has none.
    async fn tools_page(
        &self,
        context: &Context,
        identity: &ClientIdentity,
        modern: bool,
        cursor: Option<&str>,
    ) -> Result<Bytes, Fault> {
        let params = cursor.map_or(serde_json::json!({}), |cursor| serde_json::json!({ "cursor": cursor }));
        let ask = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{params}}}"#);
        if modern {
            let body = bridge::request_to_modern(ask("\"drawbridge-tools\"").as_bytes(), identity, None);
            let body = body.map_err(|error| Fault::NotMcp(error.to_string()))?;
            let mut headers = HeaderMap::new();
            headers.insert("mcp-protocol-version", HeaderValue::from_static(ProtocolVersion::LATEST.as_str()));
            headers.insert("mcp-method", HeaderValue::from_static("tools/list"));
            let outgoing = Outgoing { method: Verb::POST, headers, to: None, body: Some(body) };
            let mut replies = Replies::new(self, context, self.dispatch_own(context, outgoing).await?)?;
            return result_of(&mut replies).await;
        }
        let (whose, pass) = (Whose { identity, session: "" }, self.pass(context, Kind::Own, None).await?);
        let mut open = self.open_request(context, (whose, pass), &ask("0").into(), None).await?;
        let page = result_of(&mut open.replies).await;
        open.done = page.is_ok();
        page
    }
}

/// The result that these messages end with; an empty object for an error.
async fn result_of(replies: &mut Replies) -> Result<Bytes, Fault> {
    while let Some(message) = replies.next().await? {
        if let Ok(response) = mcp::Response::parse(&message) {
            return Ok(match response.outcome {
                Outcome::Result(result) => Bytes::copy_from_slice(result.raw.as_bytes()),
                Outcome::Error(_) => Bytes::from_static(b"{}"),
            });
        }
    }
    Err(Fault::BrokenOff)
}
