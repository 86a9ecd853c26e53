//! The one outbound HTTP client: address filter, TLS, limits, pooling.
//!
//! Whatever Drawbridge asks of the network (MCP servers, metadata, webhooks) goes through a [`Net`], because the
//! addresses come from people and from other servers. What it promises:
//!
//! - **No address inside.** Every address is looked at when the connection is made, not when the URL was typed, and
//!   the connection goes to the very address that was looked at; so a name that changes its mind in between
//!   (DNS rebinding) gains nothing. An IP literal never reaches DNS; the client refuses it on its own path.
//! - **https**, except to loopback in development and to hosts for which an administrator allowed private addresses.
//! - **No redirects, no cookies, no proxies from the environment**, no decompression.
//! - **Errors that can be told apart** ([`NetError`]), each with what happened, why, and what to do.
//!
//! Who may be called at all is not decided here (`policy`), and neither is what is said (`mcp`, `upstream`). Start
//! reading at [`Net`], then [`address`] for the ranges.

pub mod address;
mod body;
mod check;
mod client;
mod collector;
mod direct;
mod error;
mod literal;
mod peers;
mod probe;
mod resolve;
mod tls;

pub use address::{AddressClass, Reach};
pub use body::read_limited;
pub use client::{CONNECT_TIMEOUT, Net, Settings};
pub use collector::Collector;
pub use error::{NetError, TlsFault};
pub use peers::Peers;
pub use probe::{ProbeReport, TlsFacts, TlsOutcome};
pub use resolve::{RESOLVE_TIMEOUT, Resolver, SystemResolver};

/// The body of an answer to [`Net::send`].
pub use hyper::body::Incoming;
/// The URL type that [`Net::check`] returns.
pub use url::Url;
