//! The way to the notifications, with the number of unread ones, and the newest of them without leaving the page.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use leptos_router::ChooseView as _;

use crate::areas::overlays;
use crate::components::Icon;
use crate::context::me;
use crate::text::shell as text;

/// Id of the popover.
const POPOVER: &str = "notifications-popover";

/// What the popover knows.
#[derive(Clone, Copy)]
pub struct BellState(RwSignal<bool>);

impl BellState {
    /// Makes it. Call it in the frame.
    pub fn provide() {
        provide_context(Self(RwSignal::new(false)));
    }
}

/// A link to the notifications; interactive, it opens the newest of them beside itself.
#[component]
pub fn Bell() -> impl IntoView {
    let me = me();
    let unread = move || me.with(|me| me.as_ref().map_or(0, |me| me.unread_notifications));
    let label = move || match unread() {
        0 => text::notifications().to_owned(),
        n => text::notifications_unread(n),
    };
    let BellState(open) = expect_context::<BellState>();
    let click = move |event: leptos::ev::MouseEvent| {
        let popover = document().get_element_by_id(POPOVER).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
        // With a modifier it is a link like any other.
        if let Some(popover) = popover.filter(|_| !(event.ctrl_key() || event.meta_key() || event.shift_key())) {
            event.prevent_default();
            leptos::task::spawn_local(async move {
                overlays::notifications().preload().await;
                open.set(true);
                // Refused only when it is open already.
                drop(popover.show_popover());
            });
        }
    };
    view! {
        <a class="btn btn-quiet btn-icon bell" href="/notifications" aria-label=label title=text::notifications() on:click=click>
            <Icon name="bell"/>
            {move || {
                let unread = unread();
                let shown = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
                (unread > 0).then(|| view! { <span class="bell-count num" aria-hidden="true">{shown}</span> })
            }}
        </a>
    }
}

/// The popover of the newest notifications. Its content comes when it is opened.
#[component]
pub fn BellPopover() -> impl IntoView {
    let BellState(open) = expect_context::<BellState>();
    let toggled = move |event: leptos::ev::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let shown = element.and_then(|element| element.matches(":popover-open").ok()).unwrap_or(false);
        open.set(shown);
    };
    view! {
        <div id=POPOVER class="popover popover-bell" popover="auto" role="dialog" aria-label=text::notifications() on:toggle=toggled>
            {move || {
                open.get().then(|| view! { <Suspense fallback=|| view! { <crate::components::Skeleton rows=4/> }>{Suspend::new(overlays::notifications().show())}</Suspense> })
            }}
        </div>
    }
}
