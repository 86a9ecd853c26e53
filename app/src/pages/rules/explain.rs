//! Why a call would be decided as it is.

use domain::{Capability, ServerId, TargetKind, UserId};

use super::api::{Explain, ExplainChoices, Explained, ExplainedRule, Told};
use crate::prelude::*;

/// `/policies/explain`: a call that nobody makes, decided as it would be.
#[component]
pub fn ExplainPage() -> impl IntoView {
    let (person, server) = (query_as::<UserId>("person"), query_as::<ServerId>("server"));
    let (kind, name, at, event) = (query("kind"), query("name"), query("at"), query("event"));
    let (arguments, ip) = (query("arguments"), query("ip"));
    let (client, client_version) = (query("client"), query("client_version"));
    let choices = load(|| ExplainChoices {});
    let answer = load_when(move || {
        let kind: TargetKind = kind.get().and_then(|kind| kind.parse().ok()).unwrap_or_default();
        let name = name.get().unwrap_or_default();
        let whole = kind == TargetKind::Server || !name.is_empty();
        let (person, server) = (person.get(), server.get());
        let text = |value: Memo<Option<String>>| value.get().unwrap_or_default();
        let (arguments, ip, event) = (text(arguments), text(ip), text(event));
        let (client, client_version) = (text(client), text(client_version));
        let (person, server) = (person?, server?);
        let told = Told { arguments, ip, client, client_version, event };
        whole.then(|| Explain { person, server, kind, name, at: at.get(), told })
    });
    view! {
        <PageHeader
            title=text::rules::explain()
            crumbs=vec![(text::rules::title(), "/policies".to_owned())]
            description=text::rules::explain_description()
        />
        <Load resource=choices rows=1 let:choices>
            <FilterBar names=&["person", "server", "kind", "name", "at", "arguments", "ip", "client", "client_version", "event"] keep=&["at", "event"] needs=Capability::ManagePolicies>
                <FilterSelect name="person" label=text::common::who() options=choices.people/>
                <FilterSelect name="server" label=text::common::server() options=choices.servers/>
                <FilterSelect name="kind" label=text::common::kind() options=choices.kinds/>
                <FilterText name="name" label=text::common::name()/>
                <FilterText name="ip" label=text::common::address()/>
                <FilterText name="client" label=choices.labels.1/>
                <FilterText name="client_version" label=choices.labels.2/>
                <FilterLines name="arguments" label=choices.labels.0/>
            </FilterBar>
        </Load>
        <Load resource=answer rows=6 let:answer>
            {match answer {
                Some(answer) => view! { <Answer answer=answer/> }.into_any(),
                None => view! { <EmptyState icon="shield-check" title=text::rules::explain() text=text::rules::explain_choose()/> }.into_any(),
            }}
        </Load>
    }
}

/// The decision, and the rules by which it is made.
#[component]
fn Answer(answer: Explained) -> impl IntoView {
    let Explained { allowed, title, why, changes, rules, others } = answer;
    let changes = changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
    view! {
        <Callout tone=if allowed { Tone::Success } else { Tone::Danger } title=title>
            <p>{why}</p>
            <ul>{changes}</ul>
        </Callout>
        <Card flush=true>
            <DataTable
                label=text::common::rules()
                columns=vec![Column::new(text::common::rules()).wide(), Column::new(text::common::state())]
                rows=rules
                row=|rule: ExplainedRule| {
                    let ExplainedRule { id, words, tests, bearing, decides } = rule;
                    let tone = match decides {
                        Some(true) => Tone::Success,
                        Some(false) => Tone::Danger,
                        None => Tone::Neutral,
                    };
                    let tests = (!tests.is_empty()).then(|| {
                        let tests = tests.into_iter().map(|test| view! { <li class="muted break">{test}</li> }).collect_view();
                        view! { <ul class="plain-list">{tests}</ul> }
                    });
                    let state = view! { <div class="stack"><div><Badge tone=tone>{bearing}</Badge></div>{tests}</div> };
                    let row = Row::new(cells![words, state]);
                    let row = row.href(format!("/policies/{id}"));
                    if decides.is_some() { row } else { row.muted() }
                }
                empty=|| view! { <EmptyState icon="shield-check" title=text::rules::none() text=text::rules::no_match()/> }
            />
        </Card>
        {(others > 0).then(|| view! { <p class="field-help">{text::rules::explain_others(others)}</p> })}
    }
}
