//! Parts of a page that come to life late. The server renders them whole, so they can be read, their links and forms work;
//! in the browser they stay as they are until nothing else is to be done, and only then their code is loaded and takes
//! their place. A first view does not wait for code that nobody needs in its first second.
//!
//! They must hold nothing that Leptos numbers (resources, suspense), as the browser would count on without it, and register
//! nothing that something outside of them is drawn from.

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
pub(super) fn awaken(ahead: fn() -> Loading<()>, show: impl FnOnce() -> Loading<AnyView> + 'static) -> AnyView {
    use leptos::reactive::computed::ScopedFuture;

    let element = NodeRef::<leptos::html::Div>::new();
    let slot = StoredValue::new_local(None::<AnyView>);
    let ready = RwSignal::new(false);
    let live = ScopedFuture::new_untracked(async move {
        if let Ok(view) = show().await {
            let Some(element) = element.try_get_untracked().flatten() else { return };
            let state = State::of(&element);
            drop(slot.try_set_value(Some(view)));
            ready.try_set(true);
            state.bring_back(&element);
        }
    });
    let live = StoredValue::new_local(Some(live));
    let start = move || {
        if let Some(Some(live)) = live.try_update_value(Option::take) {
            leptos::task::spawn_local(live);
        }
    };
    let load = move || {
        leptos::task::spawn_local(async move {
            // Without its code the part stays as it is, which can be read and used.
            if ahead().await.is_ok() {
                when_idle(element, start);
            }
        });
    };
    Effect::new(move |_| when_idle(element, load));
    let shown = move || match ready.get().then(|| slot.try_update_value(Option::take).flatten()).flatten() {
        Some(view) => view,
        // What the server has put there stays: nothing is set when a page is taken over.
        None => view! { <div class="part" data-still="" inner_html=""></div> }.into_any(),
    };
    view! { <div class="part" node_ref=element>{shown}</div> }.into_any()
}

/// Runs this once the browser has nothing else to do, or soon in browsers that cannot tell.
pub(super) fn when_nothing_else(run: impl Fn() + 'static) {
    let run = std::rc::Rc::new(run);
    let idle = run.clone();
    if request_idle_callback_with_handle(move || idle()).is_err() {
        set_timeout(move || run(), Duration::from_millis(50));
    }
}

/// Runs this once the page is taken over, the browser has nothing else to do, and nobody is writing in the element.
#[cfg(not(feature = "ssr"))]
fn when_idle(element: NodeRef<leptos::html::Div>, run: impl Fn() + Copy + 'static) {
    when_nothing_else(move || {
        let Some(within) = element.try_get_untracked().flatten() else { return };
        if first_view() {
            set_timeout(move || when_idle(element, run), Duration::from_millis(20));
        } else if is_written_in(&within) {
            set_timeout(move || when_idle(element, run), Duration::from_secs(1));
        } else {
            run();
        }
    });
}

/// Whether somebody has begun to fill in a form in it.
#[cfg(not(feature = "ssr"))]
fn is_written_in(element: &web_sys::Element) -> bool {
    let in_field = element.query_selector("input:focus, textarea:focus, select:focus").ok().flatten().is_some();
    // Chosen rows of a table find their places again.
    let changed = all(element, "input:not([type=hidden], [data-choose]), textarea, option").iter().any(|field| {
        if let Some(input) = field.dyn_ref::<web_sys::HtmlInputElement>() {
            // The value of a box is a word for the server, also where none is set.
            let ticked = matches!(input.type_().as_str(), "checkbox" | "radio");
            if ticked { input.checked() != input.default_checked() } else { input.value() != input.default_value() }
        } else if let Some(option) = field.dyn_ref::<web_sys::HtmlOptionElement>() {
            option.selected() && !option.default_selected() && option.index() != 0
        } else {
            let text = field.dyn_ref::<web_sys::HtmlTextAreaElement>();
            text.is_some_and(|text| text.default_value().is_ok_and(|before| before != text.value()))
        }
    });
    in_field || changed
}

/// What people have done with a part before it came to life: which disclosures are open, what has the focus.
#[cfg(not(feature = "ssr"))]
struct State {
    open: Vec<bool>,
    focus: Option<usize>,
}

#[cfg(not(feature = "ssr"))]
impl State {
    const CAN_HAVE_FOCUS: &str = "a, button, summary, input, select, textarea, [tabindex]";

    fn of(element: &web_sys::Element) -> Self {
        let active = document().active_element();
        Self {
            open: all(element, "details").iter().map(|one| one.has_attribute("open")).collect(),
            focus: active.and_then(|active| all(element, Self::CAN_HAVE_FOCUS).iter().position(|one| *one == active)),
        }
    }

    fn bring_back(self, element: &web_sys::HtmlDivElement) {
        if self.focus.is_none() && self.open.is_empty() {
            return;
        }
        let element = element.clone();
        // After the effect that replaces the part.
        set_timeout(
            move || {
                for (one, open) in all(&element, "details").iter().zip(&self.open) {
                    drop(if *open { one.set_attribute("open", "") } else { one.remove_attribute("open") });
                }
                let focus = self.focus.and_then(|at| all(&element, Self::CAN_HAVE_FOCUS).into_iter().nth(at));
                if let Some(focus) = focus.and_then(|focus| focus.dyn_into::<web_sys::HtmlElement>().ok()) {
                    // Refused only when it left the page meanwhile.
                    drop(focus.focus());
                }
            },
            Duration::ZERO,
        );
    }
}

#[cfg(not(feature = "ssr"))]
fn all(element: &web_sys::Element, selector: &str) -> Vec<web_sys::Element> {
    let Ok(found) = element.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}
