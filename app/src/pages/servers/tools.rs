//! What a server offers, compared with what was approved.

use domain::{Pin, PinKind, PinState, ServerDetail, ServerStatus};

use super::detail::Forms;
use super::overview::TestButton;
use crate::prelude::*;

#[component]
pub fn ToolsTab(detail: ServerDetail, forms: Forms) -> impl IntoView {
    let ServerDetail { server, pins, test, .. } = detail;
    let draft = server.status == ServerStatus::Draft;
    let differs = pins.iter().any(|pin| !pin.state.usable());
    let tested = test.filter(|report| report.ok);
    let digest = tested.as_ref().and_then(|report| report.definitions_digest.clone());
    let approve = (draft || differs).then(|| match digest {
        Some(digest) => {
            let words = if draft { text::servers::approve_draft() } else { text::servers::approve_changes() };
            let fields = vec![("id", server.id.to_string()), ("digest", digest)];
            view! {
                <p>{text::servers::approve_text()}</p>
                <ActionButton form=forms.pin fields=fields variant=Variant::Primary icon="shield-check">{words}</ActionButton>
            }
            .into_any()
        }
        None => view! { <p>{text::servers::approve_untested()}</p> }.into_any(),
    });
    let (mut withheld, approved): (Vec<Pin>, Vec<Pin>) = pins.into_iter().partition(|pin| !pin.state.usable());
    withheld.sort_by_key(|pin| pin.state);
    // A draft has nothing approved yet; what the test saw is what there is to read.
    let seen = tested.filter(|_| draft).map(|report| {
        view! {
            <Card title=text::servers::seen() description=text::servers::seen_description()>
                <TestDefinitions report=report/>
            </Card>
        }
    });
    let nothing = approved.is_empty() && withheld.is_empty() && !draft;
    let withheld = (!withheld.is_empty()).then(|| {
        let rows = withheld.into_iter().map(|pin| view! { <PinView pin=pin/> }).collect_view();
        view! {
            <Card title=text::servers::withheld() description=text::servers::withheld_description()>
                <div class="definitions">{rows}</div>
            </Card>
        }
    });
    let approved = (!approved.is_empty()).then(|| {
        let description = text::servers::approved_description(approved.len());
        let rows = approved.into_iter().map(|pin| view! { <PinView pin=pin/> }).collect_view();
        view! {
            <Card title=text::servers::approved() description=description>
                <div class="definitions">{rows}</div>
            </Card>
        }
    });
    view! {
        <div class="stack">
            <Card title=text::servers::compare() description=text::servers::compare_description()>
                <div class="stack">
                    {approve}
                    <TestButton id=server.id form=forms.test/>
                </div>
            </Card>
            {withheld}
            {seen}
            {approved}
            {nothing.then(|| view! {
                <EmptyState icon="wrench" title=text::servers::no_definitions() text=text::servers::no_definitions_text()/>
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
        PinState::Gone => Some(text::servers::definition_gone()),
        PinState::Added => Some(text::servers::definition_added()),
        PinState::Pinned | PinState::Changed => None,
    };
    let [before_time, after_time] = text::servers::approved_at_around();
    let json = seen_definition.or(definition).unwrap_or_default();
    view! {
        <DefinitionView
            name=name
            json=json
            open=open
            badges=move || view! {
                {(state != PinState::Pinned).then(|| view! { <StateBadge state=state/> })}
                {(kind != PinKind::Tool).then(|| view! { <Badge>{kind.words()}</Badge> })}
            }
        >
            {note.map(|note| view! { <p class="muted">{note}</p> })}
            {pinned_at.map(|at| view! { <p class="muted">{before_time}<Time at=at/>{after_time}</p> })}
            {diff}
        </DefinitionView>
    }
}
