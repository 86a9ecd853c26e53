//! `rules`, `rule_refs` and `rule_versions`: access rules, what they name, and every state that they had.

mod legacy;
mod versions;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{
    Condition, Effect, GroupId, Principal, PrincipalKind, RequestId, Rule, RuleId, RuleMode, RuleScope, ServerId,
    UserId,
};
use serde::{Deserialize, Serialize};

use crate::{Json, Parsed, Result, Sql, Tx, json, sql};

use self::legacy::Legacy;
pub use self::versions::{add_version, as_of, first_after, last_version, versions};

/// What of a rule an older program has no columns for, and with it all that it would misread.
#[derive(Debug, Serialize, Deserialize)]
struct Definition {
    principal: Principal,
    effect: Effect,
    servers: Vec<ServerId>,
    scope: RuleScope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conditions: Option<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cedar: Option<String>,
    mode: RuleMode,
    enabled: bool,
}

impl Definition {
    fn of(rule: &Rule) -> Self {
        Self {
            principal: rule.principal.clone(),
            effect: rule.effect,
            servers: rule.servers.clone(),
            scope: rule.scope.clone(),
            conditions: rule.conditions.clone(),
            cedar: rule.cedar.clone(),
            mode: rule.mode,
            enabled: rule.enabled,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<RuleId>,
    #[sqlx(flatten)]
    legacy: Legacy,
    definition: Option<Json<Definition>>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    notes: String,
    request_id: Option<Parsed<RequestId>>,
    created_by: Option<Parsed<UserId>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Rule {
    fn from(row: Row) -> Self {
        let Definition { principal, effect, servers, scope, conditions, cedar, mode, enabled } =
            row.legacy.reconcile(row.definition.map(|definition| definition.0));
        Self {
            id: row.id.0,
            principal,
            effect,
            servers,
            scope,
            conditions,
            cedar,
            mode,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            notes: row.notes,
            enabled,
            request_id: row.request_id.map(|id| id.0),
            created_by: row.created_by.map(|id| id.0),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn rules(rows: Vec<Row>) -> Vec<Rule> {
    rows.into_iter().map(Into::into).collect()
}

/// The rule.
pub async fn get(tx: &mut Tx, id: RuleId) -> Result<Option<Rule>> {
    let row = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, enabled, definition, starts_at,
                          ends_at, notes, request_id, created_by, created_at, updated_at
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
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, enabled, definition, starts_at,
                           ends_at, notes, request_id, created_by, created_at, updated_at
                    FROM rules ORDER BY created_at, id")
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rules(rows))
}

/// The rules of a server (global ones not included), oldest first.
pub async fn of_server(tx: &mut Tx, server: ServerId) -> Result<Vec<Rule>> {
    let mut found = naming(tx, "server", &server.to_string()).await?;
    found.retain(|rule| rule.servers.contains(&server));
    Ok(found)
}

/// The rules that name this person, group or job role, oldest first.
pub async fn of_principal(tx: &mut Tx, id: &str) -> Result<Vec<Rule>> {
    let mut found = Vec::new();
    for kind in ["user", "group", "job_role"] {
        found.extend(naming(tx, kind, id).await?);
    }
    found.retain(|rule| rule.principal.ids.iter().any(|one| one == id));
    found.sort_by_key(|rule| (rule.created_at, rule.id));
    found.dedup_by_key(|rule| rule.id);
    Ok(found)
}

/// What names it now or did so when an older program changed it, which keeps no references.
async fn naming(tx: &mut Tx, kind: &'static str, id: &str) -> Result<Vec<Rule>> {
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, enabled, definition, starts_at,
                           ends_at, notes, request_id, created_by, created_at, updated_at
                    FROM rules
                    WHERE server_id = $2 OR principal_id = $2
                       OR id IN (SELECT rule_id FROM rule_refs WHERE kind = $1 AND ref_id = $2)
                    ORDER BY created_at, id")
    .bind(kind)
    .bind(id)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rules(rows))
}

/// The rules about a person, oldest first: those that name them or a group or job role of theirs, those about what is
/// known of them, and those about everyone.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Rule>> {
    let about: Option<(String, String, String)> =
        sql("SELECT department, title, team FROM users WHERE id = $1").bind(user).fetch_optional(tx).await?;
    let (department, title, team) = about.unwrap_or_default();
    let groups: Vec<(Parsed<GroupId>,)> =
        sql("SELECT group_id FROM group_members WHERE user_id = $1").bind(user).fetch_all(tx).await?;
    let ids: BTreeSet<String> = groups.into_iter().map(|(id,)| id.0.to_string()).chain([user.to_string()]).collect();
    // What older columns cannot hold is about everyone in them.
    let rows = sql("SELECT id, principal_kind, principal_id, effect, server_id, tools, enabled, definition, starts_at,
                           ends_at, notes, request_id, created_by, created_at, updated_at
                    FROM rules
                    WHERE principal_kind = 'everyone' OR principal_id = $1
                       OR principal_id IN (SELECT group_id FROM group_members WHERE user_id = $1)
                    ORDER BY created_at, id")
    .bind(user)
    .fetch_all::<Row>(tx)
    .await?;
    let mut found = rules(rows);
    found.retain(|rule| {
        let Principal { kind, ids: named, attribute, values } = &rule.principal;
        match kind {
            PrincipalKind::Everyone => true,
            PrincipalKind::User | PrincipalKind::Group | PrincipalKind::JobRole => {
                named.iter().any(|id| ids.contains(id))
            }
            PrincipalKind::Attribute => {
                let own = attribute.map(|attribute| match attribute {
                    domain::PersonAttribute::Department => &department,
                    domain::PersonAttribute::Title => &title,
                    domain::PersonAttribute::Team => &team,
                });
                own.is_some_and(|own| values.contains(own))
            }
        }
    });
    Ok(found)
}

/// Adds a rule.
pub async fn insert(tx: &mut Tx, rule: &Rule) -> Result<()> {
    let legacy = Legacy::of(&Definition::of(rule));
    sql("INSERT INTO rules (id, principal_kind, principal_id, effect, server_id, tools, starts_at, ends_at, notes,
                            enabled, request_id, created_by, created_at, updated_at, definition)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
    .bind(rule.id)
    .bind(legacy.principal_kind.0)
    .bind(legacy.principal_id)
    .bind(legacy.effect.0)
    .bind(legacy.server_id.map(|id| id.0))
    .bind(json(&legacy.tools.0)?)
    .bind(rule.starts_at)
    .bind(rule.ends_at)
    .bind(&rule.notes)
    .bind(legacy.enabled)
    .bind(rule.request_id)
    .bind(rule.created_by)
    .bind(rule.created_at)
    .bind(rule.updated_at)
    .bind(json(&Definition::of(rule))?)
    .execute(tx)
    .await?;
    refer(tx, rule).await
}

/// Changes everything but identity and origin, with the rule's own `updated_at`.
pub async fn update(tx: &mut Tx, rule: &Rule) -> Result<bool> {
    let legacy = Legacy::of(&Definition::of(rule));
    let changed =
        sql("UPDATE rules SET principal_kind = $2, principal_id = $3, effect = $4, server_id = $5, tools = $6,
                              starts_at = $7, ends_at = $8, notes = $9, enabled = $10, updated_at = $11,
                              definition = $12
                       WHERE id = $1")
        .bind(rule.id)
        .bind(legacy.principal_kind.0)
        .bind(legacy.principal_id)
        .bind(legacy.effect.0)
        .bind(legacy.server_id.map(|id| id.0))
        .bind(json(&legacy.tools.0)?)
        .bind(rule.starts_at)
        .bind(rule.ends_at)
        .bind(&rule.notes)
        .bind(legacy.enabled)
        .bind(rule.updated_at)
        .bind(json(&Definition::of(rule))?)
        .execute(tx)
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    sql("DELETE FROM rule_refs WHERE rule_id = $1").bind(rule.id).execute(tx).await?;
    refer(tx, rule).await?;
    Ok(true)
}

async fn refer(tx: &mut Tx, rule: &Rule) -> Result<()> {
    let named = rule.principal.ids.iter().map(|id| (rule.principal.kind.as_str(), id.clone()));
    let servers = rule.servers.iter().map(|id| ("server", id.to_string()));
    for (kind, id) in named.chain(servers).collect::<BTreeSet<_>>() {
        sql("INSERT INTO rule_refs (rule_id, kind, ref_id) VALUES ($1, $2, $3)")
            .bind(rule.id)
            .bind(kind)
            .bind(id)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Removes a rule. Its versions stay.
pub async fn delete(tx: &mut Tx, id: RuleId) -> Result<bool> {
    Ok(sql("DELETE FROM rules WHERE id = $1").bind(id).execute(tx).await? > 0)
}

/// What the deletion of a server does to rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServerGone {
    /// Rules that named no other server, as they were: they are deleted.
    pub deleted: Vec<Rule>,
    /// Rules that go on about other servers, before and after.
    pub changed: Vec<(Rule, Rule)>,
}

/// Takes a server that is about to be deleted out of the rules that name it. A rule that names no other is deleted: it
/// must not become one about every server.
pub async fn server_gone(tx: &mut Tx, server: ServerId, now: DateTime<Utc>) -> Result<ServerGone> {
    let mut gone = ServerGone::default();
    for found in of_server(tx, server).await? {
        let Some(before) = lock(tx, found.id).await? else { continue };
        let servers: Vec<ServerId> = before.servers.iter().copied().filter(|id| *id != server).collect();
        if servers.is_empty() {
            delete(tx, before.id).await?;
            gone.deleted.push(before);
        } else {
            let after = Rule { servers, updated_at: now, ..before.clone() };
            update(tx, &after).await?;
            gone.changed.push((before, after));
        }
    }
    Ok(gone)
}
