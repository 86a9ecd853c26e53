//! The picture of a server or catalog entry.

use leptos::prelude::*;

use crate::context::context;
use crate::format::initials;

/// A brand icon, or the initials of the name where there is none. Decorative: the name stands beside it.
#[component]
pub fn BrandIcon(
    /// Slug of the icon.
    icon: Option<String>,
    /// Name, for its initials.
    #[prop(into)]
    name: String,
    /// Larger, for headers.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = if large { "brand brand-large" } else { "brand" };
    let url = icon.and_then(|slug| context().brand(&slug));
    match url {
        Some(url) => leptos::either::Either::Left(view! {
            <span class=class aria-hidden="true">
                <img src=url alt="" width="20" height="20" loading="lazy"/>
            </span>
        }),
        None => leptos::either::Either::Right(view! {
            <span class=class aria-hidden="true">{initials(&name)}</span>
        }),
    }
}
