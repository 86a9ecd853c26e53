//! The catalog: vetted servers that can be asked for.

pub mod api;
mod entry;

use api::{ListEntries, ServerHere};
use domain::{CatalogItem, CatalogNeeds, Category};
pub use entry::EntryPage;

use crate::prelude::*;

/// `/catalog`: search, categories, entries.
#[component]
pub fn CatalogPage() -> impl IntoView {
    let search = query("search");
    let category = query_as::<Category>("category");
    let entries = load(move || ListEntries { search: search.get().unwrap_or_default(), category: category.get() });
    view! {
        <PageHeader
            title=text::catalog::title()
            description=text::catalog::description()
            actions=|| view! { <LinkButton href="/requests/new" icon="plus">{text::catalog::request_custom()}</LinkButton> }
        />
        <FilterBar names=&["search"] keep=&["category"]>
            <SearchField name="search" label=text::catalog::search()/>
        </FilterBar>
        <nav class="chips" aria-label=text::catalog::categories()>
            <CategoryChip category=None current=category/>
            {Category::ALL.iter().map(|c| view! { <CategoryChip category=Some(*c) current=category/> }).collect_view()}
        </nav>
        <Load resource=entries rows=10 let:found>
            <Here servers=found.0/>
            {if found.1.is_empty() {
                view! {
                    <EmptyState
                        icon="search"
                        title=text::catalog::empty()
                        text=text::catalog::empty_text()
                    >
                        <LinkButton href="/requests/new" variant=Variant::Primary icon="plus">{text::catalog::request_custom()}</LinkButton>
                        <LinkButton href="/catalog">{text::catalog::show_all()}</LinkButton>
                    </EmptyState>
                }
                .into_any()
            } else {
                let count = text::common::count_servers(found.1.len());
                let cards = found.1.into_iter().map(|item| view! { <li><EntryCard item=item/></li> }).collect_view();
                view! {
                    <p class="tiles-count muted" role="status">{count}</p>
                    <ul class="tiles">{cards}</ul>
                }
                .into_any()
            }}
        </Load>
    }
}

/// Servers that nobody has to ask for any more.
#[component]
fn Here(servers: Vec<ServerHere>) -> impl IntoView {
    (!servers.is_empty()).then(|| {
        let lines = servers
            .into_iter()
            .map(|(name, href, words)| view! { <li><a href=href>{name}" · "{words}</a></li> })
            .collect_view();
        view! { <Callout tone=Tone::Info title=text::catalog::here()><ul class="plain-list">{lines}</ul></Callout> }
    })
}

#[component]
fn CategoryChip(category: Option<Category>, current: Memo<Option<Category>>) -> impl IntoView {
    let href = href_with(vec![("category", category.map(|c| c.to_string())), ("notice", None)]);
    let chosen = move || (current.get() == category).then_some("true");
    view! {
        <a class="chip-link" href=href aria-current=chosen data-noscroll="true">
            {category.map_or_else(text::common::all, |category| category.words())}
        </a>
    }
}

/// Where an entry is shown.
pub fn entry_href(name: &str) -> String {
    link("/catalog/entry", &[("name", name)])
}

/// Where an entry is asked for.
pub fn request_href(name: &str) -> String {
    link("/requests/new", &[("catalog", name)])
}

#[component]
fn EntryCard(item: CatalogItem) -> impl IntoView {
    let entry = item.entry.clone();
    view! {
        <article class="tile">
            <div class="tile-head">
                <BrandIcon icon=entry.icon.clone() name=entry.title.clone()/>
                <div class="tile-heading">
                    <h2 class="tile-title"><a class="row-link" href=entry_href(&entry.name)>{entry.title}</a></h2>
                    <p class="tile-subtitle">{entry.publisher}</p>
                </div>
            </div>
            <p class="tile-text">{entry.description}</p>
            <div class="tile-foot">
                <StateBadge state=entry.needs/>
                <EntryStanding item=item/>
            </div>
        </article>
    }
}

/// What the person has of an entry, or the way to ask for it.
#[component]
fn EntryStanding(item: CatalogItem) -> impl IntoView {
    let CatalogItem { entry, connected, requested } = item;
    if let Some(slug) = connected {
        return view! {
            <a class="tile-action" href=format!("/connectors/{slug}")><Icon name="circle-check"/>{text::catalog::connected()}</a>
        }
        .into_any();
    }
    if requested {
        return view! { <a class="tile-action" href="/requests"><Icon name="clock"/>{text::catalog::requested()}</a> }
            .into_any();
    }
    if entry.needs.requestable() {
        let label = text::catalog::request_named(&entry.title);
        return view! {
            <a class="btn btn-secondary btn-small tile-action" href=request_href(&entry.name) aria-label=label>{text::catalog::request()}</a>
        }
        .into_any();
    }
    view! { <span class="tile-action muted">{text::catalog::not_available()}</span> }.into_any()
}

/// Why an entry cannot be asked for yet.
pub fn why_not(needs: CatalogNeeds) -> Option<&'static str> {
    match needs {
        CatalogNeeds::Nothing | CatalogNeeds::ApiKey => None,
        CatalogNeeds::Oauth => Some(text::catalog::not_oauth()),
        CatalogNeeds::Stdio => Some(text::catalog::not_stdio()),
    }
}
