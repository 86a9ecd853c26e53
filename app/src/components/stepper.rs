//! How far something has come.

use leptos::prelude::*;

use super::Icon;
use crate::text::components as text;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind.
    Done,
    /// Under way.
    Current,
    /// Ahead.
    Ahead,
    /// It ended here, and not well.
    Stopped,
}

/// One step of a [`Stepper`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub label: String,
    /// More about it, or empty.
    pub detail: String,
    /// Where it stands.
    pub state: StepState,
    /// The place on the page where it is done (`#why`), if it is on this page.
    pub href: Option<&'static str>,
}

impl Step {
    /// A step without a detail.
    pub fn new(label: impl Into<String>, state: StepState) -> Self {
        Self { label: label.into(), detail: String::new(), state, href: None }
    }

    /// The step is done at this place of the page.
    #[must_use]
    pub const fn at(mut self, href: &'static str) -> Self {
        self.href = Some(href);
        self
    }
}

/// Steps in their order, with how far they have come.
#[component]
pub fn Stepper(
    /// What the steps lead to.
    #[prop(into)]
    label: String,
    /// The steps.
    steps: Vec<Step>,
) -> impl IntoView {
    let steps = steps
        .into_iter()
        .map(|Step { label, detail, state, href }| {
            let (class, icon, words) = match state {
                StepState::Done => ("step step-done", "check", text::step_done()),
                StepState::Current => ("step step-current", "circle-dot", text::step_current()),
                StepState::Ahead => ("step", "circle", text::step_ahead()),
                StepState::Stopped => ("step step-stopped", "x", text::step_stopped()),
            };
            let label = view! { <span class="step-label">{label}<span class="sr-only">" ("{words}")"</span></span> };
            let label = match href {
                // The browser's own way to a place on a page.
                Some(href) => view! { <a href=href rel="external">{label}</a> }.into_any(),
                None => label.into_any(),
            };
            view! {
                <li class=class aria-current=(state == StepState::Current).then_some("step")>
                    <span class="step-mark"><Icon name=icon/></span>
                    <span class="step-text">
                        {label}
                        {(!detail.is_empty()).then(|| view! { <span class="step-detail">{detail}</span> })}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="stepper" aria-label=label>{steps}</ol> }
}
