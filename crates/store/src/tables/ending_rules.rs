//! `ending_rules`: the ends of rules that people were warned of.

use chrono::{DateTime, Utc};
use domain::RuleId;

use crate::{Parsed, Result, Tx, sql};

/// Rules that end after `now` and not after `until`, and of whose end nobody was warned; those that end first come first.
pub async fn due(tx: &mut Tx, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<RuleId>> {
    let rows: Vec<(Parsed<RuleId>,)> = sql("SELECT r.id FROM rules r LEFT JOIN ending_rules e ON e.rule_id = r.id
             WHERE r.ends_at > $1 AND r.ends_at <= $2 AND (e.ends_at IS NULL OR e.ends_at <> r.ends_at)
             ORDER BY r.ends_at, r.id")
    .bind(now)
    .bind(until)
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.0).collect())
}

/// Notes that people are warned of this end; false when they were already. Of two nodes that note it at the same moment
/// the second waits for the first and gets false.
pub async fn note(tx: &mut Tx, rule: RuleId, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("INSERT INTO ending_rules (rule_id, ends_at, warned_at) VALUES ($1, $2, $3)
                       ON CONFLICT (rule_id) DO UPDATE SET ends_at = excluded.ends_at, warned_at = excluded.warned_at
                       WHERE ending_rules.ends_at <> excluded.ends_at")
    .bind(rule)
    .bind(ends_at)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed > 0)
}

/// Forgets that people were warned of an end, so that they are warned anew.
pub async fn forget(tx: &mut Tx, rule: RuleId) -> Result<()> {
    sql("DELETE FROM ending_rules WHERE rule_id = $1").bind(rule).execute(tx).await?;
    Ok(())
}
