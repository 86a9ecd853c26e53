//! Filters list results by cutting items out of the original bytes.
//!
//! Items that stay keep every byte, and so do unknown members of the result; nothing is decoded but
//! the key of each item. An item that cannot be identified cannot be authorised either and is dropped.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use crate::raw::{Kind, Raw};
use crate::scan::{Limits, ScanError, scan_with};
use crate::splice::{Splice, SpliceError};

/// What a result lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `tools/list`, items by name.
    Tools,
    /// `resources/list`, items by URI.
    Resources,
    /// `resources/templates/list`, items by URI template.
    ResourceTemplates,
    /// `prompts/list`, items by name.
    Prompts,
}

impl ListKind {
    /// The member of the result that holds the items.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::ResourceTemplates => "resourceTemplates",
            Self::Prompts => "prompts",
        }
    }

    /// The member of an item that identifies it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tools | Self::Prompts => "name",
            Self::Resources => "uri",
            Self::ResourceTemplates => "uriTemplate",
        }
    }
}

/// One item of a list.
#[derive(Debug, Clone)]
pub struct ListItem<'a> {
    /// Its name, URI or URI template.
    pub key: Cow<'a, str>,
    /// The whole definition.
    pub raw: Raw<'a>,
}

/// Whether an item stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It stays, byte for byte.
    Keep,
    /// It is cut out.
    Drop,
}

/// A filtered list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// The message; the very same bytes if nothing was dropped.
    pub body: Bytes,
    /// Items that stayed.
    pub kept: usize,
    /// Items that were cut out.
    pub dropped: usize,
}

/// Why a list cannot be filtered. The answer must then not be passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The body is no JSON that can be read in one way only.
    #[error("the list is unreadable: {0}")]
    Unreadable(#[from] ScanError),
    /// Body or result is no object.
    #[error("the list result is not a JSON object")]
    NotAnObject,
    /// The items are no array.
    #[error("member {member} of the list result is not an array")]
    NotAnArray {
        /// The member that should hold the items.
        member: &'static str,
    },
    /// The result could not be rewritten.
    #[error(transparent)]
    Splice(#[from] SpliceError),
}

/// Cuts the items for which `judge` says [`Verdict::Drop`] out of a list result (server "Tools",
/// "Resources", "Prompts": listing).
///
/// `body` is a whole JSON-RPC response or a bare result. Responses without the list (errors, other
/// result types) come back as they are.
pub fn filter_list(
    body: &Bytes,
    kind: ListKind,
    mut judge: impl FnMut(ListItem<'_>) -> Verdict,
) -> Result<Filtered, ListError> {
    let Some(items) = items(body, kind)? else {
        return Ok(Filtered { body: body.clone(), kept: 0, dropped: 0 });
    };
    let (mut kept, mut dropped) = (Vec::new(), 0);
    for raw in items.elements() {
        let verdict = item(raw, kind).map_or(Verdict::Drop, &mut judge);
        match verdict {
            Verdict::Keep => kept.push(raw),
            Verdict::Drop => dropped += 1,
        }
    }
    if dropped == 0 {
        return Ok(Filtered { body: body.clone(), kept: kept.len(), dropped });
    }
    let range = items.range();
    let mut out = BytesMut::with_capacity(body.len());
    out.extend_from_slice(&body[..=range.start]);
    for (position, raw) in kept.iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(b",");
        }
        out.extend_from_slice(raw.as_bytes());
    }
    out.extend_from_slice(&body[range.end - 1..]);
    Ok(Filtered { body: out.freeze(), kept: kept.len(), dropped })
}

/// Visits every identifiable item of a list result and says how many there were.
pub fn for_each_item(body: &[u8], kind: ListKind, mut visit: impl FnMut(ListItem<'_>)) -> Result<usize, ListError> {
    let found = items(body, kind)?.into_iter().flat_map(Raw::elements).filter_map(|raw| item(raw, kind));
    Ok(found.map(&mut visit).count())
}

/// The cursor of the next page, if there is one (server utilities, "Pagination").
pub fn next_cursor(body: &[u8]) -> Result<Option<String>, ListError> {
    let cursor = result(body)?.and_then(|result| result.get("nextCursor"));
    Ok(cursor.and_then(Raw::as_str).map(Cow::into_owned))
}

/// Changes `cacheScope` from public to private, which a list that depends on who asks must be
/// (2026-07-28 server utilities, "Caching"). Other bodies come back as they are.
pub fn make_private(body: &Bytes) -> Result<Bytes, ListError> {
    let scope = result(body)?.and_then(|result| result.get("cacheScope"));
    match scope {
        Some(scope) if scope.as_str().as_deref() != Some("private") => {
            Ok(Splice::new(body).replace(scope.range(), &br#""private""#[..]).finish()?)
        }
        _ => Ok(body.clone()),
    }
}

/// The result object of a response, or the body itself if it is a bare result.
fn result(body: &[u8]) -> Result<Option<Raw<'_>>, ListError> {
    let raw = scan_with(body, Limits::RESPONSE)?;
    if !raw.is_object() {
        return Err(ListError::NotAnObject);
    }
    if raw.get("jsonrpc").is_none() {
        return Ok(Some(raw));
    }
    match raw.get("result") {
        Some(result) if !result.is_object() => Err(ListError::NotAnObject),
        result => Ok(result),
    }
}

fn items(body: &[u8], kind: ListKind) -> Result<Option<Raw<'_>>, ListError> {
    let items = result(body)?.and_then(|result| result.get(kind.member()));
    match items {
        Some(items) if items.kind() != Kind::Array => Err(ListError::NotAnArray { member: kind.member() }),
        items => Ok(items),
    }
}

fn item(raw: Raw<'_>, kind: ListKind) -> Option<ListItem<'_>> {
    let key = raw.get(kind.key())?.as_str()?;
    Some(ListItem { key, raw })
}
