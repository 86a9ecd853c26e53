//! The form of a rule: what the server words, laid out.

use std::time::Duration;

use leptos::context::Provider;
use leptos::server_fn::ServerFn;
use leptos::wasm_bindgen::JsCast;

use super::api::{FieldKind, FormField, FormPart, PartKind, RuleFormData, TryRule};
use crate::components::form::form_text;
use crate::prelude::*;
use crate::wire::call;

/// The fields of a rule, for a [`Form`] of `CreateRule` or `UpdateRule`.
#[component]
pub fn RuleFields(
    /// What the server says of them.
    form: RuleFormData,
) -> impl IntoView {
    let RuleFormData { intro, begin_with, templates, parts, live, look } = form;
    let live = Asking {
        place: NodeRef::new(),
        lines: RwSignal::new(vec![live]),
        changes: StoredValue::new(0),
        under_way: StoredValue::new(false),
    };
    let templates = (!templates.is_empty()).then(|| {
        let links = templates
            .into_iter()
            .map(|(name, words)| {
                let href = href_with(vec![("template", Some(name))]);
                view! { <a class="btn btn-secondary btn-small" href=href data-noscroll="true">{words}</a> }
            })
            .collect_view();
        view! { <p class="cluster"><span class="muted">{begin_with}</span>{links}</p> }
    });
    view! {
        {(!intro.is_empty()).then(|| view! { <Callout tone=Tone::Info><p>{intro}</p></Callout> })}
        {templates}
        <Provider value=live>{parts.into_iter().map(part).collect_view()}</Provider>
        <Live live=live/>
        <Look words=look/>
    }
}

fn part(part: FormPart) -> AnyView {
    let FormPart { kind, title, open, fields, rows } = part;
    let names = fields.iter().map(|field| field.name.trim_end_matches("[]").to_owned()).collect();
    if kind == PartKind::Builder {
        return view! { <Builder add=title fields=fields/> }.into_any();
    }
    let mut fields = fields.into_iter().map(field);
    match kind {
        PartKind::Plain | PartKind::Builder => fields.collect_view().into_any(),
        PartKind::Pair => view! { <div class="grid-2">{fields.collect_view()}</div> }.into_any(),
        PartKind::Choice => view! {
            <div class="scope-choice stack">
                {fields.next()}
                <div class="scope-detail stack">{fields.collect_view()}</div>
            </div>
        }
        .into_any(),
        PartKind::Fold => {
            let rows = rows
                .into_iter()
                .map(|(words, what)| view! { <div class="fact"><dt class="mono">{words}</dt><dd>{what}</dd></div> })
                .collect_view();
            view! {
                <Fold title=title open=open names=names>
                    {fields.collect_view()}
                    <dl class="facts">{rows}</dl>
                </Fold>
            }
            .into_any()
        }
    }
}

fn field(field: FormField) -> AnyView {
    let FormField { kind, name, label, help, example, values, options } = field;
    let first = || values.first().cloned().unwrap_or_default();
    match kind {
        FieldKind::Lines => {
            let rows = u32::try_from(first().lines().count().max(example.lines().count())).unwrap_or(3).clamp(2, 12);
            view! { <TextArea name=name label=label value=first() rows=rows help=help placeholder=example/> }.into_any()
        }
        FieldKind::Radio => {
            let options =
                options.into_iter().map(|(value, words, help)| RadioOption::new(value, words, help)).collect();
            view! { <RadioCards name=name label=label value=first() options=options/> }.into_any()
        }
        FieldKind::Checks => {
            let options =
                options.into_iter().map(|(value, words, help)| CheckOption::new(value, words, help)).collect();
            view! { <CheckList name=name label=label help=help chosen=values options=options/> }.into_any()
        }
        FieldKind::Select => {
            let options = options.into_iter().map(|(value, words, _)| (value, words)).collect();
            view! { <SelectField name=name label=label options=options value=first()/> }.into_any()
        }
        FieldKind::Day => view! { <DateField name=name label=label value=first() help=help/> }.into_any(),
        FieldKind::Hidden => view! { <Kept name=name value=first()/> }.into_any(),
    }
}

/// The time without a key being pressed after which it is told anew what the rule gives.
const PAUSE: Duration = Duration::from_millis(400);

/// What the rule gives or takes, while it is filled in.
#[component]
fn Live(
    /// Who asks, and the answer.
    live: Asking,
) -> impl IntoView {
    Effect::new(move |_| {
        let heard = window_event_listener(leptos::ev::input, move |event| {
            let node = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if live.form().is_some_and(|form| form.contains(node.as_ref())) {
                live.changed();
            }
        });
        on_cleanup(move || heard.remove());
    });
    view! {
        <div node_ref=live.place class="stack needs-js" role="status">
            {move || live.lines.get().into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </div>
    }
}

/// Asks what a rule gives: one question at a time, and what was entered meanwhile next.
#[derive(Clone, Copy)]
struct Asking {
    place: NodeRef<leptos::html::Div>,
    lines: RwSignal<Vec<String>>,
    /// How often something was entered.
    changes: StoredValue<u32>,
    under_way: StoredValue<bool>,
}

impl Asking {
    /// The form around the answer.
    fn form(self) -> Option<web_sys::HtmlFormElement> {
        self.place.try_get_untracked()??.closest("form").ok()??.dyn_into().ok()
    }

    /// Asks once nothing was entered for a moment.
    fn changed(self) {
        let number = self.changes.get_value().wrapping_add(1);
        self.changes.set_value(number);
        set_timeout(
            move || {
                if self.changes.try_get_value() == Some(number) && self.under_way.try_get_value() == Some(false) {
                    self.ask(number);
                }
            },
            PAUSE,
        );
    }

    fn ask(self, number: u32) {
        let Some(text) = self.form().and_then(|form| form_text(&form)) else { return };
        self.under_way.set_value(true);
        leptos::task::spawn_local(async move {
            let answer = call(TryRule::PATH, text).await.and_then(|answer| answer.read::<Vec<String>>());
            // The form may be gone by now.
            drop(self.lines.try_set(answer.unwrap_or_else(|error| vec![error.words()])));
            let _ = self.under_way.try_update_value(|under_way| *under_way = false);
            if let Some(now) = self.changes.try_get_value().filter(|now| *now != number) {
                self.ask(now);
            }
        });
    }
}

/// Makes a line of conditions out of a path, an operator and a value, at the end of the field that holds them.
#[component]
fn Builder(
    /// What the button says.
    add: String,
    /// The path with those that are known, the operator, the value.
    fields: Vec<FormField>,
) -> impl IntoView {
    let row = NodeRef::<leptos::html::Div>::new();
    let live = expect_context::<Asking>();
    let [path, operator, value] = fields.try_into().unwrap_or_else(|_| <[FormField; 3]>::default());
    let paths = path.options.into_iter().map(|(path, ..)| view! { <option value=path></option> }).collect_view();
    let operators =
        operator.options.into_iter().map(|(value, words, _)| view! { <option value=value>{words}</option> });
    // Of no form: what is built is sent, not what it is built of.
    view! {
        <div node_ref=row class="grid-2 needs-js">
            <input class="input" form="" list="rule-paths" aria-label=path.label.clone() placeholder=path.label autocomplete="off" spellcheck="false"/>
            <datalist id="rule-paths">{paths}</datalist>
            <span class="select"><select class="input" form="" aria-label=operator.label>{operators.collect_view()}</select></span>
            <input class="input" form="" aria-label=value.label.clone() placeholder=value.label autocomplete="off" spellcheck="false"/>
            <button type="button" class="btn btn-secondary" on:click=move |_| {
                if row.get_untracked().and_then(|row| append(&row)).is_some() {
                    live.changed();
                }
            }>
                <Icon name="plus"/>
                {add}
            </button>
        </div>
    }
}

/// Adds what was chosen to the conditions of the form, as if it were typed.
fn append(row: &web_sys::Element) -> Option<()> {
    let input =
        |place: u32| row.query_selector_all("input").ok()?.item(place)?.dyn_into::<web_sys::HtmlInputElement>().ok();
    let (path, value) = (input(0)?, input(1)?);
    let operator = row.query_selector("select").ok()??.dyn_into::<web_sys::HtmlSelectElement>().ok()?.value();
    let words = [path.value(), operator, value.value()].map(|text| text.trim().to_owned());
    if words[0].is_empty() {
        drop(path.focus());
        return None;
    }
    let conditions = row.closest("form").ok()??.query_selector("[name='rule[conditions]']").ok()??;
    let conditions = conditions.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
    let before = conditions.value();
    let lines = [before.trim_end(), words.join(" ").trim_end()].join("\n");
    conditions.set_value(lines.trim_start_matches('\n'));
    path.set_value("");
    value.set_value("");
    drop(path.focus());
    Some(())
}
