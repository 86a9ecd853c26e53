//! What everybody should know about this installation, above every page.

use leptos::prelude::*;

use crate::components::{Icon, Tone};
use crate::context::me;
use crate::text::shell as text;

/// Banners about the installation: demonstration data, loopback servers, plain http, audit that may lose records.
#[component]
pub fn Banners() -> impl IntoView {
    let me = me();
    let banners = move || {
        me.with(|me| {
            let me = me.as_ref()?;
            let shown = [
                (me.demo, Tone::Accent, "info", text::demo()),
                (me.insecure_http, Tone::Warning, "triangle-alert", text::insecure()),
                (me.audit_best_effort, Tone::Warning, "triangle-alert", text::best_effort()),
                (me.loopback_allowed, Tone::Neutral, "wrench", text::loopback()),
            ];
            let banner = |(_, tone, icon, words): (bool, Tone, &'static str, &'static str)| {
                view! { <p class=format!("banner {}", tone.class())><Icon name=icon/>{words}</p> }
            };
            Some(shown.into_iter().filter(|(shown, ..)| *shown).map(banner).collect_view())
        })
    };
    view! { <div class="banners" role="region" aria-label=text::banners()>{banners}</div> }
}
