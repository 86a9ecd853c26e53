//! `api_keys`: personal API keys. Their secrets are stored hashed.

use chrono::{DateTime, Utc};
use domain::{ApiKey, KeyId, UserId};

use super::number;
use crate::{Parsed, Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<KeyId>,
    user_id: Parsed<UserId>,
    name: String,
    hint: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            user_id: row.user_id.0,
            name: row.name,
            hint: row.hint,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, key: &ApiKey, secret_hash: &str) -> Result<()> {
    sql("INSERT INTO api_keys (id, user_id, name, hint, secret_hash, created_at, expires_at, last_used_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(key.id)
    .bind(key.user_id)
    .bind(&key.name)
    .bind(&key.hint)
    .bind(secret_hash)
    .bind(key.created_at)
    .bind(key.expires_at)
    .bind(key.last_used_at)
    .bind(key.revoked_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The key.
pub async fn get(tx: &mut Tx, id: KeyId) -> Result<Option<ApiKey>> {
    let row = sql("SELECT id, user_id, name, hint, created_at, expires_at, last_used_at, revoked_at
                   FROM api_keys WHERE id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The key with this secret, whatever its state.
pub async fn by_hash(tx: &mut Tx, secret_hash: &str) -> Result<Option<ApiKey>> {
    let row = sql("SELECT id, user_id, name, hint, created_at, expires_at, last_used_at, revoked_at
                   FROM api_keys WHERE secret_hash = $1")
    .bind(secret_hash)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// All keys of a person, newest first.
pub async fn list_of_user(tx: &mut Tx, user: UserId) -> Result<Vec<ApiKey>> {
    let rows = sql("SELECT id, user_id, name, hint, created_at, expires_at, last_used_at, revoked_at
                    FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id DESC")
    .bind(user)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Revokes a key; false when it was revoked already.
pub async fn revoke(tx: &mut Tx, id: KeyId, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Revokes all keys of a person; returns how many.
pub async fn revoke_of_user(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(user)
        .bind(now)
        .execute(tx)
        .await
}

/// Remembers a use.
pub async fn touch_used(tx: &mut Tx, id: KeyId, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE api_keys SET last_used_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx).await?;
    Ok(changed > 0)
}

/// Number of keys of a person that work.
pub async fn count_live_of_user(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<u32> {
    let (count,): (i64,) = sql("SELECT COUNT(*) FROM api_keys
                                WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at > $2 OR expires_at IS NULL)")
    .bind(user)
    .bind(now)
    .fetch_one(tx)
    .await?;
    Ok(number(count))
}
