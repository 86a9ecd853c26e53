//! Access rules.

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{
    Explanation, NewRule, Page, Question, RuleId, RuleSort, RuleVersion, RuleView, ServerId, Sort, TargetKind, UserId,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{ApiError, ProblemBody};
use super::extract::{ApiResult, Body, Path, Query, Who, created, done};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(explain))
        .routes(routes!(draft))
        .routes(routes!(get, update, delete))
        .routes(routes!(cedar))
        .routes(routes!(versions))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only rules that apply to this server.
    server: Option<ServerId>,
    /// The order (`who`, `-changed`, …); newest first when absent.
    #[param(value_type = Option<String>)]
    sort: Option<Sort<RuleSort>>,
}

/// Rules
#[utoipa::path(get, path = "/rules", tag = "rules", params(Filter),
    responses((status = 200, body = Page<RuleView>), (status = 403, body = ProblemBody)))]
async fn list(State(services): State<Services>, who: Who, Query(filter): Query<Filter>) -> ApiResult<Page<RuleView>> {
    who.answer(services.rules(&who.0, filter.server, filter.sort).await.map(Page::whole))
}

/// What confirms that somebody has seen whom a change affects.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Confirmed {
    /// The `mark` of `POST /rules/preview` for this very change; needed when more than five people gain or lose something.
    seen: Option<String>,
}

/// What a change of a rule goes by.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Changing {
    /// The `mark` of `POST /rules/preview` for this very change; needed when more than five people gain or lose something.
    seen: Option<String>,
    /// The `updated_at` of the rule as it was read. When somebody has changed it since, the answer is 409 with the code
    /// `rule_changed`, and nothing is written over.
    read: Option<DateTime<Utc>>,
}

/// Make a rule
///
/// A rule that affects many people is made only with `seen`; otherwise the answer is 409 with the code `rule.seen`.
#[utoipa::path(post, path = "/rules", tag = "rules", params(Confirmed), request_body = NewRule,
    responses((status = 201, body = RuleView), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    State(services): State<Services>,
    Who(caller): Who,
    Query(confirmed): Query<Confirmed>,
    Body(new): Body<NewRule>,
) -> Result<(StatusCode, axum::Json<RuleView>), ApiError> {
    let who = Who(caller.having_seen(confirmed.seen));
    created(&who, services.create_rule(&who.0, new).await)
}

/// One rule
#[utoipa::path(get, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path)),
    responses((status = 200, body = RuleView), (status = 404, body = ProblemBody)))]
async fn get(State(services): State<Services>, who: Who, Path(id): Path<RuleId>) -> ApiResult<RuleView> {
    who.answer(services.rule(&who.0, id).await)
}

/// Change a rule
///
/// What affects many people is changed only with `seen`; otherwise the answer is 409 with the code `rule.seen`.
#[utoipa::path(put, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path), Changing), request_body = NewRule,
    responses((status = 200, body = RuleView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn update(
    State(services): State<Services>,
    Who(caller): Who,
    Path(id): Path<RuleId>,
    Query(changing): Query<Changing>,
    Body(new): Body<NewRule>,
) -> ApiResult<RuleView> {
    let who = Who(caller.having_seen(changing.seen));
    who.answer(services.update_rule_read_at(&who.0, id, new, changing.read).await)
}

/// Delete a rule
///
/// What affects many people is deleted only with `seen`; otherwise the answer is 409 with the code `rule.seen`.
#[utoipa::path(delete, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path), Confirmed),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
async fn delete(
    State(services): State<Services>,
    Who(caller): Who,
    Path(id): Path<RuleId>,
    Query(confirmed): Query<Confirmed>,
) -> Result<StatusCode, ApiError> {
    let who = Who(caller.having_seen(confirmed.seen));
    done(&who, services.delete_rule(&who.0, id).await)
}

/// A rule as Cedar.
#[derive(Serialize, utoipa::ToSchema)]
struct Cedar {
    /// The policy that the rule is compiled to.
    cedar: String,
}

/// The Cedar policy of a rule
#[utoipa::path(get, path = "/rules/{id}/cedar", tag = "rules", params(("id" = RuleId, Path)),
    responses((status = 200, body = Cedar), (status = 404, body = ProblemBody)))]
async fn cedar(State(services): State<Services>, who: Who, Path(id): Path<RuleId>) -> ApiResult<Cedar> {
    who.answer(services.rule_cedar(&who.0, id).await.map(|cedar| Cedar { cedar }))
}

/// What a rule would be.
#[derive(Serialize, utoipa::ToSchema)]
struct Draft {
    /// The policy that it would be compiled to.
    cedar: String,
    /// What of it is allowed, and probably is not meant.
    warnings: Vec<String>,
}

/// The Cedar policy of a rule that is not made
///
/// Checks a rule as if it were made. Nothing is changed.
#[utoipa::path(post, path = "/rules/cedar", tag = "rules", request_body = NewRule,
    responses((status = 200, body = Draft), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn draft(State(services): State<Services>, who: Who, Body(new): Body<NewRule>) -> ApiResult<Draft> {
    let draft = async {
        let warnings = services.rule_warnings(&who.0, &new).await?;
        Ok::<_, service::Error>(Draft { cedar: services.draft_cedar(&who.0, new).await?, warnings })
    };
    who.answer(draft.await)
}

/// The states that a rule had
///
/// Newest first; also of a rule that is deleted.
#[utoipa::path(get, path = "/rules/{id}/versions", tag = "rules", params(("id" = RuleId, Path)),
    responses((status = 200, body = Page<RuleVersion>), (status = 404, body = ProblemBody)))]
async fn versions(State(services): State<Services>, who: Who, Path(id): Path<RuleId>) -> ApiResult<Page<RuleVersion>> {
    who.answer(services.rule_versions(&who.0, id).await.map(Page::whole))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Who would call.
    person: UserId,
    /// Which server.
    server: ServerId,
    /// What of it; a tool when absent.
    #[serde(default)]
    #[param(value_type = Option<TargetKind>)]
    kind: TargetKind,
    /// Name or URI; none for the server itself.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    name: String,
    /// When; now when absent. In the past the rules of then decide; people, groups and servers are those of today.
    at: Option<DateTime<Utc>>,
    /// The arguments of the call, a JSON object; none when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    arguments: String,
    /// Address of the AI client; not known when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    ip: String,
    /// What the AI client calls itself; not known when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    client: String,
    /// Version of the AI client; not known when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    client_version: String,
}

/// Why a call would be decided as it is
///
/// Asks the function that decides calls about one that nobody makes, and says which rules decided and what would have to
/// change. Nothing is recorded.
#[utoipa::path(get, path = "/rules/explain", tag = "rules", params(Asked),
    responses((status = 200, body = Explanation), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn explain(State(services): State<Services>, who: Who, Query(asked): Query<Asked>) -> ApiResult<Explanation> {
    let Asked { person, server, kind, name, at, arguments, ip, client, client_version } = asked;
    let question = Question { person, server, kind, name, at, arguments, ip, client, client_version };
    who.answer(services.explain(&who.0, question).await)
}
