//! `notifications`: messages in the console.

use chrono::{DateTime, Utc};
use domain::{Notification, NotificationId, NotificationKind, Page, PageQuery, UserId};

use super::number;
use crate::page::{self, Cursor};
use crate::{Parsed, Result, Tx, list as select, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: Parsed<NotificationId>,
    kind: Parsed<NotificationKind>,
    title: String,
    body: String,
    link: String,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl From<Row> for Notification {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            title: row.title,
            body: row.body,
            link: row.link,
            created_at: row.created_at,
            read_at: row.read_at,
        }
    }
}

/// Adds a message for a person.
pub async fn insert(tx: &mut Tx, user: UserId, notification: &Notification) -> Result<()> {
    insert_about(tx, user, notification, None).await
}

/// Adds a message for a person, with the id of what it is about, for [`mark_done_about`].
pub async fn insert_about(tx: &mut Tx, user: UserId, notification: &Notification, subject: Option<&str>) -> Result<()> {
    sql("INSERT INTO notifications (id, user_id, kind, title, body, link, created_at, read_at, subject)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(notification.id)
    .bind(user)
    .bind(notification.kind)
    .bind(&notification.title)
    .bind(&notification.body)
    .bind(&notification.link)
    .bind(notification.created_at)
    .bind(notification.read_at)
    .bind(subject)
    .execute(tx)
    .await?;
    Ok(())
}

/// The messages of a person, newest first.
pub async fn list(tx: &mut Tx, user: UserId, query: &PageQuery) -> Result<Page<Notification>> {
    let mut q = select("SELECT id, kind, title, body, link, created_at, read_at FROM notifications WHERE user_id = $1")
        .bind(user);
    if let Some(after) = Cursor::of(query)? {
        q.and_all(" AND (created_at, id) < (?, ?)", [after.time()?.into(), after.id.into()]);
    }
    q.push(" ORDER BY created_at DESC, id DESC LIMIT ?", page::fetch_limit(query));
    let rows: Vec<Notification> = q.fetch_all::<Row>(tx).await?.into_iter().map(Into::into).collect();
    Ok(page::page(rows, query, |notification| Cursor::at(notification.created_at, notification.id)))
}

/// Number of messages that a person has not read.
pub async fn unread_count(tx: &mut Tx, user: UserId) -> Result<u32> {
    let (count,): (i64,) = sql("SELECT COUNT(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL")
        .bind(user)
        .fetch_one(tx)
        .await?;
    Ok(number(count))
}

/// Marks one message of a person as read; false when there is none unread.
pub async fn mark_read(tx: &mut Tx, user: UserId, id: NotificationId, now: DateTime<Utc>) -> Result<bool> {
    let changed = sql("UPDATE notifications SET read_at = $3 WHERE user_id = $1 AND id = $2 AND read_at IS NULL")
        .bind(user)
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Marks one message of a person as unread again; false when there is none read.
pub async fn mark_unread(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<bool> {
    let changed = sql("UPDATE notifications SET read_at = NULL WHERE user_id = $1 AND id = $2 AND read_at IS NOT NULL")
        .bind(user)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(changed > 0)
}

/// Marks the messages of a kind that lead to this place as read, whoever has them; returns how many were not.
pub async fn mark_done(tx: &mut Tx, kind: NotificationKind, link: &str, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE notifications SET read_at = $3 WHERE kind = $1 AND link = $2 AND read_at IS NULL")
        .bind(kind)
        .bind(link)
        .bind(now)
        .execute(tx)
        .await
}

/// Marks the messages of a kind about this subject as read, whoever has them and wherever they lead; returns how many were
/// not.
pub async fn mark_done_about(tx: &mut Tx, kind: NotificationKind, subject: &str, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE notifications SET read_at = $3 WHERE kind = $1 AND subject = $2 AND read_at IS NULL")
        .bind(kind)
        .bind(subject)
        .bind(now)
        .execute(tx)
        .await
}

/// Marks all messages of a person as read; returns how many were not.
pub async fn mark_all_read(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<u64> {
    sql("UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL")
        .bind(user)
        .bind(now)
        .execute(tx)
        .await
}
