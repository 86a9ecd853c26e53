//! A connector in a few lines.

use domain::{Connector, Health};

use crate::prelude::*;

/// A connector in a few lines; leads to its page.
#[component]
pub fn ConnectorCard(
    /// The connector.
    connector: Connector,
    /// It stands below a heading of a card, not of the page.
    #[prop(optional)]
    nested: bool,
) -> impl IntoView {
    let Connector { server, tools, ends_at, calls_30d, .. } = connector;
    // Those who use a server care that it works; that nobody asked yet is not a problem.
    let health = match server.health {
        Health::Connected | Health::Unknown => None,
        health => Some(view! { <StatusDot tone=health.tone() label=health.label()/> }),
    };
    let title = view! { <a class="row-link" href=format!("/connectors/{}", server.slug)>{server.name.clone()}</a> };
    let title = if nested {
        view! { <h3 class="tile-title">{title}</h3> }.into_any()
    } else {
        view! { <h2 class="tile-title">{title}</h2> }.into_any()
    };
    view! {
        <article class="tile">
            <div class="tile-head">
                <BrandIcon icon=server.icon.clone() name=server.name.clone()/>
                <div class="tile-heading">
                    {title}
                    <p class="tile-subtitle mono">{server.slug.to_string()}</p>
                </div>
            </div>
            <p class="tile-text">{server.description}</p>
            <div class="tile-foot">
                <span class="muted num">{text::common::count_tools(tools.len())}</span>
                <span class="muted num">{text::connectors::calls(calls_30d)}</span>
                {health}
                {ends_at.map(|at| view! { <Badge tone=Tone::Warning><Until at=Some(at)/></Badge> })}
            </div>
        </article>
    }
}
