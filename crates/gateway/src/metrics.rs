//! Counters and histograms of the data path, for `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::limits::breaker::Gauges;
use crate::phases::ByServer;

/// Upper ends of the histograms' classes, in seconds.
pub(crate) const BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Refused credentials that are recorded in a minute; the rest is only counted.
const AUTH_FAILURES_PER_MINUTE: u64 = 60;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabel {
    limit: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

/// What the data path counts. Labels are bounded: no tool, no person, and so many servers (`phases`).
#[derive(Debug)]
pub struct Metrics {
    requests: Family<StatusLabel, Counter>,
    calls: Family<OutcomeLabel, Counter>,
    seconds: Histogram,
    upstream_seconds: Histogram,
    pub(crate) phases: Arc<ByServer>,
    in_flight: Gauge,
    auth_failures: Counter,
    withheld: Counter,
    limited: Family<LimitLabel, Counter>,
    passed_on: Family<OutcomeLabel, Counter>,
    pub(crate) waiting: Gauge,
    pub(crate) breakers: Gauges,
    window: (AtomicI64, AtomicU64),
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            requests: Family::default(),
            calls: Family::default(),
            seconds: Histogram::new(BUCKETS),
            upstream_seconds: Histogram::new(BUCKETS),
            phases: Arc::new(ByServer::new()),
            in_flight: Gauge::default(),
            auth_failures: Counter::default(),
            withheld: Counter::default(),
            limited: Family::default(),
            passed_on: Family::default(),
            waiting: Gauge::default(),
            breakers: Gauges::default(),
            window: Default::default(),
        }
    }

    /// Registers everything under `drawbridge_mcp_…`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("drawbridge_mcp");
        registry.register("requests", "HTTP requests to /mcp by status", self.requests.clone());
        registry.register("calls", "Audited calls by outcome", self.calls.clone());
        registry.register("request_seconds", "Time until the answer begins", self.seconds.clone());
        registry.register("upstream_seconds", "Time until a server's answer begins", self.upstream_seconds.clone());
        registry.register("phase_seconds", "Time of the parts of a request by server", self.phases.family());
        registry.register("in_flight", "Requests whose answer has not begun", self.in_flight.clone());
        registry.register("auth_failures", "Refused credentials", self.auth_failures.clone());
        registry.register("withheld", "Definitions withheld from lists", self.withheld.clone());
        registry.register("limited", "Messages and answers that a limit refused or cut", self.limited.clone());
        registry.register("passed_on", "Requests for other nodes by outcome", self.passed_on.clone());
        registry.register("waiting", "Calls that wait for their turn at a server", self.waiting.clone());
        let (open, half_open) = (self.breakers.open.clone(), self.breakers.half_open.clone());
        registry.register("breakers_open", "Servers whose calls are refused because it does not answer", open);
        registry.register("breakers_half_open", "Servers that one call tries after a break", half_open);
    }

    pub(crate) fn begin(self: &Arc<Self>) -> Timer {
        self.in_flight.inc();
        Timer { metrics: Arc::clone(self), started: Instant::now(), ended: false }
    }

    pub(crate) fn call(&self, outcome: &'static str) {
        self.calls.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    pub(crate) fn limited(&self, limit: &'static str) {
        self.limited.get_or_create(&LimitLabel { limit }).inc();
    }

    pub(crate) fn passed_on(&self, outcome: &'static str) {
        self.passed_on.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    pub(crate) fn upstream(&self, seconds: f64) {
        self.upstream_seconds.observe(seconds);
    }

    pub(crate) fn withheld(&self, definitions: usize) {
        self.withheld.inc_by(definitions as u64);
    }

    /// Counts a refused credential and says whether it may be recorded, too.
    pub(crate) fn may_record_auth_failure(&self, now: DateTime<Utc>) -> bool {
        self.auth_failures.inc();
        let minute = now.timestamp() / 60;
        if self.window.0.swap(minute, Ordering::Relaxed) != minute {
            self.window.1.store(0, Ordering::Relaxed);
        }
        self.window.1.fetch_add(1, Ordering::Relaxed) < AUTH_FAILURES_PER_MINUTE
    }
}

/// Measures one request until its answer begins, also when its client goes away before.
pub(crate) struct Timer {
    metrics: Arc<Metrics>,
    started: Instant,
    ended: bool,
}

impl Timer {
    pub(crate) fn end(mut self, status: StatusCode) {
        self.ended = true;
        self.metrics.in_flight.dec();
        self.metrics.seconds.observe(self.started.elapsed().as_secs_f64());
        self.metrics.requests.get_or_create(&StatusLabel { status: status.as_u16() }).inc();
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if !self.ended {
            self.metrics.in_flight.dec();
        }
    }
}
