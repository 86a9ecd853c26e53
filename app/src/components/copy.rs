//! Copies a text to the clipboard.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::Icon;
use crate::text;

/// A button that copies a text. Invisible until the page is interactive.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: String,
    /// What the button says.
    #[prop(default = text::components::copy().into(), into)]
    label: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        copy_text(&text);
        copied.set(true);
        let back = move || {
            // The button may be gone by then.
            let _ = copied.try_set(false);
        };
        set_timeout(back, std::time::Duration::from_secs(2));
    };
    view! {
        <button type="button" class="btn btn-secondary btn-small needs-js" on:click=copy>
            {move || if copied.get() { view! { <Icon name="check"/> } } else { view! { <Icon name="copy"/> } }}
            <span aria-live="polite">{move || if copied.get() { text::components::copied().to_owned() } else { label.clone() }}</span>
        </button>
    }
}

pub(super) fn copy_text(text: &str) {
    let window = window();
    if window.is_secure_context() {
        // A refusal (the page lost focus) leaves the text selectable by hand.
        drop(window.navigator().clipboard().write_text(text));
        return;
    }
    // Plain http on another host has no clipboard API; the old command still works there.
    let copied = (|| {
        let document = window.document()?;
        let area = document.create_element("textarea").ok()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
        area.set_value(text);
        let body = document.body()?;
        body.append_child(&area).ok()?;
        area.select();
        let done = document.dyn_ref::<web_sys::HtmlDocument>()?.exec_command("copy").ok();
        area.remove();
        done
    })();
    if copied != Some(true) {
        leptos::logging::warn!("the browser did not let the text be copied; select it by hand");
    }
}
