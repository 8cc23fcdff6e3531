//! `/api/v1/plants/{plant}/state`: the state hash and what belongs to it, to compare two twins.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use projections::Problem;
use serde::Serialize;
use twin_model::{Code, Plant, PlantId};
use utoipa::{OpenApi, ToSchema};

use crate::opened::Health;
use crate::problem::problem;
use crate::served_plant::{no_answer, served_plant};

/// The business state of a plant in one number, with what became of its input.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StateView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit that the numbers belong to.
    seq: u64,
    /// BLAKE3 of the business state: equal for the same facts, in whatever order they came.
    state_hash: String,
    /// The newest record of the audit trail, as `commit:hash`.
    ledger_head: String,
    /// Broken soft rules that are open now, by rule.
    #[schema(value_type = BTreeMap<String, u64>)]
    open_discrepancies: BTreeMap<Code, u64>,
    /// Rules of the model that the state breaks, by their number: each is a fault of the twin.
    broken_invariants: BTreeMap<&'static str, u64>,
}

#[derive(OpenApi)]
#[openapi(paths(get_state), components(schemas(StateView)))]
struct Description;

/// The OpenAPI description of the route.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the route. It answers from `web::Data<Health>`.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(get_state);
}

/// The state hash of a plant. Costs a pass over all entities.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/state",
    params(("plant" = String, Path, description = "Which plant")),
    tag = "plants",
    responses(
        (status = 200, body = StateView, description = "The state after the commit `seq`"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "The plant is not here"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "The plant does not answer now"),
    )
)]
#[get("/api/v1/plants/{plant}/state")]
async fn get_state(
    plant: Path<String>,
    request: HttpRequest,
    health: Data<Health>,
) -> HttpResponse {
    if !request.query_string().is_empty() {
        return problem(
            StatusCode::BAD_REQUEST,
            "The query cannot be understood",
            "This route takes no parameters: it is of now.",
            "Leave the parameters out; `twin verify` tells the state hash of a journal.",
        );
    }
    let handle = match served_plant(&health, &plant) {
        Ok(handle) => handle,
        Err(refused) => return refused,
    };
    let Ok(snapshot) = handle.fork().take().await else {
        return no_answer(&plant);
    };
    let ledger_head = handle.ledger().head().to_string();
    let view = web::block(move || StateView {
        plant: snapshot.plant.id().clone(),
        seq: snapshot.commit_no,
        state_hash: snapshot.plant.state_hash().to_string(),
        ledger_head,
        open_discrepancies: snapshot.plant.open_discrepancies(),
        broken_invariants: broken(&snapshot.plant),
    });
    match view.await {
        Ok(view) => HttpResponse::Ok().json(view),
        Err(_) => no_answer(&plant),
    }
}

fn broken(plant: &Plant) -> BTreeMap<&'static str, u64> {
    let mut broken = BTreeMap::new();
    for breach in plant.breaches() {
        *broken.entry(breach.invariant.id()).or_default() += 1;
    }
    broken
}
