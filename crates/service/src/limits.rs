//! Limits on guessing, and on how much of the audit log guessing can fill.
//!
//! Kept in memory of this node: a guess is slowed where it arrives. All maps are bounded.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::Problem;

/// The window in which failures count.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failures before the first delay: of one account, and of one address (which a whole office may share).
const ACCOUNT_FAILURES: usize = 5;
const ADDRESS_FAILURES: usize = 50;
/// The first delay; it doubles with each further failure, up to the window.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(30);
/// Most keys remembered in one map.
const CAPACITY: usize = 10_000;
/// Refusals of one caller recorded in a minute, and of all unknown callers together.
const REFUSALS: u32 = 10;
const ANONYMOUS_REFUSALS: u32 = 300;

/// What was tried too often.
#[derive(Default)]
pub(crate) struct Limits {
    accounts: Mutex<HashMap<String, Attempts>>,
    addresses: Mutex<HashMap<IpAddr, Attempts>>,
    refusals: Mutex<HashMap<String, Minute>>,
    anonymous: Mutex<Option<Minute>>,
}

/// The attempts of one account or address that did not succeed.
struct Attempts {
    failures: VecDeque<DateTime<Utc>>,
    blocked_until: Option<DateTime<Utc>>,
    last: DateTime<Utc>,
}

/// What was recorded in the current minute, and what was not.
#[derive(Clone, Copy)]
struct Minute {
    began: DateTime<Utc>,
    recorded: u32,
    not_recorded: u32,
}

impl Limits {
    /// Admits an attempt to prove who one is, or says when the next one makes sense. The attempt counts as a failure
    /// until [`Limits::succeeded`] says otherwise, so that many at once cannot slip through together.
    pub(crate) fn attempt(&self, account: &str, ip: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Problem> {
        let mut accounts = locked(&self.accounts);
        let mut addresses = locked(&self.addresses);
        let network = ip.map(network);
        let account_free = accounts.get(account).and_then(|a| a.blocked(now));
        let address_free = network.and_then(|n| addresses.get(&n).and_then(|a| a.blocked(now)));
        if let Some(until) = account_free.max(address_free) {
            let seconds = (until - now).num_milliseconds().max(1).unsigned_abs().div_ceil(1000);
            return Err(Problem::RateLimited { retry_after_seconds: seconds });
        }
        Attempts::of(&mut accounts, account.to_owned(), now).failed(ACCOUNT_FAILURES, now);
        if let Some(network) = network {
            Attempts::of(&mut addresses, network, now).failed(ADDRESS_FAILURES, now);
        }
        Ok(())
    }

    /// The attempt succeeded: the account begins anew, and the address gets back what this attempt took.
    pub(crate) fn succeeded(&self, account: &str, ip: Option<IpAddr>) {
        locked(&self.accounts).remove(account);
        if let Some(ip) = ip
            && let Some(attempts) = locked(&self.addresses).get_mut(&network(ip))
        {
            attempts.failures.pop_back();
            if attempts.failures.len() < ADDRESS_FAILURES {
                attempts.blocked_until = None;
            }
        }
    }

    /// Whether one more refusal of this known caller is worth a record; with the number of those since the last one
    /// that were not.
    pub(crate) fn refusal(&self, caller: &str, now: DateTime<Utc>) -> Option<u32> {
        let mut refusals = locked(&self.refusals);
        make_room(&mut refusals, caller, |m| now - m.began >= TimeDelta::minutes(1), |m| m.began);
        refusals.entry(caller.to_owned()).or_insert_with(|| Minute::new(now)).record(REFUSALS, now)
    }

    /// As [`Limits::refusal`], for somebody unknown at an address.
    pub(crate) fn anonymous_refusal(&self, ip: Option<IpAddr>, now: DateTime<Utc>) -> Option<u32> {
        let from = ip.map_or_else(|| "unknown".to_owned(), |ip| network(ip).to_string());
        let here = self.refusal(&from, now)?;
        let everywhere =
            locked(&self.anonymous).get_or_insert_with(|| Minute::new(now)).record(ANONYMOUS_REFUSALS, now)?;
        Some(here.saturating_add(everywhere))
    }
}

impl Attempts {
    fn of<K: Hash + Eq + Clone>(map: &mut HashMap<K, Self>, key: K, now: DateTime<Utc>) -> &mut Self {
        make_room(map, &key, |a| now - a.last >= WINDOW, |a| a.last);
        map.entry(key).or_insert_with(|| Self { failures: VecDeque::new(), blocked_until: None, last: now })
    }

    fn blocked(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.blocked_until.filter(|until| now < *until)
    }

    fn failed(&mut self, allowed: usize, now: DateTime<Utc>) {
        self.last = now;
        while self.failures.front().is_some_and(|t| now - *t >= WINDOW) {
            self.failures.pop_front();
        }
        self.failures.push_back(now);
        // The delays keep the number of entries small: each further attempt had to wait.
        if let Some(over) = self.failures.len().checked_sub(allowed) {
            let doublings = u32::try_from(over).unwrap_or(u32::MAX).min(5);
            self.blocked_until = Some(now + (FIRST_DELAY * 2_i32.pow(doublings)).min(WINDOW));
        }
    }
}

impl Minute {
    const fn new(began: DateTime<Utc>) -> Self {
        Self { began, recorded: 0, not_recorded: 0 }
    }

    fn record(&mut self, allowed: u32, now: DateTime<Utc>) -> Option<u32> {
        if now - self.began >= TimeDelta::minutes(1) {
            self.began = now;
            self.recorded = 0;
        }
        if self.recorded >= allowed {
            self.not_recorded = self.not_recorded.saturating_add(1);
            return None;
        }
        self.recorded += 1;
        Some(std::mem::take(&mut self.not_recorded))
    }
}

/// Keeps a map within its capacity before a new key enters: what is over goes first, then the oldest.
fn make_room<K, Q, V>(map: &mut HashMap<K, V>, key: &Q, over: impl Fn(&V) -> bool, age: impl Fn(&V) -> DateTime<Utc>)
where
    K: Hash + Eq + Clone + std::borrow::Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    if map.len() < CAPACITY || map.contains_key(key) {
        return;
    }
    map.retain(|_, v| !over(v));
    if map.len() >= CAPACITY
        && let Some(oldest) = map.iter().min_by_key(|(_, v)| age(v)).map(|(k, _)| k.clone())
    {
        map.remove(oldest.borrow());
    }
}

/// What one customer of a network usually holds: an IPv4 address, or an IPv6 /64.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Nothing is left half-done under these locks, so that a poisoned one is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn wait(result: Result<(), Problem>) -> u64 {
        match result {
            Err(Problem::RateLimited { retry_after_seconds }) => retry_after_seconds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_account_is_slowed_after_five_failures_and_freed_by_success() {
        let limits = Limits::default();
        for n in 0..5 {
            limits.attempt("ada", None, at(n)).unwrap();
        }
        assert_eq!(wait(limits.attempt("ada", None, at(4))), 30);
        assert_eq!(wait(limits.attempt("ada", None, at(33))), 1);
        limits.attempt("grace", None, at(33)).unwrap();
        limits.attempt("ada", None, at(34)).unwrap();
        assert_eq!(wait(limits.attempt("ada", None, at(34))), 60);
        limits.attempt("ada", None, at(94)).unwrap();
        limits.succeeded("ada", None);
        for n in 0..5 {
            limits.attempt("ada", None, at(95 + n)).unwrap();
        }
    }

    #[test]
    fn failures_are_forgotten_after_the_window() {
        let limits = Limits::default();
        for n in 0..4 {
            limits.attempt("ada", None, at(n)).unwrap();
        }
        for n in 0..4 {
            limits.attempt("ada", None, at(n + 15 * 60)).unwrap();
        }
    }

    #[test]
    fn an_address_is_slowed_across_accounts_and_within_its_network() {
        let limits = Limits::default();
        for n in 0..50_u16 {
            let ip = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
            limits.attempt(&format!("user{n}"), Some(ip), at(0)).unwrap();
        }
        let same: IpAddr = "2001:db8:0:1::ffff".parse().unwrap();
        assert_eq!(wait(limits.attempt("somebody", Some(same), at(1))), 29);
        limits.attempt("somebody", Some("2001:db8:0:2::1".parse().unwrap()), at(1)).unwrap();
    }

    #[test]
    fn success_gives_an_address_its_attempt_back() {
        let limits = Limits::default();
        let ip: Option<IpAddr> = Some("192.0.2.1".parse().unwrap());
        for n in 0..200 {
            limits.attempt(&format!("user{n}"), ip, at(0)).unwrap();
            limits.succeeded(&format!("user{n}"), ip);
        }
    }

    #[test]
    fn refusals_are_counted_when_they_are_not_recorded() {
        let limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(limits.refusal("ada", at(0)), Some(0));
        }
        for _ in 0..7 {
            assert_eq!(limits.refusal("ada", at(1)), None);
        }
        assert_eq!(limits.refusal("ada", at(61)), Some(7));
        assert_eq!(limits.refusal("ada", at(61)), Some(0));
    }

    #[test]
    fn the_maps_are_bounded() {
        let limits = Limits::default();
        for n in 0..CAPACITY + 10 {
            limits.attempt(&n.to_string(), None, at(i64::try_from(n).unwrap() / 100)).unwrap();
        }
        assert_eq!(locked(&limits.accounts).len(), CAPACITY);
        assert!(locked(&limits.accounts).contains_key(&(CAPACITY + 9).to_string()));
    }
}
