//! My connectors: what a person can use, and how it is added to AI clients.

mod add_to_client;
pub mod api;
mod card;
mod detail;

use api::ListConnectors;
pub use card::ConnectorCard;
pub use detail::ConnectorPage;

use crate::prelude::*;

/// `/connectors`: what the person can use.
#[component]
pub fn ConnectorsPage() -> impl IntoView {
    let connectors = load(|| ListConnectors {});
    view! {
        <PageHeader
            title="My connectors"
            description="The servers you can use, each at an address of its own. Add them to your AI client."
            actions=|| view! { <LinkButton href="/catalog" icon="layout-grid">"Browse the catalog"</LinkButton> }
        />
        <Load resource=connectors let:connectors>
            {if connectors.is_empty() {
                view! {
                    <EmptyState
                        icon="plug"
                        title="No connectors yet"
                        text="Ask for a server from the catalog, or for one of your own. Once it is approved, it appears here with everything your AI client needs."
                    >
                        <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">"Browse the catalog"</LinkButton>
                        <LinkButton href="/requests">"My requests"</LinkButton>
                    </EmptyState>
                }
                .into_any()
            } else {
                let cards = connectors
                    .into_iter()
                    .map(|connector| view! { <li><ConnectorCard connector=connector/></li> })
                    .collect_view();
                view! { <ul class="tiles">{cards}</ul> }.into_any()
            }}
        </Load>
    }
}
