//! What a connection test found, step by step.

use domain::{TestReport, TestStep, TestStepState};
use leptos::prelude::*;

use super::{DefinitionView, Icon, StateBadge, Time, Toned, Worded};
use crate::text;

/// The steps of a connection test, with what to do about the one that failed.
#[component]
pub fn TestSteps(
    /// The report.
    report: TestReport,
) -> impl IntoView {
    let facts: Vec<String> = [
        report.server_info.clone(),
        report.protocol_version.as_ref().map(|version| format!("MCP {version}")),
        report.ok.then(|| text::common::count_tools(report.tools.len())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let steps = report.steps.into_iter().map(step).collect_view();
    let (word, class) = if report.ok {
        (text::components::test_passed(), "test-passed")
    } else {
        (text::components::test_failed(), "test-failed")
    };
    view! {
        <div class="test-report">
            <p class="test-head">
                <strong class=class>{word}</strong>
                " "
                <span class="muted"><Time at=report.tested_at/></span>
                {(!facts.is_empty()).then(|| view! { <span class="muted">" · "{facts.join(" · ")}</span> })}
            </p>
            <ol class="test-steps">{steps}</ol>
        </div>
    }
}

fn step(step: TestStep) -> impl IntoView {
    let icon = match step.state {
        TestStepState::Passed => "circle-check",
        TestStepState::Failed => "circle-x",
        TestStepState::Skipped => "circle-minus",
    };
    let ran = step.state != TestStepState::Skipped;
    view! {
        <li class=format!("test-step {}", step.state.tone().class())>
            <span class="test-step-icon"><Icon name=icon/></span>
            <div class="test-step-text">
                <p class="test-step-head">
                    <strong>{step.step.words()}</strong>
                    <StateBadge state=step.state/>
                    {ran.then(|| view! { <span class="muted num">{format!("{} ms", step.millis)}</span> })}
                </p>
                <p class="test-step-detail">{step.detail}</p>
                {step.advice.map(|advice| view! { <p class="test-step-advice"><strong>{text::components::what_to_do()}" "</strong>{advice}</p> })}
            </div>
        </li>
    }
}

/// Everything that a model would read of the server: tools first, then the rest.
#[component]
pub fn TestDefinitions(
    /// The report.
    report: TestReport,
) -> impl IntoView {
    let tools =
        report.tools.into_iter().map(|tool| view! { <DefinitionView name=tool.name json=tool.json/> }).collect_view();
    let others = report
        .others
        .into_iter()
        .map(|other| {
            let kind = other.kind;
            view! {
                <DefinitionView
                    name=other.name
                    json=other.json
                    badges=move || view! { <span class="badge tone-neutral">{kind.words()}</span> }
                />
            }
        })
        .collect_view();
    view! { <div class="definitions">{tools}{others}</div> }
}
