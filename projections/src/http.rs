//! The query routes under `/api/v1`, and `/metrics`.

mod exception_groups;
mod exceptions;
mod holds;
mod lots;
mod parked;
mod plants;
mod processes;
mod shipments;
mod work_centers;
mod work_orders;

use actix_web::web::ServiceConfig;
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::{IntoParams, Modify, OpenApi};

/// Adds the routes. They answer from `web::Data<`[`Projections`](crate::Projections)`>`, which
/// the application must have.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(plants::list_plants)
        .service(plants::get_plant)
        .service(work_orders::list_work_orders)
        .service(work_orders::get_work_order)
        .service(lots::list_lots)
        .service(lots::get_lot)
        .service(work_centers::list_work_centers)
        .service(work_centers::get_work_center)
        .service(holds::list_holds)
        .service(holds::get_hold)
        .service(shipments::list_shipments)
        .service(shipments::get_shipment)
        .service(processes::list_processes)
        .service(processes::get_process)
        .service(exceptions::list_exceptions)
        .service(exceptions::get_exception)
        .service(exception_groups::list_exception_groups)
        .service(parked::list_parked)
        .service(crate::stream::get_stream)
        .service(crate::metrics::get_metrics);
}

/// Parameters of a single item.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ItemQuery {
    /// Answer only once this commit is in the picture (within 5 s, else 503).
    wait_for: Option<u64>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "plant-twin: queries",
        description = "Where things are now, why they wait, and what changes."
    ),
    paths(
        plants::list_plants,
        plants::get_plant,
        work_orders::list_work_orders,
        work_orders::get_work_order,
        lots::list_lots,
        lots::get_lot,
        work_centers::list_work_centers,
        work_centers::get_work_center,
        holds::list_holds,
        holds::get_hold,
        shipments::list_shipments,
        shipments::get_shipment,
        processes::list_processes,
        processes::get_process,
        exceptions::list_exceptions,
        exceptions::get_exception,
        exception_groups::list_exception_groups,
        parked::list_parked,
        crate::stream::get_stream,
        crate::metrics::get_metrics,
    ),
    components(schemas(
        crate::change_event::StateChanged,
        crate::change_event::NoticeView,
        crate::stream::CountsChanged,
        crate::stream::GapView,
    )),
    modifiers(&StatusWords)
)]
struct Description;

/// Gives each answer that has no words of its own those of its status: they mean the same on every
/// route.
struct StatusWords;

impl Modify for StatusWords {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let routes = description.paths.paths.values_mut();
        let operations = routes.filter_map(|route| route.get.as_mut());
        for (status, answer) in operations.flat_map(|route| &mut route.responses.responses) {
            if let RefOr::T(answer) = answer
                && answer.description.is_empty()
            {
                answer.description = match status.as_str() {
                    "200" => "As asked",
                    "400" => "The query cannot be understood",
                    "404" => "No such plant here, or no such item in it",
                    "503" => "The picture is not ready, or does not take one more; see Retry-After",
                    _ => "See the title of the answer",
                }
                .to_owned();
            }
        }
    }
}

/// The OpenAPI description of these routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}
