//! Protocol revisions and which features each has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The two ways MCP works on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Revisions with an `initialize` handshake and, over HTTP, sessions.
    Legacy,
    /// Stateless revisions: every request carries its version and capabilities in `_meta`.
    Modern,
}

/// A published revision of the protocol, ordered by date (MCP "Versioning").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProtocolVersion {
    /// HTTP+SSE with two endpoints; no version header.
    #[serde(rename = "2024-11-05")]
    V2024_11_05,
    /// First Streamable HTTP; the only revision with JSON-RPC batches.
    #[serde(rename = "2025-03-26")]
    V2025_03_26,
    /// `MCP-Protocol-Version` header, structured tool output, elicitation.
    #[serde(rename = "2025-06-18")]
    V2025_06_18,
    /// URL elicitation, icons, experimental tasks; the last revision with a handshake.
    #[serde(rename = "2025-11-25")]
    V2025_11_25,
    /// Stateless: `_meta` on every request, mirrored headers, `server/discover`.
    #[serde(rename = "2026-07-28")]
    V2026_07_28,
}

/// A version text that names no revision we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown MCP protocol version; use one of 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28")]
pub struct UnknownVersion;

impl ProtocolVersion {
    /// Every known revision, oldest first.
    pub const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];
    /// The newest revision.
    pub const LATEST: Self = Self::V2026_07_28;
    /// The newest revision that begins with `initialize`.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;
    /// What a request without version header is taken to speak unless its session knows better
    /// (MCP transports, "Protocol Version Header").
    pub const ASSUMED: Self = Self::V2025_03_26;

    /// The revision named by `text`, exactly.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// The date by which the revision is known on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Whether the revision is stateless.
    pub const fn generation(self) -> Generation {
        match self {
            Self::V2026_07_28 => Generation::Modern,
            _ => Generation::Legacy,
        }
    }

    /// Whether receivers must accept JSON-RPC batches (2025-03-26 basic, "Batching").
    pub const fn allows_batches(self) -> bool {
        matches!(self, Self::V2025_03_26)
    }

    /// Whether Streamable HTTP has `Mcp-Session-Id` and DELETE (transports, "Session Management").
    pub const fn has_sessions(self) -> bool {
        matches!(self, Self::V2025_03_26 | Self::V2025_06_18 | Self::V2025_11_25)
    }

    /// Whether GET opens a stream of server messages (transports, "Listening for Messages").
    pub const fn has_get_stream(self) -> bool {
        self.has_sessions()
    }

    /// Whether a connection begins with `initialize` (legacy "Lifecycle").
    pub const fn has_initialize(self) -> bool {
        matches!(self.generation(), Generation::Legacy)
    }

    /// Whether the server may send JSON-RPC requests to the client (sampling, elicitation, roots).
    pub const fn has_server_requests(self) -> bool {
        matches!(self.generation(), Generation::Legacy)
    }

    /// Whether clients must send `MCP-Protocol-Version` after initialisation.
    pub const fn requires_version_header(self) -> bool {
        !matches!(self, Self::V2024_11_05 | Self::V2025_03_26)
    }

    /// Whether clients know events without data, which prime a stream for resumption (2025-11-25 transports, "Sending
    /// Messages to the Server"). Before that every event carries a message.
    pub const fn knows_priming(self) -> bool {
        matches!(self, Self::V2025_11_25 | Self::V2026_07_28)
    }

    /// Whether `Mcp-Method` and `Mcp-Name` are required and must match the body (2026-07-28
    /// transports, "Request Metadata"). Before that they mean nothing.
    pub const fn requires_mirrored_headers(self) -> bool {
        matches!(self.generation(), Generation::Modern)
    }

    /// Whether results carry `resultType`.
    pub const fn has_result_type(self) -> bool {
        matches!(self.generation(), Generation::Modern)
    }

    /// Whether HTTP means the deprecated transport with a separate SSE endpoint.
    pub const fn is_http_sse(self) -> bool {
        matches!(self, Self::V2024_11_05)
    }

    /// The version to answer an `initialize` with: the requested one if it is a known legacy revision,
    /// otherwise the newest legacy one (legacy "Lifecycle", "Version Negotiation").
    pub fn negotiate_legacy(requested: &str) -> Self {
        Self::parse(requested)
            .filter(|version| version.generation() == Generation::Legacy)
            .unwrap_or(Self::LATEST_LEGACY)
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProtocolVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or(UnknownVersion)
    }
}
