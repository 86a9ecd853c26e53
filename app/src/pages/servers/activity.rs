//! What happened at a server.

use domain::{AuditRow, Page, ServerId};

use crate::pages::audit::EventTable;
use crate::pages::audit::api::{AuditQuery, ListEvents};
use crate::prelude::*;

/// A page of events.
pub type Events = Loaded<Option<Later>>;

/// The events of a server, once its tab is open. Made by the page itself, not by what is drawn from its data.
pub(super) fn load_events(server: Memo<Result<ServerId, AppError>>, tab: Memo<&'static str>) -> Events {
    let cursor = query("cursor");
    load_when(move || {
        let id = server.get().ok().filter(|_| tab.get() == "activity")?;
        let query = AuditQuery { server: Some(id.to_string()), cursor: cursor.get(), ..AuditQuery::default() };
        Some(ListEvents { query })
    })
    .maybe_later()
}

/// The last tab but one of a server's page.
#[component]
pub fn ActivityTab(
    /// The server.
    server: ServerId,
    /// What happened at it.
    events: Page<AuditRow>,
) -> impl IntoView {
    let all = link("/audit", &[("server", &server.to_string())]);
    view! {
        <Card
            title=text::servers::tab_activity()
            description=text::servers::activity_description()
            flush=true
            actions=move || view! { <LinkButton href=all.clone() small=true icon="filter">{text::servers::activity_filter()}</LinkButton> }
        >
            <EventTable
                events=events.data
                next=events.next_cursor
                with_actor=true
                empty=|| view! { <EmptyState icon="activity" title=text::servers::activity_empty() text=text::servers::activity_empty_text()/> }
            />
        </Card>
    }
}
