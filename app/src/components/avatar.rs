//! People in one glance.

use leptos::prelude::*;

use crate::format::initials;

/// The initials of a person in a circle; decorative, the name stands beside it.
#[component]
pub fn Avatar(
    /// The person's name.
    #[prop(into)]
    name: String,
    /// Larger, for profile pages.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    // One of six quiet hues, the same for the same name everywhere.
    let hue = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6 + 1;
    let size = if large { " avatar-large" } else { "" };
    view! { <span class=format!("avatar avatar-{hue}{size}") aria-hidden="true">{initials(&name)}</span> }
}

/// A person: avatar, name, and one more line.
#[component]
pub fn Person(
    /// Name.
    #[prop(into)]
    name: String,
    /// One more line, such as the email address.
    #[prop(optional, into)]
    detail: String,
) -> impl IntoView {
    view! {
        <span class="person">
            <Avatar name=name.clone()/>
            <span class="person-text">
                <span class="person-name">{name}</span>
                {(!detail.is_empty()).then(|| view! { <span class="person-detail">{detail}</span> })}
            </span>
        </span>
    }
}
