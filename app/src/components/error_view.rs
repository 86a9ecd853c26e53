//! What a page or a part of it shows when its data could not be had.

use domain::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

use super::Icon;
use crate::context::me;
use crate::error::{AppError, sentence};
use crate::url::here;

/// What happened and how to go on. On the server it also sets the status of the page.
#[component]
pub fn ErrorView(
    /// What went wrong.
    error: AppError,
    /// It stands for a whole page, so its title is the heading of the page.
    #[prop(optional)]
    page: bool,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(error.0.status());

    let (icon, title) = match &error.0 {
        Problem::Unauthenticated => ("lock", "Your session has ended"),
        Problem::Forbidden { .. } => ("shield-alert", "You may not see this"),
        Problem::NotFound { .. } => ("search", "Not found"),
        Problem::Invalid { .. } => ("circle-alert", "This cannot be shown"),
        Problem::Conflict { .. } => ("git-compare", "Something changed meanwhile"),
        Problem::RateLimited { .. } => ("clock", "Too many attempts"),
        Problem::Unavailable { .. } => ("plug-zap", "Not available right now"),
        Problem::Internal { .. } => ("octagon-alert", "Something went wrong"),
    };
    let text = match &error.0 {
        Problem::NotFound { .. } => {
            "It does not exist, was deleted, or is not for you. Check the address, or go back and choose from the list."
                .to_owned()
        }
        Problem::Unauthenticated => "Sign in again to go on where you were.".to_owned(),
        Problem::Internal { .. } => {
            "It is a fault of ours and has been written to the log. Try again; if it stays, give this id to your \
             administrator."
                .to_owned()
        }
        other => sentence(&other.to_string()),
    };
    let correlation = match &error.0 {
        Problem::Internal { correlation } => Some(correlation.clone()),
        _ => None,
    };
    let way_on = match &error.0 {
        Problem::Unauthenticated => {
            let here = here();
            let href = move || {
                let next = crate::url::encode(&here());
                format!("/login?next={next}")
            };
            view! { <a class="btn btn-primary" href=href rel="external">"Sign in"</a> }.into_any()
        }
        Problem::Unavailable { .. } | Problem::Internal { .. } | Problem::Conflict { .. } => {
            view! { <a class="btn btn-secondary" href=here() rel="external">"Try again"</a> }.into_any()
        }
        _ => {
            let label = move || if me().with(Option::is_some) { "Go to the home page" } else { "Go to sign-in" };
            view! { <a class="btn btn-secondary" href="/">{label}</a> }.into_any()
        }
    };
    view! {
        <div class="empty" role="alert">
            <span class="empty-icon"><Icon name=icon/></span>
            {if page {
                view! {
                    <Title text=format!("{title} · Drawbridge")/>
                    <h1 class="empty-title">{title}</h1>
                }
                .into_any()
            } else {
                view! { <p class="empty-title">{title}</p> }.into_any()
            }}
            <p class="empty-text">{text}</p>
            {correlation.map(|id| view! { <p><code class="mono" data-correlation="">{id}</code></p> })}
            <div class="cluster">{way_on}</div>
        </div>
    }
}
