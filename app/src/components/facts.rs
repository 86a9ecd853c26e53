//! Names with values.

use leptos::prelude::*;

/// A list of facts: put [`Fact`]s in it.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact of a [`Facts`] list.
#[component]
pub fn Fact(
    /// What the value is.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
