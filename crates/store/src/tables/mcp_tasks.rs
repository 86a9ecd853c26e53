//! `mcp_tasks`: who started a task at a server, until it is forgotten.

use chrono::{DateTime, Utc};
use domain::{ServerId, UserId};

use crate::{Parsed, Result, Tx, sql};

/// Who started a task, and by which tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpTask {
    /// Whose it is.
    pub user: UserId,
    /// The tool that was called.
    pub tool: String,
}

/// Remembers a task by the SHA-256 of its id in hexadecimal. Somebody else's stays as it is until it expires.
pub async fn insert(
    tx: &mut Tx,
    server: ServerId,
    task: &str,
    started: &McpTask,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    sql("INSERT INTO mcp_tasks (server_id, task, user_id, tool, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (server_id, task) DO UPDATE
         SET user_id = excluded.user_id, tool = excluded.tool, expires_at = excluded.expires_at
         WHERE mcp_tasks.user_id = excluded.user_id OR mcp_tasks.expires_at <= $6")
    .bind(server)
    .bind(task)
    .bind(started.user)
    .bind(&started.tool)
    .bind(expires_at)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Who started a task that has not expired.
pub async fn get(tx: &mut Tx, server: ServerId, task: &str, now: DateTime<Utc>) -> Result<Option<McpTask>> {
    let row: Option<(Parsed<UserId>, String)> =
        sql("SELECT user_id, tool FROM mcp_tasks WHERE server_id = $1 AND task = $2 AND expires_at > $3")
            .bind(server)
            .bind(task)
            .bind(now)
            .fetch_optional(tx)
            .await?;
    Ok(row.map(|(user, tool)| McpTask { user: user.0, tool }))
}

/// Forgets what has expired; returns how many.
pub async fn prune(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    sql("DELETE FROM mcp_tasks WHERE expires_at <= $1").bind(now).execute(tx).await
}
