//! Sessions that their clients have ended: their ids would open until they expire.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_lot::RwLock;

/// Ended sessions, by SHA-256 of their ids, with the time at which the id expires. Only ever grows, but for what has
/// expired, so unlike everything else here it is changed in place.
#[derive(Debug, Default)]
pub struct Ended(RwLock<HashMap<[u8; 32], DateTime<Utc>>>);

impl Ended {
    /// Whether this session was ended.
    pub fn contains(&self, session: &[u8; 32]) -> bool {
        self.0.read().contains_key(session)
    }

    /// Remembers sessions.
    pub fn extend(&self, sessions: impl IntoIterator<Item = ([u8; 32], DateTime<Utc>)>) {
        self.0.write().extend(sessions);
    }

    /// Forgets those whose ids have expired.
    pub fn prune(&self, now: DateTime<Utc>) {
        self.0.write().retain(|_, expires| *expires > now);
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.0.read().len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.read().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_was_ended_stays_ended_until_it_expires() {
        let (ended, now) = (Ended::default(), DateTime::UNIX_EPOCH);
        ended.extend([([1; 32], now + TimeDelta::hours(1)), ([2; 32], now + TimeDelta::hours(2))]);
        assert!(ended.contains(&[1; 32]) && !ended.contains(&[3; 32]));
        ended.prune(now + TimeDelta::minutes(90));
        assert!(!ended.contains(&[1; 32]) && ended.contains(&[2; 32]));
        assert_eq!(ended.len(), 1);
    }
}
