//! Verdicts that were found before.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use domain::{GroupId, UserId};

use crate::query::Verdict;

/// Independent parts, so that concurrent calls seldom meet.
const SHARDS: usize = 16;
/// Entries of one generation of one part. Two generations of all parts bound the cache to 65 536 verdicts, some 30 MB.
const GENERATION: usize = 2048;
/// With longer names and values a verdict is found afresh each time, which bounds the size of an entry.
const MAX_NAME: usize = 512;
/// People with more relevant groups are decided afresh each time, for the same reason.
const MAX_GROUPS: usize = 64;

/// What a verdict depends on, the time excepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key<'a> {
    /// Which rules.
    pub(crate) epoch: u64,
    /// Who.
    pub(crate) user: UserId,
    /// Which of the person's groups rules are about.
    pub(crate) groups: &'a [GroupId],
    /// Which kind of target.
    pub(crate) kind: u8,
    /// Its name, where rules distinguish it.
    pub(crate) name: &'a str,
}

/// When a verdict holds, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Inclusive.
    pub(crate) from: i64,
    /// Exclusive.
    pub(crate) until: i64,
}

impl Validity {
    /// The span around `now` in which none of the boundaries lies.
    pub(crate) fn around(now: i64, boundaries: impl Iterator<Item = i64>) -> Self {
        boundaries.fold(Self { from: i64::MIN, until: i64::MAX }, |span, at| {
            if at <= now {
                Self { from: span.from.max(at), ..span }
            } else {
                Self { until: span.until.min(at), ..span }
            }
        })
    }

    fn holds(self, now: i64) -> bool {
        self.from <= now && now < self.until
    }
}

#[derive(Debug)]
struct Entry {
    epoch: u64,
    user: UserId,
    groups: Box<[GroupId]>,
    kind: u8,
    name: Box<str>,
    validity: Validity,
    verdict: Verdict,
}

impl Entry {
    fn key(&self) -> Key<'_> {
        Key { epoch: self.epoch, user: self.user, groups: &self.groups, kind: self.kind, name: &self.name }
    }
}

/// Two generations: a full young one becomes the old one, and the old one is dropped. What is in use comes back by one
/// evaluation, and reading never needs a write lock.
#[derive(Debug, Default)]
struct Shard {
    young: HashMap<u64, Entry>,
    old: HashMap<u64, Entry>,
}

/// A bounded memory of verdicts, shared by all rule sets that were compiled from one another.
#[derive(Debug)]
pub(crate) struct Cache {
    hasher: RandomState,
    shards: [RwLock<Shard>; SHARDS],
    epochs: AtomicU64,
}

impl Default for Cache {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: Default::default(), epochs: AtomicU64::new(0) }
    }
}

impl Cache {
    /// A number that was not given out before.
    pub(crate) fn epoch(&self) -> u64 {
        self.epochs.fetch_add(1, Ordering::Relaxed)
    }

    /// The verdict for this key, if it is known and holds now.
    pub(crate) fn get(&self, key: &Key<'_>, now: i64) -> Option<Verdict> {
        let hash = self.hasher.hash_one(key);
        let shard = self.shard(hash).read().unwrap_or_else(PoisonError::into_inner);
        // The hash finds, the whole key decides: two keys with one hash must never share a verdict.
        [&shard.young, &shard.old]
            .into_iter()
            .filter_map(|generation| generation.get(&hash))
            .find(|entry| entry.key() == *key && entry.validity.holds(now))
            .map(|entry| entry.verdict.clone())
    }

    /// Remembers a verdict.
    pub(crate) fn put(&self, key: &Key<'_>, validity: Validity, verdict: &Verdict) {
        if key.name.len() > MAX_NAME || key.groups.len() > MAX_GROUPS {
            return;
        }
        let hash = self.hasher.hash_one(key);
        let entry = Entry {
            epoch: key.epoch,
            user: key.user,
            groups: key.groups.into(),
            kind: key.kind,
            name: key.name.into(),
            validity,
            verdict: verdict.clone(),
        };
        let mut shard = self.shard(hash).write().unwrap_or_else(PoisonError::into_inner);
        if shard.young.len() >= GENERATION {
            shard.old = std::mem::take(&mut shard.young);
        }
        shard.young.insert(hash, entry);
    }

    fn shard(&self, hash: u64) -> &RwLock<Shard> {
        // The map inside uses the low bits again, so the shard is taken from the high ones.
        &self.shards[(hash >> 60) as usize % SHARDS]
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| {
                let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
                shard.young.len() + shard.old.len()
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::Decision;

    use super::*;
    use crate::query::Reason;

    fn user(n: usize) -> UserId {
        format!("usr_{n:032x}").parse().unwrap()
    }

    fn allow() -> Verdict {
        Verdict { decision: Decision::Allow, rules: Arc::from([]), reason: Reason::AllowedBy, would: None }
    }

    const ALWAYS: Validity = Validity { from: i64::MIN, until: i64::MAX };

    #[test]
    fn every_part_of_the_key_counts() {
        let cache = Cache::default();
        let groups = [format!("grp_{:032x}", 7).parse().unwrap()];
        let key = Key { epoch: 1, user: user(1), groups: &groups, kind: 0, name: "echo" };
        cache.put(&key, ALWAYS, &allow());
        assert_eq!(cache.get(&key, 0), Some(allow()));
        for other in [
            Key { epoch: 2, ..key },
            Key { user: user(2), ..key },
            Key { groups: &[], ..key },
            Key { kind: 1, ..key },
            Key { name: "echo2", ..key },
        ] {
            assert_eq!(cache.get(&other, 0), None, "{other:?}");
        }
    }

    #[test]
    fn a_verdict_holds_between_boundaries_only() {
        let cache = Cache::default();
        let key = Key { epoch: 1, user: user(1), groups: &[], kind: 0, name: "" };
        let validity = Validity::around(15, [30, 10, 20, 5].into_iter());
        assert_eq!(validity, Validity { from: 10, until: 20 });
        cache.put(&key, validity, &allow());
        for (now, known) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(cache.get(&key, now).is_some(), known, "at {now}");
        }
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_new() {
        let cache = Cache::default();
        let bound = SHARDS * GENERATION * 2;
        for n in 0..bound * 2 {
            cache.put(&Key { epoch: 1, user: user(n), groups: &[], kind: 0, name: "" }, ALWAYS, &allow());
        }
        assert!(cache.len() <= bound, "{}", cache.len());
        let last = Key { epoch: 1, user: user(bound * 2 - 1), groups: &[], kind: 0, name: "" };
        assert!(cache.get(&last, 0).is_some());
        let long = "x".repeat(MAX_NAME + 1);
        let key = Key { name: &long, ..last };
        cache.put(&key, ALWAYS, &allow());
        assert!(cache.get(&key, 0).is_none());
    }
}
