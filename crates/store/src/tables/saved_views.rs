//! `saved_views`: views of lists, kept for their owners.

use chrono::{DateTime, Utc};
use domain::{ListName, SavedView, UserId, ViewId};

use crate::{Parsed, Result, Tx, sql};

/// A person's views of a list, by name.
pub async fn list(tx: &mut Tx, user: UserId, list: ListName) -> Result<Vec<SavedView>> {
    let rows: Vec<(Parsed<ViewId>, String, String)> =
        sql("SELECT id, name, query FROM saved_views WHERE user_id = $1 AND list = $2 ORDER BY lower(name), id")
            .bind(user)
            .bind(list)
            .fetch_all(tx)
            .await?;
    Ok(rows.into_iter().map(|(id, name, query)| SavedView { id: id.0, name, query }).collect())
}

/// Keeps a view. Conflict: `saved_views.name`.
pub async fn insert(tx: &mut Tx, user: UserId, list: ListName, view: &SavedView, now: DateTime<Utc>) -> Result<()> {
    sql("INSERT INTO saved_views (id, user_id, list, name, query, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(view.id)
        .bind(user)
        .bind(list)
        .bind(&view.name)
        .bind(&view.query)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets a view of this person.
pub async fn delete(tx: &mut Tx, user: UserId, id: ViewId) -> Result<bool> {
    Ok(sql("DELETE FROM saved_views WHERE user_id = $1 AND id = $2").bind(user).bind(id).execute(tx).await? > 0)
}
