//! One event of the audit log with its full payload, its place in the chain, and what belongs to it.

use domain::{AuditEntry, AuditId, AuditRow, Capability, ResourceKind, Subject};

use super::EVENT;
use super::api::{AuditPageData, GetEvent};
use super::table::{client, subject_href, who};
use crate::prelude::*;

/// `/audit/:id`: one event.
#[component]
pub fn EventPage() -> impl IntoView {
    let id = param::<AuditId>("id");
    let data = load_checked(move || Ok(GetEvent { id: id.get()? }));
    view! {
        <Load resource=data rows=12 page=true let:data>
            <EventDetail data=data/>
        </Load>
    }
}

#[component]
fn EventDetail(data: AuditPageData) -> impl IntoView {
    let AuditPageData { entry, related, rules, ask, explain } = data;
    let all = can(Capability::ViewOrgAudit).get_untracked();
    let crumb = if all {
        (text::audit::title(), "/audit".to_owned())
    } else {
        (text::audit::my_activity(), "/activity".to_owned())
    };
    let row = entry.row.clone();
    let (outcome, event_id) = (row.outcome, row.id);
    let (seq, node, hash, prev_hash) = (entry.seq, entry.node.clone(), entry.hash.clone(), entry.prev_hash.clone());
    view! {
        <PageHeader
            title=row.action.label()
            crumbs=vec![crumb]
            badges=move || view! { <StateBadge state=outcome/> }
        />
        <Reason row=row ask=ask explain=explain/>
        <div class="columns">
            <div class="stack"><Evidence entry=entry rules=rules all=all/></div>
            <div class="stack">
                <Card title=text::audit::related() description=text::audit::related_description()>
                    <Related related=related own=event_id/>
                </Card>
                <Card title=text::audit::chain() description=text::audit::chain_description()>
                    <Facts>
                        <Fact label=text::audit::number()><span class="num">{seq}</span></Fact>
                        <Fact label=text::audit::node()><span class="mono break">{node}</span></Fact>
                        <Fact label=text::audit::hash()><span class="mono break">{hash}</span></Fact>
                        <Fact label=text::audit::hash_before()><span class="mono break">{prev_hash}</span></Fact>
                        <Fact label=text::audit::event_id()><span class="mono break">{event_id.to_string()}</span></Fact>
                    </Facts>
                </Card>
            </div>
        </div>
    }
}

/// The event that is open beside its list.
#[component]
pub fn EventBeside(data: AuditPageData) -> impl IntoView {
    let AuditPageData { entry, related, rules, ask, explain } = data;
    let all = can(Capability::ViewOrgAudit).get_untracked();
    let row = entry.row.clone();
    let (id, outcome) = (row.id, row.outcome);
    view! {
        <div class="drawer-head">
            <p class="strong">{row.action.label()}</p>
            <StateBadge state=outcome/>
            <LinkButton href=format!("/audit/{id}") small=true icon="arrow-right">{text::audit::open_as_page()}</LinkButton>
        </div>
        <Reason row=row ask=ask explain=explain/>
        <Evidence entry=entry rules=rules all=all/>
        <Card title=text::audit::related() description=text::audit::related_description()>
            <Related related=related own=id beside=true/>
        </Card>
    }
}

/// Why it ended as it did, and what one may do about it.
#[component]
fn Reason(row: AuditRow, ask: Option<String>, explain: Option<String>) -> impl IntoView {
    let tone = row.outcome.tone();
    let ask = ask.map(|href| view! { <p><a href=href>{text::audit::ask_access()}</a></p> });
    let explain = explain.map(|href| view! { <p><a href=href>{text::audit::explain()}</a></p> });
    row.reason.map(|reason| {
        view! { <Callout tone=tone title=text::common::why()><p>{sentence(&reason)}</p>{ask}{explain}</Callout> }
    })
}

/// The facts and the payload of an event.
#[component]
fn Evidence(entry: AuditEntry, rules: Vec<(String, String)>, all: bool) -> impl IntoView {
    let payloads = [
        (text::audit::arguments(), entry.args),
        (text::audit::result(), entry.result),
        (text::audit::error(), entry.error),
    ];
    let payloads: Vec<_> = payloads.into_iter().filter_map(|(label, text)| text.map(|text| (label, text))).collect();
    let no_payload = payloads.is_empty();
    let payloads = payloads.into_iter().map(|(label, text)| view! { <JsonView text=text label=label/> }).collect_view();
    view! {
        <Card title=text::audit::what_happened()>
            <WhatHappened row=entry.row rules=rules all=all/>
        </Card>
        <Card title=text::audit::payload()>
            <div class="stack">
                {payloads}
                {no_payload.then(|| view! { <p class="muted">{text::audit::no_payload()}</p> })}
                {entry.cut.map(|cut| view! { <p class="field-help">{text::audit::shortened(&cut)}</p> })}
            </div>
        </Card>
    }
}

/// The facts of an event.
#[component]
fn WhatHappened(row: AuditRow, rules: Vec<(String, String)>, all: bool) -> impl IntoView {
    let correlation = row.correlation_id.to_string();
    let same = link("/audit", &[("correlation", &correlation)]);
    let rules = (!rules.is_empty()).then(|| {
        let rules = rules
            .into_iter()
            .map(|(href, words)| {
                if href.is_empty() {
                    view! { <li>{words}</li> }.into_any()
                } else {
                    view! { <li><a href=href>{words}</a></li> }.into_any()
                }
            })
            .collect_view();
        view! { <Fact label=text::audit::deciding_rules()><ul class="plain-list">{rules}</ul></Fact> }
    });
    let resource = row.resource.clone().map(|subject| {
        view! { <Fact label=text::audit::to_what()><SubjectLink subject=subject all=all/></Fact> }
    });
    let server = row.server.clone().map(|server| {
        let row = row.clone();
        view! { <Fact label=text::common::server()><ServerLink row=row server=server all=all/></Fact> }
    });
    let client = client(&row).map(|client| view! { <Fact label=text::audit::ai_client()>{client}</Fact> });
    let at = row.at;
    let AuditRow { tool, decision, ip, latency_us, .. } = row.clone();
    view! {
        <Facts>
            <Fact label=text::common::when()><Time at=at/>" · "<span class="num">{exact(at)}</span></Fact>
            <Fact label=text::common::who()><ActorLink row=row all=all/></Fact>
            {resource}
            {server}
            {tool.map(|tool| view! { <Fact label=text::common::tool()><code class="mono">{tool}</code></Fact> })}
            {decision.map(|decision| view! { <Fact label=text::audit::policy_decision()><StateBadge state=decision/></Fact> })}
            {rules}
            {client}
            {ip.map(|ip| view! { <Fact label=text::common::address()><span class="mono">{ip}</span></Fact> })}
            {latency_us.map(|micros| view! { <Fact label=text::audit::took()><span class="num">{latency(Some(micros))}</span></Fact> })}
            <Fact label=text::audit::correlation_id()><a class="mono" href=same>{correlation}</a></Fact>
        </Facts>
    }
}

#[component]
fn ActorLink(row: AuditRow, all: bool) -> impl IntoView {
    let name = who(&row);
    match row.actor.id.filter(|_| all) {
        Some(id) => view! { <a href=format!("/users/{id}")>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    }
}

#[component]
fn SubjectLink(subject: Subject, all: bool) -> impl IntoView {
    let words = match (&subject.name, &subject.id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => id.clone(),
        (None, None) => subject.kind.to_string(),
    };
    let kind = subject.kind.words();
    // One's own requests are for everybody, the rest is for those who manage it.
    let href = subject_href(&subject).filter(|_| all || subject.kind == ResourceKind::Request);
    view! {
        <span class="cluster">
            {match href {
                Some(href) => view! { <a href=href>{words}</a> }.into_any(),
                None => view! { <span>{words}</span> }.into_any(),
            }}
            <Badge>{kind}</Badge>
        </span>
    }
}

#[component]
fn ServerLink(row: AuditRow, server: String, all: bool) -> impl IntoView {
    let href = match row.server_id {
        Some(id) if all => format!("/servers/{id}"),
        _ => format!("/connectors/{server}"),
    };
    view! { <a href=href>{server}</a> }
}

#[component]
fn Related(
    related: Vec<AuditRow>,
    own: AuditId,
    /// They open beside the list, too.
    #[prop(optional)]
    beside: bool,
) -> impl IntoView {
    if related.len() < 2 {
        return view! { <p class="muted">{text::audit::nothing_related()}</p> }.into_any();
    }
    let items = related
        .into_iter()
        .map(|event| {
            let this = event.id == own;
            let about = event.tool.clone().or_else(|| event.resource.as_ref().and_then(|r| r.name.clone()));
            TimelineItem {
                at: event.at,
                actor: who(&event),
                what: if this { text::audit::this_event(&event.action.label()) } else { event.action.label() },
                detail: event.reason.or(about),
                icon: if this { "circle-dot" } else { "circle" },
                tone: event.outcome.tone(),
                href: (!this).then(|| {
                    let id = event.id.to_string();
                    if beside { untrack(href_with(vec![(EVENT, Some(id))])) } else { format!("/audit/{id}") }
                }),
            }
        })
        .collect();
    view! { <Timeline items=items/> }.into_any()
}
