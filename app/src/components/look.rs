//! What sending a form would change, before it is sent for good.

use leptos::prelude::*;

use super::form::FormContext;
use super::{Button, Callout, Checkbox, SelectField, Tone};

/// What can be looked at before a form is sent; empty where there is only an answer to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LookWords {
    /// What the buttons send, their icons and what they say.
    pub buttons: Vec<(String, String, String)>,
    /// What the list of days is called.
    pub days: String,
    /// How many days back to look: values and words.
    pub spans: Vec<(String, String)>,
}

/// Buttons that ask what sending the form around them would change, and the answer. The server function gets
/// `looked[look]` and answers with an error of that field: first the mark by which it knows the answer again and what
/// ticking the box means, with a tab between; then a line each, the first as a heading; what stands behind a tab in a line
/// is where it leads. So the form stays as it was filled in, with scripts and without. Where it says something of
/// `looked[seen]`, too, a box has to be ticked before it is sent.
#[component]
pub fn Look(
    /// What can be looked at.
    #[prop(optional)]
    words: LookWords,
) -> impl IntoView {
    let form = expect_context::<FormContext>();
    form.register("looked[look]");
    form.register("looked[seen]");
    let of = move |input: &str| form.error.with(|error| error.as_ref()?.of_input(input).map(str::to_owned));
    let answer = move || {
        of("looked[look]").map(|text| {
            let mut lines = text.lines().map(str::to_owned);
            let (head, title) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
            let (mark, seen) = head.split_once('\t').unwrap_or_default();
            let lines = lines.map(|line| match line.split_once('\t') {
                Some((words, href)) => view! { <p><a href=href.to_owned()>{words.to_owned()}</a></p> }.into_any(),
                None => view! { <p>{line}</p> }.into_any(),
            });
            let lines = lines.collect_view();
            let seen = of("looked[seen]")
                .map(|_| view! { <Checkbox name="looked[seen]" label=seen.to_owned() value=mark.to_owned()/> });
            view! {
                <div role="status" tabindex="-1" class="form-problem stack">
                    <Callout tone=Tone::Info title=title>{lines}</Callout>
                    {seen}
                </div>
            }
        })
    };
    let LookWords { buttons, days, spans } = words;
    let buttons = (!buttons.is_empty()).then(|| {
        let buttons = buttons
            .into_iter()
            .map(|(value, icon, words)| view! { <Button name="looked[look]" value=value icon=icon>{words}</Button> })
            .collect_view();
        view! {
            <div class="cluster">
                {buttons}
                <SelectField name="looked[days]" label=days options=spans/>
            </div>
        }
    });
    view! {
        {answer}
        {buttons}
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
