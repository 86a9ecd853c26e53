//! The pass itself: a loop over the bytes with an explicit stack, so depth costs no call frames.

use std::ops::Range;

use super::keys::{InlineStack, OpenKeys, Owner};
use super::{Limits, ScanError};
use crate::text::{hex4, plain_run, skip_space, unescape};

/// Levels of nesting before the stack of parents spills to the heap.
const INLINE_DEPTH: usize = 16;
/// Shorter integers without exponent cannot leave the range of a double.
const SAFE_DIGITS: usize = 300;

/// An open array or object.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// The keys, if it is an object.
    object: Option<Owner>,
}

pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    keys: OpenKeys<'a>,
    parents: InlineStack<Frame, INLINE_DEPTH>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: Limits) -> Self {
        Self { bytes, at: 0, limits, keys: OpenKeys::new(bytes), parents: InlineStack::new() }
    }

    /// Scans the one value that the text must hold and gives its place.
    pub(super) fn run(mut self) -> Result<Range<usize>, ScanError> {
        self.skip_space();
        if self.at == self.bytes.len() {
            return Err(ScanError::Empty);
        }
        let start = self.at;
        self.value()?;
        let range = start..self.at;
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(ScanError::TrailingData { at: self.at });
        }
        Ok(range)
    }

    fn value(&mut self) -> Result<(), ScanError> {
        let mut frame = Frame::default();
        let mut depth = 0_usize;
        loop {
            // Here a value starts; a container with content goes round again for its first value.
            let opened = match self.peek()? {
                b'{' => {
                    self.enter(depth, frame)?;
                    let mut owner = self.keys.open();
                    let empty = self.peek()? == b'}';
                    if !empty {
                        self.key(&mut owner)?;
                    }
                    frame = Frame { object: Some(owner) };
                    Some(empty)
                }
                b'[' => {
                    self.enter(depth, frame)?;
                    frame = Frame { object: None };
                    Some(self.peek()? == b']')
                }
                b'"' => {
                    self.string(self.limits.lone_surrogates)?;
                    None
                }
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                    None
                }
                byte => return Err(ScanError::UnexpectedByte { at: self.at, byte }),
            };
            if let Some(empty) = opened {
                depth += 1;
                if !empty {
                    continue;
                }
            }
            // Here a value has ended, or an empty container is about to.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                self.skip_space();
                let byte = self.peek()?;
                match (&mut frame.object, byte) {
                    (Some(owner), b',') => {
                        let mut grown = *owner;
                        self.advance();
                        self.key(&mut grown)?;
                        *owner = grown;
                        break;
                    }
                    (None, b',') => {
                        self.advance();
                        break;
                    }
                    (Some(owner), b'}') => {
                        self.keys.close(*owner);
                    }
                    (None, b']') => {}
                    _ => return Err(ScanError::UnexpectedByte { at: self.at, byte }),
                }
                self.at += 1;
                depth -= 1;
                frame = self.parents.pop().unwrap_or_default();
            }
        }
    }

    /// Steps over an opening bracket.
    fn enter(&mut self, depth: usize, parent: Frame) -> Result<(), ScanError> {
        if depth >= self.limits.max_depth {
            return Err(ScanError::TooDeep { at: self.at, limit: self.limits.max_depth });
        }
        self.parents.push(parent);
        self.advance();
        Ok(())
    }

    /// Steps over one byte and the whitespace behind it.
    fn advance(&mut self) {
        self.at += 1;
        self.skip_space();
    }

    fn skip_space(&mut self) {
        self.at = skip_space(self.bytes, self.at);
    }

    fn peek(&self) -> Result<u8, ScanError> {
        self.bytes.get(self.at).copied().ok_or(ScanError::UnexpectedEnd { at: self.bytes.len() })
    }

    /// Scans a key, its colon, and the whitespace around them.
    fn key(&mut self, owner: &mut Owner) -> Result<(), ScanError> {
        let open = self.at;
        let byte = self.peek()?;
        if byte != b'"' {
            return Err(ScanError::UnexpectedByte { at: open, byte });
        }
        let escaped = self.string(false)?;
        let (start, end) = (open + 1, self.at - 1);
        if is_reserved(&self.bytes[start..end], escaped) {
            return Err(ScanError::ReservedKey { at: open });
        }
        if !self.keys.insert(owner, start, end, escaped) {
            return Err(ScanError::DuplicateKey { at: open });
        }
        self.skip_space();
        let byte = self.peek()?;
        if byte != b':' {
            return Err(ScanError::UnexpectedByte { at: self.at, byte });
        }
        self.advance();
        Ok(())
    }

    /// Scans a string from its opening quote; says whether it contains an escape.
    fn string(&mut self, lone_surrogates: bool) -> Result<bool, ScanError> {
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = plain_run(self.bytes, self.at);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape(lone_surrogates)?;
                }
                _ => return Err(ScanError::ControlCharacter { at: self.at }),
            }
        }
    }

    fn escape(&mut self, lone_surrogates: bool) -> Result<(), ScanError> {
        let at = self.at;
        let end = ScanError::UnexpectedEnd { at: self.bytes.len() };
        match self.bytes.get(at + 1).ok_or(end)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => match hex4(self.bytes, at + 2).ok_or(ScanError::BadEscape { at })? {
                0xd800..=0xdbff => {
                    let second = self.bytes.get(at + 6..at + 8);
                    let low = hex4(self.bytes, at + 8).filter(|_| second == Some(b"\\u"));
                    self.at += match low {
                        Some(0xdc00..=0xdfff) => 12,
                        _ if lone_surrogates => 6,
                        _ => return Err(ScanError::LoneSurrogate { at }),
                    };
                }
                0xdc00..=0xdfff if !lone_surrogates => return Err(ScanError::LoneSurrogate { at }),
                _ => self.at += 6,
            },
            _ => return Err(ScanError::BadEscape { at }),
        }
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<Option<bool>, ScanError> {
        for expected in word {
            let byte = self.peek()?;
            if byte != *expected {
                return Err(ScanError::UnexpectedByte { at: self.at, byte });
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn number(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        let integer = self.at;
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        let long = self.at - integer > SAFE_DIGITS;
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        let exponent = matches!(self.bytes.get(self.at), Some(b'e' | b'E'));
        if exponent {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            return Err(ScanError::BadNumber { at: self.at });
        }
        if (long || exponent) && !self.is_finite(start) {
            return Err(ScanError::NumberOutOfRange { at: start });
        }
        Ok(())
    }

    /// Scans at least one digit.
    fn digits(&mut self) -> Result<(), ScanError> {
        if !self.peek()?.is_ascii_digit() {
            return Err(ScanError::BadNumber { at: self.at });
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    #[cold]
    fn is_finite(&self, start: usize) -> bool {
        std::str::from_utf8(&self.bytes[start..self.at])
            .ok()
            .and_then(|text| text.parse::<f64>().ok())
            .is_some_and(f64::is_finite)
    }
}

/// Keys that `serde_json::Value` treats as its own in-band signals.
fn is_reserved(key: &[u8], escaped: bool) -> bool {
    const PREFIX: &[u8] = b"$serde_json::private::";
    if !escaped {
        return key.starts_with(PREFIX);
    }
    std::str::from_utf8(key).is_ok_and(|key| unescape(key).as_bytes().starts_with(PREFIX))
}
