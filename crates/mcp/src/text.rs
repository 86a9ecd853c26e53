//! Byte-level helpers for JSON strings, shared by the scanner and by the walkers over scanned text.

use std::borrow::Cow;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = ONES * 0x22;
const BACKSLASHES: u64 = ONES * 0x5c;

/// A word whose lowest set high-bit marks the first zero byte of `word`. Bytes above it may be marked
/// falsely (the subtraction borrows), so only the lowest mark counts.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Bytes of a run that are looked at word by word: most strings end before.
const NEAR: usize = 128;
/// Bytes of a longer run that are looked at together. A smaller block is not compiled to vectors.
const BLOCK: usize = 64;

/// Whether a byte ends a plain run.
const fn ends_run(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// The index of the first byte at or after `from` that ends a plain run inside a JSON string: a quote,
/// a backslash or a control character. `bytes.len()` if there is none.
pub(crate) fn plain_run(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES) | control;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
        if at - from == NEAR {
            return long_run(bytes, at);
        }
    }
    while let Some(&byte) = bytes.get(at)
        && !ends_run(byte)
    {
        at += 1;
    }
    at
}

/// The same for a run that goes on: steps over whole blocks in which it does not end, and finds the end in what is left,
/// which is shorter than [`NEAR`].
#[inline(never)]
fn long_run(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        // No early exit within a block, or it would go byte by byte.
        if block.iter().fold(false, |found, byte| found | ends_run(*byte)) {
            break;
        }
        at += BLOCK;
    }
    plain_run(bytes, at)
}

/// The index after the closing quote of the valid JSON string whose opening quote is at `open`, and
/// whether the string contains an escape.
pub(crate) fn skip_string(bytes: &[u8], open: usize) -> (usize, bool) {
    let mut at = open + 1;
    let mut escaped = false;
    loop {
        at = plain_run(bytes, at);
        match bytes.get(at) {
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            // Valid strings hold no control characters; stepping over one keeps this total.
            Some(byte) if *byte != b'"' => at += 1,
            _ => return ((at + 1).min(bytes.len()), escaped),
        }
    }
}

/// The index after the valid JSON value that starts at `start`.
pub(crate) fn skip_value(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start) {
        Some(b'"') => skip_string(bytes, start).0,
        Some(b'{' | b'[') => {
            let mut depth = 0_usize;
            let mut at = start;
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'"' => {
                        at = skip_string(bytes, at).0;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            bytes.len()
        }
        _ => bytes[start.min(bytes.len())..]
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\n' | b'\r'))
            .map_or(bytes.len(), |length| start + length),
    }
}

/// The index of the first byte at or after `at` that is not JSON whitespace.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Decodes the inside of a valid JSON string (without its quotes). Borrows when nothing is escaped.
///
/// On text that was not validated, a broken escape becomes U+FFFD rather than a panic.
pub(crate) fn unescape(inner: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', inner.as_bytes()) else {
        return Cow::Borrowed(inner);
    };
    let mut out = String::with_capacity(inner.len());
    out.push_str(&inner[..first]);
    let mut rest = &inner[first..];
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (decoded, used) = unescape_one(&rest[at..]);
        out.push(decoded);
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Decodes the escape at the start of `text`; the second value is how many bytes it takes.
fn unescape_one(text: &str) -> (char, usize) {
    let bytes = text.as_bytes();
    let simple = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unescape_unicode(bytes),
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

fn unescape_unicode(bytes: &[u8]) -> (char, usize) {
    let Some(high) = hex4(bytes, 2) else {
        return (char::REPLACEMENT_CHARACTER, 1);
    };
    if let Some(plain) = char::from_u32(u32::from(high)) {
        return (plain, 6);
    }
    let pair = match (bytes.get(6), bytes.get(7), hex4(bytes, 8)) {
        (Some(b'\\'), Some(b'u'), Some(low)) => char::decode_utf16([high, low]).next().and_then(Result::ok),
        _ => None,
    };
    pair.map_or((char::REPLACEMENT_CHARACTER, 6), |decoded| (decoded, 12))
}

/// The four hexadecimal digits at `at`, as a UTF-16 code unit.
pub(crate) fn hex4(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 4)?.iter().try_fold(0_u16, |value, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(value << 4 | digit as u16)
    })
}

/// Cuts `text` to at most `limit` bytes at a character boundary, for messages that quote input.
pub(crate) fn excerpt(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let cut = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..cut]))
}

/// Whether two names differ, but only in case as the laxest JSON parsers see it: Go's folds ASCII case
/// and also reads U+017F as `s` and U+212A as `k`; Java's `equalsIgnoreCase` reads U+0130 and U+0131 as
/// `i` besides.
pub(crate) fn is_case_twin(name: &str, known: &str) -> bool {
    let fold = |letter: char| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        '\u{130}' | '\u{131}' => 'i',
        other => other.to_ascii_lowercase(),
    };
    name != known && name.chars().map(fold).eq(known.chars().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever a run ends, however long it is, and whatever stands around it.
    #[test]
    fn a_plain_run_ends_where_its_first_special_byte_stands() {
        for length in (0..300).chain([1000, 4096]) {
            let mut bytes = vec![b'a'; length + 40];
            for end in 0..=u8::MAX {
                bytes[length] = end;
                let special = matches!(end, b'"' | b'\\' | 0..=0x1f);
                let expected = if special { length } else { bytes.len() };
                for from in [0, 1, 7, 8, 127, 128, 129].into_iter().filter(|from| *from <= length) {
                    assert_eq!(plain_run(&bytes, from), expected, "{end:#04x} at {length}, from {from}");
                }
            }
        }
        assert_eq!((plain_run(b"", 0), plain_run(b"ab", 2), plain_run(b"ab", 9)), (0, 2, 9));
        // What stands behind the end does not matter, nor what is beyond ASCII before it.
        let text = "\u{e9}\u{1f980}\u{7f}".repeat(50);
        assert_eq!(plain_run(format!("{text}\"\n\\").as_bytes(), 0), text.len());
    }
}
