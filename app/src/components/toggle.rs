//! Boxes to tick, and one choice among a few that need explaining.

use leptos::prelude::*;

use super::field::FieldIds;

/// A box to tick.
#[component]
pub fn Checkbox(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What ticking it means.
    #[prop(into)]
    label: String,
    /// What is sent when it is ticked.
    #[prop(default = "true".into(), into)]
    value: String,
    /// Ticked at first.
    #[prop(optional)]
    checked: bool,
    /// More about it.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    // Several boxes may share a name, so the value is part of the id.
    let id = format!("{}-{}", ids.id, value.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    let label_for = id.clone();
    let checked = ids.on(&value, checked);
    view! {
        <div class="field">
            <label class="check" for=label_for>
                <input
                    type="checkbox"
                    id=id
                    name=name
                    value=value
                    checked=checked
                    aria-invalid=ids.invalid()
                    aria-describedby=ids.described_by()
                />
                <span>{label}</span>
            </label>
            {ids.below(help)}
        </div>
    }
}

/// One choice of [`RadioCards`].
#[derive(Debug, Clone)]
pub struct RadioOption {
    /// What is sent.
    pub value: String,
    /// The choice in a few words.
    pub label: String,
    /// What it means.
    pub help: String,
}

impl RadioOption {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), help: help.into() }
    }
}

/// One choice among a few, each with an explanation.
#[component]
pub fn RadioCards(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// The choices.
    options: Vec<RadioOption>,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// How to choose.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    let chosen = ids.value(value);
    let cards = options
        .into_iter()
        .enumerate()
        .map(|(i, option)| {
            let checked = option.value == chosen;
            let id = format!("{}-{i}", ids.id);
            let label_for = id.clone();
            let help_id = format!("{id}-about");
            let described_by = help_id.clone();
            view! {
                <label class="radio-card" for=label_for>
                    <input type="radio" id=id name=name.clone() value=option.value checked=checked aria-describedby=described_by/>
                    <span class="radio-card-text">
                        <span class="radio-card-label">{option.label}</span>
                        <span class="radio-card-help" id=help_id>{option.help}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=ids.described_by()>
            <legend class="field-label">{label}</legend>
            <div class="radio-cards">{cards}</div>
            {ids.below(help)}
        </fieldset>
    }
}
