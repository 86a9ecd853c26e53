//! An icon of the interface, from the sprite.

use leptos::prelude::*;

use crate::context::context;

/// A decorative icon: names are those of `web/ui-icons.json`. What it means must also stand in words beside it.
#[component]
pub fn Icon(
    /// Which icon.
    #[prop(into)]
    name: String,
    /// More classes, for size or colour.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let href = context().icon(&name);
    view! {
        <svg class=format!("icon {class}") aria-hidden="true" focusable="false">
            <use_ href=href></use_>
        </svg>
    }
}
