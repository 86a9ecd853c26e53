//! The canonical form of JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::GuardError;
use crate::json::{Node, parse};
use crate::number::write_number;

/// The canonical form of a JSON text: keys sorted, no white space, one spelling for each string and number.
///
/// It follows RFC 8785 (JCS) except for numbers, which are kept exact where JCS rounds them to `f64`. Texts with the
/// same canonical form mean the same to every reader.
///
/// # Errors
/// The text is not JSON, has a key twice in one object, nests deeper than [`crate::MAX_DEPTH`] or is larger than
/// [`crate::MAX_BYTES`].
pub fn canonical(json: &str) -> Result<Vec<u8>, GuardError> {
    Ok(write(parse(json)?)?.into_bytes())
}

/// The canonical form of a value.
pub(crate) fn write(value: Node<'_>) -> Result<String, GuardError> {
    let mut out = String::new();
    write_node(&mut out, value)?;
    Ok(out)
}

fn write_node(out: &mut String, value: Node<'_>) -> Result<(), GuardError> {
    match value {
        Node::Null => out.push_str("null"),
        Node::Bool(true) => out.push_str("true"),
        Node::Bool(false) => out.push_str("false"),
        Node::Number(number) => write_number(out, number),
        Node::String(text) => write_string(out, &text),
        Node::Array(items) => {
            out.push('[');
            for (n, item) in items.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_node(out, item)?;
            }
            out.push(']');
        }
        Node::Object(members) => write_object(out, members)?,
    }
    Ok(())
}

fn write_object(out: &mut String, mut members: Vec<(Cow<'_, str>, Node<'_>)>) -> Result<(), GuardError> {
    // RFC 8785 sorts by UTF-16 code units, which differs from the order of bytes beyond U+FFFF.
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    if let Some(pair) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(GuardError::DuplicateKey { key: pair[0].0.to_string() });
    }
    out.push('{');
    for (n, (key, value)) in members.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_string(out, &key);
        out.push(':');
        write_node(out, value)?;
    }
    out.push('}');
    Ok(())
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
