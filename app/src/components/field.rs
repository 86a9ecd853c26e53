//! One field of a form: label, control, help, error.

use leptos::prelude::*;

use super::Icon;
use super::form::FormContext;
use crate::i18n::{Language, language};
use crate::posted::is_secret;
use crate::text;

/// What all controls of a field have in common.
#[derive(Clone)]
pub(super) struct FieldIds {
    form: FormContext,
    name: String,
    /// Id of the control.
    pub(super) id: String,
    has_help: bool,
}

impl FieldIds {
    /// Registers an input with the form around it.
    pub(super) fn new(name: &str, has_help: bool) -> Self {
        let form = expect_context::<FormContext>();
        form.register(name);
        Self { form, name: name.to_owned(), id: form.id(name), has_help }
    }

    /// What is wrong with it. Reactive.
    pub(super) fn error(&self) -> Option<String> {
        self.form.error_of(&self.name)
    }

    /// Its value: what was entered before, or the given one.
    pub(super) fn value(&self, given: String) -> String {
        self.form.entered(&self.name).unwrap_or(given)
    }

    /// Whether it was on, for boxes: as posted before, or as given.
    pub(super) fn on(&self, value: &str, given: bool) -> bool {
        self.form.entered_all(&self.name).map_or(given, |values| values.iter().any(|v| v == value))
    }

    /// `aria-invalid`. Reactive.
    pub(super) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + use<> {
        let ids = self.clone();
        move || ids.error().map(|_| "true")
    }

    /// `aria-describedby`. Reactive.
    pub(super) fn described_by(&self) -> impl Fn() -> Option<String> + Clone + Send + Sync + use<> {
        let ids = self.clone();
        move || {
            let help = ids.has_help.then(|| format!("{}-help", ids.id));
            let error = ids.error().map(|_| format!("{}-error", ids.id));
            let both: Vec<String> = help.into_iter().chain(error).collect();
            (!both.is_empty()).then(|| both.join(" "))
        }
    }

    /// The lines below the control.
    pub(super) fn below(&self, help: Option<String>) -> impl IntoView + use<> {
        let ids = self.clone();
        let help_id = format!("{}-help", self.id);
        let error_id = format!("{}-error", self.id);
        view! {
            {help.map(|help| view! { <p class="field-help" id=help_id>{help}</p> })}
            {move || {
                ids.error().map(|why| view! { <p class="field-error" id=error_id.clone()><Icon name="circle-alert"/>{why}</p> })
            }}
        }
    }
}

/// A label as it stands within a sentence: German nouns keep their capitals.
pub(super) fn within(label: &str) -> String {
    match language() {
        Language::English => label.to_ascii_lowercase(),
        Language::German => label.to_owned(),
    }
}

/// The label of a control.
#[component]
pub fn FieldLabel(
    /// Id of the control.
    id: String,
    /// The words.
    label: String,
    /// It must be filled.
    required: bool,
) -> impl IntoView {
    view! {
        <label class="field-label" for=id>
            {label}
            {(!required).then(|| view! { <span class="field-optional">{text::common::optional()}</span> })}
        </label>
    }
}

/// A line of text.
#[component]
pub fn TextField(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// `text`, `email`, `url`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// How to fill it.
    #[prop(optional, into)]
    help: Option<String>,
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// It must be filled.
    #[prop(optional)]
    required: bool,
    /// What browsers may fill in (`email`, `name`, `off`).
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    view! {
        <div class="field">
            <FieldLabel id=ids.id.clone() label=label required=required/>
            <input
                class="input"
                type=kind
                id=ids.id.clone()
                name=name
                value=ids.value(value)
                placeholder=placeholder
                required=required
                autocomplete=autocomplete
                aria-invalid=ids.invalid()
                aria-describedby=ids.described_by()
            />
            {ids.below(help)}
        </div>
    }
}

/// A secret: never filled in by us, and can be looked at while it is typed.
#[component]
pub fn SecretInput(
    /// Name of the value; its last part must be one that is never echoed (`password`, `value`, …).
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// How to fill it.
    #[prop(optional, into)]
    help: Option<String>,
    /// An example, or what is kept.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// It must be filled.
    #[prop(optional)]
    required: bool,
    /// `current-password`, `new-password`, or `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    debug_assert!(is_secret(&name), "`{name}` would be echoed after a failed post");
    let ids = FieldIds::new(&name, help.is_some());
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <FieldLabel id=ids.id.clone() label=label.clone() required=required/>
            <div class="secret-field">
                <input
                    class="input"
                    type=move || if shown.get() { "text" } else { "password" }
                    id=ids.id.clone()
                    name=name
                    placeholder=placeholder
                    required=required
                    autocomplete=autocomplete
                    spellcheck="false"
                    aria-invalid=ids.invalid()
                    aria-describedby=ids.described_by()
                />
                <button
                    type="button"
                    class="btn btn-quiet btn-icon needs-js"
                    aria-pressed=move || shown.get().to_string()
                    aria-label=text::components::show_secret(&within(&label))
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { view! { <Icon name="eye-off"/> } } else { view! { <Icon name="eye"/> } }}
                </button>
            </div>
            {ids.below(help)}
        </div>
    }
}

/// What stands in a text area when it is made. Leptos prints it as it is, unlike the content of other elements, so the
/// server writes what a page must not take for marks in its own way. A browser drops a line break at the beginning.
pub(super) fn printed(text: String) -> String {
    if cfg!(feature = "ssr") {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        if text.starts_with('\n') { ["\n", &text].concat() } else { text }
    } else {
        text
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// Lines that can be seen at once.
    #[prop(default = 3)]
    rows: u32,
    /// How to fill it.
    #[prop(optional, into)]
    help: Option<String>,
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// It must be filled.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    view! {
        <div class="field">
            <FieldLabel id=ids.id.clone() label=label required=required/>
            <textarea
                class="input"
                id=ids.id.clone()
                name=name
                rows=rows
                placeholder=placeholder
                required=required
                aria-invalid=ids.invalid()
                aria-describedby=ids.described_by()
            >
                {printed(ids.value(value))}
            </textarea>
            {ids.below(help)}
        </div>
    }
}

/// A day.
#[component]
pub fn DateField(
    /// Name of the value (`2026-03-31`).
    #[prop(into)]
    name: String,
    /// What to enter.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// How to fill it.
    #[prop(optional, into)]
    help: Option<String>,
    /// It must be filled.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let ids = FieldIds::new(&name, help.is_some());
    view! {
        <div class="field field-narrow">
            <FieldLabel id=ids.id.clone() label=label required=required/>
            <input
                class="input"
                type="date"
                id=ids.id.clone()
                name=name
                value=ids.value(value)
                required=required
                aria-invalid=ids.invalid()
                aria-describedby=ids.described_by()
            />
            {ids.below(help)}
        </div>
    }
}

/// A value that goes along without being seen.
#[component]
pub fn Hidden(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// The value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// A value that goes along without being seen, and stays as it was sent while the form around it is corrected: what is
/// stored may be another one by then.
#[component]
pub fn Kept(
    /// Name of the value.
    #[prop(into)]
    name: String,
    /// The value at first.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let value = expect_context::<FormContext>().entered(&name).unwrap_or(value);
    view! { <Hidden name=name value=value/> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_text_area_stays_text() {
        let stored = "</textarea><script>alert(1)</script> &lt; a && b";
        let html = view! { <textarea>{printed(stored.to_owned())}</textarea> }.to_html();
        assert!(!html.contains("<script") && html.matches("</textarea>").count() == 1, "{html}");
        assert!(html.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp;lt; a &amp;&amp; b"), "{html}");
        assert_eq!(printed("\nnext".into()), "\n\nnext");
    }
}
