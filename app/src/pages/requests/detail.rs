//! How a request stands.

use domain::{Capability, Request, RequestId, RequestState};

use super::api::{GetRequest, RequestPageData, WithdrawRequest};
use super::parts::{ConfigurationFacts, DecisionView, JustificationView, history_items};
use super::texts::RequestTexts;
use crate::prelude::*;

/// `/requests/:id`: one request.
#[component]
pub fn RequestPage() -> impl IntoView {
    let id = param::<RequestId>("id");
    let data = load_checked(move || Ok(GetRequest { id: id.get()? }));
    let withdraw = use_form::<WithdrawRequest>();
    view! {
        <Load resource=data rows=10 page=true let:data>
            <RequestDetail data=data/>
        </Load>
        <ConfirmDialog
            name="withdraw"
            title=text::requests::withdraw()
            form=withdraw
            fields=Signal::derive(move || vec![("id", id.get().map(|id| id.to_string()).unwrap_or_default())])
            confirm=text::common::withdraw()
            danger=true
        >
            <p>{text::requests::withdraw_text()}</p>
        </ConfirmDialog>
    }
}

#[component]
fn RequestDetail(data: RequestPageData) -> impl IntoView {
    let RequestPageData { request, history, texts, again } = data;
    let own = me().with_untracked(|me| me.as_ref().is_some_and(|me| me.user.id == request.requester_id));
    let decides = can(Capability::ManageRequests).get_untracked();
    let (icon, name) = (request.icon.clone(), request.name.clone());
    let (kind, state, urgent) = (request.kind, request.state, request.urgent);
    let RequestTexts { description, reasons, decision: told } = texts;
    let decision = request.decision.clone();
    let configuration = request.clone();
    let replaces = request.resubmission_of;
    let actions_of = request.clone();
    view! {
        <PageHeader
            title=request.name.clone()
            description=text::requests::by(&request.requester_name)
            crumbs=vec![if own || !decides { (text::requests::title(), "/requests".to_owned()) } else { (text::requests::inbox(), "/inbox".to_owned()) }]
            lead=move || view! { <BrandIcon icon=icon.clone() name=name.clone() large=true/> }
            badges=move || view! {
                <StateBadge state=state/>
                <StateBadge state=kind/>
                {urgent.then(|| view! { <Badge tone=Tone::Danger>{text::requests::urgent()}</Badge> })}
            }
            actions=move || view! { <Actions request=actions_of.clone() own=own decides=decides/> }
        />
        <Standing request=request own=own again=again/>
        <div class="columns">
            <div class="stack">
                {decision.map(|decision| view! { <Card title=text::requests::decision()><DecisionView decision=decision texts=told/></Card> })}
                <Card title=text::requests::asked_for()><ConfigurationFacts request=configuration description=description/></Card>
                <Card title=text::common::why()><div class="stack"><JustificationView reasons=reasons/></div></Card>
            </div>
            <div class="stack">
                <Card title=text::requests::history()>
                    <Timeline items=history_items(history)/>
                    {replaces.map(|id| view! { <p class="field-help"><a href=format!("/requests/{id}")>{text::requests::replaces()}</a></p> })}
                </Card>
            </div>
        </div>
    }
}

#[component]
fn Actions(request: Request, own: bool, decides: bool) -> impl IntoView {
    let again = link("/requests/new", &[("resubmit", &request.id.to_string())]);
    let pending = request.state == RequestState::Pending;
    let closed = matches!(request.state, RequestState::Rejected | RequestState::Withdrawn);
    view! {
        {(own && pending).then(|| view! {
            <LinkButton href=Signal::derive(open_dialog("withdraw")) icon="undo-2">{text::common::withdraw()}</LinkButton>
        })}
        {(own && closed).then(|| view! {
            <LinkButton href=again variant=Variant::Primary icon="rotate-ccw">{text::requests::send_again()}</LinkButton>
        })}
        {decides.then(|| view! { <LinkButton href=format!("/inbox/{}", request.id) icon="inbox">{text::requests::open_review()}</LinkButton> })}
    }
}

/// What the state means for the person who asked.
#[component]
fn Standing(request: Request, own: bool, again: Option<String>) -> impl IntoView {
    if !own {
        return None;
    }
    match request.state {
        RequestState::Pending => Some(
            view! {
                <Callout tone=Tone::Info title=text::requests::waiting()>
                    <p>{text::requests::waiting_text()}</p>
                </Callout>
            }
            .into_any(),
        ),
        RequestState::Approved => {
            let (tone, title, words, href) = match again {
                None => (
                    Tone::Success,
                    text::requests::approved(),
                    text::requests::approved_add(),
                    format!("/connectors/{}", request.slug),
                ),
                Some(href) => {
                    (Tone::Warning, text::requests::approved_ended(), text::requests::approved_ended_again(), href)
                }
            };
            Some(view! { <Callout tone=tone title=title><p><a href=href>{words}</a></p></Callout> }.into_any())
        }
        RequestState::Rejected => Some(
            view! {
                <Callout tone=Tone::Danger title=text::requests::rejected()>
                    <p>{text::requests::rejected_text()}</p>
                </Callout>
            }
            .into_any(),
        ),
        RequestState::Withdrawn => None,
    }
}
