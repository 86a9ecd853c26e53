//! Forms that work three ways with one piece of code: interactive, before the page is interactive, without JavaScript.
//!
//! Interactive, the form calls its server function and shows what came of it. Otherwise the browser posts the form to
//! the page, and the server renders the page again from the outcome (see `crate::posted`).

use domain::Problem;
use leptos::context::Provider;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::codec::{Json, PostUrl};
use leptos::server_fn::{Http, ServerFn};
use leptos::wasm_bindgen::JsCast;
use serde::de::DeserializeOwned;

use super::{Callout, Tone};
use crate::context::context;
use crate::error::AppError;
use crate::posted::{FUNCTION_FIELD, FUNCTION_PREFIX};

/// A server function that a form can call.
pub trait FormFunction:
    ServerFn<Protocol = Http<PostUrl, Json>, Error = AppError, Output: DeserializeOwned + Clone + Send + Sync + 'static>
    + DeserializeOwned
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<F> FormFunction for F where
    F: ServerFn<
            Protocol = Http<PostUrl, Json>,
            Error = AppError,
            Output: DeserializeOwned + Clone + Send + Sync + 'static,
        > + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// A form's server function with what came of it.
pub struct FormState<F: FormFunction> {
    action: Action<F, Result<F::Output, AppError>>,
    /// Which run succeeded last; nothing while the last one failed. A failure after a failure does not change it, so a
    /// view that depends on the output only is not made anew under the hands of the person who fills the form.
    success: Memo<Option<usize>>,
}

#[expect(clippy::expl_impl_clone_on_copy, reason = "a derive would demand that the function itself is `Copy`")]
impl<F: FormFunction> Clone for FormState<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: FormFunction> Copy for FormState<F> {}

/// The state of a form that calls this server function. Make it in the page, outside of what is loaded, so that its
/// result outlives a reload of the data.
pub fn use_form<F: FormFunction>() -> FormState<F> {
    let context = context();
    let posted = context.posted(F::PATH).map(|posted| {
        posted.outcome.and_then(|json| {
            serde_json::from_str(&json).map_err(|why| AppError(Problem::Unavailable { why: why.to_string() }))
        })
    });
    let action = Action::new_with_value(posted, |input: &F| input.clone().run_on_client());
    let (value, version) = (action.value(), action.version());
    let success = Memo::new(move |_| {
        let version = version.get();
        value.with(|value| matches!(value, Some(Ok(_)))).then_some(version)
    });
    let form = FormState { action, success };
    form.done(move |_| context.changed());
    form
}

impl<F: FormFunction> FormState<F> {
    /// What the function returned, once it succeeded. Reactive.
    pub fn output(self) -> Option<F::Output> {
        self.success.get()?;
        self.action.value().get_untracked().and_then(Result::ok)
    }

    /// What went wrong the last time. Reactive.
    pub fn error(self) -> Option<AppError> {
        self.action.value().with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()))
    }

    /// True while the function runs. Reactive.
    pub fn pending(self) -> bool {
        self.action.pending().get()
    }

    /// Calls the function with values that no form holds. For scripts of the page only: it needs JavaScript.
    pub fn dispatch(self, input: F) {
        self.action.dispatch(input);
    }

    /// Forgets the last result.
    pub fn clear(self) {
        self.action.value().set(None);
    }

    /// Does something after each success, in the interactive page.
    pub fn done(self, then: impl Fn(F::Output) + Send + Sync + 'static) {
        let action = self.action;
        let version = action.version();
        Effect::new(move |seen: Option<usize>| {
            let version = version.get();
            if seen.is_some_and(|seen| seen != version)
                && let Some(Ok(output)) = action.value().get_untracked()
            {
                then(output);
            }
            version
        });
    }

    /// The name of the function, as the hidden field of its forms has it.
    pub(super) fn function() -> &'static str {
        F::PATH.strip_prefix(FUNCTION_PREFIX).unwrap_or(F::PATH)
    }

    /// Runs the function with what the form holds.
    pub(super) fn submit(self, event: &web_sys::SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if self.action.pending().get_untracked() {
            return;
        }
        match F::from_event(event) {
            Ok(input) => drop(self.action.dispatch(input)),
            Err(error) => {
                let problem = Problem::field("", format!("this form could not be read ({error}); reload the page"));
                self.action.value().set(Some(Err(AppError(problem))));
            }
        }
    }
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
        let posted = context().posted(self.function)?;
        posted.outcome.is_err().then(|| posted.fields_of(input).map(str::to_owned).collect())
    }
}

/// A form that calls a server function.
#[component]
pub fn Form<F: FormFunction>(
    /// The function and what came of it, from [`use_form`].
    form: FormState<F>,
    /// Always posts to the page and loads it anew: for signing in and out, which change everything on it.
    #[prop(optional)]
    plain: bool,
    /// Tells forms with the same function on one page apart.
    #[prop(optional, into)]
    key: String,
    /// More classes; `stack` by default.
    #[prop(default = "stack".into(), into)]
    class: String,
    children: Children,
) -> impl IntoView {
    let function = FormState::<F>::function();
    let key = format!("{}{}{key}", function.replace(['/', '_'], "-"), if key.is_empty() { "" } else { "-" });
    let inputs = StoredValue::new(Vec::new());
    let fields = FormContext {
        error: Signal::derive(move || form.error()),
        pending: Signal::derive(move || form.pending()),
        key: StoredValue::new(key),
        inputs,
        function: F::PATH,
    };
    let element = NodeRef::<leptos::html::Form>::new();
    settle(form, element);
    let problem = move || {
        form.error().map(|error| {
            let rest = error.besides(&inputs.get_value());
            let rest = if rest.is_empty() { vec!["Check the marked fields.".to_owned()] } else { rest };
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
            method="post"
            class=class
            novalidate
            on:submit=move |event| if !plain { form.submit(&event) }
        >
            <input type="hidden" name=FUNCTION_FIELD value=function/>
            {problem}
            <Provider value=fields>{children()}</Provider>
        </form>
    }
}

/// After a failure the first wrong input gets the focus; after a success secrets do not stay in the page.
fn settle<F: FormFunction>(form: FormState<F>, element: NodeRef<leptos::html::Form>) {
    let version = form.action.version();
    Effect::new(move |seen: Option<usize>| {
        let version = version.get();
        if seen.is_some_and(|seen| seen != version) {
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
