//! Identifiers: UUIDv7 behind readable prefixes, one type for each kind of thing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::env::Env;

/// Why a text is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of this kind: expected `{prefix}_` and 32 hexadecimal digits")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
    /// What was given.
    pub text: String,
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// The readable prefix of this kind, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id that sorts by creation time.
            pub fn generate<E: Env + ?Sized>(env: &E) -> Self {
                Self(crate::id::uuid_v7(env))
            }

            /// The id with exactly this UUID, for fixtures and tests.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// What [`Display`](fmt::Display) writes, without a piece of memory for it.
            pub fn text(self) -> IdText {
                IdText::new(concat!($prefix, "_"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = || IdError { prefix: $prefix, text: text.to_owned() };
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or_else(wrong)?;
                // Exactly the form that Display writes, so that one id has one spelling.
                if hex.len() != 32 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(wrong());
                }
                Uuid::try_parse(hex).map(Self).map_err(|_| wrong())
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> { text.parse() }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}

/// The text of an id: prefix, underscore and 32 hexadecimal digits. Ids become text many times a call, and the general
/// way of formatting is slow.
#[derive(Clone, Copy)]
pub struct IdText {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl IdText {
    /// Of the longest prefix.
    const MOST: usize = 8 + 32;

    fn new(prefix: &str, uuid: Uuid) -> Self {
        let mut bytes = [0; Self::MOST];
        let length = prefix.len() + 32;
        bytes[..prefix.len()].copy_from_slice(prefix.as_bytes());
        uuid.simple().encode_lower(&mut bytes[prefix.len()..]);
        Self { bytes, length }
    }
}

impl std::ops::Deref for IdText {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

ids! {
    /// A person.
    UserId = "usr";
    /// A group of people.
    GroupId = "grp";
    /// An MCP server (connector).
    ServerId = "srv";
    /// A request for a server or for access to one.
    RequestId = "req";
    /// An access rule.
    RuleId = "rul";
    /// An API key.
    KeyId = "key";
    /// A browser session.
    SessionId = "ses";
    /// A one-time link: setup, invitation or password reset.
    LinkId = "lnk";
    /// An in-app notification.
    NotificationId = "ntf";
    /// A connection test.
    TestId = "tst";
    /// A row of the audit log.
    AuditId = "evt";
    /// What ties together everything that one request caused.
    CorrelationId = "cor";
    /// A view of a list that somebody keeps.
    ViewId = "viw";
    /// A running Drawbridge process.
    NodeId = "nod";
}

/// A UUIDv7 from injected time and randomness (RFC 9562 section 5.7).
fn uuid_v7<E: Env + ?Sized>(env: &E) -> Uuid {
    let mut random = [0_u8; 10];
    env.fill(&mut random);
    let millis = u64::try_from(env.now().timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = UserId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert_eq!(text, "usr_01900000000070008000000000000001");
        assert_eq!(text.parse::<UserId>(), Ok(id));
        for wrong in [
            "srv_01900000000070008000000000000001",
            "01900000000070008000000000000001",
            "usr_0190000000007000800000000000000A",
            "usr_01900000-0000-7000-8000-000000000001",
            "usr_",
            "",
        ] {
            assert!(wrong.parse::<UserId>().is_err(), "{wrong}");
        }
    }
}
