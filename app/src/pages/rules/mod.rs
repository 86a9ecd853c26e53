//! Policies: all rules, global ones that deny everywhere, and each rule's Cedar text.

pub mod api;
mod detail;
mod form;
mod table;

use api::{CreateRule, ListPrincipals, ListRules, Principals, RuleFilter};
use chrono::{DateTime, TimeDelta, Utc};
pub use detail::RulePage;
use domain::Capability;
pub use form::RuleFields;
pub use table::RuleTable;

use crate::prelude::*;

/// The last day on which something that ends at this time is in force, as a date field has it.
pub fn last_day(ends_at: DateTime<Utc>) -> String {
    (ends_at - TimeDelta::microseconds(1)).format("%Y-%m-%d").to_string()
}

/// `/policies`: all rules, and the dialog that makes a global one.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let (search, effect, scope) = (query("search"), query("effect"), query("scope"));
    let rules = load(move || ListRules {
        filter: RuleFilter { search: search.get(), effect: effect.get(), scope: scope.get() },
    });
    let principals = load_principals("new");
    let create = use_form::<CreateRule>();
    view! {
        <PageHeader
            title="Policies"
            description="Who may use what. At least one rule must allow a call and none may deny it; what no rule mentions is denied."
            actions=move || can(Capability::ManagePolicies).get_untracked().then(|| view! {
                <LinkButton href=Signal::derive(open_dialog("new")) variant=Variant::Primary icon="plus">"New global rule"</LinkButton>
            })
        />
        <FilterBar names=&["search", "effect", "scope"]>
            <SearchField name="search" label="Search people, groups, servers, notes"/>
            <FilterSelect
                name="effect"
                label="Effect"
                options=words(&[("", "Allow and deny"), ("allow", "Allow"), ("deny", "Deny")])
            />
            <FilterSelect
                name="scope"
                label="Where"
                options=words(&[("", "Global and server rules"), ("global", "Global rules"), ("server", "Server rules")])
            />
        </FilterBar>
        <Load resource=rules let:rules>
            <Card flush=true>
                <RuleTable
                    rules=rules
                    with_server=true
                    empty="No rule matches. Rules for one server are made on its Permissions tab; a global rule denies something on every server."
                />
            </Card>
        </Load>
        <Dialog name="new" title="New global rule" wide=true>
            <Load resource=principals let:principals>
                <Form form=create>
                    <Callout tone=Tone::Info>
                        <p>"A global rule applies to every server, now and in the future, and can only deny. To allow something, add a rule on the server's Permissions tab."</p>
                    </Callout>
                    <RuleFields principals=principals.unwrap_or_default().0 global=true/>
                    <DialogActions><Submit>"Create rule"</Submit></DialogActions>
                </Form>
            </Load>
        </Dialog>
    }
}

/// Whom a rule can be about, once this dialog is open: a list of everybody is nothing to carry along for nothing.
pub fn load_principals(dialog: &'static str) -> Loaded<Option<Principals>> {
    let current = query("dialog");
    load_when(move || current.with(|current| current.as_deref() == Some(dialog)).then_some(ListPrincipals {}))
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
