//! What the console shows live: numbers that change while somebody looks at a page.

use domain::{Capability, Counters, UserStatus};
use tokio::sync::watch;

use crate::{Caller, Result, Services};

impl Services {
    /// Counts the changes committed by this node and those of others that were heard of. Wait for it to change, then ask
    /// for [`Services::counters`].
    pub fn changes_seen(&self) -> watch::Receiver<u64> {
        self.live().subscribe()
    }

    /// The numbers of the person asking; nothing once the session is over.
    ///
    /// # Errors
    /// `Unauthenticated` for an anonymous caller.
    pub async fn counters(&self, caller: &Caller) -> Result<Option<Counters>> {
        let user = caller.user_id()?;
        let Some(session) = caller.session else { return Ok(None) };
        let mut tx = self.read().await?;
        let (session, user) = (store::sessions::get(&mut tx, session).await?, store::users::get(&mut tx, user).await?);
        let (Some(session), Some(user)) = (session, user) else { return Ok(None) };
        if user.status != UserStatus::Active || self.now() >= session.expires_at {
            return Ok(None);
        }
        let decides = user.role.capabilities().contains(&Capability::ManageRequests);
        Ok(Some(Counters {
            unread_notifications: store::notifications::unread_count(&mut tx, user.id).await?,
            pending_requests: if decides { store::requests::count_pending(&mut tx).await? } else { 0 },
        }))
    }

    /// Says that something changed.
    pub(crate) fn mark_changed(&self) {
        self.live().send_modify(|count| *count = count.wrapping_add(1));
    }
}
