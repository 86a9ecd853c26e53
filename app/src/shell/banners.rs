//! What everybody should know about this installation, above every page.

use leptos::prelude::*;

use crate::components::{Icon, Tone};
use crate::context::me;

/// Banners about the installation: demonstration data, loopback servers, plain http.
#[component]
pub fn Banners() -> impl IntoView {
    let me = me();
    let banners = move || {
        me.with(|me| {
            let me = me.as_ref()?;
            let mut banners = Vec::new();
            if me.demo {
                banners.push((Tone::Accent, "info", "Demo data. People, servers and activity here are made up; do not enter real secrets."));
            }
            if me.insecure_http {
                banners.push((Tone::Warning, "triangle-alert", "This console runs on plain http: anybody on the network can read passwords and keys. Put it behind https."));
            }
            if me.loopback_allowed {
                banners.push((Tone::Neutral, "wrench", "Development: servers on this machine's own addresses are allowed."));
            }
            Some(
                banners
                    .into_iter()
                    .map(|(tone, icon, text)| {
                        view! { <p class=format!("banner {}", tone.class())><Icon name=icon/>{text}</p> }
                    })
                    .collect_view(),
            )
        })
    };
    view! { <div class="banners" role="region" aria-label="About this installation">{banners}</div> }
}
