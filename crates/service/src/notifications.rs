//! In-app notifications: of one person, for that person.

use chrono::{DateTime, Utc};
use domain::{Env, Notification, NotificationId, NotificationKind, Page, PageQuery, Problem, UserId};
use store::Tx;

use crate::{Caller, Result, Services};

impl Services {
    /// The notifications of the person asking, newest first.
    pub async fn notifications(&self, caller: &Caller, page: &PageQuery) -> Result<Page<Notification>> {
        let user = caller.user_id()?;
        let mut tx = self.read().await?;
        Ok(store::notifications::list(&mut tx, user, page).await?)
    }

    /// Marks one of the person's notifications as read. One that is read, or somebody else's, stays as it is.
    pub async fn mark_read(&self, caller: &Caller, id: NotificationId) -> Result<()> {
        let user = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        store::notifications::mark_read(&mut change.tx, user, id, change.now).await?;
        change.commit_unaudited(READ).await
    }

    /// Marks several of the person's notifications as read, or as unread again. Returns those that were changed.
    ///
    /// # Errors
    /// `Invalid` for none or too many.
    pub async fn mark_notifications(
        &self,
        caller: &Caller,
        ids: &[NotificationId],
        read: bool,
    ) -> Result<Vec<NotificationId>> {
        let user = caller.user_id()?;
        if ids.is_empty() || ids.len() > AT_ONCE {
            return Err(Problem::field("ids", format!("choose between one and {AT_ONCE} notifications")).into());
        }
        let mut change = self.begin(caller).await?;
        let mut changed = Vec::new();
        for id in ids {
            let differs = if read {
                store::notifications::mark_read(&mut change.tx, user, *id, change.now).await?
            } else {
                store::notifications::mark_unread(&mut change.tx, user, *id).await?
            };
            if differs {
                changed.push(*id);
            }
        }
        change.commit_unaudited(READ).await?;
        Ok(changed)
    }

    /// Marks all of the person's notifications as read.
    pub async fn mark_all_read(&self, caller: &Caller) -> Result<()> {
        let user = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        store::notifications::mark_all_read(&mut change.tx, user, change.now).await?;
        change.commit_unaudited(READ).await
    }
}

/// Most notifications that are marked at once.
const AT_ONCE: usize = 200;

const READ: &str = "reading one's own notifications is no event";

/// What a notification says.
pub(crate) struct Message {
    /// What it is about.
    pub(crate) kind: NotificationKind,
    /// One line.
    pub(crate) title: String,
    /// More, or empty.
    pub(crate) body: String,
    /// Path in the console.
    pub(crate) link: String,
}

/// Leaves a message for people, inside the change that causes it.
pub(crate) async fn notify(
    tx: &mut Tx,
    env: &dyn Env,
    now: DateTime<Utc>,
    people: &[UserId],
    message: &Message,
) -> Result<()> {
    leave(tx, env, now, people, message, None).await
}

/// As [`notify`], with the id of what the message is about: when that is settled, the message is done for everybody,
/// wherever it led them ([`store::notifications::mark_done_about`]).
pub(crate) async fn notify_about(
    tx: &mut Tx,
    env: &dyn Env,
    now: DateTime<Utc>,
    people: &[UserId],
    message: &Message,
    subject: &str,
) -> Result<()> {
    leave(tx, env, now, people, message, Some(subject)).await
}

async fn leave(
    tx: &mut Tx,
    env: &dyn Env,
    now: DateTime<Utc>,
    people: &[UserId],
    message: &Message,
    subject: Option<&str>,
) -> Result<()> {
    for person in people {
        let notification = Notification {
            id: NotificationId::generate(env),
            kind: message.kind,
            title: message.title.clone(),
            body: message.body.clone(),
            link: message.link.clone(),
            created_at: now,
            read_at: None,
        };
        store::notifications::insert_about(tx, *person, &notification, subject).await?;
    }
    Ok(())
}
