//! A form that is one button.

use leptos::prelude::*;

use super::form::AnyForm;
use super::{Hidden, Icon, Variant};
use crate::posted::FUNCTION_FIELD;

/// A form that is one button, with fixed values. What goes wrong is said below it.
#[component]
pub fn ActionButton(
    /// The function and what came of it, from [`super::use_form`].
    #[prop(into)]
    form: AnyForm,
    /// The values.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
    /// How much it asks for attention.
    #[prop(optional)]
    variant: Variant,
    /// Icon before the words.
    #[prop(optional, into)]
    icon: Option<String>,
    /// For rows and toolbars.
    #[prop(optional)]
    small: bool,
    /// Always posts to the page and loads it anew.
    #[prop(optional)]
    plain: bool,
    children: Children,
) -> impl IntoView {
    let fields = fields.into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> }).collect_view();
    // Rows share the state of their form; only the one that was pressed is busy.
    let pressed = RwSignal::new(false);
    let function = form.function();
    let busy = move || pressed.get() && form.pending();
    view! {
        <form
            method="post"
            class="action"
            on:submit=move |event| {
                if !plain {
                    pressed.set(true);
                    form.submit(&event);
                }
            }
        >
            <input type="hidden" name=FUNCTION_FIELD value=function/>
            {fields}
            <button
                type="submit"
                class=variant.class(small)
                aria-disabled=move || busy().then_some("true")
                aria-busy=move || busy().then_some("true")
            >
                {icon.map(|name| view! { <Icon name=name/> })}
                {children()}
                <span class="btn-spinner" aria-hidden="true"></span>
            </button>
            {move || {
                form.error()
                    .filter(|_| pressed.get() || !form.pending())
                    .map(|error| view! { <p class="field-error" role="alert">{crate::error::sentence(&error.words())}</p> })
            }}
        </form>
    }
}
