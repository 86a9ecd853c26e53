//! Event streams: read as the standard says however they are cut, and what is written is read back.

use mcp::result::response_id_matches;
use mcp::sse::{Decoder, Frame, SeenKind, SseError, Tee, comment, encode, message};
use mcp::{RawId, sse};

use crate::{Choices, PAGE};

/// More than any input has.
const NO_LIMIT: usize = 1 << 20;
/// A limit that inputs meet.
const TIGHT: usize = 24;

/// Reads any bytes as a stream, and writes a stream of them.
pub fn run(data: &[u8]) {
    reading(data);
    watching(data);
    writing(data);
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    name: String,
    data: Vec<u8>,
    id: Option<String>,
}

/// Everything that a decoder says about a stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    events: Vec<Event>,
    last_id: Option<String>,
    retry: Option<u64>,
    end: Option<SseError>,
}

fn reading(stream: &[u8]) {
    let (whole, ends) = decode(&[stream], NO_LIMIT);
    assert_eq!(whole, by_the_standard(stream));
    let bytes: Vec<_> = stream.chunks(1).collect();
    let tight = decode(&[stream], TIGHT).0;
    for chunks in [bytes, anywhere(stream), at_events(stream, &ends)] {
        assert_eq!(decode(&chunks, NO_LIMIT).0, whole, "cut into {chunks:?}");
        assert_eq!(decode(&chunks, TIGHT).0, tight, "with a limit, cut into {chunks:?}");
    }
    for (before, end) in ends.iter().enumerate().take(16) {
        let seen = |end: usize| decode(&[&stream[..end]], NO_LIMIT).0.events.len();
        let last = if stream[..*end].ends_with(b"\r\n") { 2 } else { 1 };
        assert_eq!((seen(end - last), seen(*end)), (before, before + 1), "the span ends elsewhere");
    }
}

/// Decodes chunks; the second value is where the events of the first chunk end.
fn decode(chunks: &[&[u8]], limit: usize) -> (Read, Vec<usize>) {
    let mut decoder = Decoder::new(limit);
    let (mut read, mut ends) = (Read::default(), Vec::new());
    for (position, chunk) in chunks.iter().enumerate() {
        let mut end = 0;
        let pushed = decoder.push(chunk, |event| {
            let span = event.span.clone();
            assert!(end <= span.start && span.start < span.end && span.end <= chunk.len(), "{span:?}");
            end = span.end;
            if position == 0 {
                ends.push(end);
            }
            read.events.push(owned(&event));
        });
        if let Err(error) = pushed {
            read.end = Some(error);
            return (read, ends);
        }
    }
    read.last_id = decoder.last_event_id().map(str::to_owned);
    read.retry = decoder.retry();
    read.end = decoder.finish().err();
    (read, ends)
}

fn owned(event: &sse::Event<'_>) -> Event {
    Event { name: event.event.to_owned(), data: event.data.to_vec(), id: event.id.map(str::to_owned) }
}

fn anywhere(stream: &[u8]) -> Vec<&[u8]> {
    let mut choices = Choices::of(stream);
    let mut chunks = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(choices.below(rest.len().min(40) + 1));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

fn at_events<'s>(stream: &'s [u8], ends: &[usize]) -> Vec<&'s [u8]> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied().chain([stream.len()])).map(|(start, end)| &stream[start..end]).collect()
}

/// The event stream format of the HTML standard, line by line, over the whole stream at once.
fn by_the_standard(stream: &[u8]) -> Read {
    let mut rest = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let mut read = Read::default();
    let (mut event, mut id, mut data) = (String::new(), None, Vec::new());
    let mut open = false;
    while let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = &rest[..length];
        rest = &rest[length + if rest[length..].starts_with(b"\r\n") { 2 } else { 1 }..];
        // A comment is no part of an event.
        open = !line.is_empty() && (open || !line.starts_with(b":"));
        if line.is_empty() {
            if !data.is_empty() {
                let name = if event.is_empty() { "message".to_owned() } else { event.clone() };
                read.events.push(Event { name, data: data.join(&b'\n'), id: id.clone() });
            }
            read.last_id = id.take().or(read.last_id);
            event.clear();
            data.clear();
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let text = std::str::from_utf8(value);
        match (&line[..colon], text) {
            (b"data", _) => data.push(value.to_vec()),
            (b"event", Ok(text)) => text.clone_into(&mut event),
            (b"id", Ok(text)) if !text.contains('\0') => id = Some(text.to_owned()),
            (b"id", Err(_)) if value.contains(&0) => {}
            (b"event" | b"id", Err(_)) => {
                return Read { events: read.events, end: Some(SseError::Utf8), ..Read::default() };
            }
            (b"retry", Ok(text)) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                read.retry = text.parse().ok().or(read.retry);
            }
            _ => {}
        }
    }
    let begun = !rest.is_empty() && !rest.starts_with(b":");
    read.end = (open || begun).then_some(SseError::CutOff);
    read
}

/// The answer to a request is noticed, and nothing else is taken for it.
fn watching(stream: &[u8]) {
    let id = RawId::parse("7").unwrap();
    let mut tee = Tee::new(id, NO_LIMIT);
    let (mut seen, mut answered) = (Vec::new(), false);
    let pushed = tee.push(stream, |event| {
        seen.push(event.data.to_vec());
        answered |= event.kind == SeenKind::Answer;
        assert!(!response_id_matches(event.data, id) || event.kind == SeenKind::Answer, "an answer goes by");
        assert_eq!(event.kind == SeenKind::Empty, event.data.is_empty());
        // serde_json goes less deep than the scan of an answer.
        if event.kind == SeenKind::Answer
            && let Ok(data) = serde_json::from_slice::<serde_json::Value>(event.data)
        {
            let messages = data.as_array().map_or(std::slice::from_ref(&data), Vec::as_slice);
            let is_answer = |one: &serde_json::Value| {
                one["id"].as_f64() == Some(7.0) && (one.get("result").is_some() || one.get("error").is_some())
            };
            assert!(messages.iter().any(is_answer), "taken for the answer");
        }
    });
    let read = decode(&[stream], NO_LIMIT).0;
    assert_eq!(pushed.err(), read.end.filter(|end| *end != SseError::CutOff));
    assert_eq!(seen, read.events.into_iter().map(|event| event.data).collect::<Vec<_>>());
    assert_eq!(tee.answered(), answered);
}

/// Events of the pages of the input: type, id, data. The last three may lack some of them.
fn writing(data: &[u8]) {
    let pages: Vec<_> = data.split(|byte| *byte == PAGE).collect();
    let (mut stream, mut expected) = (Vec::new(), Read::default());
    for (position, page) in pages.chunks(3).enumerate() {
        let [event, id] = [0, 1].map(|at| page.get(at).and_then(|text| std::str::from_utf8(text).ok()));
        let frame =
            Frame { event, id, retry: (position == 1).then_some(data.len() as u64), data: page.get(2).copied() };
        let before = stream.len();
        let writable = [event, id].into_iter().flatten().all(|text| !text.contains(['\n', '\r', '\0']));
        assert_eq!(encode(&frame, &mut stream).is_ok(), writable);
        if !writable {
            assert_eq!(stream.len(), before, "half an event was written");
            continue;
        }
        expected.last_id = id.map(str::to_owned).or(expected.last_id);
        expected.retry = frame.retry.or(expected.retry);
        if let Some(data) = frame.data {
            let name = event.filter(|event| !event.is_empty()).unwrap_or("message").to_owned();
            expected.events.push(Event { name, data: one_break(data), id: id.map(str::to_owned) });
        }
        match event.map(comment) {
            Some(Ok(remark)) => stream.extend_from_slice(&remark),
            remark => assert!(remark.is_none(), "a remark that could be a name is refused"),
        }
    }
    assert_eq!(decode(&[&stream], NO_LIMIT).0, expected);
    assert_eq!(decode(&anywhere(&stream), NO_LIMIT).0, expected);
    let one = decode(&[&message(data)], NO_LIMIT).0;
    assert_eq!(one.events, [Event { name: "message".to_owned(), data: one_break(data), id: None }]);
    assert_eq!(one.end, None);
}

/// The data with line breaks of every kind as line feeds.
fn one_break(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, byte) in data.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && data[at - 1] == b'\r' => {}
            b'\r' => out.push(b'\n'),
            byte => out.push(*byte),
        }
    }
    out
}
