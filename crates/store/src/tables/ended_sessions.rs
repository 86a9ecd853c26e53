//! `ended_sessions`: MCP sessions that their clients have ended, until their ids expire.
//!
//! Ids of rows rise with every commit only if the change is announced first (see [`crate::changes`]): call
//! [`crate::changes::insert`] before [`insert`].

use chrono::{DateTime, Utc};

use crate::{Result, Tx, sql};

/// An ended session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// Rises with every commit.
    pub id: i64,
    /// SHA-256 of the session's id, in hexadecimal.
    pub session: String,
    /// When the id would have expired.
    pub expires_at: DateTime<Utc>,
}

/// Remembers that a session was ended. False if it was before.
pub async fn insert(tx: &mut Tx, session: &str, expires_at: DateTime<Utc>) -> Result<bool> {
    let inserted =
        sql("INSERT INTO ended_sessions (session, expires_at) VALUES ($1, $2) ON CONFLICT (session) DO NOTHING")
            .bind(session)
            .bind(expires_at)
            .execute(tx)
            .await?;
    Ok(inserted > 0)
}

/// Those after an id that have not expired, oldest first, at most 10 000.
pub async fn since(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<Vec<EndedSession>> {
    let rows: Vec<(i64, String, DateTime<Utc>)> = sql("SELECT id, session, expires_at FROM ended_sessions \
         WHERE id > $1 AND expires_at > $2 ORDER BY id LIMIT 10000")
    .bind(id)
    .bind(now)
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|(id, session, expires_at)| EndedSession { id, session, expires_at }).collect())
}

/// Forgets what has expired, and what there is beyond the newest `most` (never the newest itself, whose id must not be
/// given out again); returns how many.
pub async fn prune(tx: &mut Tx, now: DateTime<Utc>, most: u32) -> Result<u64> {
    sql("DELETE FROM ended_sessions WHERE id < (SELECT MAX(id) FROM ended_sessions) \
         AND (expires_at <= $1 OR id <= (SELECT MAX(id) FROM ended_sessions) - $2)")
    .bind(now)
    .bind(i64::from(most))
    .execute(tx)
    .await
}
