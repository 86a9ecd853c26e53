//! One number.

use leptos::prelude::*;

use super::Tone;

/// A number with its name, and a way to what is behind it.
#[component]
pub fn StatCard(
    /// What is counted.
    #[prop(into)]
    label: String,
    /// The number.
    #[prop(into)]
    value: String,
    /// What puts it in relation.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is behind it.
    #[prop(optional, into)]
    href: Option<String>,
    /// What the colour of the hint says.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    let label = match href {
        Some(href) => view! { <a class="stat-label row-link" href=href>{label}</a> }.into_any(),
        None => view! { <span class="stat-label">{label}</span> }.into_any(),
    };
    view! {
        <div class=format!("stat {}", tone.class())>
            {label}
            <span class="stat-value num">{value}</span>
            {hint.map(|hint| view! { <span class="stat-hint">{hint}</span> })}
        </div>
    }
}
