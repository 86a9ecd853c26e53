//! How long the phases of a request take, for each server.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use directory::{ServerEntry, Snapshot};
use domain::ServerId;
use http::HeaderValue;
use parking_lot::RwLock;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::metrics::BUCKETS;

/// Servers with a label of their own.
const MOST: usize = 200;
/// The label of all others.
const OTHER: &str = "other";

/// A part of the data path that is measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Who calls.
    Auth,
    /// Whether they may.
    Policy,
    /// Until the admission is durable.
    Admit,
    /// Until the server's answer begins.
    Upstream,
    /// Until the outcome is durable.
    Settle,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Auth, Self::Policy, Self::Admit, Self::Upstream, Self::Settle];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Policy => "policy",
            Self::Admit => "admit",
            Self::Upstream => "upstream",
            Self::Settle => "settle",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Labels {
    server: String,
    phase: &'static str,
}

pub(crate) type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// The histograms under one label, found once and then kept.
#[derive(Debug)]
pub(crate) struct Seconds {
    label: Box<str>,
    histograms: [Histogram; 5],
}

impl Seconds {
    fn new(family: &Histograms, label: &str) -> Arc<Self> {
        let histograms = Phase::ALL.map(|phase| family.get_or_create(&labels(label, phase)).clone());
        Arc::new(Self { label: label.into(), histograms })
    }

    pub(crate) fn observe(&self, phase: Phase, spent: Duration) {
        self.histograms[phase as usize].observe(spent.as_secs_f64());
    }
}

fn labels(server: &str, phase: Phase) -> Labels {
    Labels { server: server.to_owned(), phase: phase.name() }
}

/// The histograms of all servers. Labels are bounded: [`MOST`] servers have their own, and lose it with the first
/// snapshot that no longer has them.
#[derive(Debug)]
pub(crate) struct ByServer {
    family: Histograms,
    own: RwLock<HashMap<ServerId, Arc<Seconds>>>,
    other: Arc<Seconds>,
    /// Of the snapshot by which labels were tidied.
    tidied: AtomicU64,
}

impl ByServer {
    pub(crate) fn new() -> Self {
        let family = Histograms::new_with_constructor(|| Histogram::new(BUCKETS));
        let other = Seconds::new(&family, OTHER);
        Self { family, own: RwLock::default(), other, tidied: AtomicU64::new(0) }
    }

    pub(crate) fn family(&self) -> Histograms {
        self.family.clone()
    }

    /// The histograms of a server. Allocates only where a label is made.
    pub(crate) fn of(&self, server: &ServerEntry, snapshot: &Snapshot) -> Arc<Seconds> {
        let tidied = self.tidied.load(Ordering::Acquire);
        if snapshot.generation <= tidied {
            let own = self.own.read();
            match own.get(&server.id) {
                Some(seconds) if *seconds.label == *server.slug.as_str() => return seconds.clone(),
                // A snapshot of the past makes no labels: its server may be gone.
                None if own.len() < MOST && snapshot.generation == tidied && server.slug.as_str() != OTHER => {}
                _ => return self.other.clone(),
            }
        }
        self.make(server, snapshot)
    }

    fn make(&self, server: &ServerEntry, snapshot: &Snapshot) -> Arc<Seconds> {
        let mut own = self.own.write();
        if self.tidied.fetch_max(snapshot.generation, Ordering::AcqRel) < snapshot.generation {
            own.retain(|id, seconds| {
                let stays = snapshot.servers.get(*id).is_some_and(|entry| entry.slug.as_str() == &*seconds.label);
                if !stays {
                    for phase in Phase::ALL {
                        self.family.remove(&labels(&seconds.label, phase));
                    }
                }
                stays
            });
        }
        if let Some(seconds) = own.get(&server.id) {
            return seconds.clone();
        }
        let past = snapshot.generation < self.tidied.load(Ordering::Acquire);
        if past || own.len() >= MOST || server.slug.as_str() == OTHER {
            return self.other.clone();
        }
        let seconds = Seconds::new(&self.family, server.slug.as_str());
        own.insert(server.id, seconds.clone());
        seconds
    }
}

/// What the phases of one HTTP request took.
#[derive(Debug, Default)]
pub(crate) struct Spent([AtomicU64; 5]);

impl Spent {
    pub(crate) fn add(&self, phase: Phase, spent: Duration) {
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.0[phase as usize].fetch_add(nanos, Ordering::Relaxed);
    }

    /// Nothing if the phase has not been reached.
    pub(crate) fn of(&self, phase: Phase) -> Option<Duration> {
        let nanos = self.0[phase as usize].load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// The value of `Server-Timing`: the phases that were reached, in milliseconds.
    pub(crate) fn server_timing(&self) -> Option<HeaderValue> {
        let mut text = String::with_capacity(96);
        for phase in Phase::ALL {
            let Some(spent) = self.of(phase) else { continue };
            let comma = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{comma}{};dur={:.2}", phase.name(), spent.as_secs_f64() * 1e3);
        }
        if text.is_empty() { None } else { HeaderValue::try_from(text).ok() }
    }
}

#[cfg(test)]
mod tests {
    use directory::Servers;
    use domain::{ProtocolChoice, ServerLimits, ServerStatus, Transport};
    use prometheus_client::registry::Registry;
    use testkit::env::MockEnv;

    use super::*;

    fn entry(id: ServerId, slug: &str) -> ServerEntry {
        ServerEntry {
            id,
            slug: slug.parse().unwrap(),
            name: slug.to_owned(),
            url: "https://mcp.example.com/".to_owned(),
            transport: Transport::StreamableHttp,
            status: ServerStatus::Active,
            allow_private: false,
            protocol: ProtocolChoice::Auto,
            limits: ServerLimits::default(),
            sealed_headers: Vec::new(),
            pinned: true,
            pins: Arc::default(),
            revision: 1,
        }
    }

    fn snapshot(generation: u64, servers: &[ServerEntry]) -> Snapshot {
        Snapshot { generation, servers: Arc::new(Servers::new(servers.iter().cloned())), ..Snapshot::default() }
    }

    fn text(phases: &ByServer) -> String {
        let mut registry = Registry::default();
        registry.register("phase_seconds", "help", phases.family());
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    }

    /// Labels in the metrics, and how often each was observed in the phase `policy`.
    fn counts(phases: &ByServer) -> HashMap<String, u64> {
        let text = text(phases);
        let counts = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("phase_seconds_count{server=\"")?;
            let (server, rest) = rest.split_once("\",phase=\"policy\"} ")?;
            Some((server.to_owned(), rest.parse().ok()?))
        });
        counts.collect()
    }

    #[test]
    fn labels_are_bounded_and_those_of_servers_that_are_gone_go() {
        let env = MockEnv::default();
        let all: Vec<ServerEntry> =
            (0..MOST + 5).map(|n| entry(ServerId::generate(&env), &format!("server-{n}"))).collect();
        let (phases, first) = (ByServer::new(), snapshot(1, &all));
        for server in all.iter().chain(&all) {
            phases.of(server, &first).observe(Phase::Policy, Duration::from_millis(1));
        }
        let seen = counts(&phases);
        assert_eq!(seen.len(), MOST + 1);
        assert_eq!((seen["server-0"], seen["other"]), (2, 10));

        let fewer = snapshot(2, &all[100..]);
        phases.of(&all[MOST], &fewer).observe(Phase::Policy, Duration::from_millis(1));
        let seen = counts(&phases);
        assert_eq!(seen.len(), 102, "those that stay, one that was `other`, and `other`");
        assert!(!seen.contains_key("server-0"));
        assert_eq!((seen["server-100"], seen["server-200"], seen["other"]), (2, 1, 10));

        // A request that began before its server was gone.
        phases.of(&all[0], &first).observe(Phase::Policy, Duration::from_millis(1));
        assert_eq!(counts(&phases)["other"], 11);
    }

    #[test]
    fn a_slug_may_go_to_another_server_and_other_is_everybodys() {
        let env = MockEnv::default();
        let (one, two) = (entry(ServerId::generate(&env), "crm"), entry(ServerId::generate(&env), "crm"));
        let phases = ByServer::new();
        phases.of(&one, &snapshot(1, std::slice::from_ref(&one))).observe(Phase::Policy, Duration::ZERO);
        phases.of(&two, &snapshot(2, std::slice::from_ref(&two))).observe(Phase::Policy, Duration::ZERO);
        assert_eq!(counts(&phases)["crm"], 1, "the new server begins anew");
        let named = entry(ServerId::generate(&env), "other");
        phases.of(&named, &snapshot(3, std::slice::from_ref(&named))).observe(Phase::Policy, Duration::ZERO);
        let seen = counts(&phases);
        assert_eq!((seen.len(), seen["other"]), (1, 1));
    }

    #[test]
    fn server_timing_names_the_phases_that_were_reached() {
        let spent = Spent::default();
        assert_eq!(spent.server_timing(), None);
        spent.add(Phase::Upstream, Duration::from_micros(12_340));
        spent.add(Phase::Auth, Duration::from_micros(20));
        spent.add(Phase::Upstream, Duration::from_millis(1));
        assert_eq!(spent.server_timing().unwrap(), "auth;dur=0.02, upstream;dur=13.34");
    }
}
