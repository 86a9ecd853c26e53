//! A message within a page.

use leptos::prelude::*;

use super::{Icon, Tone};

/// A message that stands out, with a title if it needs one.
#[component]
pub fn Callout(
    /// What the colour says.
    #[prop(optional)]
    tone: Tone,
    /// The message in a few words.
    #[prop(optional, into)]
    title: Option<String>,
    children: Children,
) -> impl IntoView {
    let icon = match tone {
        Tone::Success => "circle-check",
        Tone::Warning => "triangle-alert",
        Tone::Danger => "octagon-alert",
        Tone::Neutral | Tone::Accent | Tone::Info => "info",
    };
    view! {
        <div class=format!("callout {}", tone.class())>
            <Icon name=icon/>
            <div class="callout-text">
                {title.map(|title| view! { <p class="callout-title">{title}</p> })}
                {children()}
            </div>
        </div>
    }
}
