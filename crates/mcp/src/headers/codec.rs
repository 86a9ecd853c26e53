//! Header values: plain ASCII, or UTF-8 in base64 between sentinels (2026-07-28 transports, "Value
//! Encoding").

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// Why a header value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Bytes outside printable ASCII, space and tab, or none where some are required, or too many.
    #[error("the value contains characters that are not allowed, or is empty or too long")]
    Characters,
    /// Between the sentinels is no canonical base64.
    #[error("the value between =?base64? and ?= is not valid base64 with padding")]
    Base64,
    /// The decoded bytes are no text.
    #[error("the base64 value does not decode to UTF-8")]
    Utf8,
}

/// The value as text without surrounding spaces and tabs (RFC 9110 section 5.5), if it is printable
/// ASCII.
pub(super) fn plain(value: &[u8]) -> Option<&str> {
    let printable = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let text = std::str::from_utf8(value).ok().filter(|_| value.iter().all(printable))?;
    Some(text.trim_matches([' ', '\t']))
}

/// Decodes the value of `Mcp-Name` or `Mcp-Param-*`. The sentinels are case-sensitive; base64 must be
/// padded and canonical. Surrounding whitespace is no part of the value.
pub fn decode_value(value: &[u8]) -> Result<Cow<'_, str>, ValueError> {
    let text = plain(value).ok_or(ValueError::Characters)?;
    let Some(encoded) = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX)) else {
        return Ok(Cow::Borrowed(text));
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| ValueError::Base64)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| ValueError::Utf8)
}

/// Encodes a value for `Mcp-Name` or `Mcp-Param-*`: as it is where that is safe, otherwise in base64.
pub fn encode_value(value: &str) -> Cow<'_, str> {
    let printable = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let padded = value.starts_with(' ') || value.ends_with(' ');
    let sentinel = value.starts_with(PREFIX) && value.ends_with(SUFFIX);
    if printable && !padded && !sentinel {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("{PREFIX}{}{SUFFIX}", STANDARD.encode(value)))
}
