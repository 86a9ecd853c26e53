//! Asks before something is taken away.

use leptos::prelude::*;

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
    /// What will happen.
    children: ChildrenFn,
) -> impl IntoView {
    let confirm = StoredValue::new(confirm);
    let variant = if danger { Variant::Danger } else { Variant::Primary };
    view! {
        <Dialog name=name title=title>
            <div class="dialog-text">{children()}</div>
            <Form form=form key=name>
                {move || {
                    fields.get().into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view()
                }}
                <DialogActions>
                    <Submit variant=variant>{confirm.get_value()}</Submit>
                </DialogActions>
            </Form>
        </Dialog>
    }
}
