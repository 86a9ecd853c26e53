//! `groups` and `group_members`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Email, Group, GroupId, GroupKind, GroupSort, GroupSource, Sort, User, UserId};

use super::{number, users};
use crate::{Parsed, Result, Sql, Tx, list as select, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<GroupId>,
    kind: Parsed<GroupKind>,
    source: Parsed<GroupSource>,
    name: String,
    description: String,
    members: i64,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            source: row.source.0,
            name: row.name,
            description: row.description,
            members: number(row.members),
        }
    }
}

/// The group.
pub async fn get(tx: &mut Tx, id: GroupId) -> Result<Option<Group>> {
    let row = sql("SELECT id, kind, source, name, description,
                          (SELECT COUNT(*) FROM group_members m WHERE m.group_id = groups.id) AS members
                   FROM groups WHERE id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The group, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: GroupId) -> Result<Option<Group>> {
    sql(Sql {
        sqlite: "SELECT id FROM groups WHERE id = $1",
        postgres: "SELECT id FROM groups WHERE id = $1 FOR UPDATE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    get(tx, id).await
}

/// Keeps a group from being changed or deleted until the transaction ends. Others may do so at the same time.
pub async fn hold(tx: &mut Tx, id: GroupId) -> Result<()> {
    sql(Sql {
        sqlite: "SELECT id FROM groups WHERE id = $1",
        postgres: "SELECT id FROM groups WHERE id = $1 FOR SHARE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// The names of these groups; those that do not exist are left out.
pub async fn names(tx: &mut Tx, ids: &[GroupId]) -> Result<HashMap<GroupId, String>> {
    let mut names = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let mut q = select("SELECT id, name FROM groups WHERE true");
        q.and_in(" AND id IN ", ids.iter().copied());
        let rows: Vec<(Parsed<GroupId>, String)> = q.fetch_all(tx).await?;
        names.extend(rows.into_iter().map(|(id, name)| (id.0, name)));
    }
    Ok(names)
}

/// The group with this name.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Group>> {
    let row = sql("SELECT id, kind, source, name, description,
                          (SELECT COUNT(*) FROM group_members m WHERE m.group_id = groups.id) AS members
                   FROM groups WHERE name = $1")
    .bind(name)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// All groups, or those of one kind; by name unless another order is asked for.
pub async fn list(tx: &mut Tx, kind: Option<GroupKind>, sort: Option<Sort<GroupSort>>) -> Result<Vec<Group>> {
    let mut q = select(
        "SELECT id, kind, source, name, description,
                (SELECT COUNT(*) FROM group_members m WHERE m.group_id = groups.id) AS members
         FROM groups WHERE true",
    );
    if let Some(kind) = kind {
        q.and(" AND kind = ?", kind);
    }
    let sort = sort.unwrap_or(Sort { by: GroupSort::Name, descending: false });
    match (sort.by, sort.descending) {
        (GroupSort::Name, false) => q.push_plain(" ORDER BY lower(name), id"),
        (GroupSort::Name, true) => q.push_plain(" ORDER BY lower(name) DESC, id DESC"),
        (GroupSort::Members, false) => q.push_plain(" ORDER BY members, lower(name), id"),
        (GroupSort::Members, true) => q.push_plain(" ORDER BY members DESC, lower(name) DESC, id DESC"),
    };
    Ok(q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect())
}

/// The groups of a person by name.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Group>> {
    let rows = sql("SELECT g.id, g.kind, g.source, g.name, g.description,
                           (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id) AS members
                    FROM groups g JOIN group_members gm ON gm.group_id = g.id
                    WHERE gm.user_id = $1 ORDER BY lower(g.name), g.id")
    .bind(user)
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a group (its member count is ignored). Conflict: `groups.name`.
pub async fn insert(tx: &mut Tx, group: &Group, now: DateTime<Utc>) -> Result<()> {
    sql("INSERT INTO groups (id, kind, source, name, description, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(group.id)
        .bind(group.kind)
        .bind(group.source)
        .bind(&group.name)
        .bind(&group.description)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Changes name and description. Conflict: `groups.name`.
pub async fn update(tx: &mut Tx, id: GroupId, name: &str, description: &str) -> Result<bool> {
    let changed = sql("UPDATE groups SET name = $2, description = $3 WHERE id = $1")
        .bind(id)
        .bind(name)
        .bind(description)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Removes a group. Its rules are the caller's business.
pub async fn delete(tx: &mut Tx, id: GroupId) -> Result<bool> {
    Ok(sql("DELETE FROM groups WHERE id = $1").bind(id).execute(tx).await? > 0)
}

/// The members by name.
pub async fn members(tx: &mut Tx, id: GroupId) -> Result<Vec<User>> {
    let rows: Vec<(Parsed<UserId>,)> = sql("SELECT m.user_id FROM group_members m JOIN users u ON u.id = m.user_id
             WHERE m.group_id = $1 ORDER BY lower(u.name), u.id")
    .bind(id)
    .fetch_all(tx)
    .await?;
    users::of_ids(tx, rows.into_iter().map(|(id,)| id.0).collect()).await
}

/// How many groups are asked about at once: far below what either engine binds.
const AT_ONCE: usize = 500;

/// Who is in which of these groups, by email address within each.
pub async fn memberships(tx: &mut Tx, groups: &[GroupId]) -> Result<HashMap<GroupId, Vec<(Email, UserId)>>> {
    let mut found = HashMap::<GroupId, Vec<(Email, UserId)>>::new();
    for groups in groups.chunks(AT_ONCE) {
        let mut q =
            select("SELECT m.group_id, u.email, u.id FROM group_members m JOIN users u ON u.id = m.user_id WHERE true");
        q.and_in(" AND m.group_id IN ", groups.iter().copied());
        q.push_plain(" ORDER BY m.group_id, u.email");
        let rows: Vec<(Parsed<GroupId>, Parsed<Email>, Parsed<UserId>)> = q.fetch_all(tx).await?;
        for (group, email, user) in rows {
            found.entry(group.0).or_default().push((email.0, user.0));
        }
    }
    Ok(found)
}

/// Makes exactly these people members; those who stay keep their date.
pub async fn set_members(tx: &mut Tx, id: GroupId, members: &[UserId], now: DateTime<Utc>) -> Result<()> {
    let rows: Vec<(Parsed<UserId>,)> =
        sql("SELECT user_id FROM group_members WHERE group_id = $1").bind(id).fetch_all(tx).await?;
    for (user,) in rows {
        if !members.contains(&user.0) {
            remove_member(tx, id, user.0).await?;
        }
    }
    for user in members {
        add_member(tx, id, *user, now).await?;
    }
    Ok(())
}

/// Adds a member; false when the person was one already.
pub async fn add_member(tx: &mut Tx, id: GroupId, user: UserId, now: DateTime<Utc>) -> Result<bool> {
    let added = sql("INSERT INTO group_members (group_id, user_id, added_at) VALUES ($1, $2, $3)
                     ON CONFLICT (group_id, user_id) DO NOTHING")
    .bind(id)
    .bind(user)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(added > 0)
}

/// Removes a member.
pub async fn remove_member(tx: &mut Tx, id: GroupId, user: UserId) -> Result<bool> {
    let removed =
        sql("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2").bind(id).bind(user).execute(tx).await?;
    Ok(removed > 0)
}
