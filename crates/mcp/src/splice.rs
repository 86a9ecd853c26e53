//! Rewrites by bytes: what is not replaced stays exactly as it was.

use std::borrow::Cow;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::id::RawId;
use crate::raw::{Kind, Raw};
use crate::scan::{Limits, ScanError, scan_with};
use crate::text::skip_space;

/// Why a body cannot be rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// The body or the new value is not JSON that can be read in one way only.
    #[error("the message to rewrite is unreadable: {0}")]
    Unreadable(#[from] ScanError),
    /// The object to change is not there.
    #[error("the message to rewrite has no object at /{path}")]
    NoObject {
        /// Where it was looked for, slash-separated.
        path: String,
    },
    /// Two replacements overlap, or one lies outside the body. A mistake of the caller.
    #[error("replacements overlap or lie outside the message")]
    Overlap,
}

/// Replacements to be made in a body.
#[derive(Debug, Clone)]
pub struct Splice<'a> {
    body: &'a [u8],
    edits: Vec<(Range<usize>, Cow<'a, [u8]>)>,
}

impl<'a> Splice<'a> {
    /// Starts with the unchanged body.
    pub fn new(body: &'a [u8]) -> Self {
        Self { body, edits: Vec::new() }
    }

    /// Replaces the bytes at `range` (see [`Raw::range`]); an empty range inserts. Replacements may come in
    /// any order; insertions at the same place keep theirs.
    #[must_use]
    pub fn replace(mut self, range: Range<usize>, with: impl Into<Cow<'a, [u8]>>) -> Self {
        self.edits.push((range, with.into()));
        self
    }

    /// Removes the members of `object`, a value of this body, for which `goes` says so, and sets those in
    /// `set` to JSON texts: in place if they are there (even if they should go), as first members otherwise.
    ///
    /// A member that was added this way can be removed again without a trace. An object should be edited once:
    /// two edits that add members do not know of each other.
    #[must_use]
    pub fn edit(mut self, object: Raw<'_>, goes: impl Fn(&str) -> bool, set: &[(&str, &str)]) -> Self {
        let mut missing = set.to_vec();
        // Members that go and stand next to each other, and the end of what stays before them.
        let mut run: Option<Range<usize>> = None;
        let mut kept = None;
        let mut members = object.members();
        while let Some((start, key, value)) = members.next_placed() {
            let end = value.range().end;
            if let Some(new) = missing.iter().position(|(name, _)| *name == key) {
                let (_, text) = missing.remove(new);
                self = self.replace(value.range(), text.as_bytes().to_vec());
            } else if goes(&key) {
                run = Some(run.map_or(start, |run| run.start)..end);
                continue;
            }
            if let Some(run) = run.take() {
                let comma = skip_space(self.body, run.end);
                self = self.replace(run.start..comma + 1, &b""[..]);
            }
            kept = Some(end);
        }
        if let Some(run) = run {
            self = self.replace(kept.unwrap_or(run.start)..run.end, &b""[..]);
        }
        if missing.is_empty() {
            return self;
        }
        let first = object.range().start + 1;
        let mut added = members_text(&missing);
        if kept.is_some() {
            added.push(',');
        }
        self.replace(first..first, added.into_bytes())
    }

    /// Removes the elements of `array`, a value of this body, for which `goes` says so.
    #[must_use]
    pub fn without(mut self, array: Raw<'_>, goes: impl Fn(Raw<'_>) -> bool) -> Self {
        let mut run: Option<Range<usize>> = None;
        let mut kept = None;
        for element in array.elements() {
            let range = element.range();
            if goes(element) {
                run = Some(run.map_or(range.start, |run| run.start)..range.end);
                continue;
            }
            if let Some(run) = run.take() {
                self = self.replace(run.start..range.start, &b""[..]);
            }
            kept = Some(range.end);
        }
        match run {
            Some(run) => self.replace(kept.unwrap_or(run.start)..run.end, &b""[..]),
            None => self,
        }
    }

    /// Makes the new body.
    pub fn finish(mut self) -> Result<Bytes, SpliceError> {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let grown: usize = self.edits.iter().map(|(_, with)| with.len()).sum();
        let mut out = BytesMut::with_capacity(self.body.len() + grown);
        let mut done = 0;
        for (range, with) in &self.edits {
            let before = self.body.get(done..range.start).ok_or(SpliceError::Overlap)?;
            if range.end < range.start || range.end > self.body.len() {
                return Err(SpliceError::Overlap);
            }
            out.extend_from_slice(before);
            out.extend_from_slice(with);
            done = range.end;
        }
        out.extend_from_slice(&self.body[done..]);
        Ok(out.freeze())
    }
}

/// Members as they stand between the braces of an object. The values must be JSON.
pub(crate) fn members_text(members: &[(&str, &str)]) -> String {
    let members: Vec<_> =
        members.iter().map(|(key, value)| format!("{}:{value}", serde_json::Value::from(*key))).collect();
    members.join(",")
}

/// Gives a message another id; one without id gets it as its first member.
pub fn replace_id(body: &[u8], id: RawId<'_>) -> Result<Bytes, SpliceError> {
    set_member(body, &[], "id", id.text())
}

/// A response with a result that was kept without envelope, such as a cached list. `result` must be JSON.
pub fn wrap_result(id: RawId<'_>, result: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(result.len() + id.text().len() + 40);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.text().as_bytes());
    out.extend_from_slice(br#","result":"#);
    out.extend_from_slice(result);
    out.extend_from_slice(b"}");
    out.freeze()
}

/// Sets a member of the result of a response.
pub fn set_result_member(body: &[u8], key: &str, value: &str) -> Result<Bytes, SpliceError> {
    set_member(body, &["result"], key, value)
}

/// Sets the member `key` of the object at `path` to the JSON text `value`: in place if it is there,
/// as first member otherwise.
pub fn set_member(body: &[u8], path: &[&str], key: &str, value: &str) -> Result<Bytes, SpliceError> {
    let value = Raw::parse(value)?.text();
    let object = scan_with(body, Limits::RESPONSE)?
        .at_path(path)
        .filter(|object| object.kind() == Kind::Object)
        .ok_or_else(|| SpliceError::NoObject { path: path.join("/") })?;
    Splice::new(body).edit(object, |_| false, &[(key, value)]).finish()
}
