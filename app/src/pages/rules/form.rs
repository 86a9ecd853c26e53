//! The form of a rule: what the server words, laid out.

use super::api::{FieldKind, FormField, FormPart, PartKind, RuleFormData};
use crate::prelude::*;

/// The fields of a rule, for a [`Form`] of `CreateRule` or `UpdateRule`.
#[component]
pub fn RuleFields(
    /// What the server says of them.
    form: RuleFormData,
) -> impl IntoView {
    let RuleFormData { intro, begin_with, templates, parts, look, seen } = form;
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
        {parts.into_iter().map(part).collect_view()}
        <Look button=look seen=seen/>
    }
}

fn part(part: FormPart) -> AnyView {
    let FormPart { kind, title, open, fields, rows } = part;
    let names = fields.iter().map(|field| field.name.trim_end_matches("[]").to_owned()).collect();
    let mut fields = fields.into_iter().map(field);
    match kind {
        PartKind::Plain => fields.collect_view().into_any(),
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
        FieldKind::Hidden => view! { <Hidden name=name value=first()/> }.into_any(),
    }
}
