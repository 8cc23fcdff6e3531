//! Key figures, and where their targets are missed.

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use twin_model::Time;
use utoipa::{IntoParams, ToSchema};

use crate::answer::no_picture;
use crate::kpi::{BreachView, FigureView, HOURS_MAX, Keeper, figures};
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse;
use crate::standing::Standing;

/// Hours of the window when the query does not say.
const WINDOW_H: i64 = 24;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct KpiQuery {
    /// Hours of the plant's time up to now, the present one counted too: 1 to 744; 24 when absent.
    window_h: Option<i64>,
}

/// The key figures of a plant.
#[derive(Debug, Serialize, ToSchema)]
struct KpisAnswer {
    /// How current the picture is.
    #[serde(flatten)]
    standing: Standing,
    /// Hours of the plant's time that are looked at.
    window_h: i64,
    /// What was before is not counted; `null` when nothing is.
    #[schema(value_type = Option<String>, format = DateTime)]
    counted_since: Option<Time>,
    /// The last commit that is counted.
    counted_seq: u64,
    /// Figures that have samples, by figure and by what they are of.
    items: Vec<FigureView>,
}

/// The key figures of a plant, each with its inputs and its unit.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/kpis",
    tag = "key figures",
    params(("plant" = String, Path, description = "Plant"), KpiQuery),
    responses(
        (status = 200, body = KpisAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/kpis")]
pub(crate) async fn get_kpis(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: KpiQuery = parse(request.query_string())?;
    let window_h = query.window_h.unwrap_or(WINDOW_H);
    if !(1..=HOURS_MAX).contains(&window_h) {
        return Err(Problem::bad_query(format!(
            "window_h: '{window_h}' is not within 1 to {HOURS_MAX}, the hours that are kept"
        )));
    }
    let (keeper, standing, now) = kept(&projections, &plant)?;
    let answer = keeper.read(|kept| KpisAnswer {
        standing,
        window_h,
        counted_since: kept.since,
        counted_seq: kept.cursor().commit_no,
        items: figures(kept, window_h, now),
    });
    Ok(HttpResponse::Ok().json(answer))
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BreachState {
    Open,
    Over,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BreachQuery {
    /// Only those that last, or only those that are over.
    #[param(inline)]
    state: Option<BreachState>,
}

/// Where targets are or were missed.
#[derive(Debug, Serialize, ToSchema)]
struct BreachesAnswer {
    /// How current the picture is.
    #[serde(flatten)]
    standing: Standing,
    /// The newest first; at most 1,000 are kept.
    items: Vec<BreachView>,
}

/// Where targets of key figures are or were missed, since when, and whose it is.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/breaches",
    tag = "key figures",
    params(("plant" = String, Path, description = "Plant"), BreachQuery),
    responses(
        (status = 200, body = BreachesAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/breaches")]
pub(crate) async fn list_breaches(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query: BreachQuery = parse(request.query_string())?;
    let (keeper, standing, _) = kept(&projections, &plant)?;
    let items = keeper.read(|kept| {
        let wanted = kept
            .breaches
            .iter()
            .rev()
            .filter(|breach| match query.state {
                None => true,
                Some(BreachState::Open) => breach.until.is_none(),
                Some(BreachState::Over) => breach.until.is_some(),
            });
        wanted.cloned().collect()
    });
    Ok(HttpResponse::Ok().json(BreachesAnswer { standing, items }))
}

/// The figures of a plant, how current its picture is, and its now.
fn kept(projections: &Projections, plant: &str) -> Result<(Arc<Keeper>, Standing, Time), Problem> {
    let picture = projections.picture(plant)?;
    let keeper = picture.kpis().ok_or_else(|| Problem::no_kpis(plant))?;
    let stands = picture.read(|published| (published.model.standing(), published.model.now()));
    let (standing, now) = stands.ok_or_else(|| no_picture(plant))?;
    Ok((keeper, standing, now))
}
