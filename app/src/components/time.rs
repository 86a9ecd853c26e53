//! Times.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::context::context;
use crate::format::{exact, relative, until};
use crate::text;

/// A time relative to now, with the exact time on hover.
#[component]
pub fn Time(
    /// The time.
    at: DateTime<Utc>,
) -> impl IntoView {
    let now = context().now();
    view! {
        <time class="num" datetime=at.to_rfc3339() title=exact(at)>
            {move || relative(at, now.get())}
        </time>
    }
}

/// A time that may not be there.
#[component]
pub fn OptionalTime(
    /// The time.
    at: Option<DateTime<Utc>>,
    /// What its absence means.
    #[prop(into)]
    none: String,
) -> impl IntoView {
    match at {
        Some(at) => leptos::either::Either::Left(view! { <Time at=at/> }),
        None => leptos::either::Either::Right(view! { <span class="muted">{none}</span> }),
    }
}

/// Until when something is in force that ends at this time, with the exact end on hover.
#[component]
pub fn Until(
    /// The end.
    at: Option<DateTime<Utc>>,
) -> impl IntoView {
    let now = context().now();
    match at {
        Some(at) => leptos::either::Either::Left(view! {
            <time class="num" datetime=at.to_rfc3339() title=exact(at)>{move || until(at, now.get())}</time>
        }),
        None => leptos::either::Either::Right(view! { <span class="muted">{text::common::no_end()}</span> }),
    }
}
