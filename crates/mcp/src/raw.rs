//! Scanned JSON text that is read in place.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;

use crate::scan::{Limits, ScanError, scan_text};
use crate::text::{skip_space, skip_string, skip_value, unescape};

/// The six kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number
    Number,
    /// A string
    String,
    /// An array
    Array,
    /// An object
    Object,
}

/// The text of one JSON value inside a body that [`crate::scan()`] accepted, with its place there.
///
/// Since the text is known to be valid, reading it cannot fail; reading members that are not there
/// gives nothing. Copying is free.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Raw<'a> {
    /// Wraps text that is known to be one valid JSON value at offset `at` of the scanned body.
    pub(crate) fn trusted(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// Scans any one JSON value (also a bare string or number), with the depth of
    /// [`Limits::RESPONSE`]. Offsets count from the start of `text`.
    pub fn parse(text: &'a str) -> Result<Self, ScanError> {
        scan_text(text, Limits { scalar_top: true, ..Limits::RESPONSE })
    }

    /// The same value as a body of its own, with offsets that count from its first byte.
    pub(crate) fn alone(self) -> Self {
        Self { at: 0, ..self }
    }

    /// The text exactly as it was sent.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// The bytes exactly as they were sent.
    pub fn as_bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Where the value lies in the scanned body, in bytes.
    pub fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// What kind of value this is.
    pub fn kind(self) -> Kind {
        match self.text.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Whether this is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether this is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The decoded string, if this is one. Borrows when nothing is escaped.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        Some(unescape(inner))
    }

    /// The value, if this is `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The value, if this is a number written as an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// The members of an object, in the order they were sent; nothing for any other kind.
    pub fn members(self) -> Members<'a> {
        Members { text: self.text, at: self.at, next: if self.is_object() { 1 } else { self.text.len() } }
    }

    /// The elements of an array, in order; nothing for any other kind.
    pub fn elements(self) -> Elements<'a> {
        let next = if self.kind() == Kind::Array { 1 } else { self.text.len() };
        Elements { text: self.text, at: self.at, next }
    }

    /// The member `name` of an object (case-sensitive).
    pub fn get(self, name: &str) -> Option<Raw<'a>> {
        self.members().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value reached by following `path` through nested objects.
    pub fn at_path<S: AsRef<str>>(self, path: &[S]) -> Option<Raw<'a>> {
        path.iter().try_fold(self, |value, name| value.get(name.as_ref()))
    }

    /// Deserialises the value; fails only if `T` does not match it.
    pub fn decode<T: Deserialize<'a>>(self) -> serde_json::Result<T> {
        serde_json::from_str(self.text)
    }
}

/// Two values are equal if their texts are.
impl PartialEq for Raw<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Raw<'_> {}

/// Iterates over the members of an object: decoded key and value. See [`Raw::members`].
#[derive(Debug, Clone)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
    next: usize,
}

impl<'a> Members<'a> {
    /// The next member, with the place of its key in the scanned body.
    pub(crate) fn next_placed(&mut self) -> Option<(usize, Cow<'a, str>, Raw<'a>)> {
        let bytes = self.text.as_bytes();
        let open = first_of_value(bytes, self.next)?;
        let (key_end, escaped) = skip_string(bytes, open);
        let inner = self.text.get(open + 1..key_end - 1)?;
        let key = if escaped { unescape(inner) } else { Cow::Borrowed(inner) };
        // A colon stands between key and value.
        let start = skip_space(bytes, skip_space(bytes, key_end) + 1);
        let end = skip_value(bytes, start);
        self.next = end;
        let value = Raw::trusted(self.text.get(start..end)?, self.at + start);
        Some((self.at + open, key, value))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.next_placed().map(|(_, key, value)| (key, value))
    }
}

/// Iterates over the elements of an array. See [`Raw::elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    text: &'a str,
    at: usize,
    next: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let start = first_of_value(bytes, self.next)?;
        let end = skip_value(bytes, start);
        self.next = end;
        Some(Raw::trusted(self.text.get(start..end)?, self.at + start))
    }
}

/// Where the next key or element starts: after whitespace and at most one comma. None at the end.
fn first_of_value(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = skip_space(bytes, from);
    if bytes.get(at) == Some(&b',') {
        at = skip_space(bytes, at + 1);
    }
    match bytes.get(at) {
        None | Some(b'}' | b']') => None,
        Some(_) => Some(at),
    }
}
