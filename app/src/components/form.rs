//! Forms that work three ways with one piece of code: interactive, before the page is interactive, without JavaScript.
//!
//! Interactive, the form calls its server function and shows what came of it. Otherwise the browser posts the form to
//! the page, and the server renders the page again from the outcome (see `crate::posted`).

use std::marker::PhantomData;

use domain::Problem;
use leptos::context::Provider;
use leptos::form::form_data_from_event;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsCast;

use super::{Callout, Tone};
use crate::context::context;
use crate::error::AppError;
use crate::posted::{FUNCTION_FIELD, FUNCTION_PREFIX};
use crate::text;
use crate::wire::{Answer, Function, Json, call};

/// A form's server function with what came of it.
pub struct FormState<F> {
    form: AnyForm,
    function: PhantomData<fn() -> F>,
}

// By hand: a derive would demand that the function itself is `Copy`.
impl<F> Clone for FormState<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for FormState<F> {}

impl<F> From<FormState<F>> for AnyForm {
    fn from(state: FormState<F>) -> Self {
        state.form
    }
}

/// As [`FormState`], whatever the function: the parts of a form need to know no more.
#[derive(Clone, Copy)]
pub struct AnyForm {
    /// The path of the function.
    path: &'static str,
    /// Takes the text of the form.
    action: Action<String, Answer>,
    /// Which run succeeded last; nothing while the last one failed. A failure after a failure does not change it, so a
    /// view that depends on the output only is not made anew under the hands of the person who fills the form.
    success: Memo<Option<usize>>,
}

/// The state of a form that calls this server function. Make it in the page, outside of what is loaded, so that its
/// result outlives a reload of the data.
pub fn use_form<F: Function>() -> FormState<F> {
    FormState { form: AnyForm::new(F::PATH), function: PhantomData }
}

impl<F: ServerFn> FormState<F> {
    /// What the function returned, once it succeeded. Reactive.
    pub fn output(self) -> Option<F::Output>
    where
        F: Function,
    {
        self.form.success.get()?;
        self.form.answer()
    }

    /// What went wrong the last time. Reactive.
    pub fn error(self) -> Option<AppError> {
        self.form.error()
    }

    /// True while the function runs. Reactive.
    pub fn pending(self) -> bool {
        self.form.pending()
    }

    /// Runs the function with these fields, without a form.
    pub fn send(self, fields: &[(&str, &str)]) {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", crate::url::encode(value))).collect();
        self.form.action.dispatch(pairs.join("&"));
    }

    /// Forgets the last result.
    pub fn clear(self) {
        self.form.action.value().set(None);
    }

    /// Does something after each success, in the interactive page.
    pub fn done(self, then: impl Fn(F::Output) + Send + Sync + 'static)
    where
        F: Function,
    {
        let form = self.form;
        form.done(Box::new(move || {
            if let Some(output) = form.answer() {
                then(output);
            }
        }));
    }
}

impl AnyForm {
    fn new(path: &'static str) -> Self {
        let context = context();
        let posted = context.posted(path).map(|posted| posted.outcome.and_then(Json::from_text));
        let action = Action::new_with_value(posted, move |form: &String| call(path, form.clone()));
        let (value, version) = (action.value(), action.version());
        let success = Memo::new(move |_| {
            let version = version.get();
            value.with(|value| matches!(value, Some(Ok(_)))).then_some(version)
        });
        let form = Self { path, action, success };
        form.done(Box::new(move || context.changed()));
        form
    }

    /// As [`FormContext::entered_all`], for inputs that stand outside the form.
    pub(super) fn entered_all(self, input: &str) -> Vec<String> {
        entered_all(self.path, input).unwrap_or_default()
    }

    /// The last output. An answer that cannot be read counts as none.
    fn answer<T: serde::de::DeserializeOwned>(self) -> Option<T> {
        self.action.value().with_untracked(|value| value.as_ref()?.as_ref().ok()?.read().ok())
    }

    /// What went wrong the last time. Reactive.
    pub(super) fn error(self) -> Option<AppError> {
        self.action.value().with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()))
    }

    /// True while the function runs. Reactive.
    pub(super) fn pending(self) -> bool {
        self.action.pending().get()
    }

    /// Does something after each success, in the interactive page.
    pub(super) fn done(self, then: Box<dyn Fn() + Send + Sync>) {
        let (value, version) = (self.action.value(), self.action.version());
        Effect::new(move |seen: Option<usize>| {
            let version = version.get();
            let succeeded = || value.with_untracked(|value| matches!(value, Some(Ok(_))));
            if seen.is_some_and(|seen| seen != version) && succeeded() {
                then();
            }
            version
        });
    }

    /// The name of the function, as the hidden field of its forms has it.
    pub(crate) fn function(self) -> &'static str {
        self.path.strip_prefix(FUNCTION_PREFIX).unwrap_or(self.path)
    }

    /// Runs the function with what the form holds.
    pub(crate) fn submit(self, event: &web_sys::SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if self.action.pending().get_untracked() {
            return;
        }
        match form_data_from_event(event).ok().and_then(|data| text_of(&data)) {
            Some(text) => drop(self.action.dispatch(text)),
            None => {
                let problem = Problem::field("", text::components::unreadable_form());
                self.action.value().set(Some(Err(AppError(problem))));
            }
        }
    }
}

/// The fields of a form as the browser would send them, with the button that was pressed left out.
pub fn form_text(form: &web_sys::HtmlFormElement) -> Option<String> {
    text_of(&web_sys::FormData::new_with_form(form).ok()?)
}

fn text_of(data: &web_sys::FormData) -> Option<String> {
    web_sys::UrlSearchParams::new_with_str_sequence_sequence(data).ok().map(|fields| fields.to_string().into())
}

/// What the fields of a form know of it.
#[derive(Clone, Copy)]
pub struct FormContext {
    /// What went wrong the last time.
    pub(super) error: Signal<Option<AppError>>,
    /// The function runs.
    pub(super) pending: Signal<bool>,
    /// Makes ids of inputs unique on the page.
    pub(super) key: StoredValue<String>,
    /// Names of the inputs, so that what none of them shows is shown above them.
    inputs: StoredValue<Vec<String>>,
    /// Names of the inputs that were changed since the last answer: what was wrong with them is no news.
    changed: RwSignal<Vec<String>>,
    /// The path of the function.
    function: &'static str,
}

impl FormContext {
    /// An input says that it shows its own errors.
    pub(super) fn register(self, input: &str) {
        self.inputs.update_value(|inputs| inputs.push(input.to_owned()));
    }

    /// The id of an input.
    pub(super) fn id(self, input: &str) -> String {
        let name: String = input.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        self.key.with_value(|key| format!("{key}-{}", name.trim_matches('-')))
    }

    /// What is wrong with an input. Reactive.
    pub(super) fn error_of(self, input: &str) -> Option<String> {
        if self.changed.with(|changed| changed.iter().any(|name| name == input)) {
            return None;
        }
        self.error.with(|error| error.as_ref().and_then(|e| e.of_input(input)).map(crate::error::sentence))
    }

    /// What was entered into an input before, when the form was posted without JavaScript and failed.
    pub(super) fn entered(self, input: &str) -> Option<String> {
        let posted = context().posted(self.function)?;
        posted.outcome.is_err().then(|| posted.field(input).map(str::to_owned)).flatten()
    }

    /// The values entered before into an input that can be given several times; `None` unless the form was posted
    /// without JavaScript and failed.
    pub(super) fn entered_all(self, input: &str) -> Option<Vec<String>> {
        entered_all(self.function, input)
    }
}

fn entered_all(function: &str, input: &str) -> Option<Vec<String>> {
    let posted = context().posted(function)?;
    posted.outcome.is_err().then(|| posted.fields_of(input).map(str::to_owned).collect())
}

/// A form that calls a server function.
#[component]
pub fn Form(
    /// The function and what came of it, from [`use_form`].
    #[prop(into)]
    form: AnyForm,
    /// Always posts to the page and loads it anew: for signing in and out, which change everything on it.
    #[prop(optional)]
    plain: bool,
    /// Tells forms with the same function on one page apart.
    #[prop(optional, into)]
    key: String,
    /// What is entered is worth a question before the page is left without sending it.
    #[prop(optional)]
    guard: bool,
    /// Id of the form, for fields that stand outside of it.
    #[prop(optional, into)]
    id: Option<String>,
    /// More classes; `stack` by default.
    #[prop(default = "stack".into(), into)]
    class: String,
    children: Children,
) -> impl IntoView {
    let function = form.function();
    let key = format!("{}{}{key}", function.replace(['/', '_'], "-"), if key.is_empty() { "" } else { "-" });
    let inputs = StoredValue::new(Vec::new());
    let fields = FormContext {
        error: Signal::derive(move || form.error()),
        pending: Signal::derive(move || form.pending()),
        key: StoredValue::new(key),
        inputs,
        changed: RwSignal::new(Vec::new()),
        function: form.path,
    };
    let changed = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(name) = input.and_then(|input| input.get_attribute("name"))
            && !fields.changed.with_untracked(|changed| changed.contains(&name))
        {
            fields.changed.update(|changed| changed.push(name));
        }
    };
    let element = NodeRef::<leptos::html::Form>::new();
    settle(form, element, fields.changed);
    if guard {
        super::guard::watch(form, element);
    }
    let problem = move || {
        // What sending it would change is shown where it was asked for, and is nothing wrong.
        form.error().filter(|error| error.of_input("look").is_none()).map(|error| {
            let rest = error.besides(&inputs.get_value());
            let rest = if rest.is_empty() { vec![text::components::check_fields().to_owned()] } else { rest };
            view! {
                <div role="alert" tabindex="-1" class="form-problem">
                    <Callout tone=Tone::Danger>
                        {rest.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                    </Callout>
                </div>
            }
        })
    };
    view! {
        <form
            node_ref=element
            id=id
            method="post"
            class=class
            novalidate
            on:submit=move |event| if !plain { form.submit(&event) }
            on:input=changed
        >
            <input type="hidden" name=FUNCTION_FIELD value=function/>
            {problem}
            <Provider value=fields>{children()}</Provider>
        </form>
    }
}

/// After a failure the first wrong input gets the focus; after a success secrets do not stay in the page.
fn settle(form: AnyForm, element: NodeRef<leptos::html::Form>, changed: RwSignal<Vec<String>>) {
    let version = form.action.version();
    Effect::new(move |seen: Option<usize>| {
        let version = version.get();
        if seen.is_some_and(|seen| seen != version) {
            changed.set(Vec::new());
            let failed = form.action.value().with_untracked(|value| matches!(value, Some(Err(_))));
            // The errors are drawn first.
            request_animation_frame(move || {
                let Some(element) = element.try_get_untracked().flatten() else { return };
                let chosen = if failed { "[aria-invalid=true], .form-problem" } else { "input[type=password]" };
                let Ok(found) = element.query_selector_all(chosen) else { return };
                let inputs = (0..found.length()).filter_map(|i| found.item(i));
                if failed {
                    let mut inputs = inputs.filter_map(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
                    let wrong = inputs.find(|input| input.get_attribute("aria-invalid").is_some());
                    let target =
                        wrong.or_else(|| found.item(0).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()));
                    // An element that vanished meanwhile needs no focus.
                    drop(target.map(|target| target.focus()));
                } else {
                    inputs
                        .filter_map(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok())
                        .for_each(|input| input.set_value(""));
                }
            });
        }
        version
    });
}
