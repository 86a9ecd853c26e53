//! Recorded calls, for trying rules on them.

use chrono::{DateTime, Utc};
use domain::{AuditAction, AuditId, ServerId, UserId};
use store::{Parsed, Result, Tx, list as select};

/// Entries of one portion.
pub const PORTION: u32 = 5_000;

/// What was asked of a server: the admission of a call, or its denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The entry.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// An admission or a denial.
    pub action: AuditAction,
    /// Who.
    pub person: UserId,
    /// Which server.
    pub server: ServerId,
    /// The tool, prompt or resource.
    pub name: String,
    /// What the AI client called itself, where asked for.
    pub client_name: Option<String>,
    /// Its version, where asked for.
    pub client_version: Option<String>,
    /// Its address, where asked for.
    pub ip: Option<String>,
    /// The arguments, where asked for and kept.
    pub args: Option<String>,
    /// Not all of the arguments were kept.
    pub cut: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<AuditId>,
    at: DateTime<Utc>,
    action: Parsed<AuditAction>,
    actor_id: Parsed<UserId>,
    server_id: Parsed<ServerId>,
    tool: String,
    client_name: Option<String>,
    client_version: Option<String>,
    ip: Option<String>,
    args: Option<String>,
    args_len: Option<i64>,
}

impl From<Row> for Asked {
    fn from(row: Row) -> Self {
        let kept = row.args.as_ref().map_or(0, String::len);
        Self {
            id: row.id.0,
            at: row.at,
            action: row.action.0,
            person: row.actor_id.0,
            server: row.server_id.0,
            name: row.tool,
            client_name: row.client_name,
            client_version: row.client_version,
            ip: row.ip,
            cut: row.args_len.is_some_and(|whole| whole != kept as i64),
            args: row.args,
        }
    }
}

/// What was asked, newest first: one portion of those entries of an action that lie in `since..` and before `before`.
/// With `whole`, client, address and arguments are read, too; they are most of the work.
pub async fn asked(
    tx: &mut Tx,
    action: AuditAction,
    since: DateTime<Utc>,
    before: Option<&Asked>,
    whole: bool,
) -> Result<Vec<Asked>> {
    let mut q = if whole {
        select(
            "SELECT id, at, action, actor_id, server_id, tool, client_name, client_version, ip, args, args_len
             FROM audit WHERE actor_id IS NOT NULL AND server_id IS NOT NULL AND tool IS NOT NULL",
        )
    } else {
        select(
            "SELECT id, at, action, actor_id, server_id, tool, NULL AS client_name, NULL AS client_version, NULL AS ip,
                    NULL AS args, CAST(NULL AS BIGINT) AS args_len
             FROM audit WHERE actor_id IS NOT NULL AND server_id IS NOT NULL AND tool IS NOT NULL",
        )
    };
    q.and(" AND action = ?", action);
    q.and(" AND at >= ?", since);
    if let Some(before) = before {
        q.and_all(" AND (at, id) < (?, ?)", [before.at.into(), before.id.to_string().into()]);
    }
    q.push(" ORDER BY at DESC, id DESC LIMIT ?", i64::from(PORTION));
    Ok(q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect())
}
