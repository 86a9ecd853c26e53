//! The steps of the form of a request: where one is, and how far it has come. All of them are on one page.

use leptos::ev;

use crate::prelude::*;

/// One step of the form.
pub(super) struct FormStep {
    /// The place on the page.
    pub(super) href: &'static str,
    /// What it is about.
    pub(super) label: &'static str,
    /// Everything that it needs is there, as far as the draft knows.
    pub(super) filled: bool,
}

/// The steps with their progress; the first that lacks something is the current one. The last one, sending, is never
/// behind.
#[component]
pub(super) fn FormSteps(steps: Vec<FormStep>) -> impl IntoView {
    let last = steps.len().saturating_sub(1);
    let places: Vec<&'static str> = steps.iter().map(|step| step.href).collect();
    let filled = RwSignal::new(steps.iter().map(|step| step.filled).collect::<Vec<bool>>());
    Effect::new(move |_| {
        let places = places.clone();
        let input = window_event_listener(ev::input, move |_| {
            let now = places.iter().enumerate().map(|(i, place)| i < last && complete(place)).collect();
            if filled.try_with_untracked(|before| *before != now) == Some(true) {
                filled.set(now);
            }
        });
        on_cleanup(move || input.remove());
    });
    move || {
        let filled = filled.get();
        let current = filled.iter().position(|filled| !filled).unwrap_or(last);
        let step = |(i, step): (usize, &FormStep)| {
            let state = match filled.get(i) {
                _ if i == current => StepState::Current,
                Some(true) => StepState::Done,
                _ => StepState::Ahead,
            };
            Step::new(step.label, state).at(step.href)
        };
        view! { <Stepper label=text::requests::steps() steps=steps.iter().enumerate().map(step).collect()/> }
    }
}

/// Nothing that this part of the form needs is missing or malformed.
fn complete(place: &str) -> bool {
    let part = document().query_selector(place).ok().flatten();
    part.is_some_and(|part| part.query_selector(":invalid").is_ok_and(|invalid| invalid.is_none()))
}
