//! Parts of a request that the requester and the reviewer both see.

use domain::{DecisionRecord, Request, RequestHistory, RequestKind, RequestState, Scope};

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
                    {request.urgent.then(|| view! { <Badge tone=Tone::Danger>{text::requests::urgent()}</Badge> })}
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
    /// What the server is.
    description: Prose,
) -> impl IntoView {
    let names = |names: Vec<String>| {
        names.into_iter().map(|name| view! { <code class="mono chip">{name}</code> }).collect_view()
    };
    let tools = match request.kind {
        RequestKind::Server => None,
        RequestKind::Access if request.tools.is_empty() => {
            Some(view! { <Fact label=text::requests::tools_wanted()>{text::common::entire_server()}</Fact> }.into_any())
        }
        RequestKind::Access => {
            let tools = names(request.tools);
            Some(
                view! { <Fact label=text::requests::tools_wanted()><span class="cluster">{tools}</span></Fact> }
                    .into_any(),
            )
        }
    };
    let own = request.kind == RequestKind::Server;
    let (headers, env) = (request.header_names, request.env_names);
    let values = match request.state {
        RequestState::Pending => text::requests::values_sealed(),
        RequestState::Approved => text::requests::values_with_server(),
        RequestState::Rejected | RequestState::Withdrawn => text::requests::values_deleted(),
    };
    view! {
        <Facts>
            <Fact label=text::common::name()>{request.name}</Fact>
            <Fact label=text::common::slug()><code class="mono">{request.slug}</code></Fact>
            {(!description.is_empty()).then(|| view! { <Fact label=text::common::description()><Markdown prose=description/></Fact> })}
            {tools}
            {(!request.url.is_empty()).then(|| view! { <Fact label=text::common::address()><code class="mono break">{request.url}</code></Fact> })}
            <Fact label=text::common::transport()>{request.transport.words()}</Fact>
            {own.then(|| view! { <Fact label=text::common::authentication()>{request.auth.words()}</Fact> })}
            {(!headers.is_empty()).then(|| view! { <Fact label=text::requests::headers(values)><span class="cluster">{names(headers)}</span></Fact> })}
            {(!env.is_empty()).then(|| view! { <Fact label=text::requests::environment(values)><span class="cluster">{names(env)}</span></Fact> })}
            {request.catalog_name.map(|name| view! {
                <Fact label=text::requests::catalog_entry()><a href=link("/catalog/entry", &[("name", &name)])>{name.clone()}</a></Fact>
            })}
        </Facts>
    }
}

/// Why it is needed.
#[component]
pub fn JustificationView(
    /// The reasons, each with what it is.
    reasons: Vec<(String, Prose)>,
) -> impl IntoView {
    reasons
        .into_iter()
        .map(|(label, prose)| view! { <div class="prose-part"><h3>{label}</h3><Markdown prose=prose/></div> })
        .collect_view()
}

/// The decision and its reasons.
#[component]
pub fn DecisionView(
    /// The decision.
    decision: DecisionRecord,
    /// What was written about it, each with what it is.
    texts: Vec<(String, Prose)>,
) -> impl IntoView {
    let DecisionRecord { by_name, at, approval, .. } = decision;
    let approved = approval.map(|approval| {
        let scope = match approval.scope {
            Scope::Server => text::common::entire_server().into_any(),
            Scope::Tools(tools) => {
                let tools = tools.into_iter().map(|tool| view! { <code class="mono chip">{tool}</code> }).collect_view();
                view! { <span class="cluster">{tools}</span> }.into_any()
            }
        };
        view! {
            <Fact label=text::requests::covers()>{scope}</Fact>
            {approval.slug.map(|slug| view! { <Fact label=text::common::slug()><code class="mono">{slug}</code></Fact> })}
            <Fact label=text::common::ends()><Until at=approval.ends_at/></Fact>
        }
    });
    let written = texts
        .into_iter()
        .map(|(label, prose)| view! { <Fact label=label><Markdown prose=prose/></Fact> })
        .collect_view();
    view! {
        <Facts>
            <Fact label=text::requests::decided_by()>{by_name}" · "<Time at=at/></Fact>
            {approved}
            {written}
        </Facts>
    }
}

/// The history of a request as a timeline, newest last.
pub fn history_items(history: Vec<RequestHistory>) -> Vec<TimelineItem> {
    history
        .into_iter()
        .map(|line| {
            let (what, icon, tone) = look(&line.what);
            TimelineItem {
                at: line.at,
                actor: line.actor,
                what: what.map_or(line.what, str::to_owned),
                detail: line.detail,
                icon,
                tone,
                href: None,
            }
        })
        .collect()
}

/// Words, icon and tone of a line of the history. What is not known looks neutral and is shown as it was written.
fn look(what: &str) -> (Option<&'static str>, &'static str, Tone) {
    let (words, icon, tone) = match what {
        "Requested" => (text::requests::history_requested(), "send", Tone::Accent),
        "Resubmitted" => (text::requests::history_resubmitted(), "send", Tone::Accent),
        "Approved" => (text::requests::history_approved(), "circle-check", Tone::Success),
        "Rejected" => (text::requests::history_rejected(), "circle-x", Tone::Danger),
        "Withdrawn" => (text::requests::history_withdrawn(), "undo-2", Tone::Neutral),
        "Connection tested" => (text::requests::history_tested(), "plug-zap", Tone::Success),
        "Connection test failed" => (text::requests::history_test_failed(), "plug-zap", Tone::Warning),
        _ => return (None, "circle-dot", Tone::Neutral),
    };
    (Some(words), icon, tone)
}
