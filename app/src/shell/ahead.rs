//! Loading ahead: the code of a page comes when somebody is about to go there, and not when they have clicked.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::areas;

/// Loads the code of pages whose links are pointed at, touched or reached by keyboard.
pub fn listen() {
    Effect::new(move |_| {
        let over = window_event_listener(ev::pointerover, |event| ahead_of(event.target()));
        let focus = window_event_listener(ev::focusin, |event| ahead_of(event.target()));
        on_cleanup(move || {
            over.remove();
            focus.remove();
        });
    });
}

fn ahead_of(target: Option<web_sys::EventTarget>) {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = element.and_then(|element| element.closest("a[href^='/']").ok().flatten());
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        let path = href.split(['?', '#']).next().unwrap_or_default();
        areas::load_ahead(path);
    }
}
