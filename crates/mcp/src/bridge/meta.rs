//! The reserved members of `_meta`, and the one way in which all translations change a message.

use bytes::Bytes;

use super::identity::ClientIdentity;
use crate::params::META_PREFIX;
use crate::raw::Raw;
use crate::scan::{Limits, scan_with};
use crate::splice::{Splice, SpliceError, members_text};

const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
pub(super) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
pub(super) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Whether the specification defines this key of `_meta`.
pub(super) fn is_reserved(key: &str) -> bool {
    key.starts_with(META_PREFIX)
}

/// Keeps every member.
pub(super) fn none(_: &str) -> bool {
    false
}

/// The root of a message that is about to be rewritten.
pub(super) fn message(body: &[u8]) -> Result<Raw<'_>, SpliceError> {
    let root = scan_with(body, Limits::RESPONSE)?;
    if root.is_object() { Ok(root) } else { Err(SpliceError::NoObject { path: String::new() }) }
}

/// The member `key`, if it is an object.
pub(super) fn object<'a>(parent: Raw<'a>, key: &str) -> Option<Raw<'a>> {
    parent.get(key).filter(|value| value.is_object())
}

/// JSON text, checked to be such.
pub(super) fn json(text: &str) -> Result<&str, SpliceError> {
    Ok(Raw::parse(text)?.text())
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether an object has members, and all of them go.
pub(super) fn holds_only(object: Raw<'_>, goes: impl Fn(&str) -> bool) -> bool {
    let mut members = object.members().peekable();
    members.peek().is_some() && members.all(|(key, _)| goes(&key))
}

/// What each modern request says of its client.
pub(super) fn of_client(identity: &ClientIdentity) -> [(&'static str, &str); 3] {
    [
        (PROTOCOL_VERSION, r#""2026-07-28""#),
        (CLIENT_INFO, &identity.info),
        (CLIENT_CAPABILITIES, &identity.capabilities),
    ]
}

/// The log level that a modern request asks for.
pub(super) fn of_level(level: &str) -> (&'static str, &str) {
    (LOG_LEVEL, level)
}

/// Changes to an object that may have a `_meta`: `params` or a result.
#[derive(Clone, Copy)]
pub(super) struct Change<'c> {
    /// Members that are removed.
    pub(super) goes: &'c dyn Fn(&str) -> bool,
    /// Members that are set.
    pub(super) set: &'c [(&'c str, &'c str)],
    /// Members of `_meta` that are removed. If nothing else was there, `_meta` goes with them.
    pub(super) meta_goes: &'c dyn Fn(&str) -> bool,
    /// Members of `_meta` that are set. It is made if it is missing.
    pub(super) meta_set: &'c [(&'c str, &'c str)],
}

impl Change<'_> {
    /// Nothing.
    pub(super) const NOTHING: Self = Self { goes: &none, set: &[], meta_goes: &none, meta_set: &[] };

    /// Makes the changes to an object of the spliced body.
    pub(super) fn apply<'a>(&self, splice: Splice<'a>, holder: Raw<'_>) -> Splice<'a> {
        match object(holder, "_meta") {
            None if self.meta_set.is_empty() => splice.edit(holder, self.goes, self.set),
            None => {
                let meta = format!("{{{}}}", members_text(self.meta_set));
                splice.edit(holder, self.goes, &[self.set, &[("_meta", &meta)]].concat())
            }
            Some(meta) if self.empties_meta(meta) => {
                splice.edit(holder, |key| key == "_meta" || (self.goes)(key), self.set)
            }
            Some(meta) => splice.edit(holder, self.goes, self.set).edit(meta, self.meta_goes, self.meta_set),
        }
    }

    /// A message with changed `params`. They are made if something is set, and go if nothing is left.
    pub(super) fn to_params(self, body: &[u8]) -> Result<Bytes, SpliceError> {
        self.to_params_beside(body, &[])
    }

    /// The same, with other members of the message that are set.
    pub(super) fn to_params_beside(self, body: &[u8], beside: &[(&str, &str)]) -> Result<Bytes, SpliceError> {
        let root = message(body)?;
        let splice = Splice::new(body);
        // An object is edited once: two edits that add members would not know of each other's comma.
        match root.get("params") {
            Some(params) if params.is_object() && self.empties(params) => {
                splice.edit(root, |key| key == "params", beside)
            }
            Some(params) if params.is_object() => self.apply(splice.edit(root, none, beside), params),
            Some(params) if !params.is_null() => return Err(SpliceError::NoObject { path: "params".into() }),
            _ if self.set.is_empty() && self.meta_set.is_empty() => splice.edit(root, none, beside),
            _ => splice.edit(root, none, &[beside, &[("params", &self.alone("{}")?)]].concat()),
        }
        .finish()
    }

    /// The changed object as text of its own.
    pub(super) fn alone(&self, object: &str) -> Result<String, SpliceError> {
        let changed = self.apply(Splice::new(object.as_bytes()), Raw::trusted(object, 0)).finish()?;
        Ok(String::from_utf8_lossy(&changed).into_owned())
    }

    fn empties_meta(&self, meta: Raw<'_>) -> bool {
        self.meta_set.is_empty() && holds_only(meta, self.meta_goes)
    }

    fn empties(&self, holder: Raw<'_>) -> bool {
        let meta = object(holder, "_meta").is_some_and(|meta| self.empties_meta(meta));
        let goes = |key: &str| (meta && key == "_meta") || (self.goes)(key);
        self.set.is_empty() && self.meta_set.is_empty() && holds_only(holder, goes)
    }
}
