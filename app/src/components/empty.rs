//! Nothing here yet, and what to do about it.

use leptos::prelude::*;

use super::Icon;

/// What a list shows when it is empty. Children are the ways on.
#[component]
pub fn EmptyState(
    /// Icon.
    #[prop(into)]
    icon: String,
    /// What is not there.
    #[prop(into)]
    title: String,
    /// What to do next.
    #[prop(into)]
    text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><Icon name=icon/></span>
            <p class="empty-title">{title}</p>
            <p class="empty-text">{text}</p>
            {children.map(|children| view! { <div class="cluster">{children()}</div> })}
        </div>
    }
}
