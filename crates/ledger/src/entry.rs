//! An entry: a row of the table `audit`, in the texts and numbers that its hash covers.

use chrono::{DateTime, Utc};
use domain::{AuditId, Env, NodeId};
use serde::{Deserialize, Serialize};

use crate::event::{Event, Payload};
use crate::hash;

/// How much of a payload is kept, in bytes.
const KEPT: usize = 64 * 1024;

/// How much of any other text is kept, in bytes.
const TEXT: usize = 8 * 1024;

/// How much of a name is kept, in bytes; names are part of keys and indexes.
const NAME: usize = 512;

/// A row, as it is stored. Everything is text, number or bytes, so that verifying can read even what was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, Serialize, Deserialize)]
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
    /// The entry of an event, without its place in the chain. Digests of payloads are computed here, in the task of
    /// the one who reports, not in the one that writes for everybody.
    pub(crate) fn prepare<E: Env + ?Sized>(env: &E, node: NodeId, at: DateTime<Utc>, event: Event) -> Self {
        let mut salt = vec![0; 16];
        env.fill(&mut salt);
        let (args, args_len, args_digest) = payload(&salt, hash::Field::Args, event.args);
        let (result, result_len, result_digest) = payload(&salt, hash::Field::Result, event.result);
        let (resource_kind, resource_id, resource_name) = match event.resource {
            Some(subject) => (Some(subject.kind.as_str().to_owned()), subject.id, subject.name),
            None => (None, None, None),
        };
        let (server_id, server_slug) = event.server.map(|(id, slug)| (id.to_string(), slug)).unzip();
        let (client_name, client_version) = match event.client {
            Some((name, version)) => (Some(name), version),
            None => (None, None),
        };
        let rules = (!event.rules.is_empty()).then(|| {
            let ids: Vec<String> = event.rules.iter().map(|id| format!("\"{id}\"")).collect();
            format!("[{}]", ids.join(","))
        });
        Self {
            id: AuditId::generate(env).to_string(),
            node: node.to_string(),
            seq: 0,
            at: store::time_text(at),
            action: event.action.as_str().to_owned(),
            outcome: event.outcome.as_str().to_owned(),
            actor_kind: event.actor.kind.as_str().to_owned(),
            actor_id: event.actor.id.map(|id| id.to_string()),
            actor_name: clean(event.actor.name, NAME),
            resource_kind,
            resource_id: resource_id.map(|text| clean(text, NAME)),
            resource_name: resource_name.map(|text| clean(text, NAME)),
            server_id,
            server_slug: server_slug.map(|text| clean(text, NAME)),
            tool: event.tool.map(|text| clean(text, NAME)),
            client_name: client_name.map(|text| clean(text, NAME)),
            client_version: client_version.map(|text| clean(text, NAME)),
            ip: event.ip.map(|ip| ip.to_string()),
            correlation_id: event.correlation.to_string(),
            latency_us: event.latency_us,
            decision: event.decision.map(|decision| decision.as_str().to_owned()),
            rules,
            reason: event.reason.map(|text| clean(text, TEXT)),
            error: event.error.map(|text| clean(text, TEXT)),
            args,
            args_len,
            args_digest,
            result,
            result_len,
            result_digest,
            salt,
            prev_hash: Vec::new(),
            hash: Vec::new(),
        }
    }

    /// What the entry takes in memory, in KiB, rounded up: payloads, and about one for everything else.
    pub(crate) fn kib(&self) -> u32 {
        let payloads = [&self.args, &self.result].into_iter().flatten().map(String::len).sum::<usize>();
        u32::try_from(1 + payloads / 1024).unwrap_or(u32::MAX)
    }

    /// Gives the entry its place in the chain.
    pub(crate) fn chain(&mut self, seq: i64, prev_hash: &[u8]) {
        self.seq = seq;
        self.prev_hash = prev_hash.to_vec();
        self.hash = hash::entry(self).to_vec();
    }
}

/// What is kept of a payload: the text (cut at a character), the length of the whole, and its digest. Where something
/// was cut, the digest of what is kept comes first, so that the kept part can be proved by itself.
fn payload(
    salt: &[u8],
    field: hash::Field,
    payload: Option<Payload>,
) -> (Option<String>, Option<i64>, Option<Vec<u8>>) {
    let Some(Payload { text, whole }) = payload else { return (None, None, None) };
    let text = without_nul(text);
    let length = whole.unwrap_or(text.len() as u64);
    let length = Some(i64::try_from(length).unwrap_or(i64::MAX));
    let end = floor_char_boundary(&text, KEPT);
    let mut digest = hash::payload(salt, field, &text[..end]).to_vec();
    if end == text.len() {
        return (Some(text), length, Some(digest));
    }
    digest.extend(hash::payload(salt, field, &text));
    let mut kept = text;
    kept.truncate(end);
    // What was cut must not stay in memory until the entry is written.
    kept.shrink_to_fit();
    (Some(kept), length, Some(digest))
}

/// A text that comes from outside, in a form that both engines store: no NUL, and not longer than it may be.
fn clean(text: String, limit: usize) -> String {
    let mut text = without_nul(text);
    if text.len() > limit {
        let end = floor_char_boundary(&text, limit - '…'.len_utf8());
        text.truncate(end);
        text.push('…');
    }
    text
}

/// PostgreSQL refuses NUL in a text, and a refused event is a refused call.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn floor_char_boundary(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
}
