//! A choice among a few words.

use leptos::prelude::*;

use super::field::{FieldIds, FieldLabel};

/// A choice among a few words, in a drop-down list.
#[component]
pub fn SelectField(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// Values with their words.
    options: Vec<(String, String)>,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// How to choose.
    #[prop(optional, into)]
    help: Option<String>,
    /// Something must be chosen (almost always so: an option for "none" is a choice).
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    let chosen = ids.value(value);
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <FieldLabel id=ids.id.clone() label=label required=required/>
            <span class="select">
                <select
                    class="input"
                    id=ids.id.clone()
                    name=name
                    aria-invalid=ids.invalid()
                    aria-describedby=ids.described_by()
                >
                    {options}
                </select>
            </span>
            {ids.below(help)}
        </div>
    }
}
