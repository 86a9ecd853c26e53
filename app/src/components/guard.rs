//! Changes that are not saved: a question before they are lost.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::AnyForm;
use crate::text;

/// Asks before the page is left while the form holds what was not sent: by a link of the console, and by the browser.
pub(super) fn watch(form: AnyForm, element: NodeRef<leptos::html::Form>) {
    let changed = StoredValue::new(false);
    Effect::new(move |_| {
        let pending = form.pending();
        // What is on its way needs no question; what was refused does again.
        let refused = form.error().is_some();
        if pending || !refused {
            changed.set_value(false);
        }
        if refused && !pending {
            changed.set_value(true);
        }
    });
    Effect::new(move |_| {
        let belongs = move |target: Option<web_sys::EventTarget>| {
            let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            element.try_get_untracked().flatten().is_some_and(|form| form.contains(node.as_ref()))
        };
        let input = window_event_listener(ev::input, move |event| {
            if belongs(event.target()) {
                changed.set_value(true);
            }
        });
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if changed.try_get_value() == Some(true) {
                event.prevent_default();
            }
        });
        // In the capturing phase of the document, before the router hears of it.
        let click =
            leptos::wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                let link = target.and_then(|target| target.closest("a[href]:not([target])").ok().flatten());
                let leaves = link.is_some_and(|link| {
                    !element.try_get_untracked().flatten().is_some_and(|form| form.contains(Some(&link)))
                });
                if leaves && changed.try_get_value() == Some(true) {
                    if window().confirm_with_message(text::shell::leave()).unwrap_or(true) {
                        changed.set_value(false);
                    } else {
                        event.prevent_default();
                        event.stop_immediate_propagation();
                    }
                }
            });
        let document = document();
        let function = click.as_ref().unchecked_ref::<js_sys::Function>().clone();
        drop(document.add_event_listener_with_callback_and_bool("click", &function, true));
        let click = StoredValue::new_local(Some(click));
        on_cleanup(move || {
            input.remove();
            unload.remove();
            drop(document.remove_event_listener_with_callback_and_bool("click", &function, true));
            drop(click.try_update_value(Option::take));
        });
    });
}
