//! Dialogs that are part of the URL.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::Icon;
use crate::text;
use crate::url::{close_dialog, href_with, query};

/// A dialog that is open while the query says `dialog=<name>`: it can be linked, survives a reload, and works without
/// JavaScript. Interactive, it is modal: the focus stays in it and Escape closes it.
#[component]
pub fn Dialog(
    /// Its name in the query.
    name: &'static str,
    /// Heading.
    #[prop(into)]
    title: Signal<String>,
    /// More room.
    #[prop(optional)]
    wide: bool,
    /// At the side of the page, for looking at something without leaving the list that it is in.
    #[prop(optional)]
    side: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let class = match (side, wide) {
        (true, _) => "dialog drawer",
        (false, true) => "dialog dialog-wide",
        (false, false) => "dialog",
    };
    let current = query("dialog");
    let open = Memo::new(move |_| current.with(|current| current.as_deref() == Some(name)));
    view! {
        <Show when=move || open.get()>
            <DialogBox name=name title=title class=class leaves=vec!["dialog", "for"] content=children.clone()/>
        </Show>
    }
}

/// A drawer about one thing of a list, open while the query names it (`event=aud_…`): the list stays behind it, with its
/// filters, its place and its focus.
#[component]
pub fn Drawer(
    /// The word in the query.
    name: &'static str,
    /// The query names something.
    #[prop(into)]
    open: Signal<bool>,
    /// Heading.
    #[prop(into)]
    title: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <Show when=move || open.get()>
            <DialogBox name=name title=title class="dialog drawer" leaves=vec![name] content=children.clone()/>
        </Show>
    }
}

#[component]
fn DialogBox(
    name: &'static str,
    title: Signal<String>,
    class: &'static str,
    /// What of the query it is open by.
    leaves: Vec<&'static str>,
    content: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<leptos::html::Dialog>::new();
    let close = href_with(leaves.into_iter().map(|name| (name, None)).collect());
    let navigate = use_navigate();
    Effect::new(move |_| {
        if element.get().is_some() {
            show_modal(element);
        }
    });
    on_cleanup(move || {
        // Closed before it is taken away, it gives the focus back to where it was.
        if let Some(dialog) = element.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    let leave = {
        let close = close.clone();
        move || {
            let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
            navigate(&close(), options);
        }
    };
    let cancel = {
        let leave = leave.clone();
        move |event: ev::Event| {
            event.prevent_default();
            leave();
        }
    };
    let click = move |event: ev::MouseEvent| {
        // A click on the dialog itself, not on something in it, is one beside its content: on the backdrop.
        let on_itself = event.target().is_some_and(|target| event.current_target() == Some(target));
        if on_itself {
            leave();
        }
    };
    let title_id = format!("dialog-{name}-title");
    let labelled_by = title_id.clone();
    view! {
        <div class="dialog-layer">
            <a class="dialog-shade" href=close.clone() tabindex="-1" aria-hidden="true"></a>
            <dialog
                node_ref=element
                open=true
                class=class
                aria-labelledby=labelled_by
                on:cancel=cancel
                on:click=click
            >
                <div class="dialog-content">
                    <h2 class="dialog-title" id=title_id>{move || title.get()}</h2>
                    <div class="dialog-body">{content()}</div>
                    // Last, so that the first field gets the focus.
                    <a class="btn btn-quiet btn-icon dialog-close" href=close aria-label=text::common::close() data-noscroll="true"><Icon name="x"/></a>
                </div>
            </dialog>
        </div>
    }
}

/// It arrives open for those without JavaScript; a modal one must be opened by a call, once it is in the page. A page that
/// is new as a whole gets there later than its dialog is made.
fn show_modal(element: NodeRef<leptos::html::Dialog>) {
    let Some(dialog) = element.try_get_untracked().flatten() else { return };
    if dialog.is_connected() {
        dialog.close();
        // Refused only when the dialog left the page meanwhile.
        drop(dialog.show_modal());
    } else {
        request_animation_frame(move || show_modal(element));
    }
}

/// The buttons at the end of a dialog, with one that closes it.
#[component]
pub fn DialogActions(
    /// What the button that closes the dialog says.
    #[prop(default = text::common::cancel().into(), into)]
    cancel: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="dialog-actions">
            <a class="btn btn-secondary" href=close_dialog() data-noscroll="true">{cancel}</a>
            {children()}
        </div>
    }
}
