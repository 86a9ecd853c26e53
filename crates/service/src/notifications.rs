//! In-app notifications: of one person, for that person.

use chrono::{DateTime, Utc};
use domain::{Env, Notification, NotificationId, NotificationKind, Page, PageQuery, UserId};
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

    /// Marks all of the person's notifications as read.
    pub async fn mark_all_read(&self, caller: &Caller) -> Result<()> {
        let user = caller.user_id()?;
        let mut change = self.begin(caller).await?;
        store::notifications::mark_all_read(&mut change.tx, user, change.now).await?;
        change.commit_unaudited(READ).await
    }
}

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
        store::notifications::insert(tx, *person, &notification).await?;
    }
    Ok(())
}
