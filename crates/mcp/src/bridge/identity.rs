//! Who a client behind a bridge is.

use serde::{Deserialize, Serialize};

use super::{capabilities, meta};
use crate::params::{Meta, Params};
use crate::raw::Raw;

/// What stands in for an `Implementation` that was not sent: one side requires what the other does not.
pub(super) const UNKNOWN: &str = r#"{"name":"unknown","version":""}"#;

/// What a client said of itself, for a server of the other generation: kept in the legacy session and
/// repeated in each modern request, or read from a modern request and sent in `initialize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientIdentity {
    /// `clientInfo` as JSON text.
    pub info: Box<str>,
    /// `capabilities` as JSON text, without what cannot be bridged.
    pub capabilities: Box<str>,
}

impl ClientIdentity {
    /// Reads the parameters of `initialize` (legacy "Lifecycle").
    pub fn of_initialize(params: &Params<'_>) -> Self {
        Self::new(params.get("clientInfo"), params.get("capabilities"))
    }

    /// Reads the reserved members of a modern request (2026-07-28 basic, "`_meta`").
    pub fn of_meta(meta: &Meta<'_>) -> Self {
        Self::new(meta.raw.and_then(|raw| raw.get(meta::CLIENT_INFO)), meta.client_capabilities)
    }

    fn new(info: Option<Raw<'_>>, capabilities: Option<Raw<'_>>) -> Self {
        Self { info: implementation(info).into(), capabilities: capabilities::of_client(capabilities).into() }
    }
}

/// The JSON text of an `Implementation`, or of an unknown one.
pub(super) fn implementation(raw: Option<Raw<'_>>) -> &str {
    raw.filter(|raw| raw.is_object()).map_or(UNKNOWN, Raw::text)
}
