//! API keys as the data path sees them: only hashes of their secrets.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{KeyId, UserId};

/// An API key. One that is revoked or expired is kept for a while, so that whoever still uses it is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEntry {
    /// Identity.
    pub id: KeyId,
    /// Whom it acts as.
    pub user: UserId,
    /// Refused from this time on.
    pub expires_at: Option<DateTime<Utc>>,
    /// Refused.
    pub revoked: bool,
}

/// All API keys, by the SHA-256 of their secrets.
///
/// The lookup is not constant-time and need not be: what is compared is the hash of a 256-bit random secret, which
/// nobody can steer towards a stored one.
#[derive(Debug, Clone, Default)]
pub struct Keys(HashMap<[u8; 32], KeyEntry>);

impl Keys {
    /// These keys.
    pub fn new(keys: impl IntoIterator<Item = ([u8; 32], KeyEntry)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The key whose secret has this hash.
    pub fn get(&self, secret_sha256: &[u8; 32]) -> Option<&KeyEntry> {
        self.0.get(secret_sha256)
    }

    /// Whether this key is known, and neither revoked nor expired. Looks at all of them: not for every call.
    pub fn is_valid(&self, id: KeyId, now: DateTime<Utc>) -> bool {
        let valid = |key: &KeyEntry| !key.revoked && key.expires_at.is_none_or(|end| end > now);
        self.0.values().find(|key| key.id == id).is_some_and(valid)
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with this key added.
    #[must_use]
    pub fn with(&self, secret_sha256: [u8; 32], entry: KeyEntry) -> Self {
        let mut keys = self.0.clone();
        keys.insert(secret_sha256, entry);
        Self(keys)
    }

    /// The same without this key.
    #[must_use]
    pub fn without(&self, id: KeyId) -> Self {
        let mut keys = self.0.clone();
        keys.retain(|_, entry| entry.id != id);
        Self(keys)
    }
}
