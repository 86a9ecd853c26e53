//! What the audit log's batch task did, for `/metrics`.

use ledger::Ledger;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

/// Asks the ledger when somebody looks, so that writing counts nothing twice.
#[derive(Debug)]
struct Audit(Ledger);

/// Registers everything under `drawbridge_audit_…`.
pub(crate) fn register(ledger: &Ledger, registry: &mut Registry) {
    registry.sub_registry_with_prefix("drawbridge_audit").register_collector(Box::new(Audit(ledger.clone())));
}

impl Collector for Audit {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let stats = self.0.stats();
        let counters = [
            ("entries", "Records of calls that were written", stats.entries),
            ("batches", "Transactions that wrote them", stats.batches),
            ("failures", "Transactions that failed", stats.failures),
            ("lost", "Records that could not be written while calls did not wait for them", stats.lost),
        ];
        for (name, help, count) in counters {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        let waiting = ConstGauge::new(i64::try_from(stats.waiting).unwrap_or(i64::MAX));
        waiting.encode(encoder.encode_descriptor(
            "waiting",
            "Records that wait to be written",
            None,
            waiting.metric_type(),
        )?)
    }
}
