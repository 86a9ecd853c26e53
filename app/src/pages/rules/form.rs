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
    #[prop(optional)]
    global: bool,
    /// The rule as it is.
    #[prop(optional)]
    rule: Option<Rule>,
) -> impl IntoView {
    let mut options = vec![(String::new(), "Choose…".to_owned())];
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
                label="What it does"
                value=effect.as_str()
                options=vec![
                    RadioOption::new("allow", "Allow", "These calls are permitted, unless another rule denies them."),
                    RadioOption::new("deny", "Deny", "These calls are refused, whatever other rules allow."),
                ]
            />
        }
        .into_any()
    };
    let whole = if global { "Every tool of every server" } else { "Entire server" };
    let whole_help = if global {
        "Everything on every server: tools, prompts and resources."
    } else {
        "All tools, prompts and resources, including those that are approved later."
    };
    view! {
        <SelectField name="rule[principal]" label="Who" options=options value=who.unwrap_or_default()/>
        {effects}
        <div class="scope-choice stack">
            <RadioCards
                name="rule[scope]"
                label="Which tools"
                value=if some { "some" } else { "all" }
                options=vec![
                    RadioOption::new("all", whole, whole_help),
                    RadioOption::new("some", "Only these tools", "Names or patterns; prompts and resources are not covered."),
                ]
            />
            <div class="scope-detail">
                <TextArea
                    name="rule[tools]"
                    label="Tools"
                    required=true
                    value=tools
                    placeholder="read_file\nsearch_*"
                    help="One name a line. An asterisk stands for any characters: write_* covers write_file and write_row."
                />
            </div>
        </div>
        <div class="grid-2">
            <DateField name="rule[starts_at]" label="First day" value=starts.unwrap_or_default() help="In force at once when empty. Days are in UTC."/>
            <DateField name="rule[ends_at]" label="Last day" value=ends.unwrap_or_default() help="Stays in force when empty."/>
        </div>
        <TextArea name="rule[notes]" label="Notes" value=notes rows=2 help="Why this rule exists, for whoever reviews it later."/>
    }
}
