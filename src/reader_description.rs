//! `/openapi.json` of `twin serve --read-only`: the description of the twin's routes, less what a
//! copy does not answer, with what it says beside.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get};
use projections::copy_reader::{self, CopyAge};
use serde_json::{Value, json};
use utoipa::PartialSchema;

use crate::api_description;
use crate::reader::{ReaderReady, ReadyCopy};

/// Paths beside those that are answered from a copy.
const PROBES: [&str; 2] = ["/live", "/ready"];

/// Made once: the routes do not change while the process runs.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(compose);

static PATHS: LazyLock<Vec<ResourceDef>> = LazyLock::new(|| {
    let paths = DESCRIPTION["paths"].as_object().into_iter().flatten();
    let mut paths: Vec<ResourceDef> = paths
        .map(|(path, _)| ResourceDef::new(path.as_str()))
        .collect();
    paths.push(ResourceDef::new("/openapi.json"));
    paths
});

/// Adds the route.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(openapi);
}

#[get("/openapi.json")]
async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(&*DESCRIPTION)
}

/// Whether a path is among those that are described.
pub(crate) fn describes(path: &str) -> bool {
    PATHS.iter().any(|known| known.is_match(path))
}

fn schema<T: PartialSchema>() -> Value {
    match serde_json::to_value(T::schema()) {
        Ok(schema) => schema,
        Err(error) => unreachable!("a schema is plain data: {error}"),
    }
}

fn compose() -> Value {
    let mut api = api_description::as_json();
    api["info"]["title"] = json!("plant-twin: copy");
    api["info"]["description"] = json!(
        "A live picture of a plant, read from the copy in Redis: how old it is stands in every \
         answer."
    );
    let answered = copy_reader::paths();
    if let Some(paths) = api["paths"].as_object_mut() {
        paths.retain(|path, _| PROBES.contains(&path.as_str()) || answered.contains(path));
        for (path, item) in paths {
            if let Some(parameters) = item["get"]["parameters"].as_array_mut() {
                parameters.retain(|parameter| {
                    let name = parameter["name"].as_str().unwrap_or_default();
                    copy_reader::answers(path, name)
                });
            }
        }
    }
    let schemas = &mut api["components"]["schemas"];
    let age = schema::<CopyAge>();
    let standing = &mut schemas["Standing"];
    for field in ["written_at", "age_ms", "stale", "stale_because"] {
        standing["properties"][field] = age["properties"][field].clone();
    }
    if let (Some(required), Some(more)) = (
        standing["required"].as_array_mut(),
        age["required"].as_array(),
    ) {
        required.extend(more.iter().cloned());
    }
    schemas["Ready"] = schema::<ReaderReady>();
    schemas["ReadyCopy"] = schema::<ReadyCopy>();
    schemas["CopyAge"] = age;
    api
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_that_a_copy_answers_is_described_and_no_other() {
        let paths = DESCRIPTION["paths"].as_object().unwrap();
        for path in copy_reader::paths()
            .iter()
            .map(String::as_str)
            .chain(PROBES)
        {
            assert!(paths.contains_key(path), "{path}");
        }
        assert_eq!(paths.len(), copy_reader::paths().len() + PROBES.len());
        assert!(!paths.contains_key("/api/v1/events"));
        assert!(describes("/api/v1/plants/P1/lots/L-1") && !describes("/api/v1/events"));
    }

    #[test]
    fn an_answer_is_described_with_its_age_and_a_list_without_what_the_copy_does_not_say() {
        let standing = &DESCRIPTION["components"]["schemas"]["Standing"];
        assert!(
            standing["properties"]["written_at"].is_object(),
            "{standing}"
        );
        let required = standing["required"].as_array().unwrap();
        assert!(required.contains(&json!("stale")) && required.contains(&json!("seq")));
        let names = |path: &str| -> Vec<&str> {
            let parameters = &DESCRIPTION["paths"][path]["get"]["parameters"];
            let parameters = parameters.as_array().unwrap().iter();
            parameters
                .map(|known| known["name"].as_str().unwrap())
                .collect()
        };
        let orders = names("/api/v1/plants/{plant}/work-orders");
        assert!(
            orders.contains(&"state") && !orders.contains(&"held"),
            "{orders:?}"
        );
        assert!(names("/api/v1/plants/{plant}/lots").contains(&"held"));
    }
}
