//! Reads an event stream chunk by chunk.

use std::ops::Range;

use super::SseError;

/// One dispatched event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its type; `message` if the stream names none.
    pub event: &'a str,
    /// Its data lines, joined by line feeds. Empty for the priming event of 2025-11-25, which only
    /// carries an id.
    pub data: &'a [u8],
    /// The id sent with this event.
    pub id: Option<&'a str>,
    /// The bytes of the pushed chunk that belong to this event, including comments before it and the
    /// blank line that ends it. Begins at 0 if the event began in an earlier chunk. The client cannot
    /// see the event before it has the last of these bytes.
    pub span: Range<usize>,
}

/// An incremental decoder with bounded memory.
///
/// Lines end with LF, CR or CRLF, also across chunks; a byte order mark at the start is skipped;
/// comments and unknown fields are ignored. An event that lies within one chunk with a single data
/// line is handed out without copying.
#[derive(Debug, Clone)]
pub struct Decoder {
    /// Longest line plus data held at any time, in bytes.
    limit: usize,
    /// A line whose end has not come yet.
    line: Vec<u8>,
    data: Data,
    buffer: Vec<u8>,
    event: String,
    id: Option<String>,
    last_id: Option<String>,
    retry: Option<u64>,
    /// The last chunk ended with CR: an LF at the start of the next one belongs to it.
    after_cr: bool,
    /// No line has been read yet, so a byte order mark may come.
    at_start: bool,
    /// A line of the current event has been read. Comments belong to none.
    in_event: bool,
}

/// Where the data of the current event is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Data {
    None,
    /// In the chunk being pushed.
    Chunk(Range<usize>),
    /// In the buffer.
    Buffer,
}

impl Decoder {
    /// A decoder for one stream. `max_event_bytes` bounds the data of one event, and so the memory.
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            limit: max_event_bytes,
            line: Vec::new(),
            data: Data::None,
            buffer: Vec::new(),
            event: String::new(),
            id: None,
            last_id: None,
            retry: None,
            after_cr: false,
            at_start: true,
            in_event: false,
        }
    }

    /// The id of the last event (or event-less block) that had one: what `Last-Event-ID` resumes from.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The reconnection time last asked for, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Reads a chunk and calls `on_event` for each event that ends in it. After an error the stream
    /// must be given up.
    pub fn push(&mut self, chunk: &[u8], mut on_event: impl FnMut(Event<'_>)) -> Result<(), SseError> {
        let mut at = 0;
        let mut event_start = 0;
        if self.after_cr && !chunk.is_empty() {
            self.after_cr = false;
            at = usize::from(chunk[0] == b'\n');
        }
        while at < chunk.len() {
            let Some(length) = memchr::memchr2(b'\n', b'\r', &chunk[at..]) else {
                self.hold(&chunk[at..])?;
                break;
            };
            let end = at + length;
            let mut next = end + 1;
            if chunk[end] == b'\r' {
                match chunk.get(next) {
                    Some(b'\n') => next += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
            if self.end_line(chunk, at..end)? {
                self.dispatch(chunk, event_start..next, &mut on_event);
                event_start = next;
            }
            at = next;
        }
        self.keep_data(chunk);
        Ok(())
    }

    /// Call at the end of the stream: an event without its blank line is lost, which the error says.
    pub fn finish(&self) -> Result<(), SseError> {
        let begun = &self.line[self.mark(&self.line)..];
        if self.in_event || !begun.is_empty() && !is_comment(begun) { Err(SseError::CutOff) } else { Ok(()) }
    }

    /// Keeps the start of a line.
    fn hold(&mut self, part: &[u8]) -> Result<(), SseError> {
        self.within(part.len())?;
        self.line.extend_from_slice(part);
        Ok(())
    }

    /// Whether `more` bytes may be added to what the current event holds. The allowance is for the
    /// field name around the data.
    fn within(&self, more: usize) -> Result<(), SseError> {
        const FIELD_NAME: usize = 16;
        let data = match &self.data {
            Data::None => 0,
            Data::Chunk(range) => range.len(),
            Data::Buffer => self.buffer.len(),
        };
        if data + self.line.len() + more > self.limit + FIELD_NAME {
            return Err(SseError::TooLarge { limit: self.limit });
        }
        Ok(())
    }

    /// Handles the line that ends with `chunk[range]`. True if it was blank.
    fn end_line(&mut self, chunk: &[u8], range: Range<usize>) -> Result<bool, SseError> {
        let blank = if self.line.is_empty() {
            self.within(range.len())?;
            self.whole_line(chunk, range)?
        } else {
            self.hold(&chunk[range])?;
            let mut line = std::mem::take(&mut self.line);
            let blank = self.assembled_line(chunk, &line)?;
            line.clear();
            self.line = line;
            blank
        };
        self.at_start = false;
        Ok(blank)
    }

    /// A line that lies in the chunk.
    fn whole_line(&mut self, chunk: &[u8], mut range: Range<usize>) -> Result<bool, SseError> {
        range.start += self.mark(&chunk[range.clone()]);
        let line = &chunk[range.clone()];
        let Some((name, value)) = split(line) else {
            return Ok(line.is_empty());
        };
        self.in_event = true;
        if name == b"data" && self.data == Data::None {
            self.data = Data::Chunk(range.end - value.len()..range.end);
            return Ok(false);
        }
        self.field(chunk, name, value)?;
        Ok(false)
    }

    /// A line put together from several chunks.
    fn assembled_line(&mut self, chunk: &[u8], line: &[u8]) -> Result<bool, SseError> {
        let line = &line[self.mark(line)..];
        let Some((name, value)) = split(line) else {
            return Ok(line.is_empty());
        };
        self.in_event = true;
        self.field(chunk, name, value)?;
        Ok(false)
    }

    /// The length of the byte order mark, if this line may and does begin with it.
    fn mark(&self, line: &[u8]) -> usize {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if self.at_start && line.starts_with(MARK) { MARK.len() } else { 0 }
    }

    fn field(&mut self, chunk: &[u8], name: &[u8], value: &[u8]) -> Result<(), SseError> {
        match name {
            b"data" => {
                if self.data == Data::None {
                    self.buffer.clear();
                } else {
                    self.keep_data(chunk);
                    self.buffer.push(b'\n');
                }
                self.data = Data::Buffer;
                self.buffer.extend_from_slice(value);
            }
            b"event" => text(value)?.clone_into(&mut self.event),
            b"id" if !value.contains(&0) => self.id = Some(text(value)?.to_owned()),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.retry = text(value)?.parse().ok().or(self.retry);
            }
            _ => {}
        }
        Ok(())
    }

    /// Copies data that still lies in the chunk to the buffer.
    fn keep_data(&mut self, chunk: &[u8]) {
        if let Data::Chunk(range) = &self.data {
            self.buffer.clear();
            self.buffer.extend_from_slice(&chunk[range.clone()]);
            self.data = Data::Buffer;
        }
    }

    /// Ends an event. Without a data line there is nothing to hand out, but its id counts.
    fn dispatch(&mut self, chunk: &[u8], span: Range<usize>, on_event: &mut impl FnMut(Event<'_>)) {
        let data = match &self.data {
            Data::None => None,
            Data::Chunk(range) => Some(&chunk[range.clone()]),
            Data::Buffer => Some(self.buffer.as_slice()),
        };
        if let Some(data) = data {
            let event = if self.event.is_empty() { "message" } else { &self.event };
            on_event(Event { event, data, id: self.id.as_deref(), span });
        }
        if self.id.is_some() {
            self.last_id = self.id.take();
        }
        self.data = Data::None;
        self.event.clear();
        self.in_event = false;
    }
}

fn is_comment(line: &[u8]) -> bool {
    line.starts_with(b":")
}

/// Field name and value; none for blank lines and comments.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    match memchr::memchr(b':', line) {
        Some(0) => None,
        Some(colon) => {
            let value = &line[colon + 1..];
            Some((&line[..colon], value.strip_prefix(b" ").unwrap_or(value)))
        }
        None if line.is_empty() => None,
        None => Some((line, b"")),
    }
}

fn text(value: &[u8]) -> Result<&str, SseError> {
    std::str::from_utf8(value).map_err(|_| SseError::Utf8)
}
