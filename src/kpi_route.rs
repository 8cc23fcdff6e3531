//! `GET /api/v1/kpis`: how far the twin's own forecasts can be trusted.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use projections::Problem;
use serde::{Deserialize, Serialize};
use simulators::what_if::Scores;
use twin_model::{PlantId, Time};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::forecast_log::ForecastLog;
use crate::forecasts::Forecasts;
use crate::opened::Health;
use crate::problem::problem;
use crate::served_plant::{asked_plant, no_answer};

/// Which plant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct KpiQuery {
    /// Which plant; the only one when left out.
    #[param(value_type = Option<String>)]
    plant: Option<PlantId>,
}

/// Key figures of a plant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KpiView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// How good the forecasts of `POST /api/v1/what-if` without changes were; `null` when none
    /// can be kept.
    forecasts: Option<ForecastKpi>,
}

/// How good forecasts were. Each order in each forecast counts once.
#[derive(Debug, Serialize, ToSchema)]
struct ForecastKpi {
    /// Forecasts with orders that have not ended.
    waiting_forecasts: usize,
    /// Orders in them.
    waiting: usize,
    /// Of those, how many are past p90 already: they will end outside of it. Without them the
    /// scores look better than they are.
    waiting_past_p90: usize,
    /// Scored: their order was finished.
    scored: u64,
    /// Cancelled, given up, or completed before all operations ended: not scored.
    ended_otherwise: u64,
    /// The plant does not know the order any more: not scored.
    unknown: u64,
    /// Dropped for newer forecasts: not scored.
    dropped: u64,
    /// Coverage of p10 to p90, pinball losses of p10, p50 and p90 in minutes, Brier score of the
    /// probability of being late.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    scores: Scores,
}

#[derive(OpenApi)]
#[openapi(paths(get_kpis), components(schemas(KpiView, ForecastKpi)))]
struct Description;

/// The OpenAPI description of the route.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the route. It answers from `web::Data<Health>` and `web::Data<Forecasts>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(get_kpis);
}

/// How far the twin's own forecasts can be trusted: they are kept, and scored when their orders
/// are finished.
#[utoipa::path(
    get,
    path = "/api/v1/kpis",
    params(KpiQuery),
    tag = "plants",
    responses(
        (status = 200, body = KpiView, description = "The figures"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "The query cannot be read"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "The plant is not here, or several are and none is named"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The twin is stopping"),
    )
)]
#[get("/api/v1/kpis")]
async fn get_kpis(
    query: Result<Query<KpiQuery>, actix_web::Error>,
    health: Data<Health>,
    forecasts: Data<Forecasts>,
) -> HttpResponse {
    let query = match query {
        Ok(query) => query.into_inner(),
        Err(error) => return bad_query(&error.to_string()),
    };
    let handle = match asked_plant(&health, query.plant.as_ref()) {
        Ok(handle) => handle,
        Err(refused) => return refused,
    };
    let plant = handle.plant().clone();
    let id = plant.clone();
    // A forecast that is being synced holds the log for a moment.
    let figures = web::block(move || forecasts.look(&id, ForecastKpi::of));
    match figures.await {
        Ok(forecasts) => HttpResponse::Ok().json(KpiView { plant, forecasts }),
        Err(_) => no_answer(plant.as_str()),
    }
}

impl ForecastKpi {
    fn of(log: &ForecastLog, now: Time) -> ForecastKpi {
        let (waiting_forecasts, waiting) = log.waiting();
        let fates = log.fates();
        ForecastKpi {
            waiting_forecasts,
            waiting,
            waiting_past_p90: log.past_p90(now.as_micros()),
            scored: fates.scored,
            ended_otherwise: fates.otherwise,
            unknown: fates.unknown,
            dropped: fates.dropped,
            scores: fates.calibration.scores(),
        }
    }
}

fn bad_query(detail: &str) -> HttpResponse {
    problem(
        StatusCode::BAD_REQUEST,
        "The query cannot be read",
        detail,
        "Ask like /api/v1/kpis?plant=P1.",
    )
}
