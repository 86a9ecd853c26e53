//! `servers`: MCP servers. The names of their sealed headers and variables come from `secrets`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    AuthKind, Health, Page, PageQuery, ProtocolChoice, Risk, Server, ServerFilter, ServerId, ServerLimits, ServerSort,
    ServerStatus, Slug, Sort, Speaks, SpokenMcp, Transport, UserId,
};

use super::{number, secrets};
use crate::page::{self, Cursor};
use crate::{Json, Parsed, Result, Sql, Tx, json, list as select, sql};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Parsed<ServerId>,
    slug: Parsed<Slug>,
    name: String,
    description: String,
    icon: Option<String>,
    transport: Parsed<Transport>,
    url: String,
    auth: Parsed<AuthKind>,
    status: Parsed<ServerStatus>,
    owner_id: Option<Parsed<UserId>>,
    risk: Parsed<Risk>,
    allow_private: bool,
    protocol: Parsed<ProtocolChoice>,
    limits: Json<ServerLimits>,
    catalog_name: Option<String>,
    health: Parsed<Health>,
    health_detail: Option<String>,
    health_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn with(self, names: secrets::Names) -> Server {
        Server {
            id: self.id.0,
            slug: self.slug.0,
            name: self.name,
            description: self.description,
            icon: self.icon,
            transport: self.transport.0,
            url: self.url,
            auth: self.auth.0,
            header_names: names.headers,
            env_names: names.env,
            status: self.status.0,
            owner_id: self.owner_id.map(|id| id.0),
            risk: self.risk.0,
            allow_private: self.allow_private,
            protocol: self.protocol.0,
            limits: self.limits.0,
            catalog_name: self.catalog_name,
            health: self.health.0,
            health_detail: self.health_detail,
            health_at: self.health_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

async fn complete(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Server>> {
    let mut names = secrets::names_of(tx, rows.iter().map(|row| row.id.0.to_string()).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let names = names.remove(&row.id.0.to_string()).unwrap_or_default();
            row.with(names)
        })
        .collect())
}

async fn complete_one(tx: &mut Tx, row: Option<Row>) -> Result<Option<Server>> {
    Ok(complete(tx, row.into_iter().collect()).await?.pop())
}

/// The server.
pub async fn get(tx: &mut Tx, id: ServerId) -> Result<Option<Server>> {
    let row = sql("SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                          allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                          updated_at
                   FROM servers WHERE id = $1")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    complete_one(tx, row).await
}

/// The server, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ServerId) -> Result<Option<Server>> {
    sql(Sql {
        sqlite: "SELECT id FROM servers WHERE id = $1",
        postgres: "SELECT id FROM servers WHERE id = $1 FOR UPDATE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    get(tx, id).await
}

/// The server with this slug.
pub async fn by_slug(tx: &mut Tx, slug: &Slug) -> Result<Option<Server>> {
    let row = sql("SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                          allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                          updated_at
                   FROM servers WHERE slug = $1")
    .bind(slug)
    .fetch_optional(tx)
    .await?;
    complete_one(tx, row).await
}

/// Servers by name.
pub async fn list(tx: &mut Tx, filter: &ServerFilter, query: &PageQuery) -> Result<Page<Server>> {
    let mut q = select(
        "SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                updated_at
         FROM servers WHERE true",
    );
    if let Some(status) = filter.status {
        q.and(" AND status = ?", status);
    }
    if let Some(text) = filter.search.as_deref().filter(|text| !text.trim().is_empty()) {
        let pattern = page::contains(text);
        q.and_all(
            " AND (lower(name) LIKE ? ESCAPE '!' OR slug LIKE ? ESCAPE '!' OR lower(description) LIKE ? ESCAPE '!')",
            [(&pattern).into(), (&pattern).into(), (&pattern).into()],
        );
    }
    let sort = filter.sort.unwrap_or(Sort { by: ServerSort::Name, descending: false });
    let (after, limit) = (Cursor::of(query)?, page::fetch_limit(query));
    match (sort.by, sort.descending) {
        (ServerSort::Name, false) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(name), id) > (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(name), id LIMIT ?", limit);
        }
        (ServerSort::Name, true) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(name), id) < (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(name) DESC, id DESC LIMIT ?", limit);
        }
        (ServerSort::Added, false) => {
            if let Some(after) = after {
                q.and_all(" AND (created_at, id) > (?, ?)", [after.time()?.into(), after.id.into()]);
            }
            q.push(" ORDER BY created_at, id LIMIT ?", limit);
        }
        (ServerSort::Added, true) => {
            if let Some(after) = after {
                q.and_all(" AND (created_at, id) < (?, ?)", [after.time()?.into(), after.id.into()]);
            }
            q.push(" ORDER BY created_at DESC, id DESC LIMIT ?", limit);
        }
    }
    let rows = q.fetch_all(tx).await?;
    let servers = complete(tx, rows).await?;
    Ok(page::page(servers, query, |server| match sort.by {
        ServerSort::Name => Cursor::text(server.name.to_ascii_lowercase(), server.id),
        ServerSort::Added => Cursor::at(server.created_at, server.id),
    }))
}

/// All servers by name, for the snapshot. Pages ask for those that they show.
pub async fn all(tx: &mut Tx) -> Result<Vec<Server>> {
    let rows = sql("SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                           allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                           updated_at
                    FROM servers ORDER BY lower(name), id")
    .fetch_all(tx)
    .await?;
    complete(tx, rows).await
}

/// These servers, by name; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx, ids: &[ServerId]) -> Result<Vec<Server>> {
    let mut q = select(
        "SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                updated_at
         FROM servers WHERE true",
    );
    q.and_in(" AND id IN ", ids.iter().copied());
    q.push_plain(" ORDER BY lower(name), id");
    let rows = q.fetch_all(tx).await?;
    complete(tx, rows).await
}

/// The servers at the same address, for finding duplicates. Addresses are compared as [`normal_url`] writes them.
pub async fn by_url(tx: &mut Tx, url: &str) -> Result<Vec<Server>> {
    let rows = sql("SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                           allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                           updated_at
                    FROM servers WHERE normal_url = $1 ORDER BY id")
    .bind(normal_url(url))
    .fetch_all(tx)
    .await?;
    complete(tx, rows).await
}

/// The servers that came of these catalog entries, by name.
pub async fn by_catalog(tx: &mut Tx, entries: impl IntoIterator<Item = &str>) -> Result<Vec<Server>> {
    let mut q = select(
        "SELECT id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                allow_private, protocol, limits, catalog_name, health, health_detail, health_at, created_at,
                updated_at
         FROM servers WHERE true",
    );
    q.and_in(" AND catalog_name IN ", entries);
    q.push_plain(" ORDER BY lower(name), id");
    let rows = q.fetch_all(tx).await?;
    complete(tx, rows).await
}

/// An address in the form in which two spellings of the same one are equal: scheme and host in lower case, no default
/// port, no fragment, no slash at the end. For comparing only.
pub fn normal_url(url: &str) -> String {
    let url = url.trim();
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    let path = if path.contains('?') { path } else { path.trim_end_matches('/') };
    format!("{scheme}://{authority}{path}")
}

/// The names of these servers; unknown ones are left out.
pub async fn names(tx: &mut Tx, ids: &[ServerId]) -> Result<HashMap<ServerId, String>> {
    let mut q = select("SELECT id, name FROM servers WHERE true");
    q.and_in(" AND id IN ", ids.iter().copied());
    let rows: Vec<(Parsed<ServerId>, String)> = q.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}

/// Number of servers, of one status or of all.
pub async fn count(tx: &mut Tx, status: Option<ServerStatus>) -> Result<u32> {
    let mut q = select("SELECT COUNT(*) FROM servers WHERE true");
    if let Some(status) = status {
        q.and(" AND status = ?", status);
    }
    let (count,): (i64,) = q.fetch_one(tx).await?;
    Ok(number(count))
}

/// Adds a server; its secrets are put separately. Conflict: `servers.slug`.
pub async fn insert(tx: &mut Tx, server: &Server) -> Result<()> {
    sql("INSERT INTO servers (id, slug, name, description, icon, transport, url, auth, status, owner_id, risk,
                              allow_private, catalog_name, health, health_detail, health_at, created_at, updated_at,
                              normal_url, protocol, limits)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)")
    .bind(server.id)
    .bind(&server.slug)
    .bind(&server.name)
    .bind(&server.description)
    .bind(server.icon.as_deref())
    .bind(server.transport)
    .bind(&server.url)
    .bind(server.auth)
    .bind(server.status)
    .bind(server.owner_id)
    .bind(server.risk)
    .bind(server.allow_private)
    .bind(server.catalog_name.as_deref())
    .bind(server.health)
    .bind(server.health_detail.as_deref())
    .bind(server.health_at)
    .bind(server.created_at)
    .bind(server.updated_at)
    .bind(normal_url(&server.url))
    .bind(server.protocol)
    .bind(json(&server.limits)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes what an administrator can edit, with the server's own `updated_at`, and forgets what it spoke. Slug, status and
/// health have verbs of their own.
pub async fn update(tx: &mut Tx, server: &Server) -> Result<bool> {
    let changed = sql("UPDATE servers SET name = $2, description = $3, icon = $4, transport = $5, url = $6, auth = $7,
                              owner_id = $8, risk = $9, allow_private = $10, catalog_name = $11, updated_at = $12,
                              normal_url = $13, protocol = $14, limits = $15, speaks = NULL, speaks_at = NULL
                       WHERE id = $1")
    .bind(server.id)
    .bind(&server.name)
    .bind(&server.description)
    .bind(server.icon.as_deref())
    .bind(server.transport)
    .bind(&server.url)
    .bind(server.auth)
    .bind(server.owner_id)
    .bind(server.risk)
    .bind(server.allow_private)
    .bind(server.catalog_name.as_deref())
    .bind(server.updated_at)
    .bind(normal_url(&server.url))
    .bind(server.protocol)
    .bind(json(&server.limits)?)
    .execute(tx)
    .await?;
    Ok(changed > 0)
}

/// Changes the slug, and with it the address that clients use. Conflict: `servers.slug`.
pub async fn set_slug(tx: &mut Tx, id: ServerId, slug: &Slug, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE servers SET slug = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(slug)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Switches a server on or off.
pub async fn set_status(tx: &mut Tx, id: ServerId, status: ServerStatus, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE servers SET status = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(status)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// What the last contact showed, as [`set_health`] stored it.
pub async fn health(tx: &mut Tx, id: ServerId) -> Result<Option<(Health, Option<String>)>> {
    let row: Option<(Parsed<Health>, Option<String>)> =
        sql("SELECT health, health_detail FROM servers WHERE id = $1").bind(id).fetch_optional(tx).await?;
    Ok(row.map(|(health, detail)| (health.0, detail)))
}

/// Remembers the last contact.
pub async fn set_health(
    tx: &mut Tx,
    id: ServerId,
    health: Health,
    detail: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let changed = sql("UPDATE servers SET health = $2, health_detail = $3, health_at = $4 WHERE id = $1")
        .bind(id)
        .bind(health)
        .bind(detail)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// What a server spoke last, as [`set_spoken`] stored it. Nothing for a server that is not there.
pub async fn spoken(tx: &mut Tx, id: ServerId) -> Result<Option<Option<SpokenMcp>>> {
    type Row = (Option<Parsed<Speaks>>, Option<DateTime<Utc>>);
    let row: Option<Row> =
        sql("SELECT speaks, speaks_at FROM servers WHERE id = $1").bind(id).fetch_optional(tx).await?;
    Ok(row.map(|(speaks, at)| speaks.zip(at).map(|(speaks, at)| SpokenMcp { speaks: speaks.0, at })))
}

/// Remembers what a server spoke under a revision of its settings (microseconds of `updated_at`); false when they have
/// changed since.
pub async fn set_spoken(tx: &mut Tx, id: ServerId, revision: u64, spoken: SpokenMcp) -> Result<bool> {
    let micros = i64::try_from(revision).ok().and_then(DateTime::from_timestamp_micros);
    let Some(settings) = micros else { return Ok(false) };
    let changed = sql("UPDATE servers SET speaks = $2, speaks_at = $3 WHERE id = $1 AND updated_at = $4")
        .bind(id)
        .bind(spoken.speaks)
        .bind(spoken.at)
        .bind(settings)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Removes a server with its pins, secrets and tests. Take it out of the rules before, by
/// [`super::rules::server_gone`]: what still names only it goes, too.
pub async fn delete(tx: &mut Tx, id: ServerId) -> Result<bool> {
    secrets::delete_owner(tx, secrets::Owner::Server(id)).await?;
    super::tests::delete(tx, super::tests::Subject::Server(id)).await?;
    Ok(sql("DELETE FROM servers WHERE id = $1").bind(id).execute(tx).await? > 0)
}
