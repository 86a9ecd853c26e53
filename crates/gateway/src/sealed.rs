//! What servers give clients to come back with: cursors of lists, and the state of a call that waits for input.
//!
//! A server sees one client, the gateway, and may put into these whose they are, or trust whoever brings them. What clients
//! get is sealed: it opens for the same person at the same server only, for a while, and a state for the same call only.
//! What crosses generations is in the gateway's own hands ([`crate::bridge::parked`], [`crate::bridge::sessions`]).

use bytes::Bytes;
use chrono::TimeDelta;
use mcp::result::{Outcome, ResultType};
use mcp::{Call, ListKind, RpcError, splice};
use serde::{Deserialize, Serialize};

use crate::Gateway;
use crate::context::Context;
use crate::exchange::Exchange;
use crate::forward::Fault;

const CURSOR: &str = "mcp-cursor";
const STATE: &str = "mcp-upstream-state";
/// How long they open.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    expires: i64,
    /// What the server gave.
    text: String,
}

/// A message with what its server gave.
#[derive(Debug, Default)]
pub(crate) struct Unsealed {
    /// The message, where anything had to be opened.
    pub(crate) body: Option<Bytes>,
    /// It goes on with a call that the server knows.
    pub(crate) goes_on: bool,
}

/// What a state is sealed for: the method and what it names.
pub(crate) fn about(call: &Call<'_>) -> String {
    [call.method.as_str(), "\n", call.target().name().unwrap_or_default()].concat()
}

impl Gateway {
    /// Opens what a client brings back.
    ///
    /// # Errors
    /// When a cursor does not open (2026-07-28 server utilities, "Pagination": invalid params). A state that does not may
    /// be one of the gateway's own.
    pub(crate) fn unsealed(&self, context: &Context, call: &Call<'_>, body: &Bytes) -> Result<Unsealed, RpcError> {
        if let Some(list) = call.method.list_kind()
            && let Some(cursor) = call.params.cursor.as_deref()
        {
            let cursor = self.open_sealed(context, CURSOR, list.member(), cursor).ok_or_else(|| {
                RpcError::invalid_params(
                    "this cursor was not given to you for this list, or has expired; list from the beginning",
                )
            })?;
            return Ok(Unsealed { body: Some(with(body, "cursor", &cursor)?), goes_on: false });
        }
        if call.watches_tasks() {
            // Whose they are the server does not know, and what it says of them could be a result that nobody records. Whoever
            // started a task can ask for its state at any time, and is told that it gets no notifications.
            let body = splice::set_member(body, &["params", "notifications"], "taskIds", "[]");
            let body = body.map_err(|error| RpcError::invalid_request(error.to_string()))?;
            return Ok(Unsealed { body: Some(body), goes_on: false });
        }
        let state = call.params.request_state.as_deref().filter(|state| !state.is_empty());
        match state.and_then(|state| self.open_sealed(context, STATE, &about(call), state)) {
            Some(state) => Ok(Unsealed { body: Some(with(body, "requestState", &state)?), goes_on: true }),
            None => Ok(Unsealed::default()),
        }
    }

    /// The page of a list as its reader gets it.
    pub(crate) fn page(&self, context: &Context, list: ListKind, page: Bytes) -> Result<Bytes, Fault> {
        // Most lists are one page, which is found out without reading them.
        if memchr::memmem::find(&page, b"nextCursor").is_none() {
            return Ok(page);
        }
        let unreadable = |error: &dyn std::fmt::Display| Fault::NotMcp(format!("unreadable list: {error}"));
        let Some(cursor) = mcp::list::next_cursor(&page).map_err(|error| unreadable(&error))? else { return Ok(page) };
        let sealed = self.sealed(context, CURSOR, list.member(), cursor)?;
        splice::set_result_member(&page, "nextCursor", &sealed).map_err(|error| unreadable(&error))
    }

    /// An answer that asks for input, as the client gets it; nothing where that is as it is.
    pub(crate) fn asking(&self, context: &Context, exchange: &Exchange, body: &[u8]) -> Result<Option<Bytes>, Fault> {
        let Some(about) = exchange.about.as_ref().filter(|_| memchr::memmem::find(body, b"requestState").is_some())
        else {
            return Ok(None);
        };
        let unreadable = |error: &dyn std::fmt::Display| Fault::NotMcp(error.to_string());
        let response = mcp::Response::parse(body).map_err(|error| unreadable(&error))?;
        let Outcome::Result(result) = &response.outcome else { return Ok(None) };
        let state = match result.request_state.and_then(mcp::Raw::as_str) {
            Some(state) if result.result_type == ResultType::InputRequired && !state.is_empty() => state.into_owned(),
            _ => return Ok(None),
        };
        let sealed = self.sealed(context, STATE, about, state)?;
        splice::set_result_member(body, "requestState", &sealed).map(Some).map_err(|error| unreadable(&error))
    }

    /// As JSON.
    fn sealed(&self, context: &Context, purpose: &'static str, about: &str, text: String) -> Result<String, Fault> {
        let parts = &self.inner.parts;
        let sealed = Sealed { expires: (parts.env.now() + LIFETIME).timestamp(), text };
        let plain = serde_json::to_vec(&sealed).unwrap_or_default();
        let token = parts.vault.seal_token(purpose, &bound_to(context, about), &plain);
        token.map(|token| format!("\"{token}\"")).map_err(|_| Fault::Sealed)
    }

    fn open_sealed(&self, context: &Context, purpose: &'static str, about: &str, token: &str) -> Option<String> {
        let parts = &self.inner.parts;
        let plain = parts.vault.open_token(purpose, &bound_to(context, about), token)?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        (parts.env.now().timestamp() < sealed.expires).then_some(sealed.text)
    }
}

fn bound_to(context: &Context, about: &str) -> Vec<u8> {
    format!("{}/{}/{about}", context.caller.person.id, context.server.id).into_bytes()
}

/// The message with another parameter.
fn with(body: &Bytes, name: &str, text: &str) -> Result<Bytes, RpcError> {
    let text = serde_json::Value::from(text).to_string();
    splice::set_member(body, &["params"], name, &text).map_err(|error| RpcError::invalid_request(error.to_string()))
}
