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
pub struct Keys {
    by_secret: HashMap<[u8; 32], KeyEntry>,
    secrets: HashMap<KeyId, [u8; 32]>,
}

impl Keys {
    /// These keys.
    pub fn new(keys: impl IntoIterator<Item = ([u8; 32], KeyEntry)>) -> Self {
        let by_secret: HashMap<_, _> = keys.into_iter().collect();
        let secrets = by_secret.iter().map(|(secret, entry)| (entry.id, *secret)).collect();
        Self { by_secret, secrets }
    }

    /// The key whose secret has this hash.
    pub fn get(&self, secret_sha256: &[u8; 32]) -> Option<&KeyEntry> {
        self.by_secret.get(secret_sha256)
    }

    /// Whether this key is known, and neither revoked nor expired.
    pub fn is_valid(&self, id: KeyId, now: DateTime<Utc>) -> bool {
        let key = self.secrets.get(&id).and_then(|secret| self.by_secret.get(secret));
        key.is_some_and(|key| !key.revoked && key.expires_at.is_none_or(|end| end > now))
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.by_secret.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.by_secret.is_empty()
    }

    /// The same with this key added.
    #[must_use]
    pub fn with(&self, secret_sha256: [u8; 32], entry: KeyEntry) -> Self {
        let mut keys = self.without(entry.id);
        keys.by_secret.insert(secret_sha256, entry);
        keys.secrets.insert(entry.id, secret_sha256);
        keys
    }

    /// The same without this key.
    #[must_use]
    pub fn without(&self, id: KeyId) -> Self {
        let mut keys = self.clone();
        if let Some(secret) = keys.secrets.remove(&id) {
            keys.by_secret.remove(&secret);
        }
        keys
    }
}
