//! Something that is on or off.

use leptos::prelude::*;

use super::field::FieldIds;

/// A box to tick that looks like what it is: something switched on or off.
#[component]
pub fn Switch(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What is on or off.
    #[prop(into)]
    label: String,
    /// On at first.
    #[prop(optional)]
    on: bool,
    /// What it does.
    #[prop(optional, into)]
    help: Option<String>,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    let on = ids.on("true", on);
    view! {
        <div class="field">
            <label class="switch" for=ids.id.clone()>
                <input
                    type="checkbox"
                    role="switch"
                    id=ids.id.clone()
                    name=name
                    value="true"
                    checked=on
                    aria-describedby=ids.described_by()
                />
                <span class="switch-track" aria-hidden="true"></span>
                <span>{label}</span>
            </label>
            {ids.below(help)}
        </div>
    }
}
