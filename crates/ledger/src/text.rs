//! Texts as entries hold them: what comes from outside is cut and cleaned, what is ours is written without detours.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use domain::RuleId;

pub(crate) use crate::hash::Field;

use crate::event::Payload;
use crate::hash;
use crate::record::{Octets, Stored};

/// How much of a payload is kept, in bytes.
const KEPT: usize = 64 * 1024;

/// How much of any other text is kept, in bytes.
const LONG: usize = 8 * 1024;

/// How much of a name is kept, in bytes; names are part of keys and indexes.
const NAME: usize = 512;

/// A name that comes from outside.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    clean(text, NAME)
}

/// Any other text that comes from outside.
pub(crate) fn long(text: &str) -> Cow<'_, str> {
    clean(text, LONG)
}

/// A text that comes from outside, in a form that both engines store: no NUL, and not longer than it may be.
fn clean(text: &str, limit: usize) -> Cow<'_, str> {
    let text = without_nul(text);
    if text.len() <= limit {
        return text;
    }
    let end = text.floor_char_boundary(limit - '…'.len_utf8());
    Cow::Owned(format!("{}…", &text[..end]))
}

/// PostgreSQL refuses NUL in a text, and a refused event is a refused call.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// What is kept of a payload: the text (cut at a character), the length of the whole, and its digest. Where something
/// was cut, the digest of what is kept comes first, so that the kept part can be proved by itself.
pub(crate) struct Kept<'a> {
    text: Cow<'a, str>,
    end: usize,
    len: i64,
    digests: [[u8; 32]; 2],
}

impl<'a> Kept<'a> {
    pub(crate) fn of(salt: &[u8], field: Field, payload: &'a Payload) -> Self {
        let text = without_nul(&payload.text);
        let len = i64::try_from(payload.whole.unwrap_or(text.len() as u64)).unwrap_or(i64::MAX);
        let end = text.floor_char_boundary(KEPT);
        let kept = hash::payload(salt, field, &text[..end]);
        let whole = if end == text.len() { kept } else { hash::payload(salt, field, &text) };
        Self { text, end, len, digests: [kept, whole] }
    }

    pub(crate) fn stored(&self) -> Stored<'_> {
        let digests = if self.end == self.text.len() { &self.digests[..1] } else { &self.digests };
        Stored { text: Some(&self.text[..self.end]), len: Some(self.len), digest: Some(Octets(digests.as_flattened())) }
    }
}

/// Short texts of one record, in one piece of memory.
#[derive(Debug)]
pub(crate) struct Texts(String);

impl Default for Texts {
    fn default() -> Self {
        Self(String::with_capacity(384))
    }
}

impl Texts {
    /// Adds a text.
    pub(crate) fn add(&mut self, text: &str) -> Range<usize> {
        let start = self.0.len();
        self.0.push_str(text);
        start..self.0.len()
    }

    /// Adds what this writes.
    pub(crate) fn write(&mut self, text: &impl fmt::Display) -> Range<usize> {
        let start = self.0.len();
        // Writing to memory does not fail.
        let _ = write!(self.0, "{text}");
        start..self.0.len()
    }

    /// What was added.
    pub(crate) fn get(&self, place: Range<usize>) -> &str {
        &self.0[place]
    }
}

/// Ids as a JSON array.
pub(crate) struct Array<'a>(pub(crate) &'a [RuleId]);

impl fmt::Display for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, id) in self.0.iter().enumerate() {
            write!(f, "{}\"{id}\"", if place == 0 { "[" } else { "," })?;
        }
        f.write_str("]")
    }
}
