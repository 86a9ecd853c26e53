//! Names with secret values: headers and environment variables.

use leptos::prelude::*;

use super::field::within;
use super::{Icon, SecretInput, TextField};
use crate::text;

/// Rows without a name that are there for those without JavaScript.
const SPARE_ROWS: usize = 2;
/// Rows in all; the use cases accept no more.
const MOST_ROWS: usize = 20;

/// Rows of a name and a secret value: one for each known name and some to fill in; interactive, more can be added. A
/// row whose name is cleared is removed when the form is saved.
#[component]
pub fn SecretRows(
    /// Name of the list, such as `request[headers]`.
    #[prop(into)]
    name: String,
    /// What one of them is, such as `Header`.
    #[prop(into)]
    label: String,
    /// Names that are there at first.
    names: Vec<String>,
    /// Of these, the ones whose values are kept and stay when no new value is entered.
    kept: Vec<String>,
    /// An example of a name.
    #[prop(into)]
    placeholder: String,
) -> impl IntoView {
    // A form that came back without JavaScript may have more rows than are stored.
    let entered = (0..MOST_ROWS)
        .rev()
        .find(|i| crate::context::posted(&format!("{name}[{i}][name]")).is_some_and(|text| !text.is_empty()))
        .map_or(0, |last| last + 1);
    let rows = RwSignal::new((names.len().max(entered) + SPARE_ROWS).min(MOST_ROWS));
    let add_label = text::components::add_secret(&within(&label));
    let row = {
        let label = label.clone();
        move |i: usize| {
            let known = names.get(i).cloned().unwrap_or_default();
            let kept = !known.is_empty() && kept.contains(&known);
            let hint = if kept { text::components::secret_kept() } else { "" };
            let number = i + 1;
            view! {
                <div class="secret-pair">
                    <TextField
                        name=format!("{name}[{i}][name]")
                        label=format!("{label} {number}")
                        value=known
                        placeholder=placeholder.clone()
                    />
                    <SecretInput
                        name=format!("{name}[{i}][value]")
                        label=text::components::secret_value(number)
                        placeholder=hint
                    />
                </div>
            }
        }
    };
    view! {
        <div class="secret-rows" role="group" aria-label=text::components::secrets(&label)>
            <For each=move || 0..rows.get() key=|i| *i children=row/>
            <Show when=move || rows.get() < MOST_ROWS>
                <button
                    type="button"
                    class="btn btn-secondary btn-small needs-js"
                    on:click=move |_| rows.update(|rows| *rows = (*rows + 1).min(MOST_ROWS))
                >
                    <Icon name="plus"/>
                    {add_label.clone()}
                </button>
            </Show>
        </div>
    }
}
