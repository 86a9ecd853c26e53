//! Servers: the list, and each with its tools, permissions, activity and settings.

mod activity;
pub mod api;
mod detail;
mod form;
#[cfg(feature = "ssr")]
mod limits;
mod new;
mod overview;
mod permissions;
mod settings;
mod tools;

pub use activity::ActivityTab;
use api::ListServers;
pub use detail::{Forms as ServerForms, ServerPage};
use domain::{Capability, Page, Server, ServerSort, ServerStatus, Sort};
pub use new::NewServerPage;
pub use overview::OverviewTab;
pub use permissions::PermissionsTab;
pub use settings::SettingsTab;
pub use tools::ToolsTab;

use crate::prelude::*;

/// `/servers`: all servers.
#[component]
pub fn ServersPage() -> impl IntoView {
    let (search, status, cursor) = (query("search"), query_as::<ServerStatus>("status"), query("cursor"));
    let sort = query_as::<Sort<ServerSort>>("sort");
    let servers = load(move || ListServers {
        search: search.get(),
        status: status.get(),
        sort: sort.get(),
        cursor: cursor.get(),
    })
    .later();
    let views = use_views("servers");
    let filtered = Memo::new(move |_| search.with(Option::is_some) || status.with(Option::is_some));
    let states = std::iter::once((String::new(), text::servers::any_status().to_owned()))
        .chain(ServerStatus::ALL.iter().map(|status| (status.to_string(), status.label())));
    view! {
        <PageHeader
            title=text::servers::title()
            description=text::servers::description()
            actions=move || can(Capability::ManageServers).get_untracked().then(|| view! { <LinkButton href="/servers/new" variant=Variant::Primary icon="plus">{text::servers::add()}</LinkButton> })
        />
        <FilterBar names=&["search", "status"] needs=Capability::ManageServers views=views>
            <SearchField name="search" label=text::servers::search()/>
            <FilterSelect name="status" label=text::common::status() options=states.collect()/>
        </FilterBar>
        <Load resource=servers rows=8 let:page>
            {parts::late::servers_list(page, filtered.get_untracked())}
        </Load>
    }
}

/// Servers as a list.
#[component]
pub fn ServerList(
    /// The servers.
    page: Page<Server>,
    /// Some are filtered out.
    filtered: bool,
) -> impl IntoView {
    view! {
    <Card flush=true>
        <DataTable
            label=text::servers::title()
            main=true
            csv=Some("servers")
            columns=vec![
                Column::new(text::common::server()).sorted("name"),
                Column::new(text::common::address()).optional("address"),
                Column::new(text::common::status()),
                Column::new(text::servers::health()).optional("health"),
                Column::new(text::common::risk()).optional("risk"),
                Column::new(text::servers::added()).sorted("added"),
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
            empty=move || if filtered {
                view! { <EmptyState icon="search" title=text::servers::no_match() text=text::servers::no_match_text()/> }.into_any()
            } else {
                view! {
                    <EmptyState icon="server" title=text::servers::empty() text=text::servers::empty_text()>
                        <LinkButton href="/servers/new" variant=Variant::Primary icon="plus">{text::servers::add()}</LinkButton>
                        <LinkButton href="/inbox">{text::servers::open_inbox()}</LinkButton>
                    </EmptyState>
                }
                .into_any()
            }
        />
    </Card>
    }
}
