//! What can go wrong in a use case, and how it becomes a [`Problem`] that a surface may show.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{CorrelationId, FieldError, Problem};

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed use case. Only the [`Problem`] in it is meant for callers; everything else is a fault whose details belong
/// in the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something that the caller can react to.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The audit log.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// A sealed secret.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// A rule that cannot be compiled.
    #[error(transparent)]
    Policy(#[from] policy::PolicyError),
    /// A definition that cannot be fingerprinted.
    #[error(transparent)]
    Guard(#[from] guard::GuardError),
    /// A value of ours that is not what it must be (a stored hash, a JSON text).
    #[error("{what} is not usable: {why}")]
    Broken {
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// A value of ours that is not what it must be.
    pub(crate) fn broken(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Broken { what, why: why.to_string() }
    }

    /// True when the failure is the caller's to react to rather than a fault.
    pub const fn is_problem(&self) -> bool {
        matches!(self, Self::Problem(_))
    }

    /// What the caller may see. Details of a fault are logged here, once, under the correlation id that the caller is
    /// given. Prefer this to `Problem::from` wherever the caller's correlation id is at hand.
    pub fn into_problem(self, correlation: CorrelationId) -> Problem {
        self.seen_as(|| correlation.to_string())
    }

    fn seen_as(self, correlation: impl FnOnce() -> String) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Store(error) => match store_problem(&error) {
                Some(problem) => problem,
                None => fault(&error, correlation()),
            },
            Self::Ledger(error) => {
                // What is wrong with the database, or with a cursor, is the same for the audit log.
                let known = match &error {
                    ledger::Error::Store(error) => store_problem(error),
                    _ => None,
                };
                if let Some(problem) = known {
                    return problem;
                }
                let correlation = correlation();
                tracing::error!(%correlation, error = %chain(&error), "the audit log refused an entry; nothing was changed");
                Problem::Unavailable {
                    why: "the audit log cannot be written, so nothing was changed; try again, and tell your \
                          administrator if it stays (is the disk full?)"
                        .to_owned(),
                }
            }
            other => fault(&other, correlation()),
        }
    }
}

impl From<Error> for Problem {
    /// For surfaces without a caller at hand: faults are numbered since the start of the program.
    fn from(error: Error) -> Self {
        static FAULTS: AtomicU64 = AtomicU64::new(1);
        error.seen_as(|| format!("fault-{}", FAULTS.fetch_add(1, Ordering::Relaxed)))
    }
}

fn fault(error: &(dyn std::error::Error + 'static), correlation: String) -> Problem {
    tracing::error!(%correlation, error = %chain(error), "a use case failed");
    Problem::Internal { correlation }
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // `transparent` errors repeat the text of their source.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// The wrong fields of an input, collected so that all are named at once.
#[derive(Debug, Default)]
pub(crate) struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Nothing is wrong yet.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Notes what is wrong with a field.
    pub(crate) fn add(&mut self, field: impl Into<String>, why: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), why: why.into() });
    }

    /// Parses a field; what is wrong is noted.
    pub(crate) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        text.parse().map_err(|e: T::Err| self.add(field, e.to_string())).ok()
    }

    /// A text that must be there: trimmed, between one and `max` characters, without control characters.
    pub(crate) fn text(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(field, "enter a value");
        }
        self.optional_text(field, text, max)
    }

    /// A text that may be empty: trimmed, at most `max` characters, without control characters but line breaks and tabs.
    pub(crate) fn optional_text(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        if text.chars().count() > max {
            self.add(field, format!("use at most {max} characters"));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(field, "remove control characters");
        }
        text.to_owned()
    }

    /// Notes errors found elsewhere.
    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.0.extend(errors);
    }

    /// What was noted.
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// Refuses the input when anything is wrong.
    pub(crate) fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::Invalid { fields: self.0 }.into()) }
    }
}

/// What a database error means to a caller; `None` when it is a fault.
fn store_problem(error: &store::Error) -> Option<Problem> {
    match error {
        store::Error::Conflict(key) => Some(Problem::conflict(*key, taken(key))),
        store::Error::Reference(_) => Some(Problem::conflict(
            "gone",
            "something that this refers to was deleted in the meantime; reload the page and try again",
        )),
        store::Error::Cursor => {
            Some(Problem::field("cursor", "is not a cursor of this list; leave it out to begin with the first page"))
        }
        transient if transient.is_transient() => Some(Problem::Unavailable { why: transient.to_string() }),
        _ => None,
    }
}

/// A unique value that exists already, in words.
fn taken(key: &str) -> &'static str {
    match key {
        "users.email" => "somebody with this email address exists already",
        "groups.name" => "a group with this name exists already; choose another name",
        "saved_views.name" => "you have a view with this name already; choose another name",
        "servers.slug" => "a server with this slug exists already; choose another slug",
        _ => "this exists already; reload the page and look again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let mut wrong = Wrong::new();
        assert_eq!(wrong.text("name", "  Ada ", 10), "Ada");
        wrong.text("title", "  ", 10);
        wrong.optional_text("team", "abcdef", 5);
        assert_eq!(wrong.parse::<domain::Email>("email", "nobody"), None);
        let Err(Error::Problem(problem)) = wrong.check() else { panic!("must be refused") };
        assert_eq!(problem.status(), 422);
        assert!(problem.of_field("name").is_none());
        for field in ["title", "team", "email"] {
            assert!(problem.of_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn faults_do_not_show_their_details() {
        let problem = Problem::from(Error::broken("a stored hash", "swordfish"));
        assert!(!serde_json::to_string(&problem).unwrap().contains("swordfish"));
        assert_eq!(problem.status(), 500);
    }
}
