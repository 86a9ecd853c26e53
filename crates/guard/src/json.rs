//! A strict reader of JSON (RFC 8259) that loses nothing: numbers stay text, keys keep their order and duplicates.
//!
//! A general JSON library would do three things that a fingerprint cannot have: read numbers through `f64` (two
//! different numbers, one digest), let the last of two equal keys win (while a model reads both), and accept lone
//! surrogates in its own way.

use std::borrow::Cow;

use crate::GuardError;

/// The largest definition in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 256;

/// A JSON value that borrows from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// The text of a number.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    /// Members in the order of the text.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Node<'_> {
    /// The member of an object with this key, if it is a string.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.member(key)? {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The member of an object with this key.
    pub(crate) fn member(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// Reads one JSON value with nothing behind it.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, GuardError> {
    if text.len() > MAX_BYTES {
        return Err(GuardError::TooLarge { bytes: text.len() });
    }
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.space();
    let value = reader.value()?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.wrong("more text after the value")) }
}

struct Reader<'a> {
    text: &'a str,
    /// The next byte to read; always at a character boundary when a slice is taken.
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong(&self, what: &'static str) -> GuardError {
        GuardError::Syntax { what, at: self.at }
    }

    fn value(&mut self) -> Result<Node<'a>, GuardError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Node::Number),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            Some(_) => Err(self.wrong("an unexpected character")),
            None => Err(self.wrong("the end of the text")),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Node<'a>, GuardError>) -> Result<Node<'a>, GuardError> {
        if self.depth == MAX_DEPTH {
            return Err(GuardError::TooDeep { at: self.at });
        }
        self.depth += 1;
        self.at += 1;
        self.space();
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Node<'a>, GuardError> {
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.wrong("something else than a key"));
            }
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err(self.wrong("a key without `:`"));
            }
            self.space();
            members.push((key, self.value()?));
            self.space();
            if self.eat(b'}') {
                return Ok(Node::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.wrong("a member without `,` or `}` behind it"));
            }
            self.space();
        }
    }

    fn array(&mut self) -> Result<Node<'a>, GuardError> {
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Node::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.eat(b']') {
                return Ok(Node::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.wrong("an item without `,` or `]` behind it"));
            }
            self.space();
        }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, GuardError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("an unknown word"));
        }
        self.at += word.len();
        Ok(node)
    }

    fn number(&mut self) -> Result<&'a str, GuardError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), GuardError> {
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Err(self.wrong("a number without a digit"));
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    /// Reads a string; borrows from the text unless it holds an escape.
    fn string(&mut self) -> Result<Cow<'a, str>, GuardError> {
        self.at += 1;
        let mut out: Option<String> = None;
        let mut run = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = &self.text[run..self.at];
                    self.at += 1;
                    return Ok(match out {
                        None => Cow::Borrowed(rest),
                        Some(mut out) => {
                            out.push_str(rest);
                            Cow::Owned(out)
                        }
                    });
                }
                Some(b'\\') => {
                    let out = out.get_or_insert_default();
                    out.push_str(&self.text[run..self.at]);
                    self.at += 1;
                    out.push(self.escape()?);
                    run = self.at;
                }
                Some(0..=0x1f) => return Err(self.wrong("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.wrong("a string without an end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, GuardError> {
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.wrong("an unknown escape")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode(&mut self) -> Result<char, GuardError> {
        let first = self.hex4()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(self.wrong("half of a surrogate pair"));
                }
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.wrong("half of a surrogate pair"));
                }
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.wrong("half of a surrogate pair"))
    }

    fn hex4(&mut self) -> Result<u32, GuardError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wrong("an escape without four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }
}
