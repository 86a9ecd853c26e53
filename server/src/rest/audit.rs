//! The audit log.

use axum::extract::State;
use domain::{AuditEntry, AuditFilter, AuditId, AuditRow, CorrelationId, Page, PageQuery};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ProblemBody;
use super::extract::{ApiResult, Path, Query, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(related))
}

/// Audit entries, newest first: mine, or everybody's for those who may see them
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditFilter, PageQuery),
    responses((status = 200, body = Page<AuditRow>), (status = 401, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(filter): Query<AuditFilter>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Page<AuditRow>> {
    who.answer(services.audit(&who.0, &filter, &page).await)
}

/// One audit entry with its payloads
#[utoipa::path(get, path = "/audit/{id}", tag = "audit", params(("id" = AuditId, Path)),
    responses((status = 200, body = AuditEntry), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<AuditId>) -> ApiResult<AuditEntry> {
    who.answer(services.audit_entry(&who.0, id).await)
}

/// Everything that one request caused, in order
#[utoipa::path(get, path = "/audit/related/{correlation}", tag = "audit", params(("correlation" = CorrelationId, Path)),
    responses((status = 200, body = Page<AuditRow>), (status = 401, body = ProblemBody)))]
async fn related(
    State(services): State<Services>,
    who: Who,
    Path(correlation): Path<CorrelationId>,
) -> ApiResult<Page<AuditRow>> {
    who.answer(services.audit_related(&who.0, correlation).await.map(Page::whole))
}
