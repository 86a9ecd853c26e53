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
            title=text::connectors::title()
            description=text::connectors::description()
            actions=|| view! { <LinkButton href="/catalog" icon="layout-grid">{text::catalog::browse()}</LinkButton> }
        />
        <Load resource=connectors let:connectors>
            {if connectors.is_empty() {
                view! {
                    <EmptyState
                        icon="plug"
                        title=text::connectors::empty()
                        text=text::connectors::empty_text()
                    >
                        <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">{text::catalog::browse()}</LinkButton>
                        <LinkButton href="/requests">{text::requests::title()}</LinkButton>
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
