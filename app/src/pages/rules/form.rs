//! The fields of a rule.

use domain::{Effect, PrincipalKind, Rule};

use super::last_day;
use crate::prelude::*;

/// The fields of a rule, for a [`Form`] of `CreateRule` or `UpdateRule`.
#[component]
pub fn RuleFields(
    /// Whom it can be about: value and words.
    principals: Vec<(String, String)>,
    /// It has no server and can only deny.
    global: bool,
    /// The rule as it is; nothing for a new one.
    rule: Option<Rule>,
) -> impl IntoView {
    let mut options = vec![(String::new(), text::rules::choose().to_owned())];
    options.extend(principals);
    let who = rule.as_ref().map(|rule| match rule.principal.kind {
        PrincipalKind::Everyone => "everyone".to_owned(),
        PrincipalKind::User | PrincipalKind::Group => rule.principal.id.clone().unwrap_or_default(),
    });
    let effect = rule.as_ref().map_or(if global { Effect::Deny } else { Effect::Allow }, |rule| rule.effect);
    let some = rule.as_ref().is_some_and(|rule| !rule.tools.is_all());
    let tools = rule.as_ref().map(|rule| rule.tools.patterns().join("\n")).unwrap_or_default();
    let starts = rule.as_ref().and_then(|rule| rule.starts_at).map(|at| at.format("%Y-%m-%d").to_string());
    let ends = rule.as_ref().and_then(|rule| rule.ends_at).map(last_day);
    let notes = rule.map(|rule| rule.notes).unwrap_or_default();
    let effects = if global {
        view! { <Hidden name="rule[effect]" value="deny"/> }.into_any()
    } else {
        view! {
            <RadioCards
                name="rule[effect]"
                label=text::rules::effect()
                value=effect.as_str()
                options=vec![
                    RadioOption::new("allow", text::common::allow(), text::rules::allow_help()),
                    RadioOption::new("deny", text::common::deny(), text::rules::deny_help()),
                ]
            />
        }
        .into_any()
    };
    let whole = if global { text::rules::whole_global() } else { text::common::entire_server() };
    let whole_help = if global { text::rules::whole_global_help() } else { text::rules::whole_server_help() };
    view! {
        <SelectField name="rule[principal]" label=text::common::who() options=options value=who.unwrap_or_default()/>
        {effects}
        <div class="scope-choice stack">
            <RadioCards
                name="rule[scope]"
                label=text::rules::scope()
                value=if some { "some" } else { "all" }
                options=vec![
                    RadioOption::new("all", whole, whole_help),
                    RadioOption::new("some", text::rules::some(), text::rules::some_help()),
                ]
            />
            <div class="scope-detail">
                <TextArea
                    name="rule[tools]"
                    label=text::common::tools()
                    required=true
                    value=tools
                    placeholder="read_file\nsearch_*"
                    help=text::rules::tools_help()
                />
            </div>
        </div>
        <div class="grid-2">
            <DateField name="rule[starts_at]" label=text::rules::first_day() value=starts.unwrap_or_default() help=text::rules::first_day_help()/>
            <DateField name="rule[ends_at]" label=text::rules::last_day() value=ends.unwrap_or_default() help=text::rules::last_day_help()/>
        </div>
        <TextArea name="rule[notes]" label=text::common::notes() value=notes rows=2 help=text::rules::notes_help()/>
    }
}
