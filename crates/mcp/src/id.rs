//! JSON-RPC ids, kept as they were written.

use std::fmt;

use crate::raw::{Kind, Raw};

/// A request id: the raw JSON text of a string or number (MCP basic, "Requests": never null).
///
/// The text is what goes back to the caller, so that `1`, `1.0` and `"1"` stay what they were.
#[derive(Debug, Clone, Copy)]
pub struct RawId<'a> {
    raw: Raw<'a>,
}

impl<'a> RawId<'a> {
    /// The id in a scanned value; none if it is neither string nor number.
    pub fn new(raw: Raw<'a>) -> Option<Self> {
        matches!(raw.kind(), Kind::String | Kind::Number).then_some(Self { raw })
    }

    /// Reads an id from its JSON text, such as one kept with a pending request.
    pub fn parse(text: &'a str) -> Option<Self> {
        Raw::parse(text).ok().filter(|raw| raw.text().len() == text.len()).and_then(Self::new)
    }

    /// The JSON text, with quotes if it is a string.
    pub fn text(self) -> &'a str {
        self.raw.text()
    }

    /// Where the id lies in the scanned body, in bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.raw.range()
    }

    /// The text as an owned value, to keep beyond the body.
    pub fn to_owned_text(self) -> Box<str> {
        self.text().into()
    }

    /// Whether both mean the same id. Strings are compared after unescaping, because servers may write
    /// them back with other escapes; a string never equals a number.
    pub fn same_as(self, other: RawId<'_>) -> bool {
        if self.text() == other.text() {
            return true;
        }
        match (self.raw.as_str(), other.raw.as_str()) {
            (Some(one), Some(two)) => one == two,
            (None, None) => same_number(self.text(), other.text()),
            _ => false,
        }
    }
}

impl fmt::Display for RawId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Compares two JSON numbers by value where doubles are exact, and by text where they are not.
pub(crate) fn same_number(one: &str, two: &str) -> bool {
    /// Above this, neighbouring integers share a double (2^53).
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if one == two {
        return true;
    }
    match (one.parse::<f64>(), two.parse::<f64>()) {
        (Ok(one), Ok(two)) => one.abs() < EXACT && two.abs() < EXACT && one.total_cmp(&two).is_eq(),
        _ => false,
    }
}
