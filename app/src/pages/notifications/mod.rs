//! `/notifications`: what happened that concerns the person.

pub mod api;

use api::{ListNotifications, MarkNotifications, OpenNotification, ReadAllNotifications};
use domain::{Notification, NotificationKind};

use crate::prelude::*;

/// `/notifications`.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let cursor = query("cursor");
    let notifications = load(move || ListNotifications { cursor: cursor.get() });
    let open = use_form::<OpenNotification>();
    let read_all = use_form::<ReadAllNotifications>();
    let many = use_form::<MarkNotifications>();
    view! {
        <PageHeader
            title=text::notifications::title()
            actions=move || view! { <ActionButton form=read_all icon="check">{text::notifications::mark_all_read()}</ActionButton> }
        />
        <Load resource=notifications let:page>
            <Card flush=true>
                <DataTable
                    label=text::notifications::title()
                    main=true
                    columns=vec![Column::new(text::notifications::notification()).wide(), Column::new(text::common::when()), Column::new(text::common::action()).actions()]
                    rows=page.data
                    next=page.next_cursor
                    row=move |notification: Notification| notification_row(notification, open)
                    bulk=Some(Bulk { form: many.into(), actions: ViewFn::from(MarkMany) })
                    empty=|| view! {
                        <EmptyState icon="bell" title=text::notifications::empty() text=text::notifications::empty_help()/>
                    }
                />
            </Card>
        </Load>
    }
}

/// Buttons for chosen notifications.
#[component]
fn MarkMany() -> impl IntoView {
    view! {
        <Hidden name="back" value=untrack(here())/>
        <Button name="read" value="true" small=true icon="check">{text::notifications::mark_read()}</Button>
        <Button name="read" value="false" small=true icon="rotate-ccw">{text::notifications::mark_unread()}</Button>
    }
}

/// The icon and colour of a kind of notification.
fn look(kind: NotificationKind) -> (&'static str, Tone) {
    match kind {
        NotificationKind::RequestApproved => ("circle-check", Tone::Success),
        NotificationKind::RequestRejected => ("circle-x", Tone::Danger),
        NotificationKind::RequestPending => ("inbox", Tone::Accent),
        NotificationKind::DefinitionChanged => ("git-compare", Tone::Warning),
        NotificationKind::AccessEnded | NotificationKind::AccessEnding => ("shield-off", Tone::Warning),
    }
}

/// What a notification says.
fn message(notification: &Notification) -> impl IntoView + use<> {
    let (icon, tone) = look(notification.kind);
    let read = notification.read_at.is_some();
    let (title, body) = (notification.title.clone(), notification.body.clone());
    view! {
        <div class=format!("message {}", tone.class())>
            <Icon name=icon/>
            <div>
                <p class=if read { "message-title" } else { "message-title strong" }>
                    <span>{title}</span>
                    {(!read).then(|| view! { <span class="unread-dot"></span><span class="sr-only">{text::notifications::unread()}</span> })}
                </p>
                {(!body.is_empty()).then(|| view! { <p class="muted">{body}</p> })}
            </div>
        </div>
    }
}

fn notification_row(notification: Notification, open: FormState<OpenNotification>) -> Row {
    let read = notification.read_at.is_some();
    let text = message(&notification);
    let (id, title) = (notification.id, notification.title);
    let fields = vec![("id", id.to_string()), ("link", notification.link)];
    let row = Row::new(cells![
        text,
        view! { <Time at=notification.created_at/> },
        view! { <ActionButton form=open fields=fields small=true variant=Variant::Quiet icon="arrow-right">{text::common::open()}</ActionButton> },
    ])
    .choosable(id, title);
    if read { row.muted() } else { row }
}

/// Notifications as lines, each of which leads to what it is about.
#[component]
pub fn NotificationLines(notifications: Vec<Notification>, open: FormState<OpenNotification>) -> impl IntoView {
    if notifications.is_empty() {
        return view! {
            <EmptyState icon="bell" title=text::notifications::empty() text=text::notifications::empty_help()/>
        }
        .into_any();
    }
    let form = AnyForm::from(open);
    let lines = notifications
        .into_iter()
        .map(|notification| {
            let text = message(&notification);
            let (at, id, link) = (notification.created_at, notification.id.to_string(), notification.link);
            view! {
                <li>
                    <form method="post" on:submit=move |event| form.submit(&event)>
                        <input type="hidden" name=crate::posted::FUNCTION_FIELD value=form.function()/>
                        <Hidden name="id" value=id/>
                        <Hidden name="link" value=link/>
                        <button type="submit" class="message-line">{text}<span class="muted"><Time at=at/></span></button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="message-lines">{lines}</ul> }.into_any()
}
