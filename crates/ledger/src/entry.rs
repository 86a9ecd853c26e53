//! An entry: a row of the table `audit`, in the texts and numbers that its hash covers.

use crate::record::{Fields, Octets, Stored};

/// A row, as it is read. Everything is text, number or bytes, so that verifying can read even what was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) node: String,
    pub(crate) seq: i64,
    pub(crate) at: String,
    pub(crate) action: String,
    pub(crate) outcome: String,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) actor_name: String,
    pub(crate) resource_kind: Option<String>,
    pub(crate) resource_id: Option<String>,
    pub(crate) resource_name: Option<String>,
    pub(crate) server_id: Option<String>,
    pub(crate) server_slug: Option<String>,
    pub(crate) tool: Option<String>,
    pub(crate) client_name: Option<String>,
    pub(crate) client_version: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) correlation_id: String,
    pub(crate) latency_us: Option<i64>,
    pub(crate) decision: Option<String>,
    pub(crate) rules: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) args: Option<String>,
    pub(crate) args_len: Option<i64>,
    pub(crate) args_digest: Option<Vec<u8>>,
    pub(crate) result: Option<String>,
    pub(crate) result_len: Option<i64>,
    pub(crate) result_digest: Option<Vec<u8>>,
    pub(crate) salt: Vec<u8>,
    pub(crate) prev_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl Entry {
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            id: &self.id,
            node: &self.node,
            seq: self.seq,
            at: &self.at,
            action: &self.action,
            outcome: &self.outcome,
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id.as_deref(),
            actor_name: &self.actor_name,
            resource_kind: self.resource_kind.as_deref(),
            resource_id: self.resource_id.as_deref(),
            resource_name: self.resource_name.as_deref(),
            server_id: self.server_id.as_deref(),
            server_slug: self.server_slug.as_deref(),
            tool: self.tool.as_deref(),
            client_name: self.client_name.as_deref(),
            client_version: self.client_version.as_deref(),
            ip: self.ip.as_deref(),
            correlation_id: &self.correlation_id,
            latency_us: self.latency_us,
            decision: self.decision.as_deref(),
            rules: self.rules.as_deref(),
            reason: self.reason.as_deref(),
            error: self.error.as_deref(),
            args: Stored {
                text: self.args.as_deref(),
                len: self.args_len,
                digest: self.args_digest.as_deref().map(Octets),
            },
            result: Stored {
                text: self.result.as_deref(),
                len: self.result_len,
                digest: self.result_digest.as_deref().map(Octets),
            },
            salt: Octets(&self.salt),
            prev_hash: Octets(&self.prev_hash),
            hash: Octets(&self.hash),
        }
    }
}
