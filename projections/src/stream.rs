//! The change stream: server-sent events that a follower can resume without a gap or a duplicate.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use actors::{Counts, Cursor};
use bytes::{Bytes, BytesMut};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;
use twin_model::{PlantId, Time};
use utoipa::{IntoParams, ToSchema};

use crate::answer::no_picture;
use crate::change_event::frame;
use crate::changes::{Changes, Next, Portion};
use crate::picture::{Picture, Progress};
use crate::problem::Problem;
use crate::projections::{Projections, StreamSlot};
use crate::query::parse;
use crate::ring::Gap;
use crate::standing::SourceView;
use crate::view::CountsView;

/// Changed counts are told this often at most.
const COUNTS_EVERY: Duration = Duration::from_secs(1);
/// What one follower is given at once.
const PORTION: Portion = Portion {
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

/// The changes of a plant as they are committed, as server-sent events.
///
/// Each has its cursor as `id`. `state.changed` carries an item in its new state, `notice` what
/// people should hear of, `counts` the dispositions (at most once a second), and `gap` says that
/// changes were missed: read the lists again, the stream goes on from there.
#[utoipa::path(
    get,
    path = "/api/v1/stream",
    tag = "stream",
    params(
        StreamQuery,
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
    let query: StreamQuery = parse(request.query_string())?;
    let picture = projections.picture(&query.plant)?;
    let from = start(&request, query.from.as_deref())?;
    let slot = projections.stream_slot()?;
    let follower = Follower::new(Arc::clone(picture), from, projections.heartbeat(), slot)
        .ok_or_else(|| no_picture(&query.plant))?;
    let body = unfold(follower, |mut follower| async move {
        let chunk = follower.next().await?;
        Some((Ok::<Bytes, actix_web::Error>(chunk), follower))
    });
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

fn bad_cursor(text: &str) -> Problem {
    Problem::bad_query(format!(
        "{text:?} is no cursor: three numbers joined by dashes are expected, like 3-1042-7"
    ))
}

/// One follower of a plant's stream. It holds its way through the changes and at most one chunk.
struct Follower {
    picture: Arc<Picture>,
    changes: Changes,
    /// Wakes when the picture has moved.
    moved: watch::Receiver<Progress>,
    /// What to say before anything else.
    greeting: Option<Bytes>,
    counts_told: Option<Arc<Counts>>,
    open_told: usize,
    counts_due: Instant,
    heartbeat: Duration,
    quiet_until: Instant,
    _slot: StreamSlot,
}

impl Follower {
    fn new(
        picture: Arc<Picture>,
        from: Option<Cursor>,
        heartbeat: Duration,
        slot: StreamSlot,
    ) -> Option<Follower> {
        let (changes, continued) = Changes::begin(&picture, from)?;
        let mut greeting = BytesMut::from(format!("retry: {RETRY_MS}\n").as_bytes());
        let cursor = changes.given();
        match continued {
            // An id without data: a browser that is cut off before the first change comes back with
            // it.
            Ok(()) => greeting.extend_from_slice(format!("id: {cursor}\n\n").as_bytes()),
            Err(gap) => greeting.extend_from_slice(&gap_frame(&picture, gap, cursor)),
        }
        let now = Instant::now();
        Some(Follower {
            moved: picture.progress(),
            picture,
            changes,
            greeting: Some(greeting.freeze()),
            counts_told: None,
            open_told: 0,
            counts_due: now,
            heartbeat,
            quiet_until: now + heartbeat,
            _slot: slot,
        })
    }

    /// What to send next; `None` at the end of the plant.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            // Taken before looking, so that what comes after the look wakes.
            self.moved.borrow_and_update();
            let now = Instant::now();
            if let Some(counts) = self.counts(now) {
                self.quiet_until = now + self.heartbeat;
                return Some(counts);
            }
            // Only a change of the picture can make others of them.
            let counts_wait = self.counts_due > now;
            tokio::select! {
                biased;
                next = self.changes.next(PORTION) => {
                    self.quiet_until = Instant::now() + self.heartbeat;
                    return self.told(next);
                }
                () = tokio::time::sleep_until(self.counts_due.max(now)), if counts_wait => {}
                changed = self.moved.changed(), if !counts_wait => changed.ok()?,
                () = tokio::time::sleep_until(self.quiet_until) => {
                    self.quiet_until = Instant::now() + self.heartbeat;
                    return Some(Bytes::from_static(b": heartbeat\n\n"));
                }
            }
        }
    }

    fn told(&self, next: Next) -> Option<Bytes> {
        let entries = match next {
            Next::Entries(entries) => entries,
            Next::Gap(gap, cursor) => return Some(gap_frame(&self.picture, gap, cursor)),
            Next::Ended => return None,
        };
        let mut chunk = BytesMut::new();
        for entry in entries {
            chunk.extend_from_slice(&entry.frame());
        }
        Some(chunk.freeze())
    }

    /// The counts, when they are due and others than told last.
    fn counts(&mut self, now: Instant) -> Option<Bytes> {
        if now < self.counts_due {
            return None;
        }
        let told = self.counts_told.as_ref();
        let open_told = self.open_told;
        let (counts, open, frame) = self.picture.read(|published| {
            let model = &published.model;
            let (counts, open) = (model.counts(), model.open_exceptions());
            let same = |told: &Arc<Counts>| Arc::ptr_eq(told, counts) || told == counts;
            if open == open_told && told.is_some_and(same) {
                return None;
            }
            let standing = model.standing();
            let changed = CountsChanged {
                plant: standing.plant,
                as_of: standing.as_of,
                counts: CountsView::from(counts.as_ref()),
                open_exceptions: open,
                sources: standing.sources,
            };
            Some((Arc::clone(counts), open, frame(None, "counts", &changed)))
        })??;
        self.counts_told = Some(counts);
        self.open_told = open;
        self.counts_due = now + COUNTS_EVERY;
        Some(frame)
    }
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

fn gap_frame(picture: &Picture, gap: Gap, cursor: Cursor) -> Bytes {
    let view = GapView::new(picture.handle().plant(), gap, cursor);
    frame(Some(cursor), "gap", &view)
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
