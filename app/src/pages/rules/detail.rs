//! One rule: what it says, its Cedar text, what it was, and the form that changes it.

use domain::RuleId;

use super::api::{DeleteRule, GetRule, RulePageData, SwitchRule, SwitchSeen, UpdateRule};
use super::history::History;
use super::table::{Covers, Dates, monitor_badge};
use crate::pages::access::Extensions;
use crate::pages::access::api::ExtendRule;
use crate::prelude::*;

/// `/policies/:id`: one rule.
#[component]
pub fn RulePage() -> impl IntoView {
    let id = param::<RuleId>("id");
    let update = use_form::<UpdateRule>();
    let switch = use_form::<SwitchRule>();
    let seen = use_form::<SwitchSeen>();
    let delete = use_form::<DeleteRule>();
    let extend = use_form::<ExtendRule>();
    let data = load_unless(move || delete.output().is_some(), move || Ok(GetRule { id: id.get()? }));
    view! {
        <Load resource=data page=true let:data>
            <RuleDetail data=data update=update switch=switch seen=seen delete=delete extend=extend/>
        </Load>
    }
}

#[component]
fn RuleDetail(
    data: RulePageData,
    update: FormState<UpdateRule>,
    switch: FormState<SwitchRule>,
    seen: FormState<SwitchSeen>,
    delete: FormState<DeleteRule>,
    extend: FormState<ExtendRule>,
) -> impl IntoView {
    let RulePageData {
        row,
        gone,
        server,
        request,
        created_at,
        conditions,
        cedar,
        notes,
        form,
        switch: (switch_text, looks),
        extend: choices,
        history,
    } = data;
    let (id, effect, enabled, updated_at) = (row.id, row.effect, row.enabled, row.updated_at);
    let (principal_name, server_name, monitor) =
        (row.principal_name.clone(), row.server_name.clone(), row.monitor.clone());
    let title = format!("{principal_name} · {server_name}");
    let crumbs = vec![(text::rules::title(), "/policies".to_owned())];
    if !gone.is_empty() {
        return view! {
            <PageHeader title=title crumbs=crumbs description=gone/>
            <History title=history.0 versions=history.1/>
        }
        .into_any();
    }
    let said = StoredValue::new((switch_text, looks, principal_name.clone()));
    let (label, conditions) = conditions;
    let covers = row.clone();
    view! {
        <PageHeader
            title=title
            crumbs=crumbs
            badges=move || view! { <StateBadge state=effect/>{monitor_badge(&monitor)} }
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
                        {parts::rule_form(form)}
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
                        <Fact label=text::common::tools()><Covers row=covers/></Fact>
                        <Fact label=text::common::state()><Dates row=row/></Fact>
                        <Fact label=text::rules::created()><Time at=created_at/></Fact>
                        <Fact label=text::rules::changed()><Time at=updated_at/></Fact>
                        {request.map(|href| view! { <Fact label=text::rules::made_by()><a href=href>{text::rules::made_by_request()}</a></Fact> })}
                        {(!notes.is_empty()).then(|| view! { <Fact label=text::common::notes()><Markdown prose=notes/></Fact> })}
                    </Facts>
                    <Extensions id=id.to_string() choices=choices form=extend/>
                    {(!conditions.is_empty()).then(|| view! { <CodeBlock code=conditions label=label/> })}
                </Card>
                <Card title=text::rules::cedar() description=text::rules::cedar_description()>
                    <CodeBlock code=cedar label="Cedar"/>
                </Card>
                <History title=history.0 versions=history.1/>
            </div>
        </div>
        <Dialog name="switch" title=if enabled { text::rules::switch_off() } else { text::rules::switch_on() }>
            <Form form=seen>
                <p class="dialog-text">{said.with_value(|said| said.0.clone())}</p>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="enabled" value=(!enabled).to_string()/>
                <Look words=said.with_value(|said| said.1.clone())/>
                <DialogActions>
                    <Submit>{if enabled { text::rules::switch_off() } else { text::rules::switch_on() }}</Submit>
                </DialogActions>
            </Form>
        </Dialog>
        <Dialog name="delete" title=text::rules::delete_title()>
            <Form form=delete>
                <p class="dialog-text">{text::rules::delete_text()}</p>
                <Hidden name="id" value=id.to_string()/>
                <Look/>
                <TypeFirst name=said.with_value(|said| said.2.clone())/>
                <DialogActions><Submit variant=Variant::Danger>{text::rules::delete()}</Submit></DialogActions>
            </Form>
        </Dialog>
    }
    .into_any()
}
