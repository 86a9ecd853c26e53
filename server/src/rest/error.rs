//! Problems as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{CorrelationId, FieldError, Problem};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// A refused request. Made from a [`Problem`], or from an error of a use case together with its correlation id.
#[derive(Debug)]
pub(super) struct ApiError(Problem);

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl ApiError {
    /// An error of a use case. Faults are logged under the correlation id, which the answer carries.
    pub(super) fn of(error: service::Error, correlation: CorrelationId) -> Self {
        Self(error.into_problem(correlation))
    }
}

/// The body of an error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ProblemBody {
    /// A URN that names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do.
    detail: String,
    /// A stable word for programs.
    code: String,
    /// The fields that need another value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldError>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.0;
        let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = match &problem {
            Problem::RateLimited { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        };
        let body = ProblemBody {
            kind: format!("urn:drawbridge:problem:{}", problem.code()),
            title: title(&problem),
            status: problem.status(),
            detail: problem.to_string(),
            code: problem.code().to_owned(),
            fields: match &problem {
                Problem::Invalid { fields } => fields.clone(),
                _ => Vec::new(),
            },
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

const fn title(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unauthenticated => "A credential is needed",
        Problem::Forbidden { .. } => "Not permitted",
        Problem::NotFound { .. } => "Not found",
        Problem::Invalid { .. } => "The input is not valid",
        Problem::Conflict { .. } => "The state does not allow this",
        Problem::RateLimited { .. } => "Too many attempts",
        Problem::Unavailable { .. } => "Not available now",
        Problem::Internal { .. } => "Internal error",
    }
}
