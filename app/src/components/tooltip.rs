//! A few words about something, when it is pointed at or reached by keyboard.

use leptos::prelude::*;

/// Shows a few words beside its content while that is pointed at or has the focus. What is needed to understand the page
/// does not belong here: nobody hovers on a phone.
#[component]
pub fn Tooltip(
    /// The words.
    #[prop(into)]
    text: String,
    children: Children,
) -> impl IntoView {
    view! {
        <span class="tooltip-anchor">
            {children()}
            <span class="tooltip" role="tooltip">{text}</span>
        </span>
    }
}
