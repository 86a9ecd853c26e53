//! Asks before something is taken away.

use leptos::prelude::*;

use crate::text;

use super::{AnyForm, Dialog, DialogActions, Form, Hidden, Submit, Variant};

/// A dialog that says what will happen and does it on request. Open it with `open_dialog` or `open_dialog_for`.
#[component]
pub fn ConfirmDialog(
    /// Its name in the query.
    name: &'static str,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// The function that does it; it should lead elsewhere by `redirect`, which closes the dialog.
    #[prop(into)]
    form: AnyForm,
    /// The values of the form. Reactive, because they may come from the query.
    #[prop(into)]
    fields: Signal<Vec<(&'static str, String)>>,
    /// What the button says.
    #[prop(into)]
    confirm: String,
    /// Something is taken away.
    #[prop(optional)]
    danger: bool,
    /// What must be typed first, because it cannot be had back. Without JavaScript the button works at once.
    #[prop(optional_no_strip)]
    typed: Option<String>,
    /// What will happen.
    children: ChildrenFn,
) -> impl IntoView {
    let (confirm, typed) = (StoredValue::new(confirm), StoredValue::new(typed));
    let variant = if danger { Variant::Danger } else { Variant::Primary };
    view! {
        <Dialog name=name title=title>
            <div class="dialog-text">{children()}</div>
            <Form form=form key=name>
                {move || {
                    fields.get().into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view()
                }}
                {typed.get_value().map(|name| view! { <TypeFirst name=name/> })}
                <DialogActions>
                    <Submit variant=variant>{confirm.get_value()}</Submit>
                </DialogActions>
            </Form>
        </Dialog>
    }
}

/// Locks the form until a name is typed.
#[component]
pub fn TypeFirst(
    /// What has to be typed.
    name: String,
) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let label = text::components::confirm_type(&name);
    let name = StoredValue::new(name);
    let lock = move || {
        let Some(input) = input.get_untracked() else { return };
        let right = name.with_value(|name| input.value().trim() == name.trim());
        let button = input.form().and_then(|form| form.query_selector("button[type=submit]").ok().flatten());
        if let Some(button) = button {
            drop(if right { button.remove_attribute("disabled") } else { button.set_attribute("disabled", "") });
        }
    };
    Effect::new(move |_| {
        if input.get().is_some() {
            lock();
        }
    });
    view! {
        <label class="field needs-js">
            <span class="field-label">{label}</span>
            <input node_ref=input class="input" type="text" autocomplete="off" spellcheck="false" on:input=move |_| lock()/>
        </label>
    }
}
