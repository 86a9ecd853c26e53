//! Whole tables in the shape that the in-memory snapshot is built from. Read them in one [`crate::Db::read`]
//! transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Email, GroupId, GroupKind, KeyId, PinKind, PinState, Role, Rule, Server, ServerId, UserId, UserStatus};

use super::secrets::Sealed;
use super::{rules as rules_table, secrets, servers as servers_table};
use crate::{Parsed, Result, Tx, sql};

/// A person, as the data path needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: UserId,
    /// Whether they may act.
    pub status: UserStatus,
    /// Platform role.
    pub role: Role,
    /// Display name.
    pub name: String,
    /// Email address.
    pub email: Email,
    /// Department, empty when unknown.
    pub department: String,
    /// Job title, empty when unknown.
    pub title: String,
    /// Team, empty when unknown.
    pub team: String,
    /// Their groups and job roles, in order of id.
    pub groups: Vec<GroupId>,
    /// Names of their groups.
    pub group_names: Vec<String>,
    /// Names of their job roles.
    pub job_role_names: Vec<String>,
}

/// A key that works, or did so until lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveKey {
    /// Hash of its secret.
    pub hash: String,
    /// Identity.
    pub id: KeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// Dies at this time.
    pub expires_at: Option<DateTime<Utc>>,
    /// It was revoked.
    pub revoked: bool,
}

/// A pin without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinLine {
    /// The server.
    pub server: ServerId,
    /// What it defines.
    pub kind: PinKind,
    /// Name.
    pub name: String,
    /// How it compares with what was approved.
    pub state: PinState,
    /// Digest of what was approved.
    pub digest: Option<String>,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: Parsed<UserId>,
    status: Parsed<UserStatus>,
    role: Parsed<Role>,
    name: String,
    email: Parsed<Email>,
    department: String,
    title: String,
    team: String,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    user_id: Parsed<UserId>,
    group_id: Parsed<GroupId>,
    name: String,
    kind: Parsed<GroupKind>,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    secret_hash: String,
    id: Parsed<KeyId>,
    user_id: Parsed<UserId>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct PinRow {
    server_id: Parsed<ServerId>,
    kind: Parsed<PinKind>,
    name: String,
    state: Parsed<PinState>,
    digest: Option<String>,
}

/// Everybody, in order of id.
pub async fn people(tx: &mut Tx) -> Result<Vec<Person>> {
    let rows: Vec<PersonRow> =
        sql("SELECT id, status, role, name, email, department, title, team FROM users ORDER BY id")
            .fetch_all(tx)
            .await?;
    let members: Vec<MemberRow> = sql("SELECT m.user_id, m.group_id, g.name, g.kind
             FROM group_members m JOIN groups g ON g.id = m.group_id ORDER BY m.user_id, m.group_id")
    .fetch_all(tx)
    .await?;
    let mut groups = HashMap::<UserId, Vec<MemberRow>>::new();
    for row in members {
        groups.entry(row.user_id.0).or_default().push(row);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let groups = groups.remove(&row.id.0).unwrap_or_default();
            let ids = groups.iter().map(|group| group.group_id.0).collect();
            let (job_roles, plain): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|group| group.kind.0 == GroupKind::JobRole);
            let names = |groups: Vec<MemberRow>| groups.into_iter().map(|group| group.name).collect();
            Person {
                id: row.id.0,
                status: row.status.0,
                role: row.role.0,
                name: row.name,
                email: row.email.0,
                department: row.department,
                title: row.title,
                team: row.team,
                groups: ids,
                group_names: names(plain),
                job_role_names: names(job_roles),
            }
        })
        .collect())
}

/// The keys that work and those that have ended after `since`, in order of id.
pub async fn keys(tx: &mut Tx, since: DateTime<Utc>) -> Result<Vec<LiveKey>> {
    let rows: Vec<KeyRow> = sql("SELECT secret_hash, id, user_id, expires_at, revoked_at FROM api_keys
             WHERE (revoked_at > $1 OR revoked_at IS NULL) AND (expires_at > $1 OR expires_at IS NULL) ORDER BY id")
    .bind(since)
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LiveKey {
            hash: row.secret_hash,
            id: row.id.0,
            user_id: row.user_id.0,
            expires_at: row.expires_at,
            revoked: row.revoked_at.is_some(),
        })
        .collect())
}

/// All servers by name, with their sealed headers and variables.
pub async fn servers(tx: &mut Tx) -> Result<Vec<(Server, Vec<Sealed>)>> {
    let mut sealed = secrets::of_servers(tx).await?;
    let servers = servers_table::all(tx).await?;
    Ok(servers
        .into_iter()
        .map(|server| {
            let sealed = sealed.remove(&server.id.to_string()).unwrap_or_default();
            (server, sealed)
        })
        .collect())
}

/// All pins, by server and position.
pub async fn pins(tx: &mut Tx) -> Result<Vec<PinLine>> {
    let rows: Vec<PinRow> =
        sql("SELECT server_id, kind, name, state, digest FROM pins ORDER BY server_id, position, kind, name")
            .fetch_all(tx)
            .await?;
    Ok(rows
        .into_iter()
        .map(|row| PinLine {
            server: row.server_id.0,
            kind: row.kind.0,
            name: row.name,
            state: row.state.0,
            digest: row.digest,
        })
        .collect())
}

/// All rules, oldest first.
pub async fn rules(tx: &mut Tx) -> Result<Vec<Rule>> {
    rules_table::all(tx).await
}
