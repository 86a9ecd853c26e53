//! The mark: a tower, the bridge half lowered, and the chain that holds it.

use leptos::prelude::*;

/// The mark alone; the name stands beside it in words. The same drawing as `web/favicon.svg`.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect class="logo-ground" width="32" height="32" rx="8"></rect>
            <path class="logo-tower" d="M7 25.5v-19h1.5v1.8h.75V6.5h1.5v1.8h.75V6.5H13v19z"></path>
            <path class="logo-bridge" d="M14.2 23.9 25 16.6"></path>
            <path class="logo-chain" d="M13.4 9.8 24.6 15.6"></path>
        </svg>
    }
}
