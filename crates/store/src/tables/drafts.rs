//! `drafts`: half-filled requests, kept for their authors.

use chrono::{DateTime, Utc};
use domain::{NewRequest, RequestDraft, SecretText, UserId};

use super::secrets::{self, Owner};
use crate::{Json, Result, Tx, json, sql};

/// The draft under this key, with the names of what is sealed for it.
pub async fn get(tx: &mut Tx, user: UserId, key: &str) -> Result<Option<RequestDraft>> {
    let row: Option<(Json<NewRequest>, DateTime<Utc>)> =
        sql("SELECT fields, updated_at FROM drafts WHERE user_id = $1 AND key = $2")
            .bind(user)
            .bind(key)
            .fetch_optional(tx)
            .await?;
    let Some((fields, saved_at)) = row else { return Ok(None) };
    let names = secrets::names(tx, Owner::Draft(user, key)).await?;
    let kept_secrets = names.headers.into_iter().chain(names.env).collect();
    Ok(Some(RequestDraft { fields: fields.0, kept_secrets, saved_at: Some(saved_at) }))
}

/// Keeps a draft, over the one that is there. Secret values are left out here whatever the caller passes; they are
/// sealed and put under [`Owner::Draft`].
pub async fn put(tx: &mut Tx, user: UserId, key: &str, fields: &NewRequest, now: DateTime<Utc>) -> Result<()> {
    let mut fields = fields.clone();
    for secret in fields.headers.iter_mut().chain(&mut fields.env) {
        secret.value = SecretText::default();
    }
    sql("INSERT INTO drafts (user_id, key, fields, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, key) DO UPDATE SET fields = excluded.fields, updated_at = excluded.updated_at")
    .bind(user)
    .bind(key)
    .bind(json(&fields)?)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets a draft and what is sealed for it.
pub async fn delete(tx: &mut Tx, user: UserId, key: &str) -> Result<bool> {
    secrets::delete_owner(tx, Owner::Draft(user, key)).await?;
    let removed = sql("DELETE FROM drafts WHERE user_id = $1 AND key = $2").bind(user).bind(key).execute(tx).await?;
    Ok(removed > 0)
}

/// The keys of a person's drafts, last kept first.
pub async fn keys(tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sql("SELECT key FROM drafts WHERE user_id = $1 ORDER BY updated_at DESC, key").bind(user).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// A person's drafts with their keys, last kept first; without the names of what is sealed for them.
pub async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<(String, NewRequest)>> {
    let rows: Vec<(String, Json<NewRequest>)> =
        sql("SELECT key, fields FROM drafts WHERE user_id = $1 ORDER BY updated_at DESC, key")
            .bind(user)
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|(key, fields)| (key, fields.0)).collect())
}
