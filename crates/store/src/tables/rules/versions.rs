//! `rule_versions`: every state that a rule had.

use chrono::{DateTime, Utc};
use domain::{RuleChangeKind, RuleId, RuleVersion, RuleView, UserId};

use crate::tables::number;
use crate::{Json, Parsed, Result, Tx, json, sql};

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    change: Parsed<RuleChangeKind>,
    rule: Json<RuleView>,
    by_user: Option<Parsed<UserId>>,
    by_name: String,
    at: DateTime<Utc>,
}

impl From<Row> for RuleVersion {
    fn from(row: Row) -> Self {
        Self {
            version: number(row.version),
            change: row.change.0,
            rule: row.rule.0,
            by: row.by_user.map(|id| id.0),
            by_name: row.by_name,
            at: row.at,
        }
    }
}

/// Adds the next version of a rule, whose row is locked or new.
pub async fn add_version(tx: &mut Tx, version: &RuleVersion) -> Result<()> {
    sql("INSERT INTO rule_versions (rule_id, version, change, rule, by_user, by_name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(version.rule.rule.id)
    .bind(version.version)
    .bind(version.change)
    .bind(json(&version.rule)?)
    .bind(version.by)
    .bind(&version.by_name)
    .bind(version.at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The versions of a rule, oldest first; also of one that is deleted.
pub async fn versions(tx: &mut Tx, rule: RuleId) -> Result<Vec<RuleVersion>> {
    let rows = sql("SELECT version, change, rule, by_user, by_name, at FROM rule_versions
                    WHERE rule_id = $1 ORDER BY version")
    .bind(rule)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The newest version of a rule.
pub async fn last_version(tx: &mut Tx, rule: RuleId) -> Result<Option<RuleVersion>> {
    let row = sql("SELECT version, change, rule, by_user, by_name, at FROM rule_versions
                   WHERE rule_id = $1 ORDER BY version DESC LIMIT 1")
    .bind(rule)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Of every rule the version that held at a moment, deletions included, in order of the rules' ids.
pub async fn as_of(tx: &mut Tx, at: DateTime<Utc>) -> Result<Vec<RuleVersion>> {
    let rows = sql("SELECT version, change, rule, by_user, by_name, at FROM rule_versions v
                    WHERE version = (SELECT MAX(version) FROM rule_versions w WHERE w.rule_id = v.rule_id AND w.at <= $1)
                    ORDER BY rule_id")
    .bind(at)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The first versions of rules of which none is as old as this moment, in order of the rules' ids.
pub async fn first_after(tx: &mut Tx, at: DateTime<Utc>) -> Result<Vec<RuleVersion>> {
    let rows = sql("SELECT version, change, rule, by_user, by_name, at FROM rule_versions v
                    WHERE at > $1
                      AND NOT EXISTS (SELECT 1 FROM rule_versions w WHERE w.rule_id = v.rule_id AND w.version < v.version)
                    ORDER BY rule_id")
    .bind(at)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
