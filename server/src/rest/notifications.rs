//! In-app notifications.

use axum::extract::State;
use domain::{Notification, NotificationId, Page, PageQuery};
use http::StatusCode;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Path, Query, Who, done};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read)).routes(routes!(read_all))
}

/// My notifications, newest first
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(PageQuery),
    responses((status = 200, body = Page<Notification>), (status = 401, body = ProblemBody)))]
async fn list(
    State(services): State<Services>,
    who: Who,
    Query(page): Query<PageQuery>,
) -> ApiResult<Page<Notification>> {
    who.answer(services.notifications(&who.0, &page).await)
}

/// Mark one as read
#[utoipa::path(post, path = "/notifications/{id}/read", tag = "notifications", params(("id" = NotificationId, Path)),
    responses((status = 204), (status = 401, body = ProblemBody)))]
async fn read(
    State(services): State<Services>,
    who: Who,
    Path(id): Path<NotificationId>,
) -> Result<StatusCode, ApiError> {
    done(&who, services.mark_read(&who.0, id).await)
}

/// Mark all as read
#[utoipa::path(post, path = "/notifications/read-all", tag = "notifications",
    responses((status = 204), (status = 401, body = ProblemBody)))]
async fn read_all(State(services): State<Services>, who: Who) -> Result<StatusCode, ApiError> {
    done(&who, services.mark_all_read(&who.0).await)
}
