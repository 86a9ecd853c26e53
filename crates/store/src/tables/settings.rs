//! `settings`: small facts about this installation, by key.

use chrono::{DateTime, Utc};

use crate::{Result, Tx, sql};

/// The value of a key.
pub async fn get(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sql("SELECT value FROM settings WHERE key = $1").bind(key).fetch_optional(tx).await?;
    Ok(row.map(|(value,)| value))
}

/// Sets the value of a key.
pub async fn put(tx: &mut Tx, key: &str, value: &str, now: DateTime<Utc>) -> Result<()> {
    sql("INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at")
    .bind(key)
    .bind(value)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets a key.
pub async fn delete(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(sql("DELETE FROM settings WHERE key = $1").bind(key).execute(tx).await? > 0)
}
