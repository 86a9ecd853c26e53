//! What can lie over every page: the command palette and the overview of shortcuts. Neither is part of the address, as
//! both are about the whole console and not about the page.

use leptos::prelude::*;

use leptos_router::ChooseView as _;

use crate::areas::{Page, overlays};

/// What lies over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The command palette.
    Palette,
    /// The overview of shortcuts.
    Shortcuts,
}

impl Overlay {
    fn part(self) -> Page {
        match self {
            Self::Palette => overlays::palette(),
            Self::Shortcuts => overlays::shortcuts(),
        }
    }
}

/// What the frame knows, in Leptos' context.
#[derive(Clone, Copy)]
pub struct ShellState {
    overlay: RwSignal<Option<Overlay>>,
}

impl ShellState {
    /// Makes it. Call it in the frame.
    pub fn provide() -> Self {
        let state = Self { overlay: RwSignal::new(None) };
        provide_context(state);
        state
    }

    /// Opens something over the page, as soon as its code is there.
    pub fn open(self, overlay: Overlay) {
        leptos::task::spawn_local(async move {
            overlay.part().preload().await;
            self.overlay.set(Some(overlay));
        });
    }

    /// Opens it, or closes it when it is open.
    pub fn toggle(self, overlay: Overlay) {
        if self.overlay.get_untracked() == Some(overlay) { self.close() } else { self.open(overlay) }
    }

    /// Closes what is open.
    pub fn close(self) {
        self.overlay.set(None);
    }
}

/// What the frame knows.
pub fn shell_state() -> ShellState {
    expect_context::<ShellState>()
}

/// The place of what lies over the page. Its code comes when it is first opened.
#[component]
pub fn Overlays() -> impl IntoView {
    let overlay = shell_state().overlay;
    move || overlay.get().map(|overlay| view! { <Suspense>{Suspend::new(overlay.part().show())}</Suspense> })
}

/// A modal box that closes by Escape and by a click beside it.
#[component]
pub fn OverlayBox(
    /// What it is.
    label: &'static str,
    /// Its classes.
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let state = shell_state();
    let element = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            // Refused only when the dialog left the page meanwhile.
            drop(dialog.show_modal());
        }
    });
    let click = move |event: leptos::ev::MouseEvent| {
        // A click on the dialog itself is one on its backdrop.
        if event.target().is_some_and(|target| event.current_target() == Some(target)) {
            state.close();
        }
    };
    view! {
        <dialog
            node_ref=element
            class=class
            aria-label=label
            on:click=click
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                state.close();
            }
        >
            {children()}
        </dialog>
    }
}
