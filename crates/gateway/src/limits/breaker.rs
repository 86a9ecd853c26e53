//! The circuit breaker of a server: after too many failures in a row calls are refused at once, until one that is let
//! through shows that the server answers again.

use std::sync::Arc;
use std::time::Duration;

use domain::Limits;
use parking_lot::Mutex;
use prometheus_client::metrics::gauge::Gauge;
use tokio::time::Instant;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breaking {
    /// Failures in a row that open it.
    failures: u32,
    /// Time until the first probe; it doubles with every probe that fails.
    pause: Duration,
}

/// Longest time between probes, unless the first pause is longer.
const LONGEST: Duration = Duration::from_mins(2);

impl Breaking {
    fn after(self, pause: Duration) -> Duration {
        (pause * 2).min(LONGEST.max(self.pause))
    }
}

impl From<&Limits> for Breaking {
    fn from(limits: &Limits) -> Self {
        Self { failures: limits.breaker_failures, pause: limits.breaker_pause }
    }
}

/// What a probe under way lets others wait for.
const PROBE_UNDER_WAY: Duration = Duration::from_secs(1);

/// What a breaker does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Calls pass; so many failed in a row.
    Closed { failures: u32 },
    /// Calls are refused until then.
    Open { until: Instant, pause: Duration },
    /// One call is under way to see whether the server is back.
    HalfOpen { pause: Duration },
}

/// How many breakers are not closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gauges {
    pub(crate) open: Gauge,
    pub(crate) half_open: Gauge,
}

impl Gauges {
    fn of(&self, state: State) -> Option<&Gauge> {
        match state {
            State::Closed { .. } => None,
            State::Open { .. } => Some(&self.open),
            State::HalfOpen { .. } => Some(&self.half_open),
        }
    }
}

/// One server's breaker.
pub(crate) struct Breaker {
    gauges: Gauges,
    inner: Mutex<Inner>,
}

struct Inner {
    state: State,
    /// Grows with every change between open and closed: what began before says nothing about now.
    epoch: u64,
    settings: Breaking,
    /// Of the server's settings.
    revision: u64,
}

impl Breaker {
    pub(crate) fn new(settings: Breaking, gauges: Gauges) -> Self {
        let inner = Inner { state: State::Closed { failures: 0 }, epoch: 0, settings, revision: 0 };
        Self { gauges, inner: Mutex::new(inner) }
    }

    /// Whether a call would be refused now, and for how long at least. With other settings it begins anew: the address may
    /// have been what was wrong.
    pub(crate) fn refuses(&self, settings: Breaking, revision: u64, now: Instant) -> Option<Duration> {
        let mut inner = self.inner.lock();
        if inner.revision < revision {
            inner.settings = settings;
            inner.revision = revision;
            inner.epoch += 1;
            self.set(&mut inner, State::Closed { failures: 0 });
        }
        match inner.state {
            State::Closed { .. } => None,
            State::Open { until, .. } => until.checked_duration_since(now).filter(|left| !left.is_zero()),
            State::HalfOpen { .. } => Some(PROBE_UNDER_WAY),
        }
    }

    /// Lets a call through, or says how long it will not.
    pub(crate) fn enter(self: &Arc<Self>, now: Instant) -> Result<Ticket, Duration> {
        let mut inner = self.inner.lock();
        let probe = match inner.state {
            State::Closed { .. } => false,
            State::Open { until, .. } if now < until => return Err(until - now),
            State::Open { pause, .. } => {
                self.set(&mut inner, State::HalfOpen { pause });
                true
            }
            State::HalfOpen { .. } => return Err(PROBE_UNDER_WAY),
        };
        Ok(Ticket { breaker: self.clone(), epoch: inner.epoch, probe: probe.then_some(now) })
    }

    /// Lets through what a call needs that was let through itself. It says how it went, and is no probe.
    pub(crate) fn enter_within(self: &Arc<Self>, now: Instant) -> Result<Ticket, Duration> {
        let inner = self.inner.lock();
        match inner.state {
            State::Open { until, .. } if now < until => Err(until - now),
            _ => Ok(Ticket { breaker: self.clone(), epoch: inner.epoch, probe: None }),
        }
    }

    fn set(&self, inner: &mut Inner, state: State) {
        if let Some(gauge) = self.gauges.of(inner.state) {
            gauge.dec();
        }
        if let Some(gauge) = self.gauges.of(state) {
            gauge.inc();
        }
        inner.state = state;
    }

    #[cfg(test)]
    fn state(&self) -> State {
        self.inner.lock().state
    }

    fn succeeded(&self, epoch: u64) {
        let mut inner = self.inner.lock();
        if inner.epoch == epoch {
            if matches!(inner.state, State::HalfOpen { .. }) {
                inner.epoch += 1;
            }
            self.set(&mut inner, State::Closed { failures: 0 });
        }
    }

    /// True when this failure opened it.
    fn failed(&self, epoch: u64, now: Instant) -> bool {
        let mut inner = self.inner.lock();
        if inner.epoch != epoch {
            return false;
        }
        let pause = match inner.state {
            State::Closed { failures } if failures + 1 < inner.settings.failures => {
                inner.state = State::Closed { failures: failures + 1 };
                return false;
            }
            State::Closed { .. } => inner.settings.pause,
            State::Open { pause, .. } | State::HalfOpen { pause } => inner.settings.after(pause),
        };
        self.set(&mut inner, State::Open { until: now + pause, pause });
        inner.epoch += 1;
        true
    }

    /// A probe ended without saying anything: the next call is one.
    fn abandoned(&self, epoch: u64, began: Instant) {
        let mut inner = self.inner.lock();
        if let State::HalfOpen { pause } = inner.state
            && inner.epoch == epoch
        {
            self.set(&mut inner, State::Open { until: began, pause });
        }
    }
}

/// Its server is gone.
impl Drop for Breaker {
    fn drop(&mut self) {
        if let Some(gauge) = self.gauges.of(self.inner.get_mut().state) {
            gauge.dec();
        }
    }
}

/// A call that was let through. Say how it went; dropped, it says nothing.
pub(crate) struct Ticket {
    breaker: Arc<Breaker>,
    epoch: u64,
    /// It is the one call that is let through: when it was.
    probe: Option<Instant>,
}

impl Ticket {
    /// The server answered.
    pub(crate) fn succeeded(mut self) {
        self.probe = None;
        self.breaker.succeeded(self.epoch);
    }

    /// The server could not be reached, did not answer, or said that it is broken. True when this opened the breaker.
    pub(crate) fn failed(mut self, now: Instant) -> bool {
        self.probe = None;
        self.breaker.failed(self.epoch, now)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(began) = self.probe {
            self.breaker.abandoned(self.epoch, began);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const SETTINGS: Breaking = Breaking { failures: 5, pause: secs(10) };

    fn breaker() -> (Arc<Breaker>, Instant) {
        (Arc::new(Breaker::new(SETTINGS, Gauges::default())), Instant::now())
    }

    fn open(breaker: &Arc<Breaker>, now: Instant) {
        for n in 1..=5 {
            assert_eq!(breaker.enter(now).ok().unwrap().failed(now), n == 5);
        }
    }

    fn refused(breaker: &Arc<Breaker>, now: Instant) -> Duration {
        breaker.enter(now).err().expect("it is refused")
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let (breaker, now) = breaker();
        for _ in 0..4 {
            breaker.enter(now).ok().unwrap().failed(now);
        }
        breaker.enter(now).ok().unwrap().succeeded();
        open(&breaker, now);
        assert_eq!(breaker.refuses(SETTINGS, 0, now), Some(secs(10)));
        assert_eq!(refused(&breaker, now + secs(4)), secs(6));
    }

    #[test]
    fn exactly_one_probe_and_success_closes_it() {
        let (breaker, now) = breaker();
        open(&breaker, now);
        let later = now + secs(10);
        assert_eq!(breaker.refuses(SETTINGS, 0, later), None);
        assert_eq!((breaker.gauges.open.get(), breaker.gauges.half_open.get()), (1, 0));
        let probe = breaker.enter(later).ok().unwrap();
        assert_eq!((breaker.gauges.open.get(), breaker.gauges.half_open.get()), (0, 1));
        for _ in 0..10 {
            assert_eq!(refused(&breaker, later), PROBE_UNDER_WAY);
        }
        probe.succeeded();
        assert_eq!((breaker.gauges.open.get(), breaker.gauges.half_open.get()), (0, 0));
        assert_eq!(breaker.state(), State::Closed { failures: 0 });
        breaker.enter(later).ok().unwrap().failed(later);
        assert_eq!(breaker.state(), State::Closed { failures: 1 });
    }

    #[test]
    fn a_probe_that_fails_doubles_the_wait_up_to_the_longest() {
        let (breaker, mut now) = breaker();
        open(&breaker, now);
        for wait in [10, 20, 40, 80, 120, 120] {
            assert_eq!(refused(&breaker, now), secs(wait));
            now += secs(wait);
            assert!(breaker.enter(now).ok().unwrap().failed(now));
        }
        now += secs(120);
        breaker.enter(now).ok().unwrap().succeeded();
        open(&breaker, now);
        assert_eq!(refused(&breaker, now), secs(10), "after a success it begins anew");
    }

    #[test]
    fn other_settings_begin_anew() {
        let (breaker, now) = breaker();
        assert_eq!(breaker.refuses(SETTINGS, 7, now), None);
        let slow = breaker.enter(now).ok().unwrap();
        open(&breaker, now);
        assert_eq!(breaker.refuses(SETTINGS, 7, now), Some(secs(10)));
        assert_eq!(
            breaker.refuses(SETTINGS, 6, now),
            Some(secs(10)),
            "a call that knows older settings changes nothing"
        );
        assert_eq!(breaker.refuses(SETTINGS, 8, now), None);
        assert!(!slow.failed(now));
        assert_eq!(breaker.state(), State::Closed { failures: 0 });
        assert_eq!((breaker.gauges.open.get(), breaker.gauges.half_open.get()), (0, 0));
    }

    #[test]
    fn other_numbers_are_in_force_with_the_settings_that_bring_them() {
        let (breaker, mut now) = breaker();
        let stricter = Breaking { failures: 2, pause: secs(300) };
        assert_eq!(breaker.refuses(stricter, 1, now), None);
        assert!(!breaker.enter(now).ok().unwrap().failed(now));
        assert!(breaker.enter(now).ok().unwrap().failed(now));
        for _ in 0..2 {
            assert_eq!(refused(&breaker, now), secs(300), "longer than any pause of others, and not doubled");
            now += secs(300);
            assert!(breaker.enter(now).ok().unwrap().failed(now));
        }
        assert_eq!(breaker.refuses(SETTINGS, 0, now), Some(secs(300)), "older settings change nothing");
    }

    #[test]
    fn what_a_call_needs_passes_a_probe_under_way_and_is_none() {
        let (breaker, now) = breaker();
        assert!(breaker.enter_within(now).is_ok());
        open(&breaker, now);
        assert_eq!(breaker.enter_within(now + secs(4)).err(), Some(secs(6)), "an open breaker stops it, too");
        let later = now + secs(10);
        let probe = breaker.enter(later).ok().unwrap();
        drop(breaker.enter_within(later).ok().unwrap());
        assert_eq!(breaker.state(), State::HalfOpen { pause: secs(10) }, "it is not the probe that was given up");
        assert!(breaker.enter_within(later).ok().unwrap().failed(later), "but its failure is the probe's");
        assert_eq!(breaker.state(), State::Open { until: later + secs(20), pause: secs(20) });
        drop(probe);
    }

    #[test]
    fn a_probe_that_is_given_up_lets_the_next_one_through() {
        let (breaker, now) = breaker();
        open(&breaker, now);
        let later = now + secs(10);
        drop(breaker.enter(later).ok().unwrap());
        let probe = breaker.enter(later).ok().unwrap();
        assert_eq!(refused(&breaker, later), PROBE_UNDER_WAY);
        drop(probe);
    }

    #[test]
    fn a_breaker_that_is_gone_is_not_counted() {
        let (breaker, now) = breaker();
        let gauges = breaker.gauges.clone();
        open(&breaker, now);
        assert_eq!(gauges.open.get(), 1);
        drop(breaker);
        assert_eq!(gauges.open.get(), 0);
    }

    #[test]
    fn what_began_before_says_nothing() {
        let (breaker, now) = breaker();
        let (early, slow) = (breaker.enter(now).ok().unwrap(), breaker.enter(now).ok().unwrap());
        open(&breaker, now);
        early.succeeded();
        assert_eq!(refused(&breaker, now), secs(10));
        let later = now + secs(10);
        let probe = breaker.enter(later).ok().unwrap();
        assert!(!slow.failed(later));
        assert_eq!(breaker.state(), State::HalfOpen { pause: secs(10) });
        probe.succeeded();
        assert_eq!(breaker.state(), State::Closed { failures: 0 });
    }
}
