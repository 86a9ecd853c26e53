//! Events of a server as a client's revision knows them: before 2025-11-25 every event carries a message.

use bytes::Bytes;
use mcp::sse;

/// What stands for a chunk without events: the server's comments keep the client's connection alive, too.
pub(crate) const ALIVE: &[u8] = b":\n\n";

/// An event of a server.
pub(crate) struct Event {
    name: String,
    id: Option<String>,
    pub(crate) data: Bytes,
}

impl Event {
    /// Whether clients of MCP look at it.
    pub(crate) fn is_message(&self) -> bool {
        self.name == "message"
    }
}

/// The events that end in a chunk.
pub(crate) fn read(decoder: &mut sse::Decoder, chunk: &[u8]) -> (Vec<Event>, Result<(), sse::SseError>) {
    let mut events = Vec::new();
    let pushed = decoder.push(chunk, |event| {
        let (name, id) = (event.event.to_owned(), event.id.map(str::to_owned));
        events.push(Event { name, id, data: Bytes::copy_from_slice(event.data) });
    });
    (events, pushed)
}

/// Writes events for a client.
pub(crate) struct Writer {
    /// The client knows events without data.
    primes: bool,
    /// The id of one that it was not sent.
    id: Option<String>,
}

impl Writer {
    pub(crate) fn new(primes: bool) -> Self {
        Self { primes, id: None }
    }

    /// Writes an event. A client that does not know events without data gets the id of one with the next, so that it
    /// resumes from the same place.
    pub(crate) fn write(&mut self, event: &Event, retry: Option<u64>, out: &mut Vec<u8>) {
        if event.data.is_empty() && !self.primes {
            self.id = event.id.clone().or(self.id.take());
            return;
        }
        let held = self.id.take();
        let name = (event.name != "message").then_some(event.name.as_str());
        let frame =
            sse::Frame { event: name, id: event.id.as_deref().or(held.as_deref()), retry, data: Some(&event.data) };
        if let Err(error) = sse::encode(&frame, out) {
            tracing::warn!(%error, "an event could not be written");
        }
    }
}

/// The events of a stream that have data.
pub(crate) struct Filled {
    decoder: sse::Decoder,
    writer: Writer,
}

impl Filled {
    pub(crate) fn new(max_event: usize) -> Self {
        Self { decoder: sse::Decoder::new(max_event), writer: Writer::new(false) }
    }

    /// What takes the place of a chunk.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<Bytes, sse::SseError> {
        let (events, pushed) = read(&mut self.decoder, chunk);
        pushed?;
        let mut out = Vec::with_capacity(chunk.len());
        for event in events {
            self.writer.write(&event, self.decoder.retry(), &mut out);
        }
        if out.is_empty() {
            out.extend_from_slice(ALIVE);
        }
        Ok(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_event_without_data_goes_to_the_next() {
        let mut filled = Filled::new(100);
        let mut pushed = |chunk: &str| String::from_utf8(filled.push(chunk.as_bytes()).unwrap().to_vec()).unwrap();
        assert_eq!(pushed("id: 0\nretry: 500\nda"), ":\n\n", "something keeps the connection alive");
        assert_eq!(pushed("ta: \n\n"), ":\n\n");
        assert_eq!(
            pushed("data: {}\n\nid: 2\ndata: []\n\n"),
            "id: 0\nretry: 500\ndata: {}\n\nid: 2\nretry: 500\ndata: []\n\n"
        );
        assert_eq!(pushed("id: 3\ndata:\n\nid: 4\ndata: 1\n\n"), "id: 4\nretry: 500\ndata: 1\n\n");
        assert!(filled.push(&[b'x'; 200]).is_err());
    }
}
