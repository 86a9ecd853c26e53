//! Several choices out of many.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::field::FieldIds;
use crate::text;

/// Choices up to which nobody needs to look for one.
const FEW: usize = 10;

/// One choice of a [`CheckList`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOption {
    /// What is sent.
    pub value: String,
    /// The choice in a few words.
    pub label: String,
    /// What it means; may be empty.
    pub help: String,
}

impl CheckOption {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), help: help.into() }
    }
}

/// Several choices out of many, in a frame that scrolls when there are too many; interactive, some letters leave those
/// that have them. The name of the values ends in `[]`.
#[component]
pub fn CheckList(
    /// Name of the values, such as `tools[]`.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// The choices.
    options: Vec<CheckOption>,
    /// What is chosen at first.
    #[prop(optional)]
    chosen: Vec<String>,
    /// How to choose.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    let ids = FieldIds::new(name.trim_end_matches("[]"), help.is_some());
    let boxes = FieldIds::new(&name, false);
    let many = options.len() > FEW;
    let list = NodeRef::<leptos::html::Div>::new();
    let options = options
        .into_iter()
        .enumerate()
        .map(|(i, option)| {
            let id = format!("{}-{i}", ids.id);
            let about = (!option.help.is_empty()).then(|| format!("{id}-about"));
            let checked = boxes.on(&option.value, chosen.contains(&option.value));
            let own = id.clone();
            // What is sent as it reads is a technical name, such as that of a tool; people and groups have ids.
            let class = if option.label == option.value { "mono" } else { "" };
            view! {
                <label class="check-option" for=own>
                    <input type="checkbox" id=id name=name.clone() value=option.value checked=checked aria-describedby=about.clone()/>
                    <span class="check-option-text">
                        <span class=class>{option.label}</span>
                        {about.map(|about| view! { <span class="check-option-help" id=about>{option.help}</span> })}
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=ids.described_by()>
            <legend class="field-label">{label}</legend>
            {many.then(|| view! {
                // Of no form: neither sent, nor does Enter in it send anything.
                <input
                    type="search"
                    class="input needs-js"
                    form=""
                    aria-label=text::components::check_filter()
                    placeholder=text::components::check_filter()
                    on:input=move |event| {
                        // Nothing of the form was changed.
                        event.stop_propagation();
                        if let Some(list) = list.get_untracked() {
                            leave(&list, &event_target_value(&event));
                        }
                    }
                />
            })}
            <div class="check-list" node_ref=list>{options}</div>
            {ids.below(help)}
        </fieldset>
    }
}

/// Hides the choices that do not have these letters.
fn leave(list: &web_sys::Element, letters: &str) {
    let letters = letters.trim().to_ascii_lowercase();
    let Ok(found) = list.query_selector_all(".check-option") else { return };
    for option in (0..found.length()).filter_map(|i| found.item(i)?.dyn_into::<web_sys::HtmlElement>().ok()) {
        let text = option.text_content().unwrap_or_default().to_ascii_lowercase();
        option.set_hidden(!text.contains(&letters));
    }
}
