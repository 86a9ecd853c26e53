//! The report while it is being made.

use std::time::Duration;

use domain::{TestStep, TestStepKind, TestStepState};
use tokio::time::Instant;

use crate::{Failure, Target};

/// Longer texts are cut; much of them comes from the server.
const MAX_TEXT_CHARS: usize = 400;

/// The steps, all of them skipped until something is known.
pub(crate) struct Steps {
    all: Vec<TestStep>,
    current: TestStepKind,
    begun: Instant,
    secrets: Vec<String>,
}

impl Steps {
    pub(crate) fn new(target: &Target) -> Self {
        let all = TestStepKind::ALL
            .iter()
            .map(|&step| TestStep {
                step,
                state: TestStepState::Skipped,
                detail: "Not reached".to_owned(),
                advice: None,
                millis: 0,
            })
            .collect();
        Self { all, current: TestStepKind::Reachable, begun: Instant::now(), secrets: target.secrets() }
    }

    /// This step runs from now on.
    pub(crate) fn start(&mut self, step: TestStepKind) {
        self.current = step;
        self.begun = Instant::now();
    }

    /// The current step went well.
    pub(crate) fn pass(&mut self, detail: impl Into<String>) {
        self.pass_as(self.current, detail, self.begun.elapsed());
    }

    /// The current step went well and took this long.
    pub(crate) fn pass_in(&mut self, detail: impl Into<String>, took: Duration) {
        self.pass_as(self.current, detail, took);
    }

    /// This step went well, whichever is current.
    pub(crate) fn pass_as(&mut self, step: TestStepKind, detail: impl Into<String>, took: Duration) {
        let detail = detail.into();
        self.set(step, TestStepState::Passed, &detail, None, took);
    }

    /// The current step does not apply.
    pub(crate) fn skip(&mut self, detail: &str) {
        self.set(self.current, TestStepState::Skipped, detail, None, Duration::ZERO);
    }

    /// The test ends here. The failure belongs to the step that it names, or to the current one.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        let step = failure.step().unwrap_or(self.current);
        let (detail, advice) = (failure.detail(), failure.advice());
        self.set(step, TestStepState::Failed, &detail, Some(advice), self.begun.elapsed());
    }

    pub(crate) fn finish(self) -> Vec<TestStep> {
        self.all
    }

    fn set(&mut self, step: TestStepKind, state: TestStepState, detail: &str, advice: Option<&str>, took: Duration) {
        let detail = sentence(&self.clean(detail));
        let advice = advice.map(|advice| format!("{}.", sentence(advice)));
        let millis = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        if let Some(slot) = self.all.iter_mut().find(|slot| slot.step == step) {
            *slot = TestStep { step, state, detail, advice, millis };
        }
    }

    /// One line of bounded length without anything of the credential.
    fn clean(&self, text: &str) -> String {
        let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for secret in &self.secrets {
            text = text.replace(secret, "[secret]");
        }
        match text.char_indices().nth(MAX_TEXT_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// With a capital, unless the first word is a host, an address or a URL.
fn sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(letter) if !first.contains(['.', ':', '/']) && first != "localhost" => {
            letter.to_uppercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}
