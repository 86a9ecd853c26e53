//! A part of a page with a frame around it.

use leptos::prelude::*;

/// A framed part of a page, with a heading if it has a title.
#[component]
pub fn Card(
    /// Heading.
    #[prop(optional, into)]
    title: Option<String>,
    /// One line below the heading.
    #[prop(optional, into)]
    description: Option<String>,
    /// Buttons and links beside the heading.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// The content reaches the frame (tables, lists).
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    let head = (title.is_some() || actions.is_some()).then(|| {
        view! {
            <div class="card-head">
                <div class="card-heading">
                    {title.map(|title| view! { <h2 class="card-title">{title}</h2> })}
                    {description.map(|text| view! { <p class="card-description">{text}</p> })}
                </div>
                {actions.map(|actions| view! { <div class="card-actions">{actions.run()}</div> })}
            </div>
        }
    });
    view! {
        <section class="card">
            {head}
            <div class=if flush { "card-body card-flush" } else { "card-body" }>{children()}</div>
        </section>
    }
}
