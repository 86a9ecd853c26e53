//! Texts that are checked once, at the edge, and trusted inside.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not an e-mail address.
    #[error("enter an email address such as name@example.com")]
    Email,
    /// Not a slug.
    #[error("use 2 to 40 lower-case letters, digits and single hyphens, beginning with a letter")]
    Slug,
    /// A slug that has a meaning of its own under `/mcp/`.
    #[error("`{0}` is reserved; choose another slug")]
    Reserved(String),
    /// Not one of the words of an enumeration.
    #[error("`{text}` is not a {kind}")]
    UnknownWord {
        /// The enumeration.
        kind: &'static str,
        /// What was given.
        text: String,
    },
}

macro_rules! checked_text {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        // Equality, order and hash are those of the text, so maps keyed by it can be asked with a `&str`.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// An e-mail address, trimmed and lower-case (sign-in compares it without case). At most 254 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Email(String);
checked_text!(Email);

impl FromStr for Email {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim().to_lowercase();
        let valid = text.len() <= 254
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && domain.split('.').all(|label| !label.is_empty())
            });
        if valid { Ok(Self(text)) } else { Err(TextError::Email) }
    }
}

/// The name of a server in URLs: `/mcp/<slug>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slug(String);
checked_text!(Slug);

impl Slug {
    /// Slugs with a meaning of their own under `/mcp/`.
    pub const RESERVED: &'static [&'static str] = &["me", "plugins", "drawbridge"];

    /// The slug that a name suggests: lower-case ASCII words joined by hyphens, cut to 40. May be invalid (empty name).
    pub fn suggest(name: &str) -> String {
        let mut slug = String::new();
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() == 40 {
                break;
            }
        }
        slug.trim_matches('-').to_owned()
    }
}

impl FromStr for Slug {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let valid = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--")
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !valid {
            return Err(TextError::Slug);
        }
        if Self::RESERVED.contains(&text) {
            return Err(TextError::Reserved(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A secret on its way in (a password, a header value). It is never part of an answer and never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself; the name is meant to stand out in review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_compared_without_case() {
        assert_eq!(" Ada@Example.com ".parse::<Email>().unwrap().as_str(), "ada@example.com");
        for wrong in ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b..c"] {
            assert_eq!(wrong.parse::<Email>(), Err(TextError::Email), "{wrong}");
        }
    }

    #[test]
    fn slugs() {
        assert!("github".parse::<Slug>().is_ok());
        for wrong in ["", "a", "-a", "a-", "a--b", "Github", "1password", "a/b", &"a".repeat(41)] {
            assert_eq!(wrong.parse::<Slug>(), Err(TextError::Slug), "{wrong}");
        }
        assert_eq!("me".parse::<Slug>(), Err(TextError::Reserved("me".into())));
        assert_eq!(Slug::suggest("GitHub  Enterprise (EU)"), "github-enterprise-eu");
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        assert!(!format!("{:?}", SecretText::new("hunter2")).contains("hunter2"));
    }
}
