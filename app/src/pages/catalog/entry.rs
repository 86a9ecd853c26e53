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
        <Load resource=entry rows=10 page=true let:found>
            <EntryDetail item=found.0 about=found.1/>
        </Load>
    }
}

#[component]
fn EntryDetail(item: CatalogItem, about: Prose) -> impl IntoView {
    let CatalogItem { entry, connected, requested } = item;
    let needs = entry.needs;
    let (icon, title) = (entry.icon.clone(), entry.title.clone());
    let href = request_href(&entry.name);
    let standing = if let Some(slug) = connected.clone() {
        Some((text::catalog::can_use(), format!("/connectors/{slug}"), text::catalog::open_connector()))
    } else {
        requested.then(|| (text::catalog::asked(), "/requests".to_owned(), text::catalog::see_requests()))
    };
    let can_request = needs.requestable() && standing.is_none();
    let actions = move || {
        can_request.then(|| {
        view! { <LinkButton href=href.clone() variant=Variant::Primary icon="send">{text::catalog::request_this()}</LinkButton> }
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
        view! { <Fact label=text::catalog::headers()><ul class="plain-list">{rows}</ul></Fact> }
    });
    let categories = entry
        .categories
        .iter()
        .map(|c| {
            view! { <a class="badge tone-neutral" href=link("/catalog", &[("category", c.as_str())])>{c.words()}</a> }
        })
        .collect_view();
    view! {
        <PageHeader
            title=entry.title.clone()
            prose=about
            crumbs=vec![(text::catalog::title(), "/catalog".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=title.clone() large=true/> }
            badges=move || view! { <StateBadge state=needs/> }
            actions=actions
        />
        {why_not(needs).map(|why| view! { <Callout tone=Tone::Warning title=text::catalog::not_yet()><p>{why}</p></Callout> })}
        {standing.map(|(text, href, words)| view! {
            <Callout tone=Tone::Success><p>{text} " " <a href=href>{words}</a></p></Callout>
        })}
        {(needs == CatalogNeeds::ApiKey && can_request).then(|| view! {
            <Callout tone=Tone::Info title=text::catalog::key_ready()>
                <p>{text::catalog::key_ready_text()}</p>
            </Callout>
        })}
        <div class="columns">
            <Card title=text::catalog::about()>
                <Facts>
                    <Fact label=text::catalog::publisher()>{entry.publisher}</Fact>
                    <Fact label=text::catalog::registry_name()><code class="mono break">{entry.name}</code></Fact>
                    <Fact label=text::catalog::version()><span class="num">{entry.version}</span></Fact>
                    <Fact label=text::common::transport()>{entry.transport.words()}</Fact>
                    {entry.url.map(|url| view! { <Fact label=text::common::address()><code class="mono break">{url}</code></Fact> })}
                    <Fact label=text::common::authentication()>{entry.auth.words()}</Fact>
                    {headers}
                    <Fact label=text::catalog::categories()><span class="cluster">{categories}</span></Fact>
                    {entry.website_url.map(|url| view! {
                        <Outside label=text::catalog::documentation() url=url/>
                    })}
                    {entry.repository_url.map(|url| view! {
                        <Outside label=text::catalog::source_code() url=url/>
                    })}
                </Facts>
            </Card>
            <Card title=text::catalog::registry_entry() description=text::catalog::registry_entry_description()>
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
