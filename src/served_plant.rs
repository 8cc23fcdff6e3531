//! The plant that a request is about, and what is said when there is none or it does not answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actors::PlantHandle;
use twin_model::PlantId;

use crate::opened::Health;
use crate::problem::problem;

/// The plant of a name.
///
/// # Errors
/// 404 when it is not served here.
pub(crate) fn served_plant<'h>(
    health: &'h Health,
    plant: &str,
) -> Result<&'h PlantHandle, HttpResponse> {
    let mut plants = health.plants.iter();
    let found = plants.find(|known| known.plant().as_str() == plant);
    found.ok_or_else(|| {
        problem(
            StatusCode::NOT_FOUND,
            "No such plant",
            &format!("Plant {plant} is not served here."),
            "Take one of the plants that /api/v1/plants lists.",
        )
    })
}

/// The plant that a question names; the only one when it names none.
///
/// # Errors
/// 404 when it is not served here, or when there are several and none is named.
pub(crate) fn asked_plant<'h>(
    health: &'h Health,
    wanted: Option<&PlantId>,
) -> Result<&'h PlantHandle, HttpResponse> {
    let found = health.plants.iter().find(|known| match wanted {
        Some(wanted) => known.plant() == wanted,
        None => health.plants.len() == 1,
    });
    found.ok_or_else(|| {
        problem(
            StatusCode::NOT_FOUND,
            "No such plant",
            "The question names no plant that is served here.",
            "Give `plant`, one of those that /api/v1/plants lists.",
        )
    })
}

/// 503 of a plant that gives no copy of its state.
pub(crate) fn no_answer(plant: &str) -> HttpResponse {
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "The plant does not answer",
        &format!("Plant {plant} is stopping, or its shard is being rebuilt."),
        "Ask again in a moment; /ready tells when.",
    )
}
