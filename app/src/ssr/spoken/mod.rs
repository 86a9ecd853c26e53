//! What the use cases say, in the language of the console.
//!
//! Use cases write English: what went wrong ([`Problem`]), notifications, test reports. Programs, logs and the audit
//! log get it as it is, and much of it is stored. The console shows it to people, so what leaves a server function is
//! put into the visitor's language here, on the server: the browser gets words and no machinery.
//!
//! The English text is the key, as with gettext. `texts-server/en/*.ftl` has every message that a use case can make,
//! with names for what is put in; `texts-server/<language>` has the same in other languages. [`catalogue`] finds the
//! message that a text was made from. Use cases need no message ids for it, what was stored years ago is understood,
//! and a text that is not known stays English instead of being lost. A test holds the sources of the use cases against
//! the catalogue, both ways (`sources`).

mod catalogue;
#[cfg(test)]
mod literals;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use domain::{
    AuditAction, AuditEntry, AuditRow, Denial, Duplicate, Explanation, Notification, NotificationKind, Page, Preview,
    PrincipalKind, Problem, RequestHistory, Review, RuleVersion, RuleView, Server, ServerDetail, TestReport,
    UserProfile,
};

use self::catalogue::{Catalogue, Message};
use crate::error::AppError;
use crate::i18n::{Language, language};

include!(concat!(env!("OUT_DIR"), "/spoken.rs"));

static CATALOGUES: LazyLock<Vec<Catalogue>> =
    LazyLock::new(|| Language::ALL.iter().map(|language| Catalogue::new(*language, FILES)).collect());

/// What carries words of a use case.
pub trait Spoken {
    /// Puts the words into this language, which is not English; those that are not known stay.
    fn speak(&mut self, language: Language);
}

/// A value in the language of the visitor. To be called by every server function that shows what a use case wrote.
pub fn spoken<T: Spoken>(value: T) -> T {
    spoken_in(language(), value)
}

/// A value in this language.
pub fn spoken_in<T: Spoken>(language: Language, mut value: T) -> T {
    if language != Language::English {
        value.speak(language);
    }
    value
}

/// Replaces a text that a message of these files was made into.
fn say(language: Language, files: &[&str], text: &mut String) {
    if let Some(said) = CATALOGUES.get(language as usize).and_then(|catalogue| catalogue.say(files, text)) {
        *text = said;
    }
}

/// As [`say`], but only for a text that is a message as it stands: words of a person may resemble one with a hole.
fn say_whole(language: Language, files: &[&str], text: &mut String) {
    if let Some(said) = CATALOGUES.get(language as usize).and_then(|catalogue| catalogue.say_whole(files, text)) {
        *text = said;
    }
}

const PROBLEMS: &[&str] = &["problems"];
const THINGS: &[&str] = &["things"];
const NOTICES: &[&str] = &["notices"];
const NAMES: &[&str] = &["names"];
const DUPLICATES: &[&str] = &["duplicates"];
const HISTORIES: &[&str] = &["histories"];
const DETAILS: &[&str] = &["findings", "faults"];
const ADVICE: &[&str] = &["advice"];
const FAULTS: &[&str] = &["faults"];
const REASONS: &[&str] = &["reasons", "histories"];
const PAYLOADS: &[&str] = &["payloads"];
const EXPLAINS: &[&str] = &["explains"];
const WARNINGS: &[&str] = &["warnings"];

impl Spoken for Problem {
    fn speak(&mut self, language: Language) {
        match self {
            Self::Forbidden { why } | Self::Conflict { why, .. } | Self::Unavailable { why } => {
                say(language, PROBLEMS, why);
            }
            Self::NotFound { what } => say(language, THINGS, what),
            Self::Invalid { fields } => {
                for field in fields {
                    say(language, PROBLEMS, &mut field.why);
                }
            }
            Self::Unauthenticated | Self::RateLimited { .. } | Self::Internal { .. } => {}
        }
    }
}

impl Spoken for AppError {
    fn speak(&mut self, language: Language) {
        self.0.speak(language);
    }
}

impl Spoken for String {
    /// An answer that is no page.
    fn speak(&mut self, language: Language) {
        say(language, PROBLEMS, self);
    }
}

impl Spoken for Notification {
    fn speak(&mut self, language: Language) {
        say(language, NOTICES, &mut self.title);
        // What a person wrote stays as it was written.
        match self.kind {
            NotificationKind::RequestPending | NotificationKind::RequestRejected => {}
            // Notes of the approver, or a sentence of ours where there are none.
            NotificationKind::RequestApproved => say_whole(language, NOTICES, &mut self.body),
            NotificationKind::DefinitionChanged | NotificationKind::AccessEnded | NotificationKind::AccessEnding => {
                say(language, NOTICES, &mut self.body);
            }
        }
    }
}

impl Spoken for RuleView {
    fn speak(&mut self, language: Language) {
        // Only where it is not the name of a person, a group or a server.
        if self.rule.principal.kind == PrincipalKind::Everyone {
            say(language, NAMES, &mut self.principal_name);
        }
        if self.rule.is_global() {
            say(language, NAMES, &mut self.server_name);
        }
    }
}

impl Spoken for Explanation {
    fn speak(&mut self, language: Language) {
        say(language, REASONS, &mut self.why);
        for change in &mut self.changes {
            say(language, EXPLAINS, change);
        }
        for rule in &mut self.rules {
            rule.view.speak(language);
        }
    }
}

impl Spoken for Preview {
    fn speak(&mut self, language: Language) {
        for warning in &mut self.warnings {
            say(language, WARNINGS, warning);
        }
    }
}

impl Spoken for RuleVersion {
    fn speak(&mut self, language: Language) {
        self.rule.speak(language);
    }
}

impl Spoken for TestReport {
    fn speak(&mut self, language: Language) {
        for step in &mut self.steps {
            say(language, DETAILS, &mut step.detail);
            if let Some(advice) = &mut step.advice {
                say(language, ADVICE, advice);
            }
        }
    }
}

impl Spoken for RequestHistory {
    fn speak(&mut self, language: Language) {
        // Everything else is what a person wrote.
        if let Some(detail) = self.detail.as_mut().filter(|_| self.what == "Connection test failed") {
            say(language, HISTORIES, detail);
        }
    }
}

impl Spoken for Duplicate {
    fn speak(&mut self, language: Language) {
        say(language, DUPLICATES, &mut self.why);
    }
}

impl Spoken for Server {
    fn speak(&mut self, language: Language) {
        if let Some(detail) = &mut self.health_detail {
            say(language, FAULTS, detail);
        }
    }
}

impl Spoken for AuditRow {
    fn speak(&mut self, language: Language) {
        // Why a request was rejected is what a person wrote.
        let written = matches!(self.action, AuditAction::ServerRejected | AuditAction::AccessRequestRejected);
        if let Some(reason) = self.reason.as_mut().filter(|_| !written) {
            say(language, REASONS, reason);
        }
    }
}

impl Spoken for AuditEntry {
    fn speak(&mut self, language: Language) {
        self.row.speak(language);
        if let Some(error) = &mut self.error {
            say(language, FAULTS, error);
        }
        if let Some(cut) = &mut self.cut {
            let mut parts: Vec<String> = cut.split("; ").map(str::to_owned).collect();
            for part in &mut parts {
                say(language, PAYLOADS, part);
            }
            *cut = parts.join("; ");
        }
    }
}

impl Spoken for Denial {
    fn speak(&mut self, language: Language) {
        self.row.speak(language);
    }
}

impl Spoken for ServerDetail {
    fn speak(&mut self, language: Language) {
        self.server.speak(language);
        self.rules.speak(language);
        self.test.speak(language);
    }
}

impl Spoken for UserProfile {
    fn speak(&mut self, language: Language) {
        self.rules.speak(language);
    }
}

impl Spoken for Review {
    fn speak(&mut self, language: Language) {
        self.access.speak(language);
        self.test.speak(language);
        self.duplicates.speak(language);
        self.server.speak(language);
        self.history.speak(language);
    }
}

impl<T: Spoken> Spoken for Option<T> {
    fn speak(&mut self, language: Language) {
        if let Some(value) = self {
            value.speak(language);
        }
    }
}

impl<T: Spoken> Spoken for Vec<T> {
    fn speak(&mut self, language: Language) {
        for value in self {
            value.speak(language);
        }
    }
}

impl<T: Spoken> Spoken for Page<T> {
    fn speak(&mut self, language: Language) {
        self.data.speak(language);
    }
}
