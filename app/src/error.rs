//! The error of every server function: a [`Problem`] that survives the wire, so that pages can react to its kind.

use domain::Problem;
use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::Bytes;
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

use crate::format::upper;
use crate::text;
use crate::wire::from_text;

/// A failed read or write, as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error(transparent)]
pub struct AppError(pub Problem);

impl AppError {
    /// The problem itself.
    pub const fn problem(&self) -> &Problem {
        &self.0
    }

    /// What happened, in the language of the console. What use cases say is put into it before it gets here.
    pub fn words(&self) -> String {
        match &self.0 {
            Problem::Forbidden { why } | Problem::Conflict { why, .. } | Problem::Unavailable { why } => why.clone(),
            Problem::NotFound { what } => text::errors::not_found(what),
            Problem::Unauthenticated => text::errors::sign_in().to_owned(),
            Problem::RateLimited { retry_after_seconds } => text::errors::rate_limited(*retry_after_seconds),
            Problem::Internal { correlation } => text::errors::internal(correlation),
            Problem::Invalid { fields } => match fields.as_slice() {
                [] => text::errors::invalid().to_owned(),
                [one] => [&one.field, ": ", &one.why].concat(),
                [first, rest @ ..] => text::errors::invalid_and_more(&first.field, &first.why, rest.len()),
            },
        }
    }

    /// True for a change of rules that somebody has to look at first.
    #[cfg(feature = "ssr")]
    pub fn is_unseen(&self) -> bool {
        self.0.code() == "rule.seen"
    }

    /// What is wrong with a field of a form. A conflict about a unique value (`users.email`) counts as the field's.
    ///
    /// `field` is the name of an input: `email`, `user[email]`, `request[headers][0][name]`.
    pub fn of_input(&self, field: &str) -> Option<&str> {
        match &self.0 {
            Problem::Invalid { fields } => {
                fields.iter().find(|f| input_matches(field, &f.field)).map(|f| f.why.as_str())
            }
            Problem::Conflict { code, why } => {
                code.rsplit_once('.').is_some_and(|(_, last)| input_matches(field, last)).then_some(why.as_str())
            }
            _ => None,
        }
    }

    /// What the inputs with these names do not show: for the head of the form.
    pub fn besides(&self, inputs: &[String]) -> Vec<String> {
        match &self.0 {
            Problem::Invalid { fields } => fields
                .iter()
                .filter(|f| !inputs.iter().any(|input| input_matches(input, &f.field)))
                .map(|f| if f.field.is_empty() { f.why.clone() } else { format!("{}: {}", f.field, f.why) })
                .collect(),
            _ if inputs.iter().any(|input| self.of_input(input).is_some()) => Vec::new(),
            _ => vec![sentence(&self.words())],
        }
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn de(data: Bytes) -> Self {
        let text = String::from_utf8_lossy(&data);
        from_text(&text)
            .unwrap_or_else(|why| Self::from_server_fn_error(ServerFnErrorErr::Deserialization(why.to_string())))
    }

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            // The browser could not reach the server, or got something that is not an answer of ours.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => {
                Problem::Unavailable { why: text::errors::unreachable().to_owned() }
            }
            // The form does not fit the function: an old page in an open tab, or a request made by hand.
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) | ServerFnErrorErr::Serialization(why) => {
                Problem::field("", text::errors::unreadable_form(&why))
            }
            ServerFnErrorErr::Registration(why)
            | ServerFnErrorErr::UnsupportedRequestMethod(why)
            | ServerFnErrorErr::ServerError(why)
            | ServerFnErrorErr::MiddlewareError(why) => Problem::Unavailable { why },
        })
    }
}

/// Whether an input's name means the field that a problem names: the name of the function's argument is left out, and
/// indexes may be written with dots or brackets.
fn input_matches(input: &str, field: &str) -> bool {
    let parts = |name: &str| -> Vec<String> {
        name.split(['[', ']', '.']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (input, field) = (parts(input), parts(field));
    !field.is_empty() && (input == field || input.get(1..).is_some_and(|rest| rest == field))
}

/// The text as a sentence: upper-case first letter, full stop at the end.
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let mut sentence: String = chars.next().map(|first| upper(first.encode_utf8(&mut [0; 4]))).unwrap_or_default();
    sentence.push_str(chars.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use domain::FieldError;

    use super::*;

    #[test]
    fn kinds_survive_the_wire() {
        for problem in [
            Problem::Unauthenticated,
            Problem::not_found("user"),
            Problem::field("email", "enter an email address"),
            Problem::conflict("users.email", "exists already"),
            Problem::RateLimited { retry_after_seconds: 30 },
            Problem::Internal { correlation: "cor_1".into() },
        ] {
            let error = AppError(problem);
            assert_eq!(AppError::de(error.ser()), error);
        }
    }

    #[test]
    fn english_is_that_of_the_problem() {
        let field = |field: &str| FieldError { field: field.into(), why: "enter a value".into() };
        for problem in [
            Problem::Unauthenticated,
            Problem::forbidden("ask"),
            Problem::not_found("user"),
            Problem::Invalid { fields: Vec::new() },
            Problem::Invalid { fields: vec![field("name")] },
            Problem::Invalid { fields: vec![field("name"), field("url"), field("auth")] },
            Problem::conflict("users.email", "exists already"),
            Problem::RateLimited { retry_after_seconds: 30 },
            Problem::Unavailable { why: "later".into() },
            Problem::Internal { correlation: "cor_1".into() },
        ] {
            let error = AppError(problem);
            assert_eq!(error.words(), error.0.to_string());
        }
    }

    #[test]
    fn inputs_find_their_errors() {
        let error = AppError(Problem::Invalid {
            fields: vec![
                FieldError { field: "email".into(), why: "a".into() },
                FieldError { field: "headers[0].name".into(), why: "b".into() },
                FieldError { field: "url".into(), why: "c".into() },
            ],
        });
        assert_eq!(error.of_input("email"), Some("a"));
        assert_eq!(error.of_input("user[email]"), Some("a"));
        assert_eq!(error.of_input("request[headers][0][name]"), Some("b"));
        assert_eq!(error.of_input("request[headers][1][name]"), None);
        assert_eq!(error.besides(&["user[email]".into(), "r[headers][0][name]".into()]), ["url: c"]);
    }

    #[test]
    fn a_taken_value_marks_its_field() {
        let error = AppError(Problem::conflict("users.email", "somebody has it"));
        assert_eq!(error.of_input("user[email]"), Some("somebody has it"));
        assert!(error.besides(&["user[email]".into()]).is_empty());
        assert_eq!(error.besides(&["name".into()]), ["Somebody has it."]);
    }

    #[test]
    fn sentences() {
        assert_eq!(sentence("user not found"), "User not found.");
        assert_eq!(sentence("Done!"), "Done!");
        assert_eq!(sentence(""), "");
    }
}
