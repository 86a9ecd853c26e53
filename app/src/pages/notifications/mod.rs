//! `/notifications`: what happened that concerns the person.

pub mod api;

use api::{ListNotifications, OpenNotification, ReadAllNotifications};
use domain::{Notification, NotificationKind};

use crate::prelude::*;

/// `/notifications`.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let cursor = query("cursor");
    let notifications = load(move || ListNotifications { cursor: cursor.get() });
    let open = use_form::<OpenNotification>();
    let read_all = use_form::<ReadAllNotifications>();
    view! {
        <PageHeader
            title="Notifications"
            actions=move || view! { <ActionButton form=read_all icon="check">"Mark all as read"</ActionButton> }
        />
        <Load resource=notifications let:page>
            <Card flush=true>
                <DataTable
                    label="Notifications"
                    columns=vec![Column::new("Notification").wide(), Column::new("When"), Column::new("Action").actions()]
                    rows=page.data
                    next=page.next_cursor
                    row=move |notification: Notification| notification_row(notification, open)
                    empty=|| view! {
                        <EmptyState icon="bell" title="Nothing new" text="Decisions about your requests and changes of your access appear here."/>
                    }
                />
            </Card>
        </Load>
    }
}

fn notification_row(notification: Notification, open: FormState<OpenNotification>) -> Row {
    let (icon, tone) = match notification.kind {
        NotificationKind::RequestApproved => ("circle-check", Tone::Success),
        NotificationKind::RequestRejected => ("circle-x", Tone::Danger),
        NotificationKind::RequestPending => ("inbox", Tone::Accent),
        NotificationKind::DefinitionChanged => ("git-compare", Tone::Warning),
        NotificationKind::AccessEnded => ("shield-off", Tone::Warning),
    };
    let read = notification.read_at.is_some();
    let text = view! {
        <div class=format!("message {}", tone.class())>
            <Icon name=icon/>
            <div>
                <p class=if read { "message-title" } else { "message-title strong" }>
                    <span>{notification.title}</span>
                    {(!read).then(|| view! { <span class="unread-dot"></span><span class="sr-only">" (unread)"</span> })}
                </p>
                {(!notification.body.is_empty()).then(|| view! { <p class="muted">{notification.body}</p> })}
            </div>
        </div>
    };
    let fields = vec![("id", notification.id.to_string()), ("link", notification.link)];
    let row = Row::new(cells![
        text,
        view! { <Time at=notification.created_at/> },
        view! { <ActionButton form=open fields=fields small=true variant=Variant::Quiet icon="arrow-right">"Open"</ActionButton> },
    ]);
    if read { row.muted() } else { row }
}
