//! The newest notifications, as the bell shows them.

use leptos::prelude::*;

use crate::components::{ActionButton, Load, Variant, use_form};
use crate::pages::notifications::NotificationLines;
use crate::pages::notifications::api::{ListNotifications, OpenNotification, ReadAllNotifications};
use crate::text::shell as text;
use crate::url::here;
use crate::wire::load;

/// So many are shown.
const MOST: usize = 7;

/// The newest notifications with a way to all of them.
#[component]
pub fn Newest() -> impl IntoView {
    let notifications = load(|| ListNotifications { cursor: None });
    let open = use_form::<OpenNotification>();
    let read_all = use_form::<ReadAllNotifications>();
    let here = here();
    view! {
        <div class="bell-head">
            <h2 class="card-title">{text::notifications()}</h2>
            <ActionButton form=read_all fields=vec![("back", untrack(&here))] small=true variant=Variant::Quiet icon="check">
                {crate::text::notifications::mark_all_read()}
            </ActionButton>
        </div>
        <Load resource=notifications rows=4 let:page>
            <NotificationLines notifications=page.data.into_iter().take(MOST).collect() open=open/>
        </Load>
        <p class="bell-foot"><a href="/notifications">{text::notifications_all()}</a></p>
    }
}
