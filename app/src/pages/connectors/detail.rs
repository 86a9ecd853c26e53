//! One connector: its address, how it is added to AI clients, and what it offers.

use domain::{Capability, Connector};

use super::add_to_client::AddToClientCard;
use super::api::GetConnector;
use crate::prelude::*;

/// `/connectors/:slug`: one connector.
#[component]
pub fn ConnectorPage() -> impl IntoView {
    let slug = param::<String>("slug");
    let connector = load_checked(move || Ok(GetConnector { slug: slug.get()? }));
    view! {
        <Load resource=connector rows=10 page=true let:connector>
            <ConnectorDetail connector=connector/>
        </Load>
    }
}

#[component]
fn ConnectorDetail(connector: Connector) -> impl IntoView {
    let Connector { server, proxy_url, tools, ends_at, calls_30d, add_to_client } = connector;
    let manages = can(Capability::ManageServers);
    let id = server.id;
    let (icon, name, health) = (server.icon.clone(), server.name.clone(), server.health);
    let activity = link("/activity", &[("server", &id.to_string())]);
    let access = link("/requests/new", &[("server", &id.to_string())]);
    let tool_count = tools.len();
    let ask = access.clone();
    let list = if tools.is_empty() {
        view! {
            <EmptyState
                icon="wrench"
                title="No tools for you"
                text="Your access covers no tool that this server offers now. Ask for the tools that you need."
            >
                <LinkButton href=ask>"Ask for more"</LinkButton>
            </EmptyState>
        }
        .into_any()
    } else {
        let tools =
            tools.into_iter().map(|tool| view! { <DefinitionView name=tool.name json=tool.json/> }).collect_view();
        view! { <div class="definitions">{tools}</div> }.into_any()
    };
    let (copied, client_url) = (proxy_url.clone(), proxy_url.clone());
    view! {
        <PageHeader
            title=server.name.clone()
            description=server.description.clone()
            crumbs=vec![("My connectors", "/connectors".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! { <StateBadge state=health/> }
            actions=move || view! {
                <Show when=move || manages.get()>
                    <LinkButton href=format!("/servers/{id}") icon="settings">"Manage"</LinkButton>
                </Show>
            }
        />
        <div class="columns">
            <div class="stack">
                <AddToClientCard add=add_to_client proxy_url=client_url/>
            </div>
            <div class="stack">
                <Card title="Your access">
                    <Facts>
                        <Fact label="Address"><span class="cluster"><code class="mono break">{proxy_url}</code><CopyButton text=copied/></span></Fact>
                        <Fact label="Tools"><span class="num">{tool_count}</span></Fact>
                        <Fact label="Ends"><OptionalTime at=ends_at none="no end date"/></Fact>
                        <Fact label="Your calls in 30 days"><a class="num" href=activity>{number(calls_30d)}</a></Fact>
                    </Facts>
                    <p class="field-help"><a href=access>"Ask for more tools or longer access"</a></p>
                </Card>
                <Card title="Tools you can use" description="As they were approved. A tool whose definition changes is withheld until it is approved again.">
                    {list}
                </Card>
            </div>
        </div>
    }
}
