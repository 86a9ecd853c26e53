//! What a hash covers.
//!
//! `hash = SHA-256("drawbridge/audit/v1" ‖ prev ‖ fields)`, each field with its length before it, so that no two
//! different entries write the same bytes. Payloads enter as salted digests: a payload can be removed later (redaction,
//! retention) without breaking the chain, and its digest does not help to guess it.

use sha2::{Digest, Sha256};

use crate::record::{Fields, Stored};

/// The hash before the first entry of a chain.
pub(crate) const BEGINNING: [u8; 32] = [0; 32];

const ENTRY: &[u8] = b"drawbridge/audit/v1";
const PAYLOAD: &[u8] = b"drawbridge/audit/payload/v1";

/// Which payload; part of its digest, so that two payloads of one entry cannot be swapped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    Args,
    Result,
}

/// The salted digest of a payload.
pub(crate) fn payload(salt: &[u8], field: Field, text: &str) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(PAYLOAD);
    sha.update([match field {
        Field::Args => 0,
        Field::Result => 1,
    }]);
    put(&mut sha, Some(salt));
    sha.update(text.as_bytes());
    sha.finalize().into()
}

/// The hash of an entry, from everything in it but the hash itself and the texts of payloads.
pub(crate) fn entry(fields: &Fields<'_>) -> [u8; 32] {
    // A pattern without `..`: a new column cannot be forgotten here.
    let Fields {
        id,
        node,
        seq,
        at,
        action,
        outcome,
        actor_kind,
        actor_id,
        actor_name,
        resource_kind,
        resource_id,
        resource_name,
        server_id,
        server_slug,
        tool,
        client_name,
        client_version,
        ip,
        correlation_id,
        latency_us,
        decision,
        rules,
        reason,
        error,
        args: Stored { text: _, len: args_len, digest: args_digest },
        result: Stored { text: _, len: result_len, digest: result_digest },
        salt,
        prev_hash,
        hash: _,
    } = fields;
    let mut sha = Sha256::new();
    sha.update(ENTRY);
    put(&mut sha, Some(prev_hash.0));
    for text in [id, node] {
        put(&mut sha, Some(text.as_bytes()));
    }
    number(&mut sha, Some(*seq));
    for text in [at, action, outcome, actor_kind] {
        put(&mut sha, Some(text.as_bytes()));
    }
    put(&mut sha, actor_id.map(str::as_bytes));
    put(&mut sha, Some(actor_name.as_bytes()));
    for text in
        [resource_kind, resource_id, resource_name, server_id, server_slug, tool, client_name, client_version, ip]
    {
        put(&mut sha, text.map(str::as_bytes));
    }
    put(&mut sha, Some(correlation_id.as_bytes()));
    number(&mut sha, *latency_us);
    for text in [decision, rules, reason, error] {
        put(&mut sha, text.map(str::as_bytes));
    }
    number(&mut sha, *args_len);
    put(&mut sha, args_digest.map(|digest| digest.0));
    number(&mut sha, *result_len);
    put(&mut sha, result_digest.map(|digest| digest.0));
    put(&mut sha, Some(salt.0));
    sha.finalize().into()
}

/// A field with its length before it; nothing is a length that no field has.
fn put(sha: &mut Sha256, field: Option<&[u8]>) {
    match field {
        Some(bytes) => {
            sha.update((bytes.len() as u64).to_be_bytes());
            sha.update(bytes);
        }
        None => sha.update(u64::MAX.to_be_bytes()),
    }
}

fn number(sha: &mut Sha256, number: Option<i64>) {
    put(sha, number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
}
