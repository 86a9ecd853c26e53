//! Policies: all rules, global ones that deny everywhere, and each rule's Cedar text.

pub mod api;
#[cfg(feature = "ssr")]
mod convert;
mod detail;
mod explain;
#[cfg(feature = "ssr")]
pub mod explained;
#[cfg(feature = "ssr")]
mod fields;
mod form;
mod history;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod review;
pub mod rows;
mod table;
#[cfg(feature = "ssr")]
mod templates;
#[cfg(feature = "ssr")]
mod versions;

use api::{CreateRule, GetRuleForm, ListRules, RuleFilter, RuleRow, SwitchRules};
use chrono::{DateTime, Utc};
pub use detail::RulePage;
use domain::{Capability, ServerId};
pub use explain::ExplainPage;
pub use form::RuleFields;
pub use table::{Covers, RuleTable, monitor_badge, rule_state};

use crate::prelude::*;

/// The last day on which something that ends at this time is in force, as a date field has it.
pub fn last_day(ends_at: DateTime<Utc>) -> String {
    crate::format::last_day(ends_at).format("%Y-%m-%d").to_string()
}

/// `/policies`: all rules, and the dialog that makes a global one.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let (search, effect, scope) = (query("search"), query("effect"), query("scope"));
    let (mode, sort) = (query("mode"), query("sort"));
    let rules = load(move || ListRules {
        filter: RuleFilter {
            search: search.get(),
            effect: effect.get(),
            scope: scope.get(),
            mode: mode.get(),
            sort: sort.get(),
        },
    })
    .later();
    let views = use_views("policies");
    parts::ahead(&["rule_form"]);
    let fields = load_rule_form("new", || None);
    let create = use_form::<CreateRule>();
    let many = use_form::<SwitchRules>();
    view! {
        <PageHeader
            title=text::rules::title()
            description=text::rules::description()
            actions=move || can(Capability::ManagePolicies).get_untracked().then(|| view! {
                <LinkButton href="/policies/explain" icon="search">{text::rules::explain()}</LinkButton>
                <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">{text::rules::new_global()}</LinkButton>
            })
        />
        <FilterBar names=&["search", "effect", "scope", "mode"] needs=Capability::ManagePolicies views=views>
            <SearchField name="search" label=text::rules::search()/>
            <FilterSelect
                name="effect"
                label=text::common::effect()
                options=words(&[("", text::rules::any_effect()), ("allow", text::common::allow()), ("deny", text::common::deny())])
            />
            <FilterSelect
                name="scope"
                label=text::rules::where_label()
                options=words(&[("", text::rules::where_any()), ("global", text::rules::where_global()), ("server", text::rules::where_server())])
            />
            <FilterSelect
                name="mode"
                label=text::rules::mode()
                options=words(&[("", text::rules::mode_any()), ("enforce", text::rules::mode_enforce()), ("monitor", text::rules::mode_monitor())])
            />
        </FilterBar>
        <Load resource=rules let:rules>
            {parts::late::policies_list(rules, many)}
        </Load>
        <Dialog name="new" title=text::rules::new_global() wide=true>
            <Load resource=fields rows=RULE_ROWS let:fields>
                {fields.map_or_else(rule_skeleton, |fields| view! {
                    <Form form=create>
                        {parts::rule_form(fields)}
                        <DialogActions><Submit>{text::rules::create()}</Submit></DialogActions>
                    </Form>
                }.into_any())}
            </Load>
        </Dialog>
    }
}

/// Rules as a list.
#[component]
pub fn RuleList(
    /// The rules.
    rules: Vec<RuleRow>,
    /// Switches chosen ones.
    many: FormState<SwitchRules>,
) -> impl IntoView {
    view! {
    <Card flush=true>
        <RuleTable
            rules=rules
            with_server=true
            main=true
            bulk=Some(Bulk { form: many.into(), actions: ViewFn::from(SwitchMany) })
            empty=text::rules::no_match()
        />
    </Card>
    }
}

/// Buttons for chosen rules.
#[component]
fn SwitchMany() -> impl IntoView {
    view! {
        <Button name="enabled" value="false" small=true icon="pause">{text::rules::bulk_off()}</Button>
        <Button name="enabled" value="true" small=true icon="play">{text::rules::bulk_on()}</Button>
        <Look/>
    }
}

/// The form of a new rule, once this dialog is open: a list of everybody is nothing to carry along for nothing.
pub fn load_rule_form(
    dialog: &'static str,
    server: impl Fn() -> Option<ServerId> + Send + Sync + 'static,
) -> Loaded<Option<Later>> {
    let (current, template) = (query("dialog"), query("template"));
    let ask = move || GetRuleForm { server: server(), template: template.get() };
    load_when(move || current.with(|current| current.as_deref() == Some(dialog)).then(&ask)).maybe_later()
}

/// Lines of the shape of a rule's form.
pub const RULE_ROWS: usize = 8;

/// The shape of a rule's form, while those it can be about are on their way: a dialog that opens still has the answer of
/// when it was closed.
pub fn rule_skeleton() -> AnyView {
    view! { <Skeleton rows=RULE_ROWS/> }.into_any()
}

/// Values and words of a choice.
pub fn words(options: &[(&str, &str)]) -> Vec<(String, String)> {
    options.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_at_midnight_is_the_day_before() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(last_day(at("2026-04-01T00:00:00Z")), "2026-03-31");
        assert_eq!(last_day(at("2026-04-01T00:00:01Z")), "2026-04-01");
    }
}
