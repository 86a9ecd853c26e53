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
            <Callout tone=Tone::Info title=text::home::needs_key()>
                <p>{text::home::needs_key_text()} " " <a href="/keys?dialog=new">{text::home::needs_key_make()}</a></p>
            </Callout>
        })}
        <Card
            title=text::connectors::title()
            actions=|| view! { <LinkButton href="/catalog" small=true icon="layout-grid">{text::home::catalog()}</LinkButton> }
        >
            {if shown == 0 {
                view! {
                    <EmptyState icon="plug" title=text::connectors::empty() text=text::home::connectors_empty_text()>
                        <LinkButton href="/catalog" variant=Variant::Primary icon="layout-grid">{text::catalog::browse()}</LinkButton>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! {
                    <ul class="tiles">{cards}</ul>
                    {(more > 0).then(|| view! { <p class="card-more"><a href="/connectors">{text::home::more(more)}</a></p> })}
                }
                .into_any()
            }}
        </Card>
        <div class="grid-2">
            <Card
                title=text::requests::title()
                flush=true
                actions=|| view! { <LinkButton href="/requests" small=true>{text::common::see_all()}</LinkButton> }
            >
                {if requests.is_empty() {
                    view! {
                        <EmptyState icon="send" title=text::requests::empty() text=text::home::requests_empty_text()/>
                    }
                    .into_any()
                } else {
                    view! { <RequestList requests=requests base="/requests"/> }.into_any()
                }}
            </Card>
            <Card
                title=text::home::calls()
                flush=true
                actions=|| view! { <LinkButton href="/activity" small=true>{text::home::activity()}</LinkButton> }
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
            <EmptyState icon="activity" title=text::home::calls_empty() text=text::home::calls_empty_text()/>
        }
        .into_any();
    }
    let items = calls
        .into_iter()
        .map(|call| {
            // A denial may be about the server as a whole.
            let what = if call.tool.is_empty() { call.server } else { [&call.server, " / ", &call.tool].concat() };
            view! {
                <li class="line">
                    <div class="line-text">
                        <a class="row-link line-title" href=format!("/audit/{}", call.id)>{what}</a>
                        <span class="line-detail"><Time at=call.at/>" · "<span class="num">{latency(call.latency_us)}</span></span>
                    </div>
                    <StateBadge state=call.outcome/>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{items}</ul> }.into_any()
}
