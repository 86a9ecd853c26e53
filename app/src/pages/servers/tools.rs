//! What a server offers, compared with what was approved.

use domain::{Pin, PinKind, PinState, ServerDetail, ServerStatus};

use super::detail::Forms;
use super::overview::TestButton;
use crate::prelude::*;

#[component]
pub(super) fn ToolsTab(detail: ServerDetail, forms: Forms) -> impl IntoView {
    let ServerDetail { server, pins, test, .. } = detail;
    let draft = server.status == ServerStatus::Draft;
    let differs = pins.iter().any(|pin| !pin.state.usable());
    let tested = test.filter(|report| report.ok);
    let digest = tested.as_ref().and_then(|report| report.definitions_digest.clone());
    let approve = (draft || differs).then(|| match digest {
        Some(digest) => {
            let words = if draft { "Approve and switch on" } else { "Approve these definitions" };
            let fields = vec![("id", server.id.to_string()), ("digest", digest)];
            view! {
                <p>"Approving replaces what was approved before by what the last test saw. Read what changed first: descriptions are instructions that a model follows."</p>
                <ActionButton form=forms.pin fields=fields variant=Variant::Primary icon="shield-check">{words}</ActionButton>
            }
            .into_any()
        }
        None => view! { <p>"Test the connection to see what the server offers now; it can be approved after a successful test."</p> }.into_any(),
    });
    let (mut withheld, approved): (Vec<Pin>, Vec<Pin>) = pins.into_iter().partition(|pin| !pin.state.usable());
    withheld.sort_by_key(|pin| pin.state);
    // A draft has nothing approved yet; what the test saw is what there is to read.
    let seen = tested.filter(|_| draft).map(|report| {
        view! {
            <Card title="Seen by the last test" description="Nothing of it can be called before it is approved.">
                <TestDefinitions report=report/>
            </Card>
        }
    });
    let nothing = approved.is_empty() && withheld.is_empty() && !draft;
    let withheld = (!withheld.is_empty()).then(|| {
        let rows = withheld.into_iter().map(|pin| view! { <PinView pin=pin/> }).collect_view();
        view! {
            <Card title="Withheld" description="These differ from what was approved. Clients neither see nor call them.">
                <div class="definitions">{rows}</div>
            </Card>
        }
    });
    let approved = (!approved.is_empty()).then(|| {
        let number = count(approved.len(), "definition", "definitions");
        let rows = approved.into_iter().map(|pin| view! { <PinView pin=pin/> }).collect_view();
        view! {
            <Card title="Approved" description=format!("{number}, offered to those whom a rule allows.")>
                <div class="definitions">{rows}</div>
            </Card>
        }
    });
    view! {
        <div class="stack">
            <Card title="Compare with the server" description="A test reads what the server offers now; what differs from the approved is withheld.">
                <div class="stack">
                    {approve}
                    <TestButton id=server.id form=forms.test/>
                </div>
            </Card>
            {withheld}
            {seen}
            {approved}
            {nothing.then(|| view! {
                <EmptyState icon="wrench" title="No definitions" text="The server offered nothing when it was approved. Test the connection to look again."/>
            })}
        </div>
    }
}

/// A definition with its state; a changed one with what changed.
#[component]
fn PinView(pin: Pin) -> impl IntoView {
    let Pin { kind, name, state, definition, seen_definition, pinned_at, .. } = pin;
    let open = state == PinState::Changed;
    let diff = match (&definition, &seen_definition) {
        (Some(approved), Some(seen)) => Some(view! { <DefinitionDiff approved=approved.clone() seen=seen.clone()/> }),
        _ => None,
    };
    let note = match state {
        PinState::Gone => Some("It was approved, and the server does not offer it any more."),
        PinState::Added => Some("It appeared after the approval."),
        PinState::Pinned | PinState::Changed => None,
    };
    let json = seen_definition.or(definition).unwrap_or_default();
    view! {
        <DefinitionView
            name=name
            json=json
            open=open
            badges=move || view! {
                {(state != PinState::Pinned).then(|| view! { <StateBadge state=state/> })}
                {(kind != PinKind::Tool).then(|| view! { <Badge>{kind.as_str()}</Badge> })}
            }
        >
            {note.map(|note| view! { <p class="muted">{note}</p> })}
            {pinned_at.map(|at| view! { <p class="muted">"Approved "<Time at=at/></p> })}
            {diff}
        </DefinitionView>
    }
}
