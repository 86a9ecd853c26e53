//! Parts of a page that come to life late. The server renders them whole, so they can be read, their links and forms work;
//! in the browser they stay as they are until nothing else is to be done, and only then their code is loaded and takes
//! their place. A first view does not wait for code that nobody needs in its first second.
//!
//! They must hold nothing that Leptos numbers (resources, suspense): the browser would count on without it.

#[cfg(not(feature = "ssr"))]
use std::time::Duration;

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use leptos::wasm_bindgen::JsCast;

#[cfg(not(feature = "ssr"))]
use super::{HYDRATED, Loading};

/// The part as the server renders it.
#[cfg(feature = "ssr")]
pub(super) fn still(view: AnyView) -> AnyView {
    let html = view.to_html();
    let still = move || view! { <div class="part" data-still="" inner_html=html.clone()></div> }.into_any();
    view! { <div class="part">{still}</div> }.into_any()
}

/// Whether the page is still the one that the server has rendered.
#[cfg(not(feature = "ssr"))]
pub(super) fn first_view() -> bool {
    !document().document_element().is_some_and(|html| html.has_attribute(HYDRATED))
}

/// The part as the server has rendered it, until its code is there.
#[cfg(not(feature = "ssr"))]
pub(super) fn awaken(loading: impl FnOnce() -> Loading<AnyView> + 'static) -> AnyView {
    use leptos::reactive::computed::ScopedFuture;

    let element = NodeRef::<leptos::html::Div>::new();
    let slot = StoredValue::new_local(None::<AnyView>);
    let ready = RwSignal::new(false);
    let live = ScopedFuture::new_untracked(async move {
        if let Ok(view) = loading().await {
            let Some(element) = element.try_get_untracked().flatten() else { return };
            let open = opened(&element);
            drop(slot.try_set_value(Some(view)));
            ready.try_set(true);
            open_again(&element, open);
        }
    });
    let live = StoredValue::new_local(Some(live));
    let start = move || {
        if let Some(Some(live)) = live.try_update_value(Option::take) {
            leptos::task::spawn_local(live);
        }
    };
    Effect::new(move |_| when_idle(element, start));
    let shown = move || match ready.get().then(|| slot.try_update_value(Option::take).flatten()).flatten() {
        Some(view) => view,
        // What the server has put there stays: nothing is set when a page is taken over.
        None => view! { <div class="part" data-still="" inner_html=""></div> }.into_any(),
    };
    view! { <div class="part" node_ref=element>{shown}</div> }.into_any()
}

/// Runs this once the page is taken over, the browser has nothing else to do, and nobody is at work in the element.
#[cfg(not(feature = "ssr"))]
fn when_idle(element: NodeRef<leptos::html::Div>, run: impl Fn() + Copy + 'static) {
    request_idle_callback(move || {
        let Some(within) = element.try_get_untracked().flatten() else { return };
        let busy = document().active_element().is_some_and(|active| within.contains(Some(&active)));
        if first_view() {
            set_timeout(move || when_idle(element, run), Duration::from_millis(20));
        } else if busy {
            set_timeout(move || when_idle(element, run), Duration::from_secs(1));
        } else {
            run();
        }
    });
}

/// Which of the disclosures in it are open.
#[cfg(not(feature = "ssr"))]
fn opened(element: &web_sys::Element) -> Vec<bool> {
    details(element).iter().map(|one| one.has_attribute("open")).collect()
}

/// Opens what was open before the element was replaced.
#[cfg(not(feature = "ssr"))]
fn open_again(element: &web_sys::HtmlDivElement, open: Vec<bool>) {
    if !open.contains(&true) {
        return;
    }
    let element = element.clone();
    // After the effect that replaces it.
    set_timeout(
        move || {
            for (one, _) in details(&element).iter().zip(open).filter(|(_, open)| *open) {
                drop(one.set_attribute("open", ""));
            }
        },
        Duration::ZERO,
    );
}

#[cfg(not(feature = "ssr"))]
fn details(element: &web_sys::Element) -> Vec<web_sys::Element> {
    let Ok(found) = element.query_selector_all("details") else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}
