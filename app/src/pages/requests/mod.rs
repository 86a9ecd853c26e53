//! Requests, as the people who ask see them: the list, the form, and how one stands.

pub mod api;
mod detail;
mod draft;
mod duplicates;
mod fields;
mod new;
mod parts;
#[cfg(feature = "ssr")]
mod prefill;
mod steps;
pub mod texts;

pub use api::ToolChoice;
use api::{DiscardDraft, DraftLine, ListRequests};
pub use detail::RequestPage;
use domain::{Page, Request, RequestState};
pub use duplicates::DuplicateList;
pub use fields::{AccessFields, AuthChoice, CustomConnection, EntryConnection, names, tool_option};
pub use new::NewRequestPage;
pub use parts::{ConfigurationFacts, DecisionView, JustificationView, RequestList, history_items};

use crate::prelude::*;

/// `/requests`: the person's own requests.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let (search, state, cursor) = (query("search"), query_as::<RequestState>("state"), query("cursor"));
    let sort = query("sort");
    let requests =
        load(move || ListRequests { search: search.get(), state: state.get(), sort: sort.get(), cursor: cursor.get() })
            .later();
    let views = use_views("requests");
    let discard = use_form::<DiscardDraft>();
    let filtered = Memo::new(move |_| search.with(Option::is_some) || state.with(Option::is_some));
    let states = std::iter::once((String::new(), text::requests::any_state().to_owned()))
        .chain(RequestState::ALL.iter().map(|state| (state.to_string(), state.label())));
    view! {
        <PageHeader
            title=text::requests::title()
            description=text::requests::description()
            actions=|| view! {
                <LinkButton href="/catalog" icon="layout-grid">{text::catalog::browse()}</LinkButton>
                <LinkButton href="/requests/new" variant=Variant::Primary icon="plus">{text::catalog::request_custom()}</LinkButton>
            }
        />
        <FilterBar names=&["search", "state"] views=views>
            <SearchField name="search" label=text::requests::search()/>
            <FilterSelect name="state" label=text::common::state() options=states.collect()/>
        </FilterBar>
        <Load resource=requests let:page>
            {crate::areas::parts::late::requests_list(page, filtered.get_untracked(), discard)}
        </Load>
    }
}

/// The person's own requests as a list.
#[component]
pub fn OwnRequests(
    /// The drafts, and the requests.
    found: (Vec<DraftLine>, Page<Request>),
    /// Some are filtered out.
    filtered: bool,
    /// Forgets a draft.
    discard: FormState<DiscardDraft>,
) -> impl IntoView {
    let (drafts, page) = found;
    let mut columns = vec![
        Column::new(text::common::request()).sorted("name").wide(),
        Column::new(text::common::kind()).optional("kind"),
        Column::new(text::common::state()),
        Column::new(text::common::asked()).sorted("asked"),
        Column::new(text::requests::decided_by()).optional("decided"),
    ];
    let with_action = !drafts.is_empty();
    if with_action {
        columns.push(Column::new(text::common::action()).actions());
    }
    let rows: Vec<_> = drafts.into_iter().map(Either::Left).chain(page.data.into_iter().map(Either::Right)).collect();
    let row = move |row: Either<DraftLine, Request>| {
        let request = match row {
            Either::Left(draft) => return draft_row(draft, discard),
            Either::Right(request) => request,
        };
        let decided = request.decision.as_ref().map_or_else(|| "–".to_owned(), |d| d.by_name.clone());
        let mut cells = cells![
            view! { <span class="named"><BrandIcon icon=request.icon.clone() name=request.name.clone()/>{request.name.clone()}</span> },
            view! { <StateBadge state=request.kind/> },
            view! { <StateBadge state=request.state/> },
            view! { <Time at=request.created_at/> },
            decided,
        ];
        if with_action {
            cells.extend(cells![()]);
        }
        let row = Row::new(cells).href(format!("/requests/{}", request.id));
        if request.state == RequestState::Withdrawn { row.muted() } else { row }
    };
    view! {
    <Card flush=true>
        <DataTable
            label=text::requests::title()
            main=true
            csv=Some("requests")
            columns=columns
            rows=rows
            row=row
            next=page.next_cursor
            empty=move || if filtered {
                view! { <EmptyState icon="search" title=text::requests::none_match() text=text::requests::none_match_text()/> }.into_any()
            } else {
                view! {
                    <EmptyState icon="send" title=text::requests::empty() text=text::requests::empty_text()>
                        <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">{text::catalog::browse()}</LinkButton>
                    </EmptyState>
                }
                .into_any()
            }
        />
    </Card>
    }
}

/// A draft, before what was sent.
fn draft_row(draft: DraftLine, discard: FormState<DiscardDraft>) -> Row {
    let (title, href, key) = draft;
    let fields = vec![("draft_key", key), ("back", "/requests?notice=draft-discarded".to_owned())];
    Row::new(cells![
        title,
        (),
        view! { <Badge>{text::requests::draft()}</Badge> },
        (),
        (),
        view! {
            <ActionButton form=discard fields=fields small=true variant=Variant::Quiet icon="trash-2">{text::requests::discard()}</ActionButton>
        },
    ])
    .href(href)
}
