//! One rule: what it says, its Cedar text, and the form that changes it.

use domain::{RuleId, RuleView};

use super::api::{DeleteRule, GetRule, Principals, RulePageData, SwitchRule, UpdateRule};
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
            <RuleDetail data=data update=update switch=switch delete=delete/>
        </Load>
    }
}

#[component]
fn RuleDetail(
    data: RulePageData,
    update: FormState<UpdateRule>,
    switch: FormState<SwitchRule>,
    delete: FormState<DeleteRule>,
) -> impl IntoView {
    let RulePageData { view: RuleView { rule, principal_name, server_name, in_force }, cedar, principals, notes } =
        data;
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
    let crumbs = vec![(text::rules::title(), "/policies".to_owned())];
    let enabled = rule.enabled;
    let server = rule.server.map(|server| format!("/servers/{server}?tab=permissions"));
    let request = rule.request_id.map(|request| format!("/inbox/{request}"));
    let dates = rule.clone();
    let scope = rule.clone();
    let typed = principal_name.clone();
    let (created_at, updated_at) = (rule.created_at, rule.updated_at);
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
                    {if enabled { text::rules::switch_off() } else { text::rules::switch_on() }}
                </ActionButton>
                <LinkButton href=Signal::derive(open_dialog("delete")) variant=Variant::Danger icon="trash-2">{text::common::delete()}</LinkButton>
            }
        />
        <div class="columns">
            <div class="stack">
                <Card title=text::rules::change() description=text::rules::change_description()>
                    <Form form=update>
                        <Hidden name="id" value=id.to_string()/>
                        {parts::rule_form(Principals(principals), global, Some(rule))}
                        <div class="form-actions"><Submit>{text::rules::save()}</Submit></div>
                    </Form>
                </Card>
            </div>
            <div class="stack">
                <Card title=text::rules::now()>
                    <Facts>
                        <Fact label=text::common::who()>{principal_name}</Fact>
                        <Fact label=text::common::server()>
                            {match server {
                                Some(href) => view! { <a href=href>{server_name}</a> }.into_any(),
                                None => view! { {server_name} }.into_any(),
                            }}
                        </Fact>
                        <Fact label=text::common::tools()><ToolScopeView rule=scope/></Fact>
                        <Fact label=text::common::state()><Dates rule=dates in_force=in_force/></Fact>
                        <Fact label=text::rules::created()><Time at=created_at/></Fact>
                        <Fact label=text::rules::changed()><Time at=updated_at/></Fact>
                        {request.map(|href| view! { <Fact label=text::rules::made_by()><a href=href>{text::rules::made_by_request()}</a></Fact> })}
                        {(!notes.is_empty()).then(|| view! { <Fact label=text::common::notes()><Markdown prose=notes/></Fact> })}
                    </Facts>
                </Card>
                <Card title=text::rules::cedar() description=text::rules::cedar_description()>
                    <CodeBlock code=cedar label="Cedar"/>
                </Card>
            </div>
        </div>
        <ConfirmDialog
            name="delete" title=text::rules::delete_title() form=delete confirm=text::rules::delete() danger=true
            fields=Signal::derive(move || vec![("id", id.to_string())]) typed=Some(typed)
        >
            <p>{text::rules::delete_text()}</p>
        </ConfirmDialog>
    }
}
