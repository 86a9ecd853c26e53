//! The inbox: requests that wait for a decision, and the page to decide on.

pub mod api;
mod decide;
mod keyboard;
mod review;

use api::{InboxQuery, ListInbox};
use domain::{Request, RequestKind, RequestState};
pub use keyboard::ListKeys;
pub use review::ReviewPage;

use crate::pages::rules::words;
use crate::prelude::*;

/// `/inbox`: requests, those that wait longest first.
#[component]
pub fn InboxPage() -> impl IntoView {
    let (search, state, kind, cursor) = (query("search"), query("state"), query("kind"), query("cursor"));
    let requests = load(move || ListInbox {
        query: InboxQuery { search: search.get(), state: state.get(), kind: kind.get(), cursor: cursor.get() },
    });
    let filtered = Memo::new(move |_| [search, state, kind].iter().any(|value| value.with(Option::is_some)));
    let kinds = std::iter::once((String::new(), "Any kind".to_owned()))
        .chain(RequestKind::ALL.iter().map(|kind| (kind.to_string(), kind.label())));
    view! {
        <PageHeader title="Inbox" description="Requests for servers and for access. Pending ones that wait longest come first."/>
        <FilterBar names=&["search", "state", "kind"]>
            <SearchField name="search" label="Search servers and people"/>
            <FilterSelect
                name="state"
                label="State"
                options=words(&[
                    ("", "Pending"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn"),
                    ("all", "Any state"),
                ])
            />
            <FilterSelect name="kind" label="Kind" options=kinds.collect()/>
        </FilterBar>
        <ListKeys>
            <Load resource=requests rows=8 let:page>
                <InboxTable requests=page.data next=page.next_cursor filtered=filtered.get_untracked()/>
            </Load>
        </ListKeys>
    }
}

#[component]
fn InboxTable(
    requests: Vec<Request>,
    #[prop(optional_no_strip)] next: Option<String>,
    filtered: bool,
) -> impl IntoView {
    view! {
        <Card flush=true>
            <DataTable
                label="Requests"
                columns=vec![
                    Column::new("Request").wide(),
                    Column::new("Requester"),
                    Column::new("Kind"),
                    Column::new("Urgency"),
                    Column::new("Asked"),
                    Column::new("State"),
                ]
                rows=requests
                row=|request: Request| {
                    let urgency = if request.urgent {
                        view! { <Badge tone=Tone::Danger>"Urgent"</Badge> }.into_any()
                    } else {
                        view! { <span class="muted">"Normal"</span> }.into_any()
                    };
                    let row = Row::new(cells![
                        view! { <span class="named"><BrandIcon icon=request.icon.clone() name=request.name.clone()/>{request.name.clone()}</span> },
                        view! { <Person name=request.requester_name.clone()/> },
                        view! { <StateBadge state=request.kind/> },
                        urgency,
                        view! { <Time at=request.created_at/> },
                        view! { <StateBadge state=request.state/> },
                    ])
                    .href(format!("/inbox/{}", request.id));
                    if request.state == RequestState::Pending { row } else { row.muted() }
                }
                next=next
                empty=move || if filtered {
                    view! { <EmptyState icon="search" title="No request matches" text="Clear the filters to see what waits."/> }.into_any()
                } else {
                    view! {
                        <EmptyState icon="inbox" title="Nothing to decide" text="When somebody asks for a server or for access, the request appears here."/>
                    }
                    .into_any()
                }
            />
        </Card>
    }
}
