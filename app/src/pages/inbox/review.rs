//! The review page: who asks for what and why, what the server really is, and the decision.

use chrono::{DateTime, Utc};
use domain::{Request, RequestId, RequestKind, RequestState, Review, RuleView, TestReport, User};

use super::api::{ApproveRequest, GetReview, RejectRequest, ReviewPageData, TestRequest};
use super::decide::{ApproveCard, RejectCard};
use crate::pages::requests::{
    ConfigurationFacts, DecisionView, DuplicateList, JustificationView, RequestList, history_items,
};
use crate::pages::rules::RuleTable;
use crate::prelude::*;

/// `/inbox/:id`: the review of one request.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let id = param::<RequestId>("id");
    let data = load_checked(move || Ok(GetReview { id: id.get()? }));
    let forms = Forms { test: use_form(), approve: use_form(), reject: use_form() };
    view! {
        <Load resource=data rows=14 page=true let:data>
            <ReviewView data=data forms=forms/>
        </Load>
    }
}

/// The forms of the page; made outside of what is loaded, so that their results outlive a reload.
#[derive(Clone, Copy)]
struct Forms {
    test: FormState<TestRequest>,
    approve: FormState<ApproveRequest>,
    reject: FormState<RejectRequest>,
}

#[component]
fn ReviewView(data: ReviewPageData, forms: Forms) -> impl IntoView {
    let ReviewPageData { review, tools } = data;
    let Review { request, requester, earlier, access, test, duplicates, server, catalog_url, history } = review;
    let (icon, name) = (request.icon.clone(), request.name.clone());
    let (kind, state, urgent) = (request.kind, request.state, request.urgent);
    let pending = state == RequestState::Pending;
    let title = match kind {
        RequestKind::Server => request.name.clone(),
        RequestKind::Access => format!("Access to {}", request.name),
    };
    let made = request.server_id.map(|id| format!("/servers/{id}"));
    let decision = request.decision.clone();
    let allow_private = server.as_ref().is_some_and(|server| server.allow_private);
    let replaces = request.resubmission_of;
    let (asked, configuration, justification) = (request.created_at, request.clone(), request.justification.clone());
    let decide = if pending {
        view! {
            <ApproveCard request=request.clone() test=test.clone() tools=tools allow_private=allow_private form=forms.approve/>
            <RejectCard request=request.id form=forms.reject/>
        }
        .into_any()
    } else {
        view! {
            <Card title="Decision">
                {match decision {
                    Some(decision) => view! { <DecisionView decision=decision/> }.into_any(),
                    None => view! { <p>"The requester withdrew it; there is nothing to decide."</p> }.into_any(),
                }}
            </Card>
        }
        .into_any()
    };
    let other_address = catalog_url.map(|of_entry| {
        view! { <OtherAddress of_entry=of_entry asked=request.url.clone() pending=pending/> }
    });
    view! {
        <PageHeader
            title=title
            crumbs=vec![("Inbox", "/inbox".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! {
                <StateBadge state=state/>
                <StateBadge state=kind/>
                {urgent.then(|| view! { <Badge tone=Tone::Danger>"Urgent"</Badge> })}
            }
            actions=move || made.clone().map(|href| view! { <LinkButton href=href icon="server">"Open the server"</LinkButton> })
        />
        {other_address}
        {(!duplicates.is_empty()).then(|| view! {
            <Callout tone=Tone::Warning title="Something like this exists already">
                <DuplicateList duplicates=duplicates review=true/>
            </Callout>
        })}
        <div class="columns columns-decide">
            <div class="stack">
                <Card title="Requester"><Requester user=requester asked=asked/></Card>
                <Card title="Justification"><div class="stack"><JustificationView justification=justification/></div></Card>
                <Card title="Configuration"><ConfigurationFacts request=configuration/></Card>
                <Technical request=request test=test allow_private=allow_private form=forms.test/>
                <Access access=access/>
                <Earlier earlier=earlier/>
                <Card title="History">
                    <Timeline items=history_items(history)/>
                    {replaces.map(|id| view! { <p class="field-help"><a href=format!("/inbox/{id}")>"The request that this one replaces"</a></p> })}
                </Card>
            </div>
            <div class="stack">{decide}</div>
        </div>
    }
}

/// The request goes by the name of a catalog entry, and to another place.
#[component]
fn OtherAddress(of_entry: String, asked: String, pending: bool) -> impl IntoView {
    view! {
        <Callout tone=Tone::Warning title="The address is not that of the catalog entry">
            <Facts>
                <Fact label="Catalog entry"><code class="mono break">{of_entry}</code></Fact>
                <Fact label="This request"><code class="mono break">{asked}</code></Fact>
            </Facts>
            {pending.then(|| view! { <p>"Approve it only when you know who runs the server at the second address."</p> })}
        </Callout>
    }
}

#[component]
fn Requester(user: User, asked: DateTime<Utc>) -> impl IntoView {
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <Facts>
            <Fact label="Name"><a href=format!("/users/{}", user.id)><Person name=user.name detail=user.email.to_string()/></a></Fact>
            <Fact label="Department">{or_dash(user.department)}</Fact>
            <Fact label="Title">{or_dash(user.title)}</Fact>
            <Fact label="Team">{or_dash(user.team)}</Fact>
            <Fact label="Account"><span class="cluster"><StateBadge state=user.status/><StateBadge state=user.role/></span></Fact>
            <Fact label="Asked"><Time at=asked/></Fact>
        </Facts>
    }
}

/// The connection test and what it found.
#[component]
fn Technical(
    request: Request,
    test: Option<TestReport>,
    allow_private: bool,
    form: FormState<TestRequest>,
) -> impl IntoView {
    let pending = request.state == RequestState::Pending;
    let tested = test.is_some();
    let run = pending.then(|| {
        view! {
            <Form form=form class="test-form">
                <Hidden name="id" value=request.id.to_string()/>
                <Checkbox
                    name="allow_private"
                    label="The server is in our private network"
                    checked=allow_private
                    help="Otherwise private addresses are refused, so that nobody can reach internal systems by a request."
                />
                <Submit variant=if tested { Variant::Secondary } else { Variant::Primary } icon="plug-zap">
                    {if tested { "Test again" } else { "Test connection" }}
                </Submit>
                <Busy form=form/>
            </Form>
        }
    });
    let report = match test.clone() {
        Some(report) => view! { <TestSteps report=report/> }.into_any(),
        None => view! {
            <p class="muted">"Not tested yet. The test connects to the server for real, with the credentials of this request, and lists its tools."</p>
        }
        .into_any(),
    };
    let definitions = test.filter(|report| report.ok).map(|report| {
        let number = count(report.tools.len(), "tool", "tools");
        view! {
            <Card title="What the server offers" description=format!("{number}, as a model would read them. Approval pins exactly these definitions; a tool that changes later is withheld.")>
                <TestDefinitions report=report/>
            </Card>
        }
    });
    view! {
        <div id="test" class="stack">
            <Card title="Connection test">
                <div class="stack" aria-live="polite">
                    {report}
                    {run}
                </div>
            </Card>
            {definitions}
        </div>
    }
}

/// Says that the test runs: it may take as long as the server hangs.
#[component]
fn Busy(form: FormState<TestRequest>) -> impl IntoView {
    view! {
        <p class="muted" role="status">
            {move || form.pending().then_some("Connecting… a server that does not answer is given up after 30 seconds at the latest.")}
        </p>
    }
}

#[component]
fn Access(access: Vec<RuleView>) -> impl IntoView {
    view! {
        <Card title="Current access" description="Rules that apply to the requester, directly or by a group." flush=true>
            <RuleTable rules=access with_server=true compact=true label="Current access" empty="Nothing yet: no rule applies to this person."/>
        </Card>
    }
}

#[component]
fn Earlier(earlier: Vec<Request>) -> impl IntoView {
    view! {
        <Card title="Earlier requests" flush=true>
            {if earlier.is_empty() {
                view! { <p class="card-note muted">"This is the person's first request."</p> }.into_any()
            } else {
                view! { <RequestList requests=earlier base="/inbox"/> }.into_any()
            }}
        </Card>
    }
}
