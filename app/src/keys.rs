//! The keyboard: when a key is a command, and when it belongs to a field.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// Calls `on` for keys that are commands: pressed alone, and not in a field or a dialog. Until the owner is gone.
pub fn on_command(on: impl Fn(&str, &web_sys::KeyboardEvent) + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let alone = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if alone && !event.default_prevented() && !belongs_to_field(&event) {
            on(&event.key(), &event);
        }
    });
    on_cleanup(move || handle.remove());
}

/// True when the key is typed into a field, or a dialog is open, which has its own keys.
fn belongs_to_field(event: &web_sys::KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let in_field =
        |element: web_sys::Element| element.closest("input, textarea, select, dialog, [popover]").ok().flatten();
    element.and_then(in_field).is_some() || found("dialog:modal").is_some()
}

/// Gives the focus to what matches the selector first; true when there is such a thing.
pub fn focus(selector: &str) -> bool {
    let element = found(selector).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Presses what matches the selector first; true when there is such a thing.
pub fn press(selector: &str) -> bool {
    let element = found(selector).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.map(|element| element.click()).is_some()
}

fn found(selector: &str) -> Option<web_sys::Element> {
    document().query_selector(selector).ok().flatten()
}
