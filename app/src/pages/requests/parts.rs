//! Parts of a request that the requester and the reviewer both see.

use domain::{DecisionRecord, Justification, Rejection, Request, RequestHistory, RequestKind, RequestState, Scope};

use crate::prelude::*;

/// Requests as short lines, for cards.
#[component]
pub fn RequestList(
    /// The requests.
    requests: Vec<Request>,
    /// Path that their pages are below.
    base: &'static str,
    /// Who asked is named.
    #[prop(optional)]
    with_requester: bool,
) -> impl IntoView {
    let items = requests
        .into_iter()
        .map(|request| {
            let who = with_requester.then(|| format!("{} · ", request.requester_name));
            let kind = request.kind.label();
            view! {
                <li class="line">
                    <BrandIcon icon=request.icon.clone() name=request.name.clone()/>
                    <div class="line-text">
                        <a class="row-link line-title" href=format!("{base}/{}", request.id)>{request.name.clone()}</a>
                        <span class="line-detail">{who}{kind}" · "<Time at=request.created_at/></span>
                    </div>
                    {request.urgent.then(|| view! { <Badge tone=Tone::Danger>"Urgent"</Badge> })}
                    <StateBadge state=request.state/>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{items}</ul> }
}

/// What is asked for, as facts.
#[component]
pub fn ConfigurationFacts(
    /// The request.
    request: Request,
) -> impl IntoView {
    let names = |names: Vec<String>| {
        names.into_iter().map(|name| view! { <code class="mono chip">{name}</code> }).collect_view()
    };
    let tools = match request.kind {
        RequestKind::Server => None,
        RequestKind::Access if request.tools.is_empty() => {
            Some(view! { <Fact label="Tools wanted">"Entire server"</Fact> }.into_any())
        }
        RequestKind::Access => {
            let tools = names(request.tools);
            Some(view! { <Fact label="Tools wanted"><span class="cluster">{tools}</span></Fact> }.into_any())
        }
    };
    let own = request.kind == RequestKind::Server;
    let (headers, env) = (request.header_names, request.env_names);
    let values = match request.state {
        RequestState::Pending => "values sealed",
        RequestState::Approved => "values sealed with the server",
        RequestState::Rejected | RequestState::Withdrawn => "values deleted",
    };
    view! {
        <Facts>
            <Fact label="Name">{request.name}</Fact>
            <Fact label="Slug"><code class="mono">{request.slug}</code></Fact>
            {(!request.description.is_empty()).then(|| view! { <Fact label="Description">{request.description}</Fact> })}
            {tools}
            {(!request.url.is_empty()).then(|| view! { <Fact label="Address"><code class="mono break">{request.url}</code></Fact> })}
            <Fact label="Transport">{request.transport.label()}</Fact>
            {own.then(|| view! { <Fact label="Authentication">{request.auth.label()}</Fact> })}
            {(!headers.is_empty()).then(|| view! { <Fact label=format!("Headers ({values})")><span class="cluster">{names(headers)}</span></Fact> })}
            {(!env.is_empty()).then(|| view! { <Fact label=format!("Environment ({values})")><span class="cluster">{names(env)}</span></Fact> })}
            {request.catalog_name.map(|name| view! {
                <Fact label="Catalog entry"><a href=link("/catalog/entry", &[("name", &name)])>{name.clone()}</a></Fact>
            })}
        </Facts>
    }
}

/// Why it is needed.
#[component]
pub fn JustificationView(
    /// The reasons.
    justification: Justification,
) -> impl IntoView {
    let Justification { why_needed, use_case, expected_value, alternatives_considered } = justification;
    let parts = [
        ("Why it is needed", why_needed),
        ("Use case", use_case),
        ("Expected value", expected_value),
        ("Alternatives considered", alternatives_considered),
    ];
    parts
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(label, text)| view! { <div class="prose-part"><h3>{label}</h3><p class="preline">{text}</p></div> })
        .collect_view()
}

/// The decision and its reasons.
#[component]
pub fn DecisionView(
    /// The decision.
    decision: DecisionRecord,
) -> impl IntoView {
    let DecisionRecord { by_name, at, approval, rejection, .. } = decision;
    let approved = approval.map(|approval| {
        let scope = match approval.scope {
            Scope::Server => view! { "Entire server" }.into_any(),
            Scope::Tools(tools) => {
                let tools = tools.into_iter().map(|tool| view! { <code class="mono chip">{tool}</code> }).collect_view();
                view! { <span class="cluster">{tools}</span> }.into_any()
            }
        };
        view! {
            <Fact label="Covers">{scope}</Fact>
            {approval.slug.map(|slug| view! { <Fact label="Name in URLs"><code class="mono">{slug}</code></Fact> })}
            <Fact label="Ends"><OptionalTime at=approval.ends_at none="no end date"/></Fact>
            {(!approval.notes.is_empty()).then(|| view! { <Fact label="Notes"><span class="preline">{approval.notes}</span></Fact> })}
        }
    });
    let rejected = rejection.map(|rejection| {
        let Rejection { issue, what_to_fix, alternatives, contact, reason } = rejection;
        [
            ("What is wrong", issue),
            ("What would make it right", what_to_fix),
            ("Use instead", alternatives),
            ("Whom to ask", contact),
            ("Reason", reason),
        ]
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(label, text)| view! { <Fact label=label><span class="preline">{text}</span></Fact> })
        .collect_view()
    });
    view! {
        <Facts>
            <Fact label="Decided by">{by_name}" · "<Time at=at/></Fact>
            {approved}
            {rejected}
        </Facts>
    }
}

/// The history of a request as a timeline, newest last.
pub fn history_items(history: Vec<RequestHistory>) -> Vec<TimelineItem> {
    history
        .into_iter()
        .map(|line| {
            let (icon, tone) = look(&line.what);
            TimelineItem {
                at: line.at,
                actor: line.actor,
                what: line.what.to_lowercase(),
                detail: line.detail,
                icon,
                tone,
                href: None,
            }
        })
        .collect()
}

/// Icon and tone of a line of the history. What is not known looks neutral.
fn look(what: &str) -> (&'static str, Tone) {
    match what {
        "Requested" | "Resubmitted" => ("send", Tone::Accent),
        "Approved" => ("circle-check", Tone::Success),
        "Rejected" => ("circle-x", Tone::Danger),
        "Withdrawn" => ("undo-2", Tone::Neutral),
        "Connection tested" => ("plug-zap", Tone::Success),
        "Connection test failed" => ("plug-zap", Tone::Warning),
        _ => ("circle-dot", Tone::Neutral),
    }
}
