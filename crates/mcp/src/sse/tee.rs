//! Watches an event stream that is forwarded as it is, for the answer to one request.

use std::ops::Range;

use super::{Decoder, SseError};
use crate::envelope::Envelope;
use crate::id::RawId;
use crate::raw::Kind;
use crate::scan::{Limits, scan_with};

/// What an event carries, seen from the request whose stream it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenKind {
    /// The response to the watched request: the last event that matters.
    Answer,
    /// A response to another request.
    OtherResponse,
    /// A request of the server (legacy: sampling, elicitation, roots, ping).
    Request,
    /// A notification.
    Notification,
    /// No data, as in the priming event of 2025-11-25.
    Empty,
    /// Not a JSON-RPC message, or one that the strict scan refuses.
    Unreadable,
    /// The same in an event of another name than `message`, which clients of MCP do not look at.
    Other,
}

/// A complete event of a watched stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Its data.
    pub data: &'a [u8],
    /// Its id, if it has one.
    pub id: Option<&'a str>,
    /// Its bytes in the pushed chunk, see [`super::Event::span`]. To hold an answer back until its
    /// record is settled, forward the chunk up to `span.start` and keep the rest.
    pub span: Range<usize>,
    /// What it carries.
    pub kind: SeenKind,
}

/// Recognises the answer to one request in a stream of chunks.
#[derive(Debug, Clone)]
pub struct Tee {
    decoder: Decoder,
    id: Box<str>,
    answered: bool,
}

impl Tee {
    /// Watches for the response with this id. An event longer than `max_event_bytes` is an error.
    pub fn new(id: RawId<'_>, max_event_bytes: usize) -> Self {
        Self { decoder: Decoder::new(max_event_bytes), id: id.to_owned_text(), answered: false }
    }

    /// Looks at a chunk and calls `on_event` for each event that ends in it.
    pub fn push(&mut self, chunk: &[u8], mut on_event: impl FnMut(Seen<'_>)) -> Result<(), SseError> {
        let Self { decoder, id, answered } = self;
        decoder.push(chunk, |event| {
            let kind = match classify(event.data, id) {
                SeenKind::Unreadable if event.event != "message" => SeenKind::Other,
                kind => kind,
            };
            *answered |= kind == SeenKind::Answer;
            on_event(Seen { data: event.data, id: event.id, span: event.span, kind });
        })
    }

    /// Whether the answer has been seen.
    pub fn answered(&self) -> bool {
        self.answered
    }

    /// Whether an event has begun that is not whole.
    pub fn is_inside(&self) -> bool {
        self.decoder.finish().is_err()
    }

    /// The decoder behind it, for its last event id and for [`Decoder::finish`].
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

fn classify(data: &[u8], id: &str) -> SeenKind {
    if data.is_empty() {
        return SeenKind::Empty;
    }
    let Ok(raw) = scan_with(data, Limits::RESPONSE) else {
        return SeenKind::Unreadable;
    };
    let one = |raw| match Envelope::parse(raw) {
        Ok(Envelope::Request(_)) => SeenKind::Request,
        Ok(Envelope::Notification(_)) => SeenKind::Notification,
        Ok(Envelope::Response(reply)) => {
            let same = reply.id.zip(RawId::parse(id)).is_some_and(|(one, two)| one.same_as(two));
            if same { SeenKind::Answer } else { SeenKind::OtherResponse }
        }
        Err(_) => SeenKind::Unreadable,
    };
    if raw.kind() != Kind::Array {
        return one(raw);
    }
    // 2025-03-26 servers may answer in batches. The answer is what matters most in one, but for what should not be there.
    let kinds: Vec<_> = raw.elements().map(one).collect();
    [SeenKind::Unreadable, SeenKind::OtherResponse, SeenKind::Answer, SeenKind::Request, SeenKind::Notification]
        .into_iter()
        .find(|kind| kinds.contains(kind))
        .unwrap_or(SeenKind::Unreadable)
}
