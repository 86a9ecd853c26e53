//! What stands before the place at which the scan stopped, read naively: the scan's reasons must be real.

/// The open brackets of JSON text that is cut off anywhere outside a string.
pub(crate) fn open_brackets(text: &[u8]) -> Vec<u8> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(text, at);
                continue;
            }
            b'{' | b'[' => open.push(byte),
            b'}' | b']' => drop(open.pop()),
            _ => {}
        }
        at += 1;
    }
    open
}

/// The place after the closing quote of the string that opens at `open`.
pub(crate) fn end_of_string(text: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    loop {
        match text.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return text.len(),
        }
    }
}

/// The text with everything closed that it left open.
pub(crate) fn closed(text: &[u8]) -> Vec<u8> {
    let mut whole = text.to_vec();
    let closing = |open: u8| if open == b'{' { b'}' } else { b']' };
    whole.extend(open_brackets(text).into_iter().rev().map(closing));
    whole
}
