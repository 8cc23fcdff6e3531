//! The query routes under `/api/v1`, and `/metrics`.

mod collection;
mod collection_description;
mod collections;
pub(crate) mod consumers;
mod discrepancies;
mod exception_groups;
mod exceptions;
mod export;
mod genealogy;
mod kpis;
mod movements;
mod parked;
mod plants;
mod why;

use std::sync::LazyLock;

use actix_web::web::ServiceConfig;
use serde_json::{Value, json};
use twin_model::EntityKind;
use utoipa::openapi::RefOr;
use utoipa::{Modify, OpenApi};

pub(crate) use self::collection::Collection;
use self::collection_description::Collections;
use crate::answer::{ItemAnswer, ListAnswer};
use crate::fields::Shape;
use crate::view::{
    HoldView, InspectionView, LogisticUnitView, LotView, MaterialView, NonconformanceView,
    ProcessView, RoutingView, ShipmentView, WorkCenterView, WorkOrderView,
};

/// Adds the routes. They answer from `web::Data<`[`Projections`](crate::Projections)`>`, which
/// the application must have.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(plants::list_plants)
        .service(plants::get_plant)
        .service(exceptions::list_exceptions)
        .service(exceptions::get_exception)
        .service(exception_groups::list_exception_groups)
        .service(parked::list_parked)
        .service(discrepancies::list_discrepancies)
        .service(kpis::get_kpis)
        .service(kpis::list_breaches)
        .service(genealogy::get_genealogy)
        .service(movements::list_movements)
        .service(why::get_why)
        .service(consumers::list_consumers)
        .service(consumers::confirm)
        .service(consumers::forget)
        .service(export::list_exports)
        .service(export::get_export)
        .service(crate::stream::get_stream)
        .service(crate::web_socket::get_web_socket)
        .service(crate::metrics::get_metrics);
    for collection in &collections::ALL {
        collection.configure(config);
    }
}

/// The collections that have routes.
pub(crate) fn collections() -> &'static [Collection] {
    &collections::ALL
}

/// The kinds of entities that have a list.
pub(crate) fn kinds() -> impl Iterator<Item = EntityKind> {
    collections().iter().map(|collection| collection.kind)
}

/// The last step in the paths of the items of a kind; `None` when it has no list.
pub(crate) fn path_of(kind: EntityKind) -> Option<&'static str> {
    let mut all = collections::ALL.iter();
    all.find(|it| it.kind == kind).map(|it| it.path)
}

/// The words for states that the lists of these kinds, or of all, can be narrowed by.
pub(crate) fn state_words(kinds: &[EntityKind]) -> Vec<&'static str> {
    let asked = collections::ALL.iter();
    let asked = asked.filter(|list| kinds.is_empty() || kinds.contains(&list.kind));
    let words = asked.flat_map(|list| list.state_words());
    let mut known = Vec::new();
    for word in words {
        if !known.contains(word) {
            known.push(*word);
        }
    }
    known
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
        exceptions::list_exceptions,
        exceptions::get_exception,
        exception_groups::list_exception_groups,
        parked::list_parked,
        discrepancies::list_discrepancies,
        kpis::get_kpis,
        kpis::list_breaches,
        genealogy::get_genealogy,
        movements::list_movements,
        why::get_why,
        consumers::list_consumers,
        consumers::confirm,
        consumers::forget,
        export::list_exports,
        export::get_export,
        crate::stream::get_stream,
        crate::web_socket::get_web_socket,
        crate::metrics::get_metrics,
    ),
    components(schemas(
        ListAnswer<WorkOrderView>,
        ItemAnswer<WorkOrderView>,
        ListAnswer<LotView>,
        ItemAnswer<LotView>,
        ListAnswer<WorkCenterView>,
        ItemAnswer<WorkCenterView>,
        ListAnswer<HoldView>,
        ItemAnswer<HoldView>,
        ListAnswer<ShipmentView>,
        ItemAnswer<ShipmentView>,
        ListAnswer<ProcessView>,
        ItemAnswer<ProcessView>,
        ListAnswer<InspectionView>,
        ItemAnswer<InspectionView>,
        ListAnswer<NonconformanceView>,
        ItemAnswer<NonconformanceView>,
        ListAnswer<MaterialView>,
        ItemAnswer<MaterialView>,
        ListAnswer<RoutingView>,
        ItemAnswer<RoutingView>,
        ListAnswer<LogisticUnitView>,
        ItemAnswer<LogisticUnitView>,
        crate::change_event::StateChanged,
        crate::change_event::StatePatched,
        crate::change_event::NoticeView,
        crate::snapshot_walk::SnapshotView,
        crate::snapshot_walk::SnapshotEndView,
        crate::stream::CountsChanged,
        crate::stream::GapView,
    )),
    modifiers(&Collections, &StatusWords)
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
                    "410" => "That part of the past is not kept",
                    "404" => "No such plant here, or no such item in it",
                    "503" => "The picture is not ready, or does not take one more; see Retry-After",
                    _ => "See the title of the answer",
                }
                .to_owned();
            }
        }
    }
}

/// The fields of the items that a schema of this name describes.
fn shape_of(view: &str) -> Shape {
    static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| json!(Description::openapi()));
    let schema = &DESCRIPTION["components"]["schemas"][view];
    Shape::of(schema, &DESCRIPTION)
}

/// The OpenAPI description of these routes.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}
