//! Everybody's own view: connectors, calls, requests.

use domain::{CallRow, EmployeeHome};

use crate::pages::connectors::ConnectorCard;
use crate::pages::requests::RequestList;
use crate::prelude::*;

#[component]
pub(super) fn EmployeeView(employee: EmployeeHome) -> impl IntoView {
    let EmployeeHome { connectors, connector_count, calls, requests, keys } = employee;
    let shown = connectors.len();
    let needs_key = keys == 0 && connector_count > 0;
    let more = (connector_count as usize).saturating_sub(shown);
    let cards =
        connectors.into_iter().map(|c| view! { <li><ConnectorCard connector=c nested=true/></li> }).collect_view();
    view! {
        {needs_key.then(|| view! {
            <Callout tone=Tone::Info title="One step left: an API key">
                <p>"You can use servers, but your AI client needs a key to reach them. " <a href="/keys?dialog=new">"Make an API key"</a></p>
            </Callout>
        })}
        <Card
            title="My connectors"
            actions=|| view! { <LinkButton href="/catalog" small=true icon="layout-grid">"Catalog"</LinkButton> }
        >
            {if shown == 0 {
                view! {
                    <EmptyState icon="plug" title="No connectors yet" text="Find a server in the catalog and ask for it. Once it is approved, add it to your AI client from here.">
                        <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">"Browse the catalog"</LinkButton>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! {
                    <ul class="tiles">{cards}</ul>
                    {(more > 0).then(|| view! { <p class="card-more"><a href="/connectors">{format!("and {more} more")}</a></p> })}
                }
                .into_any()
            }}
        </Card>
        <div class="grid-2">
            <Card
                title="My requests"
                flush=true
                actions=|| view! { <LinkButton href="/requests" small=true>"See all"</LinkButton> }
            >
                {if requests.is_empty() {
                    view! {
                        <EmptyState icon="send" title="No requests yet" text="Ask for a server from the catalog, or for one of your own; you see here how it stands."/>
                    }
                    .into_any()
                } else {
                    view! { <RequestList requests=requests base="/requests"/> }.into_any()
                }}
            </Card>
            <Card
                title="My recent calls"
                flush=true
                actions=|| view! { <LinkButton href="/activity" small=true>"My activity"</LinkButton> }
            >
                <Calls calls=calls/>
            </Card>
        </div>
    }
}

#[component]
fn Calls(calls: Vec<CallRow>) -> impl IntoView {
    if calls.is_empty() {
        return view! {
            <EmptyState icon="activity" title="No calls yet" text="Add a connector to your AI client; what it calls for you appears here."/>
        }
        .into_any();
    }
    let items = calls
        .into_iter()
        .map(|call| {
            view! {
                <li class="line">
                    <div class="line-text">
                        <a class="row-link line-title" href=format!("/audit/{}", call.id)>{format!("{} / {}", call.server, call.tool)}</a>
                        <span class="line-detail"><Time at=call.at/>" · "<span class="num">{latency(call.latency_us)}</span></span>
                    </div>
                    <StateBadge state=call.outcome/>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{items}</ul> }.into_any()
}
