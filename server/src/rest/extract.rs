//! Who calls and with what: parsed before a handler runs.

use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::{CorrelationId, Problem};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use service::{Caller, RequestMeta, Services};

use super::error::ApiError;
use crate::web::request_meta;

/// The result of a handler.
pub(super) type ApiResult<T> = Result<axum::Json<T>, ApiError>;

/// Gives every request its correlation id, and tells it in the answer.
pub(super) async fn with_meta(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let meta = request_meta(&services, &request);
    let correlation = meta.correlation;
    request.extensions_mut().insert(meta);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(correlation.to_string()) {
        headers.insert(gateway::CORRELATION_HEADER, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The person behind the credential.
pub(super) struct Who(pub(super) Caller);

impl Who {
    /// Turns the result of a use case into an answer.
    pub(super) fn answer<T: Serialize>(&self, result: service::Result<T>) -> ApiResult<T> {
        result.map(axum::Json).map_err(|error| ApiError::of(error, self.0.meta.correlation))
    }
}

impl FromRequestParts<Services> for Who {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let meta = parts.extensions.get::<RequestMeta>().cloned().ok_or(Problem::Unauthenticated)?;
        let correlation: CorrelationId = meta.correlation;
        let secret = credential(&parts.headers).ok_or(Problem::Unauthenticated)?;
        services.key_caller(&secret, meta).await.map(Self).map_err(|error| ApiError::of(error, correlation))
    }
}

fn credential(headers: &HeaderMap) -> Option<String> {
    if let Some(key) = headers.get("x-drawbridge-api-key") {
        return key.to_str().ok().map(str::to_owned);
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// A JSON body; what does not fit is a problem like any other.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(ApiError))]
pub(super) struct Body<T>(pub(super) T);

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        Problem::field("body", rejection.body_text()).into()
    }
}

/// A CSV file as the body.
pub(super) struct Csv(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Csv {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Problem::field("csv", rejection.body_text()))?;
        Ok(Self(service::text_of_file(body.into())?))
    }
}

/// Parameters of the query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(super) struct Query<T>(pub(super) T);

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Problem::field("query", rejection.body_text()).into()
    }
}

/// An id in the path. One that is none cannot exist.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(super) struct Path<T>(pub(super) T);

impl From<PathRejection> for ApiError {
    fn from(_: PathRejection) -> Self {
        Problem::not_found("nothing has this id; it").into()
    }
}

/// The answer to something that leaves nothing to say.
pub(super) fn done(who: &Who, result: service::Result<()>) -> Result<http::StatusCode, ApiError> {
    result.map(|()| http::StatusCode::NO_CONTENT).map_err(|error| ApiError::of(error, who.0.meta.correlation))
}

/// The answer to something that was made.
pub(super) fn created<T: Serialize>(
    who: &Who,
    result: service::Result<T>,
) -> Result<(http::StatusCode, axum::Json<T>), ApiError> {
    who.answer(result).map(|body| (http::StatusCode::CREATED, body))
}
