//! Consumers that the twin knows by name, and what they confirm.

use std::sync::Arc;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use actors::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::no_picture;
use crate::consumers::{ConsumerView, NotKept};
use crate::picture::Picture;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse_nothing;
use crate::stream::bad_cursor;

/// What a consumer confirms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// It has everything up to and including this.
    #[schema(example = "1-42-1")]
    cursor: String,
}

/// What a consumer has confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Confirmed {
    /// Its name.
    pub(crate) consumer: String,
    /// Everything up to and including this, which the twin has on its disk.
    pub(crate) cursor: Option<String>,
}

/// Whether a consumer was known.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Forgotten {
    /// Its name.
    consumer: String,
    /// It was known until now.
    was_known: bool,
}

/// The consumers of a plant's change stream that the twin knows by name.
///
/// A consumer is known from its first subscription with `consumer=` on, and forgotten when it has
/// not been heard of for 30 days.
#[utoipa::path(
    get,
    path = "/api/v1/plants/{plant}/consumers",
    tag = "stream",
    params(("plant" = String, Path, description = "Plant")),
    responses(
        (status = 200, body = [ConsumerView]),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/plants/{plant}/consumers")]
pub(crate) async fn list_consumers(
    projections: Data<Projections>,
    plant: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    parse_nothing(request.query_string())?;
    let picture = projections.picture(&plant)?;
    Ok(HttpResponse::Ok().json(picture.consumers().list()))
}

/// A consumer confirms that it has everything up to and including a cursor.
///
/// The answer comes when that is on the disk. A subscription with its name and without a cursor
/// then begins behind it. What was confirmed never goes back.
#[utoipa::path(
    post,
    path = "/api/v1/plants/{plant}/consumers/{consumer}/ack",
    tag = "stream",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("consumer" = String, Path, description = "Name of the consumer"),
    ),
    request_body = Confirmation,
    responses(
        (status = 200, body = Confirmed, description = "It is on the disk"),
        (status = 400, body = Problem, content_type = "application/problem+json",
            description = "No cursor, one that the plant has not reached, or no name"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "No such plant here"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "It cannot be kept now, or there are too many"),
    )
)]
#[post("/api/v1/plants/{plant}/consumers/{consumer}/ack")]
pub(crate) async fn confirm(
    projections: Data<Projections>,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let (plant, name) = path.into_inner();
    let picture = projections.picture(&plant)?;
    let body: Confirmation = serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_query(format!("the body is not {{\"cursor\": \"…\"}}: {error}"))
    })?;
    let confirmed = acknowledged(picture, &name, &body.cursor).await?;
    Ok(HttpResponse::Ok().json(confirmed))
}

/// A consumer is not coming back: it is forgotten.
#[utoipa::path(
    post,
    path = "/api/v1/plants/{plant}/consumers/{consumer}/forget",
    tag = "stream",
    params(
        ("plant" = String, Path, description = "Plant"),
        ("consumer" = String, Path, description = "Name of the consumer"),
    ),
    responses(
        (status = 200, body = Forgotten, description = "It is not known any more"),
        (status = 404, body = Problem, content_type = "application/problem+json",
            description = "No such plant here"),
        (status = 503, body = Problem, content_type = "application/problem+json",
            description = "It cannot be written now"),
    )
)]
#[post("/api/v1/plants/{plant}/consumers/{consumer}/forget")]
pub(crate) async fn forget(
    projections: Data<Projections>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (plant, consumer) = path.into_inner();
    let picture = projections.picture(&plant)?;
    let name = consumer.clone();
    let was_known = on_disk(picture, move |picture| picture.consumers().forget(&name)).await?;
    Ok(HttpResponse::Ok().json(Forgotten {
        consumer,
        was_known,
    }))
}

/// Where a consumer left off, which is known from now on.
pub(crate) async fn left_off(
    picture: &Arc<Picture>,
    name: &str,
) -> Result<Option<Cursor>, Problem> {
    let name = name.to_owned();
    on_disk(picture, move |picture| picture.consumers().comes(&name)).await
}

/// Keeps what a consumer confirms.
pub(crate) async fn acknowledged(
    picture: &Arc<Picture>,
    name: &str,
    cursor: &str,
) -> Result<Confirmed, Problem> {
    let confirmed: Cursor = cursor.parse().map_err(|_| bad_cursor(cursor))?;
    let newest = picture.read(|published| published.model.cursor());
    let newest = newest.ok_or_else(|| no_picture(picture.handle().plant().as_str()))?;
    if confirmed > newest {
        return Err(Problem::bad_query(format!(
            "the plant has not reached {confirmed}; its newest is {newest}"
        )));
    }
    let consumer = name.to_owned();
    let kept = on_disk(picture, move |picture| {
        picture.consumers().confirm(&consumer, confirmed)
    });
    Ok(Confirmed {
        consumer: name.to_owned(),
        cursor: kept.await?.map(|cursor| cursor.to_string()),
    })
}

/// Does what waits for the disk where nobody else waits.
async fn on_disk<T: Send + 'static>(
    picture: &Arc<Picture>,
    work: impl FnOnce(&Picture) -> Result<T, NotKept> + Send + 'static,
) -> Result<T, Problem> {
    let picture = Arc::clone(picture);
    let done = tokio::task::spawn_blocking(move || work(&picture)).await;
    match done {
        Ok(done) => done.map_err(|error| match error {
            NotKept::Name(_) => Problem::bad_query(error.to_string()),
            NotKept::TooMany | NotKept::Disk(_) | NotKept::Nowhere => {
                Problem::consumer_not_kept(error.to_string())
            }
        }),
        Err(error) => Err(Problem::consumer_not_kept(error.to_string())),
    }
}
