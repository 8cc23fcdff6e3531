//! `twin serve --read-only`: the query API out of the copy in Redis, without a plant.

use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use projections::copy_reader::{self, CopyAge, CopyReader};
use serde::Serialize;
use serde_json::json;
use twin_model::PlantId;
use utoipa::ToSchema;

use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::no_route::is_known;
use crate::probes;
use crate::problem::problem;
use crate::reader_description::{self, describes};
use crate::say::say;
use crate::server::{Http, asked_to_stop};

/// Serves until asked to stop.
///
/// # Errors
/// [`Kind::Config`] without a usable section `[redis]`, [`Kind::Conflict`] when the address is
/// taken.
pub(crate) async fn run(config: &Config, as_json: bool) -> Result<(), Failure> {
    let Some(redis) = &config.redis else {
        let text = "--read-only answers from the copy in Redis: configure [redis], as for the twin \
                    that writes it";
        return Err(Failure::new(Kind::Config, text));
    };
    let plants: Vec<PlantId> = config.plants.iter().map(|plant| plant.id.clone()).collect();
    let target = redis.target()?;
    let reader = CopyReader::start(&target, plants.iter().cloned(), redis.twin_url()?);
    let reader = Data::new(reader);
    let http = Http::bind_routes(config.listen, move |routes| {
        routes.app_data(Data::clone(&reader)).configure(configure);
    })?;
    let url = format!("http://{}", http.address);
    if as_json {
        say!(
            "{}",
            json!({"url": url, "plants": plants, "read_only": true})
        );
    } else {
        let plants: Vec<&str> = plants.iter().map(PlantId::as_str).collect();
        let (plants, place) = (plants.join(", "), target.place());
        say!("{url} answers for {plants} from the copy in Redis at {place}");
    }
    let handle = http.handle();
    let server = actix_web::rt::spawn(http.serve());
    asked_to_stop().await;
    handle.stop(true).await;
    drop(server.await);
    Ok(())
}

fn configure(config: &mut ServiceConfig) {
    config
        .configure(copy_reader::configure)
        .configure(reader_description::configure)
        .service(probes::live)
        .service(ready)
        .default_service(web::to(not_here));
}

/// Whether questions are answered, and how old the answers are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReaderReady {
    /// Every copy can be read. One that is old is read all the same, and told as stale.
    ready: bool,
    /// Everything that stands against it; absent when ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// How old the copies are that can be read.
    copies: Vec<ReadyCopy>,
}

/// How old the copy of one plant is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadyCopy {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    #[serde(flatten)]
    age: CopyAge,
}

#[get("/ready")]
async fn ready(reader: Data<CopyReader>) -> HttpResponse {
    let (mut reasons, mut copies) = (Vec::new(), Vec::new());
    for (plant, age) in reader.ages().await {
        match age {
            Ok(age) => copies.push(ReadyCopy { plant, age }),
            Err(why) => reasons.push(format!("plant {plant}: {why}")),
        }
    }
    let ready = reasons.is_empty();
    let answer = ReaderReady {
        ready,
        reasons,
        copies,
    };
    match ready {
        true => HttpResponse::Ok().json(answer),
        false => HttpResponse::ServiceUnavailable().json(answer),
    }
}

/// What is asked in a way, or for something, that only the twin answers; or that nobody does.
async fn not_here(reader: Data<CopyReader>, request: HttpRequest) -> HttpResponse {
    let (method, path) = (request.method(), request.path());
    let way_out = format!("Ask {}.", reader.at_the_twin());
    if *method != Method::GET && *method != Method::HEAD {
        let mut refusal = problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "This process only reads",
            &format!("It answers from a copy and takes no {method}: nothing was done."),
            &way_out,
        );
        let allow = if describes(path) { "GET, HEAD" } else { "" };
        let headers = refusal.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static(allow));
        return refusal;
    }
    if is_known(path) {
        return problem(
            StatusCode::NOT_FOUND,
            "The copy does not answer that",
            &format!("{path} is answered by the twin only."),
            &way_out,
        );
    }
    problem(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        &format!("{path} is no route of a twin."),
        "Look up the routes at /openapi.json.",
    )
}
