//! A form that was posted without JavaScript: which one, with what, and how it ended. The page is rendered again from it.

use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The name of the hidden field that says which server function a form is for.
pub const FUNCTION_FIELD: &str = "_fn";

/// Where server functions live.
pub const FUNCTION_PREFIX: &str = "/api/fn/";

/// The outcome of a posted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Path of the server function.
    pub function: String,
    /// JSON of its output, or what went wrong.
    pub outcome: Result<String, AppError>,
    /// What was entered, in form order, without secrets. Empty when the function succeeded.
    pub fields: Vec<(String, String)>,
}

impl Posted {
    /// What was entered into a field; the last value when there are several.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The values of a field that can be given several times.
    pub fn fields_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// True for inputs whose value must never come back in a page: by the last part of the name.
pub fn is_secret(name: &str) -> bool {
    let last = name.split(['[', ']']).rfind(|part| !part.is_empty()).unwrap_or(name);
    matches!(last, "password" | "current" | "new" | "value" | "secret" | "token")
}

/// The path within the console that a visitor wants to go on to; `/` for anything that could lead elsewhere.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && !next.starts_with("/api/");
    if local { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name() {
        for secret in ["password", "new", "request[headers][0][value]", "user[password]", "token"] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in ["email", "request[headers][0][name]", "user[email]", ""] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn only_local_paths_are_followed() {
        assert_eq!(local_path("/users?search=a"), "/users?search=a");
        for elsewhere in
            ["", "users", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/api/fn/x"]
        {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn the_last_value_counts() {
        let posted = Posted {
            function: "/api/fn/x".into(),
            outcome: Ok("null".into()),
            fields: vec![("a".into(), "1".into()), ("a".into(), "2".into())],
        };
        assert_eq!(posted.field("a"), Some("2"));
        assert_eq!(posted.fields_of("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(posted.field("b"), None);
    }
}
