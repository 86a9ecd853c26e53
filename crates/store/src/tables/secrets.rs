//! `secrets`: sealed values of headers and environment variables. This module never sees a plain value.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use domain::{RequestId, ServerId, UserId};

use crate::{Parsed, Result, Tx, list as select, sql};

/// Whose secrets. The text that `Display` writes is the row's owner; seal with it as associated data, so that a value
/// copied to another row cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A server.
    Server(ServerId),
    /// A request.
    Request(RequestId),
    /// A draft, by its author and key.
    Draft(UserId, &'a str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(id) => id.fmt(f),
            Self::Request(id) => id.fmt(f),
            Self::Draft(user, key) => write!(f, "draft:{user}/{key}"),
        }
    }
}

/// What a secret is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// An HTTP header.
    Header,
    /// An environment variable.
    Env,
}

impl SecretKind {
    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Env => "env",
        }
    }
}

/// A kind that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a kind of secret")]
pub struct UnknownKind(String);

impl TryFrom<String> for SecretKind {
    type Error = UnknownKind;
    fn try_from(text: String) -> Result<Self, UnknownKind> {
        match text.as_str() {
            "header" => Ok(Self::Header),
            "env" => Ok(Self::Env),
            _ => Err(UnknownKind(text)),
        }
    }
}

/// A sealed value.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is sent as.
    pub kind: SecretKind,
    /// Name of the header or variable.
    pub name: String,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} {}, {} bytes)", self.kind.as_str(), self.name, self.sealed.len())
    }
}

/// The names of an owner's secrets, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Of headers.
    pub headers: Vec<String>,
    /// Of environment variables.
    pub env: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    owner_id: String,
    kind: Parsed<SecretKind>,
    name: String,
    sealed: Vec<u8>,
}

impl Row {
    fn split(self) -> (String, Sealed) {
        (self.owner_id, Sealed { kind: self.kind.0, name: self.name, sealed: self.sealed })
    }
}

/// Stores a value, over the one that is there.
pub async fn put(
    tx: &mut Tx,
    owner: Owner<'_>,
    kind: SecretKind,
    name: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sql("INSERT INTO secrets (owner_id, kind, name, sealed, updated_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (owner_id, kind, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at")
    .bind(owner.to_string())
    .bind(kind.as_str())
    .bind(name)
    .bind(sealed)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// All values of an owner, by kind and name.
pub async fn get_all(tx: &mut Tx, owner: Owner<'_>) -> Result<Vec<Sealed>> {
    let rows = sql("SELECT owner_id, kind, name, sealed FROM secrets WHERE owner_id = $1 ORDER BY kind, name")
        .bind(owner.to_string())
        .fetch_all::<Row>(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.split().1).collect())
}

/// Everything that is sealed, with the owner's text, for changing the key.
pub async fn all(tx: &mut Tx) -> Result<Vec<(String, Sealed)>> {
    let rows = sql("SELECT owner_id, kind, name, sealed FROM secrets ORDER BY owner_id, kind, name")
        .fetch_all::<Row>(tx)
        .await?;
    Ok(rows.into_iter().map(Row::split).collect())
}

/// The values of all servers, by server.
pub(super) async fn of_servers(tx: &mut Tx) -> Result<HashMap<String, Vec<Sealed>>> {
    let rows = sql("SELECT x.owner_id, x.kind, x.name, x.sealed FROM secrets x JOIN servers s ON s.id = x.owner_id
                    ORDER BY x.owner_id, x.kind, x.name")
    .fetch_all::<Row>(tx)
    .await?;
    let mut of = HashMap::<String, Vec<Sealed>>::new();
    for (owner, sealed) in rows.into_iter().map(Row::split) {
        of.entry(owner).or_default().push(sealed);
    }
    Ok(of)
}

/// The names of an owner's secrets.
pub async fn names(tx: &mut Tx, owner: Owner<'_>) -> Result<Names> {
    let owner = owner.to_string();
    Ok(names_of(tx, vec![owner.clone()]).await?.remove(&owner).unwrap_or_default())
}

/// The names of several owners' secrets, by the owner's text.
pub(super) async fn names_of(tx: &mut Tx, owners: Vec<String>) -> Result<HashMap<String, Names>> {
    let mut of = HashMap::<String, Names>::new();
    if owners.is_empty() {
        return Ok(of);
    }
    let mut q = select("SELECT owner_id, kind, name FROM secrets WHERE true");
    q.and_in(" AND owner_id IN ", owners);
    q.push_plain(" ORDER BY owner_id, kind, name");
    let rows: Vec<(String, Parsed<SecretKind>, String)> = q.fetch_all(tx).await?;
    for (owner, kind, name) in rows {
        let names = of.entry(owner).or_default();
        match kind.0 {
            SecretKind::Header => names.headers.push(name),
            SecretKind::Env => names.env.push(name),
        }
    }
    Ok(of)
}

/// Forgets one value.
pub async fn delete(tx: &mut Tx, owner: Owner<'_>, kind: SecretKind, name: &str) -> Result<bool> {
    let removed = sql("DELETE FROM secrets WHERE owner_id = $1 AND kind = $2 AND name = $3")
        .bind(owner.to_string())
        .bind(kind.as_str())
        .bind(name)
        .execute(tx)
        .await?;
    Ok(removed > 0)
}

/// Forgets all values of an owner; returns how many.
pub async fn delete_owner(tx: &mut Tx, owner: Owner<'_>) -> Result<u64> {
    sql("DELETE FROM secrets WHERE owner_id = $1").bind(owner.to_string()).execute(tx).await
}
