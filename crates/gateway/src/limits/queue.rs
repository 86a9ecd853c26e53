//! Turns at a server: so many calls under way at once, so many waiting in order, so many of one person.
//!
//! The limits come in with every call, so that others are in force at once: a lower one lets running calls finish, a
//! higher one lets waiting calls in.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use domain::UserId;
use parking_lot::Mutex;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::oneshot;

/// The calls at one server.
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    /// Waiting calls at all servers, for the metrics.
    waiting: Gauge,
}

#[derive(Default)]
struct Inner {
    /// As the last call brought it.
    limit: usize,
    active: usize,
    waiting: VecDeque<(u64, oneshot::Sender<Turn>)>,
    next: u64,
    people: HashMap<UserId, u32>,
}

/// What a call gets when it asks for its turn.
pub(crate) enum Asked {
    /// It is its turn.
    Now(Turn),
    /// It has to wait.
    Wait(Waiting),
    /// So many wait already that it cannot.
    Full,
}

impl Queue {
    pub(crate) fn new(waiting: Gauge) -> Self {
        Self { inner: Mutex::default(), waiting }
    }

    /// Asks for a turn.
    pub(crate) fn ask(self: &Arc<Self>, limit: u32, length: u32) -> Asked {
        let mut inner = self.inner.lock();
        inner.limit = limit as usize;
        self.let_in(&mut inner);
        if inner.active < inner.limit {
            inner.active += 1;
            return Asked::Now(Turn(Some(self.clone())));
        }
        if inner.waiting.len() >= length as usize {
            return Asked::Full;
        }
        let (sender, receiver) = oneshot::channel();
        let number = inner.next;
        inner.next += 1;
        inner.waiting.push_back((number, sender));
        self.waiting.inc();
        Asked::Wait(Waiting { queue: self.clone(), number, receiver })
    }

    /// Counts a call of a person; `None` when there are as many as may be.
    pub(crate) fn person(self: &Arc<Self>, person: UserId, limit: Option<u32>) -> Option<OfPerson> {
        let mut inner = self.inner.lock();
        let count = inner.people.entry(person).or_default();
        if limit.is_some_and(|limit| *count >= limit) {
            return None;
        }
        *count += 1;
        Some(OfPerson { queue: self.clone(), person })
    }

    /// Gives free turns to those who wait, in their order.
    fn let_in(self: &Arc<Self>, inner: &mut Inner) {
        while inner.active < inner.limit
            && let Some((_, sender)) = inner.waiting.pop_front()
        {
            self.waiting.dec();
            // Whoever has gone away meanwhile must not take the turn along: nothing is dropped under the lock.
            match sender.send(Turn(Some(self.clone()))) {
                Ok(()) => inner.active += 1,
                Err(turn) => turn.forget(),
            }
        }
    }

    #[cfg(test)]
    fn counts(&self) -> (usize, usize, usize) {
        let inner = self.inner.lock();
        (inner.active, inner.waiting.len(), inner.people.len())
    }
}

/// The right to a call under way. Dropped, it goes to the next.
pub(crate) struct Turn(Option<Arc<Queue>>);

impl Turn {
    /// A turn that nobody got.
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            let mut inner = queue.inner.lock();
            inner.active -= 1;
            queue.let_in(&mut inner);
        }
    }
}

/// A place in the queue. Dropped, it is given up.
pub(crate) struct Waiting {
    queue: Arc<Queue>,
    number: u64,
    receiver: oneshot::Receiver<Turn>,
}

impl Waiting {
    /// Comes back when it is this call's turn.
    pub(crate) async fn turn(&mut self) -> Turn {
        match (&mut self.receiver).await {
            Ok(turn) => turn,
            // The other end lives in the queue, which this place keeps alive.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut inner = self.queue.inner.lock();
        if let Ok(place) = inner.waiting.binary_search_by_key(&self.number, |(number, _)| *number) {
            inner.waiting.remove(place);
            self.queue.waiting.dec();
        }
    }
}

/// A call of a person that is counted.
pub(crate) struct OfPerson {
    queue: Arc<Queue>,
    person: UserId,
}

impl Drop for OfPerson {
    fn drop(&mut self) {
        let mut inner = self.queue.inner.lock();
        if let Some(count) = inner.people.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                inner.people.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn queue() -> Arc<Queue> {
        Arc::new(Queue::new(Gauge::default()))
    }

    fn now(asked: Asked) -> Turn {
        match asked {
            Asked::Now(turn) => turn,
            Asked::Wait(_) => panic!("it has to wait"),
            Asked::Full => panic!("the queue is full"),
        }
    }

    fn wait(asked: Asked) -> Waiting {
        match asked {
            Asked::Wait(waiting) => waiting,
            Asked::Now(_) => panic!("it is its turn at once"),
            Asked::Full => panic!("the queue is full"),
        }
    }

    #[test]
    fn turns_go_in_order_and_the_queue_is_bounded() {
        let queue = queue();
        let (a, b) = (now(queue.ask(2, 2)), now(queue.ask(2, 2)));
        let (mut c, mut d) = (wait(queue.ask(2, 2)), wait(queue.ask(2, 2)));
        assert!(matches!(queue.ask(2, 2), Asked::Full));
        assert_eq!(queue.waiting.get(), 2);
        assert!(c.turn().now_or_never().is_none());
        drop(b);
        assert!(d.turn().now_or_never().is_none(), "the first in the queue is first");
        let turn_of_c = c.turn().now_or_never().expect("its turn");
        drop((a, turn_of_c));
        assert!(d.turn().now_or_never().is_some());
        assert_eq!(queue.waiting.get(), 0);
    }

    #[test]
    fn without_a_queue_nobody_waits() {
        let queue = queue();
        let _one = now(queue.ask(1, 0));
        assert!(matches!(queue.ask(1, 0), Asked::Full));
    }

    #[test]
    fn who_goes_away_takes_no_turn_along() {
        let queue = queue();
        let a = now(queue.ask(1, 9));
        let (b, mut c, d) = (wait(queue.ask(1, 9)), wait(queue.ask(1, 9)), wait(queue.ask(1, 9)));
        drop(b);
        assert_eq!(queue.counts(), (1, 2, 0));
        drop(a);
        let turn = c.turn().now_or_never().expect("its turn");
        // It goes away with a turn that it has been given and not yet taken.
        drop(turn);
        assert_eq!(queue.counts(), (1, 0, 0));
        drop(d);
        assert_eq!(queue.counts(), (0, 0, 0));
        assert_eq!(queue.waiting.get(), 0);
    }

    #[test]
    fn another_limit_is_in_force_at_once() {
        let queue = queue();
        let (a, b) = (now(queue.ask(2, 9)), now(queue.ask(2, 9)));
        let mut c = wait(queue.ask(1, 9));
        drop(a);
        assert!(c.turn().now_or_never().is_none(), "one is as many as may be");
        // A call under a higher limit lets in who waits, in order.
        let mut d = wait(queue.ask(2, 9));
        assert!(c.turn().now_or_never().is_some());
        drop((b, c));
        assert!(d.turn().now_or_never().is_some());
    }

    #[test]
    fn calls_of_a_person_are_counted_apart() {
        let queue = queue();
        let [ada, bo]: [UserId; 2] = [1, 2].map(|n| format!("usr_{n:032x}").parse().unwrap());
        let first = queue.person(ada, Some(2)).unwrap();
        let second = queue.person(ada, Some(2)).unwrap();
        assert!(queue.person(ada, Some(2)).is_none());
        assert!(queue.person(bo, Some(2)).is_some());
        drop(first);
        assert!(queue.person(ada, Some(2)).is_some());
        drop(second);
        assert_eq!(queue.counts(), (0, 0, 0), "who calls no more is forgotten");
    }
}
