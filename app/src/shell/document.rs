//! The HTML document around the application.

use std::sync::Arc;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::assets::Assets;
use crate::i18n::language;

/// The whole document. Scripts and styles come from the manifest in context, all from this server.
pub fn shell() -> impl IntoView {
    let assets = use_context::<Arc<Assets>>().unwrap_or_default();
    let url = |name: &str| assets.url(name).to_owned();
    let language = language().tag();
    let texts = url(&format!("texts/{language}.txt"));
    view! {
        <!DOCTYPE html>
        <html lang=language>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                // Blocking on purpose: the theme is set before the first paint.
                <script nonce=use_nonce() src=url("theme.js")></script>
                <link rel="stylesheet" href=url("main.css")/>
                <link rel="preload" href=url("fonts/inter-latin.woff2") r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="icon" href=url("favicon.svg") r#type="image/svg+xml"/>
                <link rel="modulepreload" href=url("app.js")/>
                <link rel="preload" href=url("app_bg.wasm") r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <link rel="preload" href=texts.clone() r#as="fetch" r#type="text/plain" crossorigin="anonymous"/>
                <meta name="drawbridge-app" content=url("app.js")/>
                <meta name="drawbridge-texts" content=texts/>
                <meta name="drawbridge-charts" content=url("charts.js")/>
                <meta name="drawbridge-icons" content=url("icons.svg")/>
                <script nonce=use_nonce() r#type="module" src=url("boot.js")></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
