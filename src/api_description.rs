//! `/openapi.json`: the description of every route, put together from those of the crates.

use std::sync::LazyLock;

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use utoipa::openapi::external_docs::ExternalDocsBuilder;
use utoipa::openapi::{HttpMethod, OpenApi};

use crate::{
    check_route, contract_routes, exception_routes, kpi_route, probes, state_route, what_if_route,
};

/// Made once: the routes do not change while the process runs.
static DESCRIPTION: LazyLock<OpenApi> = LazyLock::new(compose);

/// Adds the route.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(openapi);
}

#[get("/openapi.json")]
async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(&*DESCRIPTION)
}

/// The description of the twin's routes, as JSON.
pub(crate) fn as_json() -> serde_json::Value {
    match serde_json::to_value(&*DESCRIPTION) {
        Ok(json) => json,
        Err(error) => unreachable!("a description is plain data: {error}"),
    }
}

/// Every described route with its methods.
pub(crate) fn described() -> impl Iterator<Item = (&'static str, HttpMethod)> {
    DESCRIPTION.paths.paths.iter().flat_map(|(path, item)| {
        let known = [
            (HttpMethod::Get, item.get.is_some()),
            (HttpMethod::Post, item.post.is_some()),
        ];
        let known = known.into_iter().filter(|(_, known)| *known);
        known.map(move |(method, _)| (path.as_str(), method))
    })
}

fn compose() -> OpenApi {
    let mut description = projections::http::openapi();
    description.merge(ingest::http::openapi());
    description.merge(state_route::openapi());
    description.merge(exception_routes::openapi());
    description.merge(check_route::openapi());
    description.merge(what_if_route::openapi());
    description.merge(kpi_route::openapi());
    description.merge(probes::openapi());
    description.merge(contract_routes::openapi());
    description.external_docs = Some(
        ExternalDocsBuilder::new()
            .url("/asyncapi.json")
            .description(Some("What goes over the broker and the stream"))
            .build(),
    );
    description.info.title = "plant-twin".to_owned();
    description.info.description = Some("A live picture of a plant.".to_owned());
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    description
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn refs<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| refs(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_response_says_what_it_means() {
        let api = as_json();
        let mut seen = 0;
        for (path, item) in api["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let said = response["description"].as_str().unwrap_or_default();
                    assert!(!said.is_empty(), "{method} {path} {status}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 50, "{seen} responses");
        assert!(api["openapi"].as_str().unwrap().starts_with("3.1."));
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let api = as_json();
        let mut found = BTreeSet::new();
        refs(&api, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for name in found {
            let at = name.strip_prefix('#').unwrap();
            assert!(api.pointer(at).is_some(), "{name}");
        }
    }

    #[test]
    fn both_kinds_of_problems_keep_their_fields() {
        let schemas = &as_json()["components"]["schemas"];
        assert!(schemas["EventProblem"]["properties"]["exception"].is_object());
        assert!(schemas["Problem"]["properties"]["what_to_do"].is_object());
        assert!(schemas["Problem"]["properties"]["exception"].is_null());
    }

    #[test]
    fn the_probes_are_described() {
        let known: BTreeSet<&str> = described().map(|(path, _)| path).collect();
        for path in ["/live", "/ready", "/metrics", "/api/v1/events"] {
            assert!(known.contains(path), "{path}");
        }
    }
}
