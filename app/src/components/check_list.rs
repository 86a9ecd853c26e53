//! Several choices out of many.

use leptos::prelude::*;

use super::field::FieldIds;

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

/// Several choices out of many, in a frame that scrolls when there are too many. The name of the values ends in `[]`.
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
    let options = options
        .into_iter()
        .enumerate()
        .map(|(i, option)| {
            let id = format!("{}-{i}", ids.id);
            let about = (!option.help.is_empty()).then(|| format!("{id}-about"));
            let checked = boxes.on(&option.value, chosen.contains(&option.value));
            let own = id.clone();
            view! {
                <label class="check-option" for=own>
                    <input type="checkbox" id=id name=name.clone() value=option.value checked=checked aria-describedby=about.clone()/>
                    <span class="check-option-text">
                        <span class="mono">{option.label}</span>
                        {about.map(|about| view! { <span class="check-option-help" id=about>{option.help}</span> })}
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=ids.described_by()>
            <legend class="field-label">{label}</legend>
            <div class="check-list">{options}</div>
            {ids.below(help)}
        </fieldset>
    }
}
