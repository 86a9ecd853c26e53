//! The strict scan: one pass over a whole body before anything else looks at it.
//!
//! Two JSON parsers that disagree about the same bytes are how a policy check is walked around: a
//! duplicate key of which the gateway reads the first and the upstream the last, a lone surrogate that
//! one side replaces. The original bytes are forwarded, so whatever could be read in two ways is
//! refused here, and everything behind this function may rely on it.

mod keys;
mod scanner;

use crate::error::RpcError;
use crate::raw::{Kind, Raw};

/// Bounds of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many arrays and objects may be open at once; the outermost counts as one.
    pub max_depth: usize,
    /// Whether the whole text may be a string, number, literal or null instead of an object or array.
    pub scalar_top: bool,
    /// Whether values may hold half of a surrogate pair. Servers written in JavaScript make them by cutting a text inside
    /// of a character; it reads as U+FFFD. Keys never may.
    pub lone_surrogates: bool,
}

impl Limits {
    /// For what clients send: 64 levels, an object (or, in 2025-03-26, a batch) on top.
    pub const REQUEST: Self = Self { max_depth: 64, scalar_top: false, lone_surrogates: false };
    /// For what upstreams answer: structured content may nest deeper than any sane request.
    pub const RESPONSE: Self = Self { max_depth: 256, scalar_top: false, lone_surrogates: true };
}

/// Why a body was refused. Offsets count bytes from the start of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The body holds nothing but whitespace.
    #[error("the body is empty; send one JSON-RPC message")]
    Empty,
    /// The body is longer than offsets can count (4 GiB).
    #[error("the body is too long to be scanned; send less than 4 GiB")]
    TooLong,
    /// A byte sequence is not UTF-8.
    #[error("byte {at} is not valid UTF-8; JSON-RPC bodies must be UTF-8")]
    InvalidUtf8 {
        /// Where the invalid sequence starts.
        at: usize,
    },
    /// The body ended inside a value.
    #[error("the JSON text ends at byte {at} inside a value; it was cut off or a bracket is missing")]
    UnexpectedEnd {
        /// The length of the body.
        at: usize,
    },
    /// A byte cannot stand where it stands.
    #[error("unexpected byte 0x{byte:02x} at byte {at}; the body is not valid JSON")]
    UnexpectedByte {
        /// Where the byte is.
        at: usize,
        /// The byte.
        byte: u8,
    },
    /// A number that is not written as JSON demands.
    #[error("malformed number at byte {at}; write it as JSON does, without leading zeros or plus sign")]
    BadNumber {
        /// Where the number stops being one.
        at: usize,
    },
    /// A number beyond the range of a double, which parsers read as infinity, an error or a big number.
    #[error("the number at byte {at} is out of range; send it as a string")]
    NumberOutOfRange {
        /// Where the number starts.
        at: usize,
    },
    /// An escape that JSON does not know.
    #[error("invalid escape sequence at byte {at}; JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX")]
    BadEscape {
        /// Where the backslash is.
        at: usize,
    },
    /// Half of a UTF-16 surrogate pair, which is no character.
    #[error("lone surrogate escape at byte {at}; escape both halves of the pair or write the character")]
    LoneSurrogate {
        /// Where the backslash is.
        at: usize,
    },
    /// An unescaped control character in a string.
    #[error("unescaped control character at byte {at}; escape it as \\uXXXX")]
    ControlCharacter {
        /// Where the character is.
        at: usize,
    },
    /// More nesting than allowed.
    #[error("nested deeper than {limit} levels at byte {at}; flatten the value")]
    TooDeep {
        /// Where the first bracket too many is.
        at: usize,
        /// The limit that applies.
        limit: usize,
    },
    /// An object names the same key twice (after unescaping, case-sensitive).
    #[error("duplicate object key at byte {at}; name every key once")]
    DuplicateKey {
        /// Where the second of the two keys starts.
        at: usize,
    },
    /// A key that `serde_json` gives a private meaning: it would read the string behind it as JSON, so
    /// that policy and upstream would see different arguments.
    #[error("reserved object key at byte {at}; rename the key")]
    ReservedKey {
        /// Where the key starts.
        at: usize,
    },
    /// Something follows the JSON value.
    #[error("unexpected data after the JSON value at byte {at}; send one message per request")]
    TrailingData {
        /// Where the first byte too many is.
        at: usize,
    },
    /// The body is a string, number, literal or null.
    #[error("the body must be a JSON object, not a bare value")]
    NotAMessage,
}

impl ScanError {
    /// The byte at which the scan stopped.
    pub fn offset(&self) -> usize {
        match *self {
            Self::Empty | Self::TooLong | Self::NotAMessage => 0,
            Self::InvalidUtf8 { at }
            | Self::UnexpectedEnd { at }
            | Self::UnexpectedByte { at, .. }
            | Self::BadNumber { at }
            | Self::NumberOutOfRange { at }
            | Self::BadEscape { at }
            | Self::LoneSurrogate { at }
            | Self::ControlCharacter { at }
            | Self::TooDeep { at, .. }
            | Self::DuplicateKey { at }
            | Self::ReservedKey { at }
            | Self::TrailingData { at } => at,
        }
    }

    /// The JSON-RPC error to answer with (JSON-RPC 2.0, section 5.1): -32700 for what is no JSON,
    /// -32600 for JSON that is refused.
    pub fn rpc(&self) -> RpcError {
        match self {
            Self::TooDeep { .. } | Self::DuplicateKey { .. } | Self::ReservedKey { .. } | Self::NotAMessage => {
                RpcError::invalid_request(self.to_string())
            }
            _ => RpcError::parse_error(self.to_string()),
        }
    }
}

/// Scans what a client sent, with [`Limits::REQUEST`], and gives the root of the scanned text.
///
/// Accepts exactly JSON (RFC 8259) in UTF-8 without byte order mark, with an object or array on top,
/// no key twice in any object, and no string, number or key that two parsers could read differently.
/// Allocates only for bodies with very many simultaneously open keys, deep nesting or escaped keys.
pub fn scan(body: &[u8]) -> Result<Raw<'_>, ScanError> {
    scan_with(body, Limits::REQUEST)
}

/// Scans with other limits, see [`scan()`].
pub fn scan_with(body: &[u8], limits: Limits) -> Result<Raw<'_>, ScanError> {
    let text = std::str::from_utf8(body).map_err(|error| ScanError::InvalidUtf8 { at: error.valid_up_to() })?;
    scan_text(text, limits)
}

/// The same for what is known to be UTF-8.
pub(crate) fn scan_text(text: &str, limits: Limits) -> Result<Raw<'_>, ScanError> {
    if u32::try_from(text.len()).is_err() {
        return Err(ScanError::TooLong);
    }
    let range = scanner::Scanner::new(text.as_bytes(), limits).run()?;
    let root = Raw::trusted(&text[range.clone()], range.start);
    match root.kind() {
        Kind::Object | Kind::Array => Ok(root),
        _ if limits.scalar_top => Ok(root),
        _ => Err(ScanError::NotAMessage),
    }
}
