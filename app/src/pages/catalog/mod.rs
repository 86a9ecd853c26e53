//! The catalog: vetted servers that can be asked for.

pub mod api;
mod entry;

use api::ListEntries;
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
            title="Catalog"
            description="Well-known MCP servers, vetted as templates. Ask for one, and an administrator reviews it."
            actions=|| view! { <LinkButton href="/requests/new" icon="plus">"Request a custom server"</LinkButton> }
        />
        <FilterBar names=&["search"] keep=&["category"]>
            <SearchField name="search" label="Search the catalog"/>
        </FilterBar>
        <nav class="chips" aria-label="Categories">
            <CategoryChip category=None current=category/>
            {Category::ALL.iter().map(|c| view! { <CategoryChip category=Some(*c) current=category/> }).collect_view()}
        </nav>
        <Load resource=entries rows=10 let:entries>
            {if entries.is_empty() {
                view! {
                    <EmptyState
                        icon="search"
                        title="Nothing in the catalog matches"
                        text="Try another word or category. If you know the server's address, ask for it as a custom server."
                    >
                        <LinkButton href="/requests/new" variant=Variant::Primary icon="plus">"Request a custom server"</LinkButton>
                        <LinkButton href="/catalog">"Show everything"</LinkButton>
                    </EmptyState>
                }
                .into_any()
            } else {
                let found = count(entries.len(), "server", "servers");
                let cards = entries.into_iter().map(|item| view! { <li><EntryCard item=item/></li> }).collect_view();
                view! {
                    <p class="tiles-count muted" role="status">{found}</p>
                    <ul class="tiles">{cards}</ul>
                }
                .into_any()
            }}
        </Load>
    }
}

#[component]
fn CategoryChip(category: Option<Category>, current: Memo<Option<Category>>) -> impl IntoView {
    let href = href_with(vec![("category", category.map(|c| c.to_string())), ("notice", None)]);
    let chosen = move || (current.get() == category).then_some("true");
    view! {
        <a class="chip-link" href=href aria-current=chosen data-noscroll="true">
            {category.map_or("All", Category::label)}
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
            <a class="tile-action" href=format!("/connectors/{slug}")><Icon name="circle-check"/>"Connected"</a>
        }
        .into_any();
    }
    if requested {
        return view! { <a class="tile-action" href="/requests"><Icon name="clock"/>"Requested"</a> }.into_any();
    }
    if entry.needs.requestable() {
        let label = format!("Request {}", entry.title);
        return view! {
            <a class="btn btn-secondary btn-small tile-action" href=request_href(&entry.name) aria-label=label>"Request"</a>
        }
        .into_any();
    }
    view! { <span class="tile-action muted">"Not yet available"</span> }.into_any()
}

/// Why an entry cannot be asked for yet.
pub const fn why_not(needs: CatalogNeeds) -> Option<&'static str> {
    match needs {
        CatalogNeeds::Nothing | CatalogNeeds::ApiKey => None,
        CatalogNeeds::Oauth => Some(
            "This server signs people in with OAuth. Drawbridge cannot do that for upstream servers yet, so it cannot be requested.",
        ),
        CatalogNeeds::Stdio => Some(
            "This server runs as a process on a machine (stdio). Drawbridge connects to servers over HTTP only so far, so it cannot be requested.",
        ),
    }
}
