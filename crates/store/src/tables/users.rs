//! `users`: people. The password hash is never part of a [`User`]; it has accessors of its own.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{Email, Page, PageQuery, Role, Sort, User, UserFilter, UserId, UserSort, UserStatus};

use super::number;
use crate::page::{self, Cursor};
use crate::{Parsed, Result, Sql, Tx, list as select, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<UserId>,
    email: Parsed<Email>,
    name: String,
    department: String,
    title: String,
    team: String,
    role: Parsed<Role>,
    status: Parsed<UserStatus>,
    created_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            email: row.email.0,
            name: row.name,
            department: row.department,
            title: row.title,
            team: row.team,
            role: row.role.0,
            status: row.status.0,
            created_at: row.created_at,
            last_login_at: row.last_login_at,
        }
    }
}

/// The person.
pub async fn get(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    let row = sql("SELECT id, email, name, department, title, team, role, status, created_at, last_login_at
                   FROM users WHERE id = $1")
    .bind(id)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// The person, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    sql(Sql {
        sqlite: "SELECT id FROM users WHERE id = $1",
        postgres: "SELECT id FROM users WHERE id = $1 FOR UPDATE",
    })
    .bind(id)
    .execute(tx)
    .await?;
    get(tx, id).await
}

/// Locks all administrators until the transaction ends, so that two transactions cannot each take away the last but
/// one. Call it before [`count_admins`].
pub async fn lock_admins(tx: &mut Tx) -> Result<()> {
    sql(Sql {
        sqlite: "SELECT id FROM users WHERE role <> 'user' ORDER BY id",
        postgres: "SELECT id FROM users WHERE role <> 'user' ORDER BY id FOR UPDATE",
    })
    .execute(tx)
    .await?;
    Ok(())
}

/// The person with this email address.
pub async fn by_email(tx: &mut Tx, email: &Email) -> Result<Option<User>> {
    let row = sql("SELECT id, email, name, department, title, team, role, status, created_at, last_login_at
                   FROM users WHERE email = $1")
    .bind(email)
    .fetch_optional::<Row>(tx)
    .await?;
    Ok(row.map(Into::into))
}

/// People by name.
pub async fn list(tx: &mut Tx, filter: &UserFilter, query: &PageQuery) -> Result<Page<User>> {
    let mut q = select(
        "SELECT id, email, name, department, title, team, role, status, created_at, last_login_at
         FROM users WHERE true",
    );
    if let Some(status) = filter.status {
        q.and(" AND status = ?", status);
    }
    if let Some(text) = filter.search.as_deref().filter(|text| !text.trim().is_empty()) {
        let pattern = page::contains(text);
        q.and_all(
            " AND (lower(name) LIKE ? ESCAPE '!' OR email LIKE ? ESCAPE '!'
                   OR lower(department) LIKE ? ESCAPE '!' OR lower(team) LIKE ? ESCAPE '!')",
            [(&pattern).into(), (&pattern).into(), (&pattern).into(), (&pattern).into()],
        );
    }
    let sort = filter.sort.unwrap_or(Sort { by: UserSort::Name, descending: false });
    let (after, limit) = (Cursor::of(query)?, page::fetch_limit(query));
    match (sort.by, sort.descending) {
        (UserSort::Name, false) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(name), id) > (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(name), id LIMIT ?", limit);
        }
        (UserSort::Name, true) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(name), id) < (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(name) DESC, id DESC LIMIT ?", limit);
        }
        (UserSort::Department, false) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(department), id) > (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(department), id LIMIT ?", limit);
        }
        (UserSort::Department, true) => {
            if let Some(after) = after {
                q.and_all(" AND (lower(department), id) < (?, ?)", [after.key.into(), after.id.into()]);
            }
            q.push(" ORDER BY lower(department) DESC, id DESC LIMIT ?", limit);
        }
        (UserSort::LastSignIn, false) => {
            if let Some(after) = after {
                let values = [NEVER.into(), after.time()?.into(), after.id.into()];
                q.and_all(" AND (COALESCE(last_login_at, ?), id) > (?, ?)", values);
            }
            q.push_all(" ORDER BY COALESCE(last_login_at, ?), id LIMIT ?", [NEVER.into(), limit.into()]);
        }
        (UserSort::LastSignIn, true) => {
            if let Some(after) = after {
                let values = [NEVER.into(), after.time()?.into(), after.id.into()];
                q.and_all(" AND (COALESCE(last_login_at, ?), id) < (?, ?)", values);
            }
            q.push_all(" ORDER BY COALESCE(last_login_at, ?) DESC, id DESC LIMIT ?", [NEVER.into(), limit.into()]);
        }
    }
    let rows: Vec<User> = q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect();
    Ok(page::page(rows, query, |user| match sort.by {
        UserSort::Name => Cursor::text(user.name.to_ascii_lowercase(), user.id),
        UserSort::Department => Cursor::text(user.department.to_ascii_lowercase(), user.id),
        UserSort::LastSignIn => Cursor::at(user.last_login_at.unwrap_or(NEVER), user.id),
    }))
}

/// Stands for a sign-in that never was, so that it can be compared.
const NEVER: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// The names of these people; unknown ones are left out.
pub async fn names(tx: &mut Tx, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let mut q = select("SELECT id, name FROM users WHERE true");
    q.and_in(" AND id IN ", ids.iter().copied());
    let rows: Vec<(Parsed<UserId>, String)> = q.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}

/// How many people are asked about at once: far below what either engine binds.
const AT_ONCE: usize = 500;

/// Who has these email addresses; those that nobody has are left out.
pub async fn of_emails(tx: &mut Tx, emails: &[Email]) -> Result<HashMap<Email, UserId>> {
    let mut found = HashMap::new();
    for emails in emails.chunks(AT_ONCE) {
        let mut q = select("SELECT email, id FROM users WHERE true");
        q.and_in(" AND email IN ", emails);
        let rows: Vec<(Parsed<Email>, Parsed<UserId>)> = q.fetch_all(tx).await?;
        found.extend(rows.into_iter().map(|(email, id)| (email.0, id.0)));
    }
    Ok(found)
}

/// These people, by name; unknown ones are left out.
pub async fn of_ids(tx: &mut Tx, ids: Vec<UserId>) -> Result<Vec<User>> {
    let mut q = select(
        "SELECT id, email, name, department, title, team, role, status, created_at, last_login_at
         FROM users WHERE true",
    );
    q.and_in(" AND id IN ", ids);
    q.push_plain(" ORDER BY lower(name), id");
    Ok(q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect())
}

/// Administrators who may act, by name.
pub async fn admins(tx: &mut Tx) -> Result<Vec<User>> {
    let rows = sql("SELECT id, email, name, department, title, team, role, status, created_at, last_login_at
                    FROM users WHERE role IN ('admin', 'super_admin') AND status = 'active' ORDER BY lower(name), id")
    .fetch_all::<Row>(tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds a person, without a password. Conflict: `users.email`.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<()> {
    sql("INSERT INTO users (id, email, name, department, title, team, role, status, created_at, updated_at,
                            last_login_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(user.id)
    .bind(&user.email)
    .bind(&user.name)
    .bind(&user.department)
    .bind(&user.title)
    .bind(&user.team)
    .bind(user.role)
    .bind(user.status)
    .bind(user.created_at)
    .bind(user.created_at)
    .bind(user.last_login_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes email, name, department, title and team. Conflict: `users.email`.
pub async fn update(tx: &mut Tx, user: &User, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE users SET email = $2, name = $3, department = $4, title = $5, team = $6, updated_at = $7
                       WHERE id = $1")
    .bind(user.id)
    .bind(&user.email)
    .bind(&user.name)
    .bind(&user.department)
    .bind(&user.title)
    .bind(&user.team)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed > 0)
}

/// Lets the person in, or locks them out.
pub async fn set_status(tx: &mut Tx, id: UserId, status: UserStatus, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE users SET status = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(status)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Gives a platform role.
pub async fn set_role(tx: &mut Tx, id: UserId, role: Role, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE users SET role = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(role)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Remembers a sign-in.
pub async fn touch_login(tx: &mut Tx, id: UserId, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE users SET last_login_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx).await?;
    Ok(changed > 0)
}

/// The password hash (PHC string), if the person has set a password.
pub async fn password_hash(tx: &mut Tx, id: UserId) -> Result<Option<String>> {
    let row: Option<(Option<String>,)> =
        sql("SELECT password_hash FROM users WHERE id = $1").bind(id).fetch_optional(tx).await?;
    Ok(row.and_then(|(hash,)| hash))
}

/// Sets the password hash (PHC string).
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Number of people, of one status or of all.
pub async fn count(tx: &mut Tx, status: Option<UserStatus>) -> Result<u32> {
    let mut q = select("SELECT COUNT(*) FROM users WHERE true");
    if let Some(status) = status {
        q.and(" AND status = ?", status);
    }
    let (count,): (i64,) = q.fetch_one(tx).await?;
    Ok(number(count))
}

/// Number of administrators who may act.
pub async fn count_admins(tx: &mut Tx) -> Result<u32> {
    let (count,): (i64,) =
        sql("SELECT COUNT(*) FROM users WHERE role IN ('admin', 'super_admin') AND status = 'active'")
            .fetch_one(tx)
            .await?;
    Ok(number(count))
}

/// Removes the person with sessions, keys, links, requests, drafts and notifications. The audit log stays.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<bool> {
    Ok(sql("DELETE FROM users WHERE id = $1").bind(id).execute(tx).await? > 0)
}
