//! In-app notifications.

use domain::{Notification, NotificationId, Page};
use leptos::prelude::*;

use crate::error::AppError;

/// The person's notifications, newest first.
#[server(prefix = "/api/fn", endpoint = "notifications/list")]
pub async fn list_notifications(cursor: Option<String>) -> Result<Page<Notification>, AppError> {
    let (services, caller) = crate::ssr::request()?;
    let mut page =
        crate::ssr::spoken(services.notifications(&caller, &domain::PageQuery { cursor, limit: None }).await?);
    for notification in &mut page.data {
        use domain::NotificationKind::{
            AccessEnded, AccessEnding, DefinitionChanged, RequestApproved, RequestPending, RequestRejected,
        };
        match notification.kind {
            // What people wrote.
            RequestApproved | RequestRejected | RequestPending => {
                notification.body = crate::components::plain(&notification.body);
            }
            // Names of tools, as they are.
            DefinitionChanged | AccessEnded | AccessEnding => {}
        }
    }
    Ok(page)
}

/// Marks a notification as read and leads to what it is about.
#[server(prefix = "/api/fn", endpoint = "notifications/open")]
pub async fn open_notification(id: NotificationId, link: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.mark_read(&caller, id).await?;
    crate::ssr::redirect(&link);
    Ok(())
}

/// Marks the chosen notifications as read, or as unread again.
#[server(prefix = "/api/fn", endpoint = "notifications/mark")]
pub async fn mark_notifications(
    #[server(default)] ids: Vec<NotificationId>,
    #[server(default)] read: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    let changed = services.mark_notifications(&caller, &ids, read).await?;
    let back = if back.is_empty() { "/notifications" } else { &back };
    let notice = if read { "notifications-read" } else { "notifications-unread" };
    crate::ssr::redirect(&crate::url::with_undo(back, notice, changed));
    Ok(())
}

/// Marks everything as read.
#[server(prefix = "/api/fn", endpoint = "notifications/read-all")]
pub async fn read_all_notifications(#[server(default)] back: String) -> Result<(), AppError> {
    let (services, caller) = crate::ssr::request()?;
    services.mark_all_read(&caller).await?;
    crate::ssr::redirect(if back.is_empty() { "/notifications" } else { &back });
    Ok(())
}
