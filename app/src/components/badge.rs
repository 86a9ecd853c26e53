//! Small words with a tone: badges and status dots.

use leptos::prelude::*;

use super::{Tone, Toned};

/// A word or two in a tinted capsule.
#[component]
pub fn Badge(
    /// What the colour says.
    #[prop(optional)]
    tone: Tone,
    children: Children,
) -> impl IntoView {
    view! { <span class=format!("badge {}", tone.class())>{children()}</span> }
}

/// The badge of a state of the domain.
#[component]
pub fn StateBadge<S: Toned>(
    /// The state.
    state: S,
) -> impl IntoView {
    view! { <span class=format!("badge {}", state.tone().class())>{state.label()}</span> }
}

/// A coloured dot with its meaning in words.
#[component]
pub fn StatusDot(
    /// What the colour says.
    #[prop(optional)]
    tone: Tone,
    /// The meaning.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <span class=format!("status {}", tone.class())>
            <span class="status-dot" aria-hidden="true"></span>
            {label}
        </span>
    }
}
