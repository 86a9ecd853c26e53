//! The Model Context Protocol as bytes.
//!
//! The data path forwards the very bytes a client sent, so this crate parses only as far as policy,
//! guard and audit need and leaves everything else untouched. Nothing here does I/O, reads a clock
//! or allocates per member: types borrow from the scanned body.
//!
//! Start reading at [`scan()`]: one strict pass that everything else relies on. Then [`Envelope`] (what
//! is asked), [`headers::Mirrored`] (what the HTTP headers claim), [`error::RpcError`] (how to say
//! no), and for answers [`list`], [`result`], [`sse`] and [`splice`]. Where client and server speak
//! different generations, [`bridge`] translates.
//!
//! It deliberately knows nothing about who is asking, what is allowed, sessions or upstreams.
//! "Modern" means MCP 2026-07-28 (stateless), "legacy" every revision with an `initialize` handshake.

pub mod bridge;
pub mod envelope;
pub mod error;
pub mod headers;
mod id;
pub mod list;
mod method;
mod params;
mod raw;
pub mod result;
pub mod scan;
pub mod splice;
pub mod sse;
mod text;
mod version;

pub use envelope::{Call, Envelope, Fault, Rejected, Reply, ReplyOutcome, Request};
pub use error::{GatewayCode, RpcError, codes};
pub use headers::{HeaderError, Mirrored};
pub use id::RawId;
pub use list::{Filtered, ListItem, ListKind, Verdict, filter_list, for_each_item};
pub use method::{Method, Target};
pub use params::{ClientInfo, CompletionRef, Meta, ParamFault, Params};
pub use raw::{Elements, Kind, Members, Raw};
pub use result::{Response, response_id_matches};
pub use scan::{Limits, ScanError, scan, scan_with};
pub use splice::Splice;
pub use version::{Generation, ProtocolVersion, UnknownVersion};
