//! The sessions that are kept open at servers, and the end of those that nobody uses any more.
//!
//! They are looked through every few seconds as long as there are any. What somebody uses, or has a call under way in, is
//! left alone.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use directory::Person;
use domain::{CorrelationId, KeyId, ServerId, ServerStatus, UserId};
use futures_util::StreamExt as _;
use http::HeaderMap;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::lines::{Line, Whose};
use crate::context::{Context, Message};
use crate::edge::Authenticated;
use crate::track::Track;
use crate::{Gateway, Inner};

/// Sessions that are kept open; the longest unused go first.
const MOST: usize = 2_000;
/// Of one person at one server.
const MOST_EACH: usize = 100;
/// A session that nobody used for so long is closed.
const IDLE: TimeDelta = TimeDelta::minutes(10);
/// How often they are looked through.
const LOOK: Duration = Duration::from_secs(5);
/// Sessions that are ended at one time.
const AT_ONCE: usize = 8;

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LineKey {
    server: ServerId,
    revision: u64,
    person: UserId,
    identity: [u8; 32],
}

impl LineKey {
    pub(super) fn of(context: &Context, whose: Whose<'_>) -> Self {
        let mut hash = Sha256::new();
        for part in [&*whose.identity.info, &*whose.identity.capabilities, whose.session] {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self {
            server: context.server.id,
            revision: context.server.revision,
            person: context.caller.person.id,
            identity: hash.finalize().into(),
        }
    }
}

/// Who opened a session, which may be closed when they are gone.
#[derive(Debug)]
pub(super) struct Opener {
    credential: [u8; 32],
    person: Arc<Person>,
    key: KeyId,
}

impl Opener {
    pub(super) fn of(context: &Context) -> Self {
        Self { credential: context.caller.credential, person: context.caller.person.clone(), key: context.caller.key }
    }
}

/// The place of a session, which waits here for whoever opens it.
type Place<L> = Arc<tokio::sync::Mutex<Option<Arc<L>>>>;

/// All sessions of this node.
pub(crate) struct Lines<L = Line>(Mutex<Kept<L>>);

struct Kept<L> {
    /// With the time of the last use.
    open: HashMap<LineKey, (Place<L>, DateTime<Utc>)>,
    /// Those that nobody is given any more.
    left: Vec<(LineKey, Place<L>)>,
    /// Somebody looks them through.
    watched: bool,
}

impl<L> Default for Lines<L> {
    fn default() -> Self {
        Self(Mutex::new(Kept { open: HashMap::new(), left: Vec::new(), watched: false }))
    }
}

impl<L> Kept<L> {
    /// The longest unused of these.
    fn oldest(&self, among: impl Fn(&LineKey) -> bool) -> Option<LineKey> {
        let these = self.open.iter().filter(|(key, _)| among(key));
        these.min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key)
    }
}

impl<L> Lines<L> {
    /// The place of a session, and whether the first: then somebody has to look them through from now on.
    fn place(&self, key: LineKey, now: DateTime<Utc>) -> (Place<L>, bool) {
        let mut kept = self.0.lock();
        let new = !kept.open.contains_key(&key);
        let theirs = |other: &LineKey| (other.person, other.server) == (key.person, key.server);
        // Who opens many takes the room from nobody else.
        let full = if new && kept.open.keys().filter(|other| theirs(other)).count() >= MOST_EACH {
            Some(true)
        } else {
            (new && kept.open.len() >= MOST).then_some(false)
        };
        if let Some(own) = full
            && let Some(oldest) = kept.oldest(|other| !own || theirs(other))
        {
            let place = kept.open.remove(&oldest);
            kept.left.extend(place.map(|(place, _)| (oldest, place)));
        }
        let (place, used) = kept.open.entry(key).or_insert_with(|| (Place::default(), now));
        *used = now;
        (place.clone(), !std::mem::replace(&mut kept.watched, true))
    }

    /// The place of a session, if there is one.
    pub(super) fn find(&self, key: &LineKey) -> Option<Place<L>> {
        self.0.lock().open.get(key).map(|(place, _)| place.clone())
    }

    /// Keeps a session, which has lost its place, for those who use it.
    pub(super) fn leave(&self, key: LineKey, line: Arc<L>) {
        self.0.lock().left.push((key, Arc::new(tokio::sync::Mutex::new(Some(line)))));
    }

    /// Takes those that can be closed. `None` when there is nothing left to look through.
    fn idle(&self, now: DateTime<Utc>) -> Option<Vec<(LineKey, Arc<L>)>> {
        let mut kept = self.0.lock();
        let mut idle = Vec::new();
        kept.open.retain(|key, (place, used)| {
            if is_used(place) {
                *used = now;
            }
            let keep = now - *used < IDLE;
            if !keep && let Ok(mut line) = place.try_lock() {
                idle.extend(line.take().map(|line| (*key, line)));
            }
            keep
        });
        kept.left.retain(|(key, place)| {
            let keep = is_used(place);
            if !keep && let Ok(mut line) = place.try_lock() {
                idle.extend(line.take().map(|line| (*key, line)));
            }
            keep
        });
        kept.watched = !(idle.is_empty() && kept.open.is_empty() && kept.left.is_empty());
        kept.watched.then_some(idle)
    }
}

/// Whether somebody opens the session or has something under way in it.
fn is_used<L>(place: &Place<L>) -> bool {
    match place.try_lock() {
        Ok(line) => line.as_ref().is_some_and(|line| Arc::strong_count(line) > 1),
        Err(_) => true,
    }
}

impl Gateway {
    /// The place of a session.
    pub(super) fn line_slot(&self, key: LineKey) -> Place<Line> {
        let (place, first) = self.inner.lines.place(key, self.inner.parts.env.now());
        if first {
            let (gateway, draining) = (Arc::downgrade(&self.inner), self.inner.draining.clone());
            self.inner.tasks.spawn(async move {
                let _ = draining.run_until_cancelled(close_idle(gateway)).await;
            });
        }
        place
    }

    /// Closes a session for nobody in particular. Servers whose settings have changed meanwhile are left alone.
    async fn close_unused(&self, key: LineKey, line: Arc<Line>) {
        let parts = &self.inner.parts;
        let snapshot = parts.directory.load();
        let server = snapshot.servers.get(key.server).cloned();
        let server = server.filter(|one| one.revision == key.revision && one.status == ServerStatus::Active);
        let Some(server) = server.filter(|_| line.can_be_ended()) else { return };
        let correlation = CorrelationId::generate(&*parts.env);
        let context = Context {
            correlation,
            caller: Authenticated {
                credential: line.opener.credential,
                snapshot,
                person: line.opener.person.clone(),
                key: line.opener.key,
                ip: None,
                passed_on: false,
            },
            server,
            headers: HeaderMap::new(),
            hangup: None,
            track: Track::begin(&parts.env, None, correlation, &HeaderMap::new()),
            message: Message::unread(None).into(),
        };
        self.end_at_server(&context, &line).await;
    }
}

/// Closes what nobody uses, as long as there is anything open.
async fn close_idle(gateway: Weak<Inner>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(inner) = gateway.upgrade() else { return };
        let gateway = Gateway { inner };
        let Some(idle) = gateway.inner.lines.idle(gateway.inner.parts.env.now()) else { return };
        let closing = futures_util::stream::iter(idle);
        closing.for_each_concurrent(AT_ONCE, |(key, line)| gateway.close_unused(key, line)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> LineKey {
        let (server, person) = (format!("srv_{:032x}", 1).parse().unwrap(), format!("usr_{:032x}", 1).parse().unwrap());
        LineKey { server, revision: 1, person, identity: [number; 32] }
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    async fn open(lines: &Lines<u8>, number: u8, now: DateTime<Utc>) -> bool {
        let (place, first) = lines.place(key(number), now);
        place.lock().await.get_or_insert_with(|| Arc::new(number));
        first
    }

    fn closed(lines: &Lines<u8>, minutes: i64) -> Option<Vec<u8>> {
        let mut closed: Vec<u8> = lines.idle(at(minutes))?.iter().map(|(_, line)| **line).collect();
        closed.sort_unstable();
        Some(closed)
    }

    #[tokio::test]
    async fn what_nobody_used_for_a_while_is_closed() {
        let lines = Lines::default();
        assert!(open(&lines, 1, at(0)).await, "the first wakes who looks them through");
        assert!(!open(&lines, 2, at(5)).await);
        assert_eq!(closed(&lines, 9), Some(vec![]));
        assert_eq!(closed(&lines, 10), Some(vec![1]));
        open(&lines, 2, at(14)).await;
        assert_eq!(closed(&lines, 20), Some(vec![]), "it was used meanwhile");
        assert_eq!(closed(&lines, 24), Some(vec![2]));
        assert_eq!(closed(&lines, 25), None, "nothing to look through");
        assert!(open(&lines, 3, at(30)).await, "until there is again");
    }

    #[tokio::test]
    async fn what_is_used_is_not_closed() {
        let lines = Lines::default();
        open(&lines, 1, at(0)).await;
        let call = lines.find(&key(1)).unwrap().lock().await.clone();
        let opening = lines.place(key(2), at(0)).0.lock_owned().await;
        assert_eq!(closed(&lines, 60), Some(vec![]));
        drop((call, opening));
        assert_eq!(closed(&lines, 69), Some(vec![]), "the time begins with the end of its use");
        assert_eq!(closed(&lines, 70), Some(vec![1]), "the other was never opened");
        // One that has lost its place is closed as soon as nobody uses it.
        let line = Arc::new(3);
        lines.leave(key(3), line.clone());
        assert_eq!(closed(&lines, 71), Some(vec![]));
        drop(line);
        assert_eq!(closed(&lines, 71), Some(vec![3]));
        assert_eq!(closed(&lines, 71), None);
    }

    #[tokio::test]
    async fn the_longest_unused_makes_room() {
        let lines = Lines::<u16>::default();
        for number in 0..=u16::try_from(MOST).unwrap() {
            let mut key = key(0);
            key.identity[..2].copy_from_slice(&number.to_be_bytes());
            key.person = format!("usr_{:032x}", number % 40).parse().unwrap();
            let place = lines.place(key, at(0) + TimeDelta::seconds(number.into())).0;
            *place.lock().await = Some(Arc::new(number));
        }
        let closed: Vec<u16> = lines.idle(at(0)).unwrap().iter().map(|(_, line)| **line).collect();
        assert_eq!(closed, [0]);
    }

    #[tokio::test]
    async fn who_opens_many_takes_the_room_of_their_own_only() {
        let lines = Lines::<u16>::default();
        let mut other = key(1);
        other.person = format!("usr_{:032x}", 2).parse().unwrap();
        *lines.place(other, at(0)).0.lock().await = Some(Arc::new(999));
        for number in 0..=u16::try_from(MOST_EACH).unwrap() {
            let mut key = key(0);
            key.identity[..2].copy_from_slice(&number.to_be_bytes());
            *lines.place(key, at(1) + TimeDelta::seconds(number.into())).0.lock().await = Some(Arc::new(number));
        }
        let closed: Vec<u16> = lines.idle(at(1)).unwrap().iter().map(|(_, line)| **line).collect();
        assert_eq!(closed, [0], "the oldest of the same person");
        assert!(lines.find(&other).is_some());
    }
}
