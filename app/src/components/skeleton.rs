//! The shape of what is being loaded.

use leptos::prelude::*;

use crate::text;

/// Grey lines where content will be.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 4)]
    rows: usize,
) -> impl IntoView {
    let lines = (0..rows).map(|_| view! { <span class="skeleton-line"></span> }).collect_view();
    view! { <div class="skeleton" role="status" aria-label=text::components::loading()>{lines}</div> }
}
