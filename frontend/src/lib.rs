//! The console in the browser: the entry that the page's script calls. Everything else is in `app`.

use std::cell::OnceCell;
use std::rc::Rc;

use app::areas::HYDRATED;
use leptos::prelude::{IntoView, Owner, document};
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server has rendered, in its language, once the code of its area is there. Never ends when that cannot be
/// loaded: the page then stays as it is.
#[wasm_bindgen]
pub async fn hydrate(language: &str, texts: String) {
    console_error_panic_hook::set_once();
    if !app::i18n::start(language, texts) {
        leptos::logging::error!("the texts are not those of this page; it stays as it is");
        return;
    }
    let Some(body) = document().body() else { return };
    app::areas::load_first().await;
    let shared = Rc::new(OnceCell::new());
    let taken = shared.clone();
    let mounted = leptos::mount::hydrate_from_async(body, move || {
        taken.get_or_init(Owner::current_shared_context);
        app::App().into_view()
    });
    mounted.await.forget();
    // Leptos looks for it in the owner of the moment, of which there is none after waiting.
    if let Some(Some(context)) = shared.get() {
        context.hydration_complete();
    }
    if let Some(html) = document().document_element() {
        drop(html.set_attribute(HYDRATED, "true"));
    }
}
