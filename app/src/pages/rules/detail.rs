//! One rule: what it says, its Cedar text, and the form that changes it.

use domain::{RuleId, RuleView};

use super::api::{DeleteRule, GetRule, Principals, RulePageData, SwitchRule, UpdateRule};
use super::form::RuleFields;
use super::table::{Dates, ToolScopeView};
use crate::prelude::*;

/// `/policies/:id`: one rule.
#[component]
pub fn RulePage() -> impl IntoView {
    let id = param::<RuleId>("id");
    let update = use_form::<UpdateRule>();
    let switch = use_form::<SwitchRule>();
    let delete = use_form::<DeleteRule>();
    let data = load_unless(move || delete.output().is_some(), move || Ok(GetRule { id: id.get()? }));
    view! {
        <Load resource=data page=true let:data>
            <RuleDetail data=data update=update switch=switch/>
        </Load>
        <ConfirmDialog
            name="delete"
            title="Delete this rule?"
            form=delete
            fields=Signal::derive(move || vec![("id", id.get().map(|id| id.to_string()).unwrap_or_default())])
            confirm="Delete rule"
            danger=true
        >
            <p>"What only this rule allows is refused from the next call on; what only this rule denies is allowed again. The audit log keeps the rule as it was. To pause it instead, switch it off."</p>
        </ConfirmDialog>
    }
}

#[component]
fn RuleDetail(data: RulePageData, update: FormState<UpdateRule>, switch: FormState<SwitchRule>) -> impl IntoView {
    let RulePageData { view: RuleView { rule, principal_name, server_name, in_force }, cedar, principals } = data;
    let Principals(mut principals) = principals;
    // Somebody who is gone, or beyond the people offered, stays the rule's principal until another is chosen.
    let who = rule.principal.id.clone().unwrap_or_else(|| "everyone".to_owned());
    if principals.iter().all(|(value, _)| *value != who) {
        principals.push((who, principal_name.clone()));
    }
    let id = rule.id;
    let effect = rule.effect;
    let global = rule.server.is_none();
    let title = format!("{principal_name} · {server_name}");
    let crumbs = vec![("Policies", "/policies".to_owned())];
    let enabled = rule.enabled;
    let server = rule.server.map(|server| format!("/servers/{server}?tab=permissions"));
    let request = rule.request_id.map(|request| format!("/inbox/{request}"));
    let dates = rule.clone();
    let scope = rule.clone();
    let (created_at, updated_at) = (rule.created_at, rule.updated_at);
    let notes = rule.notes.clone();
    view! {
        <PageHeader
            title=title
            crumbs=crumbs
            badges=move || view! { <StateBadge state=effect/> }
            actions=move || view! {
                <ActionButton
                    form=switch
                    fields=vec![("id", id.to_string()), ("enabled", (!enabled).to_string())]
                    icon=if enabled { "pause" } else { "play" }
                >
                    {if enabled { "Switch off" } else { "Switch on" }}
                </ActionButton>
                <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">"Delete"</LinkButton>
            }
        />
        <div class="columns">
            <div class="stack">
                <Card title="Change this rule" description="A change is in effect from the next call on.">
                    <Form form=update>
                        <Hidden name="id" value=id.to_string()/>
                        <RuleFields principals=principals global=global rule=rule/>
                        <div class="form-actions"><Submit>"Save rule"</Submit></div>
                    </Form>
                </Card>
            </div>
            <div class="stack">
                <Card title="As it is now">
                    <Facts>
                        <Fact label="Who">{principal_name}</Fact>
                        <Fact label="Server">
                            {match server {
                                Some(href) => view! { <a href=href>{server_name}</a> }.into_any(),
                                None => view! { {server_name} }.into_any(),
                            }}
                        </Fact>
                        <Fact label="Tools"><ToolScopeView rule=scope/></Fact>
                        <Fact label="State"><Dates rule=dates in_force=in_force/></Fact>
                        <Fact label="Created"><Time at=created_at/></Fact>
                        <Fact label="Changed"><Time at=updated_at/></Fact>
                        {request.map(|href| view! { <Fact label="Made by"><a href=href>"the approval of a request"</a></Fact> })}
                        {(!notes.is_empty()).then(|| view! { <Fact label="Notes">{notes}</Fact> })}
                    </Facts>
                </Card>
                <Card title="Cedar policy" description="What decides, exactly: the policy that this rule is compiled to.">
                    <CodeBlock code=cedar label="Cedar"/>
                </Card>
            </div>
        </div>
    }
}
