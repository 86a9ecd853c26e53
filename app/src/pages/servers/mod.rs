//! Servers: the list, and each with its tools, permissions, activity and settings.

mod activity;
pub mod api;
mod detail;
mod form;
mod new;
mod overview;
mod permissions;
mod settings;
mod tools;

use api::ListServers;
pub use detail::ServerPage;
use domain::{Capability, Server, ServerStatus};
pub use new::NewServerPage;

use crate::prelude::*;

/// `/servers`: all servers.
#[component]
pub fn ServersPage() -> impl IntoView {
    let (search, status, cursor) = (query("search"), query_as::<ServerStatus>("status"), query("cursor"));
    let servers = load(move || ListServers { search: search.get(), status: status.get(), cursor: cursor.get() });
    let filtered = Memo::new(move |_| search.with(Option::is_some) || status.with(Option::is_some));
    let states = std::iter::once((String::new(), "Any status".to_owned()))
        .chain(ServerStatus::ALL.iter().map(|status| (status.to_string(), status.label())));
    view! {
        <PageHeader
            title="Servers"
            description="The MCP servers behind the gateway."
            actions=move || can(Capability::ManageServers).get_untracked().then(|| view! { <LinkButton href="/servers/new" variant=Variant::Primary icon="plus">"Add a server"</LinkButton> })
        />
        <FilterBar names=&["search", "status"]>
            <SearchField name="search" label="Search servers"/>
            <FilterSelect name="status" label="Status" options=states.collect()/>
        </FilterBar>
        <Load resource=servers rows=8 let:page>
            <Card flush=true>
                <DataTable
                    label="Servers"
                    columns=vec![
                        Column::new("Server"),
                        Column::new("Address"),
                        Column::new("Status"),
                        Column::new("Health"),
                        Column::new("Risk"),
                        Column::new("Added"),
                    ]
                    rows=page.data
                    row=|server: Server| {
                        let row = Row::new(cells![
                            view! { <span class="named"><BrandIcon icon=server.icon.clone() name=server.name.clone()/>{server.name.clone()}</span> },
                            view! { <code class="mono break">{server.url.clone()}</code> },
                            view! { <StateBadge state=server.status/> },
                            view! { <StatusDot tone=server.health.tone() label=server.health.label()/> },
                            view! { <StateBadge state=server.risk/> },
                            view! { <Time at=server.created_at/> },
                        ])
                        .href(format!("/servers/{}", server.id));
                        if server.status == ServerStatus::Disabled { row.muted() } else { row }
                    }
                    next=page.next_cursor
                    empty=move || if filtered.get_untracked() {
                        view! { <EmptyState icon="search" title="No server matches" text="Clear the filters to see all servers."/> }.into_any()
                    } else {
                        view! {
                            <EmptyState icon="server" title="No servers yet" text="Approve a request from the inbox, or add a server yourself.">
                                <LinkButton href="/servers/new" variant=Variant::Primary icon="plus">"Add a server"</LinkButton>
                                <LinkButton href="/inbox">"Open the inbox"</LinkButton>
                            </EmptyState>
                        }
                        .into_any()
                    }
                />
            </Card>
        </Load>
    }
}
