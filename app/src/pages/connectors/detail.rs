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
        <Load resource=connector rows=10 page=true let:found>
            <ConnectorDetail connector=found.0 about=found.1 ends=found.2 keys=found.3/>
        </Load>
    }
}

#[component]
fn ConnectorDetail(connector: Connector, about: Prose, ends: Vec<(String, String)>, keys: usize) -> impl IntoView {
    let Connector { server, proxy_url, tools, calls_30d, add_to_client, .. } = connector;
    let ends =
        ends.into_iter().map(|(words, exactly)| view! { <p class="num" title=exactly>{words}</p> }).collect_view();
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
                title=text::connectors::tools_empty()
                text=text::connectors::tools_empty_text()
            >
                <LinkButton href=ask>{text::connectors::ask_more()}</LinkButton>
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
            prose=about
            crumbs=vec![(text::connectors::title(), "/connectors".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! { <StateBadge state=health/> }
            actions=move || view! {
                <Show when=move || manages.get()>
                    <LinkButton href=format!("/servers/{id}") icon="settings">{text::connectors::manage()}</LinkButton>
                </Show>
            }
        />
        <div class="columns">
            <div class="stack">
                <AddToClientCard add=add_to_client proxy_url=client_url keys=keys/>
            </div>
            <div class="stack">
                <Card title=text::connectors::your_access()>
                    <Facts>
                        <Fact label=text::common::address()><span class="cluster"><code class="mono break">{proxy_url}</code><CopyButton text=copied/></span></Fact>
                        <Fact label=text::common::tools()><span class="num">{tool_count}</span></Fact>
                        <Fact label=text::common::ends()>{ends}</Fact>
                        <Fact label=text::connectors::your_calls()><a class="num" href=activity>{number(calls_30d)}</a></Fact>
                    </Facts>
                    <p class="field-help"><a href=access>{text::connectors::ask_more_or_longer()}</a></p>
                </Card>
                <Card title=text::connectors::tools() description=text::connectors::tools_description()>
                    {list}
                </Card>
            </div>
        </div>
    }
}
