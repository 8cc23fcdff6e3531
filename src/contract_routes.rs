//! `/api/v1/schemas` and `/asyncapi.json`: the contracts of all messages, for programs.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use projections::Problem;
use serde::Serialize;
use serde_json::Value;
use twin_model::wire::{self, Contract};
use twin_model::{Owners, System};
use utoipa::{OpenApi, ToSchema};

use crate::async_api;
use crate::problem::problem;

/// Made once: the contracts do not change while the process runs.
static CONTRACTS: LazyLock<Vec<Contract>> = LazyLock::new(wire::contracts);
static ASYNC_API: LazyLock<Value> = LazyLock::new(|| async_api::document(&CONTRACTS));

/// The types of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContractList {
    /// Events in the order of the catalogue, then commands.
    pub(crate) items: Vec<ContractView>,
}

/// One type of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContractView {
    /// The CloudEvents type.
    #[serde(rename = "type")]
    #[schema(example = "mfg.hold.placed.v1")]
    pub(crate) type_name: &'static str,
    /// The major version.
    pub(crate) version: u32,
    /// `in` for events to the twin, `out` for its commands.
    pub(crate) direction: &'static str,
    /// The systems whose word counts, where a plant has published nothing else; all of them where
    /// anybody may send it, or where each field is judged for itself.
    #[schema(value_type = Vec<String>)]
    pub(crate) owner: Vec<System>,
    /// How soon an event acts: `rt` within a second, `nrt` within a minute, `b` when nothing else
    /// is left to do. `null` for commands.
    pub(crate) class: Option<&'static str>,
    /// The newer version that is taken as well, where there is one: this one goes when the last
    /// sender has moved.
    pub(crate) replaced_by: Option<&'static str>,
    /// Where its JSON Schema stands.
    pub(crate) schema: String,
}

impl From<&Contract> for ContractView {
    fn from(contract: &Contract) -> ContractView {
        let owners = contract.owners;
        ContractView {
            type_name: contract.type_name,
            version: contract.version(),
            direction: contract.direction.as_str(),
            owner: owners
                .systems()
                .filter(|system| owners != Owners::ANYBODY || *system != System::Twin)
                .collect(),
            class: contract.criticality.map(|class| class.as_str()),
            replaced_by: contract.replaced_by,
            schema: format!("/api/v1/schemas/{}", contract.type_name),
        }
    }
}

/// All of them, as they are listed.
pub(crate) fn list() -> ContractList {
    ContractList {
        items: CONTRACTS.iter().map(ContractView::from).collect(),
    }
}

/// One by its type.
///
/// # Errors
/// Why there is none, with the versions that are known.
pub(crate) fn find(type_name: &str) -> Result<&'static Contract, String> {
    let found = CONTRACTS.iter().find(|known| known.type_name == type_name);
    found.ok_or_else(|| {
        let name = |text: &str| text.rsplit_once(".v").map(|(name, _)| name.to_owned());
        let known: Vec<&str> = CONTRACTS
            .iter()
            .map(|known| known.type_name)
            .filter(|known| {
                name(known) == name(type_name) || name(known).as_deref() == Some(type_name)
            })
            .collect();
        match known.as_slice() {
            [] => format!("No message has the type {type_name}."),
            known => format!(
                "{type_name} is no version of this twin; it knows {}.",
                known.join(", ")
            ),
        }
    })
}

#[derive(OpenApi)]
#[openapi(
    paths(list_schemas, get_schema, get_async_api),
    components(schemas(ContractList, ContractView))
)]
struct Description;

/// The OpenAPI description of the routes.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds the routes.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_schemas)
        .service(get_schema)
        .service(get_async_api);
}

/// Every type of messages with its version, its direction and its owner.
#[utoipa::path(
    get,
    path = "/api/v1/schemas",
    tag = "contracts",
    responses((status = 200, body = ContractList, description = "All types"))
)]
#[get("/api/v1/schemas")]
async fn list_schemas() -> HttpResponse {
    HttpResponse::Ok().json(list())
}

/// The JSON Schema (draft 2020-12) of the `data` of one type.
#[utoipa::path(
    get,
    path = "/api/v1/schemas/{type}",
    tag = "contracts",
    params(("type" = String, Path, description = "The CloudEvents type")),
    responses(
        (status = 200, body = Object, content_type = "application/schema+json",
            description = "The schema"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "There is no such type, or not in this version"),
    )
)]
#[get("/api/v1/schemas/{type}")]
async fn get_schema(type_name: Path<String>) -> HttpResponse {
    match find(&type_name) {
        Ok(contract) => HttpResponse::Ok()
            .content_type("application/schema+json")
            .json(&contract.schema),
        Err(detail) => problem(
            StatusCode::NOT_FOUND,
            "No such type",
            &detail,
            "Take one of the types that /api/v1/schemas lists.",
        ),
    }
}

/// What goes over the broker and the stream, as an AsyncAPI 3.0 document: channels, operations,
/// and messages with their examples.
#[utoipa::path(
    get,
    path = "/asyncapi.json",
    tag = "contracts",
    responses((status = 200, body = Object, description = "The document"))
)]
#[get("/asyncapi.json")]
async fn get_async_api() -> HttpResponse {
    HttpResponse::Ok().json(&*ASYNC_API)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_listed_with_its_owner_and_its_schema() {
        let list = list();
        assert_eq!(list.items.len(), CONTRACTS.len());
        let shown = |name: &str| {
            let item = list.items.iter().find(|item| item.type_name == name);
            serde_json::to_value(item.unwrap()).unwrap()
        };
        assert_eq!(
            shown("mfg.hold.released.v1"),
            serde_json::json!({
                "type": "mfg.hold.released.v1", "version": 1, "direction": "in",
                "owner": ["qms"], "class": "rt", "replaced_by": null,
                "schema": "/api/v1/schemas/mfg.hold.released.v1",
            })
        );
        assert_eq!(
            shown("mfg.gate.decided.v1")["owner"],
            serde_json::json!(["twin"])
        );
        assert_eq!(shown("mfg.gate.decided.v1")["class"], Value::Null);
        let anybody = &shown("mfg.hold.placed.v1")["owner"];
        assert_eq!(
            anybody,
            &serde_json::json!(["erp", "mes", "qms", "wms", "cmms", "edge"])
        );
    }

    #[test]
    fn an_unknown_version_is_told_which_ones_are_known() {
        assert!(find("mfg.hold.placed.v1").is_ok());
        let said = find("mfg.hold.placed.v9").unwrap_err();
        assert_eq!(
            said,
            "mfg.hold.placed.v9 is no version of this twin; it knows mfg.hold.placed.v1."
        );
        assert!(find("mfg.hold.placed").unwrap_err().contains("it knows"));
        assert_eq!(find("x").unwrap_err(), "No message has the type x.");
    }
}
