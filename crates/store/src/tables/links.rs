//! `links`: one-time links for setup, invitation and password reset. Their secrets are stored hashed.

use chrono::{DateTime, Utc};
use domain::{LinkId, LinkKind, LinkView, UserId};

use crate::{Parsed, Result, Tx, sql};

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Identity.
    pub id: LinkId,
    /// What it does.
    pub kind: LinkKind,
    /// Whose it is; absent for setup.
    pub user_id: Option<UserId>,
    /// Who made it; absent for the command line and the first start.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Dies at this time.
    pub expires_at: DateTime<Utc>,
    /// Used, or made invalid, at this time.
    pub used_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<LinkId>,
    kind: Parsed<LinkKind>,
    user_id: Option<Parsed<UserId>>,
    created_by: Option<Parsed<UserId>>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

impl From<Row> for Link {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            user_id: row.user_id.map(|id| id.0),
            created_by: row.created_by.map(|id| id.0),
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: Parsed<LinkId>,
    kind: Parsed<LinkKind>,
    user_id: Option<Parsed<UserId>>,
    email: Option<String>,
    name: Option<String>,
    expires_at: DateTime<Utc>,
}

impl From<ViewRow> for LinkView {
    fn from(row: ViewRow) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            user_id: row.user_id.map(|id| id.0),
            email: row.email,
            name: row.name,
            expires_at: row.expires_at,
        }
    }
}

/// Adds a link.
pub async fn insert(tx: &mut Tx, link: &Link, token_hash: &str) -> Result<()> {
    sql("INSERT INTO links (id, kind, user_id, token_hash, created_by, created_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(link.id)
    .bind(link.kind)
    .bind(link.user_id)
    .bind(token_hash)
    .bind(link.created_by)
    .bind(link.created_at)
    .bind(link.expires_at)
    .bind(link.used_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// The link with this secret, whatever its state.
pub async fn by_token_hash(tx: &mut Tx, token_hash: &str) -> Result<Option<Link>> {
    let row = sql("SELECT id, kind, user_id, created_by, created_at, expires_at, used_at
                   FROM links WHERE token_hash = $1")
    .bind(token_hash)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Uses the link up. Of any number of attempts exactly one gets it; `None` when it is unknown, used or expired.
pub async fn use_once(tx: &mut Tx, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Link>> {
    let row = sql("UPDATE links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
                   RETURNING id, kind, user_id, created_by, created_at, expires_at, used_at")
    .bind(token_hash)
    .bind(now)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The link with this secret, if it is still open, with what its page greets with.
pub async fn view(tx: &mut Tx, token_hash: &str, now: DateTime<Utc>) -> Result<Option<LinkView>> {
    let row = sql("SELECT l.id, l.kind, l.user_id, u.email, u.name, l.expires_at
                   FROM links l LEFT JOIN users u ON u.id = l.user_id
                   WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2")
    .bind(token_hash)
    .bind(now)
    .fetch_optional::<ViewRow>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Makes the open links of this kind of a person invalid; returns how many.
pub async fn invalidate_of_user(tx: &mut Tx, user: UserId, kind: LinkKind, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE links SET used_at = $3 WHERE user_id = $1 AND kind = $2 AND used_at IS NULL")
        .bind(user)
        .bind(kind)
        .bind(now)
        .execute(tx)
        .await
}

/// Makes the open setup links invalid; returns how many.
pub async fn invalidate_setup(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE links SET used_at = $1 WHERE kind = 'setup' AND used_at IS NULL").bind(now).execute(tx).await
}

/// The newest open link of a person.
pub async fn open_of_user(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<Option<LinkView>> {
    let row = sql("SELECT l.id, l.kind, l.user_id, u.email, u.name, l.expires_at
                   FROM links l JOIN users u ON u.id = l.user_id
                   WHERE l.user_id = $1 AND l.used_at IS NULL AND l.expires_at > $2
                   ORDER BY l.created_at DESC, l.id DESC LIMIT 1")
    .bind(user)
    .bind(now)
    .fetch_optional::<ViewRow>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The newest open setup link.
pub async fn setup_open(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Link>> {
    let row = sql("SELECT id, kind, user_id, created_by, created_at, expires_at, used_at
                   FROM links WHERE kind = 'setup' AND used_at IS NULL AND expires_at > $1
                   ORDER BY created_at DESC, id DESC LIMIT 1")
    .bind(now)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}
