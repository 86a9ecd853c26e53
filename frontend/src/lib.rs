//! The console in the browser: the entry that the page's script calls. Everything else is in `app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server has rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
