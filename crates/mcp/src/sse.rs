//! Server-sent events: reading, writing, and watching a stream that is forwarded untouched.
//!
//! Follows the event stream format of the HTML standard. MCP sends one JSON-RPC message per event
//! (transports, "Sending Messages").

mod decode;
mod encode;
mod tee;

pub use decode::{Decoder, Event};
pub use encode::{Frame, comment, encode, message};
pub use tee::{Seen, SeenKind, Tee};

/// Why an event stream cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// One event is longer than allowed.
    #[error("the event stream holds an event longer than {limit} bytes; raise the limit or send less")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// An event name or id is not UTF-8.
    #[error("the event stream holds an event name or id that is not UTF-8")]
    Utf8,
    /// The stream ended inside an event.
    #[error("the event stream was cut off inside an event")]
    CutOff,
    /// An event name, id or comment to be written contains a line break or NUL.
    #[error("an event name, id or comment must not contain line breaks or NUL")]
    LineBreak,
}
