//! Rules before they are saved.

use axum::extract::State;
use domain::{Preview, RuleDraft, Simulation};
use serde::Deserialize;
use service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ProblemBody;
use super::extract::{ApiResult, Body, Who};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(simulate))
}

/// What a rule would change
///
/// Who would gain or lose which tools if the rule were made, changed (`id` and `rule`) or deleted (`id` alone). Nothing is
/// changed. Conditions count for the caller: it is what could be used at all.
#[utoipa::path(post, path = "/rules/preview", tag = "rules", request_body = RuleDraft,
    responses((status = 200, body = Preview), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn preview(State(services): State<Services>, who: Who, Body(draft): Body<RuleDraft>) -> ApiResult<Preview> {
    who.answer(services.preview_rule(&who.0, &draft).await)
}

/// Drafts, and how far back to look.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Replay {
    /// One or more changes of rules.
    drafts: Vec<RuleDraft>,
    /// Days of recorded calls, 1 to 90.
    #[serde(default = "month")]
    days: u32,
}

const fn month() -> u32 {
    30
}

/// Recorded calls under other rules
///
/// Decides the calls of the last days by today's rules with the drafts, and tells which would be decided otherwise.
/// Nothing is changed.
#[utoipa::path(post, path = "/rules/simulate", tag = "rules", request_body = Replay,
    responses((status = 200, body = Simulation), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn simulate(State(services): State<Services>, who: Who, Body(replay): Body<Replay>) -> ApiResult<Simulation> {
    who.answer(services.simulate(&who.0, &replay.drafts, replay.days).await)
}
