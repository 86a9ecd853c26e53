//! What a page or a part of it shows when its data could not be had.

use domain::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

use super::Icon;
use crate::context::me;
use crate::error::{AppError, sentence};
use crate::text;
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
        Problem::Unauthenticated => ("lock", text::components::session_ended()),
        Problem::Forbidden { .. } => ("shield-alert", text::components::forbidden()),
        Problem::NotFound { .. } => ("search", text::components::not_found()),
        Problem::Invalid { .. } => ("circle-alert", text::components::invalid()),
        Problem::Conflict { .. } => ("git-compare", text::components::conflict()),
        Problem::RateLimited { .. } => ("clock", text::components::rate_limited()),
        Problem::Unavailable { .. } => ("plug-zap", text::components::unavailable()),
        Problem::Internal { .. } => ("octagon-alert", text::components::internal()),
    };
    let words = match &error.0 {
        Problem::NotFound { .. } => text::components::not_found_text().to_owned(),
        Problem::Unauthenticated => text::components::session_ended_text().to_owned(),
        Problem::Internal { .. } => text::components::internal_text().to_owned(),
        _ => sentence(&error.words()),
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
            view! { <a class="btn btn-primary" href=href rel="external">{text::common::sign_in()}</a> }.into_any()
        }
        Problem::Unavailable { .. } | Problem::Internal { .. } | Problem::Conflict { .. } => {
            view! { <a class="btn btn-secondary" href=here() rel="external">{text::common::try_again()}</a> }.into_any()
        }
        _ => {
            let label = move || {
                if me().with(Option::is_some) { text::components::to_home() } else { text::components::to_sign_in() }
            };
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
            <p class="empty-text">{words}</p>
            {correlation.map(|id| view! { <p><code class="mono" data-correlation="">{id}</code></p> })}
            <div class="cluster">{way_on}</div>
        </div>
    }
}
