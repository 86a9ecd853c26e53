//! The inbox: requests that wait for a decision, and the page to decide on.

pub mod api;
mod decide;
mod review;

use api::{InboxQuery, ListInbox};
use domain::{Capability, Page, Request, RequestKind, RequestState};
pub use review::{Past, ReviewFacts, ReviewPage};

use crate::pages::rules::words;
use crate::prelude::*;

/// `/inbox`: requests, those that wait longest first.
#[component]
pub fn InboxPage() -> impl IntoView {
    let (search, state, kind, cursor) = (query("search"), query("state"), query("kind"), query("cursor"));
    let sort = query("sort");
    let requests = load(move || ListInbox {
        query: InboxQuery {
            search: search.get(),
            state: state.get(),
            kind: kind.get(),
            sort: sort.get(),
            cursor: cursor.get(),
        },
    })
    .later();
    follow_arrivals();
    let views = use_views("inbox");
    let filtered = Memo::new(move |_| [search, state, kind].iter().any(|value| value.with(Option::is_some)));
    let kinds = std::iter::once((String::new(), text::inbox::any_kind().to_owned()))
        .chain(RequestKind::ALL.iter().map(|kind| (kind.to_string(), kind.label())));
    view! {
        <PageHeader title=text::inbox::title() description=text::inbox::description()/>
        <FilterBar names=&["search", "state", "kind"] needs=Capability::ManageRequests views=views>
            <SearchField name="search" label=text::inbox::search()/>
            <FilterSelect
                name="state"
                label=text::common::state()
                options=words(&[
                    ("", text::inbox::state_pending()),
                    ("approved", text::inbox::state_approved()),
                    ("rejected", text::inbox::state_rejected()),
                    ("withdrawn", text::inbox::state_withdrawn()),
                    ("all", text::inbox::state_any()),
                ])
            />
            <FilterSelect name="kind" label=text::common::kind() options=kinds.collect()/>
        </FilterBar>
        <Load resource=requests rows=8 let:page>
            {parts::late::inbox_list(page, filtered.get_untracked())}
        </Load>
        {can(Capability::ManageRequests).get_untracked().then(|| view! { <KeyHint/> })}
    }
}

/// Loads the list again when the number of requests that wait changes: one has arrived, or somebody else has decided.
fn follow_arrivals() {
    let (me, context) = (me(), context());
    let waiting = Memo::new(move |_| me.with(|me| me.as_ref().map(|me| me.pending_requests)));
    Effect::new(move |before: Option<Option<u32>>| {
        let now = waiting.get();
        if before.is_some_and(|before| before != now) {
            context.changed();
        }
        now
    });
}

/// Requests to decide about as a list.
#[component]
pub fn InboxList(
    /// The requests.
    page: Page<Request>,
    /// Some are filtered out.
    filtered: bool,
) -> impl IntoView {
    view! {
        <Card flush=true>
            <DataTable
                label=text::inbox::requests()
                main=true
                csv=Some("inbox")
                columns=vec![
                    Column::new(text::common::request()).sorted("name").wide(),
                    Column::new(text::inbox::requester()).sorted("requester"),
                    Column::new(text::common::kind()).optional("kind"),
                    Column::new(text::inbox::urgency()).sorted("urgency"),
                    Column::new(text::common::asked()).sorted("asked"),
                    Column::new(text::common::state()),
                ]
                rows=page.data
                row=|request: Request| {
                    let urgency = if request.urgent {
                        view! { <Badge tone=Tone::Danger>{text::inbox::urgent()}</Badge> }.into_any()
                    } else {
                        view! { <span class="muted">{text::inbox::normal()}</span> }.into_any()
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
                next=page.next_cursor
                empty=move || if filtered {
                    view! { <EmptyState icon="search" title=text::inbox::no_match() text=text::inbox::no_match_text()/> }.into_any()
                } else {
                    view! {
                        <EmptyState icon="inbox" title=text::inbox::empty() text=text::inbox::empty_text()/>
                    }
                    .into_any()
                }
            />
        </Card>
    }
}

/// The keys of the list.
#[component]
fn KeyHint() -> impl IntoView {
    let [before_keys, after_keys] = text::inbox::keys_move_around();
    let [before_key, after_key] = text::inbox::keys_open_around();
    view! {
        <p class="key-hint muted needs-js" aria-hidden="true">
            {before_keys}<kbd>"j"</kbd>" "<kbd>"k"</kbd>{after_keys}{before_key}<kbd>"Enter"</kbd>{after_key}
        </p>
    }
}
