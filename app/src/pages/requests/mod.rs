//! Requests, as the people who ask see them: the list, the form, and how one stands.

pub mod api;
mod detail;
mod draft;
mod duplicates;
mod fields;
mod new;
mod parts;

use api::ListRequests;
pub use detail::RequestPage;
use domain::{Request, RequestState};
pub use duplicates::DuplicateList;
pub use fields::{AuthChoice, names, tool_option};
pub use new::NewRequestPage;
pub use parts::{ConfigurationFacts, DecisionView, JustificationView, RequestList, history_items};

use crate::prelude::*;

/// `/requests`: the person's own requests.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let (search, state, cursor) = (query("search"), query_as::<RequestState>("state"), query("cursor"));
    let requests = load(move || ListRequests { search: search.get(), state: state.get(), cursor: cursor.get() });
    let filtered = Memo::new(move |_| search.with(Option::is_some) || state.with(Option::is_some));
    let states = std::iter::once((String::new(), "Any state".to_owned()))
        .chain(RequestState::ALL.iter().map(|state| (state.to_string(), state.label())));
    view! {
        <PageHeader
            title="My requests"
            description="What you asked for, and how it stands."
            actions=|| view! {
                <LinkButton href="/catalog" icon="layout-grid">"Browse the catalog"</LinkButton>
                <LinkButton href="/requests/new" variant=Variant::Primary icon="plus">"Request a custom server"</LinkButton>
            }
        />
        <FilterBar names=&["search", "state"]>
            <SearchField name="search" label="Search my requests"/>
            <FilterSelect name="state" label="State" options=states.collect()/>
        </FilterBar>
        <Load resource=requests let:page>
            <Card flush=true>
                <DataTable
                    label="My requests"
                    columns=vec![
                        Column::new("Request").wide(),
                        Column::new("Kind"),
                        Column::new("State"),
                        Column::new("Asked"),
                        Column::new("Decided by"),
                    ]
                    rows=page.data
                    row=|request: Request| {
                        let decided = request.decision.as_ref().map_or_else(|| "–".to_owned(), |d| d.by_name.clone());
                        let row = Row::new(cells![
                            view! { <span class="named"><BrandIcon icon=request.icon.clone() name=request.name.clone()/>{request.name.clone()}</span> },
                            view! { <StateBadge state=request.kind/> },
                            view! { <StateBadge state=request.state/> },
                            view! { <Time at=request.created_at/> },
                            decided,
                        ])
                        .href(format!("/requests/{}", request.id));
                        if request.state == RequestState::Withdrawn { row.muted() } else { row }
                    }
                    next=page.next_cursor
                    empty=move || if filtered.get_untracked() {
                        view! { <EmptyState icon="search" title="No request matches" text="Clear the filter to see all your requests."/> }.into_any()
                    } else {
                        view! {
                            <EmptyState icon="send" title="No requests yet" text="Ask for a server from the catalog, or for one that you know the address of.">
                                <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">"Browse the catalog"</LinkButton>
                            </EmptyState>
                        }
                        .into_any()
                    }
                />
            </Card>
        </Load>
    }
}
