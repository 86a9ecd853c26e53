//! Choosing among many by a few letters, from what the server finds.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::Icon;
use super::field::{FieldIds, FieldLabel};
use crate::text::components as text;

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// More about it, or empty.
    pub detail: String,
}

type Finding = Pin<Box<dyn Future<Output = Vec<Choice>>>>;

/// Asks the server for choices by some letters.
#[derive(Clone)]
pub struct Finder(Arc<dyn Fn(String) -> Finding + Send + Sync>);

impl Finder {
    /// From a server function.
    pub fn new<F, R>(find: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = Vec<Choice>> + 'static,
    {
        Self(Arc::new(move |words| Box::pin(find(words))))
    }
}

/// What somebody types quickly is asked for once.
const PAUSE: Duration = Duration::from_millis(120);

/// One or several of many, found by a few letters (ARIA combobox with a list box). Without JavaScript it is a field for
/// the value itself, such as an email address, which the server function must understand as well.
#[component]
pub fn Picker(
    /// Name of the value; ends with `[]` where several may be chosen.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// Where choices come from.
    find: Finder,
    /// How to choose.
    #[prop(optional, into)]
    help: Option<String>,
    /// Something must be chosen.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let several = name.ends_with("[]");
    let ids = FieldIds::new(name.trim_end_matches("[]"), help.is_some());
    let chosen = RwSignal::new(Vec::<Choice>::new());
    let offered = RwSignal::new(Vec::<Choice>::new());
    let words = RwSignal::new(ids.value(String::new()));
    let at = RwSignal::new(0_usize);
    let open = RwSignal::new(false);
    // Before the page is interactive, and without JavaScript, the text itself is sent.
    let plain = RwSignal::new(true);
    Effect::new(move |_| plain.set(false));

    let list_id = format!("{}-list", ids.id);
    let input = NodeRef::<leptos::html::Input>::new();
    let pick = move |choice: Choice| {
        chosen.update(|chosen| {
            if !several {
                chosen.clear();
            }
            if !chosen.contains(&choice) {
                chosen.push(choice);
            }
        });
        words.set(String::new());
        offered.set(Vec::new());
        open.set(false);
        drop(input.get_untracked().map(|input| input.focus()));
    };
    let search = searching(find, offered, open);
    let typed = move |event: ev::Event| {
        let entered = event_target_value(&event);
        at.set(0);
        search(entered.clone());
        words.set(entered);
    };
    let key = move |event: ev::KeyboardEvent| {
        let count = offered.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = at.checked_sub(1).unwrap_or(count - 1)),
            "Enter" if open.get_untracked() && count > 0 => {
                let choice = offered.with_untracked(|offered| offered.get(at.get_untracked()).cloned());
                if let Some(choice) = choice {
                    pick(choice);
                }
            }
            "Escape" if open.get_untracked() => open.set(false),
            "Backspace" if words.with_untracked(String::is_empty) => {
                chosen.update(|chosen| drop(chosen.pop()));
                return;
            }
            _ => return,
        }
        event.prevent_default();
        // A dialog around it would close, too.
        event.stop_propagation();
    };
    let chips = {
        let name = name.clone();
        move || {
            let chip = |choice: Choice| {
                let value = choice.value.clone();
                let remove = move |_| chosen.update(|chosen| chosen.retain(|one| one.value != value));
                view! {
                    <li class="picker-chip">
                        <input type="hidden" name=name.clone() value=choice.value/>
                        <span>{choice.label.clone()}</span>
                        <button type="button" class="picker-remove" aria-label=text::picker_remove(&choice.label) on:click=remove><Icon name="x"/></button>
                    </li>
                }
            };
            chosen.get().into_iter().map(chip).collect_view()
        }
    };
    let options = {
        let id = ids.id.clone();
        move || {
            let option = |(i, choice): (usize, Choice)| {
                let (label, detail) = (choice.label.clone(), choice.detail.clone());
                view! {
                    <li
                        class="picker-option"
                        id=format!("{id}-option-{i}")
                        role="option"
                        aria-selected=move || (at.get() == i).to_string()
                        on:mousedown=move |event| {
                            // The input keeps the focus.
                            event.prevent_default();
                            pick(choice.clone());
                        }
                    >
                        <span>{label}</span>
                        <span class="muted">{detail}</span>
                    </li>
                }
            };
            offered.get().into_iter().enumerate().map(option).collect_view()
        }
    };
    let active = {
        let id = ids.id.clone();
        move || (open.get() && offered.with(|offered| !offered.is_empty())).then(|| format!("{id}-option-{}", at.get()))
    };
    let some = move || offered.with(|offered| !offered.is_empty());
    let nothing = move || (open.get() && !some() && !words.with(String::is_empty)).then(text::picker_nothing);
    view! {
        <div class="field picker">
            <FieldLabel id=ids.id.clone() label=label.clone() required=required/>
            <div class="picker-box input">
                <ul class="picker-chips" aria-label=text::picker_chosen()>{chips}</ul>
                <input
                    node_ref=input
                    class="picker-input"
                    type="text"
                    role="combobox"
                    id=ids.id.clone()
                    name=move || plain.get().then(|| name.clone())
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=text::picker_placeholder()
                    aria-expanded=move || (open.get() && some()).to_string()
                    aria-controls=list_id.clone()
                    aria-autocomplete="list"
                    aria-activedescendant=active
                    aria-invalid=ids.invalid()
                    aria-describedby=ids.described_by()
                    value=move || words.get()
                    prop:value=move || words.get()
                    on:input=typed
                    on:keydown=key
                    on:blur=move |_| open.set(false)
                />
            </div>
            <div class="picker-pop">
                <ul class="picker-list" id=list_id role="listbox" aria-label=label hidden=move || !(open.get() && some())>{options}</ul>
                <p class="picker-nothing" role="status">{nothing}</p>
            </div>
            {ids.below(help)}
        </div>
    }
}

/// Asks for choices once somebody stops typing for a moment. A late answer to earlier letters is dropped.
fn searching(find: Finder, offered: RwSignal<Vec<Choice>>, open: RwSignal<bool>) -> impl Fn(String) {
    let asked = StoredValue::new(0_u32);
    move |words: String| {
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        if words.trim().is_empty() {
            offered.set(Vec::new());
            open.set(false);
            return;
        }
        let still = move || asked.try_get_value() == Some(number);
        let find = find.clone();
        set_timeout(
            move || {
                if still() {
                    leptos::task::spawn_local(async move {
                        let found = (find.0)(words).await;
                        if still() {
                            drop(offered.try_set(found));
                            let _ = open.try_set(true);
                        }
                    });
                }
            },
            PAUSE,
        );
    }
}
