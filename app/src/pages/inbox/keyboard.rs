//! Lists by keyboard: `j` and `k` move between rows, Enter opens one.

use leptos::ev;
use leptos::wasm_bindgen::JsCast;

use crate::prelude::*;

/// Rows of the list inside can be walked with `j` and `k`; Enter opens the one that has the focus, because it is a link.
#[component]
pub fn ListKeys(children: Children) -> impl IntoView {
    let list = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            let step = match event.key().as_str() {
                "j" => 1,
                "k" => -1,
                _ => return,
            };
            if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
                return;
            }
            if let Some(list) = list.get_untracked() {
                move_focus(&list, step);
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <div node_ref=list>
            {children()}
            <p class="key-hint muted needs-js" aria-hidden="true"><kbd>"j"</kbd>" "<kbd>"k"</kbd>" to move, "<kbd>"Enter"</kbd>" to open"</p>
        </div>
    }
}

/// True when the key belongs to a field.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| element.closest("input, textarea, select, dialog").ok().flatten().is_some())
}

/// Moves the focus to the next or the previous row; from outside of the list to its first or last.
fn move_focus(list: &web_sys::Element, step: i32) {
    let Ok(found) = list.query_selector_all("a.row-link") else { return };
    let count = i32::try_from(found.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let at = (0..count).find(|i| {
        let node = found.item(i.unsigned_abs());
        active.as_ref().is_some_and(|active| node.is_some_and(|node| active.is_same_node(Some(&node))))
    });
    let next = match (at, step) {
        (Some(at), step) => (at + step).clamp(0, count - 1),
        (None, 1) => 0,
        (None, _) => count - 1,
    };
    let row = found.item(next.unsigned_abs()).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
    // A row that left the page meanwhile needs no focus.
    drop(row.map(|row| row.focus()));
}
