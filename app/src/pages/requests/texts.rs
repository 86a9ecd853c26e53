//! What people write in a request, and in its decision and history, for pages to show.

#[cfg(feature = "ssr")]
use domain::{Request, RequestHistory};
use serde::{Deserialize, Serialize};

use crate::components::Prose;

/// What people wrote in a request and its decision, each with what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestTexts {
    /// What the server is.
    pub description: Prose,
    /// Why it is needed.
    pub reasons: Vec<(String, Prose)>,
    /// Notes of an approval, or the parts of a rejection.
    pub decision: Vec<(String, Prose)>,
}

#[cfg(feature = "ssr")]
impl RequestTexts {
    /// The texts of a request.
    pub fn of(request: &Request) -> Self {
        use crate::text::{common, requests};

        let reasons = &request.justification;
        let reasons = [
            (requests::why_needed(), &reasons.why_needed),
            (requests::use_case(), &reasons.use_case),
            (requests::expected_value(), &reasons.expected_value),
            (requests::alternatives(), &reasons.alternatives_considered),
        ];
        let decision = request.decision.as_ref();
        let notes = decision.and_then(|decision| decision.approval.as_ref()).map(|approval| &approval.notes);
        let rejection = decision.and_then(|decision| decision.rejection.as_ref());
        let rejection = rejection.into_iter().flat_map(|rejection| {
            [
                (common::what_is_wrong(), &rejection.issue),
                (requests::what_to_fix(), &rejection.what_to_fix),
                (requests::use_instead(), &rejection.alternatives),
                (requests::whom_to_ask(), &rejection.contact),
                (requests::reason(), &rejection.reason),
            ]
        });
        let decision: Vec<_> = notes.map(|notes| (common::notes(), notes)).into_iter().chain(rejection).collect();
        Self {
            description: Prose::new(&request.description, 2),
            reasons: told(&reasons, 3),
            decision: told(&decision, 2),
        }
    }
}

/// What was written, each with what it is; what was left empty is left out.
#[cfg(feature = "ssr")]
fn told(texts: &[(&str, &String)], under: u8) -> Vec<(String, Prose)> {
    let written = texts.iter().map(|(label, text)| ((*label).to_owned(), Prose::new(text, under)));
    written.filter(|(_, prose)| !prose.is_empty()).collect()
}

/// A history whose details are shown as lines.
#[cfg(feature = "ssr")]
pub fn in_lines(mut history: Vec<RequestHistory>) -> Vec<RequestHistory> {
    for line in &mut history {
        line.detail = line.detail.as_deref().map(crate::components::plain);
    }
    history
}
