//! What sending a form would change, before it is sent for good.

use leptos::prelude::*;

use super::form::FormContext;
use super::{Button, Callout, Checkbox, Tone};

/// A button that asks what sending the form around it would change, and the answer. The server function gets `rule[look]`
/// and answers with an error of that field: first the mark by which it knows the answer again, then a line each, the
/// first as a heading. So the form stays as it was filled in, with scripts and without. Where it says something of
/// `rule[seen]`, too, a box has to be ticked before it is sent.
#[component]
pub fn Look(
    /// What the button says.
    button: String,
    /// What ticking the box means.
    seen: String,
) -> impl IntoView {
    let form = expect_context::<FormContext>();
    form.register("rule[look]");
    form.register("rule[seen]");
    let of = move |input: &str| form.error.with(|error| error.as_ref()?.of_input(input).map(str::to_owned));
    let answer = move || {
        of("rule[look]").map(|text| {
            let mut lines = text.lines().map(str::to_owned);
            let (mark, title) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
            let lines = lines.map(|line| view! { <p>{line}</p> }).collect_view();
            let seen = of("rule[seen]").map(|_| view! { <Checkbox name="rule[seen]" label=seen.clone() value=mark/> });
            view! {
                <div role="status" tabindex="-1" class="form-problem stack">
                    <Callout tone=Tone::Info title=title>{lines}</Callout>
                    {seen}
                </div>
            }
        })
    };
    view! {
        {answer}
        <div><Button name="rule[look]" value="true" icon="eye">{button}</Button></div>
    }
}

/// A part of a form that is folded until somebody needs it, or one of its fields is wrong.
#[component]
pub fn Fold(
    /// What is in it.
    title: String,
    /// Unfolded at first.
    open: bool,
    /// Names of its fields.
    names: Vec<String>,
    children: Children,
) -> impl IntoView {
    let form = expect_context::<FormContext>();
    let unfolded = Memo::new(move |before: Option<&bool>| {
        // What is unfolded stays so while it is corrected.
        before.copied().unwrap_or(open) || names.iter().any(|name| form.error_of(name).is_some())
    });
    view! {
        <details class="disclosure" open=move || unfolded.get()>
            <summary>{title}</summary>
            <div class="stack">{children()}</div>
        </details>
    }
}
