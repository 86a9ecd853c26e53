//! The head of a page: where it is, what it is, what can be done.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{Markdown, Prose};
use crate::text;

/// Breadcrumbs, the page's one `h1`, a line about it, and its actions. Also sets the title of the document.
#[component]
pub fn PageHeader(
    /// What the page is.
    #[prop(into)]
    title: String,
    /// One line about it.
    #[prop(optional, into)]
    description: Option<String>,
    /// What somebody wrote about it, instead of the line.
    #[prop(optional)]
    prose: Option<Prose>,
    /// The pages above it: name and path.
    #[prop(optional)]
    crumbs: Vec<(&'static str, String)>,
    /// Something before the title, such as an icon.
    #[prop(optional, into)]
    lead: Option<ViewFn>,
    /// Badges after the title.
    #[prop(optional, into)]
    badges: Option<ViewFn>,
    /// Buttons and links.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| {
        let items = crumbs.into_iter().map(|(name, href)| view! { <li><a href=href>{name}</a></li> }).collect_view();
        view! { <nav class="crumbs" aria-label=text::components::breadcrumbs()><ol>{items}</ol></nav> }
    });
    view! {
        <Title text=format!("{title} · Drawbridge")/>
        <header class="page-head">
            {crumbs}
            <div class="page-head-row">
                {lead.map(|lead| lead.run())}
                <div class="page-heading">
                    <div class="page-title-row">
                        <h1 class="page-title">{title}</h1>
                        {badges.map(|badges| view! { <div class="cluster">{badges.run()}</div> })}
                    </div>
                    {description.map(|text| view! { <p class="page-description">{text}</p> })}
                    {prose.filter(|prose| !prose.is_empty()).map(|prose| view! { <div class="page-description"><Markdown prose=prose/></div> })}
                </div>
                {actions.map(|actions| view! { <div class="page-actions">{actions.run()}</div> })}
            </div>
        </header>
    }
}
