//! Writes an event stream.

use bytes::Bytes;

use super::SseError;

/// An event to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Type; clients take `message` if there is none.
    pub event: Option<&'a str>,
    /// Id for resumption (legacy).
    pub id: Option<&'a str>,
    /// Reconnection time, in milliseconds.
    pub retry: Option<u64>,
    /// Data. Line breaks of any kind become separate data lines, and so arrive as line feeds. Without
    /// data clients dispatch nothing; the priming event of 2025-11-25 has empty data.
    pub data: Option<&'a [u8]>,
}

/// Appends an event to `out`. Fails, with `out` untouched, if event name or id contain a line break or NUL.
pub fn encode(frame: &Frame<'_>, out: &mut Vec<u8>) -> Result<(), SseError> {
    for value in [frame.event, frame.id].into_iter().flatten() {
        check(value)?;
    }
    let mut field = |name: &str, value: &[u8]| {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.push(b'\n');
    };
    if let Some(event) = frame.event {
        field("event", event.as_bytes());
    }
    if let Some(id) = frame.id {
        field("id", id.as_bytes());
    }
    if let Some(retry) = frame.retry {
        field("retry", retry.to_string().as_bytes());
    }
    if let Some(mut rest) = frame.data {
        while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
            field("data", &rest[..end]);
            let crlf = rest[end..].starts_with(b"\r\n");
            rest = &rest[end + 1 + usize::from(crlf)..];
        }
        field("data", rest);
    }
    out.push(b'\n');
    Ok(())
}

/// One JSON-RPC message as an event of type `message`.
pub fn message(json: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(json.len() + 32);
    let frame = Frame { event: Some("message"), data: Some(json), ..Frame::default() };
    encode(&frame, &mut out).expect("the constant event name holds no line break");
    Bytes::from(out)
}

/// A comment line, as keep-alive (2026-07-28 transports, "Receiving Messages"). Clients ignore it.
/// Fails if the text contains a line break or NUL.
pub fn comment(text: &str) -> Result<Bytes, SseError> {
    check(text)?;
    Ok(Bytes::from(format!(": {text}\n\n")))
}

fn check(value: &str) -> Result<(), SseError> {
    if value.contains(['\n', '\r', '\0']) { Err(SseError::LineBreak) } else { Ok(()) }
}
