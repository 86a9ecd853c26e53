//! What can go wrong, in the few kinds that a caller can react to.

use serde::{Deserialize, Serialize};

/// One field of a form that needs another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as in the request body.
    pub field: String,
    /// What is wrong and what to enter instead.
    pub why: String,
}

/// A failed use case, as every surface reports it (problem+json, JSON-RPC, the console's error view, the CLI).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "Sent")]
pub enum Problem {
    /// Nobody is signed in, or the credential is not valid any more.
    #[error("sign in to continue")]
    Unauthenticated,
    /// The caller is known and may not do this.
    #[error("{why}")]
    Forbidden {
        /// What is missing and whom to ask.
        why: String,
    },
    /// The thing does not exist, or the caller may not know that it does.
    #[error("{what} not found")]
    NotFound {
        /// The kind of thing.
        what: String,
    },
    /// The input is refused; every wrong field is named at once.
    #[error("{}", summary(.fields))]
    Invalid {
        /// The wrong fields, in form order.
        fields: Vec<FieldError>,
    },
    /// The state of the thing does not allow this now.
    #[error("{why}")]
    Conflict {
        /// A stable word for programs, for example `servers.slug` or `definitions_changed`.
        code: String,
        /// What happened and how to go on.
        why: String,
    },
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_seconds} seconds")]
    RateLimited {
        /// Seconds until another attempt makes sense.
        retry_after_seconds: u64,
    },
    /// Something that is needed cannot be reached now; nothing was changed.
    #[error("{why}")]
    Unavailable {
        /// What cannot be reached and what to do.
        why: String,
    },
    /// A fault of ours. The details are in the server's log under this correlation id.
    #[error("something went wrong on our side; give your administrator this id: {correlation}")]
    Internal {
        /// Where to find it in the log.
        correlation: String,
    },
}

/// A problem as it is sent: what serde would make of the tag is several times as large in the browser.
#[derive(Deserialize)]
struct Sent {
    kind: String,
    why: Option<String>,
    what: Option<String>,
    fields: Option<Vec<FieldError>>,
    code: Option<String>,
    retry_after_seconds: Option<u64>,
    correlation: Option<String>,
}

impl TryFrom<Sent> for Problem {
    type Error = &'static str;

    fn try_from(sent: Sent) -> Result<Self, Self::Error> {
        let Sent { kind, why, what, fields, code, retry_after_seconds, correlation } = sent;
        let problem = match kind.as_str() {
            "unauthenticated" => Some(Self::Unauthenticated),
            "forbidden" => why.map(|why| Self::Forbidden { why }),
            "not_found" => what.map(|what| Self::NotFound { what }),
            "invalid" => fields.map(|fields| Self::Invalid { fields }),
            "conflict" => code.zip(why).map(|(code, why)| Self::Conflict { code, why }),
            "rate_limited" => retry_after_seconds.map(|retry_after_seconds| Self::RateLimited { retry_after_seconds }),
            "unavailable" => why.map(|why| Self::Unavailable { why }),
            "internal" => correlation.map(|correlation| Self::Internal { correlation }),
            _ => None,
        };
        problem.ok_or("a problem of an unknown kind, or without what its kind needs")
    }
}

fn summary(fields: &[FieldError]) -> String {
    match fields {
        [] => "the input is not valid".to_owned(),
        [one] => format!("{}: {}", one.field, one.why),
        [first, rest @ ..] => format!("{}: {} (and {} more)", first.field, first.why, rest.len()),
    }
}

impl Problem {
    /// One wrong field.
    pub fn field(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Invalid { fields: vec![FieldError { field: field.into(), why: why.into() }] }
    }

    /// A conflict with a stable code.
    pub fn conflict(code: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Conflict { code: code.into(), why: why.into() }
    }

    /// A missing right.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::Forbidden { why: why.into() }
    }

    /// Something that does not exist for this caller.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// The HTTP status of this kind (RFC 9110).
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden { .. } => 403,
            Self::NotFound { .. } => 404,
            Self::Invalid { .. } => 422,
            Self::Conflict { .. } => 409,
            Self::RateLimited { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// The stable word of this kind, for problem+json `type` and for programs.
    pub fn code(&self) -> &str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Conflict { code, .. } => code,
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal { .. } => "internal",
        }
    }

    /// What is wrong with this field, if anything.
    pub fn of_field(&self, field: &str) -> Option<&str> {
        match self {
            Self::Invalid { fields } => fields.iter().find(|f| f.field == field).map(|f| f.why.as_str()),
            _ => None,
        }
    }
}
