//! Token buckets: so many calls a minute, and so many at once after a pause.
//!
//! Each bucket is one moment (GCRA): the time at which it will be full again. A full bucket is like one that was never
//! used, so it is forgotten. The limit comes in with every call: another one is in force at once.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};
use std::time::Duration;

use domain::{Rate, ServerId, UserId};
use parking_lot::Mutex;
use tokio::time::Instant;

/// Locks that the buckets are spread over.
const SHARDS: usize = 16;
/// Buckets under one lock. Beyond that those that are nearest to full are forgotten.
const MAX_IN_SHARD: usize = 8192;

/// Whose calls a bucket counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Everybody's to a server.
    Server(ServerId),
    /// A person's to a server.
    Person(ServerId, UserId),
    /// A person's to a tool, by the hash of its name.
    Tool(ServerId, UserId, u64),
}

/// Calls that were taken out of buckets. They go back when this is dropped, unless the call is made.
pub(crate) struct Taken<'a> {
    buckets: &'a Buckets,
    from: [Option<(Key, Rate)>; 3],
}

impl Taken<'_> {
    /// Takes one call out of another bucket, or says how long it takes until there is one.
    pub(crate) fn take(&mut self, key: Key, rate: Rate, now: Instant) -> Result<(), Duration> {
        self.buckets.take(key, rate, now)?;
        if let Some(free) = self.from.iter_mut().find(|one| one.is_none()) {
            *free = Some((key, rate));
        }
        Ok(())
    }

    /// The call is made.
    pub(crate) fn made(mut self) {
        self.from = [None; 3];
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (key, rate) in self.from.into_iter().flatten() {
            self.buckets.give_back(key, rate);
        }
    }
}

/// All buckets.
pub(crate) struct Buckets {
    shards: [Mutex<HashMap<Key, Instant>>; SHARDS],
    hasher: RandomState,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    /// The bucket of a person for a tool. Names come from callers, so only their hash is kept.
    pub(crate) fn tool(&self, server: ServerId, person: UserId, tool: &str) -> Key {
        Key::Tool(server, person, self.hasher.hash_one(tool))
    }

    /// A call for which nothing has been taken yet.
    pub(crate) const fn nothing(&self) -> Taken<'_> {
        Taken { buckets: self, from: [None; 3] }
    }

    /// Takes one call out of a bucket, or says how long it takes until there is one.
    fn take(&self, key: Key, rate: Rate, now: Instant) -> Result<(), Duration> {
        let each = interval(rate);
        let size = each * rate.burst();
        let mut shard = self.shard(key).lock();
        // What a tighter limit of before left behind is not held against the caller.
        let full = shard.get(&key).map_or(now, |full| (*full).clamp(now, now + size));
        let free = size.saturating_sub(full - now);
        if free < each {
            shard.entry(key).and_modify(|kept| *kept = full);
            return Err(each.saturating_sub(free));
        }
        if shard.len() >= MAX_IN_SHARD && !shard.contains_key(&key) {
            make_room(&mut shard, now);
        }
        shard.insert(key, full + each);
        Ok(())
    }

    /// Puts one call back that was taken and not made.
    fn give_back(&self, key: Key, rate: Rate) {
        if let Some(full) = self.shard(key).lock().get_mut(&key)
            && let Some(earlier) = full.checked_sub(interval(rate))
        {
            *full = earlier;
        }
    }

    /// Forgets the buckets that are full. Call it from time to time.
    pub(crate) fn tidy(&self, now: Instant) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.retain(|_, full| *full > now);
            if shard.capacity() > 4 * shard.len().max(64) {
                shard.shrink_to_fit();
            }
        }
    }

    fn shard(&self, key: Key) -> &Mutex<HashMap<Key, Instant>> {
        let hash = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default();
        &self.shards[hash]
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }
}

fn interval(rate: Rate) -> Duration {
    Duration::from_mins(1) / rate.per_minute.max(1)
}

/// Forgets the full buckets, or if all are in use the half that is nearest to full: who is over a limit stays known.
fn make_room(shard: &mut HashMap<Key, Instant>, now: Instant) {
    shard.retain(|_, full| *full > now);
    if shard.len() < MAX_IN_SHARD {
        return;
    }
    let mut times: Vec<Instant> = shard.values().copied().collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    shard.retain(|_, full| *full > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(n: u8) -> ServerId {
        format!("srv_{n:032x}").parse().unwrap()
    }

    fn person(n: u32) -> UserId {
        format!("usr_{n:032x}").parse().unwrap()
    }

    fn rate(per_minute: u32, burst: u32) -> Rate {
        Rate { per_minute, burst: Some(burst) }
    }

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let (buckets, start) = (Buckets::new(), Instant::now());
        let (key, limit) = (Key::Server(server(1)), rate(60, 3));
        for _ in 0..3 {
            assert_eq!(buckets.take(key, limit, start), Ok(()));
        }
        assert_eq!(buckets.take(key, limit, start), Err(secs(1)));
        let half = start + Duration::from_millis(500);
        assert_eq!(buckets.take(key, limit, half), Err(Duration::from_millis(500)));
        assert_eq!(buckets.take(key, limit, start + secs(1)), Ok(()));
        assert_eq!(buckets.take(key, limit, start + secs(1)), Err(secs(1)));
        // After a long pause no more than the burst.
        let later = start + secs(3600);
        for _ in 0..3 {
            assert_eq!(buckets.take(key, limit, later), Ok(()));
        }
        assert!(buckets.take(key, limit, later).is_err());
    }

    #[test]
    fn refused_calls_cost_nothing_and_one_can_be_given_back() {
        let (buckets, start) = (Buckets::new(), Instant::now());
        let (key, limit) = (Key::Server(server(1)), rate(6, 1));
        assert_eq!(buckets.take(key, limit, start), Ok(()));
        for _ in 0..100 {
            assert_eq!(buckets.take(key, limit, start), Err(secs(10)));
        }
        buckets.give_back(key, limit);
        assert_eq!(buckets.take(key, limit, start), Ok(()));
        assert_eq!(buckets.take(key, limit, start + secs(10)), Ok(()));
    }

    #[test]
    fn what_was_taken_for_a_call_goes_back_unless_it_is_made() {
        let (buckets, now) = (Buckets::new(), Instant::now());
        let (everybody, own) = (Key::Server(server(1)), Key::Person(server(1), person(1)));
        let taken = |own_rate| {
            let mut taken = buckets.nothing();
            taken.take(own, own_rate, now)?;
            taken.take(everybody, rate(1, 2), now)?;
            Ok::<_, Duration>(taken)
        };
        for _ in 0..5 {
            drop(taken(rate(1, 3)).unwrap());
        }
        taken(rate(1, 3)).unwrap().made();
        taken(rate(1, 3)).unwrap().made();
        assert!(taken(rate(1, 3)).is_err(), "the server's is empty");
        assert_eq!(buckets.take(own, rate(1, 3), now), Ok(()), "and the person's was left as it was");
        assert!(buckets.take(own, rate(1, 3), now).is_err());
    }

    #[test]
    fn buckets_do_not_share() {
        let (buckets, now) = (Buckets::new(), Instant::now());
        let keys = [
            Key::Server(server(1)),
            Key::Server(server(2)),
            Key::Person(server(1), person(1)),
            Key::Person(server(1), person(2)),
            buckets.tool(server(1), person(1), "a"),
            buckets.tool(server(1), person(1), "b"),
        ];
        for key in keys {
            assert_eq!(buckets.take(key, rate(1, 1), now), Ok(()), "{key:?}");
            assert!(buckets.take(key, rate(1, 1), now).is_err(), "{key:?}");
        }
    }

    #[test]
    fn another_limit_is_in_force_at_once() {
        let (buckets, now) = (Buckets::new(), Instant::now());
        let key = Key::Server(server(1));
        for _ in 0..10 {
            assert_eq!(buckets.take(key, rate(1, 10), now), Ok(()));
        }
        // Ten minutes until it is full again; by the new limit at most one interval of its own.
        assert_eq!(buckets.take(key, rate(600, 10), now), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take(key, rate(600, 10), now + Duration::from_millis(100)), Ok(()));
        // And a tighter one.
        assert!(buckets.take(key, rate(1, 1), now + Duration::from_millis(100)).is_err());
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let (buckets, now) = (Buckets::new(), Instant::now());
        for n in 0..1000 {
            assert_eq!(buckets.take(Key::Person(server(1), person(n)), rate(60, 2), now), Ok(()));
        }
        buckets.tidy(now);
        assert_eq!(buckets.len(), 1000);
        buckets.tidy(now + secs(1));
        assert_eq!(buckets.len(), 0);
    }

    #[test]
    fn memory_is_bounded_and_whoever_is_over_the_limit_stays_known() {
        let (buckets, now) = (Buckets::new(), Instant::now());
        let (busy, limit) = (Key::Server(server(9)), rate(60, 5));
        for _ in 0..5 {
            assert_eq!(buckets.take(busy, limit, now), Ok(()));
        }
        for n in 0..200_000 {
            let _ = buckets.take(Key::Person(server(1), person(n)), limit, now);
        }
        assert!(buckets.len() <= SHARDS * MAX_IN_SHARD, "{}", buckets.len());
        assert!(buckets.take(busy, limit, now).is_err());
    }
}
