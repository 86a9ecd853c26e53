//! The audit log: everybody's for those who may see it, one's own otherwise.

pub mod api;
mod detail;
mod table;

use api::{AuditChoices, AuditQuery, GetEvent, ListChoices, ListEvents};
pub use detail::{EventBeside, EventPage};
use domain::{AuditAction, AuditId, AuditRow, Capability, Outcome, Page};
pub use table::{EventTable, client, who};

use crate::prelude::*;

/// `/audit`: everything that happened, as far as the person may see it.
#[component]
pub fn AuditPage() -> impl IntoView {
    let all = can(Capability::ViewOrgAudit);
    let description = move || {
        if all.get_untracked() { text::audit::description() } else { text::audit::my_activity_description() }
    };
    view! {
        <PageHeader title=text::audit::title() description=description()/>
        <EventList mine=false/>
    }
}

/// `/activity`: what the person did, and the calls made in their name.
#[component]
pub fn ActivityPage() -> impl IntoView {
    view! {
        <PageHeader title=text::audit::my_activity() description=text::audit::my_activity_description()/>
        <EventList mine=true/>
    }
}

/// The names of all filters, for the button that clears them.
const FILTERS: &[&str] = &["from", "to", "action", "outcome", "actor", "server", "tool", "client", "correlation"];

/// The event that is open beside its list, if there is one.
pub type OpenEvent = Loaded<Option<Later>>;

/// The word in the query for the event that is open beside its list.
const EVENT: &str = "event";

/// Loads the event that the address names. Made by the page itself, not by what is drawn from its data.
pub fn load_open_event() -> OpenEvent {
    let id = query_as::<AuditId>(EVENT);
    load_when(move || Some(GetEvent { id: id.get()? })).maybe_later()
}

/// The event that the address names, beside the list.
#[component]
pub fn EventDrawer(event: OpenEvent) -> impl IntoView {
    let id = query_as::<AuditId>(EVENT);
    parts::ahead(&["audit_event"]);
    view! {
        <Drawer name=EVENT open=Signal::derive(move || id.with(Option::is_some)) title=text::audit::event()>
            <Load resource=event rows=10 let:event>
                {match event {
                    Some(event) => parts::late::audit_event(event),
                    None => view! { <Skeleton rows=10/> }.into_any(),
                }}
            </Load>
        </Drawer>
    }
}

#[component]
fn EventList(
    /// Only the person's own.
    mine: bool,
) -> impl IntoView {
    let value = |name| query(name);
    let (from, to, action, outcome) = (value("from"), value("to"), value("action"), value("outcome"));
    let (actor, server, tool, client) = (value("actor"), value("server"), value("tool"), value("client"));
    let (correlation, sort, cursor) = (value("correlation"), value("sort"), value("cursor"));
    let events = load(move || ListEvents {
        query: AuditQuery {
            mine,
            from: from.get(),
            to: to.get(),
            action: action.get(),
            outcome: outcome.get(),
            actor: actor.get(),
            server: server.get(),
            tool: tool.get(),
            client: client.get(),
            correlation: correlation.get(),
            sort: sort.get(),
            cursor: cursor.get(),
        },
    })
    .later();
    let choices = load(|| ListChoices {});
    let open = load_open_event();
    let list = if mine { "activity" } else { "audit" };
    let views = use_views(list);
    let filtered = Memo::new(move |_| {
        [from, to, action, outcome, actor, server, tool, client, correlation]
            .iter()
            .any(|value| value.with(Option::is_some))
    });
    view! {
        <Load resource=choices rows=1 let:choices>
            <Filters choices=choices mine=mine views=views/>
        </Load>
        <Load resource=events rows=12 let:page>
            {parts::late::audit_list(page, mine, filtered.get_untracked())}
        </Load>
        <EventDrawer event=open/>
    }
}

/// Events as the audit log and the activity of a person list them.
#[component]
pub fn AuditList(
    /// The events.
    page: Page<AuditRow>,
    /// Only the person's own.
    mine: bool,
    /// Some are filtered out.
    filtered: bool,
) -> impl IntoView {
    view! {
    <Card flush=true>
        <EventTable
            events=page.data
            next=page.next_cursor
            with_actor=!mine
            with_server=true
            main=true
            csv=Some(if mine { "activity" } else { "audit" })
            empty=move || if filtered {
                view! { <EmptyState icon="search" title=text::audit::no_match() text=text::audit::no_match_help()/> }.into_any()
            } else {
                view! {
                    <EmptyState
                        icon="scroll-text"
                        title=text::audit::empty()
                        text=text::audit::empty_help()
                    />
                }
                .into_any()
            }
        />
    </Card>
    }
}

#[component]
fn Filters(choices: AuditChoices, mine: bool, views: Views) -> impl IntoView {
    let any = |words: &str| vec![(String::new(), words.to_owned())];
    let actions =
        any(text::audit::any_action()).into_iter().chain(AuditAction::ALL.iter().map(|a| (a.to_string(), a.label())));
    let outcomes =
        any(text::audit::any_outcome()).into_iter().chain(Outcome::ALL.iter().map(|o| (o.to_string(), o.label())));
    let servers = any(text::audit::any_server()).into_iter().chain(choices.servers).collect();
    let actors: Vec<_> = any(text::audit::anybody()).into_iter().chain(choices.actors).collect();
    // One choice beyond "anybody" means that there is nobody else to choose.
    let choose_actor = !mine && actors.len() > 2;
    view! {
        <FilterBar names=FILTERS views=views>
            <FilterPeriod from="from" to="to"/>
            <FilterSelect name="action" label=text::common::action() options=actions.collect()/>
            <FilterSelect name="outcome" label=text::audit::outcome() options=outcomes.collect()/>
            {choose_actor.then(|| view! { <FilterSelect name="actor" label=text::common::who() options=actors/> })}
            <FilterSelect name="server" label=text::common::server() options=servers/>
            <FilterText name="tool" label=text::common::tool()/>
            <FilterText name="client" label=text::audit::ai_client()/>
            <FilterText name="correlation" label=text::audit::correlation_id()/>
        </FilterBar>
    }
}
