//! `sessions`: browser sessions. The cookie's secret is stored hashed.

use chrono::{DateTime, Utc};
use domain::{Email, Role, SessionId, SessionView, User, UserId, UserStatus};

use crate::{Parsed, Result, Tx, sql};

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Last use, as precise as the caller writes it.
    pub last_seen_at: DateTime<Utc>,
    /// Ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Address it began from.
    pub ip: Option<String>,
    /// Browser it began in.
    pub user_agent: Option<String>,
}

impl Session {
    /// The session as its owner sees it; `current` is the session asking.
    pub fn view(&self, current: Option<SessionId>) -> SessionView {
        SessionView {
            id: self.id,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            ip: self.ip.clone(),
            user_agent: self.user_agent.clone(),
            current: current == Some(self.id),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<SessionId>,
    user_id: Parsed<UserId>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            user_id: row.user_id.0,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            ip: row.ip,
            user_agent: row.user_agent,
        }
    }
}

/// The user's columns beside a session's.
#[derive(sqlx::FromRow)]
struct OwnerRow {
    email: Parsed<Email>,
    name: String,
    department: String,
    title: String,
    team: String,
    role: Parsed<Role>,
    status: Parsed<UserStatus>,
    user_created_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    #[sqlx(flatten)]
    session: Row,
    #[sqlx(flatten)]
    owner: OwnerRow,
}

/// Adds a session.
pub async fn insert(tx: &mut Tx, session: &Session, token_hash: &str) -> Result<()> {
    sql("INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at, ip, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(session.id)
    .bind(session.user_id)
    .bind(token_hash)
    .bind(session.created_at)
    .bind(session.last_seen_at)
    .bind(session.expires_at)
    .bind(session.ip.as_deref())
    .bind(session.user_agent.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}

/// The session.
pub async fn get(tx: &mut Tx, id: SessionId) -> Result<Option<Session>> {
    let row = sql("SELECT id, user_id, created_at, last_seen_at, expires_at, ip, user_agent
                   FROM sessions WHERE id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The session with this token, and whose it is. Expiry and status are the caller's check.
pub async fn by_token_hash(tx: &mut Tx, token_hash: &str) -> Result<Option<(Session, User)>> {
    let row = sql("SELECT s.id, s.user_id, s.created_at, s.last_seen_at, s.expires_at, s.ip, s.user_agent,
                          u.email, u.name, u.department, u.title, u.team, u.role, u.status,
                          u.created_at AS user_created_at, u.last_login_at
                   FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1")
    .bind(token_hash)
    .fetch_optional::<OwnedRow>(tx)
    .await?;
    Ok(row.map(|OwnedRow { session, owner }| {
        let session = Session::from(session);
        let user = User {
            id: session.user_id,
            email: owner.email.0,
            name: owner.name,
            department: owner.department,
            title: owner.title,
            team: owner.team,
            role: owner.role.0,
            status: owner.status.0,
            created_at: owner.user_created_at,
            last_login_at: owner.last_login_at,
        };
        (session, user)
    }))
}

/// Remembers a use.
pub async fn touch(tx: &mut Tx, id: SessionId, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE sessions SET last_seen_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx).await?;
    Ok(changed > 0)
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, id: SessionId) -> Result<bool> {
    Ok(sql("DELETE FROM sessions WHERE id = $1").bind(id).execute(tx).await? > 0)
}

/// Ends all sessions of a person, or all but one; returns how many.
pub async fn delete_of_user(tx: &mut Tx, user: UserId, except: Option<SessionId>) -> Result<u64> {
    let except = except.map(|id| id.to_string()).unwrap_or_default();
    sql("DELETE FROM sessions WHERE user_id = $1 AND id <> $2").bind(user).bind(except).execute(tx).await
}

/// The sessions of a person that have not expired, last used first.
pub async fn list_of_user(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<Vec<Session>> {
    let rows = sql("SELECT id, user_id, created_at, last_seen_at, expires_at, ip, user_agent
                    FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC")
    .bind(user)
    .bind(now)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Removes sessions that expired, or were not used since; returns how many.
pub async fn delete_expired(tx: &mut Tx, now: DateTime<Utc>, idle_before: DateTime<Utc>) -> Result<u64> {
    sql("DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at < $2")
        .bind(now)
        .bind(idle_before)
        .execute(tx)
        .await
}
