//! `initialize` in terms of `server/discover`, and the other way round.

use bytes::Bytes;

use super::identity::{ClientIdentity, implementation};
use super::meta::{Change, SERVER_INFO, object, of_client};
use super::{capabilities, messages};
use crate::raw::Raw;
use crate::splice::members_text;
use crate::version::ProtocolVersion;

/// `server/discover` on behalf of a legacy client. `id` must be JSON.
pub fn discover_request(id: &str, identity: &ClientIdentity) -> Bytes {
    let meta = format!("{{{}}}", members_text(&of_client(identity)));
    messages::request(id, "server/discover", &[("_meta", &meta)])
}

/// The result of `initialize` that a server's `DiscoverResult` amounts to (legacy "Lifecycle").
///
/// Capabilities lose extensions and tasks. A server that does not say what it is becomes an unknown one,
/// because legacy clients require a name.
pub fn initialize_result(discover: Raw<'_>, version: ProtocolVersion) -> Bytes {
    let info = object(discover, "_meta").and_then(|meta| meta.get(SERVER_INFO));
    let change = Change {
        goes: &|key| matches!(key, "resultType" | "supportedVersions" | "ttlMs" | "cacheScope"),
        set: &[
            ("protocolVersion", &format!("\"{version}\"")),
            ("capabilities", &capabilities::of_modern_server(discover.get("capabilities"))),
            ("serverInfo", implementation(info)),
        ],
        meta_goes: &|key| key == SERVER_INFO,
        meta_set: &[],
    };
    result(discover, change)
}

/// `initialize` on behalf of a modern client. `id` must be JSON.
pub fn initialize_request(id: &str, version: ProtocolVersion, identity: &ClientIdentity) -> Bytes {
    let params = [
        ("protocolVersion", &*format!("\"{version}\"")),
        ("capabilities", &identity.capabilities),
        ("clientInfo", &identity.info),
    ];
    messages::request(id, "initialize", &params)
}

/// `notifications/initialized`, which ends the legacy handshake.
pub fn initialized_notification() -> Bytes {
    Bytes::from_static(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
}

/// The `DiscoverResult` that a legacy server's result of `initialize` amounts to (2026-07-28
/// "Discovery"). Nobody may cache it: the server never said that it holds for others, or for how long.
pub fn discover_result(initialize: Raw<'_>) -> Bytes {
    let change = Change {
        goes: &|key| matches!(key, "protocolVersion" | "serverInfo"),
        set: &[
            ("resultType", r#""complete""#),
            ("supportedVersions", r#"["2026-07-28"]"#),
            ("capabilities", &capabilities::of_legacy_server(initialize.get("capabilities"))),
            ("ttlMs", "0"),
            ("cacheScope", r#""private""#),
        ],
        meta_goes: &super::meta::none,
        meta_set: &[(SERVER_INFO, implementation(initialize.get("serverInfo")))],
    };
    result(initialize, change)
}

/// A result made of another one; of an empty one if that is no object.
fn result(source: Raw<'_>, change: Change<'_>) -> Bytes {
    let source = if source.is_object() { source.text() } else { "{}" };
    // Members of an object cannot overlap, so this does not fail.
    change.alone(source).map_or_else(|_| Bytes::from_static(b"{}"), Bytes::from)
}
