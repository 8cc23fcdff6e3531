//! The change stream: server-sent events that a follower can resume without a gap or a duplicate.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use actors::Cursor;
use bytes::{Bytes, BytesMut};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use twin_model::{PlantId, Time};
use utoipa::{IntoParams, ToSchema};

use crate::answer::no_picture;
use crate::changes::{Portion, Wish};
use crate::http::consumers::left_off;
use crate::problem::Problem;
use crate::projections::Projections;
use crate::query::parse_with;
use crate::selection::SelectionQuery;
use crate::standing::{SourceView, Standing};
use crate::subscription::Asked;
use crate::teller::Teller;
use crate::view::CountsView;

/// What one follower is given at once.
pub(crate) const PORTION: Portion = Portion {
    entries_max: 256,
    bytes_max: 64 * 1024,
};
/// When a browser tries again after a cut, milliseconds.
pub(crate) const RETRY_MS: u32 = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Which plant to follow.
    pub(crate) plant: String,
    /// Start after this cursor; from now when absent. The header `Last-Event-ID` wins over it.
    pub(crate) from: Option<String>,
}

/// Counts of dispositions, as the stream's `counts` carries them. They are of now, and may be ahead
/// of the changes that a follower has read: they are no position to go on from.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsChanged {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// Plant time that the picture has reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Time>,
    /// What became of every input.
    counts: CountsView,
    /// How many exceptions wait for a person.
    open_exceptions: usize,
    /// How current each source is.
    sources: Vec<SourceView>,
}

impl CountsChanged {
    pub(crate) fn new(standing: Standing, counts: CountsView, open: usize) -> CountsChanged {
        CountsChanged {
            plant: standing.plant,
            as_of: standing.as_of,
            counts,
            open_exceptions: open,
            sources: standing.sources,
        }
    }
}

/// The follower must read the lists again, as the stream's `gap` says. The stream goes on from
/// `cursor`.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// Where the stream goes on.
    cursor: String,
    /// Why.
    reason: String,
    /// Below this address stand the lists to read again.
    #[schema(example = "/api/v1/plants/P1")]
    snapshot: String,
}

impl GapView {
    pub(crate) fn new(plant: &PlantId, reason: impl ToString, cursor: Cursor) -> GapView {
        GapView {
            plant: plant.clone(),
            cursor: cursor.to_string(),
            reason: reason.to_string(),
            snapshot: format!("/api/v1/plants/{}", path_segment(plant.as_str())),
        }
    }
}

/// The changes of a plant as they are committed, as server-sent events.
///
/// Each has its cursor as `id`, and what is left out by the parameters moves it all the same.
/// `state.changed` carries an item in its new state, `notice` what
/// people should hear of, `counts` the dispositions (at most once a second), and `gap` says that
/// changes were missed: read the lists again, the stream goes on from there.
#[utoipa::path(
    get,
    path = "/api/v1/stream",
    tag = "stream",
    params(
        StreamQuery,
        SelectionQuery,
        ("last-event-id" = Option<String>, Header, description = "Start after this cursor"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/api/v1/stream")]
pub(crate) async fn get_stream(
    projections: Data<Projections>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (wanted, query): (SelectionQuery, StreamQuery) =
        parse_with(&SelectionQuery::NAMES, request.query_string())?;
    let picture = projections.picture(&query.plant)?;
    let mut from = start(&request, query.from.as_deref())?;
    if let Some(name) = &wanted.consumer {
        let left = left_off(picture, name).await?;
        from = from.or(left);
    }
    let asked = Asked {
        from,
        with_snapshot: wanted.snapshot.unwrap_or(false),
        wish: Wish {
            selection: wanted.selection()?,
            coalesces: wanted.coalesce.unwrap_or(true),
            with_base: wanted.delta.unwrap_or(false),
            is_patient: false,
        },
    };
    let slot = projections.stream_slot()?;
    let teller = Teller::begin(picture, asked, projections.heartbeat(), slot)
        .ok_or_else(|| no_picture(&query.plant))?;
    let mut greeting = format!("retry: {RETRY_MS}\n");
    if let Some(cursor) = teller.given() {
        // An id without data: a browser that is cut off before the first change comes back with it.
        greeting.push_str(&format!("id: {cursor}\n\n"));
    }
    let body = unfold(
        (Some(greeting), teller),
        |(greeting, mut teller)| async move {
            let chunk = match greeting {
                Some(greeting) => Bytes::from(greeting),
                None => {
                    let mut chunk = BytesMut::new();
                    for piece in teller.next(PORTION).await? {
                        piece.add_as_event(&mut chunk);
                    }
                    chunk.freeze()
                }
            };
            Some((Ok::<Bytes, actix_web::Error>(chunk), (None, teller)))
        },
    );
    Ok(head().streaming(body))
}

/// The head of an answer that does not end.
pub(crate) fn head() -> HttpResponseBuilder {
    let mut head = HttpResponse::Ok();
    head.insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Says to the compressing middleware that it must not collect what should go out now.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"));
    head
}

/// Where the follower wants to start.
pub(crate) fn start(request: &HttpRequest, from: Option<&str>) -> Result<Option<Cursor>, Problem> {
    let last = match request.headers().get("last-event-id") {
        Some(value) => Some(value.to_str().map_err(|_| bad_cursor("Last-Event-ID"))?),
        None => None,
    };
    match (last.filter(|last| !last.is_empty()), from) {
        (Some(last), _) => last.parse().map(Some).map_err(|_| bad_cursor(last)),
        (None, Some(from)) => from.parse().map(Some).map_err(|_| bad_cursor(from)),
        (None, None) => Ok(None),
    }
}

/// A text that is no cursor.
pub(crate) fn bad_cursor(text: &str) -> Problem {
    Problem::bad_query(format!(
        "{text:?} is no cursor: three numbers joined by dashes are expected, like 3-1042-7"
    ))
}

/// Percent-encodes an id as one segment of a path.
fn path_segment(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}
