//! The review page: who asks for what and why, what the server really is, and the decision.

use chrono::{DateTime, Utc};
use domain::{Request, RequestId, RequestKind, RequestState, User};

use super::api::{
    AboutRequest, ApproveRequest, GetReview, PastData, RejectRequest, ReviewPageData, TestRequest, Tested,
};
use super::decide::{ApproveCard, RejectCard};
use crate::keys;
use crate::pages::requests::{
    ConfigurationFacts, DecisionView, DuplicateList, JustificationView, RequestList, history_items,
};
use crate::pages::rules::RuleTable;
use crate::pages::rules::api::RuleRow;
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
    let ReviewPageData { request, about, report, test, duplicates, allow_private, catalog_url, tools, told, past } =
        data;
    let (icon, name) = (request.icon.clone(), request.name.clone());
    let (kind, state, urgent) = (request.kind, request.state, request.urgent);
    let pending = state == RequestState::Pending;
    let title = match kind {
        RequestKind::Server => request.name.clone(),
        RequestKind::Access => text::inbox::access_to(&request.name),
    };
    let made = request.server_id.map(|id| format!("/servers/{id}"));
    let decision = request.decision.clone();
    let configuration = request.clone();
    let decide = if pending {
        view! {
            <div id="approve">
                <ApproveCard request=request.clone() test=test.clone() tools=tools allow_private=allow_private form=forms.approve/>
            </div>
            <div id="reject"><RejectCard request=request.id form=forms.reject/></div>
        }
        .into_any()
    } else {
        view! {
            <Card title=text::inbox::decision()>
                {match decision {
                    Some(decision) => view! { <DecisionView decision=decision texts=told/> }.into_any(),
                    None => view! { <p>{text::inbox::withdrawn()}</p> }.into_any(),
                }}
            </Card>
        }
        .into_any()
    };
    let vetted = request.catalog_name.is_some() && catalog_url.is_none() && request.header_names.is_empty();
    test_by_itself(&request, pending && vetted && test.is_none(), forms.test);
    review_keys();
    let other_address = catalog_url.map(|of_entry| {
        view! { <OtherAddress of_entry=of_entry asked=request.url.clone() pending=pending/> }
    });
    view! {
        <PageHeader
            title=title
            crumbs=vec![(text::inbox::title(), "/inbox".to_owned())]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! {
                <StateBadge state=state/>
                <StateBadge state=kind/>
                {urgent.then(|| view! { <Badge tone=Tone::Danger>{text::inbox::urgent()}</Badge> })}
            }
            actions=move || made.clone().map(|href| view! { <LinkButton href=href icon="server">{text::inbox::open_server()}</LinkButton> })
        />
        {other_address}
        {(!duplicates.is_empty()).then(|| view! {
            <Callout tone=Tone::Warning title=text::inbox::duplicates()>
                <DuplicateList duplicates=duplicates review=true/>
            </Callout>
        })}
        <div class="columns columns-decide">
            <div class="stack">
                {parts::late::review_facts(about, configuration)}
                <Technical request=request report=report test=test allow_private=allow_private form=forms.test/>
                {parts::late::review_past(past)}
            </div>
            <div class="stack">{decide}</div>
        </div>
    }
}

/// The connection to an entry of the catalog, at the address that was vetted and without any secret, is tested as soon
/// as somebody looks at the request.
fn test_by_itself(request: &Request, untested: bool, form: FormState<TestRequest>) {
    let id = request.id.to_string();
    Effect::new(move |_| {
        if untested && untrack(|| !form.pending() && form.error().is_none()) {
            form.send(&[("id", &id)]);
        }
    });
}

/// `t` tests the connection, `a` goes to the approval, `r` to the rejection.
fn review_keys() {
    Effect::new(move |_| {
        keys::on_command(|key, event| {
            let taken = match key {
                "t" => keys::press("#test form button[type=submit]"),
                "a" => keys::focus("#approve form button[type=submit]") || keys::focus("#approve a"),
                "r" => {
                    let open = keys::focus("#reject details[open] textarea");
                    open || (keys::press("#reject summary") && keys::focus("#reject textarea"))
                }
                _ => false,
            };
            if taken {
                event.prevent_default();
            }
        });
    });
}

/// The request goes by the name of a catalog entry, and to another place.
#[component]
fn OtherAddress(of_entry: String, asked: String, pending: bool) -> impl IntoView {
    view! {
        <Callout tone=Tone::Warning title=text::inbox::other_address()>
            <Facts>
                <Fact label=text::inbox::other_address_entry()><code class="mono break">{of_entry}</code></Fact>
                <Fact label=text::inbox::other_address_request()><code class="mono break">{asked}</code></Fact>
            </Facts>
            {pending.then(|| view! { <p>{text::inbox::other_address_advice()}</p> })}
        </Callout>
    }
}

#[component]
fn Requester(user: User, asked: DateTime<Utc>) -> impl IntoView {
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <Facts>
            <Fact label=text::common::name()><a href=format!("/users/{}", user.id)><Person name=user.name detail=user.email.to_string()/></a></Fact>
            <Fact label=text::common::department()>{or_dash(user.department)}</Fact>
            <Fact label=text::common::title()>{or_dash(user.title)}</Fact>
            <Fact label=text::common::team()>{or_dash(user.team)}</Fact>
            <Fact label=text::inbox::account()><span class="cluster"><StateBadge state=user.status/><StateBadge state=user.role/></span></Fact>
            <Fact label=text::common::asked()><Time at=asked/></Fact>
        </Facts>
    }
}

/// The connection test and what it found.
#[component]
fn Technical(
    request: Request,
    report: Option<Later>,
    test: Option<Tested>,
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
                    label=text::inbox::private()
                    checked=allow_private
                    help=text::inbox::test_private_help()
                />
                <Submit variant=if tested { Variant::Secondary } else { Variant::Primary } icon="plug-zap">
                    {if tested { text::inbox::test_again() } else { text::common::test_connection() }}
                </Submit>
                <Busy form=form/>
            </Form>
        }
    });
    let steps = match report.clone() {
        Some(report) => parts::late::review_test(report),
        None => view! {
            <p class="muted">{text::inbox::test_none()}</p>
        }
        .into_any(),
    };
    let passed = test.filter(|test| test.ok).map(|test| test.tools);
    let definitions = passed.zip(report).map(|(tools, report)| {
        view! {
            <Card title=text::inbox::offers() description=text::inbox::offers_description(tools)>
                {parts::late::review_offers(report)}
            </Card>
        }
    });
    view! {
        <div id="test" class="stack">
            <Card title=text::inbox::test()>
                <div class="stack" aria-live="polite">
                    {steps}
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
            {move || form.pending().then(text::inbox::test_busy)}
        </p>
    }
}

/// What the requester has and had, and what happened to the request.
#[component]
pub fn Past(
    /// All of it.
    past: PastData,
) -> impl IntoView {
    let PastData { access, earlier, history, replaces } = past;
    view! {
        <Access access=access/>
        <Earlier earlier=earlier/>
        <Card title=text::inbox::history()>
            <Timeline items=history_items(history)/>
            {replaces.map(|id| view! { <p class="field-help"><a href=format!("/inbox/{id}")>{text::inbox::replaced()}</a></p> })}
        </Card>
    }
}

/// Who asks, why, and for what.
#[component]
pub fn ReviewFacts(
    /// Who asks, and what they wrote.
    about: AboutRequest,
    /// The request.
    request: Request,
) -> impl IntoView {
    let AboutRequest { requester, description, reasons } = about;
    view! {
        <Card title=text::inbox::requester()><Requester user=requester asked=request.created_at/></Card>
        <Card title=text::inbox::justification()><div class="stack"><JustificationView reasons=reasons/></div></Card>
        <Card title=text::inbox::configuration()><ConfigurationFacts request=request description=description/></Card>
    }
}

#[component]
fn Access(access: Vec<RuleRow>) -> impl IntoView {
    view! {
        <Card title=text::inbox::current_access() description=text::inbox::current_access_description() flush=true>
            <RuleTable rules=access with_server=true compact=true label=text::inbox::current_access() empty=text::inbox::current_access_empty()/>
        </Card>
    }
}

#[component]
fn Earlier(earlier: Vec<Request>) -> impl IntoView {
    view! {
        <Card title=text::inbox::earlier() flush=true>
            {if earlier.is_empty() {
                view! { <p class="card-note muted">{text::inbox::earlier_none()}</p> }.into_any()
            } else {
                view! { <RequestList requests=earlier base="/inbox"/> }.into_any()
            }}
        </Card>
    }
}
