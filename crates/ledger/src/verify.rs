//! Does the log say what was written? Needs the database only, no running server.
//!
//! Proved for every chain: no entry was changed, removed from the middle, put somewhere else or added, and the last one
//! is the one that the head names. Not proved is listed in [`Report::cannot_prove`].

use serde::Serialize;
use store::{Db, Engine, Sql, Tx, sql};

use crate::entry::Entry;
use crate::{Result, hash};

/// Entries read at once.
const CHUNK: i64 = 1000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every chain, by node.
    pub nodes: Vec<NodeReport>,
    /// What this verification cannot know, in words.
    pub cannot_prove: Vec<String>,
}

/// One node's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeReport {
    /// The node.
    pub node: String,
    /// Number of the first entry.
    pub first_seq: Option<i64>,
    /// Number of the last entry that was looked at.
    pub last_seq: Option<i64>,
    /// How many entries were looked at.
    pub entries: u64,
    /// Payloads that are not stored any more; their digests still are.
    pub payloads_removed: u64,
    /// The chain is whole.
    pub ok: bool,
    /// Number of the first entry that is not as it was written.
    pub broken_at: Option<i64>,
    /// What is wrong with it.
    pub why: Option<String>,
}

impl Report {
    /// True when every chain is whole.
    pub fn ok(&self) -> bool {
        self.nodes.iter().all(|node| node.ok)
    }
}

/// Verifies every chain, as of now.
pub async fn verify(db: &Db) -> Result<Report> {
    let mut tx = db.read().await?;
    verify_in(&mut tx).await
}

/// Verifies every chain, as this transaction sees them.
pub async fn verify_in(tx: &mut Tx) -> Result<Report> {
    let nodes: Vec<(String,)> =
        sql("SELECT node FROM chain_heads UNION SELECT node FROM audit ORDER BY node").fetch_all(tx).await?;
    let mut reports = Vec::new();
    for (node,) in nodes {
        reports.push(verify_node(tx, node).await?);
    }
    let mut cannot_prove = vec![
        "That entries were not cut off the end of a chain together with its head, or a whole chain rewritten or \
         removed: somebody who can write to the database can do that. Compare the last number and hash with a copy \
         kept elsewhere."
            .to_owned(),
        "That everything that happened was recorded, and that the times are right: this depends on the program that \
         wrote it."
            .to_owned(),
    ];
    if tx.engine() == Engine::Sqlite {
        cannot_prove.push(
            "What a program that was killed left in the journal beside the database: it becomes entries at the next \
             start, and part of a chain only then."
                .to_owned(),
        );
    }
    let removed: u64 = reports.iter().map(|node| node.payloads_removed).sum();
    if removed > 0 {
        cannot_prove.push(format!(
            "Why {removed} payloads are not stored any more: redaction and retention remove them, and so would \
             somebody who hides them. Their lengths and digests are unchanged."
        ));
    }
    Ok(Report { nodes: reports, cannot_prove })
}

async fn verify_node(tx: &mut Tx, node: String) -> Result<NodeReport> {
    let mut report = NodeReport {
        node,
        first_seq: None,
        last_seq: None,
        entries: 0,
        payloads_removed: 0,
        ok: false,
        broken_at: None,
        why: None,
    };
    let mut place = Place { seq: 0, hash: hash::BEGINNING.to_vec() };
    loop {
        let entries = chunk(tx, &report.node, place.seq).await?;
        let last = (entries.len() as i64) < CHUNK;
        for entry in entries {
            report.first_seq.get_or_insert(entry.seq);
            if let Err(why) = check(&entry, &place, &mut report) {
                report.broken_at = Some(entry.seq);
                report.why = Some(why);
                return Ok(report);
            }
            report.last_seq = Some(entry.seq);
            report.entries += 1;
            place = Place { seq: entry.seq, hash: entry.hash };
        }
        if last {
            break;
        }
    }
    let head: Option<(i64, Vec<u8>)> =
        sql("SELECT seq, hash FROM chain_heads WHERE node = $1").bind(&report.node).fetch_optional(tx).await?;
    report.why = match head {
        None => Some("the head of the chain is missing".to_owned()),
        Some((seq, _)) if seq > place.seq => {
            Some(format!("the head names entry {seq}: the entries after {} are missing", place.seq))
        }
        Some((seq, _)) if seq < place.seq => {
            Some(format!("the head names entry {seq}, but there are entries up to {}", place.seq))
        }
        Some((_, hash)) if hash != place.hash => Some("the head names another last entry".to_owned()),
        Some(_) => None,
    };
    report.ok = report.why.is_none();
    if !report.ok {
        report.broken_at = Some(place.seq + 1);
    }
    Ok(report)
}

/// The entry before the one that is looked at.
struct Place {
    seq: i64,
    hash: Vec<u8>,
}

fn check(entry: &Entry, before: &Place, report: &mut NodeReport) -> Result<(), String> {
    let expected = before.seq + 1;
    if entry.seq != expected {
        return Err(if entry.seq == expected + 1 {
            format!("entry {expected} is missing")
        } else {
            format!("entries {expected} to {} are missing", entry.seq - 1)
        });
    }
    if entry.prev_hash != before.hash {
        return Err("it does not follow the entry before it".to_owned());
    }
    if entry.hash != hash::entry(&entry.fields()).as_slice() {
        return Err("it was changed: its hash does not match".to_owned());
    }
    let fields = [
        (hash::Field::Args, "arguments", &entry.args, entry.args_len, &entry.args_digest),
        (hash::Field::Result, "result", &entry.result, entry.result_len, &entry.result_digest),
    ];
    for (field, name, text, length, digest) in fields {
        match (text, length, digest) {
            (None, None, None) => {}
            (None, Some(_), Some(_)) => report.payloads_removed += 1,
            (Some(text), Some(length), Some(digest)) => {
                // Of a cut payload the digest of the kept part comes first.
                let kept = digest.get(..32);
                if kept != Some(hash::payload(&entry.salt, field, text).as_slice()) || length < text.len() as i64 {
                    return Err(format!("its {name} were changed: the digest does not match"));
                }
            }
            _ => return Err(format!("its {name} were added or lost their digest")),
        }
    }
    Ok(())
}

async fn chunk(tx: &mut Tx, node: &str, after: i64) -> Result<Vec<Entry>> {
    // The text of a time is part of the hash, so PostgreSQL has to write it as it was given.
    let entries = sql(Sql {
        sqlite: "SELECT id, node, seq, at, action, outcome, actor_kind, actor_id, actor_name, resource_kind,
                        resource_id, resource_name, server_id, server_slug, tool, client_name, client_version, ip,
                        correlation_id, latency_us, decision, rules, reason, error, args, args_len, args_digest, result,
                        result_len, result_digest, salt, prev_hash, hash
                 FROM audit WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        postgres: "SELECT id, node, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at,
                          action, outcome, actor_kind, actor_id, actor_name, resource_kind,
                          resource_id, resource_name, server_id, server_slug, tool, client_name, client_version, ip,
                          correlation_id, latency_us, decision, rules, reason, error, args, args_len, args_digest,
                          result, result_len, result_digest, salt, prev_hash, hash
                   FROM audit WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    })
    .bind(node)
    .bind(after)
    .bind(CHUNK)
    .fetch_all(tx)
    .await?;
    Ok(entries)
}
