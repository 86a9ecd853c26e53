//! In-app notifications.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::NotificationId;
use crate::words::words;

words! {
    /// What a notification is about.
    pub enum NotificationKind {
        /// The person's request was granted.
        RequestApproved = "request_approved",
        /// The person's request was refused.
        RequestRejected = "request_rejected",
        /// Somebody's request waits for a decision.
        RequestPending = "request_pending",
        /// A definition of a server changed and is withheld.
        DefinitionChanged = "definition_changed",
        /// Access was taken away or a server was switched off.
        AccessEnded = "access_ended",
        /// Access ends soon.
        AccessEnding = "access_ending",
    }
}

/// A message for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Identity.
    pub id: NotificationId,
    /// What it is about.
    pub kind: NotificationKind,
    /// One line.
    pub title: String,
    /// More, or empty.
    pub body: String,
    /// Path in the console.
    pub link: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Read at this time.
    pub read_at: Option<DateTime<Utc>>,
}
