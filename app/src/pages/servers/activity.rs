//! What happened at a server.

use domain::{AuditRow, Page, ServerId};

use crate::pages::audit::EventTable;
use crate::pages::audit::api::{AuditQuery, list_events};
use crate::prelude::*;

/// A page of events.
pub(super) type Events = Resource<Result<Page<AuditRow>, AppError>>;

/// The events of a server, once its tab is open. Made by the page itself, not by what is drawn from its data.
pub(super) fn load_events(server: Memo<Result<ServerId, AppError>>, tab: Memo<&'static str>) -> Events {
    let cursor = query("cursor");
    let source = move || {
        let server = server.get().ok().filter(|_| tab.get() == "activity");
        server.map(|id| AuditQuery { server: Some(id.to_string()), cursor: cursor.get(), ..AuditQuery::default() })
    };
    load(source, async |query| match query {
        Some(query) => list_events(query).await,
        None => Ok(Page::whole(Vec::new())),
    })
}

#[component]
pub(super) fn ActivityTab(server: ServerId, events: Events) -> impl IntoView {
    let all = link("/audit", &[("server", &server.to_string())]);
    view! {
        <Card
            title="Activity"
            description="Calls to this server and changes of it, newest first."
            flush=true
            actions=move || view! { <LinkButton href=all.clone() small=true icon="filter">"Filter in the audit log"</LinkButton> }
        >
            <Load resource=events rows=8 let:page>
                <EventTable
                    events=page.data
                    next=page.next_cursor
                    with_actor=true
                    empty=|| view! { <EmptyState icon="activity" title="No activity yet" text="Calls and changes appear here as they happen."/> }
                />
            </Load>
        </Card>
    }
}
