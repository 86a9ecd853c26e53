//! `rules`: access rules.

use chrono::{DateTime, Utc};
use domain::{Effect, Page, PageQuery, Principal, PrincipalKind, RequestId, Rule, RuleId, ServerId, ToolScope, UserId};

use crate::page::{self, Cursor};
use crate::{Json, Parsed, Result, Sql, Tx, json, list as select, sql};

/// Which rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only of this server (global rules not included).
    pub server: Option<ServerId>,
    /// Only about exactly this principal.
    pub principal: Option<Principal>,
    /// Only those that the approval of this request made.
    pub request: Option<RequestId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<RuleId>,
    principal_kind: Parsed<PrincipalKind>,
    principal_id: Option<String>,
    effect: Parsed<Effect>,
    server_id: Option<Parsed<ServerId>>,
    tools: Json<ToolScope>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    notes: String,
    enabled: bool,
    request_id: Option<Parsed<RequestId>>,
    created_by: Option<Parsed<UserId>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Rule {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            principal: Principal { kind: row.principal_kind.0, id: row.principal_id },
            effect: row.effect.0,
            server: row.server_id.map(|id| id.0),
            tools: row.tools.0,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            notes: row.notes,
            enabled: row.enabled,
            request_id: row.request_id.map(|id| id.0),
            created_by: row.created_by.map(|id| id.0),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The rule.
pub async fn get(tx: &mut Tx, id: RuleId) -> Result<Option<Rule>> {
    let row = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                          enabled, request_id, created_by, created_at, updated_at
                   FROM rules WHERE id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The rule, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: RuleId) -> Result<Option<Rule>> {
    sql(Sql {
        sqlite: "SELECT id FROM rules WHERE id = $1",
        postgres: "SELECT id FROM rules WHERE id = $1 FOR UPDATE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    get(tx, id).await
}

/// All rules, oldest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Rule>> {
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                           enabled, request_id, created_by, created_at, updated_at
                    FROM rules ORDER BY created_at, id")
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Rules, newest first.
pub async fn list(tx: &mut Tx, listing: &Listing, query: &PageQuery) -> Result<Page<Rule>> {
    let mut q = select(
        "SELECT id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                enabled, request_id, created_by, created_at, updated_at
         FROM rules WHERE true",
    );
    if let Some(server) = listing.server {
        q.and(" AND server_id = ?", server);
    }
    if let Some(principal) = &listing.principal {
        q.and(" AND principal_kind = ?", principal.kind);
        if let Some(id) = principal.id.as_deref() {
            q.and(" AND principal_id = ?", id);
        }
    }
    if let Some(request) = listing.request {
        q.and(" AND request_id = ?", request);
    }
    if let Some(after) = Cursor::of(query)? {
        q.and_all(" AND (created_at, id) < (?, ?)", [after.time()?.into(), after.id.into()]);
    }
    q.push(" ORDER BY created_at DESC, id DESC LIMIT ?", page::fetch_limit(query));
    let rows: Vec<Rule> = q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect();
    Ok(page::page(rows, query, |rule| Cursor::at(rule.created_at, rule.id)))
}

/// The rules of a server (global ones not included), oldest first.
pub async fn of_server(tx: &mut Tx, server: ServerId) -> Result<Vec<Rule>> {
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                           enabled, request_id, created_by, created_at, updated_at
                    FROM rules WHERE server_id = $1 ORDER BY created_at, id")
    .bind(server)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The rules about a person: their own, those of their groups, and those about everyone; oldest first.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Rule>> {
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                           enabled, request_id, created_by, created_at, updated_at
                    FROM rules
                    WHERE principal_kind = 'everyone' OR principal_id = $1
                       OR principal_id IN (SELECT group_id FROM group_members WHERE user_id = $1)
                    ORDER BY created_at, id")
    .bind(user)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a rule.
pub async fn insert(tx: &mut Tx, rule: &Rule) -> Result<()> {
    sql("INSERT INTO rules (id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                            enabled, request_id, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
    .bind(rule.id)
    .bind(rule.principal.kind)
    .bind(rule.principal.id.as_deref())
    .bind(rule.effect)
    .bind(rule.server)
    .bind(json(&rule.tools)?)
    .bind(rule.starts_at)
    .bind(rule.ends_at)
    .bind(&rule.notes)
    .bind(rule.enabled)
    .bind(rule.request_id)
    .bind(rule.created_by)
    .bind(rule.created_at)
    .bind(rule.updated_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes everything but identity and origin, with the rule's own `updated_at`.
pub async fn update(tx: &mut Tx, rule: &Rule) -> Result<bool> {
    let changed =
        sql("UPDATE rules SET principal_kind = $2, principal_id = $3, effect = $4, server_id = $5, tools = $6,
                              starts_at = $7, ends_at = $8, notes = $9, enabled = $10, updated_at = $11
                       WHERE id = $1")
        .bind(rule.id)
        .bind(rule.principal.kind)
        .bind(rule.principal.id.as_deref())
        .bind(rule.effect)
        .bind(rule.server)
        .bind(json(&rule.tools)?)
        .bind(rule.starts_at)
        .bind(rule.ends_at)
        .bind(&rule.notes)
        .bind(rule.enabled)
        .bind(rule.updated_at)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Removes a rule.
pub async fn delete(tx: &mut Tx, id: RuleId) -> Result<bool> {
    Ok(sql("DELETE FROM rules WHERE id = $1").bind(id).execute(tx).await? > 0)
}

/// Removes all rules about a principal (a group that is deleted); returns how many.
pub async fn delete_of_principal(tx: &mut Tx, principal: &Principal) -> Result<u64> {
    sql("DELETE FROM rules WHERE principal_kind = $1 AND principal_id = $2")
        .bind(principal.kind)
        .bind(principal.id.as_deref())
        .execute(tx)
        .await
}
