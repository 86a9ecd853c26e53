//! What happened, in order.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{Icon, Time, Tone};

/// One event of a [`Timeline`].
#[derive(Debug, Clone)]
pub struct TimelineItem {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What, in words that follow the actor's name.
    pub what: String,
    /// Notes or reason.
    pub detail: Option<String>,
    /// Icon.
    pub icon: &'static str,
    /// What the colour says.
    pub tone: Tone,
    /// Where more about it is.
    pub href: Option<String>,
}

/// Events, in the order given.
#[component]
pub fn Timeline(
    /// The events.
    items: Vec<TimelineItem>,
) -> impl IntoView {
    let path = use_location().pathname;
    let items = items
        .into_iter()
        .map(|item| {
            let what = match item.href {
                Some(href) => {
                    // What opens beside this very page leaves it where it is.
                    let within = path.with_untracked(|path| href.split('?').next() == Some(path));
                    view! { <a href=href data-noscroll=within.then_some("true")>{item.what}</a> }.into_any()
                }
                None => item.what.into_any(),
            };
            view! {
                <li class=format!("timeline-item {}", item.tone.class())>
                    <span class="timeline-icon"><Icon name=item.icon/></span>
                    <div class="timeline-text">
                        <p><strong>{item.actor}</strong> " " {what} " · " <span class="muted"><Time at=item.at/></span></p>
                        {item.detail.map(|detail| view! { <p class="timeline-detail">{detail}</p> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{items}</ol> }
}
