//! One entry of the catalog.

use domain::{CatalogItem, CatalogNeeds, Problem};

use super::api::GetEntry;
use super::{request_href, why_not};
use crate::prelude::*;

/// `/catalog/entry?name=…`: one entry. Its name has a slash in it, so it is part of the query.
#[component]
pub fn EntryPage() -> impl IntoView {
    let name = query("name");
    let entry = load_checked(move || {
        let name = name.get().ok_or_else(|| AppError(Problem::not_found("catalog entry")))?;
        Ok(GetEntry { name })
    });
    view! {
        <Load resource=entry rows=10 page=true let:item>
            <EntryDetail item=item/>
        </Load>
    }
}

#[component]
fn EntryDetail(item: CatalogItem) -> impl IntoView {
    let CatalogItem { entry, connected, requested } = item;
    let needs = entry.needs;
    let (icon, title) = (entry.icon.clone(), entry.title.clone());
    let href = request_href(&entry.name);
    let standing = if let Some(slug) = connected.clone() {
        Some(("You can use a server of this entry already.", format!("/connectors/{slug}"), "Open the connector"))
    } else {
        requested.then(|| ("You have asked for it; the request is pending.", "/requests".to_owned(), "See My requests"))
    };
    let can_request = needs.requestable() && standing.is_none();
    let actions = move || {
        can_request.then(|| {
        view! { <LinkButton href=href.clone() variant=Variant::Primary icon="send">"Request this server"</LinkButton> }
    })
    };
    let headers = (!entry.headers.is_empty()).then(|| {
        let rows = entry
            .headers
            .iter()
            .map(|(name, about)| {
                view! {
                    <li><code class="mono">{name.clone()}</code>" "<span class="muted">{about.clone()}</span></li>
                }
            })
            .collect_view();
        view! { <Fact label="Headers it asks for"><ul class="plain-list">{rows}</ul></Fact> }
    });
    let categories = entry
        .categories
        .iter()
        .map(|c| {
            view! { <a class="badge tone-neutral" href=link("/catalog", &[("category", c.as_str())])>{c.label()}</a> }
        })
        .collect_view();
    view! {
        <PageHeader
            title=entry.title.clone()
            description=entry.description.clone()
            crumbs=vec![("Catalog", "/catalog".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=title.clone() large=true/> }
            badges=move || view! { <StateBadge state=needs/> }
            actions=actions
        />
        {why_not(needs).map(|why| view! { <Callout tone=Tone::Warning title="Cannot be requested yet"><p>{why}</p></Callout> })}
        {standing.map(|(text, href, words)| view! {
            <Callout tone=Tone::Success><p>{text} " " <a href=href>{words}</a></p></Callout>
        })}
        {(needs == CatalogNeeds::ApiKey && can_request).then(|| view! {
            <Callout tone=Tone::Info title="Have an API key ready">
                <p>"The request asks for the key of this service. It is sealed at once, sent only to this server, and never shown again."</p>
            </Callout>
        })}
        <div class="columns">
            <Card title="About this server">
                <Facts>
                    <Fact label="Publisher">{entry.publisher}</Fact>
                    <Fact label="Registry name"><code class="mono break">{entry.name}</code></Fact>
                    <Fact label="Version"><span class="num">{entry.version}</span></Fact>
                    <Fact label="Transport">{entry.transport.label()}</Fact>
                    {entry.url.map(|url| view! { <Fact label="Address"><code class="mono break">{url}</code></Fact> })}
                    <Fact label="Authentication">{entry.auth.label()}</Fact>
                    {headers}
                    <Fact label="Categories"><span class="cluster">{categories}</span></Fact>
                    {entry.website_url.map(|url| view! {
                        <Outside label="Documentation" url=url/>
                    })}
                    {entry.repository_url.map(|url| view! {
                        <Outside label="Source code" url=url/>
                    })}
                </Facts>
            </Card>
            <Card title="Registry entry" description="The template in the shape of the MCP Registry.">
                <JsonView text=entry.server_json label="server.json"/>
            </Card>
        </div>
    }
}

/// A page of somebody else.
#[component]
fn Outside(label: &'static str, url: String) -> impl IntoView {
    let href = url.clone();
    view! { <Fact label=label><a class="break" href=href rel="external noreferrer">{url}</a></Fact> }
}
