//! Keeps a request on the server while it is written, so that a reload, a crash or another device loses nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{Duplicate, Problem};
use leptos::ev;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsCast;

use super::api::{DraftDuplicates, DraftSaved, SaveDraft, SendRequest};
use crate::components::form_text;
use crate::context::Context;
use crate::prelude::*;
use crate::wire::{ask, call};

/// The pause in typing after which the draft is kept.
const PAUSE: Duration = Duration::from_millis(700);

/// How the draft of the form stands.
#[derive(Debug, Clone, PartialEq)]
enum Keeping {
    /// Kept at this time, or never.
    Kept(Option<DateTime<Utc>>),
    /// Being kept.
    Busy,
    /// Could not be kept.
    Failed(AppError),
}

/// What a draft shows of itself, and what was found that does the same.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    keeping: RwSignal<Keeping>,
    duplicates: RwSignal<Vec<Duplicate>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    page: Context,
}

impl Draft {
    pub(super) fn new(saved_at: Option<DateTime<Utc>>, duplicates: Vec<Duplicate>) -> Self {
        let draft = Self {
            keeping: RwSignal::new(Keeping::Kept(saved_at)),
            duplicates: RwSignal::new(duplicates),
            timer: StoredValue::new(None),
            page: context(),
        };
        on_cleanup(move || draft.pause());
        draft
    }

    /// What does the same as the draft.
    pub(super) fn duplicates(self) -> Signal<Vec<Duplicate>> {
        self.duplicates.into()
    }

    /// Stops a save that has not begun: after the form was sent there is no draft any more.
    fn pause(self) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
    }

    /// Keeps the form after a pause in typing.
    fn keep_soon(self, form: web_sys::HtmlFormElement) {
        self.pause();
        let timer = set_timeout_with_handle(move || self.keep(&form), PAUSE);
        self.timer.set_value(timer.ok());
    }

    /// Saving takes the fields of the form as they are.
    fn keep(self, form: &web_sys::HtmlFormElement) {
        let Some(text) = form_text(form) else { return };
        self.keeping.set(Keeping::Busy);
        let page = self.page;
        leptos::task::spawn_local(async move {
            let kept = call(SaveDraft::PATH, text).await.and_then(|answer| answer.read());
            // The page may be gone by now.
            match kept {
                Ok(DraftSaved { at, duplicates }) => {
                    page.tick();
                    drop(self.keeping.try_set(Keeping::Kept(at)));
                    self.found(duplicates);
                }
                Err(error) => drop(self.keeping.try_set(Keeping::Failed(error))),
            }
        });
    }

    /// Shows what does the same; an unchanged list stays as it is, with the box that was ticked below it.
    fn found(self, duplicates: Vec<Duplicate>) {
        if self.duplicates.try_with_untracked(|known| *known != duplicates) == Some(true) {
            drop(self.duplicates.try_set(duplicates));
        }
    }
}

/// Watches the form inside of it: what is typed is kept after a pause.
#[component]
pub(super) fn Autosave(
    draft: Draft,
    /// Key of the draft.
    key: String,
    /// The form's function: when it finds a duplicate, the list of them is shown.
    form: FormState<SendRequest>,
    children: Children,
) -> impl IntoView {
    let typed = move |event: ev::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = element.and_then(|element| element.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            draft.keep_soon(form);
        }
    };
    Effect::new(move |_| {
        let duplicate =
            form.error().is_some_and(|e| matches!(&e.0, Problem::Conflict { code, .. } if code == "duplicate"));
        if duplicate {
            let key = key.clone();
            leptos::task::spawn_local(async move {
                // Without the list the message of the form still says what was found first.
                if let Ok(duplicates) = ask(DraftDuplicates { draft_key: key }).await {
                    draft.found(duplicates);
                }
            });
        }
    });
    view! {
        <div on:input=typed on:submit=move |_| draft.pause()>{children()}</div>
    }
}

/// Says whether the draft is kept.
#[component]
pub(super) fn DraftStatus(draft: Draft) -> impl IntoView {
    view! {
        <p class="draft-status muted">
            {move || match draft.keeping.get() {
                Keeping::Kept(None) => view! { <span class="needs-js">{text::requests::draft_soon()}</span> }.into_any(),
                Keeping::Kept(Some(at)) => {
                    let [before, after] = text::requests::draft_kept_around();
                    view! { <Icon name="check"/> <span>{before}<Time at=at/>{after}</span> }.into_any()
                }
                Keeping::Busy => view! { <span>{text::requests::draft_busy()}</span> }.into_any(),
                Keeping::Failed(error) => view! {
                    <span class="field-error" role="alert">{text::requests::draft_failed(&sentence(&error.words()))}</span>
                }
                .into_any(),
            }}
        </p>
    }
}
